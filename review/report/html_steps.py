# SPDX-License-Identifier: GPL-2.0-or-later
"""One case in ``report.html``, to be gone through step by step, by buttons that need no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from models.case.classes import kind_of
from models.case.finding import last_operation
from models.case.reference import SplitKind
from models.pictures import diagram, steps
from review.report import pictures as splits
from review.report.html_tree import Tree, tree
from review.run.attempt import attempt
from review.run.review_result import ReviewResult
from xarray_model.operations import Code, Operation

MOST = 12
"""Steps that are shown of a case; of one that takes more its first ones and the end."""
_TRIED = 8
"""Findings whose cases are looked at."""
_SHIFT = 2
_CASE = (
    Operation(Code.STORE, 0, 5, entry=splits.OLD_ENTRY),
    Operation(Code.SET_MARK, 0),
    Operation(Code.SPLIT, 0, 5, 1, splits.NEW_ENTRY),
)
"""What is shown without a finding of a split: over two levels, with a mark."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What is shown: a title, the pictures in order, and how many steps between were left out."""

    title: str
    steps: Sequence[Tree]
    left_out: int = 0


def of(done: ReviewResult, numbers: Sequence[int]) -> Steps:
    """The case of the first of these findings in which a split changes the model's array, as it
    should go; or else a split that is the same in each page."""
    by_name = {one.name: one for one in done.search.implementations}
    for number in numbers[:_TRIED]:
        finding = done.search.diagnoses[number - 1].smallest
        shown = finding.operations[: last_operation(finding) + 1]
        if any(one.code in steps.SPLITTING for one in shown):
            kind = kind_of(by_name[finding.implementation])
            title = f"The case of finding {number} as it should go"
            run = partial(_steps, title, shown, finding.chunk_shift, finding.bits, kind)
            made = attempt(run)[0]
            if made is not None and len(made.steps) > 1:
                return made
    title = f"A split of order 5 to order 1, chunk shift {_SHIFT}"
    return _steps(title, _CASE, _SHIFT, 64, SplitKind.ITERATIVE)


def _steps(
    title: str, operations: Sequence[Operation], s: int, width: int, kind: SplitKind
) -> Steps:
    found = steps.steps(operations, s, width=width, split=kind)
    left_out = max(0, len(found) - MOST)
    if left_out:
        found = [*found[: MOST - 2], *found[-2:]]
    return Steps(title, list(_pictures(found)), left_out)


def _pictures(found: Sequence[steps.Step]) -> Iterator[Tree]:
    """A picture a step, in which what is no longer as in the one before is marked."""
    for number, (before, one) in enumerate(pairwise([found[0], *found]), 1):
        drawing = diagram.boxes(before.array, one.array, most_nodes=splits.MOST_BOXES)[1]
        caption = f"Step {number}: {one.text}"
        yield tree([drawing], ["the array"], caption, f"step-{number}-array")


def style(count: int) -> str:
    """What shows a step when its button is chosen, and no other; on paper all are shown."""
    rules = (
        f".steps>input:nth-of-type({n}):checked~.step:nth-of-type({n}){{display:block}}"
        for n in range(1, count + 1)
    )
    return "\n@media not print {\n.step{display:none}\n" + "\n".join(rules) + "\n}\n"
