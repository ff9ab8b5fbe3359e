# SPDX-License-Identifier: GPL-2.0-or-later
"""Which splits were run and how they came out, for every pair of orders: a map and a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MultipleLocator

from models.case.extent import CASES, COUNTED, Extent, Split, Trait, Tried
from models.subject.implementation import Implementation
from models.sweep.families import Family
from review.report.figure import FILLS, INK, figure, inline
from review.run.review_result import ReviewResult
from xarray_model.operations import Code

_CELL = 17  # points
_AXIS = 60
_LEGEND = 340

_Point = tuple[float, float]
_Line = tuple[_Point, ...]


_SPLITS = Trait(CASES, Family.SPLITS.value)
_COUNTS = Trait(CASES, COUNTED)


class SplitState(Enum):
    """What is known of a split; the first that is true of it."""

    FAILS = "fails"
    REFUSED = "refused"
    """The implementation claims to split one level at most: asked for more, it refused."""
    HOLDS = "holds"
    COUNTED = "counted"
    """Only the number of nodes that are asked for was checked."""


WORDS = {
    SplitState.FAILS: "fails",
    SplitState.REFUSED: "refused, as is right for one level",
    SplitState.HOLDS: "holds in each case that was run",
    SplitState.COUNTED: "only the number of nodes was checked, and holds",
}
NOT_RUN = "not run"
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

Pair = tuple[int, int]
"""Order and new order."""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """What was found for one implementation at one chunk shift; a pair that is not in ``states``
    was not run.  ``highest`` is the largest order of which any split was run."""

    implementation: str
    chunk_shift: int
    highest: int
    states: Mapping[Pair, SplitState]

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """The same in words: for each order the new orders, by what is known of them."""
        words = [*WORDS.values(), NOT_RUN]
        for order in range(self.highest, 0, -1):
            found: dict[str, list[int]] = {word: [] for word in words}
            for new_order in range(order + 1):
                state = self.states.get((order, new_order))
                found[NOT_RUN if state is None else WORDS[state]].append(new_order)
            yield order, {word: _ranges(orders) for word, orders in found.items()}

    def summary(self) -> str:
        """How many pairs are in each state."""
        found = Counter(self.states.values())
        lines = [f"{words}: {found[state]}" for state, words in WORDS.items() if found[state]]
        pairs = sum(range(2, self.highest + 2))
        lines += [f"{NOT_RUN}: {pairs - len(self.states)}"] if len(self.states) < pairs else []
        return f"{pairs} pairs of orders; {'; '.join(lines)}."


def maps(done: ReviewResult) -> list[HeatMap]:
    """A map for each implementation and chunk shift, the largest shift first."""
    found = []
    for one in done.implementations:
        run = done.search.result.tried.get(one.name, Tried()).run
        failed = _failed(done, one.name)
        split = failed | {split for split in run.splits if run.traits[split, _SPLITS]}
        for s in sorted({at for at, _, _ in split}, reverse=True):
            highest = max(order for at, order, _ in split if at == s)
            states = {
                (order, new_order): state
                for at, order, new_order in run.splits.keys() | failed
                if at == s and order <= highest
                if (state := _state(one, run, failed, (at, order, new_order))) is not None
            }
            found.append(HeatMap(one.name, s, highest, states))
    return found


def _failed(done: ReviewResult, name: str) -> set[Split]:
    """The splits that fail: those of the sweep's cases, and those that show a machine's finding."""
    found = {
        split
        for one in done.search.result.findings.failures.values()
        if one.first[0].implementation == name
        for split in one.extent.splits
    }
    report = done.search.machines.get(name)
    for failure in report.findings.failures.values() if report is not None else ():
        one = failure.first[0]
        shown = one.operations[one.operation or 0]
        if shown.code is Code.SPLIT:
            found.add((one.chunk_shift, shown.order, shown.new_order))
    return found


def _state(one: Implementation, run: Extent, failed: set[Split], split: Split) -> SplitState | None:
    """What is known of a split; None when nothing but other operations were run."""
    s, order, new_order = split
    if split in failed:
        return SplitState.FAILS
    if not (run.traits[split, _SPLITS] or run.traits[split, _COUNTS]):
        return None
    if one.refuses(order, new_order, s):
        return SplitState.REFUSED
    return SplitState.HOLDS if run.traits[split, _SPLITS] else SplitState.COUNTED


def _ranges(numbers: list[int]) -> str:
    """Ascending numbers as ranges, ``0-3, 7``."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)


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
