# SPDX-License-Identifier: GPL-2.0-or-later
"""Plots of a page, kept under all that they show: matplotlib takes half a second to load, and a
quarter for each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, MutableMapping
from importlib.metadata import version

KIND = "plots"
"""What kept plots are called; they depend on the code that draws them, too."""


def plot(kept: MutableMapping[str, str], name: str, *shown: object) -> str:
    """The plot of this name, of what is ``shown``: drawn, and ``kept``, unless it was before.  What
    is shown must say all of itself in its ``repr``."""
    key = hashlib.sha256(repr((name, shown, version("matplotlib"))).encode()).hexdigest()
    known = kept.get(key)
    if known is None:
        known = kept[key] = _drawing(name)(*shown)
    return known


def _drawing(name: str) -> Callable[..., str]:
    # Only now: most pages are made of plots that are kept.
    from review.report import heat_picture, plots

    drawings: dict[str, Callable[..., str]] = {
        "heat": heat_picture.picture,
        "heat legend": heat_picture.legend,
        "nodes": plots.nodes,
        "times": plots.times,
    }
    return drawings[name]
