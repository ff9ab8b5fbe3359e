# SPDX-License-Identifier: GPL-2.0-or-later
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from models.case.finding import Finding
from models.kernel.configuration import CHECKED
from models.mutants import checks
from models.mutants.catalogue import MUTANTS
from models.mutants.mutant import Check
from models.mutants.several import Bench
from models.mutants.told import Outcome, Told
from review.commands import mutants
from xarray_model.operations import Code, Operation


def test_shows_what_catches_a_defect() -> None:
    done = CliRunner().invoke(
        mutants.command, ["canonical-first"], standalone_mode=False, env={"COLUMNS": "160"}
    )
    assert done.return_value == 0
    assert "publish-order" in done.output
    assert "1 of 1 caught" in done.output


def test_prints_one_json_object() -> None:
    done = CliRunner().invoke(
        mutants.command, ["try-limit", "sibling-mask", "--json"], standalone_mode=False
    )
    told = json.loads(done.stdout)
    assert [one["name"] for one in told["mutants"]] == ["try-limit", "sibling-mask"]
    assert told["survived"] == []
    assert all(one["caught"] for one in told["mutants"])


def test_a_survivor_gives_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    harmless = replace(MUTANTS[0], name="harmless", replacement=MUTANTS[0].text)
    monkeypatch.setattr(mutants, "MUTANTS", (harmless,))
    few = checks.ladder(harmless.chunk_shift)[:6]
    monkeypatch.setattr(checks, "ladder", lambda _: few)
    done = CliRunner().invoke(
        mutants.command, ["harmless"], standalone_mode=False, env={"COLUMNS": "160"}
    )
    assert done.return_value == 1
    assert "SURVIVES" in done.output
    assert "0 of 1 caught" in done.output


def test_without_names_the_unchanged_port_must_pass_too(monkeypatch: pytest.MonkeyPatch) -> None:
    (caught,) = (one for one in MUTANTS if one.name == "canonical-first")
    monkeypatch.setattr(mutants, "MUTANTS", (caught,))
    few = checks.ladder(3)[:6]
    monkeypatch.setattr(checks, "ladder", lambda _: few)
    done = CliRunner().invoke(mutants.command, standalone_mode=False)
    assert done.return_value == 0
    assert "The unchanged port in the sweep at chunk shift 3: it passes" in done.output
    assert "unchanged port" not in CliRunner().invoke(mutants.command, ["canonical-first"]).output
    monkeypatch.setattr(mutants, "controls", lambda _: {(Check.SWEEP, 3, CHECKED): {"lru": "said"}})
    done = CliRunner().invoke(mutants.command, ["--json"], standalone_mode=False)
    assert done.return_value == 1
    (one,) = json.loads(done.stdout)["unchanged_port"]
    assert (one["check"], one["chunk_shift"], one["configuration"]) == ("sweep", 3, "")
    assert one["found"] == {"lru": "said"}


def test_a_mutant_that_does_not_fit_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = replace(MUTANTS[0], name="gone", text="this is not in the port")
    monkeypatch.setattr(mutants, "MUTANTS", (gone,))
    done = CliRunner().invoke(mutants.command, ["gone"])
    assert done.exit_code == 1
    assert "has its text 0 times" in done.output


def test_an_unknown_name_is_wrong_usage() -> None:
    done = CliRunner().invoke(mutants.command, ["nonsense"])
    assert done.exit_code == 2
    assert "There is no mutant nonsense" in done.output


def test_several_at_once_are_told_by_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The goals that are met give status 0, those that are not 1, and name the sets."""
    case = Finding("port", 2, "lru", "says", "detail", 0, (Operation(Code.STORE),), b"", b"")
    right = Outcome(("a", "b"), (Told(case, ("a",)), Told(case, ("b",))))
    wrong = Outcome(("a", "b"), (Told(case, ("a",)), Told(case, ("a",)), Told(case, ("a", "b"))))
    asked = []

    def outcomes(_: Bench, sizes: range, sample: int, seed: int) -> list[Outcome]:
        asked.append((sizes, sample, seed))
        return [right] if sample == 1 else [right, wrong]

    monkeypatch.setattr(Bench, "outcomes", outcomes)

    def run(*options: str) -> Result:
        return CliRunner().invoke(mutants.command, options, standalone_mode=False)

    done = run("--several", "2-4", "--sample", "1", "--seed", "7")
    assert (done.return_value, asked) == (0, [(range(2, 5), 1, 7)])
    assert "are met" in done.output and "Of a, b" not in done.output
    done = run("--several", "2", "--sample", "2")
    assert done.return_value == 1 and asked[1] == (range(2, 3), 2, 1)
    for line in ("are NOT met", "Of a, b:", "not told: b", "told 2 times: a", "shows a, b"):
        assert line in done.output
    told = json.loads(run("--several", "2", "--sample", "2", "--json").stdout)
    assert (told["met"], told["all"]["told"], told["all"]["twice"]) == (False, 3, 1)
    assert [one["right"] for one in told["sets"]] == [True, False]


@pytest.mark.parametrize("sizes", ["0", "x", "3-2", "2-", "2000"])
def test_sizes_that_are_none_are_wrong_usage(sizes: str) -> None:
    done = CliRunner().invoke(mutants.command, ["--several", sizes])
    assert done.exit_code == 2 and "Traceback" not in done.output


def test_two_measurements_at_once_are_wrong_usage() -> None:
    done = CliRunner().invoke(mutants.command, ["--several", "2", "--where"])
    assert done.exit_code == 2 and "give one of them" in done.output
