# SPDX-License-Identifier: GPL-2.0-or-later
"""The numbers that answer the cover letter's questions, for the code under test.

Is it too many nodes to allocate at once?  How much is done under the lock?  How much stack would a
recursive split take?
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from models.kernel.source import Source
from models.measure import costs, programs, stack_use, work
from models.measure.costs import PageSplit, WayCost
from models.measure.programs import SECONDS, Item, MeasureError, Way
from models.measure.stack_use import Use
from models.measure.work import Instructions, Work
from models.subject.build import BuildError, compiler, compiler_version
from models.subject.implementation import Implementation
from xarray_model import geometry

CHUNK_SHIFTS = (6, 4)
"""Those that kernels have."""
ORDERS = (9, 13, 18)
"""What is split to order 0 to be measured: 2M, 32M and 1G, in pages of 4K."""
ALL_MARKS = 7
AT_ONCE = tuple(Item(Way.AT_ONCE, order, 0) for order in ORDERS)
MARKED = Item(Way.AT_ONCE, ORDERS[-1], 0, ALL_MARKS)
STACKS = (("gcc", 6), ("gcc", 4), ("clang", 6))
"""Compilers, and at which chunk shifts their stack use is measured."""
NO_WALK = "it has no xas_try_split"
"""Why no walk is measured on kernels without it, which is no gap in what was measured."""
HANG_SECONDS = 5.0
"""How long the splits of one that is known to hang may take; other programs end in a
fraction of a second."""
MINIMALITY = "N4"
"""The family of theorems that says that no tree with these entries has fewer nodes."""

_P = ParamSpec("_P")
_T = TypeVar("_T")
Steps = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ComputedRow:
    """One split at one chunk shift, computed: the nodes that it needs, at once or in stages, the
    bytes and slab pages that they take, and each way to do it."""

    split: PageSplit
    chunk_shift: int
    nodes: int
    bytes: int
    slab_pages: int
    ways: Mapping[Way, WayCost]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured on one implementation.

    Where there is a line of text instead of a number, it says why that was not measured or did not
    come about.  ``works`` and ``instructions`` are by chunk shift and item, ``stacks`` by compiler
    and chunk shift.
    """

    name: str
    works: Mapping[tuple[int, Item], Work | str]
    instructions: Mapping[tuple[int, Item], Instructions | str]
    stacks: Mapping[tuple[str, int], list[Use] | str]

    @property
    def unlike_computed(self) -> list[str]:
        """Splits that took other nodes, calls or a higher peak than computed; a line each."""
        found = []
        for (s, item), one in self.works.items():
            if isinstance(one, str):
                continue
            expected = costs.way_cost(item.way, item.order, item.new_order, s)
            took = WayCost(one.calls, one.nodes, one.peak)
            if took != expected or one.left:
                found.append(f"s={s} order {item.order} {item.way.name}: {took}, {one.left} left")
        return found

    @property
    def stack_problems(self) -> list[str]:
        """What is wrong with the stack that its split takes; empty also if nothing is known."""
        return [
            f"{use.compiler}, s={use.chunk_shift}, order {use.item.order}: {problem}"
            for use in self._stack_uses
            for problem in use.problems
        ]

    @property
    def stack_detail(self) -> str:
        """Depth and bytes of the largest split, by compiler, in one line; "" if there is none."""
        return "; ".join(
            f"{use.compiler}, s={use.chunk_shift}: {use.depth} deep, {use.written} bytes"
            + (f", {use.per_level} a level" if use.per_level else "")
            + (f", {use.deepest_split} for order 63 to 0" if use.deepest_split else "")
            for use in self._stack_uses
            if use.item == AT_ONCE[-1]
        )

    @property
    def _stack_uses(self) -> list[Use]:
        return [use for uses in self.stacks.values() if not isinstance(uses, str) for use in uses]

    @property
    def stack_unmeasured(self) -> list[str]:
        """Compilers whose stack use is not known, with the reason."""
        return [
            f"{name}, s={s}: {uses}"
            for (name, s), uses in self.stacks.items()
            if isinstance(uses, str)
        ]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The table of nodes, and what was measured on each implementation.

    ``compiler`` is the version of the one that stores and instructions were counted with, or why
    there is none; ``machine`` is the processor's architecture.
    """

    compiler: str
    machine: str
    rows: tuple[ComputedRow, ...]
    measured: tuple[Measured, ...]


def table() -> tuple[ComputedRow, ...]:
    """What every split of pages needs, at both chunk shifts that kernels have; computed."""
    rows = []
    for split in costs.PAGE_SPLITS:
        for s in CHUNK_SHIFTS:
            nodes = geometry.split_nodes(split.order, split.new_order, s)
            rows.append(
                ComputedRow(
                    split,
                    s,
                    nodes,
                    nodes * geometry.node_bytes(s),
                    costs.slab(s, split.page).pages_for(nodes),
                    {way: costs.way_cost(way, split.order, split.new_order, s) for way in Way},
                )
            )
    return tuple(rows)


def steps(implementations: Sequence[Implementation]) -> int:
    """How often ``measure`` tells its ``progress``."""
    return len(implementations) * (2 * len(CHUNK_SHIFTS) + len(STACKS))


def measure(
    implementations: Sequence[Implementation],
    *,
    hanging: Collection[str] = (),
    progress: Steps = lambda note: None,
    jobs: int = os.cpu_count() or 1,
) -> Numbers:
    """Measure each implementation; ``progress`` is called as often as ``steps`` says,
    ``jobs`` programs are run side by side.

    ``hanging`` names those of which splits were seen to hang, for which it does not wait long.
    Whatever the code under test does, this returns: what could not be measured says why.
    """
    with ThreadPoolExecutor(jobs) as pool:
        # One implementation after another: what two have in common is compiled once.
        making = [
            (make, one.source, s)
            for one in implementations
            for make in (programs.counting, programs.plain)
            for s in CHUNK_SHIFTS
        ]
        list(pool.map(lambda wanted: _tried(_make, *wanted), making))
        # First what the others need too: a program that is there already is not built again.
        patience = [HANG_SECONDS if one.name in hanging else SECONDS for one in implementations]
        counted = list(pool.map(partial(_works, progress), implementations, patience))
        others = list(
            pool.map(lambda one, works: _others(one, works, progress), implementations, counted)
        )
    measured = tuple(
        Measured(one.name, works, *rest)
        for one, works, rest in zip(implementations, counted, others, strict=True)
    )
    version = _tried(compiler)
    if not isinstance(version, str):
        version = compiler_version(version)
    return Numbers(version, platform.machine(), table(), measured)


def _make(program: Callable[[Source, int, tuple[str, ...]], Path], source: Source, s: int) -> Path:
    """A program as it is used later."""
    return program(source, s, compiler())


Works = dict[tuple[int, Item], Work | str]


def _works(progress: Steps, one: Implementation, seconds: float) -> Works:
    items = [Item(way, order, 0) for way in Way for order in ORDERS]
    items.append(MARKED)
    has_walk = one.source.capabilities.try_split
    asked = [item for item in items if has_walk or item.way is not Way.WALK]
    found: Works = {}
    for s in CHUNK_SHIFTS:
        counts = _tried(work.count, one.source, s, asked, seconds)
        for item in items:
            if item not in asked:
                found[s, item] = NO_WALK
            else:
                found[s, item] = counts if isinstance(counts, str) else counts[item]
        progress(f"{one.name}: stores at s={s}")
    return found


def _others(
    one: Implementation, works: Works, progress: Steps
) -> tuple[
    dict[tuple[int, Item], Instructions | str],
    dict[tuple[str, int], list[Use] | str],
]:
    done = {
        s: [found for item in AT_ONCE if isinstance(found := works[s, item], Work)]
        for s in CHUNK_SHIFTS
    }
    executed: dict[tuple[int, Item], Instructions | str] = {}
    for s, works_done in done.items():
        items = [found.item for found in works_done]
        counts = _tried(work.instructions, one.source, s, items) if items else {}
        for item in AT_ONCE:
            if isinstance(why := works[s, item], str):
                executed[s, item] = why
            else:
                executed[s, item] = counts if isinstance(counts, str) else counts[item]
        progress(f"{one.name}: instructions at s={s}")
    stacks: dict[tuple[str, int], list[Use] | str] = {}
    for name, s in STACKS:
        if done[s]:
            stacks[name, s] = _tried(stack_use.measure, one.source, done[s], name)
        else:
            stacks[name, s] = str(works[s, AT_ONCE[0]])
        progress(f"{one.name}: stack with {name} at s={s}")
    return executed, stacks


def _tried(measurement: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T | str:
    """What it measures, or the line that says why it could not."""
    try:
        return measurement(*args, **kwargs)
    except (MeasureError, BuildError) as error:
        return str(error)
