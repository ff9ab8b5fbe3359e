# SPDX-License-Identifier: GPL-2.0-or-later
"""Defects of arithmetic in 32 bits, which all orders and indices below show to be right."""

from __future__ import annotations

from models.mutants.mutant import Check, Mutant

_HIGH = Check.HIGH
_STORE = "lib/xarray.c"
_ITERATION = "lib/xarray_iter.c"

MUTANTS = (
    Mutant(
        "pause-in-32-bits",
        "a pause works out the index behind the entry in an unsigned int",
        _ITERATION,
        "xas_move(xas, xas_slot_behind(xas));",
        "xas_move(xas, xas_slot_behind(xas)), xas->xa_index = (unsigned int)xas->xa_index;",
        ("answer-pause", "cursor-pause"),
        _HIGH,
    ),
    Mutant(
        "move-in-32-bits",
        "a search works out the first index of a slot in an unsigned int",
        _ITERATION,
        "first + ((unsigned long)offset << shift);",
        "first + (offset << shift % 32);",
        ("answer-find", "answer-find-marked"),
        _HIGH,
    ),
    Mutant(
        "find-limit-in-32-bits",
        "a search takes its last index for an unsigned int",
        _ITERATION,
        "while (!found && xas->xa_node && xas->xa_index && xas->xa_index <= max)",
        "while (!found && xas->xa_node && xas->xa_index && xas->xa_index <= (unsigned int)max)",
        ("answer-find", "cursor-find"),
        _HIGH,
    ),
    Mutant(
        "marked-limit-in-32-bits",
        "a marked search takes its last index for an unsigned int",
        _ITERATION,
        "if (!xas->xa_index || xas->xa_index > max)",
        "if (!xas->xa_index || xas->xa_index > (unsigned int)max)",
        ("answer-find-marked", "cursor-find-marked"),
        _HIGH,
    ),
    Mutant(
        "step-in-32-bits",
        "a step compares the indices that it goes from and to in an unsigned int",
        _ITERATION,
        "((from ^ to) >> node->shift)",
        "((unsigned int)(from ^ to) >> node->shift % 32)",
        ("answer-step",),
        _HIGH,
    ),
    Mutant(
        "slot-in-32-bits",
        "an index is cut to an unsigned int before its slot is worked out",
        "lib/xarray_internal.h",
        "(index >> node->shift)",
        "((unsigned int)index >> node->shift % 32)",
        ("refines", "answer-load"),
        _HIGH,
    ),
    Mutant(
        "reach-in-32-bits",
        "the largest index of a tree is worked out in an unsigned int",
        _STORE,
        "return span < BITS_PER_LONG ? (1UL << span) - 1 : ULONG_MAX;",
        "return span < BITS_PER_LONG ? (1U << span % 32) - 1U : ULONG_MAX;",
        ("answer-load",),
        _HIGH,
    ),
    Mutant(
        "size-in-32-bits",
        "the size of a large entry is worked out in an unsigned int",
        "lib/xarray_create.c",
        "((xas->xa_sibs + 1UL) << xas->xa_shift) - 1;",
        "((xas->xa_sibs + 1U) << xas->xa_shift % 32) - 1U;",
        ("refines",),
        _HIGH,
    ),
    Mutant(
        "alignment-in-32-bits",
        "a cursor of a large order aligns its index with a mask of 32 bits",
        "include/linux/xarray.h",
        "((unsigned long)(index) >> (order)) << (order),\t\\\n",
        "(unsigned long)(index) & ~((1UL << (order) % 32) - 1),\t\\\n",
        ("cursor-load",),
        _HIGH,
    ),
)
