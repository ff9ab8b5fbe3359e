# SPDX-License-Identifier: GPL-2.0-or-later
"""All arithmetic on orders, shifts, slots and node counts, written once.

Every function here is plain Python over ``+ - * // % << >> & |`` and comparisons, so that the same
source runs on ``int`` (this is what the model executes) and on symbolic unsigned machine words
(this is what the proofs execute).  Hence: no ``~x``, no word used as a list index or in ``range``,
no float, no negative intermediate result.  ``s`` (the chunk shift, ``XA_CHUNK_SHIFT``) is always a
plain ``int`` in 1..6; orders, shifts and indices may be words.

Facts: ``include/linux/xarray.h`` (``XA_CHUNK_SHIFT``, ``XA_STATE_ORDER``, ``struct xa_node``),
``lib/xarray.c`` (``get_offset``, ``max_index``, ``xas_split_alloc``) and the series' cover letter.
"""

from __future__ import annotations

from typing import TypeAlias

Word: TypeAlias = int
"""An ``int``; at proof time a symbolic word with the same operators stands in its place."""

CHUNK_SHIFTS = (1, 2, 3, 4, 5, 6)
"""The chunk shifts that a build of the XArray can have; kernels use 6, or 4 when BASE_SMALL."""


def chunk_size(s: int) -> int:
    """Slots in one node, ``C = 2**s`` (``XA_CHUNK_SIZE``)."""
    return 1 << s


def node_shift(order: Word, s: int) -> Word:
    """Shift of the node in which an entry of ``order`` lives: ``order`` rounded down to a multiple
    of ``s`` (the ``xa_shift`` that ``XA_STATE_ORDER`` computes)."""
    return order - order % s


def slots_of(order: Word, s: int) -> Word:
    """Consecutive slots that an entry of ``order`` occupies in its node, ``L = 2**(order % s)``:
    one canonical slot and ``L - 1`` siblings."""
    return 1 << (order % s)


def offset_of(index: Word, shift: Word, s: int) -> Word:
    """Slot of ``index`` in a node of ``shift`` (``get_offset``), 0..C-1."""
    return (index >> shift) & ((1 << s) - 1)


def canonical_slot(offset: Word, order: Word, s: int) -> Word:
    """First slot of the aligned run of ``slots_of(order)`` slots that contains ``offset``."""
    return offset - (offset & (slots_of(order, s) - 1))


def first_index(index: Word, order: Word) -> Word:
    """``index`` aligned down to ``2**order``: the first index of the entry of that order."""
    return (index >> order) << order


def last_index(index: Word, order: Word) -> Word:
    """The last index of the entry of ``order`` that contains ``index``."""
    return first_index(index, order) + ((1 << order) - 1)


def split_depth(order: Word, new_order: Word, s: int) -> Word:
    """Levels of nodes that a split from ``order`` to ``new_order`` creates below the node of the
    old entry: 0 for a horizontal split."""
    return (node_shift(order, s) - node_shift(new_order, s)) // s


def split_nodes(order: Word, new_order: Word, s: int) -> Word:
    """Nodes that a split from ``order`` to ``new_order`` needs (``new_order <= order``).

    The series' loop: from the top level down, begin with ``L`` nodes and for each further level
    multiply by ``C`` and add ``L``.  0 for a horizontal split.
    """
    level = slots_of(order, s)
    target = node_shift(new_order, s)
    shift = node_shift(order, s)
    nodes = level * 0
    while target < shift:
        nodes = nodes * (1 << s) + level
        shift = shift - s
    return nodes


def one_level_limit_exceeded(order: Word, new_order: Word, s: int) -> bool:
    """Whether a split needs more than one new level, which upstream's ``xas_split_alloc`` refuses:
    ``shift(new_order) + 2s <= order``."""
    return node_shift(new_order, s) + 2 * s <= order


def try_split_min_order(order: Word, s: int) -> Word:
    """Lowest order that one ``xas_try_split`` step may split ``order`` to
    (``xas_try_split_min_order``): such a step needs at most one node."""
    if order % s == 0:
        return order * 0 if order == 0 else order - 1
    return node_shift(order, s)


def try_split_nodes(order: Word, new_order: Word, s: int) -> Word:
    """Nodes that a walk of ``xas_try_split`` steps around one index takes from ``order`` down to
    ``new_order``, each step going as low as ``try_split_min_order`` allows."""
    nodes = order * 0
    while new_order < order:
        lower = try_split_min_order(order, s)
        if lower < new_order:
            lower = new_order
        nodes = nodes + split_depth(order, lower, s)
        order = lower
    return nodes


def max_index(shift: Word, s: int, width: int) -> Word:
    """Largest index below a root node of ``shift``, in an index space of ``width`` bits
    (``max_index`` in ``lib/xarray.c``, without its wrap)."""
    if width <= shift + s:
        return shift * 0 + ((1 << width) - 1)
    return (1 << (shift + s)) - 1


def node_bytes(s: int) -> int:
    """``sizeof(struct xa_node)`` on a 64-bit machine, in bytes: 576 at s=6, 192 at s=4."""
    slots = chunk_size(s)
    return 40 + 8 * slots + 24 * ((slots + 63) // 64)


def highest_index(index: Word, order: Word) -> Word:
    """Largest index that a tree must reach to hold an entry of ``order`` at the aligned ``index``
    (``xas_max``): its last one, or the one after it for an entry of several indices at index 0,
    which cannot live in the head."""
    last = index + ((1 << order) - 1)
    if order != 0 and index == 0:
        return last + 1
    return last


def root_shift(highest: Word, s: int) -> Word:
    """Shift of the lowest root that reaches the index ``highest`` (``xas_expand`` on an empty
    array)."""
    shift = highest * 0
    while (highest >> shift) >= (1 << s):
        shift = shift + s
    return shift


def moved_index(index: Word, offset: Word, shift: Word, s: int, width: int) -> Word:
    """First index of slot ``offset`` (0..C, C being the slot after the node's end) of the node of
    ``shift`` that contains ``index``, wrapped to ``width`` bits (``xas_move_index``)."""
    return (((index >> shift >> s) << s << shift) + (offset << shift)) & ((1 << width) - 1)


def run_starts(run: Word, s: int) -> Word:
    """The bits of the canonical slots in a node that is full of entries of ``run`` slots each, as
    a mark word: every ``run``-th of its C bits, from bit 0."""
    return ((1 << (1 << s)) - 1) // ((1 << run) - 1)


def range_pieces(first: int, last: int, s: int) -> list[tuple[int, int, int]]:
    """(first index, shift, slots) of the entries that a store of all indices from ``first`` to
    ``last`` makes at chunk shift ``s`` (``xas_set_range``).

    Each takes the slots that one node has for what is left of the range, of the largest size that
    it has.
    """
    pieces = []
    while first <= last:
        shift = 0
        while not first & _low(shift + s) and last - first >= _low(shift + s):
            shift += s
        slots = last - first + 1 >> shift
        slots = min(slots, chunk_size(s) - offset_of(first, shift, s))
        pieces.append((first, shift, slots))
        first += slots << shift
    return pieces


def _low(bits: int) -> int:
    return (1 << bits) - 1
