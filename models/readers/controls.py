# SPDX-License-Identifier: GPL-2.0-or-later
"""Known races, each put into the port or into a caller's protocol, with the promise that it breaks.

A control that is not found says that the explorer misses such races.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.kernel.source import port_source
from models.readers import explorer
from models.readers.build import build
from models.readers.explorer import Breach, Case, Span
from specs.readers import Memory


@dataclass(frozen=True, slots=True)
class Control:
    """One known race.

    ``edits`` are made to the port (none: the race is in the caller's protocol); ``promises``: any
    of these may be the one that breaks; ``memories``: where it must be found, and nowhere else.
    """

    name: str
    description: str
    case: Case
    readers: tuple[str, ...]
    promises: tuple[str, ...]
    memories: tuple[Memory, ...] = (Memory.SEQUENTIAL, Memory.WEAK)
    edits: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    shift: int = 2


_LIB = "lib/xarray.c"
_SPLIT = "lib/xarray_split.c"
_ITERATION = "lib/xarray_iter.c"
_HEADER = "include/linux/xarray.h"
_VERTICAL = Case("split", 3, 0, 8, 8)
_HORIZONTAL = Case("split", 3, 2, 8, 8)
_LINK = "\t\trcu_assign_pointer(node->slots[offset], xa_mk_node(child));"

CONTROLS = (
    Control(
        "sibling-to-node",
        "a reader that follows a sibling to a slot that became a node goes on down (63b1898fffcd)",
        # The split writes one entry everywhere: a wrong child shows when the folios are stored.
        Case("folio-uniform", 3, 0, 8, 8),
        ("load",),
        ("load-other",),
        edits={_LIB: ("return followed && xa_is_node(held) ? XA_RETRY_ENTRY : held;",
                      "return held;")},
    ),
    Control(
        "sibling-to-sibling",
        "a reader follows one sibling only, and no other that it leads to (cbc02854331e)",
        Case("merge", 2, 1, 4, 4),
        ("load",),
        ("load-internal",),
        edits={_LIB: ("\tfor (; xa_is_sibling(held); held = xa_entry(xa, node, *offset)) {",
                      "\tfor (; !followed && xa_is_sibling(held);\n"
                      "\t     held = xa_entry(xa, node, *offset)) {")},
        shift=6,
    ),
    Control(
        "marked-sibling",
        "a marked search returns a sibling entry, as in 6.12",
        Case("split", 1, 0, 2, 2),
        ("marked-ordered",),
        ("load-internal",),
        edits={_ITERATION: (
            "\t\tdone = 1;\n",
            "\t\tdone = 1;\n\t\tif (xa_is_sibling(held))\n\t\t\treturn held;\n",
        )},
    ),
    Control(
        "marked-sibling-inline",
        "the inline step of a marked iteration returns a sibling entry, as in 7.3",
        Case("split", 1, 0, 2, 2),
        ("for-each-marked-ordered",),
        ("load-internal",),
        edits={_HEADER: ("\t\t\tif (held && !xa_is_internal(held)) {", "\t\t\tif (held) {")},
    ),
    Control(
        "value-passed-by-inline",
        "the inline step of an iteration takes a value entry for an empty slot",
        Case("split-value", 2, 0, 4, 4),
        ("for-each-ordered",),
        ("find-covers",),
        edits={_HEADER: (
            "\t\tif (held)\n\t\t\treturn held;",
            "\t\tif (held && !xa_is_value(held))\n\t\t\treturn held;",
        )},
    ),
    Control(
        "slot-emptied",
        "a slot is empty between the old entry and the new one",
        _HORIZONTAL,
        ("load",),
        ("load-null",),
        edits={_SPLIT: (
            "\t\trcu_assign_pointer(node->slots[canonical], new->entry);",
            "\t\trcu_assign_pointer(node->slots[canonical], NULL);\n"
            "\t\trcu_assign_pointer(node->slots[canonical], new->entry);",
        )},
    ),
    Control(
        "sibling-before",
        "the siblings of a new entry refer to the slot before it",
        Case("split", 2, 1, 4, 4),
        ("load",),
        ("load-foreign",),
        edits={_SPLIT: (
            "rcu_assign_pointer(node->slots[offset], xa_mk_sibling(canonical));",
            "rcu_assign_pointer(node->slots[offset], xa_mk_sibling(canonical - 1));",
        )},
        shift=3,
    ),
    Control(
        "slot-left",
        "one slot of the old entry is left as the sibling that it was",
        _VERTICAL,
        ("load",),
        ("retry-transient",),
        edits={_SPLIT: (_LINK, f"\t\tif (offset != last)\n\t{_LINK}")},
    ),
    Control(
        "reload-beside",
        "xas_reload() looks at the slot beside",
        _HORIZONTAL,
        ("reload",),
        ("reload-truth",),
        edits={_LIB: (
            "\t\toffset = xas_slot(xas, xas->xa_node);\n",
            "\t\toffset = xas_slot(xas, xas->xa_node) ^ 2;\n",
        )},
    ),
    Control(
        "order-by-slots",
        "xas_get_order() counts every sibling for one order more",
        Case("split", 2, 1, 4, 4),
        ("get-order",),
        ("order-bound",),
        edits={_LIB: ("\t\tslots *= 2;", "\t\tslots++;")},
        shift=3,
    ),
    Control(
        "canonical-first",
        "the canonical slot is replaced before the slots that refer to it",
        _HORIZONTAL,
        ("find-ordered",),
        ("find-covers",),
        edits={_SPLIT: (
            "\tfor (unsigned int end = last + 1; end > first; end -= new->slots) {\n"
            "\t\tunsigned int canonical = end - new->slots;\n",
            "\tfor (unsigned int end = first + new->slots; end <= last + 1; end += new->slots) {\n"
            "\t\tunsigned int canonical = end - new->slots;\n",
        )},
    ),
    Control(
        "from-canonical",
        "a search that started inside an entry goes on from its first slot, as in 6.12",
        _HORIZONTAL,
        ("find-ordered",),
        ("find-order",),
        edits={_ITERATION: (
            "xas_move(xas, xas_slot(xas, xas->xa_node) + 1U);",
            "xas_move(xas, xas->xa_offset + 1U);\n",
        )},
    ),
    Control(
        "plain-publication",
        "a new subtree is linked by a plain store instead of a release",
        _VERTICAL,
        ("load",),
        ("reader-initialised",),
        memories=(Memory.WEAK,),
        edits={_SPLIT: (_LINK, "\t\tRCU_INIT_POINTER(node->slots[offset], xa_mk_node(child));")},
    ),
    Control(
        "parent-late",
        "a new subtree is linked before its parent field is set",
        _VERTICAL,
        ("find-ordered",),
        ("outside-unnoticed", "find-covers"),
        edits={_SPLIT: (
            "\t\tRCU_INIT_POINTER(child->parent, node);\n"
            "\t\t/* A marked search that finds the child must not pass it by. */\n"
            f"\t\tsplit_set_marks(node, offset, new);\n{_LINK}\n",
            f"\t\tsplit_set_marks(node, offset, new);\n{_LINK}\n"
            "\t\tRCU_INIT_POINTER(child->parent, node);\n",
        )},
    ),
    Control(
        "mark-late",
        "a new subtree is linked before its slot is marked",
        _VERTICAL,
        ("marked-ordered",),
        ("marked-complete",),
        # Only a search that starts inside the entry sees it: see marked-inside.
        memories=(Memory.SEQUENTIAL,),
        edits={_SPLIT: (
            f"\t\tsplit_set_marks(node, offset, new);\n{_LINK}\n",
            f"{_LINK}\n\t\tsplit_set_marks(node, offset, new);\n",
        )},
    ),
    Control(
        "step-from-slot",
        "xas_next() steps from the canonical slot of the entry that it was walked to",
        _HORIZONTAL,
        ("next",),
        ("next-steps",),
        edits={_ITERATION: (
            "xas->xa_index++;\n\treturn xas_step(xas, xas->xa_index - 1);",
            "if (xas_is_node(xas) && xas->xa_offset < XA_CHUNK_MASK)\n"
            "\t\txas_move(xas, xas->xa_offset + 1U);\n"
            "\telse\n\t\txas->xa_index++;\n\treturn xas_step(xas, xas->xa_index - 1);",
        )},
    ),
    Control(
        "sibling-of-itself",
        "a reader takes a sibling for one that refers to its own slot",
        _HORIZONTAL,
        ("load",),
        ("reader-ends",),
        edits={_LIB: ("\t\t*offset = xa_to_sibling(held);\n", "")},
    ),
    Control(
        "freed-and-linked",
        "a merge frees nodes and leaves them in their slots",
        Case("merge", 3, 0, 8, 8),
        ("load-retry",),
        ("reader-freed",),
        edits={_LIB: (
            "\t\trcu_assign_pointer(*slot, new);\n",
            "\t\tif (offset == first || !xa_is_node(old))\n"
            "\t\t\trcu_assign_pointer(*slot, new);\n",
        )},
    ),
    Control(
        "wild-child",
        "a slot holds the address of a node, changed",
        _VERTICAL,
        ("load",),
        ("reader-wild",),
        edits={_SPLIT: (_LINK, "\t\trcu_assign_pointer(node->slots[offset],\n"
                        "\t\t\t\t   (void *)((unsigned long)xa_mk_node(child) ^ 1UL << 50));")},
    ),
    Control(
        "asserts-no-tail",
        "an assertion in xas_reload() that does not hold for an index inside an entry",
        _HORIZONTAL,
        ("reload",),
        ("reader-assertion",),
        edits={_LIB: (
            "\t\toffset = xas_slot(xas, xas->xa_node);\n",
            "\t\toffset = xas_slot(xas, xas->xa_node);\n\t\tBUG_ON(offset != xas->xa_offset);\n",
        )},
    ),
    Control(
        "asserts-no-tail-with-debug",
        "the same by an assertion that is there with XA_DEBUG only",
        _HORIZONTAL,
        ("reload",),
        ("reader-assertion",),
        edits={_LIB: (
            "\t\toffset = xas_slot(xas, xas->xa_node);\n",
            "\t\toffset = xas_slot(xas, xas->xa_node);\n"
            "\t\tXA_NODE_BUG_ON(xas->xa_node, offset != xas->xa_offset);\n",
        )},
    ),
    Control(
        "plain-mark-load",
        "a search loads the word of marks by a plain access, as in 7.3",
        _HORIZONTAL,
        ("marked",),
        ("data-race",),
        memories=(Memory.WEAK,),
        edits={_HEADER: (
            "READ_ONCE(node->marks[mark][slot / BITS_PER_LONG]);",
            "node->marks[mark][slot / BITS_PER_LONG];",
        )},
    ),
    Control(
        "plain-slot-store",
        "a slot of a published node becomes an entry by a plain store",
        _HORIZONTAL,
        ("load",),
        ("data-race",),
        memories=(Memory.WEAK,),
        edits={_SPLIT: (
            "\t\trcu_assign_pointer(node->slots[canonical], new->entry);",
            "\t\tnode->slots[canonical] = new->entry;",
        )},
    ),
    Control(
        "early-thaw",
        "a uniform folio split unfreezes the old folio before the others are stored",
        Case("folio-uniform-early-thaw", 3, 1, 8, 8),
        ("lookup",),
        ("folio-covers",),
    ),
    Control(
        "intermediate-folio",
        "a non-uniform folio split leaves a folio in slots of a later one (mm/huge_memory, 2026)",
        Case("folio-nonuniform-intermediate", 3, 0, 8, 14),
        ("lookup",),
        ("folio-covers",),
    ),
    Control(
        "shadow-not-split",
        "a folio is stored over a larger shadow entry that was not split",
        Case("add-folio-unsplit", 3, 1, 8, 8),
        ("lookup",),
        ("folio-covers",),
    ),
    Control(
        "shadow-changed-meanwhile",
        "what was seen before the allocation is written by the split, without another look",
        Case("add-folio-unchecked", 3, 1, 8, 8),
        ("load",),
        ("load-other",),
    ),
    Control(
        "swap-from-index",
        "the pieces of a swap entry are counted from the index that faulted (mm/shmem)",
        Case("split-swap-from-index", 3, 1, 8, 15),
        ("load",),
        ("load-other",),
    ),
    Control(
        "collapse-early",
        "a collapsed folio is in use before it is said to be large",
        Case("collapse-early", 3, 1, 8, 8),
        ("lookup",),
        ("folio-covers",),
    ),
    Control(
        "reload-by-offset",
        "a lookup that reloads the canonical slot accepts the head's folio for a tail index",
        Case("folio-uniform", 3, 2, 8, 8),
        ("lookup-by-offset",),
        ("folio-covers",),
    ),
)  # fmt: skip
"""Every control; each has a shortest schedule."""


@dataclass(frozen=True, slots=True)
class Caught:
    """What came of a control on one memory; ``breach`` is None where nothing was found."""

    control: Control
    memory: Memory
    reader: str
    breach: Breach | None
    seconds: float

    @property
    def as_expected(self) -> bool:
        """Found where it must be, and nowhere else."""
        return (self.breach is not None) == (self.memory in self.control.memories)


def check(control: Control) -> list[Caught]:
    """Explore a control on both memories.  Raises BuildError and ExplorerError."""
    executable = build(port_source(), control.shift, control.edits)
    return [
        _caught(control, memory, explorer.run(executable, control.case, memory, control.readers))
        for memory in Memory
    ]


def _caught(control: Control, memory: Memory, answer: explorer.Answer) -> Caught:
    races = [result for result in answer.results if result.span is Span.RACE]
    breaches = [
        breach
        for result in answer.results
        for breach in result.breaches
        if breach.promise in control.promises
    ]
    seconds = sum(result.seconds for result in answer.results)
    shortest = min(breaches, key=lambda one: one.switches, default=None)
    return Caught(control, memory, races[0].reader, shortest, seconds)
