# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs mutants: change a copy, build it, look for the declared properties, take the time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from models.kernel.configuration import CHECKED, Configuration
from models.kernel.source import Source, port_source
from models.mutants import checks
from models.mutants.mutant import Check, Mutant, MutantError, Part
from models.mutants.planted import with_contents
from models.subject.build import ToolError, build, check_buildable, compiler
from models.subject.implementation import Implementation

FLAGS = ("-O0", "-g0")
"""Mutants run for a moment only: what compiles fastest."""
_ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a mutant fared.

    ``found``: every property found broken by the time that the search ended, with a detail;
    ``seconds``: how long the search took, ``build_seconds`` what came before; ``rounds``: how many
    units of the sweep, or batches of histories, were run.
    """

    mutant: Mutant
    found: Mapping[str, str]
    seconds: float
    build_seconds: float
    rounds: int = 1

    @property
    def caught(self) -> bool:
        """Whether each declared property was found broken."""
        return not self.missing

    @property
    def missing(self) -> list[str]:
        """The declared properties that were not found broken."""
        return [name for name in self.mutant.caught_by if name not in self.found]


def port(
    s: int, *, one_level: bool = False, configuration: Configuration = CHECKED
) -> Implementation:
    """The unchanged port, built as mutants are."""
    source, built = port_source().configured(configuration), _built(None, s, configuration)
    return Implementation("port", source, one_level, {s: built})


def mutated(mutant: Mutant) -> Implementation:
    """The port, or its driver, with the mutant's change.  MutantError, or BuildError if it does not
    compile."""
    s, source = mutant.chunk_shift, port_source().configured(mutant.configuration)
    return Implementation(mutant.name, source, mutant.one_level, {s: _built(mutant, s)})


def _built(mutant: Mutant | None, s: int, configuration: Configuration = CHECKED) -> Path:
    if mutant is None:
        return build(port_source().configured(configuration), s, cflags=FLAGS)
    source = port_source().configured(mutant.configuration)
    with tempfile.TemporaryDirectory(prefix="xasplit-mutant-") as folder:
        if mutant.part is Part.PORT:
            return build(seeded(mutant, Path(folder)), s, cflags=FLAGS)
        copy = Path(folder) / mutant.folder.name
        shutil.copytree(mutant.folder, copy)
        (copy / mutant.file).write_text(mutant.changed())
        return build(source, s, cflags=FLAGS, driver=copy)


def seeded(mutant: Mutant, folder: Path) -> Source:
    """The port with one of its mutants, in a folder."""
    changed = {mutant.file: mutant.changed()}
    planted = with_contents(port_source(), changed, f"mutant {mutant.name}", folder)
    return planted.configured(mutant.configuration)


def lacking(mutant: Mutant) -> str:
    """Why a mutant cannot be run on this machine; "" if it can."""
    try:
        check_buildable(mutant.configuration, compiler())
    except ToolError as error:
        return str(error)
    return ""


def catch(mutant: Mutant) -> Outcome:
    """Put one mutant through its check until every declared property is found, or to the end.

    Raises MutantError, or BuildError when it does not compile.
    """
    started = time.monotonic()
    if mutant.part is Part.MODEL:
        return _catch_model(mutant)
    one = mutated(mutant)
    built = time.monotonic()
    details: dict[str, str] = {}
    rounds = 0
    for found in checks.rounds(one, mutant.check, mutant.chunk_shift):
        rounds += 1
        details = {name: finding.detail for name, finding in found.items()}
        if details.keys() >= set(mutant.caught_by):
            break
    return Outcome(mutant, details, time.monotonic() - built, built - started, rounds)


def broken_by_port(check: Check, s: int, configuration: Configuration) -> dict[str, str]:
    """What the unchanged port breaks in the whole of a check at chunk shift ``s``, by property,
    with a detail: nothing, or what is caught there says nothing."""
    one = port(s, configuration=configuration)
    (found,) = deque(checks.rounds(one, check, s), maxlen=1)
    return {name: one.detail for name, one in found.items()}


def _catch_model(mutant: Mutant) -> Outcome:
    started = time.monotonic()
    executable = _built(None, mutant.chunk_shift)
    with tempfile.TemporaryDirectory(prefix="xasplit-mutant-") as folder:
        copy = Path(folder).resolve() / mutant.folder.name
        shutil.copytree(mutant.folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
        (copy / mutant.file).write_text(mutant.changed())
        task = {
            "model": str(copy),
            "executable": str(executable),
            "chunk_shift": mutant.chunk_shift,
            "properties": mutant.caught_by,
        }
        built = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "models.mutants.model_probe", json.dumps(task)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{_ROOT}"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise MutantError(f"mutant {mutant.name}: the model does not run: {last}")
    return Outcome(mutant, json.loads(done.stdout), time.monotonic() - built, built - started)


def catch_all(mutants: Iterable[Mutant], jobs: int = 2) -> Iterator[Outcome]:
    """Put mutants through their checks with ``jobs`` processes; their outcomes in order."""
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(catch, mutants)


def controls(
    mutants: Iterable[Mutant], jobs: int = 2
) -> dict[tuple[Check, int, Configuration], dict[str, str]]:
    """What the unchanged port breaks (``broken_by_port``) in each check that mutants of port and
    driver are put through, by check, chunk shift and configuration."""
    tried = sorted(
        {
            (one.check, one.chunk_shift, one.configuration)
            for one in mutants
            if one.part is not Part.MODEL
        },
        key=lambda one: (one[2].beside(CHECKED), one[0].value, one[1]),
    )
    with ProcessPoolExecutor(jobs) as pool:
        return dict(zip(tried, pool.map(broken_by_port, *zip(*tried, strict=True)), strict=True))
