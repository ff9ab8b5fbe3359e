# SPDX-License-Identifier: GPL-2.0-or-later
"""Replaying: what a case shows again, on the same and on another implementation."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.case import replay as replaying
from models.case.finding import AGREES, Finding
from models.case.replay import judge, replay
from models.case.trial import NoCase, Trial
from models.diagnosis.reduction import reduce
from models.kernel.source import port_source
from models.subject.implementation import examine
from tests.models.histories.test_machine import patched
from xarray_model.entries import mk_value
from xarray_model.errors import PreconditionError
from xarray_model.operations import Code, Operation

CASE = [
    Operation(Code.STORE, 40, 0, entry=4),
    Operation(Code.STORE, 0, 1, entry=mk_value(3)),
    Operation(Code.LOAD, 7),
    Operation(Code.SNAPSHOT),
    Operation(Code.SPLIT, 1, 1, 0, 8),
    Operation(Code.SNAPSHOT),
]


def test_a_finding_shows_again_and_not_where_it_is_mended(tmp_path: Path) -> None:
    bad = examine(patched(tmp_path, "lib/xarray_split.c", "values -= slots;", "values -= 1;"), (2,))
    with Trial(bad, 2) as trial:
        found = trial.run(CASE, trial.expected(CASE))
        (finding,) = [one for one in found if one.property == "node-nr-values"]
        small = reduce(trial, finding)
    assert [one.code for one in small.operations] == [Code.STORE, Code.SPLIT, Code.SNAPSHOT]
    again = replay(bad, small)
    assert again.still is not None and again.broken and again.same_model
    mended = replay(examine(port_source(), (2,)), small)
    assert mended.still is None and not mended.broken
    assert not replay(bad, replace(small, expected=b"")).same_model
    with pytest.raises(PreconditionError):
        replay(bad, replace(small, operations=(Operation(Code.SPLIT, 0, 2, 0, 8),)))


def test_a_split_that_depends_on_the_index_is_compared_with_the_first_index(
    tmp_path: Path,
) -> None:
    old = "unsigned int first = xas->xa_offset;"
    new = "unsigned int first = xas->xa_offset + (xas->xa_index & 1);"
    bad = examine(patched(tmp_path, "lib/xarray_split.c", old, new), (2,))
    case = [
        Operation(Code.STORE, 4, 0, entry=4),
        Operation(Code.STORE, 0, 1, entry=8),
        Operation(Code.SNAPSHOT),
        Operation(Code.SPLIT, 1, 1, 0, 8),
        Operation(Code.SNAPSHOT),
    ]
    with Trial(bad, 2) as trial:
        finding = replace(trial.everything(case, trial.expected(case))[0], property="split-index")
    assert replay(bad, finding).still is not None
    # Without a finding to begin with, the comparison is made all the same.
    assert "split-index" in {one.property for one in judge(bad, 2, case)}
    assert judge(examine(port_source(), (2,)), 2, case) == []


def test_a_case_with_a_cursor_that_is_not_valid_is_none() -> None:
    one = examine(port_source(), (2,))
    with Trial(one, 2) as trial:
        for case in (
            [Operation(Code.CURSOR_LOAD)],
            [Operation(Code.CURSOR_SET), Operation(Code.CURSOR_SET_MARK)],
            [Operation(Code.SPLIT, 0, 1, 0, 4)],
            [Operation(Code.CURSOR_SET), Operation(Code.CURSOR_STORE, entry=2)],
            [Operation(Code.STORE, 0, 1, entry=3 << 2 | 2)],
        ):
            with pytest.raises(NoCase) as error:
                trial.expected(case)
            assert error.value.operation == len(case) - 1


def test_that_answers_are_not_those_of_deviations_shows_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It shows where the deviations are known, which an implementation by itself does not know."""
    one = examine(port_source(), (2,))
    told = Finding("port", 2, *AGREES, "", 1, tuple(CASE), b"", b"")
    breaks = replace(told, property="refines")

    def everything(trial: Trial, *_: object, **__: object) -> list[Finding]:
        return [breaks, told] if trial.implementation.deviations else [breaks]

    monkeypatch.setattr(replaying, "_everything", everything)
    monkeypatch.setattr(replaying, "with_known", lambda one: replace(one, deviations=("some",)))
    assert replay(one, told).still is told
    assert replay(one, breaks).still is breaks
    monkeypatch.setattr(replaying, "with_known", lambda one: one)
    assert replay(one, told).still is None
