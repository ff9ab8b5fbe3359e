# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds and runs the two programs that measure splits of one XArray at one chunk shift.

Neither has assertions or the checks of the headers that stand in for the kernel's (``bare.h``), so
that what is measured is what a kernel without debugging options does.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from models.kernel import cache
from models.kernel.source import Source
from models.subject.build import (
    FLAGS,
    INSTRUMENT,
    OPTIMISED,
    UNSEEN,
    BuildError,
    compile_source,
    compiled,
    compiler_version,
    preprocessing,
    stand_ins,
)

_HERE = Path(__file__).resolve().parent
X86_64 = platform.machine() == "x86_64"
SECONDS = 30.0
"""How long one run of a program may take; most take a hundredth."""
AGAIN_SECONDS = 3.0
"""How long it may take after it hung with another split."""

_FLAGS = (*FLAGS, OPTIMISED)
_COUNTING = ("-g0", "-fno-pie", "-finstrument-functions", "-fno-builtin")
"""Without builtin functions, whose stores would not tell of themselves."""
_NO_HEADERS = "-finstrument-functions-exclude-file-list=include/linux"
"""Functions in headers are small and do not recurse; clang has no such option."""

_PLAIN = (
    "-g0",
    "-fno-pie",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fstack-usage",
)
_X86 = ("-mno-red-zone", "-mno-mmx", "-mno-sse", "-mno-80387")
_X86_STACK = {"gcc": "-mpreferred-stack-boundary=3", "clang": "-mstack-alignment=8"}
"""As x86-64 kernels are compiled: no red zone, no vector registers, a stack aligned to 8 bytes."""


class MeasureError(Exception):
    """A program did not come to its end; the message is one line that says how."""


class Way(IntEnum):
    """How a split is done; a positive number is how many levels of nodes each call takes an entry
    down, every entry by a call of its own."""

    WALK = -1
    """``xas_try_split`` around index 0, each step as low as it may go."""
    AT_ONCE = 0
    ONE_LEVEL = 1
    TWO_LEVELS = 2


@dataclass(frozen=True, slots=True)
class Item:
    """One split to measure; ``marks`` is a mask of those that the old entry bears."""

    way: Way
    order: int
    new_order: int
    marks: int = 0

    def __str__(self) -> str:
        return f"{self.way.value},{self.order},{self.new_order},{self.marks}"


def counting(source: Source, shift: int, command: tuple[str, ...]) -> Path:
    """The program that counts stores and nested calls of ``source`` at chunk shift ``shift``.

    Compiled by ``command`` with every store by itself, of the size that the source gives it.
    Raises BuildError, also when stores are made in library functions, which cannot be counted.
    """
    kind = compiler_kind(command)
    flags = (*_COUNTING, *INSTRUMENT[kind], *((_NO_HEADERS,) if kind == "gcc" else ()))
    return _build(source, shift, command, flags, "stores.c", refuse=UNSEEN) / "work"


def plain(source: Source, shift: int, command: tuple[str, ...]) -> Path:
    """The folder of the program whose code under test is compiled as in a kernel: ``work``, and the
    compiler's stack usage for each unit, ``*.su``.  Raises BuildError."""
    flags = (*_PLAIN, *((*_X86, _X86_STACK[compiler_kind(command)]) if X86_64 else ()))
    return _build(source, shift, command, flags, "stack.c")


def compiler_kind(command: tuple[str, ...]) -> str:
    """``gcc`` or ``clang``: whose options it understands."""
    return "clang" if "clang" in compiler_version(command) else "gcc"


def _build(
    source: Source,
    shift: int,
    command: tuple[str, ...],
    flags: tuple[str, ...],
    program: str,
    refuse: Sequence[str] = (),
) -> Path:
    seen = preprocessing(source, shift)
    digest = hashlib.sha256(
        repr((command, _FLAGS, seen, flags, program, compiler_version(command))).encode()
    )
    digest.update(repr(sorted(source.sha256.items())).encode())
    for path in sorted(_HERE.glob("*.[ch]")):
        digest.update(f"{path.name} ".encode() + path.read_bytes())
    digest.update(stand_ins())

    def fill(folder: Path) -> None:
        under_test = (*seen, "-include", str(_HERE / "bare.h"))
        objects = []
        for unit in source.units:
            made = compiled(source, command, (*_FLAGS, *flags, "-w"), under_test, unit)
            objects.append(made)
            usage = Path(made).with_suffix(".su")
            if usage.exists():
                shutil.copy(usage, folder / f"{Path(unit).stem}.su")
        for name in refuse:
            if name in _calls(objects):
                raise BuildError(f"{source.name} calls {name}, whose stores cannot be counted")
        plain = (*_FLAGS, "-g0", "-fno-pie")
        for name in ("work.c", program):
            objects.append(compiled(source, command, plain, seen, str(_HERE / name)))
        # Bound when the program starts: binding at the first call would use the stack measured.
        link = ["-no-pie", "-Wl,-z,now", *objects, "-o", str(folder / "work")]
        compile_source(source, [*command, *link])

    return cache.entry("measured", digest.hexdigest(), fill)


def _calls(objects: Sequence[str]) -> set[str]:
    """The functions that these objects call and do not have."""
    command = ["nm", "--undefined-only", "--format=posix", *objects]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {line.split()[0] for line in done.stdout.splitlines() if line}


def run(
    executable: Path,
    items: Sequence[Item],
    *,
    paint: bool = False,
    under: Sequence[str] = (),
    seconds: float = SECONDS,
) -> list[Mapping[str, object]]:
    """What a program prints for each of the items.

    ``paint``: measure the stack; ``under``: a command to run it under.  Whatever the code under
    test does, this returns or, after ``seconds`` at most, raises MeasureError.
    """
    answers, problem, _ = _run(executable, items, seconds, paint=paint, under=under)
    if problem:
        raise MeasureError(problem)
    return answers


def run_each(
    executable: Path, items: Sequence[Item], seconds: float = SECONDS
) -> list[Mapping[str, object] | str]:
    """What a program prints for each of the items, or one line on how it failed with that one; the
    others are measured all the same.

    The first that hangs takes ``seconds``, others at most ``AGAIN_SECONDS``.  Raises MeasureError
    when the program cannot be run at all.
    """
    found: list[Mapping[str, object] | str] = []
    while len(found) < len(items):
        answers, problem, hung = _run(executable, items[len(found) :], seconds)
        found += answers
        if len(found) < len(items):
            found.append(problem)
        if hung:
            seconds = min(seconds, AGAIN_SECONDS)
    return found


def _run(
    executable: Path,
    items: Sequence[Item],
    seconds: float,
    *,
    paint: bool = False,
    under: Sequence[str] = (),
) -> tuple[list[Mapping[str, object]], str, bool]:
    """What a program printed for the first of the items, how it failed with the next one, or "",
    and whether it hung."""
    command = [*under, str(executable), "paint" if paint else "plain", *map(str, items)]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        return _answers(error.stdout), f"it did not end within {seconds:.0f} seconds", True
    except OSError as error:
        raise MeasureError(f"{command[0]} cannot be run: {error.strerror}") from None
    answers, problem = _answers(done.stdout), ""
    if done.returncode < 0:
        problem = f"it crashed with signal {-done.returncode}"
    elif done.returncode:
        errors = done.stderr.decode(errors="replace").strip()
        said = (errors.splitlines() or ["it said nothing"])[-1]
        problem = f"it ended with status {done.returncode}: {said}"
    elif len(answers) != len(items):
        problem = f"{len(answers)} of {len(items)} splits were measured"
    return answers, problem, False


def _answers(printed: bytes | None) -> list[Mapping[str, object]]:
    """The whole lines of what a program printed."""
    lines = (printed or b"").decode(errors="replace").split("\n")[:-1]
    return [json.loads(line) for line in lines]
