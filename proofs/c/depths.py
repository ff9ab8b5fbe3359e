# SPDX-License-Identifier: GPL-2.0-or-later
"""The builder's loops of the port at chunk shift 1, for every depth: by loop contracts.

The text of ``split_build()`` and ``split_nodes()`` stays as it is but for invariants beside its
loops.  The stack is abstracted to a bit a level, of the levels that have a subtree on it, and one
level more that is full for a moment; making a leaf and combining a family are stubs that change
these bits, and that assert that they may.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from proofs.c.cbmc import Answer, Program, Running, ask

MOST_LEVELS = 61
"""Levels of nodes that 64-bit indices can have at chunk shift 1, below the one that is split."""
_OUTER = "for (unsigned long leaf = 1; leaf <= leaves; leaf++)"
_INNER = "for (; stack->shift < shift && family % (1UL << 1) == 0; family /= (1UL << 1))"
_COUNT = "nodes = nodes * (1UL << 1) + slots_of(order);"
_STUBS = """
unsigned long levels, taken;
int full = -1;
unsigned int base;
struct xa_node top;
static struct xa_node *split_leaf(struct xa_state *xas, const struct new_entries *new)
{
    __CPROVER_assert(full < 0, "no family is left uncombined");
    if (levels & 1)
        full = 0;
    else
        levels |= 1;
    top.shift = (unsigned char)base;
    taken++;
    return &top;
}
static void split_combine(struct xa_state *xas, struct xa_node **stack,
              const struct new_entries *new)
{
    __CPROVER_assert(full >= 0 && full < 62, "a family is complete");
    levels &= ~(1UL << full);
    full++;
    top.shift = (unsigned char)(base + full);
    taken++;
    if (!(levels >> full & 1)) {
        levels |= 1UL << full;
        full = -1;
    }
}
"""
_OF_OUTER = """
    __CPROVER_assigns(leaf, stack, levels, full, taken, top)
    __CPROVER_loop_invariant(1 <= leaf && leaf <= leaves + 1 && full == -1)
    __CPROVER_loop_invariant(levels == leaf - 1)
    __CPROVER_loop_invariant(taken == 2 * (leaf - 1) - __builtin_popcountl(leaf - 1))
    __CPROVER_loop_invariant(leaf == 1 || (stack == &top &&
        top.shift == base + __builtin_ctzl(leaf - 1)))
    __CPROVER_decreases(leaves + 1 - leaf)
"""
_OF_INNER = """
    __CPROVER_assigns(family, levels, full, taken, top)
    __CPROVER_loop_invariant(stack == &top && top.shift >= base && top.shift <= shift)
    __CPROVER_loop_invariant(family == leaf >> (top.shift - base))
    __CPROVER_loop_invariant((leaf & ((1UL << (top.shift - base)) - 1)) == 0)
    __CPROVER_loop_invariant(full >= -1 && full < 62)
    __CPROVER_loop_invariant(levels + (full >= 0 ? 1UL << full : 0) == leaf)
    __CPROVER_loop_invariant(full == -1 || (full == top.shift - base && (levels >> full & 1)))
    __CPROVER_loop_invariant((full == -1) == (family % 2 != 0))
    __CPROVER_loop_invariant(taken == 2 * (leaf - 1) - __builtin_popcountl(leaf - 1) + 1 +
        (top.shift - base))
    __CPROVER_decreases(family)
"""
_OF_COUNT = """
    __CPROVER_assigns(level, nodes)
    __CPROVER_loop_invariant(level >= shift && level <= order && order - level < 64)
    __CPROVER_loop_invariant(nodes == (1UL << (order - level)) - 1)
    __CPROVER_decreases(level)
"""
_MAIN = """
unsigned int nondet_uint(void);
int main(void)
{
    struct new_entries new;
    struct xa_state xas;
    unsigned int depth = nondet_uint(), shift;
    struct xa_node *made;

    base = nondet_uint();
    __CPROVER_assume(base < 64 && depth <= MOST_LEVELS && base + depth < 64);
    shift = base + depth;
    new.shift = base;
    levels = taken = 0;
    full = -1;
    made = split_build(&xas, shift, 1, &new);
    __CPROVER_assert(made == &top && made->shift == shift, "the top has the level asked for");
    __CPROVER_assert(levels == 1UL << depth && full < 0, "one subtree is on the stack");
    __CPROVER_assert(taken == (2UL << depth) - 1, "as many nodes as a full tree has");
    __CPROVER_assert(taken == split_nodes(shift + 1, base), "as many as are counted before");
    return 0;
}
"""


def annotated(text: str) -> str:
    """The preprocessed ``lib/xarray_split.c`` with invariants, stubs and a program around it.

    Raises ValueError where its loops are not those that the invariants are about.
    """
    for name in ("struct xa_node *split_leaf(", "void split_combine("):
        text = _once(text, f"static {name}", f"static {name.replace('split_', 'unused_')}")
    text = _once(
        text, "static struct xa_node *split_build(", f"{_STUBS}static struct xa_node *split_build("
    )
    text = _once(text, _OUTER, _OUTER + _OF_OUTER)
    text = _once(text, _INNER, _INNER + _OF_INNER)
    text = _once(text, _COUNT, f"{_OF_COUNT}{_COUNT}")
    return text + _MAIN.replace("MOST_LEVELS", str(MOST_LEVELS))


def _once(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise ValueError(f"{old!r} is there {text.count(old)} times")
    return text.replace(old, new)


def decide(program: Program, text: str, seconds: float, memory: int) -> Answer:
    """What the model checker says of an annotated text, by induction over its loops.

    ``goto-cc`` and ``goto-instrument`` must be beside ``program``; OSError and CalledProcessError
    where they are not, or fail.
    """
    tools = Path(program.path).parent
    with tempfile.TemporaryDirectory(prefix="xasplit-depths-") as name:
        folder = Path(name)
        (folder / "depths.c").write_text(text)
        contracts = ["--dfcc", "main", "--apply-loop-contracts", "plain", "whole"]
        for command in (
            [str(tools / "goto-cc"), "depths.c", "-o", "plain"],
            [str(tools / "goto-instrument"), *contracts],
        ):
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
        options = ["--unwind", "8", "--drop-unused-functions", str(folder / "whole")]
        return ask(program, (), options, seconds, memory, Running())
