# SPDX-License-Identifier: GPL-2.0-or-later
import json

import msgspec
import pytest

from benchmarks.result import Goal, Measure, dumps, loads
from tests.benchmarks.made import MEASURES, REPORT


def test_the_json_is_read_as_it_was_written() -> None:
    assert loads(dumps(REPORT)) == REPORT


@pytest.mark.parametrize("wrong", [{"groups": 1}, {"more": ""}, {"format": "1"}])
def test_other_json_is_refused(wrong: dict[str, object]) -> None:
    fields = json.loads(dumps(REPORT))
    with pytest.raises(msgspec.ValidationError):
        loads(json.dumps({**fields, **wrong}))


def test_met_and_not_met() -> None:
    assert [one.verdict for one in MEASURES] == ["met", "not met", "not met", ""]
    assert Measure("at its bound", 0.3, goal=Goal(most=0.3)).verdict == "met"
    both = Goal(most=1.15, least=0.85)
    assert [both.met(value) for value in (0.84, 1.0, 1.16)] == [False, True, False]
