# SPDX-License-Identifier: GPL-2.0-or-later
"""Defects of many kinds in the right multi-level series of ``tests.deep``, on a kernel of today.

Run as a script it is the benchmark of ``xasplit mutants --several`` for that kernel:
``python -m tests.deep_defects KERNEL [SAMPLE [SEED]]``.
"""

import hashlib
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from models.diagnosis.causes import causes
from models.kernel.source import Lineage, Source, open_source
from models.mutants.mutant import Mutant
from models.mutants.several import Bench
from review.report.mutants import told_apart
from review.report.output import show
from tests import deep

_FILE = "lib/xarray.c"
_LEAF = "			first -= slot % (xas->xa_sibs + 1U);\n"
_LINKED = "			rcu_assign_pointer(node->slots[slot], xa_mk_node(below));\n"
_MARKED = "			deep_marks(node, slot, bits);\n" + _LINKED
_ENTRY = "		rcu_assign_pointer(node->slots[slot], entry);\n"
_SIBLINGS = (
    "		for (part = 1; part <= xas->xa_sibs; part++)\n"
    "			rcu_assign_pointer(node->slots[slot + part], xa_mk_sibling(slot));\n"
)
_REPORTED = "xas->xa_sibs + 1;\n	}\n	node->nr_values += values;\n	xas_update(xas, node);\n"
_EDITS = {
    "leak": ("a failed request leaks what was taken", deep.LEAK),
    "one-more": ("deep splits ask for a node too many", deep.ONE_MORE),
    "values": ("the new entry's kind is not looked at", deep.VALUES),
    "offset": ("all children have the offset of the first", deep.OFFSET),
    "inner-unreported": ("nodes below the topmost are not reported", deep.UNREPORTED),
    "third-mark": ("the third mark is lost", deep.MARK),
    "wraps": (
        "nodes are counted in a byte",
        ("each = 1UL << (order % XA_CHUNK_SHIFT), nodes = 0;", "each = 1UL << (order %"
         " XA_CHUNK_SHIFT);\n	unsigned char nodes = 0;"),
    ),
    "inner-offset": (
        "inner nodes have the offset 0",
        ("			below->offset = slot;\n			RCU_INIT_POINTER(below->parent, top);",
         "			below->offset = 0;\n			RCU_INIT_POINTER(below->parent, top);"),
    ),
    "leaf-values": (
        "siblings in leaves are not counted as values",
        ("			if (xa_is_value(entry))\n				top->nr_values++;",
         "			if (xa_is_value(entry) && slot == first)\n				top->nr_values++;"),
    ),
    "inner-marks": (
        "inner nodes bear no marks",
        ("		if (slot == first)\n			deep_marks(top",
         "		if (slot == first && shift == xas->xa_shift)\n			deep_marks(top"),
    ),
    "node-mark": ("the split node's slots lose their marks", (_MARKED, _LINKED)),
    "sibling-mark": (
        "siblings in leaves bear the marks, too",
        ("		if (slot == first)\n			deep_marks(top", "		deep_marks(top"),
    ),
    "siblings-last": ("siblings are published after their entry", (_ENTRY + _SIBLINGS,
                      _SIBLINGS + _ENTRY)),
    "topmost-unreported": (
        "topmost nodes are not reported",
        (_LINKED + "			xas_update(xas, below);\n", _LINKED),
    ),
    "split-node-unreported": (
        "the split node is not reported",
        (_REPORTED, _REPORTED.rpartition("	xas_update")[0]),
    ),
    "reported-early": (
        "the split node is reported before its values are counted",
        (_REPORTED, "xas->xa_sibs + 1;\n	}\n	xas_update(xas, node);\n"
         "	node->nr_values += values;\n"),
    ),
    "array": ("new nodes do not know their array", ("		fresh->array = xas->xa;\n", "")),
    "leaf-siblings": (
        "all slots of a leaf hold the entry",
        ("slot == first ? entry : xa_mk_sibling(first)", "entry"),
    ),
    "lowest-index": (
        "marks are read from the slot of the index, not of the entry",
        ("node_get_mark(node, xas->xa_offset,",
         "node_get_mark(node, get_offset(xas->xa_index, node),"),
    ),
    "refuses": (
        "splits by three levels and more are refused",
        ("	unsigned long nodes = deep_nodes(xas, order);\n",
         "	unsigned long nodes = deep_nodes(xas, order);\n\n	if (order >= xas->xa_shift + 3 *"
         " XA_CHUNK_SHIFT) {\n		xas_set_err(xas, -EINVAL);\n		return;\n	}\n"),
    ),
}  # fmt: skip
DEFECTS = tuple(
    Mutant(name, wrong, _FILE, text, replacement, ())
    for name, (wrong, (text, replacement)) in _EDITS.items()
)


def right(kernel: Source, folder: Path) -> Source:
    """A kernel with the right series, its files in ``folder``; what it does wrong, too, was there
    before."""
    tree = deep.make_tree(kernel, folder)
    deep.put(tree, "xas_split_alloc", deep.ALLOC, "allocate")
    deep.put(tree, "xas_split", deep.SPLIT, "split")
    digest = hashlib.sha256((tree / _FILE).read_bytes()).hexdigest()
    made = replace(kernel, name="deep", directory=tree, sha256={**kernel.sha256, _FILE: digest})
    return replace(made, lineage=Lineage(made, ()))


def main(kernel: str, sample: int = 100, seed: int = 1) -> None:
    """Print the table of the benchmark."""
    with TemporaryDirectory() as folder:
        base = right(open_source(kernel), Path(folder) / "linux")
        bench = Bench(DEFECTS, causes, base=base)
        outcomes = [*bench.outcomes(range(2, 7), sample, seed)]
        show(told_apart(outcomes, seed), as_json=False)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
