# SPDX-License-Identifier: GPL-2.0-or-later
"""Where broken promises come from; a stand-in for the explorer tells what other sources show."""

import pickle
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from models.case.origins import Placed
from models.kernel.source import Lineage, Source, Step, port_source
from models.readers import explorer, origins
from models.readers.explorer import Answer, Breach, Case, Result, Span
from specs.origin import Origin
from specs.readers import Memory

SHALLOW, DEEP = Case("split", 1, 0, 2, 2), Case("split", 5, 0, 32, 32)
BROKEN = Breach("find-order", 1, 0, "1:1", 1, "goes back")
PORT = port_source()
BASE, FIRST = replace(PORT, name="base"), replace(PORT, name="first")
LINEAGE = Lineage(BASE, (Step("patch 1 of 2", "", FIRST), Step("patch 2 of 2", "", None)))


def result(case: Case, *breaches: Breach, reader: str = "find", complete: bool = True) -> Result:
    return Result(case, Memory.WEAK, reader, Span.RACE, 1, 1, 0, 0, 1, 1, None, complete, 0.0, 0.0,
                  0, 1, "", tuple(breaches))  # fmt: skip


def test_a_result_that_is_kept_is_what_it_was() -> None:
    one = result(DEEP, BROKEN, reader="load", complete=False)
    again = pickle.loads(pickle.dumps(one))
    assert again == one and again is not one and again.breaches == (BROKEN,)


@pytest.fixture
def shows(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, Case], Answer]:
    """What sources show by name and case; the base refuses deep splits."""
    told: dict[tuple[str, Case], Answer] = {}

    def run(
        executable: Path, case: Case, _: Memory, readers: Sequence[str], **__: object
    ) -> Answer:
        right = Answer(tuple(result(case, reader=reader) for reader in readers))
        return told.get((executable.name, case), right)

    def within(executable: Path, _: int, cases: list[Case]) -> list[Case]:
        return [case for case in cases if case is SHALLOW or executable.name != BASE.name]

    def built(source: Source, _: int) -> Path:
        return Path(source.name)

    monkeypatch.setattr(origins, "build", built)
    monkeypatch.setattr(origins, "within_limit", within)
    monkeypatch.setattr(explorer, "run", run)
    return told


def placed(*cases: Case) -> list[Placed]:
    broken = [(2, result(case, BROKEN), BROKEN) for case in cases]
    found = origins.placed(broken, LINEAGE, 1)
    return [found[origins.key(*one)] for one in broken]


def test_what_the_base_keeps_is_new_with_its_patch(shows: dict[tuple[str, Case], Answer]) -> None:
    assert placed(SHALLOW) == [Placed(Origin.NEW, ("patch 2 of 2",))]
    shows["first", SHALLOW] = Answer((result(SHALLOW, BROKEN),))
    assert placed(SHALLOW) == [Placed(Origin.NEW, ("patch 1 of 2",))]


def test_what_the_base_breaks_was_there_before(shows: dict[tuple[str, Case], Answer]) -> None:
    shows["base", SHALLOW] = Answer((result(SHALLOW, BROKEN),))
    assert placed(SHALLOW) == [Placed(Origin.BEFORE)]


def test_a_data_race_is_known_by_both_functions(shows: dict[tuple[str, Case], Answer]) -> None:
    """The base's own hides none that the series makes."""
    old, new = (
        Breach("data-race", 1, 0, "-", 0, "plain load ...", pair)
        for pair in ("slots: xas_find, xas_store", "slots: xas_find, xas_split")
    )
    shows["base", SHALLOW] = Answer((result(SHALLOW, old),))
    broken = [(2, result(SHALLOW, old, new), one) for one in (old, new)]
    found = origins.placed(broken, LINEAGE, 1)
    told = [found[origins.key(*one)].origin for one in broken]
    assert told == [Origin.BEFORE, Origin.NEW]


def test_what_was_not_explored_to_its_end_is_not_told(
    shows: dict[tuple[str, Case], Answer],
) -> None:
    shows["base", SHALLOW] = Answer((result(SHALLOW, complete=False),))
    (told,) = placed(SHALLOW)
    assert told.origin is Origin.UNDECIDED and told.counts


def test_a_split_that_the_base_refuses_is_held_against_those_that_it_does(
    shows: dict[tuple[str, Case], Answer],
) -> None:
    """A reader that goes wrong in every split does so in deep ones: the series did not break it."""
    assert [one.origin for one in placed(DEEP)] == [Origin.NEW]
    shows["base", SHALLOW] = Answer((result(SHALLOW, BROKEN),))
    assert [one.origin for one in placed(SHALLOW, DEEP)] == [Origin.BEFORE, Origin.BEFORE]
    other = replace(BROKEN, promise="load-foreign")
    broken = [(2, result(SHALLOW, BROKEN), BROKEN), (2, result(DEEP, other), other)]
    found = origins.placed(broken, LINEAGE, 1)
    assert found[origins.key(*broken[1])].origin is Origin.NEW
