# SPDX-License-Identifier: GPL-2.0-or-later
"""Other configurations in a review: searched at small scope, and decided each by itself."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from models.kernel.configuration import CHECKED, Configuration, parse_configuration
from models.kernel.source import Source, port_source
from models.mutants.planted import with_contents
from models.subject.build import ToolError, build
from models.subject.implementation import Implementation
from models.sweep.sweep import UnitResult
from review.bundle import manifest
from review.commands.review import _others
from review.report import text
from review.run import evidence, search, search_result, subjects
from review.run.review_result import ReviewOptions, ReviewResult
from review.run.search_result import SearchState
from review.run.workers import Workers
from specs.claims import Decision
from tests.review import small

BARE = Configuration()
NARROW = Configuration(debug=True, bits=32)
FLAGS = ("-O0", "-g0")
EFFORT = search.effort(0, 20, None)


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "ELSEWHERE_AT", (2,))


def of(configuration: Configuration, source: Source) -> Implementation:
    source = source.configured(configuration)
    name = f"port ({configuration.beside(CHECKED)})"
    return Implementation(name, source, False, {2: build(source, 2, cflags=FLAGS)})


def reviewed(*others: Implementation) -> ReviewResult:
    clean = small.clean()
    done = replace(clean, so_far=SearchState(result=UnitResult()))
    done.result.update(clean.result)
    search.elsewhere(done, {"port": others}, Workers(1), EFFORT)
    assert done.finished and not done.not_done
    return ReviewResult(ReviewOptions(proofs=False), done, complete=True)


def effect_in_an_assertion(folder: Path) -> Source:
    file, line = "lib/xarray_split.c", "\tnode->nr_values = (unsigned char)values;\n"
    text = (port_source().directory / file).read_text()
    wrong = "\tXA_NODE_BUG_ON(node, (node->nr_values = (u8)values) > 64);\n"
    return with_contents(port_source(), {file: text.replace(line, wrong)}, "port", folder)


def test_a_claim_that_fails_in_one_configuration_is_decided_in_each_by_itself(
    tmp_path: Path,
) -> None:
    done = reviewed(of(BARE, effect_in_an_assertion(tmp_path)))
    assert [one.name for one in done.implementations] == ["port", "port (recursive)"]
    usual, other = (
        {one.claim.id: one.decision for one in done.columns[name]}
        for name in ("port", "port (debug=off)")
    )
    assert usual["Q3"] is Decision.HOLDS and other["Q3"] is Decision.FAILS
    # What only the usual configuration was asked is decided of no other.
    assert other["C1"] is other["Q4"] is Decision.UNDECIDED
    search_result.leave(done.search)  # as they were met: working causes out takes long
    assert done.failed and "node-nr-values" in {
        one.smallest.property for one in done.search.diagnoses
    }
    told = " ".join(text.report(done).split())
    assert "Decided of 64-bit words, with CONFIG_XARRAY_MULTI, with debug assertions" in told
    assert "port (debug=off): 64-bit words, with CONFIG_XARRAY_MULTI, without debug" in told
    assert "Configurations multi=off" in told
    tested = manifest.build(done, [], [], [], [])["tested"]
    assert [one["configuration"] for one in tested] == ["", "", "debug=off"]


def test_what_is_found_in_the_usual_one_is_not_told_again(tmp_path: Path) -> None:
    clean = small.clean()
    one = of(BARE, effect_in_an_assertion(tmp_path))
    done = replace(clean, implementations=[], so_far=SearchState(result=UnitResult()))
    search.elsewhere(done, {"port": (one,)}, Workers(1), EFFORT)
    everything = {breach.smallest.property for breach in done.told.sorted()}
    assert "node-nr-values" in everything
    for breach in done.told.sorted():
        finding = replace(breach.smallest, implementation="port")
        done.result.findings.add(finding, (2, 3, 1))
    names = {breach.smallest.implementation for breach in done.told.sorted()}
    assert names == {"port"} and done.failed


def test_theorems_and_what_is_asked_once_decide_of_no_other_configuration() -> None:
    assert evidence.shared(CHECKED) and evidence.shared(BARE) == ("theorem:",)
    assert evidence.shared(NARROW) == evidence.shared(Configuration(multi=False)) == ()


def test_what_cannot_be_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    def absent(*_: object) -> None:
        raise ToolError("no 32-bit program can be built here: install gcc-multilib")

    monkeypatch.setattr(subjects, "check_buildable", absent)
    built = small.clean().implementations
    others, not_run = subjects.elsewhere(built, [NARROW], (2,), False)
    assert not others
    assert not_run == [
        "port (bits=32): not run: no 32-bit program can be built here: install gcc-multilib"
    ]
    done = replace(ReviewResult(ReviewOptions(proofs=False), small.clean()), not_run=not_run)
    assert not_run[0] in " ".join(text.report(done).split())


def test_the_port_has_no_other_than_multi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    _, not_run = subjects.elsewhere(
        small.clean().implementations, [Configuration(False)], (2,), False
    )
    assert "the port has no such option" in not_run[0]


def test_which_are_searched() -> None:
    assert _others((), every=False) == ("debug=off",)
    assert _others((CHECKED,), every=False) == ()
    every = _others((), every=True)
    assert len(every) == 7 and "multi=off,debug=off,bits=32" in every
    for wanted in (every, (), ("bits=32",)):
        command = ReviewOptions(configurations=wanted).command
        again = tuple(
            parse_configuration(word, CHECKED)
            for before, word in pairwise(command)
            if before == "--config"
        )
        assert _others(again, every=False) == wanted
