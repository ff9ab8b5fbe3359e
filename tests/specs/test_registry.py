# SPDX-License-Identifier: GPL-2.0-or-later
"""Every property has a history or snapshot that holds and one that breaks it, by that name."""

import pytest

from specs.array_invariants import ARRAY_INVARIANTS
from specs.invariants import broken, judged
from specs.judge import Judge
from specs.node_invariants import NODE_INVARIANTS
from specs.registry import PROPERTIES, REGISTERS
from specs.survey import Survey
from tests.specs.controls_history import HISTORY, MORE_HISTORY
from tests.specs.controls_structure import MORE, STRUCTURE
from xarray_model.operations import Code, Operation
from xarray_model.snapshot import Snapshot

ALWAYS = {"head", "lru-stray", "live-nodes", "snapshot", "refines", "lookup-pure", "array-flags"}
"""What is judged of an empty array."""


def test_names_are_unique() -> None:
    assert len(PROPERTIES) == sum(map(len, REGISTERS.values()))
    assert not NODE_INVARIANTS.keys() & ARRAY_INVARIANTS.keys()


@pytest.mark.parametrize("name", PROPERTIES)
def test_property_has_a_control_that_it_catches(name: str) -> None:
    assert (name in STRUCTURE) != (name in HISTORY), "a property needs exactly one control"
    if name in STRUCTURE:
        good, bad = STRUCTURE[name]
        assert broken(good) == []
        assert name in {violation.property for violation in broken(bad)}
    else:
        clean, dirty = HISTORY[name]
        assert clean == set()
        assert name in dirty


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_property_is_counted_where_its_premise_is_true_and_only_there(name: str) -> None:
    """Without the first nothing would ever be decided; without the second nothing undecided."""
    if name in STRUCTURE:
        for picture in STRUCTURE[name]:
            assert name in judged(Survey(picture))
    else:
        for told in HISTORY[name]:
            assert told.judged[name] > 0
    empty = Judge(2)
    empty.case([Operation(Code.SNAPSHOT)], Snapshot(2, 0, 0, 0, 0, 0, ()).encode())
    assert (name in empty.judged) is (name in ALWAYS)


def test_controls_are_of_properties() -> None:
    assert {*STRUCTURE, *HISTORY} == set(PROPERTIES)


@pytest.mark.parametrize(("name", "bad"), MORE)
def test_invariant_catches_other_ways_to_break_it(name: str, bad: Snapshot) -> None:
    assert name in {violation.property for violation in broken(bad)}


@pytest.mark.parametrize(("name", "found"), MORE_HISTORY)
def test_clause_catches_other_ways_to_break_it(name: str, found: set[str]) -> None:
    assert name in found


def test_statements_are_one_line() -> None:
    for stated in PROPERTIES.values():
        assert "\n" not in stated.statement
        assert not stated.statement.endswith(".")
