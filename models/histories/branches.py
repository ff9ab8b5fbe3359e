# SPDX-License-Identifier: GPL-2.0-or-later
"""The branches of the contract: which of its cases an operation is, seen from outside.

A search that never met one of them has not tested it, so it counts them and reports what is
missing.
"""

from __future__ import annotations

from models.case.notation import flag_names
from models.histories.strategies import ARRAYS

DEPTHS = {1: 3, 2: 3, 3: 3, 4: 2, 5: 2, 6: 2}
"""New levels of nodes that a machine's splits reach, by chunk shift; deeper trees cost too much."""
KINDS = ("pointer", "value")


def expected(s: int, *, one_level: bool, try_split: bool) -> list[str]:
    """Every branch that a search of sufficient size meets at chunk shift ``s``.

    ``one_level`` and ``try_split`` are what the implementation can do.
    """
    shapes = ["horizontal"]
    shapes += [f"vertical {depth}" for depth in range(1, (1 if one_level else DEPTHS[s]) + 1)]
    names = [f"split: {shape}" for shape in shapes]
    names += [
        f"split: {old} to {new}, {shape.partition(' ')[0]}"
        for old in KINDS
        for new in KINDS
        for shape in shapes[:2]
    ]
    names += [
        "split: to the same order",
        "split: index at the head",
        "split: index inside",
        "split: below a parent",
        "split: marked",
        "split: unmarked",
        "split: over the top of the index space",
        "split: high order, horizontal",
        "split: high order, vertical",
        "split: through memory without permission to block",
        "merge: right after its split",
        "merge: later",
        "store: nothing there",
        "store: replaces one of its order",
        "store: into a larger entry",
        "store: into a larger entry, other kind",
        "store: over smaller entries",
        "store: over smaller entries, marked",
        "store: zero entry",
        "store: fails",
        "erase: nothing there",
        "erase: whole entry",
        "erase: larger entry through a smaller cursor",
        "erase: several entries",
        "mark: set",
        "mark: set on nothing",
        "mark: cleared",
        "mark: cleared where not set",
        "mark: got",
        "mark: not got",
        "load: nothing",
        "load: canonical index",
        "load: inside an entry",
        "order: 0",
        "order: larger",
        "find: nothing",
        "find: several",
        "find: begins inside an entry",
        "find: paused",
        "find: paused on a high order",
        "find: to the top of the index space",
        "find_marked: nothing",
        "find_marked: several",
        "find_marked: begins inside an entry",
        "find_marked: paused",
        "find_marked: paused on a high order",
        "find_marked: to the top of the index space",
        "next",
        "next: across 2^31, 2^32 or 2^63",
        "next: wraps",
        "prev",
        "prev: across 2^31, 2^32 or 2^63",
        "prev: wraps",
        "destroy: empty",
        "destroy: not empty",
        "count_alloc: granted",
        "count_alloc: limited",
    ]
    names += [f"array: {', '.join(flag_names(flags))}" for flags in ARRAYS]
    names.append("cursor: with a list_lru")
    names += CURSOR_BRANCHES
    # A node of two slots has no run of them that is no entry of an order.
    names += [name for name in PLAIN_BRANCHES if s > 1 or "of no order" not in name]
    names += NODE_BRANCHES
    if one_level:
        names += ["split_alloc: refused"]
    # One new level takes one node for each slot of the entry: at most half a chunk.
    which = ("first", "last") if one_level and s <= 2 else ("first", "middle", "last")
    names += [f"split: allocation fails, {request}" for request in which]
    if one_level:
        names += ["split: refused, beyond one level", "count_alloc: refused"]
    names += [f"caller: {name}" for name in CALLERS]
    if try_split:
        names += [
            "caller: splits around",
            "try_split: horizontal",
            "try_split: one node",
            "try_split: again with a spare node",
            "try_split: refused, one node would do",
            "try_split: refused",
            "try_split: allocation fails",
            "try_split: index at the head",
            "try_split: index inside",
            "min_order: 0",
            "min_order: multiple of the chunk shift",
            "min_order: between",
        ]
        if s == 1:
            # Every order is a multiple of 1, and each level takes a node.
            names.remove("try_split: refused, one node would do")
            names.remove("min_order: between")
    return names


CALLERS = ("adds", "adds after a change", "splits swap", "splits folio", "collapses")
"""What the page cache does in several operations."""
PLAIN_BRANCHES = [
    *(f"insert: {which}" for which in ("where nothing is", "where something is", "fails")),
    *(f"cmpxchg: {which}" for which in ("other", "of nothing", "of one", "of a larger entry")),
    *(f"reserve: {which}" for which in ("where nothing is", "where something is")),
    *(f"release: {which}" for which in ("reserved", "not reserved")),
    *(f"store_range: {which}" for which in ("one entry", "several", "erases", "fails")),
    *(f"store_range: {which} an entry of no order" for which in ("makes", "over")),
    "store_range: into a larger entry",
    *(
        f"alloc: {which}"
        for which in ("the first", "behind others", "reserves", "none free", "fails", "not tracked")
    ),
    *(
        f"alloc_cyclic: {which}"
        for which in (
            "goes on",
            "begins anew",
            "the last index",
            "none free",
            "fails",
            "not tracked",
        )
    ),
    *(
        f"{find}: {which}"
        for find in ("find_after", "find_after_marked")
        for which in ("nothing", "next", "from inside an entry", "up to an entry's inside")
    ),
    *(
        f"{extract}: {which}"
        for extract in ("extract", "extract_marked")
        for which in ("nothing", "all", "as many as there is room for", "begins inside an entry")
    ),
]
"""What the functions that take no cursor are asked, and what they find."""
_OF_SEVERAL_INDICES = (
    "rule split",
    "rule merge",
    "rule change_between",
    "split",
    "merge",
    "load: inside",
    "order: larger",
    "count_alloc",
    "cursor: split",
    "cursor_destroy",
    "create_range: beside",
    "create_range: high",
    "store: into a larger",
    "store: over smaller",
    "erase: larger",
    "erase: several",
    "rule store_range",
    "store_range",
    "rule caller",
    "caller",
    "cmpxchg: of a larger",
    "find_conflict: several",
    "find_conflict: around",
)
"""How the names begin of what takes entries of several indices."""


def of_order_0(name: str) -> bool:
    """Whether a rule or branch is met where every entry has one index."""
    inside = any(part in name for part in ("begins inside", "inside an entry", "entry's inside"))
    inside = inside or "on a high order" in name
    return not (inside or name.startswith(_OF_SEVERAL_INDICES))


NODE_BRANCHES = [
    "split_alloc: some",
    "split_alloc: none needed",
    "split_alloc: fails",
    "split_alloc: on top of others",
    "split_alone: as allocated",
    "split_alone: another entry",
    "split_alone: another order",
    "split_alone: nodes left",
    "create_range: on what is there",
    "create_range: makes nodes",
    "create_range: beside a larger entry",
    "create_range: fails",
    "create_range: high order",
    "create_range: with a spare node",
    "nomem: again",
    "nomem: no memory",
    "nomem: frees",
    "cursor_destroy: some",
]
"""What is done with the nodes that a kept cursor holds."""
CURSOR_BRANCHES = [
    *(f"find_conflict: {which}" for which in ("nothing", "one", "several", "around the range")),
    *(
        f"cursor: {use}, {place}"
        for use, places in (
            ("load", "fresh walked stepped"),
            ("find", "fresh walked stepped"),
            ("find_marked", "fresh walked stepped"),
            ("next", "fresh walked stepped"),
            ("prev", "fresh walked stepped"),
            ("pause", "fresh walked stepped"),
            ("store", "fresh walked stepped"),
            ("erase", "fresh walked stepped"),
            ("split", "fresh walked stepped"),
            ("set_mark", "walked stepped"),
            ("clear_mark", "walked stepped"),
            ("get_mark", "walked stepped"),
            ("reset", "done"),
        )
        for place in places.split()
    ),
]
"""What is done through a kept cursor, and where it stands then."""
