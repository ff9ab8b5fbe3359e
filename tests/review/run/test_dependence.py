# SPDX-License-Identifier: GPL-2.0-or-later
"""A byte that changes leads to exactly the work that depends on it."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.kernel.source import Source, port_source
from models.mutants.catalogue import MUTANTS
from models.subject import build
from models.subject.implementation import Implementation
from models.sweep.sweep import Unit, UnitResult
from review.run import campaign, own_code, results
from review.run.results import Results, program_key, tools
from review.run.store import ResultStore
from review.run.workers import Workers
from tests.review.run.test_results import Never

UNITS = [Unit(1, 2, 0), Unit(1, 2, 1)]
WRONG = next(one for one in MUTANTS if one.name == "leaf-values-zero")
FILE = WRONG.file
ROOT = Path(own_code.__file__).parents[2]
FOLDERS = ("models", "proofs", "review", "specs", "xarray_model")
ANSWER, SCRIPTS, VERDICTS, PLOTS = "answer", "scripts", "verdicts", "plots"
RUN = (campaign.UNITS, campaign.HISTORIES, "explorations of readers", "measurements")
KINDS = {ANSWER, SCRIPTS, VERDICTS, PLOTS, *RUN}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XASPLIT_RESULTS", str(tmp_path / "results"))
    return tmp_path / "results"


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of our own code, which is what is kept depends on."""
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.setattr(own_code, "_ROOT", tmp_path)
    monkeypatch.setattr(own_code, "_PORT", tmp_path / "models" / "port")
    own_code.own_code.cache_clear()
    yield tmp_path
    own_code.own_code.cache_clear()


@pytest.mark.parametrize(
    ("file", "kinds"),
    [
        ("specs/effect.py", {VERDICTS, PLOTS, *RUN}),
        ("xarray_model/split.py", KINDS - {ANSWER}),
        ("models/driver/main.c", {VERDICTS, PLOTS, *RUN}),
        ("review/run/numbers.py", {PLOTS, *RUN}),
        ("proofs/catalogue.py", {SCRIPTS}),
        ("review/report/plots.py", {PLOTS}),
        ("models/port/lib/xarray_split.c", set()),
    ],
)
def test_a_byte_of_ours(ours: Path, file: str, kinds: set[str]) -> None:
    """The port is code under test: what it is compiled to is what counts."""

    def codes() -> dict[str, str]:
        own_code.own_code.cache_clear()
        return {kind: own_code.own_code(kind) for kind in KINDS}

    before = codes()
    path = ours / file
    path.write_bytes(path.read_bytes() + b"\n")
    after = codes()
    assert {kind for kind in KINDS if after[kind] != before[kind]} == kinds


def built(source: Source) -> Implementation:
    return Implementation("port", source, False, {1: build.build(source, 1)})


def changed(folder: Path, old: str, new: str) -> Implementation:
    """The port, as it is in a copy with a change."""
    port = port_source()
    copy = Path(shutil.copytree(port.directory, folder))
    path = copy / FILE
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    sums = {**port.sha256, FILE: hashlib.sha256(path.read_bytes()).hexdigest()}
    return built(replace(port, directory=copy, sha256=sums))


def run_again(one: Implementation) -> int:
    """How many of the units are run, and not taken over."""
    taken = Results(ResultStore(), Never())
    assert campaign.run(
        UNITS, [one], Workers(1), lambda *_: None, UnitResult(), results=taken
    )  # fmt: skip
    return taken.asked[campaign.UNITS] - taken.taken.get(campaign.UNITS, 0)


def test_a_byte_of_the_store(place: Path) -> None:
    port = built(port_source())
    assert run_again(port) == len(UNITS)
    assert run_again(port) == 0
    file = sqlite3.connect(place)
    kept = "SELECT rowid, text FROM entries WHERE kind = ? LIMIT 1"
    row, text = file.execute(kept, (campaign.UNITS,)).fetchone()
    other = text[:40] + ("A" if text[40] != "A" else "B") + text[41:]
    file.execute("UPDATE entries SET text = ? WHERE rowid = ?", (other, row))
    file.commit()
    file.close()
    assert run_again(port) == 1
    assert run_again(port) == 0


def test_a_byte_of_the_port(tmp_path: Path) -> None:
    port = built(port_source())
    assert run_again(port) == len(UNITS)
    comment = changed(tmp_path / "comment", "SPDX-License-Identifier", "SPDX-License-identifier")
    assert run_again(comment) == 0  # the same is compiled
    other = changed(tmp_path / "other", WRONG.text, WRONG.replacement)
    assert program_key(other, 1) != program_key(port, 1)
    assert run_again(other) == len(UNITS)
    assert run_again(port) == 0


def test_another_version_of_the_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All is compiled anew, and measured and explored anew; cases are run anew only where that
    comes to another program."""
    wrapper = tmp_path / "cc"

    def version(said: str) -> None:
        wrapper.write_text(
            f'#!/bin/sh\ncase "$*" in *--version*) echo {said};; *) exec gcc "$@";; esac\n'
        )
        wrapper.chmod(0o755)
        build.compiler_version.cache_clear()
        results._content.cache_clear()

    monkeypatch.setenv("CC", str(wrapper))
    monkeypatch.setenv("XASPLIT_CACHE", str(tmp_path / "cache"))
    version("one")
    first, tooled = built(port_source()), tools()
    assert run_again(first) == len(UNITS)
    objects = set((tmp_path / "cache" / "objects").glob("*/object.o"))
    version("two")
    second = built(port_source())
    assert second.executables[1] != first.executables[1] and tools() != tooled
    again = set((tmp_path / "cache" / "objects").glob("*/object.o")) - objects
    assert len(again) == len(objects)
    assert second.executables[1].read_bytes() == first.executables[1].read_bytes()
    assert run_again(second) == 0
