# SPDX-License-Identifier: GPL-2.0-or-later
"""Units whose answers were judged in an earlier run: the same comes out, and nothing is believed
of other answers."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from models.kernel.source import port_source
from models.subject.implementation import Implementation, examine
from models.sweep import verdicts
from models.sweep.expected import Expected
from models.sweep.families import Family
from models.sweep.sweep import Unit, UnitResult, run_unit
from models.sweep.verdicts import Verdicts
from tests.models.histories.test_machine import patched

UNITS = [
    Unit(2, 2, 0),
    Unit(2, 3, 1, 4, 1, Family.WALKS),
    Unit(2, 2, 0, 4, 1, Family.REFUSALS),
    Unit(2, 8, 0, family=Family.COUNTS),
]
WALKS = Unit(2, 2, 0, family=Family.WALKS)


@pytest.fixture(scope="module")
def port() -> Implementation:
    return examine(port_source(), (2,))


@pytest.fixture(autouse=True)
def judge_none_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "AGAIN", 1 << 62)


def told(result: UnitResult) -> object:
    """All that came out, but for what was judged in an earlier run."""
    parts = {part: replace(one, alike=0) for part, one in result.coverage.items()}
    return parts, result.judged, result.tried, result.hangs, result.met, len(result.findings)


def alike(result: UnitResult) -> int:
    return sum(one.alike for one in result.coverage.values())


def test_the_same_comes_out_and_nothing_is_judged(
    port: Implementation, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, str] = {}
    first = [run_unit(unit, [port], verdicts=Verdicts(kept, 1)) for unit in UNITS]
    assert not any(map(alike, first)) and len(kept) == len(UNITS)
    for name in ("answer", "verdict"):
        monkeypatch.setattr(Expected, name, lambda *_: pytest.fail("worked out again"))
    again = [run_unit(unit, [port], verdicts=Verdicts(kept, 2)) for unit in UNITS]
    assert list(map(told, again)) == list(map(told, first))
    assert all(alike(one) == sum(part.covered for part in one.coverage.values()) for one in again)


def test_other_answers_are_judged(port: Implementation, tmp_path: Path) -> None:
    kept: dict[str, str] = {}
    run_unit(WALKS, [port], verdicts=Verdicts(kept, 1))
    wrong = examine(
        patched(tmp_path, "lib/xarray_split.c", "values -= slots;", "values -= 1;"), (2,)
    )
    before = dict(kept)
    for _ in range(2):
        found = run_unit(WALKS, [wrong], verdicts=Verdicts(kept, 1))
        assert found.findings and not alike(found)
    assert kept == before, "what broke anything is not kept"
    both = run_unit(WALKS, [port, wrong], verdicts=Verdicts(kept, 1))
    assert both.findings.failures.keys() == found.findings.failures.keys()
    assert {part.implementation for part, one in both.coverage.items() if one.alike} == {port.name}


def test_some_are_judged_again_and_a_difference_is_told(
    port: Implementation, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, str] = {}
    first = run_unit(UNITS[0], [port], verdicts=Verdicts(kept, 1))
    monkeypatch.setattr(verdicts, "AGAIN", 1)
    again = run_unit(UNITS[0], [port], verdicts=Verdicts(kept, 1))
    assert not alike(again) and not again.misjudged and told(again) == told(first)
    digest = next(iter(Verdicts(kept, 1).all_of(UNITS[0], False)))
    known = Verdicts(kept, 1)
    assert not known.note(UNITS[0], False, digest, Counter({"other": 1}))
    assert run_unit(UNITS[0], [port], verdicts=known).misjudged
    assert not run_unit(UNITS[0], [port], verdicts=known).misjudged, "it was mended"
