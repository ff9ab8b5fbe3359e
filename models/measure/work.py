# SPDX-License-Identifier: GPL-2.0-or-later
"""The work of a split: stores, publications and instructions, before the lock and under it.

Stores are counted on the code under test itself, compiled so that each store tells of itself: into
nodes that no reader can reach yet, or into what readers can reach.  Instructions are those of the
code compiled as in a kernel, counted by valgrind's callgrind; the update callback and the
allocator, which are not the XArray's, are left out of them.
"""

from __future__ import annotations

import errno
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from models.kernel.source import Source
from models.measure import programs
from models.measure.programs import Item, MeasureError
from models.subject.build import compiler

ALLOC, SPLIT = "xas_split_alloc", "xas_split"
_ALLOCATOR = "xasplit_node_alloc"


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores of one function, summed over its calls, or the most that a single call made.

    ``unlinked`` are stores into nodes that no reader can reach yet and ``linked`` plain stores into
    those that readers can, by field: header (shift, offset, count, nr_values, array), parent, slot,
    mark, list.  ``publications`` are release stores to slots or a head that readers can reach.
    ``to_linked``: those of the stores to ``unlinked`` parents that lead to a linked node.
    ``array``, ``cursor``, ``other``: the array's own fields, the cursor, anything else in memory.
    ``callbacks`` are calls of the update callback.
    """

    unlinked: Mapping[str, int]
    linked: Mapping[str, int]
    publications: int
    to_linked: int
    array: int
    cursor: int
    other: int
    callbacks: int

    @property
    def filling(self) -> int:
        """Stores into nodes that no reader can reach yet."""
        return sum(self.unlinked.values())

    @property
    def visible(self) -> int:
        """Stores into what readers can reach, publications included."""
        return sum(self.linked.values()) + self.array + self.publications

    @property
    def total(self) -> int:
        """All stores to memory that are not to the stack's own scratch places."""
        return self.filling + self.visible + self.cursor + self.other

    @property
    def movable(self) -> int:
        """Stores that fill unreachable nodes with what is known before the lock is taken.

        What is not: marks, which may change until then, and the parents of the topmost new nodes,
        because the split node may be another one by then.
        """
        waits = self.unlinked["mark"] + self.unlinked["list"] + self.to_linked
        return self.filling - waits


@dataclass(frozen=True, slots=True)
class Work:
    """What one split did, by the way in which it was done (``item``).

    ``calls`` to split; ``nodes`` taken and ``left`` over; ``peak`` is the most nodes that were
    allocated and not yet linked at one time; ``depth`` is how often the most nested function,
    ``deepest``, was active at once under the lock ("" for depth 1).  ``most`` is, number by number,
    the most that one call did under the lock.
    """

    item: Item
    chunk_shift: int
    calls: int
    nodes: int
    left: int
    peak: int
    depth: int
    deepest: str
    alloc: Stores
    under_lock: Stores
    most: Stores


@dataclass(frozen=True, slots=True)
class Instructions:
    """Instructions executed in ``xas_split_alloc`` (without the allocator) and ``xas_split``."""

    alloc: int
    split: int


def count(
    source: Source, shift: int, items: Sequence[Item], seconds: float = programs.SECONDS
) -> dict[Item, Work | str]:
    """Do each split of ``items`` on ``source`` at chunk shift ``shift`` (1..6) and count; the first
    one that hangs is waited for so many ``seconds``.

    What did not come out as a split has one line on why instead.  Raises BuildError when it does
    not compile for counting, MeasureError when the program cannot be run.
    """
    executable = programs.counting(source, shift, compiler())
    names = _functions(executable)
    found: dict[Item, Work | str] = {}
    for item, answer in zip(items, programs.run_each(executable, items, seconds), strict=True):
        if isinstance(answer, str):
            found[item] = answer
        else:
            found[item] = _work(item, shift, cast("dict[str, Any]", answer), names)
    return found


def _work(item: Item, shift: int, answer: dict[str, Any], names: Mapping[int, str]) -> Work | str:
    if answer["error"]:
        return f"it refuses with {errno.errorcode.get(answer['error'], answer['error'])}"
    if not answer["split"]:
        return "it goes wrong: the entries are not of the new order afterwards"
    deepest = names.get(int(answer["deepest"], 16), "") if answer["depth"] > 1 else ""
    parts = (Stores(**answer[name]) for name in ("alloc", "under_lock", "most"))
    return Work(
        item,
        shift,
        answer["calls"],
        answer["nodes"],
        answer["left"],
        answer["peak"],
        answer["depth"],
        deepest,
        *parts,
    )


def _functions(executable: Path) -> dict[int, str]:
    """The names of a program's functions by their address."""
    done = subprocess.run(
        ["nm", "--defined-only", str(executable)], capture_output=True, text=True, check=True
    )
    fields = (line.split() for line in done.stdout.splitlines())
    return {int(address, 16): name for address, kind, name in fields if kind in "tT"}


def instructions(source: Source, shift: int, items: Sequence[Item]) -> dict[Item, Instructions]:
    """Instructions of each split of ``items``, which must be done at once.

    Raises MeasureError when valgrind is not installed or does not come to its end, BuildError when
    it does not compile.
    """
    if shutil.which("valgrind") is None:
        raise MeasureError("valgrind is not installed")
    executable = programs.plain(source, shift, compiler()) / "work"
    alloc, split = (_profile(executable, items, name) for name in (ALLOC, SPLIT))
    return {item: Instructions(alloc[i], split[i]) for i, item in enumerate(items)}


def _profile(executable: Path, items: Sequence[Item], function: str) -> list[int]:
    """Instructions in ``function`` and what it calls, without the allocator, for each item."""
    with tempfile.TemporaryDirectory(prefix="xasplit-callgrind-") as folder:
        output = Path(folder) / "profile"
        programs.run(executable, items, under=[
            "valgrind", "--tool=callgrind", "--quiet", "--compress-strings=no",
            f"--toggle-collect={function}", f"--dump-after={function}",
            f"--callgrind-out-file={output}",
        ])  # fmt: skip
        parts = [Path(f"{output}.{number}") for number in range(1, len(items) + 1)]
        if not all(part.exists() for part in parts):
            raise MeasureError(f"callgrind did not see {function} once for each split")
        return [_instructions(part.read_text()) for part in parts]


def _instructions(profile: str) -> int:
    """The total of one profile, without what the allocator spent."""
    totals = re.search(r"^totals: (\d+)$", profile, re.MULTILINE)
    if totals is None:
        raise MeasureError("callgrind wrote no total")
    allocator = re.findall(rf"^cfn={_ALLOCATOR}\ncalls=.*\n\S+ (\d+)$", profile, re.MULTILINE)
    return int(totals[1]) - sum(map(int, allocator))
