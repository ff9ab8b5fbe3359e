# SPDX-License-Identifier: GPL-2.0-or-later
"""Proofs of the port's C code, what guards them, and what a kernel is asked."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.kernel.configuration import parse_configuration
from models.kernel.source import Source, port_source
from models.mutants.catalogue import MUTANTS
from models.mutants.run import seeded
from models.subject.implementation import Implementation, examine
from proofs.c.cases import Case, Harness, cases
from proofs.c.cbmc import Running, find
from proofs.c.report import Outcome, Verdict
from proofs.c.run import decide
from review.run import c_proofs
from tests.tools import has_sanitizers, needs_cbmc

NAMED = {one.name: one for one in cases(one_level=False, try_split=True)}
SMALL = NAMED["split-s1-1to0"]
sanitized = pytest.mark.skipif(not has_sanitizers(), reason="needs sanitizers")


@pytest.fixture(scope="module")
def port() -> Implementation:
    return examine(port_source(), (1,))


def defective(name: str, folder: Path) -> Source:
    return seeded(next(one for one in MUTANTS if one.name == name), folder)


@needs_cbmc
@sanitized
@pytest.mark.parametrize("name", ["split-s1-2to0", "no_memory-s1-2to0-fail2", "try_split-s2-2to0"])
def test_the_port_is_proved(name: str, port: Implementation) -> None:
    """One case of each kind that is cheap; `xasplit prove --c` proves all."""
    report = c_proofs.prove(port, [NAMED[name]], jobs=1)
    assert report.proved, report.outcomes
    assert report.outcomes[0].checked > 400
    assert report.outcomes[0].native.startswith("passed")


@needs_cbmc
@pytest.mark.long  # every case of the port: minutes
@pytest.mark.parametrize("recursive", [False, True])
def test_all_of_the_port_is_proved(recursive: bool) -> None:
    implementation = examine(port_source(recursive), (1,))
    report = c_proofs.prove(implementation, c_proofs.cases_of(implementation))
    assert report.proved, [one for one in report.outcomes if not one.good]
    assert max(one.memory for one in report.outcomes) < 2 << 30


def test_what_is_asked_of_which_source(port: Implementation) -> None:
    recursive = replace(port, source=port_source(recursive=True))
    one_level = replace(port, one_level=True)
    assert len(c_proofs.cases_of(port)) > len(c_proofs.cases_of(recursive)) > 0
    assert any(one.refused for one in c_proofs.cases_of(one_level))
    narrow = port.source.configured(parse_configuration("bits=32"))
    assert c_proofs.cases_of(replace(port, source=narrow)) == []


@sanitized
@pytest.mark.parametrize(
    "case", [one for one in NAMED.values() if one.s == 1], ids=lambda c: c.name
)
def test_each_harness_passes_as_a_program(case: Case) -> None:
    """On the port; and some inputs get past what is assumed."""
    outcome = Outcome(case, Verdict.PROVED)
    c_proofs.guard(port_source(), outcome)
    assert not outcome.contradicted
    assert int(outcome.native.removeprefix("passed ")) > c_proofs.SAMPLE / 4


@sanitized
def test_a_proof_that_a_program_contradicts_is_none(tmp_path: Path) -> None:
    outcome = Outcome(SMALL, Verdict.PROVED)
    c_proofs.guard(defective("mark-lost-in-leaf", tmp_path), outcome)
    assert outcome.contradicted and not outcome.good
    assert "failed child-mark" in outcome.native


@sanitized
def test_a_counterexample_that_a_program_does_not_show_is_not_confirmed() -> None:
    inputs = {"position": 1, "old": 5, "new": 9}
    outcome = Outcome(SMALL, Verdict.REFUTED, inputs=inputs)
    c_proofs.guard(port_source(), outcome)
    assert outcome.confirmed is False
    without = Outcome(SMALL, Verdict.REFUTED)
    c_proofs.guard(port_source(), without)
    assert without.confirmed is False


@sanitized
def test_inputs_that_are_ruled_out_confirm_nothing() -> None:
    case = Case(Harness.SPLIT, 1, 3, 1, 0)
    outcome = Outcome(case, Verdict.REFUTED, inputs={"position": 0})
    c_proofs.guard(port_source(), outcome)
    assert outcome.confirmed is False
    assert outcome.native == "what the harness assumes does not hold"


@needs_cbmc
def test_code_that_does_not_compile_is_undecided(tmp_path: Path) -> None:
    source = defective("mark-lost-in-leaf", tmp_path)
    (source.directory / "lib/xarray_split.c").write_text('#include "nowhere.h"\n')
    broken = Implementation("broken", source, False, {})
    report = c_proofs.prove(broken, [SMALL], jobs=1)
    assert report.outcomes[0].verdict is Verdict.UNDECIDED
    assert "nowhere.h" in report.outcomes[0].reason


@needs_cbmc
@sanitized
def test_a_slot_too_far_is_a_counterexample_that_the_sanitizer_sees(tmp_path: Path) -> None:
    source = defective("mark-lost-in-leaf", tmp_path)
    split = source.directory / "lib/xarray_split.c"
    text = (port_source().directory / "lib/xarray_split.c").read_text()
    loop = "for (unsigned int offset = 0; offset < XA_CHUNK_SIZE; offset++) {"
    assert text.count(loop) == 1
    split.write_text(text.replace(loop, loop.replace("offset < XA", "offset <= XA")))
    outcome = decide(SMALL, c_proofs.preparing(source)(SMALL), find(), Running())
    assert outcome.verdict is Verdict.REFUTED
    assert "stays-in-node" in outcome.properties
    source = replace(source, sha256={**source.sha256, "lib/xarray_split.c": "0" * 64})
    c_proofs.guard(source, outcome)
    assert outcome.confirmed and "failed stays-in-node" in outcome.native
