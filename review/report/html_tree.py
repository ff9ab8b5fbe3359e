# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of arrays in ``report.html``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from models.pictures import boxes
from review.report import svg


@dataclass(frozen=True, slots=True)
class Tree:
    """Arrays next to each other: the picture, and the same as text."""

    caption: str
    picture: Markup
    text: str


def tree(
    drawings: Sequence[boxes.Box],
    captions: Sequence[str],
    title: str,
    name: str,
    widest: int = svg.WIDEST,
) -> Tree:
    """Arrays under captions; ``name`` is in the page only here; those that
    would be wider than ``widest`` pixels next to each other stand below each other."""
    said = f"{title}: {' and '.join(captions)}. The same as text follows the picture."
    drawn = svg.inline(drawings, captions, title, said, name, widest)
    return Tree(title, Markup(drawn), boxes.text(drawings, captions))
