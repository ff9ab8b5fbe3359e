# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a kernel's other test of the XArray, ``tools/testing/radix-tree``, as its own Makefile
builds it: ``multiorder`` (entries of several indices, and an iteration that races), ``xarray``
(``lib/test_xarray.c`` again) and ``main`` (iterations that race with stores, regressions).

It needs ``make`` and liburcu.  It is built in the cache, never in the tree, with the sanitizers
that its Makefile asks for.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.kernel import cache
from models.kernel.folders import read_folders
from models.kernel.source import Source
from models.subject.baseline import TOTAL
from models.subject.build import BuildError, compiler, compiler_version

FOLDER = "tools/testing/radix-tree"
PROGRAMS = ("multiorder", "xarray", "main")
"""What is built and run, the quickest first."""
BUILD_SECONDS = 600.0
"""How long ``make`` may take."""

_FOLDERS = (
    *("include/linux", "lib", "tools/arch/x86/include", "tools/include", "tools/lib"),
    *(FOLDER, "tools/testing/shared"),
)
_WANTED = re.compile(
    r"tools/testing/(radix-tree|shared)/.*|tools/(include|arch/x86/include)/.*"
    r"|tools/lib/[\w-]+\.[ch]|(lib|include/linux)/[\w-]+\.h"
    r"|lib/(xarray|radix-tree|idr|maple_tree|test_xarray|test_ida|test_maple_tree)\.c"
)
_NAMED = re.compile(rb"[./]+/((?:include/linux|lib)/[\w-]+\.h)\b")
"""A header of the kernel's own that a file of its tools names by its path."""
_WRONG = re.compile(r"runtime error: |AddressSanitizer: |LeakSanitizer: |Assertion|BUG at ")


class NotRun(Exception):
    """The test was not run; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Run:
    """How one of the programs went: ``run`` and ``passed`` count the checks that it tells of, None
    when it tells of none; ``wrong`` is the first line in which something is told to be wrong, or
    what ended it, "" if it went well."""

    name: str
    program: str
    chunk_shift: int
    run: int | None
    passed: int | None
    wrong: str
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether it went well."""
        return not self.wrong and self.run == self.passed


def run_all(source: Source, named: str, rev: str | None, shift: int, seconds: float) -> list[Run]:
    """Build and run the programs at chunk shift ``shift``, each for so many seconds at most.

    ``named`` and ``rev`` are the kernel as the user named it, ``source`` the XArray of it, which a
    series may have changed since: its files take the place of those.  NotRun where the kernel or
    this machine lacks something, BuildError if it does not compile.
    """
    files = _files(source, named, rev)
    if f"{FOLDER}/Makefile" not in files:
        raise NotRun(f"{source.name} came without {FOLDER}")
    if why := lacking():
        raise NotRun(why)
    folder = _built(files, shift)
    return [_run(source, folder / one, shift, seconds) for one in PROGRAMS]


def lacking() -> str:
    """What this machine lacks for the test; "" if nothing."""
    if shutil.which("make") is None:
        return "make is missing"
    probe = [*compiler(), "-x", "c", "-", "-o", "/dev/null", "-lurcu"]
    text = b"#include <urcu.h>\nint main(void) { return 0; }"
    done = subprocess.run(probe, input=text, capture_output=True, check=False)
    return "liburcu is missing: install liburcu-dev" if done.returncode else ""


def _files(source: Source, named: str, rev: str | None) -> dict[str, bytes]:
    files = read_folders(named, rev, _FOLDERS, _WANTED)
    asked = {
        name.decode()
        for path, content in files.items()
        if path.startswith("tools/")
        for name in _NAMED.findall(content)
    }
    # Of the kernel's own headers only those that are asked for.
    kept = {
        path: content
        for path, content in files.items()
        if path.startswith("tools/") or path.endswith(".c") or path in asked
    }
    for path in kept.keys() & source.sha256.keys():
        kept[path] = (source.directory / path).read_bytes()
    return kept


def _built(files: Mapping[str, bytes], shift: int) -> Path:
    """The folder with the programs."""
    command = compiler()
    digest = hashlib.sha256(repr((command, compiler_version(command), shift)).encode())
    for path in sorted(files):
        digest.update(f"{path} {len(files[path])} ".encode() + files[path])

    def fill(draft: Path) -> None:
        tree = draft / "tree"
        for path, content in files.items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_bytes(content)
        make = ["make", "-s", f"CC={' '.join(command)}", f"SHIFT={shift}", *PROGRAMS]
        status, said, _ = _ended(make, tree / FOLDER, BUILD_SECONDS)
        if status:
            errors = [line for line in said if "error" in line.lower() or "***" in line]
            first = next(iter(errors), "it told of no error")
            raise BuildError(f"{FOLDER} does not build: {first.strip()}")
        for one in PROGRAMS:
            shutil.move(tree / FOLDER / one, draft / one)
        shutil.rmtree(tree)

    return cache.entry("tests", digest.hexdigest(), fill)


def _run(source: Source, program: Path, shift: int, seconds: float) -> Run:
    started = time.monotonic()
    status, said, late = _ended([str(program)], program.parent, seconds)
    totals = next((hit for line in said if (hit := TOTAL.search(line))), None)
    wrong = next((line.strip() for line in said if _WRONG.search(line)), "")
    if late:
        wrong = f"it did not end within {seconds:.0f} seconds"
    elif status < 0:
        wrong = wrong or f"it crashed: {signal.Signals(-status).name}"
    elif status:
        wrong = wrong or f"it ended with status {status}"
    return Run(
        f"Linux {source.version} ({source.name})" if source.version else source.name,
        program.name,
        shift,
        int(totals[2]) if totals else None,
        int(totals[1]) if totals else None,
        wrong,
        time.monotonic() - started,
    )


def _ended(command: list[str], folder: Path, seconds: float) -> tuple[int, list[str], bool]:
    """Status and output of a program in a folder, and whether it took too long: then it is ended,
    with all that it started."""
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        env={**os.environ, "LC_ALL": "C"},
    ) as process:
        try:
            said, late = process.communicate(timeout=seconds)[0], False
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said, late = process.communicate()[0], True
    return process.returncode, said.splitlines(), late
