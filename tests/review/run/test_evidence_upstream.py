# SPDX-License-Identifier: GPL-2.0-or-later
from pathlib import Path

import pytest

from models.kernel.source import open_source, port_source
from models.mutants import upstream_test
from models.mutants.catalogue import MUTANTS
from models.subject.implementation import Implementation
from review.run import evidence
from specs.claims import CLAIMS, Decision, Evidence, Outcome, decide
from specs.strength import Strength
from tests.kernel_tree import change


def tried(monkeypatch: pytest.MonkeyPatch, tree: Path, *names: str) -> Evidence:
    """The evidence when only these defects are tried."""
    chosen = [mutant for mutant in MUTANTS if mutant.name in names]
    monkeypatch.setattr(upstream_test, "split_defects", lambda: chosen)
    port = Implementation("port", port_source(), False, {})
    kernel = Implementation("Linux", open_source(tree), False, {})
    (found,) = evidence.of_upstream_test([port, kernel])
    assert (found.check, found.target) == (evidence.UPSTREAM_TEST, "Linux")
    return found


def test_a_missed_defect_decides_the_claim(monkeypatch: pytest.MonkeyPatch, tree: Path) -> None:
    found = tried(monkeypatch, tree, "refuses-deep", "split-node-unreported")
    assert found.outcome is Outcome.FAILS
    assert "of 2 seeded defects" in found.detail
    assert "catches 0 with orders below 2 chunks and 1 below 4" in found.detail
    assert "it passes split-node-unreported" in found.detail
    assert decide(CLAIMS["T1"], [found]).decision is Decision.FAILS


def test_it_holds_when_all_are_caught(monkeypatch: pytest.MonkeyPatch, tree: Path) -> None:
    found = tried(monkeypatch, tree, "refuses-deep")
    assert (found.outcome, found.strength) == (Outcome.HOLDS, Strength.ONCE)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("!= (int)new_order", "!= (int)order", "fails on the port without a defect"),
        ("order < 2 * XA_CHUNK_SHIFT", "order < 12", "no check_split() with a range"),
        ("tests_run++;", "tests_run+;", "does not compile"),
    ],
)
def test_what_cannot_be_tried_decides_nothing(
    monkeypatch: pytest.MonkeyPatch, tree: Path, old: str, new: str, told: str
) -> None:
    change(tree, "lib/test_xarray.c", old, new)
    found = tried(monkeypatch, tree, "refuses-deep")
    assert found.outcome is Outcome.UNDECIDED and told in found.detail


def test_without_a_kernel_there_is_no_evidence() -> None:
    assert not list(evidence.of_upstream_test([Implementation("port", port_source(), False, {})]))
