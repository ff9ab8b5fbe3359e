# SPDX-License-Identifier: GPL-2.0-or-later
"""What the page cache's own loops are to make of an array, whatever operations they do it with.

Facts: ``__filemap_add_folio`` (a folio in the place of shadow entries), ``shmem_swapin_folio`` and
``shmem_split_large_entry`` (a large swap entry becomes one for each piece, whose number counts from
the entry's first index), ``__split_unmapped_folio`` (each new folio in its own place), and
``collapse_file`` (one large folio in the place of small ones).
"""

from __future__ import annotations

from collections.abc import Callable

from specs.abstract import AbstractArray, Item
from xarray_model.entries import NULL, is_value, mk_value


def folio_added(array: AbstractArray, index: int, order: int, folio: int) -> AbstractArray | None:
    """The array once ``folio`` of ``order`` is at ``index``: it takes over the marks of what was
    there, and what is left of a larger shadow entry are shadow entries of that order.  None where
    another folio is in the way."""
    first = index >> order << order
    over = array.at(first)
    if over is not None and over[1].order > order:
        start, old = over
        if not is_value(old.entry):
            return None
        return _with(array, start, old, order, lambda at: folio if at == first else old.entry)
    if any(not is_value(entry) for _, entry in array.find(first, first + (1 << order) - 1)):
        return None
    return array.store(first, order, folio)


def swap_split(array: AbstractArray, index: int, order: int) -> AbstractArray:
    """The array once the swap entry around ``index`` is one of ``order`` for each piece."""
    start, old = _there(array, index)
    return _with(array, start, old, order, lambda at: mk_value((old.entry >> 1) + at - start))


def folio_split(
    array: AbstractArray, index: int, order: int, folio: Callable[[int], int]
) -> AbstractArray:
    """The array once the folio around ``index`` is one of ``order`` for each piece: ``folio`` of
    the piece's first index."""
    start, old = _there(array, index)
    return _with(array, start, old, order, folio)


def folio_split_around(
    array: AbstractArray, index: int, order: int, folio: Callable[[int], int]
) -> AbstractArray:
    """The array once the folio around ``index`` is cut down to one of ``order`` there: what is cut
    off are folios as large as they can be, but one order at each step is left as it is."""
    start, old = _there(array, index)
    items = dict(array.items())
    del items[start]
    size = old.order
    while size > order:
        size -= 1
        beside = (index >> size ^ 1) << size
        items[beside] = Item(size, folio(beside), old.marks)
    first = index >> order << order
    items[first] = Item(order, folio(first), old.marks)
    return AbstractArray(items, array.bits)


def collapsed(array: AbstractArray, index: int, order: int, folio: int) -> AbstractArray:
    """The array once ``folio`` of ``order`` is in the place of all entries there."""
    return array.store(index, order, folio)


def _there(array: AbstractArray, index: int) -> tuple[int, Item]:
    found = array.at(index)
    if found is None or found[1].entry == NULL:
        raise ValueError(f"nothing is at index {index}")
    return found


def _with(
    array: AbstractArray, start: int, old: Item, order: int, entry: Callable[[int], int]
) -> AbstractArray:
    """The array with pieces of ``order`` in the place of ``old``, which begins at ``start``."""
    items = dict(array.items())
    del items[start]
    for at in range(start, start + (1 << old.order), 1 << order):
        items[at] = Item(order, entry(at), old.marks)
    return AbstractArray(items, array.bits)
