# SPDX-License-Identifier: GPL-2.0-or-later
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from models.mutants.catalogue import MUTANTS
from review import mutants


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
    done = CliRunner().invoke(
        mutants.command, ["harmless"], standalone_mode=False, env={"COLUMNS": "160"}
    )
    assert done.return_value == 1
    assert "SURVIVES" in done.output
    assert "0 of 1 caught" in done.output


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
