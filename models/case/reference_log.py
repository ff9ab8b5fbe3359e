# SPDX-License-Identifier: GPL-2.0-or-later
"""The model's log of an operation, made from its callbacks and its journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xarray_model.array import XArray
from xarray_model.entries import mk_node
from xarray_model.gfp import Gfp
from xarray_model.journal import Field, Store
from xarray_model.log import ARRAY_RIGHT, HEAD, LOCK_HELD, UNREACHABLE, Kind, LogRecord, Names
from xarray_model.node import Node
from xarray_model.picture import preorder


@dataclass(frozen=True, slots=True)
class Told:
    """A callback: after how many stores of the journal it came, the ``flags`` of its record, and
    the node with its count, nr_values, shift and offset as they were."""

    stores: int
    node: Node
    flags: int
    fields: tuple[int, int, int, int]

    @classmethod
    def of(cls, node: Node, array: XArray) -> Told:
        """The callback that is being made for ``node``, while the journal of ``array`` records."""
        right = ARRAY_RIGHT if node.array is array else 0
        held = LOCK_HELD if array.locked else 0
        fields = (node.count, node.nr_values, node.shift, node.offset)
        return cls(len(array.journal.stores or ()), node, right | held, fields)


def records(
    number: int, told: Sequence[Told], stores: Sequence[Store], array: XArray
) -> Iterator[LogRecord]:
    """The records of the operation with this number, in program order: its callbacks, and its
    release stores to slots and to the head.  ``array`` is as the operation left it."""
    ordinals = preorder(array)
    done = 0
    for callback in told:
        yield from _publications(number, stores[done : callback.stores], ordinals)
        done = callback.stores
        yield _callback(number, callback, ordinals)
    yield from _publications(number, stores[done:], ordinals)


def requests(
    number: int, asked: Mapping[tuple[Gfp, bool, bool], int], given: Gfp
) -> Iterator[LogRecord]:
    """The records of the requests that the operation with this number made (``XArray.asked``);
    ``given``: what its caller permits who asks without the lock."""
    for (gfp, lru, locked), times in asked.items():
        allowed = Gfp.NONE if locked else given
        yield LogRecord(
            Kind.REQUEST,
            LOCK_HELD if locked else 0,
            number,
            times,
            count=Names.CURSORS if lru else Names.NONE,
            slot=gfp & ~allowed,
            value=allowed & ~gfp,
        )


def _callback(number: int, told: Told, ordinals: dict[Node, int]) -> LogRecord:
    node = ordinals.get(told.node, UNREACHABLE)
    count, nr_values, shift, offset = (field & 255 for field in told.fields)
    return LogRecord(Kind.CALLBACK, told.flags, number, node, count, nr_values, shift, offset)


def _publications(
    number: int, stores: Sequence[Store], ordinals: dict[Node, int]
) -> Iterator[LogRecord]:
    for store in stores:
        if store.release and store.field in (Field.SLOT, Field.HEAD):
            owner, value = store.owner, store.value
            place = ordinals.get(owner, UNREACHABLE) if isinstance(owner, Node) else HEAD
            word = mk_node(ordinals.get(value, UNREACHABLE)) if isinstance(value, Node) else value
            assert isinstance(word, int)
            yield LogRecord(Kind.PUBLICATION, 0, number, place, slot=store.number, value=word)
