# SPDX-License-Identifier: GPL-2.0-or-later
"""The model's answer to a case does not depend on what it was asked before."""

import pytest

from models.case.answers import Answers
from models.case.reference import Runner, SplitKind, run_case
from specs.parts import cut
from tests.models.sweep.some_cases import some_cases
from xarray_model.array import XArray
from xarray_model.errors import PreconditionError
from xarray_model.operations import Code, Flag, Operation, encode

PREPARED = Code.CURSOR_SPLIT_ALONE


def answer(answers: Answers, operations: list[Operation]) -> bytes:
    return answers.of(cut(encode(operations)), lambda: operations)


@pytest.mark.parametrize("kind", [SplitKind.ITERATIVE, SplitKind.ONE_LEVEL])
def test_answers_are_the_models_and_many_are_worked_out_once(
    kind: SplitKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Answers(2, 64, kind)
    asked = some_cases()
    if kind is SplitKind.ONE_LEVEL:
        # Nodes for a deep split, which it refuses, are never on a cursor.
        asked = [case for case in asked if all(x.code is not PREPARED for x in case)]
    want = [run_case(operations, 2, split=kind).results for operations in asked]
    ran: list[Operation] = []
    once = Runner.run

    def noted(runner: Runner, one: Operation) -> bytes:
        ran.append(one)
        return once(runner, one)

    monkeypatch.setattr(Runner, "run", noted)
    assert [answer(answers, operations) for operations in asked] == want
    assert len(ran) < sum(map(len, asked))
    ran.clear()
    assert [answer(answers, operations) for operations in asked] == want
    through = [one for one in asked if any(x.code is Code.CURSOR_SET for x in one)]
    # A cursor that is kept is seen in no snapshot: what comes after it is worked out each time.
    assert {id(one) for one in ran} <= {id(x) for operations in through for x in operations}


def test_a_failure_that_is_still_to_come_is_part_of_the_state() -> None:
    """The same array, and the same operations after it: one has memory and the other none."""
    snapshot = Operation(Code.SNAPSHOT)
    store, split = Operation(Code.STORE, 0, 3, entry=4), Operation(Code.SPLIT, 0, 3, 0, 8)
    fail = Operation(Code.FAIL, flags=Flag.FAIL_BLOCKING, argument=1)
    answers = Answers(2, 64, SplitKind.ITERATIVE)
    for first in ([store, fail], [store, Operation(Code.FAIL)], [store, fail]):
        operations = [*first, snapshot, split, snapshot]
        assert answer(answers, operations) == run_case(operations, 2).results


def test_all_that_a_model_carries_is_told() -> None:
    """What comes new belongs into ``Runner.carries``, if a snapshot does not show it."""
    shown = {"array", "lru", "told"}
    how = {
        "split_alloc",
        "split",
        "create_range",
        "pause",
        "next",
        "prev",
        "find_marked",
        "handlers",
    }
    runner = Runner(XArray(2), SplitKind.ITERATIVE)
    assert vars(runner).keys() == shown | how | {"handlers", "_kept", "following"}
    assert runner.carries is not None
    cyclic = Operation(Code.ALLOC_CYCLIC, entry=4, argument=9)
    init = Operation(Code.INIT, flags=Flag.ALLOC)
    destroy, snapshot = Operation(Code.DESTROY), Operation(Code.SNAPSHOT)
    answers = Answers(2, 64, SplitKind.ITERATIVE)
    # The array is empty again, and the next allocation begins elsewhere.
    for times in (1, 2, 1):
        operations = [init, *[cyclic, destroy] * times, snapshot, cyclic, snapshot]
        assert answer(answers, operations) == run_case(operations, 2).results


def test_what_no_caller_may_ask_for_is_refused() -> None:
    answers = Answers(2, 64, SplitKind.ITERATIVE)
    store = [Operation(Code.STORE, 0, 3, entry=4), Operation(Code.SNAPSHOT)]
    answer(answers, store)
    for _ in range(2):
        with pytest.raises(PreconditionError):
            answer(answers, [*store, Operation(Code.CURSOR_LOAD)])
