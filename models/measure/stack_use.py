# SPDX-License-Identifier: GPL-2.0-or-later
"""The stack that a split uses, and how deep it recurses.

Three accounts of one number: the frames that the compiler says it made, along the longest path of
calls from ``xas_split`` in the program; the bytes that a run really wrote to below its caller; and
the depth of recursion, which is how often a function was active at once in a run.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from models.kernel.source import Source
from models.measure import programs
from models.measure.programs import Item, MeasureError
from models.measure.work import SPLIT, Work
from models.subject.build import BuildError
from xarray_model import geometry

KERNEL_STACK = 16384
"""Bytes of stack that a task has in an x86-64 kernel (``THREAD_SIZE``)."""
FRAME_WARNING = 2048
"""Bytes of one frame above which a 64-bit kernel's build warns (``CONFIG_FRAME_WARN``)."""
SHARE = 4
"""The deepest split may take a ``1 / SHARE`` of the kernel's stack: callers and interrupts need the
rest."""
HIGHEST_ORDER = 63
WORD = 8


@dataclass(frozen=True, slots=True)
class Frame:
    """A function on the longest path: the bytes of its frame, return address included, how often
    it is active at once, whether its size is fixed, and whether it can come to call itself."""

    function: str
    bytes: int
    times: int
    fixed: bool
    recurses: bool


@dataclass(frozen=True, slots=True)
class Use:
    """The stack that one split uses, as one compiler compiled it.

    ``depth``: activations of the most nested function, ``deepest`` ("" when none is active twice);
    ``written``: bytes below the caller's frame that the run wrote to; ``frames``: the longest path
    of calls with that depth, from the compiler's own stack usage, None when it cannot be told.
    """

    compiler: str
    item: Item
    chunk_shift: int
    depth: int
    deepest: str
    written: int
    frames: tuple[Frame, ...] | None

    @property
    def levels(self) -> int:
        """New levels of nodes that the split makes."""
        return geometry.split_depth(self.item.order, self.item.new_order, self.chunk_shift)

    @property
    def reserved(self) -> int | None:
        """Bytes of all frames on the longest path."""
        if self.frames is None:
            return None
        return sum(frame.bytes * frame.times for frame in self.frames)

    @property
    def per_level(self) -> int | None:
        """Bytes that one more level of nodes takes: the frames of what recurses."""
        if self.frames is None:
            return None
        return sum(frame.bytes for frame in self.frames if frame.recurses)

    @property
    def deepest_split(self) -> int | None:
        """Bytes for a split of order 63 to 0 at this chunk shift, by the frames."""
        if self.reserved is None or self.per_level is None:
            return None
        more = geometry.split_depth(HIGHEST_ORDER, 0, self.chunk_shift) - self.levels
        return self.reserved + more * self.per_level

    @property
    def problems(self) -> list[str]:
        """What is not as it must be: a line each, none if the depth is bounded by the levels of
        nodes and the frames by what a kernel's stack has to spare."""
        found = []
        if self.depth > max(self.levels, 1):
            found.append(f"{self.deepest} is {self.depth} deep, for {self.levels} levels of nodes")
        if self.written > KERNEL_STACK // SHARE:
            found.append(f"{self.written} bytes are written, of a stack of {KERNEL_STACK}")
        for frame in self.frames or ():
            if frame.bytes > FRAME_WARNING:
                found.append(
                    f"the frame of {frame.function} has {frame.bytes} bytes, more than"
                    f" CONFIG_FRAME_WARN={FRAME_WARNING}"
                )
            if not frame.fixed:
                found.append(f"the frame of {frame.function} has no fixed size")
        # A frame that is aligned anew takes up to a word more than the compiler says.
        spare = sum(WORD * frame.times for frame in self.frames or ())
        if self.reserved is not None and self.written > self.reserved + spare:
            found.append(
                f"{self.written} bytes are written, more than the {self.reserved} of frames"
            )
        if (most := self.deepest_split) is not None and most > KERNEL_STACK // SHARE:
            found.append(f"a split of order 63 to 0 would take {most} bytes of {KERNEL_STACK}")
        return found


def measure(source: Source, works: Sequence[Work], name: str) -> list[Use]:
    """The stack that splits use on ``source``: those of ``works``, done at once and counted at one
    chunk shift, which tell how deep they recurse.

    ``name`` is ``gcc`` or ``clang``.  Raises MeasureError when that compiler is not there or a
    program does not come to its end, BuildError when it does not compile.
    """
    found = shutil.which(name)
    if found is None:
        raise MeasureError(f"{name} is not installed")
    command = (found,)
    folder = programs.plain(source, works[0].chunk_shift, command)
    frames = _frames(folder, programs.compiler_kind(command))
    calls = _calls(folder / "work")
    answers = programs.run(folder / "work", [one.item for one in works], paint=True)
    uses = []
    for counted, answer in zip(works, answers, strict=True):
        if not answer["split"]:
            raise MeasureError(f"compiled by {name}, it does not do the split {counted.item}")
        uses.append(
            Use(
                name,
                counted.item,
                counted.chunk_shift,
                counted.depth,
                counted.deepest,
                cast(int, answer["stack"]),
                None if calls is None else _longest(calls, frames, counted.depth),
            )
        )
    return uses


_FRAME = re.compile(r"^.*:(?P<function>[^:\t]+)\t(?P<bytes>\d+)\t(?P<kind>.*)$")


def _frames(folder: Path, kind: str) -> dict[str, tuple[int, bool]]:
    """The frames of the code under test by function, return address included, and whether their
    size is fixed, from the compiler's own output."""
    frames = {}
    # On x86-64 gcc counts the return address and clang does not.
    extra = WORD if kind == "clang" and programs.X86_64 else 0
    for path in sorted(folder.glob("*.su")):
        for line in path.read_text().splitlines():
            if found := _FRAME.match(line):
                fixed = "dynamic" not in found["kind"] or "bounded" in found["kind"]
                frames[found["function"]] = (int(found["bytes"]) + extra, fixed)
    if not frames:
        raise BuildError(f"{kind} wrote no stack usage")
    return frames


def _calls(executable: Path) -> dict[str, set[tuple[str, bool]]] | None:
    """Which functions a program's functions call directly, and whether by a jump, which leaves no
    frame behind.  None without binutils."""
    if shutil.which("objdump") is None:
        return None
    done = subprocess.run(
        ["objdump", "--disassemble", "--no-show-raw-insn", str(executable)],
        capture_output=True,
        text=True,
        check=True,
    )
    calls: dict[str, set[tuple[str, bool]]] = {}
    function = ""
    for line in done.stdout.splitlines():
        if begins := re.match(r"^[0-9a-f]+ <([^>]+)>:$", line):
            function = begins[1]
        elif jump := re.search(r"\t(call|bl|b|j\w+)\s.*<([^>+]+)>$", line):
            jumped = jump[1] not in ("call", "bl")
            if not (jumped and jump[2] == function):  # which is a loop
                calls.setdefault(function, set()).add((jump[2], jumped))
    return calls


def _longest(
    calls: Mapping[str, set[tuple[str, bool]]],
    frames: Mapping[str, tuple[int, bool]],
    depth: int,
) -> tuple[Frame, ...]:
    """The path of calls from ``xas_split`` with the largest frames in which no function is active
    more than ``depth`` times, and only those that can call themselves more than once."""
    active: Counter[str] = Counter()

    def size(function: str) -> tuple[int, bool]:
        # The compiler names copies of a function, such as f.part.0, by the name and a word.
        while function not in frames and "." in function:
            function = function.rpartition(".")[0]
        return frames.get(function, (0, True))

    def follow(function: str) -> tuple[int, tuple[str, ...]]:
        active[function] += 1
        own, fixed = size(function)
        own += 0 if fixed else KERNEL_STACK  # no frame can be larger: it is on the path
        best: tuple[int, tuple[str, ...]] = (own, (function,))
        for called, jumped in sorted(calls.get(function, ())):
            if not size(called)[0] or active[called] >= (depth if active[called] else 1):
                continue
            below, path = follow(called)
            best = max(best, (below, path) if jumped else (own + below, (function, *path)))
        active[function] -= 1
        return best

    path = follow(SPLIT)[1]
    return tuple(
        Frame(name, size(name)[0], times, size(name)[1], name in _below(name, calls))
        for name, times in Counter(path).items()
    )


def _below(function: str, calls: Mapping[str, set[tuple[str, bool]]]) -> set[str]:
    """Every function that one function calls, by others too."""
    found: set[str] = set()
    left = [function]
    while left:
        new = {name for name, _ in calls.get(left.pop(), ())} - found
        found |= new
        left += new
    return found
