# SPDX-License-Identifier: GPL-2.0-or-later
"""Cases as C functions in the manner of a kernel's ``lib/test_xarray.c``.

A function repeats the operations of a case and then looks at what the last one left: through the
API where that shows it, else in the fields of nodes, as the kernel's own test does.  What it must
find there is what the model has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.case.reference import run_case
from models.diagnosis.kernel_statements import (
    How,
    NoCode,
    as_locked,
    entry_text,
    find,
    has_mark,
    index_text,
)
from models.diagnosis.kernel_steps import declared, statements, told
from specs.abstract import AbstractArray, Item
from specs.stream import cut
from specs.view import View
from xarray_model import geometry
from xarray_model.entries import node_ordinal
from xarray_model.operations import Code, Operation, array_flags

MOST_NODES = 24
"""Nodes whose fields one function checks."""


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look at what the operations left: ``lines`` of C, and what they need."""

    name: str
    lines: tuple[str, ...]
    declares: tuple[str, ...] = ()
    helper: str = ""


_MISSING = {Code.FAIL: "test code cannot make the kernel's memory run out"}


def looks(operations: Sequence[Operation], s: int, bits: int = 64) -> list[Look]:
    """The ways to look, the plainest first, where an index has ``bits`` bits.  NoCode when there is
    no way to tell the case."""
    for one in operations:
        if not told(one):
            raise NoCode(_MISSING.get(one.code, f"test code has no {one.code.name.lower()}"))
    whole = [*operations, Operation(Code.SNAPSHOT)]
    view = View.of_bytes(cut(whole, run_case(whole, s, width=bits).results)[-1].snapshot or b"")
    array = view.abstract
    if array is None:
        raise NoCode("the model has no answer")
    entries = list(_entries(array))
    return [*entries, *_iterations(array), *_nodes(view, s), *_lru(view), Look("replay", ())]


def function(name: str, operations: Sequence[Operation], s: int, look: Look, bits: int = 64) -> str:
    """A C function ``check_NAME`` that repeats the operations and then looks."""
    expected = cut(operations, run_case(operations, s, width=bits).results)
    flags = array_flags(operations)
    how = How(s, look.name == "lru", flags)
    lines = statements(operations, expected, how)
    declares = [*declared(operations), *look.declares]
    body = [*declares, *([""] if declares else []), *lines, *look.lines]
    body += ["xa_lock(xa);", "check_forget();", "xa_unlock(xa);"] if how.update else []
    body += ["xa_destroy(xa);"]
    if flags:
        body = [as_locked(line, flags) for line in body] + ["xa_init(xa);"]
    text = "\n".join(f"\t{line}" if line else "" for line in body)
    update = _UPDATE if how.update else ""
    head = f"static noinline void check_{name}(struct xarray *xa)"
    return f"{update}{look.helper}{head}\n{{\n{text}\n}}\n"


def _entries(array: AbstractArray) -> Iterator[Look]:
    """Loads, orders and marks of every index: a loop for each run of entries that are alike."""
    for first, end, (order, entry, marks, extent) in _runs(array):
        checks = [f"XA_BUG_ON(xa, xa_load(xa, index) != {entry_text(entry)});"]
        checks += [] if extent else [f"XA_BUG_ON(xa, xa_get_order(xa, index) != {order});"]
        checks += [has_mark("index", mark, bool(marks >> mark & 1)) for mark in range(3)]
        loop = f"for (index = {index_text(first)}; index < {index_text(end)}; index++) {{"
        lines = (loop, *(f"\t{check}" for check in checks), "}")
        yield Look("entries", lines, ("unsigned long index;",))


def _runs(array: AbstractArray) -> list[tuple[int, int, Item]]:
    """First index and end of neighbours that are alike, and what they are."""
    runs: list[tuple[int, int, Item]] = []
    for first, item in sorted(array.items().items()):
        end = first + item.size
        if runs and runs[-1][1:] == (first, item):
            runs[-1] = (runs[-1][0], end, item)
        else:
            runs.append((first, end, item))
    return runs


def _iterations(array: AbstractArray) -> Iterator[Look]:
    """How many entries iterations find, over all and by each mark."""
    how = How(0)
    last = max((end for _, end, _ in _runs(array)), default=1) - 1
    items = array.items().values()
    every = Operation(Code.FIND, argument=last)
    yield Look("iteration", tuple(find(every, (len(items),), how)))
    for mark in range(3):
        marked = sum(item.marks >> mark & 1 for item in items)
        search = Operation(Code.FIND_MARKED, mark=mark, argument=last)
        yield Look("marked iteration", tuple(find(search, (marked,), how)))


_NODE = """\
static struct xa_node *check_node(struct xarray *xa, unsigned long index,
\t\tunsigned int shift)
{
\tXA_STATE(xas, xa, index);
\tstruct xa_node *node;

\txas_load(&xas);
\tnode = xas.xa_node;
\twhile (node && node->shift < shift)
\t\tnode = xa_parent_locked(xa, node);
\treturn node;
}

"""

_UPDATE = """\
static LIST_HEAD(check_listed);

/* As the page cache does it: nodes that hold only shadow entries are listed. */
static void check_update(struct xa_node *node)
{
\tbool listed = !list_empty(&node->private_list);
\tbool shadows = node->nr_values && node->nr_values == node->count;

\tif (shadows && !listed)
\t\tlist_add(&node->private_list, &check_listed);
\tif (listed && !shadows)
\t\tlist_del_init(&node->private_list);
}

static void check_forget(void)
{
\twhile (!list_empty(&check_listed))
\t\tlist_del_init(check_listed.next);
}

"""


def _places(view: View) -> list[tuple[int, int]]:
    """First index and ordinal of the nodes that are checked: from the root down, and the last."""
    nodes = view.snapshot.nodes
    first = [0] * len(nodes)
    # A node comes before its children.
    for ordinal, node in enumerate(nodes):
        for slot, entry in enumerate(node.slots):
            if view.snapshot.child(entry) is not None:
                first[node_ordinal(entry)] = first[ordinal] + (slot << node.shift)
    placed = [(index, ordinal) for ordinal, index in enumerate(first)]
    if len(placed) <= MOST_NODES:
        return placed
    return placed[: MOST_NODES // 2] + placed[-MOST_NODES // 2 :]


def _nodes(view: View, s: int) -> Iterator[Look]:
    """The fields of each node: what its entries and marks add up to, and its links."""
    most = (1 << geometry.chunk_size(s)) - 1
    for index, ordinal in _places(view):
        node = view.snapshot.nodes[ordinal]
        lines = [
            "xa_lock(xa);",
            f"node = check_node(xa, {index_text(index)}, {node.shift});",
            f"XA_BUG_ON(xa, !node || node->shift != {node.shift});",
            f"XA_BUG_ON(xa, node->count != {node.count});",
            f"XA_BUG_ON(xa, node->nr_values != {node.nr_values});",
            "XA_BUG_ON(xa, node->array != xa);",
        ]
        if ordinal:
            lines.append(f"XA_BUG_ON(xa, node->offset != {node.offset});")
            lines.append(f"XA_BUG_ON(xa, !check_node(xa, {index_text(index)}, {node.shift + s}));")
        for mark, bits in enumerate(node.marks):
            word = f"node->marks[{mark}][0]"
            if most < (1 << 64) - 1:
                word = f"({word} & {most:#x})"
            lines.append(f"XA_BUG_ON(xa, {word} != {index_text(bits)});")
        lines.append("xa_unlock(xa);")
        yield Look("nodes", tuple(lines), ("struct xa_node *node;",), _NODE)


def _lru(view: View) -> Iterator[Look]:
    """Whether each node is listed exactly when the page cache's rule says so."""
    for index, ordinal in _places(view):
        node = view.snapshot.nodes[ordinal]
        listed = node.count and node.count == node.nr_values
        found = f"{'' if listed else '!'}list_empty(&node->private_list)"
        lines = (
            "xa_lock(xa);",
            f"node = check_node(xa, {index_text(index)}, {node.shift});",
            f"XA_BUG_ON(xa, !node || {found});",
            "xa_unlock(xa);",
        )
        yield Look("lru", lines, ("struct xa_node *node;",), _NODE)
