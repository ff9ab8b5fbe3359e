# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings are on disk as soon as there are any, and one that cannot be saved costs no other."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.case.counterexample import loads
from models.case.finding import Finding
from models.case.findings import Findings
from review.run import saving
from review.run.saving import Saver
from tests.models.case.test_counterexample import FINDING
from tests.review import small
from xarray_model.operations import Code, Operation

SPLIT = (2, 3, 0)


@pytest.fixture
def saver(tmp_path: Path) -> Saver:
    return Saver(tmp_path / "found", [replace(small.clean().implementations[0], name="port")], 7)


def larger(finding: Finding) -> Finding:
    """The same with one operation more."""
    more = Operation(Code.LOAD)
    return replace(
        finding,
        operations=(*finding.operations, more),
        expected=finding.expected + bytes(8),
    )


def test_a_smaller_case_takes_the_place_of_a_larger_one(saver: Saver) -> None:
    for finding in (larger(FINDING), FINDING, larger(FINDING)):
        saver.found(finding)
    (path,) = saver.paths
    assert loads(path.read_bytes()).finding == FINDING and loads(path.read_bytes()).seed == 7
    assert [one.name for one in path.parent.iterdir()] == ["port-nr-values.json"]


def test_the_first_case_of_each_is_told_at_once_with_its_file(tmp_path: Path) -> None:
    lines: list[str] = []
    clean = replace(small.clean().implementations[0], name="port")
    saver = Saver(tmp_path / "found", [clean], 7, lines.append)
    other = replace(FINDING, property="other")
    for finding in (larger(FINDING), FINDING, larger(FINDING), other):
        saver.found(finding)
    assert [line.split()[:4] for line in lines] == [
        ["found:", "port", "breaks", name] for name in ("nr-values", "other")
    ]
    for line, path in zip(lines, saver.paths, strict=True):
        assert line.endswith(str(path)) and path.exists()
        assert "at chunk shift" in line and "\n" not in line


def test_in_the_end_the_files_hold_what_is_told(saver: Saver) -> None:
    saver.found(FINDING)
    other = replace(FINDING, detail="of another history")
    total = Findings()
    total.add(other, SPLIT)
    saver.finish(total)
    assert [loads(path.read_bytes()).finding for path in saver.paths] == [other]


def test_what_cannot_be_saved_loses_only_itself(saver: Saver) -> None:
    # The model answers completely, always: this is what the format has no room for.
    lost = replace(FINDING, property="lost", expected=b"")
    for finding in (lost, FINDING):
        saver.found(finding)
    assert [path.name for path in saver.paths] == ["port-nr-values.json"]
    told = saving.told(saver)
    assert told[0].startswith("port breaks lost: its case could not be saved, FormatError: ")
    assert told[1].startswith("Saved a file in ") and len(told) == 2
    saver.found(replace(FINDING, property="lost"))
    assert len(saver.paths) == 2 and saver.lost == []


def test_a_folder_that_cannot_be_written_is_told(saver: Saver) -> None:
    saver.folder.write_text("in the way")
    saver.found(FINDING)
    (line,) = saving.told(saver)
    assert "could not be saved" in line and "Error" in line


def test_names_that_differ_in_what_a_path_cannot_hold_get_two_files(saver: Saver) -> None:
    for name in ("a b", "a-b", "a b"):
        saver.found(replace(FINDING, property=name))
    assert [path.name for path in saver.paths] == ["port-a-b.json", "port-a-b-2.json"]


ENDLESS = """
import sys
from models.subject.implementation import examine
from models.sweep.sweep import Unit
from review.run import search, subjects
from review.cli import run
from tests.review import small
search.complete_units = lambda *_: [Unit(2, 5, 0), Unit(2, 5, 1)] if sys.argv[2] == "sweep" else []
search.quick_units = lambda *_: []
search.sampled_units = lambda *_: []
subjects.implementations = lambda *_: ([examine(small.planted(), (2,))], [])
sys.argv[1:] = ["search", "--chunk-shift", "2", "--jobs", "2", "--save", sys.argv[1],
                "--time", "300s"]
run()
"""


@pytest.fixture(params=["sweep", "histories"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A search of a planted port, which has found something and would go on for a long time."""
    found = tmp_path / "found"
    command = [sys.executable, "-c", ENDLESS, str(found), request.param]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        try:
            end = time.monotonic() + 60
            while not list(found.glob("*.json")) and time.monotonic() < end:
                assert run.poll() is None
                time.sleep(0.05)
            yield run
        finally:
            run.kill()


def ended(pid: int) -> bool:
    """Whether a process has ended, reaped by its parent or not."""
    try:
        return (
            re.search(r"^State:\s+[ZX]", Path(f"/proc/{pid}/status").read_text(), re.M) is not None
        )
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_what_was_found_outlives_a_search_that_is_killed(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    assert len(children) >= 2
    running.kill()
    running.wait()
    for path in (tmp_path / "found").glob("*.json"):
        assert loads(path.read_bytes()).finding.implementation == "planted"
    # Nothing is left running behind.
    end = time.monotonic() + 20
    while not all(ended(int(pid)) for pid in children) and time.monotonic() < end:
        time.sleep(0.05)
    assert all(ended(int(pid)) for pid in children)


@pytest.mark.parametrize(
    ("running", "by"),
    [("sweep", signal.SIGINT), ("histories", signal.SIGINT), ("sweep", signal.SIGTERM)],
    indirect=["running"],
)
def test_what_was_found_is_told_after_an_interrupt(
    running: subprocess.Popen[str], by: signal.Signals, tmp_path: Path
) -> None:
    os.kill(running.pid, by)
    output, errors = running.communicate(timeout=60)
    assert running.returncode == 1, errors
    assert "planted breaks " in output and "Interrupted" in output and "Saved " in output
    assert "Traceback" not in errors
    assert list((tmp_path / "found").glob("planted-*.json"))
