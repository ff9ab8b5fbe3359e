# SPDX-License-Identifier: GPL-2.0-or-later
"""``make fresh``: what it takes from the README, what it refuses, and that it leaves nothing.

Its programs that need root or a network are played by others here; what it finds out is not.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / ".ci" / "fresh"
PLAYED = {
    "id": "echo 0",
    "debootstrap": "echo E: no such mirror; exit 1",
    "unshare": 'while [ "${1#--}" != "$1" ]; do shift; done; exec "$@"',
    "apt-get": "echo Debian Debian http://mirror.example/debian",
    "apt-config": "",
}


@pytest.fixture
def played(tmp_path: Path) -> Path:
    """A folder of programs that comes first in the path, without debootstrap elsewhere."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "dirname", "sed", "head", "tail", "mktemp", "mkdir", "chmod", "rm"):
        (folder / name).symlink_to(str(shutil.which(name)))
    for name, body in PLAYED.items():
        play(folder, name, body)
    (tmp_path / "tmp").mkdir()
    return folder


def play(folder: Path, name: str, body: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def start(played: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {"PATH": str(played), "TMPDIR": str(played.parent / "tmp")}
    return subprocess.Popen(
        [SCRIPT, *arguments], env=environment, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def refusal(played: Path, *arguments: str) -> str:
    """The one line with which it ends."""
    with start(played, *arguments) as process:
        told = process.communicate(timeout=60)[1]
    assert process.returncode == 2, told
    assert told.startswith("make fresh: ") and told.count("\n") == 1
    assert not list((played.parent / "tmp").iterdir())
    return told


def test_a_suite_is_to_be_named(played: Path) -> None:
    assert "SUITE=bookworm" in refusal(played)
    assert "knows no suite nosuch" in refusal(played, "nosuch")


def test_root_is_needed(played: Path) -> None:
    play(played, "id", "echo 1000")
    assert "need root" in refusal(played, "bookworm")


def test_debootstrap_is_needed(played: Path) -> None:
    (played / "debootstrap").unlink()
    assert "debootstrap is not installed" in refusal(played, "bookworm")


needs_suites = pytest.mark.skipif(
    not Path("/usr/share/debootstrap/scripts/bookworm").exists(), reason="needs debootstrap"
)


@needs_suites
def test_what_debootstrap_says_is_told(played: Path) -> None:
    told = refusal(played, "bookworm")
    assert "bookworm from http://mirror.example/debian failed: E: no such mirror" in told
    play(played, "apt-get", "")
    assert "no mirror of Debian" in refusal(played, "bookworm")


@needs_suites
def test_nothing_is_left_when_it_is_ended(played: Path) -> None:
    begun = played.parent / "begun"
    play(played, "debootstrap", f'echo > "{begun}"; exec {shutil.which("sleep")} 2')
    with start(played, "bookworm") as process:
        for _ in range(600):
            if begun.exists():
                break
            time.sleep(0.05)
        assert list((played.parent / "tmp").iterdir())
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=60) == 130
    assert not list((played.parent / "tmp").iterdir())


def test_packages_and_commands_are_the_readmes() -> None:
    """The script reads the packages in the README; the gate installs them too."""
    readme = (ROOT / "README.md").read_text()
    (line,) = re.findall(r"^apt-get install +(.*)$", readme, re.MULTILINE)
    script = SCRIPT.read_text()
    assert "readme 'apt-get install'" in script
    assert re.search(r"sed -n .* README\.md", script)
    (gate,) = re.findall(r"^wanted=\((.*?)\)$", (ROOT / ".ci" / "run").read_text(), re.M | re.S)
    assert set(line.split()) == {"gcc", "make", "git", "python3-venv"} <= set(gate.split())
    (commands,) = re.findall(r"for command in (.*); do", script)
    for command in re.findall(r"'(.*?)'", commands):
        assert re.search(rf"^{command}\b", readme, re.MULTILINE)
    assert re.findall(r"'(.*?)'", commands) == ["make review", "make test"]
