# SPDX-License-Identifier: GPL-2.0-or-later
"""What a split publishes, in program order, and what its slots show after each publication.

A reader may look between any two stores.  A slot of the old entry then shows the old entry, the
new one, or a complete subtree; a sibling that leads to a node would send the reader around again.

Facts: ``lib/xarray.c`` (``xas_split``, ``xas_descend``) and the series' patch 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from specs.effect import split_place
from specs.property import Judgement, Register
from specs.view import View
from xarray_model.entries import is_node, is_sibling, sibling_offset
from xarray_model.log import Kind, LogRecord
from xarray_model.operations import Operation

PUBLICATION = Register()
"""Every clause on publications by name."""

ORDER = PUBLICATION.state(
    "publish-order",
    "a split that adds nodes publishes each slot of the entry once, highest first, canonical last",
)
VISIBLE = PUBLICATION.state(
    "publish-visible",
    "after each publication every slot of the entry shows the old entry, the new one or a subtree",
)
ALL = PUBLICATION.state(
    "publish-all", "what a split changes in the slots that readers can see is published, and final"
)
ELSEWHERE = PUBLICATION.state(
    "publish-elsewhere", "a split publishes only to the entry's slots and into its new nodes"
)


def judge_publications(
    operation: Operation, before: View, after: View, log: Sequence[LogRecord]
) -> Iterator[Judgement]:
    """Judge the publications of a SPLIT or TRY_SPLIT that succeeded."""
    s = before.snapshot.chunk_shift
    place, slots = split_place(operation, s)
    if place not in before.places or place not in after.places:
        return
    ordinal = after.places[place]
    visible = list(before.snapshot.nodes[before.places[place]].slots)
    final = after.snapshot.nodes[ordinal].slots
    shown = {visible[slots.start], operation.entry}
    known = {after.places[old] for old in before.places if old in after.places}
    written: list[int] = []
    yield ALL
    if any(record.kind == Kind.PUBLICATION for record in log):
        yield from (VISIBLE, ELSEWHERE)
    for record in log:
        if record.kind != Kind.PUBLICATION:
            continue
        if record.node == ordinal and record.slot in slots:
            written.append(record.slot)
            visible[record.slot] = record.value
            yield from _look(visible, slots, shown, s)
        elif record.node in known or record.node >= len(after.snapshot.nodes):
            yield ELSEWHERE.broken(f"node {record.node:#x}, slot {record.slot}")
    for slot in slots:
        if visible[slot] != final[slot]:
            yield ALL.broken(
                f"slot {slot}: last published {visible[slot]:#x}, it holds {final[slot]:#x}"
            )
    if operation.order // s != operation.new_order // s:
        yield ORDER
        if written != list(reversed(slots)):
            yield ORDER.broken(f"expected the slots {list(reversed(slots))}, published {written}")


def _look(visible: list[int], slots: range, shown: set[int], s: int) -> Iterator[Judgement]:
    for slot in slots:
        entry = visible[slot]
        if is_node(entry):
            continue
        if is_sibling(entry, s):
            entry = visible[sibling_offset(entry)]
        if entry not in shown:
            yield VISIBLE.broken(f"slot {slot} shows {entry:#x} for a moment")
