# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds the explorer against one XArray at one chunk shift: an executable in the user's cache.

Code under test and scenarios are compiled with the compiler's thread-sanitizer instrumentation, as
kernels are otherwise; no sanitizer library is linked, so that a ``__tsan_*`` function that the
explorer does not know is an error of the build.  The code under test has its debug assertions,
which go on where they fail (``assertions.h``).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from models.kernel import cache
from models.kernel.source import Source
from models.subject.build import (
    CHECKED,
    INSTRUMENT,
    OWN,
    SANITIZE,
    UNSEEN,
    BuildError,
    ToolError,
    asserting,
    check_buildable,
    compiled,
    compiler,
    compiler_version,
    flags_of,
    run_compiler,
    stand_ins,
)
from xarray_model.geometry import CHUNK_SHIFTS

_HERE = Path(__file__).resolve().parent
_INSTRUMENTED = (
    "scenario.c", "folios.c", "callers.c", "writers.c", "protocols.c", "readers.c", "litmus.c"
)  # fmt: skip

_FLAGS = ("-fno-pie",)
_MARKED = {
    "gcc": ("--param=tsan-distinguish-volatile=1",),
    "clang": ("-mllvm", "-tsan-distinguish-volatile=1", "-gdwarf-4"),
}
"""What tells marked accesses, such as READ_ONCE(), from plain ones."""


def build(
    source: Source,
    shift: int,
    edits: Mapping[str, tuple[str, str]] | None = None,
    *,
    sanitize: bool = False,
) -> Path:
    """The explorer's executable for ``source`` at chunk shift ``shift`` (1..6).

    ``edits`` gives for a file of the source a text and what replaces it, before it is compiled;
    ``sanitize`` adds the address and undefined-behaviour sanitizers to what is not instrumented.
    Raises BuildError (also when a text to replace is not there exactly once), or ValueError when
    there is no such chunk shift.
    """
    if shift not in CHUNK_SHIFTS:
        raise ValueError(f"chunk shift {shift} is not in 1..6")
    command = compiler()
    check_explorable(source, command)
    seen = _seen(source, shift)
    files = _edited(source, edits or {})

    def fill(folder: Path) -> None:
        _compile(source, command, seen, files, folder, SANITIZE if sanitize else ())

    asked = (*command, *flags_of(source), *(SANITIZE if sanitize else ()))
    key = _key(asked, command, seen, files)
    return cache.entry("explorers", key, fill) / "explorer"


def check_explorable(source: Source, command: tuple[str, ...]) -> None:
    """ToolError where readers cannot be explored in the configuration of ``source``."""
    check_buildable(source.configuration, command)
    if not source.configuration.multi:
        raise ToolError(
            "readers are explored with CONFIG_XARRAY_MULTI only: nothing splits without"
        )
    if source.configuration.bits != 64:
        raise ToolError("the explorer of readers knows the registers of x86-64 only")


def own_objects(source: Source, shift: int) -> dict[str, Path]:
    """The objects of this folder's files of C, by file, as the explorer for ``source`` has them.
    Raises BuildError."""
    command = compiler()
    seen, tree = _seen(source, shift), source.directory
    return {
        path.name: Path(_own(source, command, seen, path, tree, ()))
        for path in sorted(_HERE.glob("*.c"))
    }


def build_all(source: Source, shifts: Sequence[int]) -> dict[int, Path]:
    """The executables for several chunk shifts, by shift, built in parallel.  Raises BuildError."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        built = pool.map(lambda shift: build(source, shift), shifts)
        return dict(zip(shifts, built, strict=True))


def _seen(source: Source, shift: int) -> list[str]:
    get_order = ("XASPLIT_HAVE_GET_ORDER",) if source.capabilities.get_order else ()
    return asserting(source, shift, *get_order)


def _edited(source: Source, edits: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    files = {
        path: (source.directory / path).read_text(errors="surrogateescape")
        for path in source.sha256
        if path.endswith((".c", ".h")) and not path.startswith("lib/test_")
    }
    for path, (old, new) in edits.items():
        if files.get(path, "").count(old) != 1:
            raise BuildError(f"{source.name}: {path} does not have the text to replace once")
        files[path] = files[path].replace(old, new)
    return files


def _key(
    asked: tuple[str, ...],
    command: tuple[str, ...],
    seen: Sequence[str],
    files: Mapping[str, str],
) -> str:
    digest = hashlib.sha256(repr((asked, compiler_version(command), _FLAGS, seen)).encode())
    digest.update(
        repr((INSTRUMENT, _MARKED, sorted(files.items()))).encode(errors="surrogateescape")
    )
    for path in sorted(_HERE.glob("*.[ch]")):
        digest.update(f"{path.name} ".encode() + path.read_bytes())
    digest.update(stand_ins())
    return digest.hexdigest()


def _compile(
    source: Source,
    command: tuple[str, ...],
    seen: Sequence[str],
    files: Mapping[str, str],
    folder: Path,
    sanitize: tuple[str, ...],
) -> None:
    tree = folder / "tree"
    for name, text in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, errors="surrogateescape")
    instrument = _instrument(command)
    common = (*flags_of(source), *_FLAGS)
    objects: list[str] = []
    under_test = (*seen, "-include", str(_HERE / "assertions.h"))
    for unit in source.units:
        flags = (*common, *instrument, *CHECKED)
        objects.append(compiled(source, command, flags, under_test, unit, tree))
        _refuse_unseen(source, objects[-1])
    for path in sorted(_HERE.glob("*.c")):
        objects.append(_own(source, command, seen, path, tree, sanitize))
    target = str(folder / "explorer")
    run_compiler(source, [*command, *common, *sanitize, "-no-pie", *objects, "-o", target], tree)


def _instrument(command: tuple[str, ...]) -> tuple[str, ...]:
    kind = "clang" if "clang" in compiler_version(command) else "gcc"
    return (*INSTRUMENT[kind], *_MARKED[kind])


def _own(
    source: Source,
    command: tuple[str, ...],
    seen: Sequence[str],
    path: Path,
    tree: Path,
    sanitize: tuple[str, ...],
) -> str:
    """The object of one of this folder's files."""
    added = _instrument(command) if path.name in _INSTRUMENTED else sanitize
    flags = (*flags_of(source), *_FLAGS, *OWN, *added)
    return compiled(source, command, flags, seen, str(path), tree)


def _refuse_unseen(source: Source, target: str) -> None:
    """The compiler must not have made a library call of the stores of the code under test."""
    names = subprocess.run(
        ["nm", "--undefined-only", "--format=posix", target],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    called = {line.split()[0] for line in names.splitlines() if line}
    for name in UNSEEN:
        if name in called:
            raise BuildError(f"{source.name} calls {name}, whose stores cannot be followed")
