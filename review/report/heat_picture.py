# SPDX-License-Identifier: GPL-2.0-or-later
"""The maps of splits as elements of a page."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MultipleLocator

from review.report.figure import FILLS, INK, figure, inline
from review.report.heat import NOT_RUN, WORDS, HeatMap, Pair, SplitState

_CELL = 17  # points
_AXIS = 60
_LEGEND = 340

_Point = tuple[float, float]
_Line = tuple[_Point, ...]

_SQUARE: _Line = ((-0.45, -0.45), (0.45, -0.45), (0.45, 0.45), (-0.45, 0.45), (-0.45, -0.45))
_RISING: _Line = ((-0.3, -0.3), (0.3, 0.3))
_FALLING: _Line = ((-0.3, 0.3), (0.3, -0.3))
_SIGNS: dict[SplitState, tuple[_Line, ...]] = {
    SplitState.FAILS: (_RISING, _FALLING),
    SplitState.REFUSED: (_RISING,),
    SplitState.COUNTED: (((-0.1, 0.0), (0.1, 0.0)),),
}
_SIGN_WORDS = {
    SplitState.FAILS: "a cross",
    SplitState.REFUSED: "a stroke",
    SplitState.HOLDS: "an empty square",
    SplitState.COUNTED: "a short dash",
}


def picture(shown: HeatMap, name: str) -> str:
    """The map as an element of a page; ``name`` is in the page only here."""
    side = _CELL * (shown.highest + 1) + _AXIS
    with figure(side, side) as one:
        axes = one.subplots()
        for state in SplitState:
            _draw(axes, [pair for pair, found in shown.states.items() if found is state], state)
        axes.set_xlim(-0.5, shown.highest + 0.5)
        axes.set_ylim(0.5, shown.highest + 0.5)
        axes.set_aspect("equal")
        axes.set_xlabel("new order")
        axes.set_ylabel("order")
        step = 1 if shown.highest < 8 else 2 if shown.highest < 16 else 3
        axes.xaxis.set_major_locator(MultipleLocator(step))
        axes.yaxis.set_major_locator(MultipleLocator(step))
        title = f"Splits of {shown.implementation} at chunk shift {shown.chunk_shift}"
        return inline(one, name, title, shown.summary())


def legend() -> str:
    """What the colours and signs mean."""
    with figure(_LEGEND, _CELL * (len(WORDS) + 1)) as one:
        axes = one.subplots()
        axes.set_axis_off()
        axes.set_aspect("equal", anchor="W")
        axes.set_xlim(-0.5, _LEGEND / _CELL - 0.5)
        axes.set_ylim(-len(WORDS) - 0.5, 0.5)
        for place, (state, words) in enumerate(WORDS.items()):
            _draw(axes, [(-place, 0)], state)
            axes.text(0.8, -place, words, va="center_baseline")
        axes.text(0.8, -len(WORDS), f"no square: {NOT_RUN}", va="center_baseline")
        text = "; ".join(f"{_SIGN_WORDS[state]}: {words}" for state, words in WORDS.items())
        return inline(one, "heat-legend", "Legend of the maps", f"{text}; no square: {NOT_RUN}.")


def _draw(axes: Axes, pairs: list[Pair], state: SplitState) -> None:
    """Draw all cells of a state as one shape, with its sign in each as another."""
    if not pairs:
        return
    cells = _moved([_SQUARE], sorted(pairs))
    axes.add_patch(PathPatch(cells, facecolor=FILLS[state.value], edgecolor=INK, linewidth=0.5))
    if state in _SIGNS:
        signs = _moved(_SIGNS[state], sorted(pairs))
        axes.add_patch(PathPatch(signs, fill=False, edgecolor=INK, linewidth=1.2))


def _moved(lines: Sequence[_Line], pairs: Sequence[Pair]) -> Path:
    """The lines, once in each cell, as one path."""
    vertices: list[_Point] = []
    codes: list[int] = []
    for order, new_order in pairs:
        for line in lines:
            vertices += [(new_order + x, order + y) for x, y in line]
            codes += [int(Path.MOVETO), *[int(Path.LINETO)] * (len(line) - 1)]
    return Path(vertices, codes)
