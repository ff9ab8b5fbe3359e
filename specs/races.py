# SPDX-License-Identifier: GPL-2.0-or-later
"""Data races that are known: plain accesses of what a reader without a lock looks at.

A data race, in the sense of the kernel's memory model (``tools/memory-model``): two accesses of one
place, one of them a store, one of them plain, that nothing orders.  A compiler may tear a plain
access, make two of it, or leave it out.  What is listed here is in released kernels, and is told; a
race that is not breaks the promise ``data-race``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownRace:
    """A reader's load in the function ``load`` of the ``field`` of a node, beside a writer's stores
    in one of ``stores``; ``why`` it is taken for harmless, and whose reason that is."""

    field: str
    load: str
    stores: tuple[str, ...]
    why: str


KNOWN = (
    KnownRace(
        "marks",
        "xas_find_chunk",
        ("node_set_mark", "node_clear_mark", "xas_squash_marks"),
        "a mark that is set or cleared beside a search may be seen or not; compilers in use load"
        " and store the word whole.  The kernel gives no reason, and a compiler may load the word"
        " twice: once whether it has a bit, once which",
    ),
    KnownRace(
        "slots",
        "xa_entry",
        ("xas_delete_node",),
        "the slot of a node that was emptied becomes NULL by a plain store: a NULL needs no order,"
        " and compilers in use store the word whole.  The kernel gives no reason",
    ),
)
"""As seen on Linux 6.1, 6.12 and 7.3; the port has none."""


def known(field: str, load: str, store: str) -> KnownRace | None:
    """The known race between two functions about a field, if there is one."""
    return next(
        (one for one in KNOWN if (field, load) == (one.field, one.load) and store in one.stores),
        None,
    )
