# SPDX-License-Identifier: GPL-2.0-or-later
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from review import __version__
from review.cli import COMMANDS, main


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from review.cli import run; run()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "arguments",
    [("count", "4K", "1G"), ("count", "64", "0"), ("nothing",), ("count", "1", "0", "--no")],
)
def test_wrong_usage_is_one_line_and_status_2(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("xasplit: ") and result.stderr.count("\n") == 1


def test_help_is_no_error() -> None:
    result = run("--help")
    assert result.returncode == 0 and "xasplit count 1G 4K" in result.stdout


def test_the_version_tells_which_tools_are_there() -> None:
    told = CliRunner().invoke(main, ["--version"])
    assert told.exit_code == 0 and told.stdout.startswith(f"xasplit {__version__}\n")
    record = json.loads(CliRunner().invoke(main, ["--json", "--version"]).stdout)
    assert record == json.loads(CliRunner().invoke(main, ["--version", "--json"]).stdout)
    assert record["xasplit"] == __version__
    for name, version in record["tools"].items():
        assert f"  {name:<16} {version or 'not found':<12} " in told.stdout
    alone = run("--json", "count", "3", "0")
    assert (alone.returncode, alone.stdout) == (2, "") and "--json stands after" in alone.stderr


def test_output_to_a_file_has_no_colour() -> None:
    assert "\x1b" not in run("count", "1G", "4K").stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_loaded_and_says_what_it_does(name: str) -> None:
    told = CliRunner().invoke(main, [name, "--help"])
    assert told.exit_code == 0 and "Examples:" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "libraries"),
    [
        (["--help"], {"click"}),
        (["count", "1G", "4K", "--json"], {"click", "rich"}),
        *(([name, "--nothing"], {"click"}) for name in ("search", "review", "compare")),
    ],
)
def test_what_answers_at_once_loads_little(arguments: list[str], libraries: set[str]) -> None:
    code = (
        "import contextlib, sys; from review.cli import main\n"
        "with contextlib.suppress(SystemExit, Exception):\n"
        "    main(sys.argv[1:], standalone_mode=False)\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    known = {
        "click",
        "rich",
        "msgspec",
        "hypothesis",
        "z3",
        "jinja2",
        "matplotlib",
        "proofs",
        "multiprocessing",
    }
    assert known & {*done.stdout.splitlines()[-1].split()} <= libraries
