# SPDX-License-Identifier: GPL-2.0-or-later
"""The numbers of a review as plain text in the 72 columns of a mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.measure.costs import LEAST_OBJECTS, slab
from models.measure.programs import Item, Way
from models.measure.stack_use import FRAME_WARNING, KERNEL_STACK, SHARE, Frame, Use
from models.measure.work import Instructions, Work
from review.report.layout import wrap_words
from review.report.output import Column, Table
from review.run.numbers import (
    AT_ONCE,
    CHUNK_SHIFTS,
    MARKED,
    MINIMALITY,
    ORDERS,
    ComputedRow,
    Measured,
    Numbers,
)
from xarray_model import geometry

_NAMES = {9: "2M to 4K", 13: "32M to 4K", 18: "1G to 4K"}
_LARGE = ORDERS[-1]
_PAGE = 4096


def lines(numbers: Numbers) -> list[str]:
    """The tables and what they say, for the code under test; nothing that was not measured is left
    out, but told with its reason."""
    return [
        *_nodes(numbers),
        *_ways(numbers),
        *(line for one in numbers.measured for line in _as_computed(one)),
        "",
        "Work before the lock and under it",
        "",
        *_wrapped(
            "Counted on the code under test, old entry a pointer. Before: xas_split_alloc(), "
            "without the allocator; locked: xas_split(), without the update callback. Movable: "
            "the stores under the lock that fill nodes which nothing can reach yet with what is "
            "known before; marks and the topmost parents are not. Publications: release stores to "
            "what readers can reach. Instructions: counted by valgrind's callgrind, as compiled by "
            f"{numbers.compiler} for {numbers.machine} with a kernel's options."
        ),
        *(line for one in numbers.measured for line in _work(one)),
        "",
        "Stack and depth of the split",
        "",
        *_wrapped(
            "Below xas_split()'s caller, without the update callback. Written: bytes that a run "
            "wrote to; frames: the compiler's own stack usage along the longest path of calls, "
            "return addresses included. Depth: how often one function is active at once."
        ),
        *(line for one in numbers.measured for line in _stack(one)),
        *_compared(numbers.measured),
    ]


def _wrapped(text: str, indent: str = "", first: str = "") -> list[str]:
    return wrap_words(text, indent, first)


def _way(name: str, way: Way, value: str) -> Column[ComputedRow]:
    group = {"calls": "calls", "peak": "unlinked at most"}.get(value, "")
    return Column("", name, lambda row: getattr(row.ways[way], value), group=group)


_SPLIT: list[Column[ComputedRow]] = [
    Column("", "split", lambda row: row.split.name),
    Column("chunk_shift", "s"),
]
_NODES: list[Column[ComputedRow]] = [
    *_SPLIT,
    Column("nodes", "nodes"),
    Column("bytes", "bytes"),
    Column("slab_pages", "slab pages"),
    _way("nodes of the walk", Way.WALK, "nodes"),
]
_CALLS: list[Column[ComputedRow]] = [
    *_SPLIT,
    _way("2 levels", Way.TWO_LEVELS, "calls"),
    _way("1 level", Way.ONE_LEVEL, "calls"),
    _way("walk", Way.WALK, "calls"),
    _way("at once", Way.AT_ONCE, "peak"),
    _way("2 levels", Way.TWO_LEVELS, "peak"),
    _way("1 level", Way.ONE_LEVEL, "peak"),
    _way("walk", Way.WALK, "peak"),
]


def nodes(numbers: Numbers) -> Table[ComputedRow]:
    """What splits take, at once or in stages."""
    return Table(numbers.rows, _NODES)


def calls(numbers: Numbers) -> Table[ComputedRow]:
    """Calls, and the most nodes that are allocated and not yet linked at one time."""
    return Table(numbers.rows, _CALLS)


@dataclass(frozen=True, slots=True)
class _Counted:
    """The work of a split at once, or why it was not measured."""

    item: Item
    s: int
    found: Work | str
    executed: Instructions | str

    def instructions(self, part: str) -> object:
        """Of a part of the split."""
        return "not measured" if isinstance(self.executed, str) else getattr(self.executed, part)


def _stores(heading: str, part: str, group: str, stores: str = "total") -> Column[_Counted]:
    return Column("", heading, lambda row: getattr(getattr(row.found, part), stores), group=group)


_BEFORE, _LOCKED = "before the lock", "under the lock"
_WORK: list[Column[_Counted]] = [
    Column("", "split", lambda row: _NAMES[row.item.order]),
    Column("", "s", lambda row: row.s),
    _stores("stores", "alloc", _BEFORE),
    Column("", "instructions", lambda row: row.instructions("alloc"), group=_BEFORE),
    _stores("stores", "under_lock", _LOCKED),
    _stores("movable", "under_lock", _LOCKED, "movable"),
    _stores("publ.", "under_lock", _LOCKED, "publications"),
    Column("", "instructions", lambda row: row.instructions("split"), group=_LOCKED),
]


def work(one: Measured) -> Table[_Counted]:
    """The work of splits to order 0 at once, before the lock and under it."""
    rows = [
        _Counted(item, s, one.works[s, item], one.instructions[s, item])
        for s in CHUNK_SHIFTS
        for item in AT_ONCE
    ]
    return Table(
        rows,
        _WORK,
        note=lambda row: f"not measured: {row.found}" if isinstance(row.found, str) else "",
        heads=2,
    )


@dataclass(frozen=True, slots=True)
class _Stack:
    """The stack of a split, or why it was not measured."""

    compiler: str
    s: int
    use: Use | str

    def of(self, name: str) -> object:
        """A number of it; "?" where it is not known."""
        found = getattr(self.use, name)
        return "?" if found is None else found


def _used(heading: str, name: str) -> Column[_Stack]:
    return Column("", heading, lambda row: row.of(name))


_STACK: list[Column[_Stack]] = [
    Column("", "compiler", lambda row: row.compiler),
    Column("", "s", lambda row: row.s),
    Column("", "split", lambda row: "" if isinstance(row.use, str) else _NAMES[row.use.item.order]),
    _used("levels", "levels"),
    _used("depth", "depth"),
    _used("written", "written"),
    _used("frames", "reserved"),
    _used("a level", "per_level"),
    _used("63 to 0", "deepest_split"),
]


def stack(one: Measured) -> Table[_Stack]:
    """The stack of splits to order 0."""
    rows: list[_Stack] = []
    for (compiler, s), uses in one.stacks.items():
        known = uses or "it splits none of them"
        rows += [_Stack(compiler, s, use) for use in ([known] if isinstance(known, str) else known)]
    return Table(
        rows,
        _STACK,
        note=lambda row: f"not measured: {row.use}" if isinstance(row.use, str) else "",
        heads=2,
    )


def _nodes(numbers: Numbers) -> Iterator[str]:
    yield "Nodes of a split (computed)"
    yield ""
    yield from nodes(numbers).lines()
    yield ""
    slabs = []
    for s in CHUNK_SHIFTS:
        one = slab(s, _PAGE)
        pages = f"{one.pages} pages of 4K" if one.pages > 1 else "one page of 4K"
        slabs.append(f"at s={s} {geometry.node_bytes(s)} bytes and {one.objects} in {pages}")
    yield from _wrapped(
        f"A node has {' and '.join(slabs)}: the lowest slab order that holds {LEAST_OBJECTS} nodes "
        "and wastes at most a sixteenth, an assumption after SLUB on a small machine, for slabs "
        "that hold nothing else. Splitting in stages ends in the same tree and takes the same "
        "nodes; the walk splits around one index only. No well-formed tree that gives each new "
        f"entry its own canonical slot has fewer nodes: theorem {MINIMALITY}."
    )
    yield ""


def _ways(numbers: Numbers) -> Iterator[str]:
    yield "Calls, each holding the lock once, and the most nodes that are"
    yield "allocated and not yet linked at one time (computed)"
    yield ""
    yield from calls(numbers).lines()
    yield ""
    yield from _wrapped(
        "At once is one call. 2 levels, 1 level: so many levels of nodes a call, every entry by a "
        f"call of its own. What is larger than order {_LARGE} is computed only."
    )
    yield ""


def _as_computed(one: Measured) -> Iterator[str]:
    counted = sum(isinstance(found, Work) for found in one.works.values())
    wrong = one.unlike_computed
    text = f"Measured on {one.name}, orders {', '.join(map(str, ORDERS))} to 0: "
    if counted:
        text += (
            f"{counted - len(wrong)} of {counted} splits took nodes, calls and peak as computed."
        )
    yield from _wrapped(text if counted else text + "nothing.", "    ", "  ")
    for line in wrong:
        yield from _wrapped(f"NOT AS COMPUTED: {line}", "    ", "  ")
    reasons: dict[str, list[str]] = {}
    for (s, item), found in one.works.items():
        if isinstance(found, str):
            reasons.setdefault(found, []).append(f"{_item(item)} s={s}")
    for reason, which in reasons.items():
        yield from _wrapped(f"Not measured ({reason}): {', '.join(which)}.", "    ", "  ")


def _item(item: Item) -> str:
    way = item.way.name.lower().replace("_", " ")
    return f"{item.order} {way}" + (" with marks" if item.marks else "")


def _work(one: Measured) -> Iterator[str]:
    yield from ("", f"  {one.name}")
    yield from work(one).lines()
    reasons = {found: None for found in one.instructions.values() if isinstance(found, str)}
    for reason in reasons:
        if reason not in one.works.values():
            yield from _wrapped(f"Instructions not measured: {reason}.", "    ", "  ")
    yield from _said(one)


def _said(one: Measured) -> Iterator[str]:
    """In words, for the largest split that was measured at the usual chunk shift."""
    s = CHUNK_SHIFTS[0]
    done = [one.works[s, item] for item in AT_ONCE if isinstance(one.works[s, item], Work)]
    if done and isinstance(largest := done[-1], Work):
        locked = largest.under_lock
        text = (
            f"{_NAMES[largest.item.order]} at s={s}: of {locked.total:,} stores under the lock"
            f" {locked.filling:,} fill nodes that nothing can reach yet; {locked.movable:,}"
            f" ({100 * locked.movable / max(locked.total, 1):.0f}%) could be done before the lock."
        )
        if isinstance(marked := one.works[s, MARKED], Work):
            text += f" If the entry bears all three marks, {marked.under_lock.total:,} stores."
        yield from _wrapped(text, "    ", "  ")
    holds = [
        (name, one.works[s, Item(way, _LARGE, 0)])
        for name, way in (
            ("at once", Way.AT_ONCE),
            ("2 levels a call", Way.TWO_LEVELS),
            ("1 level a call", Way.ONE_LEVEL),
            ("try_split walk", Way.WALK),
        )
    ]
    text = "; ".join(
        f"{name} {found.most.total:,}" if isinstance(found, Work) else f"{name} not measured"
        for name, found in holds
    )
    yield from _wrapped(
        f"Most stores in one hold of the lock, 1G to 4K, s={s}: {text}.", "    ", "  "
    )


def _stack(one: Measured) -> Iterator[str]:
    yield from ("", f"  {one.name}")
    yield from stack(one).lines()
    for (compiler, s), uses in one.stacks.items():
        if not isinstance(uses, str) and uses:
            path = uses[-1].frames
            text = "not told: objdump is not installed" if path is None else ""
            frames = text or ", ".join(map(_frame, path or ()))
            yield from _wrapped(f"Frames, {compiler}, s={s}: {frames}", "      ", "    ")
    for problem in one.stack_problems:
        yield from _wrapped(f"NOT AS IT MUST BE: {problem}", "    ", "  ")
    if not one.stack_problems and len(one.stack_unmeasured) < len(one.stacks):
        yield from _wrapped(
            "No deeper than the levels of nodes, no frame above"
            f" CONFIG_FRAME_WARN={FRAME_WARNING}, and a split of order 63 to 0 within"
            f" {KERNEL_STACK // SHARE} bytes, 1/{SHARE} of a kernel's stack.",
            "    ",
            "  ",
        )


def _frame(frame: Frame) -> str:
    times = f"{frame.times} x " if frame.times > 1 else ""
    return f"{frame.function} {times}{frame.bytes}"


def _compared(measured: Sequence[Measured]) -> Iterator[str]:
    """What recursion costs against each implementation that does not recurse."""
    with_stack = [(one, use) for one in measured if (use := _largest(one)) is not None]
    deep = [(one, use) for one, use in with_stack if use.depth > 1]
    flat = [(one, use) for one, use in with_stack if use.depth <= 1 and use.item.order == _LARGE]
    for one, use in deep:
        for other, less in flat:
            yield ""
            yield from _wrapped(
                f"1G to 4K at s={use.chunk_shift} with {use.compiler}: {one.name} {use.written}"
                f" bytes in {use.depth} levels of recursion, {other.name} {less.written}.",
                "    ",
                "  ",
            )


def _largest(one: Measured) -> Use | None:
    """The largest split by the first compiler, where it was measured."""
    uses = next(iter(one.stacks.values()), "")
    return None if isinstance(uses, str) else uses[-1]
