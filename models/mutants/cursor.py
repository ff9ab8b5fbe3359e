# SPDX-License-Identifier: GPL-2.0-or-later
"""Defects that a cursor shows which is kept from one operation to the next."""

from __future__ import annotations

from models.mutants.mutant import Check, Mutant

_MACHINE = Check.MACHINE
_STORE = "lib/xarray.c"
_ITERATION = "lib/xarray_iter.c"

MUTANTS = (
    Mutant(
        "reload-on-sibling",
        "a load through a cursor that is in place answers the sibling at its index",
        _STORE,
        "return xas_canonical(xas, xas->xa_node, &offset);",
        "return xas_read(xas, offset);",
        ("cursor-load",),
        _MACHINE,
    ),
    Mutant(
        "step-keeps-offset",
        "a step within one node moves the index and not the slot",
        _ITERATION,
        "xas_place(xas, node, slot_of(node, to));\n\t\theld = xas_read(xas, xas->xa_offset);",
        "xas->xa_node = node;\n\t\theld = xas_read(xas, slot_of(node, to));\n"
        "\t\txas_place(xas, node, slot_of(node, node->shift ? to : from));",
        ("cursor-find-marked",),
        _MACHINE,
    ),
    Mutant(
        "find-passes-slot",
        "a search that goes on from the first slot of a node passes the second by",
        _ITERATION,
        "xas_move(xas, xas_slot(xas, xas->xa_node) + 1U);",
        "xas_move(xas, xas_slot(xas, xas->xa_node) + 1U + !xas_slot(xas, xas->xa_node));",
        ("cursor-find",),
        _MACHINE,
    ),
    Mutant(
        "marked-search-skips",
        "a marked search that goes on passes the slot behind the one where the cursor stands",
        _ITERATION,
        "xas->xa_offset + done);",
        "xas->xa_offset + 2 * done);",
        ("cursor-find-marked",),
        _MACHINE,
    ),
    Mutant(
        "step-from-slot",
        "a step to the next index starts from the slot, which is that of a larger entry's first",
        _ITERATION,
        "xas->xa_index++;\n\treturn xas_step(xas, xas->xa_index - 1);",
        "if (xas_is_node(xas) && xas->xa_offset < XA_CHUNK_MASK)\n"
        "\t\txas_move(xas, xas->xa_offset + 1U);\n"
        "\telse\n\t\txas->xa_index++;\n\treturn xas_step(xas, xas->xa_index - 1);",
        ("cursor-step",),
        _MACHINE,
    ),
    Mutant(
        "pause-too-far",
        "a pause goes one index beyond the first behind the entry",
        _ITERATION,
        "if (xas->xa_node)\n\t\txas_move(xas, xas_slot_behind(xas));",
        "if (xas->xa_node)\n\t\txas_move(xas, xas_slot_behind(xas)), xas->xa_index++;",
        ("cursor-pause",),
        _MACHINE,
    ),
)
