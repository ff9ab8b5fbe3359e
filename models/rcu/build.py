# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds the explorer against one XArray at one chunk shift: an executable in the user's cache.

Code under test and scenarios are compiled with the compiler's thread-sanitizer instrumentation, as
kernels are otherwise; no sanitizer library is linked, so that a ``__tsan_*`` function that the
explorer does not know is an error of the build.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

from models import cache
from models.build import BuildError, compiler, compiler_version
from models.kernel.source import Source
from xarray_model.geometry import CHUNK_SHIFTS

_HERE = Path(__file__).resolve().parent
_HEADERS = _HERE.parent / "kernel" / "include"

_INSTRUMENTED = ("writers.c", "folios.c", "readers.c", "protocols.c", "litmus.c")

_FLAGS = (
    "-std=gnu11",
    "-O2",
    "-g",
    "-fno-pie",
    "-fno-strict-aliasing",
    "-fno-strict-overflow",
    "-fno-delete-null-pointer-checks",
    "-DCONFIG_XARRAY_MULTI=1",
)
INSTRUMENT = {
    "gcc": (
        "-fsanitize=thread",
        "--param=tsan-instrument-func-entry-exit=0",
        # Each store by itself, of the size that the source gives it.
        "-fno-tree-vectorize",
        "-fno-tree-slp-vectorize",
        "-fno-store-merging",
        "-fno-tree-loop-distribute-patterns",
    ),
    "clang": (
        "-fsanitize=thread",
        "-mllvm",
        "-tsan-instrument-func-entry-exit=0",
        "-fno-vectorize",
        "-fno-slp-vectorize",
        "-fno-builtin",
    ),
}
UNSEEN = ("memset", "memcpy", "memmove")
"""Library functions that would store without being seen."""


def build(source: Source, shift: int, edits: Mapping[str, tuple[str, str]] | None = None) -> Path:
    """The explorer's executable for ``source`` at chunk shift ``shift`` (1..6).

    ``edits`` gives for a file of the source a text and what replaces it, before it is compiled.
    Raises BuildError (also when a text to replace is not there exactly once), or ValueError when
    there is no such chunk shift.
    """
    if shift not in CHUNK_SHIFTS:
        raise ValueError(f"chunk shift {shift} is not in 1..6")
    command = compiler()
    flags = (*_FLAGS, *(f"-D{define}" for define in _defines(source, shift)))
    files = _edited(source, edits or {})

    def fill(folder: Path) -> None:
        _compile(source, command, flags, files, folder)

    key = _key(command, flags, files)
    return cache.entry("explorers", key, fill) / "explorer"


def _defines(source: Source, shift: int) -> list[str]:
    defines = [f"XA_CHUNK_SHIFT={shift}", *source.defines]
    if source.capabilities.try_split:
        defines.append("XASPLIT_HAVE_TRY_SPLIT")
    if source.capabilities.get_order:
        defines.append("XASPLIT_HAVE_GET_ORDER")
    return defines


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


def _key(command: tuple[str, ...], flags: tuple[str, ...], files: Mapping[str, str]) -> str:
    digest = hashlib.sha256(repr((command, compiler_version(command), flags)).encode())
    digest.update(repr((INSTRUMENT, sorted(files.items()))).encode(errors="surrogateescape"))
    for path in (*sorted(_HERE.glob("*.[ch]")), *sorted(_HEADERS.rglob("*.h"))):
        digest.update(f"{path.name} ".encode() + path.read_bytes())
    return digest.hexdigest()


def _compile(
    source: Source,
    command: tuple[str, ...],
    flags: tuple[str, ...],
    files: Mapping[str, str],
    folder: Path,
) -> None:
    tree = folder / "tree"
    for name, text in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, errors="surrogateescape")
    kind = "clang" if "clang" in compiler_version(command) else "gcc"
    include = ("-isystem", str(_HEADERS), "-isystem", str(tree / "include"))
    units = [tree / unit for unit in source.units]
    objects: list[str] = []
    sources: list[Path] = [*units, *sorted(_HERE.glob("*.c"))]
    for path in sources:
        target = folder / f"{path.parent.name}-{path.stem}.o"
        seen = path in units or path.name in _INSTRUMENTED
        instrument = INSTRUMENT[kind] if seen else ()
        quiet = ("-w",) if path in units else ()
        _run(source, [*command, *flags, *instrument, *include, *quiet, "-c", str(path), "-o",
                      str(target)])  # fmt: skip
        if path in units:
            _refuse_unseen(source, target)
        objects.append(str(target))
    _run(source, [*command, "-no-pie", *objects, "-o", str(folder / "explorer")])


def _refuse_unseen(source: Source, target: Path) -> None:
    """The compiler must not have made a library call of the stores of the code under test."""
    names = subprocess.run(
        ["nm", "--undefined-only", "--format=posix", str(target)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    called = {line.split()[0] for line in names.splitlines() if line}
    for name in UNSEEN:
        if name in called:
            raise BuildError(f"{source.name} calls {name}, whose stores cannot be followed")


def _run(source: Source, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "error:" in line]
        lines += [line for line in done.stderr.splitlines() if "undefined reference" in line]
        told = (lines or done.stderr.splitlines() or ["the compiler says nothing"])[0].strip()
        raise BuildError(f"{source.name} does not compile for the explorer: {told}")
