# SPDX-License-Identifier: GPL-2.0-or-later
"""Which splits were run and how they came out, for every pair of orders: a map and a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from models.case.extent import CASES, COUNTED, Extent, Split, Trait, Tried
from models.subject.implementation import Implementation
from models.sweep.families import Family
from review.run.review_result import ReviewResult
from xarray_model.operations import Code

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
