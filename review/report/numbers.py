# SPDX-License-Identifier: GPL-2.0-or-later
"""The numbers of a review as plain text in the 72 columns of a mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.measure.costs import LEAST_OBJECTS, slab
from models.measure.programs import Item, Way
from models.measure.stack_use import FRAME_WARNING, KERNEL_STACK, SHARE, Frame, Use
from models.measure.work import Work
from review.report.layout import wrap_words
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
        *_nodes(numbers.rows),
        *_ways(numbers.rows),
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


def _nodes(rows: Sequence[ComputedRow]) -> Iterator[str]:
    yield "Nodes of a split (computed)"
    yield ""
    yield "  split         s      nodes         bytes  slab pages   try_split walk"
    for row in rows:
        walk = row.ways[Way.WALK].nodes
        yield (
            f"  {row.split.name:<12} {row.chunk_shift:>2} {row.nodes:>10,} {row.bytes:>13,}"
            f" {row.slab_pages:>11,} {walk:>7} nodes"
        )
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


def _ways(rows: Sequence[ComputedRow]) -> Iterator[str]:
    ways = (Way.AT_ONCE, Way.TWO_LEVELS, Way.ONE_LEVEL, Way.WALK)
    yield "Calls, each holding the lock once, and the most nodes that are"
    yield "allocated and not yet linked at one time (computed)"
    yield ""
    yield "                          calls          |      unlinked at most"
    yield "  split        s 2 levels 1 level  walk  | at once 2 levels 1 level walk"
    for row in rows:
        calls = [row.ways[way].calls for way in ways]
        peaks = [row.ways[way].peak for way in ways]
        yield (
            f"  {row.split.name:<11} {row.chunk_shift:>2} {calls[1]:>8,} {calls[2]:>7,}"
            f" {calls[3]:>5}  | {peaks[0]:>7,} {peaks[1]:>8,} {peaks[2]:>7,} {peaks[3]:>4}"
        )
    yield ""
    yield from _wrapped(
        "At once is one call. 2 levels, 1 level: so many levels of nodes a call, every entry by a "
        f"call of its own. What is larger than order {_LARGE} is computed only."
    )
    yield ""


def _as_computed(one: Measured) -> Iterator[str]:
    counted = sum(isinstance(found, Work) for found in one.works.values())
    wrong = one.unlike_computed
    told = f"Measured on {one.name}, orders {', '.join(map(str, ORDERS))} to 0: "
    if counted:
        told += (
            f"{counted - len(wrong)} of {counted} splits took nodes, calls and peak as computed."
        )
    yield from _wrapped(told if counted else told + "nothing.", "    ", "  ")
    for line in wrong:
        yield from _wrapped(f"NOT AS COMPUTED: {line}", "    ", "  ")
    reasons: dict[str, list[str]] = {}
    for (s, item), found in one.works.items():
        if isinstance(found, str):
            reasons.setdefault(found, []).append(f"{_way(item)} s={s}")
    for reason, which in reasons.items():
        yield from _wrapped(f"Not measured ({reason}): {', '.join(which)}.", "    ", "  ")


def _way(item: Item) -> str:
    way = item.way.name.lower().replace("_", " ")
    return f"{item.order} {way}" + (" with marks" if item.marks else "")


def _work(one: Measured) -> Iterator[str]:
    yield ""
    yield f"  {one.name}"
    yield "                    before the lock | under the lock"
    yield "  split      s  stores instructions |  stores movable publ.     instr."
    reasons: dict[str, None] = {}
    for s in CHUNK_SHIFTS:
        for item in AT_ONCE:
            found, executed = one.works[s, item], one.instructions[s, item]
            head = f"  {_NAMES[item.order]:<9} {s:>2}"
            if isinstance(found, str):
                yield f"{head}  not measured: {found}"[:72]
                continue
            if isinstance(executed, str):
                reasons[executed] = None
                alloc = split = "not measured"
            else:
                alloc, split = f"{executed.alloc:,}", f"{executed.split:,}"
            locked = found.under_lock
            yield (
                f"{head} {found.alloc.total:>7,} {alloc:>12} | {locked.total:>7,}"
                f" {locked.movable:>7,} {locked.publications:>5,} {split:>12}"
            )
    for reason in reasons:
        yield from _wrapped(f"Instructions not measured: {reason}.", "    ", "  ")
    yield from _said(one)


def _said(one: Measured) -> Iterator[str]:
    """In words, for the largest split that was measured at the usual chunk shift."""
    s = CHUNK_SHIFTS[0]
    done = [one.works[s, item] for item in AT_ONCE if isinstance(one.works[s, item], Work)]
    if done and isinstance(largest := done[-1], Work):
        locked = largest.under_lock
        told = (
            f"{_NAMES[largest.item.order]} at s={s}: of {locked.total:,} stores under the lock"
            f" {locked.filling:,} fill nodes that nothing can reach yet; {locked.movable:,}"
            f" ({100 * locked.movable / max(locked.total, 1):.0f}%) could be done before the lock."
        )
        if isinstance(marked := one.works[s, MARKED], Work):
            told += f" If the entry bears all three marks, {marked.under_lock.total:,} stores."
        yield from _wrapped(told, "    ", "  ")
    holds = [
        (name, one.works[s, Item(way, _LARGE, 0)])
        for name, way in (
            ("at once", Way.AT_ONCE),
            ("2 levels a call", Way.TWO_LEVELS),
            ("1 level a call", Way.ONE_LEVEL),
            ("try_split walk", Way.WALK),
        )
    ]
    told = "; ".join(
        f"{name} {found.most.total:,}" if isinstance(found, Work) else f"{name} not measured"
        for name, found in holds
    )
    yield from _wrapped(
        f"Most stores in one hold of the lock, 1G to 4K, s={s}: {told}.", "    ", "  "
    )


def _stack(one: Measured) -> Iterator[str]:
    yield ""
    yield f"  {one.name}"
    yield "  compiler  s split     levels  depth written  frames  a level 63 to 0"
    for (compiler, s), uses in one.stacks.items():
        if isinstance(uses, str):
            yield from _wrapped(f"{compiler}, s={s}: not measured: {uses}", "    ", "  ")
            continue
        for use in uses:
            numbers = [use.reserved, use.per_level, use.deepest_split]
            cells = ["?" if number is None else f"{number:,}" for number in numbers]
            yield (
                f"  {compiler:<8} {s:>2} {_NAMES[use.item.order]:<9} {use.levels:>6} {use.depth:>6}"
                f" {use.written:>7,} {cells[0]:>7} {cells[1]:>8} {cells[2]:>7}"
            )
        if (path := uses[-1].frames) is not None:
            yield from _wrapped(", ".join(map(_frame, path)), "      ", "    ")
        else:
            yield "    frames not told: objdump is not installed"
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
