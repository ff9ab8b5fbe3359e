# SPDX-License-Identifier: GPL-2.0-or-later
"""Counterexamples of harnesses as cases that the driver runs and every spec judges."""

import random
from pathlib import Path

import pytest

from models.case import counterexample
from models.case.replay import judge
from models.kernel.source import port_source
from models.mutants.catalogue import MUTANTS
from models.mutants.run import seeded
from models.subject.implementation import Implementation, examine
from proofs.c.cases import Case, cases
from proofs.c.report import Outcome, Verdict
from review.run.c_counterexample import entry, operations, replayed
from tests.tools import has_sanitizers
from xarray_model.operations import Code

NAMED = {one.name: one for one in cases(one_level=False, try_split=True)}
INPUTS = ("inside", "old", "new", "other", "other_slot", "marks", "other_marks", "probe", "fails")
sanitized = pytest.mark.skipif(not has_sanitizers(), reason="needs sanitizers")


@pytest.fixture(scope="module")
def port() -> Implementation:
    return examine(port_source(), (1, 2))


@pytest.mark.parametrize("case", [one for one in NAMED.values() if one.s < 3], ids=lambda c: c.name)
def test_any_inputs_make_a_case_in_which_the_port_is_right(
    case: Case, port: Implementation
) -> None:
    draw = random.Random(case.name)
    for _ in range(3):
        inputs = {name: draw.randrange(1 << 64) for name in INPUTS}
        # As the harness assumes: the tree is as high as it needs to be.
        top = 1 << case.s * case.levels - case.order - 1
        inputs["position"] = draw.randrange(1 << 64) | top
        assert judge(port, case.s, operations(case, inputs)) == []


def test_entries_are_values_or_pointers_that_are_not_null() -> None:
    assert [entry(word) for word in (0, 1, 2, 3, 4, 7, 8, 10)] == [4, 1, 4, 3, 4, 7, 8, 8]


def test_what_the_harness_does_is_done() -> None:
    made = operations(NAMED["split-s2-3to1"], {"position": 1, "inside": 5, "old": 7, "marks": 5,
                      "other_slot": 1, "other": 8, "other_marks": 2})  # fmt: skip
    assert [one.code.name for one in made] == [
        *("STORE", "SET_MARK", "SET_MARK", "STORE", "SET_MARK", "SNAPSHOT", "SPLIT", "SNAPSHOT")
    ]
    old, split = made[0], made[6]
    assert (old.index, old.order, old.entry) == (8, 3, 7)
    assert (made[3].index, made[3].order) == (4, 2)
    assert (split.index, split.order, split.new_order) == (13, 3, 1)
    failing = operations(NAMED["no_memory-s1-2to0-fail2"], {})
    assert next(one for one in failing if one.code is Code.FAIL).argument == 2


@sanitized
def test_a_counterexample_becomes_a_file_and_a_reproducer(tmp_path: Path) -> None:
    mutant = next(one for one in MUTANTS if one.name == "mark-lost-in-leaf")
    source = seeded(mutant, tmp_path / "tree")
    inputs = {"position": 0, "old": 4, "new": 8, "marks": 7, "other_slot": 1, "other": 12}
    outcome = Outcome(NAMED["split-s1-1to0"], Verdict.REFUTED, inputs=inputs)
    one = replayed(source, outcome, tmp_path / "found")
    assert "split-marks" in {each.property for each in one.found}
    assert one.path is not None
    assert counterexample.loads(one.path.read_bytes()).finding.operations
    assert one.reproducer is not None and "XA_BUG_ON" in one.reproducer.code


@sanitized
def test_what_does_not_break_is_not_saved(tmp_path: Path) -> None:
    outcome = Outcome(NAMED["split-s1-1to0"], Verdict.REFUTED, inputs={"old": 4, "new": 8})
    one = replayed(port_source(), outcome, tmp_path)
    assert one.operations and not one.found and one.path is None and not [*tmp_path.iterdir()]
    without = replayed(port_source(), Outcome(outcome.case, Verdict.REFUTED), tmp_path)
    assert without.reason == "the model checker gave no inputs"
