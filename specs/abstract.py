# SPDX-License-Identifier: GPL-2.0-or-later
"""The abstract array: what a user sees, with no node, slot or chunk in it.

It maps disjoint, aligned index ranges to an entry, the entry's order and its marks; those that a
store of a range leaves may be aligned to nothing, and are entries of no order.  Every
operation returns a new array and does exactly what the user of the real one may rely on; where a
cursor's order differs from that of the entry it meets, the rule is:

* a store of a smaller order into a larger entry gives that whole entry the new value, and an erase
  there erases all of it;
* a store of a larger order replaces every entry in its range, and an erase erases them.

Facts: ``lib/xarray.c`` (``xas_store``, ``xas_split``, ``xas_find``, ``xas_find_marked``,
``__xa_set_mark``), seen from outside; ``Documentation/core-api/xarray.rst``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from specs.survey import Survey
from xarray_model.entries import NULL, ZERO, is_internal, is_node, is_sibling, mk_sibling
from xarray_model.flags import FREE_MARK, ArrayFlag

MARKS = 3
"""How many marks an entry can bear."""


class Item(NamedTuple):
    """One entry: its order, the entry word, its marks as bits 0..2, and how many indices it covers
    where these are no aligned power of two, as a store of a range may leave it: an entry of no
    order, for which ``order`` is that of as many of its slots as are a power of two."""

    order: int
    entry: int
    marks: int
    extent: int = 0

    @property
    def size(self) -> int:
        """How many indices it covers."""
        return self.extent or 1 << self.order


class AbstractArray:
    """An array as its user sees it; immutable.  Indices are unsigned words of ``bits`` bits,
    64 or 32."""

    __slots__ = ("_items", "bits", "uneven")

    def __init__(self, items: Mapping[int, Item] | None = None, bits: int = 64) -> None:
        """The array of these items by their first index; they must be disjoint, and aligned if they
        have an order."""
        self._items: dict[int, Item] = dict(items or {})
        self.bits = bits
        self.uneven = _uneven(self._items)
        """The first indices of the entries of no order."""

    @classmethod
    def of(cls, survey: Survey) -> AbstractArray:
        """The abstraction function: the array that a snapshot stands for.

        ValueError when it stands for none: its pointers make no tree, or an entry's siblings do not
        follow it.
        """
        snapshot = survey.snapshot
        if not survey.whole:
            raise ValueError("the node pointers do not make one tree")
        items: dict[int, Item] = {}
        borne = 7 & ~(survey.tracks_free << FREE_MARK)
        if not snapshot.nodes and snapshot.head != NULL:
            items[0] = Item(0, snapshot.head, snapshot.marks & borne)
        for base, node in zip(survey.bases, snapshot.nodes, strict=True):
            for distance, item in _entries(
                node.slots, node.marks, node.shift, snapshot.chunk_shift
            ):
                items[base + distance] = item
        if borne != 7:
            # The mark that tells what is free is not the entries': an invariant judges it.
            items = {at: item._replace(marks=item.marks & borne) for at, item in items.items()}
        if snapshot.array_flags & ArrayFlag.ZERO_BUSY and 0 in items and items[0].entry == ZERO:
            # It is the array's own, and says that index 0 is not free.
            del items[0]
        array = cls.__new__(cls)
        array._items = items
        array.bits = snapshot.bits
        array.uneven = _uneven(items)
        return array

    @property
    def top(self) -> int:
        """The last index of all."""
        return (1 << self.bits) - 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AbstractArray) and self._items == other._items

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"AbstractArray({dict(self.entries())!r})"

    def entries(self) -> Iterator[tuple[int, Item]]:
        """Pairs (first index, item) by ascending index."""
        return iter(sorted(self._items.items()))

    def items(self) -> Mapping[int, Item]:
        """The items by their first index, in no particular order; not to be changed."""
        return self._items

    def at(self, index: int) -> tuple[int, Item] | None:
        """First index and item of the entry that covers ``index``; None when nothing is there."""
        for order in range(64):
            first = index >> order << order
            item = self._items.get(first)
            if item is not None and first + item.size > index:
                return first, item
            if first == 0:
                break
        for first in self.uneven:
            if first <= index < first + self._items[first].size:
                return first, self._items[first]
        return None

    def load(self, index: int) -> int:
        """The entry that covers ``index``, NULL when nothing is there."""
        found = self.at(index)
        return found[1].entry if found else NULL

    def get_order(self, index: int) -> int:
        """The order of the entry that covers ``index``, 0 when nothing is there."""
        found = self.at(index)
        return found[1].order if found else 0

    def get_mark(self, index: int, mark: int) -> bool:
        """Whether the entry that covers ``index`` bears ``mark`` (0..2)."""
        found = self.at(index)
        return found is not None and bool(found[1].marks >> mark & 1)

    def within(self, first: int, order: int) -> Iterator[Item]:
        """The items that begin within the range of ``order`` that begins at ``first``, in no
        particular order."""
        return (self._items[start] for start in self._within(first, order))

    def store(self, index: int, order: int, entry: int) -> AbstractArray:
        """Store ``entry`` through a cursor of ``order`` at ``index`` (anywhere in the range); NULL
        erases.  The entry takes over the marks of all that it replaces."""
        return self._store(index >> order << order, Item(order, entry, 0))

    def _store(self, first: int, new: Item) -> AbstractArray:
        """Store what covers indices from ``first`` on, and no entry in part."""
        end = first + new.size
        over = self.at(first)
        if over is not None and over[0] + over[1].size >= end:
            if new.entry == NULL:
                return self._with({}, [over[0]])
            return self._with({over[0]: over[1]._replace(entry=new.entry)})
        gone = [start for start in self._items if first <= start < end]
        if new.entry == NULL:
            return self._with({}, gone)
        marks = 0
        for start in gone:
            marks |= self._items[start].marks
        return self._with({first: new._replace(marks=marks)}, gone)

    def store_range(self, first: int, last: int, entry: int, s: int) -> AbstractArray:
        """Store ``entry`` at all indices from ``first`` to ``last``, or erase them: piece by piece,
        as ``range_items`` has them."""
        array = self
        for at, item in range_items(first, last, s):
            array = array._store(at, item._replace(entry=entry))
        return array

    def cuts(self, first: int, size: int) -> bool:
        """Whether ``size`` indices from ``first`` on are a part of an entry and more than that,
        which no aligned powers of two are of each other."""
        end = first + size
        for index in (first, end - 1):
            found = self.at(index)
            if found is not None:
                begins, ends = found[0], found[0] + found[1].size
                inside = first <= begins and ends <= end
                if not inside and not (begins <= first and end <= ends):
                    return True
        return False

    def set_mark(self, index: int, mark: int) -> AbstractArray:
        """Set ``mark`` on the entry that covers ``index``; nothing happens where none is."""
        found = self.at(index)
        if found is None:
            return self
        first, item = found
        return self._with({first: item._replace(marks=item.marks | 1 << mark)})

    def clear_mark(self, index: int, mark: int) -> AbstractArray:
        """Clear ``mark`` on the entry that covers ``index``, if there is one."""
        found = self.at(index)
        if found is None or not found[1].marks >> mark & 1:
            return self
        first, item = found
        return self._with({first: item._replace(marks=item.marks - (1 << mark))})

    def splittable(self, index: int, order: int, new_order: int, entry: int) -> bool:
        """The precondition of a split: an entry of exactly ``order`` covers ``index``, it is not
        the single entry of order 0 at index 0 (which may have no node), ``new_order`` is not
        larger, and the new entry is a pointer or a value."""
        found = self.at(index)
        return (
            found is not None
            and found[1].order == order
            and not found[1].extent
            and (found[0] > 0 or order > 0)
            and new_order <= order
            and entry != NULL
            and not is_internal(entry)
        )

    def split(self, index: int, order: int, new_order: int, entry: int) -> AbstractArray:
        """Split the entry of ``order`` that covers ``index`` into entries of ``new_order``, each
        ``entry`` with the old one's marks; ValueError unless ``splittable``.  A try_split that is
        not refused has the same effect."""
        if not self.splittable(index, order, new_order, entry):
            raise ValueError(f"no entry of order {order} at index {index} to split to {new_order}")
        first = index >> order << order
        item = Item(new_order, entry, self._items[first].marks)
        pieces = range(first, first + (1 << order), 1 << new_order)
        return self._with(dict.fromkeys(pieces, item))

    def find(self, index: int, last: int) -> list[tuple[int, int]]:
        """Pairs (index, entry) of an iteration from ``index`` to ``last``: every entry that covers
        an index in between, in order; each at its first index, but at ``index`` if it begins
        before it.  Pausing changes nothing in what is found."""
        if index > last:
            return []
        return [
            (max(first, index), item.entry)
            for first, item in self.entries()
            if first <= last and first + item.size > index
        ]

    def find_marked(self, index: int, last: int, mark: int) -> list[tuple[int, int, int]]:
        """Triples (first index, last index, entry) of a marked iteration: of the entries that
        ``find`` tells, those that bear ``mark``."""
        if index > last:
            return []
        return [
            (first, first + item.size - 1, item.entry)
            for first, item in self.entries()
            if item.marks >> mark & 1 and first <= last and first + item.size > index
        ]

    def find_after(self, index: int, last: int, mark: int | None = None) -> tuple[int, int]:
        """(index, entry) of the first entry that begins after ``index`` and at ``last`` at most,
        and bears ``mark`` if one is given; (0, NULL) when there is none.  Reserved entries (ZERO)
        are none here."""
        later = (
            (first, item.entry)
            for first, item in self._items.items()
            if index < first <= last and item.entry != ZERO and _bears(item, mark)
        )
        return min(later, default=(0, NULL))

    def extract(self, index: int, last: int, room: int, mark: int | None = None) -> list[int]:
        """The first ``room`` entries that cover an index from ``index`` to ``last``, and bear
        ``mark`` if one is given, in order, without reserved ones."""
        if index > last:
            return []
        every = [
            item.entry
            for first, item in self.entries()
            if first <= last and first + item.size > index
            if item.entry != ZERO and _bears(item, mark)
        ]
        return every[:room]

    def lowest_free(self, first: int, last: int) -> int | None:
        """The lowest index from ``first`` to ``last`` that no entry covers, not even a reserved
        one; None where there is none."""
        while first <= last:
            found = self.at(first)
            if found is None:
                return first
            first = found[0] + found[1].size
        return None

    def destroy(self) -> AbstractArray:
        """The empty array."""
        return AbstractArray(bits=self.bits)

    def _within(self, first: int, order: int) -> list[int]:
        end = first + (1 << order)
        return [start for start in self._items if first <= start < end]

    def _with(
        self, changed: Mapping[int, Item], gone: list[int] | tuple[int, ...] = ()
    ) -> AbstractArray:
        items = self._items.copy()
        for start in gone:
            del items[start]
        items.update(changed)
        array = AbstractArray.__new__(AbstractArray)
        array._items = items
        array.bits = self.bits
        has = self.uneven or any(item.extent for item in changed.values())
        array.uneven = _uneven(items) if has else ()
        return array


def _uneven(items: Mapping[int, Item]) -> tuple[int, ...]:
    return tuple(first for first, item in items.items() if item.extent)


EMPTY = AbstractArray()
"""The array of 64-bit indices that holds nothing."""


def run_item(slot: int, length: int, shift: int, entry: int = NULL, marks: int = 0) -> Item:
    """The entry in ``length`` slots of ``1 << shift`` indices each, from ``slot`` of a node on."""
    even = not (length & length - 1 or slot % length)
    order = shift + length.bit_length() - 1
    return Item(order, entry, marks, 0 if even else length << shift)


def range_items(first: int, last: int, s: int) -> list[tuple[int, Item]]:
    """First index and extent of the entries, one after another, that a store at all indices from
    ``first`` to ``last`` makes at chunk shift ``s``: each is all that slots of one node, as large
    as may be, can hold of what is left, be it a power of two or not."""
    found = []
    while first <= last:
        shifts = [shift for shift in range(0, 64, s) if first >> shift << shift == first]
        slot = max(shift for shift in shifts if first + (1 << shift) - 1 <= last)
        node_end = ((first >> slot + s) + 1 << slot + s) - 1
        length = min(last, node_end) - first + 1 >> slot
        found.append((first, run_item(first >> slot & (1 << s) - 1, length, slot)))
        first += length << slot
    return found


def _bears(item: Item, mark: int | None) -> bool:
    return mark is None or bool(item.marks >> mark & 1)


@lru_cache(maxsize=1 << 16)
def _entries(
    slots: tuple[int, ...], marks: tuple[int, int, int], shift: int, s: int
) -> tuple[tuple[int, Item], ...]:
    """The entries of one node: (distance of the first index from the node's, item)."""
    found = []
    for slot, entry in enumerate(slots):
        if entry == NULL or is_sibling(entry, s) or is_node(entry):
            continue
        length = 1 + slots.count(mk_sibling(slot))
        if slots[slot + 1 : slot + length].count(mk_sibling(slot)) + 1 < length:
            raise ValueError(f"slot {slot} heads a run of {length} slots")
        bits = sum((marks[mark] >> slot & 1) << mark for mark in range(MARKS))
        found.append((slot << shift, run_item(slot, length, shift, entry, bits)))
    return tuple(found)
