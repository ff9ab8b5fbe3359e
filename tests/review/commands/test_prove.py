# SPDX-License-Identifier: GPL-2.0-or-later
import json

import click
import pytest
from click.testing import CliRunner, Result

from review.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["prove", *arguments], standalone_mode=False)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("N9",), "N9"),
        (("--chunk-shift", "7"), "7"),
        (("--solver", "abacus"), "abacus"),
        (("S2", "--export", "/dev/null/x"), "/dev/null/x"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(arguments: tuple[str, ...], word: str) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, click.UsageError) and result.stdout == ""
    said = result.exception.format_message()
    assert word in said and "\n" not in said


def test_a_table_without_colour_and_status_0() -> None:
    result = run("V1.values", "S2", "--chunk-shift", "2")
    assert result.return_value == 0, result.output
    assert "\x1b" not in result.stdout
    assert "a vertical split subtracts L if the new entry is a value" in result.stdout
    assert "3 of 3 theorems" in result.stdout


def test_json_is_all_there_is_on_standard_output() -> None:
    result = run("N4.shift", "--chunk-shift", "3", "--json")
    told = json.loads(result.stdout)
    assert result.return_value == 0 and told["proved"]
    (theorem,) = told["theorems"]
    control = next(finding for finding in theorem["findings"] if finding["control"])
    assert control["status"] == "refuted" and control["answers"]["cvc5"]["model"]


def test_what_is_missing_is_status_1() -> None:
    result = run("V1.count", "--solver", "bitwuzla")
    assert result.return_value == 1 and "not proved: V1.count" in result.stdout
