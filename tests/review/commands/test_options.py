# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that several commands have alike."""

import click
import pytest
from click.testing import CliRunner

from review.commands.options import chunk_shifts_option, together
from review.commands.solver_options import solver_options


@click.command()
@together(chunk_shifts_option, solver_options(7.0))
def told(shifts: tuple[int, ...], solvers: tuple[str, ...], timeout: float) -> None:
    click.echo(f"{shifts} {solvers} {timeout}")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", "(1, 2, 3, 4, 5, 6) ('z3', 'cvc5', 'bitwuzla') 7.0"),
        (
            "--chunk-shift 6 --chunk-shift 4 --chunk-shift 6",
            "(4, 6) ('z3', 'cvc5', 'bitwuzla') 7.0",
        ),
        ("--solver bitwuzla --solver z3 --timeout 2", "(1, 2, 3, 4, 5, 6) ('z3', 'bitwuzla') 2.0"),
    ],
)
def test_what_is_not_named_is_all(words: str, expected: str) -> None:
    assert CliRunner().invoke(told, words.split()).output == f"{expected}\n"


def test_they_are_told_in_the_order_given() -> None:
    lines = CliRunner().invoke(told, ["--help"]).output.splitlines()
    named = [line.split()[0] for line in lines if line.startswith("  --")]
    assert named == ["--chunk-shift", "--solver", "--timeout", "--help"]


@pytest.mark.parametrize("words", [["--chunk-shift", "7"], ["--solver", "abacus"]])
def test_others_are_refused(words: list[str]) -> None:
    assert CliRunner().invoke(told, words).exit_code == 2
