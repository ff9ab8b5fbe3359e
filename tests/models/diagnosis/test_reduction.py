# SPDX-License-Identifier: GPL-2.0-or-later
from typing import cast

from models.case.finding import Finding
from models.case.tree_size import MOST_NODES, split_nodes
from models.case.trial import Trial
from models.diagnosis.reduction import reduce
from xarray_model.operations import Code, Flag, Operation


class Watched:
    """Stands for a trial in which nothing breaks; keeps what it is given to run."""

    def __init__(self, s: int) -> None:
        self.s = s
        self.cases: list[list[Operation]] = []

    def expected(self, operations: list[Operation]) -> bytes:
        self.cases.append(operations)
        return b""

    def run(self, operations: list[Operation], expected: bytes) -> list[Finding]:
        return []


def test_a_lower_order_never_takes_more_nodes_than_there_may_be() -> None:
    """The lowest new order of a split that takes 16 nodes would take a billion."""
    case = (Operation(Code.STORE, 0, 40, entry=4), Operation(Code.SPLIT, 0, 40, 34, 4))
    found = Finding("port", 6, "lru", "s", "d", 1, case, b"", b"")
    trial = Watched(6)
    assert reduce(cast("Trial", trial), found) is found
    assert trial.cases
    assert max(sum(split_nodes(one, 6)) for one in trial.cases) <= MOST_NODES


def test_nodes_that_are_lent_by_the_million_count_as_trials() -> None:
    count = Operation(Code.COUNT_ALLOC, 0, 60, 0, flags=Flag.REPEATING, argument=1 << 28)
    found = Finding("port", 6, "split-requests", "s", "d", 1, (count, count), b"", b"")
    trial = Watched(6)
    assert reduce(cast("Trial", trial), found, most=100) is found
    far = sum(1 for one in trial.cases if sum(split_nodes(one, 6)) >= 1 << 28)
    assert 0 < far <= 4
