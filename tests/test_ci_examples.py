# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples for users' own CI call commands and options that there are, and name real files."""

import re
import shlex
from pathlib import Path

import click
import pytest

from review.cli import main

EXAMPLES = sorted((Path(__file__).parents[1] / "docs" / "ci").glob("*.yml"))
_CALL = re.compile(r"(?:^|[\s/])xasplit ((?:review|compare|verify|search) [^;\n]*)")


def calls(text: str) -> list[list[str]]:
    """The words of each call of xasplit, without its name."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [shlex.split(found[1]) for line in lines for found in _CALL.finditer(line)]


def check(words: list[str]) -> None:
    """Raises click.UsageError, or AssertionError, when there is no such command or option."""
    command = main.get_command(click.Context(main), words[0])
    assert command is not None, words[0]
    command.make_context(words[0], list(words[1:]), resilient_parsing=False)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_its_calls_are_right(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("baseline", "bundle"):
        (tmp_path / name).mkdir()
    found = calls(path.read_text())
    assert found
    for words in found:
        check(words)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_it_names_files_of_a_bundle(path: Path) -> None:
    named = re.findall(r"bundle/(\S+)", path.read_text())
    writers = "".join(
        one.read_text() for one in (Path(__file__).parents[1] / "review").rglob("*.py")
    )
    assert named and all(f'"{name}"' in writers for name in named)


def test_an_option_that_is_not_there_is_noticed() -> None:
    with pytest.raises(click.UsageError):
        check(["review", "--no-such-option"])
