# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes one scenario of ``models/readers/interleave.py`` as a Promela model, for Spin to decide.

A third party's answer to the same question: a load that starts over on retry, against a run of the
model's writer, with sequential consistency.  The writer is a list of assignments to an array of
words; the reader is written out in Promela, apart from ``xarray_model/readers.py``.
"""

from __future__ import annotations

from models.readers.versions import Run
from xarray_model.array import XArray
from xarray_model.entries import NULL, RETRY, sibling_offset
from xarray_model.folio import Folio, FolioField
from xarray_model.journal import Field, Value
from xarray_model.node import Node, is_sibling

_SIBLINGS = 1000
_NODES = 2000
_RETRY = 999


class _Memory:
    """Numbers words: the head is word 0; each node has its shift, then its slots."""

    def __init__(self, array: XArray) -> None:
        self._array = array
        self._nodes: dict[Node, int] = {}

    def node(self, node: Node) -> int:
        """The node's number."""
        return self._nodes.setdefault(node, len(self._nodes))

    def word(
        self, owner: Node | XArray | Folio, field: Field | FolioField, number: int
    ) -> int | None:
        """Where a field is; None: no reader of this kind looks at it."""
        if field is Field.HEAD:
            return 0
        if not isinstance(owner, Node) or field not in (Field.SHIFT, Field.SLOT):
            return None
        start = 1 + self.node(owner) * (self._array.slots + 1)
        return start if field is Field.SHIFT else start + 1 + number

    def code(self, field: Field | FolioField, value: Value) -> int:
        """How an entry, or a shift, is written."""
        if field is Field.SHIFT and isinstance(value, int):
            return value
        if isinstance(value, Node):
            return _NODES + self.node(value)
        assert isinstance(value, int)
        if value == RETRY:
            return _RETRY
        if is_sibling(value, self._array.s):
            return _SIBLINGS + sibling_offset(value)
        return value

    @property
    def size(self) -> int:
        """Words in all."""
        return 1 + len(self._nodes) * (self._array.slots + 1)


def export(run: Run, index: int) -> str:
    """The Promela text: a reader of ``index`` against the run, which must find an entry that the
    index has or had.  The run is of a kind that leaves no index empty."""
    memory = _Memory(run.array)
    first = [
        f"  mem[{word}] = {memory.code(place.field, versions[0].value)};"
        for place, versions in run.versions.items()
        if (word := memory.word(*place)) is not None and isinstance(versions[0].value, (int, Node))
        and versions[0].value != NULL
    ]  # fmt: skip
    fixed = [f"  mem[{word}] = {value};" for word, value in _unchanged(run, memory).items()]
    steps = [
        f"  mem[{word}] = {memory.code(store.field, store.value)};"
        for store in run.stores
        if (word := memory.word(store.owner, store.field, store.number)) is not None
    ]
    return _TEXT.format(
        size=memory.size,
        slots=run.array.slots,
        index=index,
        first="\n".join(first + fixed),
        steps="\n".join(steps),
        right=" || ".join(
            f"e == {memory.code(Field.SLOT, entry)}" for entry in _entries(run, index)
        ),
        siblings=_SIBLINGS,
        nodes=_NODES,
        retry=_RETRY,
    )


def _entries(run: Run, index: int) -> list[int]:
    return [entry for entry in run.timeline.entries(index) if isinstance(entry, int)]


def _unchanged(run: Run, memory: _Memory) -> dict[int, int]:
    """Words of the tree after the run that no store of it wrote."""
    found: dict[int, int] = {}
    written = {memory.word(*place) for place in run.versions}
    nodes = [run.array.head] if isinstance(run.array.head, Node) else []
    if isinstance(run.array.head, Node) and 0 not in written:
        found[0] = memory.code(Field.HEAD, run.array.head)
    while nodes:
        node = nodes.pop()
        fields = [(Field.SHIFT, 0, node.shift)]
        values: list[tuple[Field, int, Value]] = [*fields]
        values += [(Field.SLOT, number, entry) for number, entry in enumerate(node.slots)]
        for field, number, value in values:
            word = memory.word(node, field, number)
            if word is not None and word not in written and value != NULL:
                found[word] = memory.code(field, value)
        if node.shift:
            nodes += [entry for entry in node.slots if isinstance(entry, Node)]
    return found


_TEXT = """\
/* Words: the head; then of each node its shift and its slots. */
int mem[{size}];
bool ready;

active proctype writer() {{
  atomic {{
{first}
  ready = true;
  }}
{steps}
}}

active proctype reader() {{
  int e, n, shift; bool sibling;
  ready;
restart:
  e = mem[0];
  do
  :: e >= {nodes} ->
     d_step {{ n = 1 + (e - {nodes}) * ({slots} + 1); shift = mem[n]; sibling = false; }}
     e = mem[n + 1 + (({index} >> shift) & ({slots} - 1))];
     do
     :: e >= {siblings} && e < {nodes} ->
        d_step {{ sibling = true; e = mem[n + 1 + e - {siblings}]; }}
     :: else -> break
     od;
     if
     :: sibling && shift > 0 && e >= {nodes} -> e = 0; goto restart
     :: e == {retry} -> e = 0; goto restart
     :: else
     fi;
     if
     :: shift == 0 -> break
     :: else
     fi
  :: else -> break
  od;
  assert({right});
}}
"""
