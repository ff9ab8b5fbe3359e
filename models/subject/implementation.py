# SPDX-License-Identifier: GPL-2.0-or-later
"""An implementation under test: sources, how they are built, and what they turn out to support."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.driver.worker import Worker
from models.kernel.configuration import CHECKED
from models.kernel.source import Source
from models.subject.build import build_all
from xarray_model import geometry
from xarray_model.operations import Code, Operation


@dataclass(frozen=True, slots=True)
class Implementation:
    """One XArray under test.

    ``one_level``: it refuses a split that needs more than one new level of nodes, as upstream does;
    found out by asking it, not by its version.
    """

    name: str
    source: Source
    one_level: bool
    executables: Mapping[int, Path]
    """The driver built against it, by chunk shift."""
    deviations: tuple[str, ...] = ()
    """The known deviations that it has, as ``models.case.known`` found them out: what they account
    for to the byte is told as them."""

    @property
    def bits(self) -> int:
        """Bits of an index, and of a machine word."""
        return self.source.configuration.bits

    @property
    def multi(self) -> bool:
        """Whether entries can have several indices."""
        return self.source.configuration.multi

    def refuses(self, order: int, new_order: int, s: int) -> bool:
        """Whether a split is beyond what the implementation claims to support."""
        return self.one_level and geometry.one_level_limit_exceeded(order, new_order, s)


def name_of(source: Source) -> str:
    """What the implementation made of a source is called, with what its configuration is instead
    of the one that is usual for this tool."""
    name = source.title or (f"Linux {source.version}" if source.version else source.name)
    told = source.configuration.beside(CHECKED)
    return f"{name} ({told})" if told else name


def examine(
    source: Source, shifts: tuple[int, ...] = geometry.CHUNK_SHIFTS, *, sanitize: bool = False
) -> Implementation:
    """Build ``source`` at every chunk shift of ``shifts`` and find out what it supports.

    Raises BuildError when it does not compile.
    """
    executables = build_all(source, shifts, sanitize=sanitize)
    s = shifts[0]
    return Implementation(
        name_of(source),
        source,
        source.configuration.multi and refuses_two_levels(executables[s], s),
        executables,
    )


def refuses_two_levels(executable: Path, s: int) -> bool:
    """Ask for the nodes of a split three levels down: a refusal warns and requests none.

    Anything else, a crash included, counts as a claim of support: the contract then decides.
    """
    ask = Operation(Code.COUNT_ALLOC, order=3 * s, new_order=0, argument=1)
    with Worker(executable) as worker:
        result = worker.run([ask.encode()])
    if len(result.results) != 24:
        return False
    _, requests, warnings = struct.unpack("<3Q", result.results)
    return bool(requests == 0 and warnings > 0)
