# SPDX-License-Identifier: GPL-2.0-or-later
from collections.abc import Callable, Sequence
from typing import cast

from models.case.finding import Finding
from models.case.tree_size import MOST_NODES, split_nodes
from models.case.trial import Trial
from models.diagnosis.reduction import reduce, settled
from models.kernel.source import port_source
from models.subject.implementation import Implementation
from specs.callers import Contract, contract
from xarray_model.operations import Code, Flag, Operation


class Watched:
    """Stands for a trial in which nothing breaks; keeps what it is given to run."""

    def __init__(self, s: int) -> None:
        self.s = s
        self.cases: list[list[Operation]] = []

    def expected(self, operations: list[Operation]) -> bytes:
        self.cases.append(operations)
        return b""

    def everything(self, operations: list[Operation], expected: bytes) -> list[Finding]:
        return []

    def run(self, operations: list[Operation], expected: bytes) -> list[Finding]:
        return self.everything(operations, expected)


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


class Failing(Watched):
    """Stands for a trial in which ``lru`` breaks wherever a case ``shows`` it."""

    implementation = Implementation("port", port_source(), False, {})

    def __init__(self, s: int, shows: Callable[[list[Operation]], bool]) -> None:
        super().__init__(s)
        self._shows = shows

    def everything(self, operations: list[Operation], expected: bytes) -> list[Finding]:
        return [self.finding(operations)] if operations and self._shows(operations) else []

    def finding(self, operations: Sequence[Operation]) -> Finding:
        case = tuple(operations)
        told = contract(case, self.s, one_level=False)
        last = len(case) - 1
        return Finding("port", self.s, "lru", "s", "d", last, case, b"", b"", contract=told)


REFUSED = Operation(Code.TRY_SPLIT, 0, 4, 0, 4)
"""No caller may ask for it at chunk shift 2."""


def test_the_class_is_that_of_what_the_case_still_needs() -> None:
    case = (*(Operation(Code.STORE, 0, 4, entry=4), REFUSED), Operation(Code.LOAD, 3))
    trial = Failing(2, lambda told: told[-1].code is Code.LOAD)
    found = trial.finding(case)
    assert found.contract is Contract.DOCUMENTATION
    for most in (1, 100):
        small = reduce(cast("Trial", trial), found, most=most)
        assert small.contract is Contract.CALLERS
        assert REFUSED not in small.operations
    assert [one.code for one in small.operations] == [Code.LOAD]
    (told,) = settled(cast("Trial", trial), [found])
    assert told.contract is Contract.CALLERS and len(told.operations) == len(case) - 1


def test_the_class_stays_where_the_case_needs_what_no_caller_may_ask_for() -> None:
    case = (Operation(Code.STORE, 0, 4, entry=4), REFUSED, Operation(Code.LOAD, 3))
    trial = Failing(2, lambda told: REFUSED in told and told[-1].code is Code.LOAD)
    found = trial.finding(case)
    assert reduce(cast("Trial", trial), found).contract is Contract.DOCUMENTATION
    assert settled(cast("Trial", trial), [found]) == [found]


def test_what_is_stored_and_split_moves_together() -> None:
    """An index, or an order, of one operation alone is none that the other could have."""

    def shows(told: list[Operation]) -> bool:
        stored, *rest = told
        same = all((one.index, one.order) == (stored.index, stored.order) for one in rest)
        return same and bool(rest) and stored.order >= 2

    case = (Operation(Code.STORE, 60, 4, entry=4), Operation(Code.SPLIT, 60, 4, 1, 4))
    trial = Failing(2, shows)
    small = reduce(cast("Trial", trial), trial.finding(case))
    assert {(one.index, one.order) for one in small.operations} == {(0, 2)}


def test_a_case_is_told_in_the_plainest_operations() -> None:
    case = (
        Operation(Code.STORE_RANGE, 4, argument=7, entry=4),
        Operation(Code.CURSOR_SET, 4, 0),
        Operation(Code.CURSOR_SPLIT_ALLOC, order=2, entry=4),
        Operation(Code.CURSOR_SPLIT_ALONE, order=2, entry=4),
    )
    splits = ([Code.SPLIT], [one.code for one in case[1:]])

    def shows(told: list[Operation]) -> bool:
        stores = told[0].code in (Code.STORE, Code.STORE_RANGE)
        return stores and [one.code for one in told[1:]] in splits

    trial = Failing(1, shows)
    small = reduce(cast("Trial", trial), trial.finding(case))
    assert [one.code for one in small.operations] == [Code.STORE, Code.SPLIT]
