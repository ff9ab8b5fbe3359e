# SPDX-License-Identifier: GPL-2.0-or-later
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import click
import pytest

from review import __version__
from review.cli import COMMANDS, main
from review.report import manual

ROOT = Path(__file__).parents[3]
KEPT = ROOT / "docs" / "xasplit.1"


@cache
def made() -> str:
    """The page; by a process of its own, since click keeps what other tests ask of commands."""
    command = [sys.executable, "-m", "xasplit", "man"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def words(page: str) -> list[str]:
    """The words of a page, without what versions of click put in brackets each in its way."""
    return re.sub(r"\[[^]]*\]", "", page).split()


def test_the_page_that_is_installed_is_what_the_command_makes() -> None:
    # If not: xasplit man > docs/xasplit.1
    assert words(KEPT.read_text()) == words(made())


def test_it_tells_every_command_and_option() -> None:
    page = made()
    assert f'"xasplit {__version__}"' in page
    context = click.Context(main)
    for name in COMMANDS:
        assert f"\n.SS {name}\n" in page
        command = main.get_command(context, name)
        assert command is not None
        options = [one for one in command.params if isinstance(one, click.Option)]
        named = [word for one in options if not one.hidden for word in one.opts]
        assert [word for word in named if word.replace("-", "\\-") not in page] == []


@click.group()
def odd() -> None:
    """Do \\ it.

    \b
    .first as
       it stands
    """


def test_what_roff_would_take_for_its_own_is_text() -> None:
    page = manual.page(odd, "1")
    assert "\\- Do \\e it\n" in page
    assert "\n.nf\n\\&.first as\n   it stands\n.fi\n" in page


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs groff")
def test_roff_has_no_complaint_of_it() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z"], input=made(), capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
