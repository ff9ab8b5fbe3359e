# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds the driver against one XArray at one chunk shift: an executable in the user's cache."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache as remember
from pathlib import Path

from models.kernel import cache
from models.kernel.configuration import Configuration
from models.kernel.headers import STAND_INS
from models.kernel.source import Source
from models.subject.compile_errors import blame
from xarray_model.geometry import CHUNK_SHIFTS

_DRIVER = Path(__file__).resolve().parents[1] / "driver"
HEADERS = STAND_INS
"""The headers that stand in for the kernel's own."""

FLAGS = (
    "-std=gnu11",
    # Lines and functions, for what a sanitizer or the explorer tells.
    "-g1",
    # As kernels are compiled: no assumptions from types, overflow or earlier dereferences.
    "-fno-strict-aliasing",
    "-fno-strict-overflow",
    "-fno-delete-null-pointer-checks",
    "-DCONFIG_XARRAY_MULTI=1",
)
"""How code under test is compiled, in every program that it is part of."""
OPTIMISED = "-O2"
"""As kernels are; ``$CC`` may say otherwise where nothing is measured."""
SANITIZE = (
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
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


CHECKED = ("-Werror=implicit-function-declaration",)
"""What code under test must not do; its other warnings are not this program's business."""
OWN = (
    *CHECKED,
    "-Werror=incompatible-pointer-types",
    "-Werror=int-conversion",
)
"""What tells that our own code calls a source otherwise than the source declares it."""


class BuildError(Exception):
    """It does not compile; the message is one line with the compiler's first error."""


class ToolError(BuildError):
    """It does not compile, and that says nothing against the source: the tool lacks something, or
    uses the source otherwise than it is."""


class UnclearError(ToolError):
    """The source uses a name that nothing declares, which may be its fault or the tool's."""


def compiler() -> tuple[str, ...]:
    """The C compiler and its leading arguments: ``$CC``, or gcc, or clang, optimising as kernels
    are unless ``$CC`` says otherwise.  Raises BuildError."""
    named = shlex.split(os.environ.get("CC", ""))
    for command in [named] if named else [["gcc"], ["clang"]]:
        if found := shutil.which(command[0]):
            return (found, OPTIMISED, *command[1:])
    if named:
        raise ToolError(f"the compiler that CC names is not there: {named[0]}")
    raise ToolError("no C compiler found: install gcc or clang, or name one with CC")


@remember
def compiler_version(command: tuple[str, ...]) -> str:
    """The first line of what the compiler says about itself.  Raises BuildError."""
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    if done.returncode != 0 or not done.stdout:
        raise ToolError(f"{command[0]} does not work as a C compiler")
    return done.stdout.splitlines()[0]


def build(
    source: Source,
    shift: int,
    *,
    sanitize: bool = False,
    cflags: Sequence[str] = (),
    driver: Path = _DRIVER,
) -> Path:
    """The driver's executable for ``source`` at chunk shift ``shift`` (1..6).

    ``sanitize`` adds the address and undefined-behaviour sanitizers, ``cflags`` the caller's own
    flags; ``driver`` is the folder of the driver's sources.  What was built before from the same
    files with the same compiler and flags is reused.  Raises BuildError, or ValueError when there
    is no such chunk shift.
    """
    if shift not in CHUNK_SHIFTS:
        raise ValueError(f"chunk shift {shift} is not in 1..6")
    command = compiler()
    check_buildable(source.configuration, command)
    flags = (*flags_of(source), *(SANITIZE if sanitize else ()), *cflags)
    seen = asserting(source, shift)

    def fill(folder: Path) -> None:
        # The files under test are named by their path in the tree, so that an assertion tells it.
        checked, own = (*flags, *CHECKED), (*flags, *OWN)
        objects = [compiled(source, command, checked, seen, unit) for unit in source.units]
        for path in sorted(driver.glob("*.c")):
            objects.append(compiled(source, command, own, seen, str(path)))
        compile_source(source, [*command, *flags, *objects, "-o", str(folder / "driver")])

    return cache.entry("drivers", _key(source, command, (*flags, *seen), driver), fill) / "driver"


def build_all(
    source: Source, shifts: Iterable[int] = CHUNK_SHIFTS, *, sanitize: bool = False
) -> dict[int, Path]:
    """The executables for several chunk shifts, by shift, built in parallel.  Raises BuildError."""
    wanted = list(shifts)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        built = pool.map(lambda shift: build(source, shift, sanitize=sanitize), wanted)
        return dict(zip(wanted, built, strict=True))


def flags_of(source: Source) -> tuple[str, ...]:
    """How ``source`` is compiled, for its configuration."""
    return (*FLAGS, *source.configuration.flags)


def asserting(source: Source, shift: int, *defines: str) -> list[str]:
    """``preprocessing`` with the assertions of the code under test, if it is configured so."""
    debug = ("XA_DEBUG=1",) if source.configuration.debug else ()
    return preprocessing(source, shift, *debug, *defines)


def check_buildable(configuration: Configuration, command: tuple[str, ...]) -> None:
    """ToolError where this machine's compiler makes no programs for a configuration."""
    if configuration.bits == 32 and not _makes_32_bits(command):
        raise ToolError("no 32-bit program can be built here: install gcc-multilib")


@remember
def _makes_32_bits(command: tuple[str, ...]) -> bool:
    text = b"int main(void) { return sizeof(long) != 4; }"
    made = ["-m32", "-x", "c", "-", "-o", "/dev/null"]
    done = subprocess.run([*command, *made], input=text, capture_output=True, check=False)
    return done.returncode == 0


def preprocessing(source: Source, shift: int, *defines: str) -> list[str]:
    """The compiler's options for what code under test and ours sees before it is compiled: chunk
    shift ``shift``, what ``source`` offers, our headers and then its own, and ``defines``."""
    told = [f"XA_CHUNK_SHIFT={shift}", *source.defines, *defines]
    if source.capabilities.try_split:
        told.append("XASPLIT_HAVE_TRY_SPLIT")
    if source.capabilities.lru:
        told.append("XASPLIT_HAVE_LRU")
    headers = ["-isystem", str(HEADERS), "-isystem", "include"]
    return [*(f"-D{define}" for define in told), *headers]


def _key(source: Source, command: tuple[str, ...], flags: Sequence[str], driver: Path) -> str:
    digest = hashlib.sha256(repr((command, compiler_version(command), flags)).encode())
    digest.update(repr(sorted(source.sha256.items())).encode())
    for path in sorted(driver.glob("*.[ch]")):
        digest.update(f"{path.name} ".encode() + path.read_bytes())
    digest.update(stand_ins())
    return digest.hexdigest()


def compiled(
    source: Source,
    command: Sequence[str],
    flags: Sequence[str],
    seen: Sequence[str],
    unit: str,
    directory: Path | None = None,
) -> str:
    """The object of the C file ``unit``, named from ``directory`` (the source's folder by default).

    What comes to the same text after preprocessing is compiled once, whichever source, chunk shift
    or program asks for it; ``seen`` are the options that have done their work by then, those of
    ``preprocessing`` and ``-include``.  Raises BuildError.
    """
    place = directory or source.directory
    # What the compiler is given: where that is the same, its text is not even made.
    given = hashlib.sha256(
        repr((command, compiler_version(tuple(command)), flags, seen, unit)).encode()
    )
    given.update((place / unit).read_bytes())
    for folder in _searched(seen, place / unit, place):
        given.update(stand_ins() if folder == HEADERS else _headers(folder))

    def named(folder: Path) -> None:
        (folder / "name").write_text(_object(source, command, flags, seen, unit, place).parent.name)

    name = (cache.entry("objects", f"of-{given.hexdigest()}", named) / "name").read_text()
    made = cache.directory() / "objects" / name / "object.o"
    return str(made if made.exists() else _object(source, command, flags, seen, unit, place))


def _object(
    source: Source,
    command: Sequence[str],
    flags: Sequence[str],
    seen: Sequence[str],
    unit: str,
    place: Path,
) -> Path:
    """The same, found by what the file comes to after preprocessing."""
    # Debug information would add the folder's name.
    text = run_compiler(source, [*command, *flags, *seen, "-g0", "-E", unit], place)
    digest = hashlib.sha256(repr((command, compiler_version(tuple(command)), flags)).encode())
    digest.update(text)

    def fill(folder: Path) -> None:
        target = ["-c", "-x", "cpp-output", "-", "-o", str(folder / "object.o")]
        run_compiler(source, [*command, *flags, *target], place, text)

    return cache.entry("objects", digest.hexdigest(), fill) / "object.o"


def _searched(seen: Sequence[str], unit: Path, place: Path) -> list[Path]:
    """The folders that the headers of ``unit`` are taken from, besides those of the system."""
    named = [place / word for word in seen if not word.startswith("-")]
    folders = [path if path.is_dir() else path.parent for path in named if path.exists()]
    return list(dict.fromkeys([unit.parent, *folders]))


def _headers(folder: Path) -> bytes:
    """A hash of all headers in a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.h")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder)} {len(content)} ".encode() + content)
    return digest.digest()


@remember
def stand_ins() -> bytes:
    """A hash of the headers that stand in for the kernel's own."""
    return _headers(HEADERS)


def compile_source(source: Source, command: Sequence[str]) -> None:
    """Run a compiler's command in the folder of ``source``.  BuildError when it fails."""
    run_compiler(source, command, source.directory)


def run_compiler(
    source: Source, command: Sequence[str], directory: Path, text: bytes | None = None
) -> bytes:
    """What a compiler's command prints, given ``text``.  BuildError when it fails."""
    # The messages are read: in English.
    spoken = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(
        command, cwd=directory, input=text, capture_output=True, check=False, env=spoken
    )
    if done.returncode != 0:
        told = blame(source.name, done.stderr.decode(errors="replace"))
        kind = UnclearError if told.unclear else ToolError if told.tool else BuildError
        raise kind(told.text)
    return done.stdout
