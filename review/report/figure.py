# SPDX-License-Identifier: GPL-2.0-or-later
"""Plots as elements of a page: matplotlib draws them, the page's style sheet gives the colours.

The same figure gives the same bytes.  Colours are names of the page's, so that one drawing does for
light and dark; text stays text.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

import matplotlib
from matplotlib.figure import Figure

from models.kernel.printable import clean

INK, LINE = "#010101", "#010102"
SERIES = ("#010103", "#010104", "#010105", "#010106")
FILLS = {"holds": "#010107", "fails": "#010108", "refused": "#010109", "counted": "#01010a"}
_COLOURS = {
    INK: "currentColor",
    LINE: "var(--line)",
    **{colour: f"var(--series-{number})" for number, colour in enumerate(SERIES, 1)},
    **{colour: f"var(--{name})" for name, colour in FILLS.items()},
}
"""What is written for each colour that is drawn with."""

_RULES: Any = {  # in matplotlib's types each name is a literal
    "svg.fonttype": "none",
    "svg.hashsalt": "xasplit",
    "font.family": ["DejaVu Sans"],  # comes with matplotlib, which measures by it
    "font.size": 12,
    "text.color": INK,
    "text.parse_math": False,  # names are no formulas
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.titlesize": 12,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": LINE,
    "hatch.linewidth": 0.8,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_SVG = "{http://www.w3.org/2000/svg}"
_METADATA = ("Date", "Creator", "Format", "Type")
_LINK = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"(?<=url\(#)[\w-]+")
_FONT = re.compile(" font-family: [^;]*;")


@contextmanager
def figure(width: float, height: float) -> Iterator[Figure]:
    """A figure of this size in points, to be drawn in the page's manner while this lasts."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # whatever the user's own settings are
        matplotlib.rcParams.update(_RULES)
        yield Figure(figsize=(width / 72, height / 72), layout="constrained")


def inline(one: Figure, name: str, title: str, description: str) -> str:
    """The figure as an element; ``name`` is in the page only here, and made of letters, digits and
    dashes.  ``title`` and ``description`` are what a reader hears who cannot see it."""
    written = io.BytesIO()
    with warnings.catch_warnings():
        # The page's fonts may have the characters that matplotlib's lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        one.savefig(written, format="svg", metadata=dict.fromkeys(_METADATA))
    root = ElementTree.fromstring(written.getvalue())
    _strip(root)
    for element in root.iter():
        _adapt(element, name)
    view = root.get("viewBox", "")
    root.attrib = {
        "class": "plot",
        "viewBox": view,
        "width": view.split()[2],
        "height": view.split()[3],
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
    }
    for place, (kind, text) in enumerate((("title", title), ("desc", description))):
        made = ElementTree.Element(kind, {"id": f"{name}-{kind}"})
        made.text = clean(text)
        root.insert(place, made)
    return ElementTree.tostring(root, encoding="unicode")


def _strip(element: ElementTree.Element) -> None:
    """Take out what speaks of the file, and styles that would be those of the whole page."""
    for child in list(element):
        if child.tag in (f"{_SVG}metadata", f"{_SVG}style"):
            element.remove(child)
        else:
            _strip(child)


def _adapt(element: ElementTree.Element, name: str) -> None:
    """Make an element fit for the page: no identifier that others may have, no colour of its own,
    the page's font."""
    element.tag = element.tag.removeprefix(_SVG)
    attributes = dict(element.attrib)
    element.attrib.clear()
    for key, value in attributes.items():
        if key == "id":
            element.set(key, f"{name}-{value}")
        elif key == _LINK:
            element.set("href", f"#{name}-{value.removeprefix('#')}")
        else:
            value = _REFERENCE.sub(lambda found: f"{name}-{found[0]}", value)
            for colour, written in _COLOURS.items():
                value = value.replace(colour, written)
            element.set(key, _FONT.sub("", value))
