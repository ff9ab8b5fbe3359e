# SPDX-License-Identifier: GPL-2.0-or-later
"""The operation list: what is done to an array, in a form that every account of it can run.

A case is a list of operations that starts from an empty array.  The model, the C port and a real
kernel all execute the same list and answer with the same stream of bytes: for each operation its
result words (unsigned 64-bit, little endian), for ``SNAPSHOT`` the snapshot's bytes.
``models/driver/PROTOCOL.md`` tables the operations, their fields and their results.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from operator import attrgetter

from xarray_model.flags import ArrayFlag

RECORD = struct.Struct("<BBBBIQQQ")
"""One operation: code, order, new_order, mark, flags, index, entry, argument."""
INDEX_AT = 8
"""Where in a record the index stands, in bytes."""


class Code(IntEnum):
    """What an operation does; the numbers are those of the driver."""

    STORE = 1
    SPLIT = 2
    TRY_SPLIT = 3
    TRY_SPLIT_MIN_ORDER = 4
    SET_MARK = 5
    CLEAR_MARK = 6
    GET_MARK = 7
    LOAD = 8
    GET_ORDER = 9
    FIND = 10
    FIND_MARKED = 11
    NEXT = 12
    PREV = 13
    DESTROY = 14
    FAIL = 15
    SNAPSHOT = 16
    COUNT_ALLOC = 17
    CURSOR_SET = 18
    CURSOR_RESET = 19
    CURSOR_LOAD = 20
    CURSOR_FIND = 21
    CURSOR_FIND_MARKED = 22
    CURSOR_NEXT = 23
    CURSOR_PREV = 24
    CURSOR_PAUSE = 25
    CURSOR_SET_MARK = 26
    CURSOR_CLEAR_MARK = 27
    CURSOR_GET_MARK = 28
    CURSOR_STORE = 29
    CURSOR_SPLIT = 30
    CURSOR_SPLIT_ALLOC = 31
    CURSOR_SPLIT_ALONE = 32
    CURSOR_CREATE_RANGE = 33
    CURSOR_NOMEM = 34
    CURSOR_DESTROY = 35
    CURSOR_FIND_CONFLICT = 36
    FIND_AFTER = 37
    FIND_AFTER_MARKED = 38
    EXTRACT = 39
    EXTRACT_MARKED = 40
    INSERT = 41
    CMPXCHG = 42
    RESERVE = 43
    RELEASE = 44
    STORE_RANGE = 45
    ALLOC = 46
    ALLOC_CYCLIC = 47
    INIT = 64


class Flag(IntFlag):
    """Variations of an operation."""

    NONE = 0
    NONBLOCKING = 1
    """SPLIT, CURSOR_SPLIT, CURSOR_SPLIT_ALLOC, ALLOC, ALLOC_CYCLIC: allocate without permission to
    block (``GFP_NOWAIT``)."""
    PAUSE = 2
    """FIND, FIND_MARKED: call ``xas_pause`` after every entry found."""
    FAIL_BLOCKING = 4
    """FAIL: requests with permission to block count."""
    FAIL_NONBLOCKING = 8
    """FAIL: requests without permission to block count."""
    LASTING = 16
    """FAIL: all later requests that count fail as well, until another FAIL."""
    REPEATING = 32
    """COUNT_ALLOC: the same few nodes are handed out again and again, so that the code's own
    arithmetic can be followed to counts that no memory holds."""
    LRU = 64
    """STORE, SPLIT, TRY_SPLIT, COUNT_ALLOC, CURSOR_SET: the cursor has a ``list_lru``."""
    RETRY = 128
    """TRY_SPLIT: after -ENOMEM, outside the lock, ``xas_nomem`` gets a node with permission to
    block, and the step is tried again."""
    LOCK_IRQ = 1 << 8
    """INIT: the array's lock is taken with interrupts off."""
    LOCK_BH = 2 << 8
    """INIT: the array's lock is taken with soft interrupts off."""
    ALLOC = 4 << 8
    """INIT: the array tracks by mark 0 which indices are free."""
    ZERO_BUSY = 8 << 8
    """INIT, with ALLOC: index 0 is never free."""
    ACCOUNT = 32 << 8
    """INIT: nodes are charged to the memory control group."""


FIELDS: dict[Code, tuple[str, ...]] = {
    Code.STORE: ("index", "order", "entry"),
    Code.SPLIT: ("index", "order", "new_order", "entry"),
    Code.TRY_SPLIT: ("index", "order", "new_order", "entry"),
    Code.TRY_SPLIT_MIN_ORDER: ("order",),
    Code.SET_MARK: ("index", "mark"),
    Code.CLEAR_MARK: ("index", "mark"),
    Code.GET_MARK: ("index", "mark"),
    Code.LOAD: ("index",),
    Code.GET_ORDER: ("index",),
    Code.FIND: ("index", "argument"),
    Code.FIND_MARKED: ("index", "mark", "argument"),
    Code.NEXT: ("index", "argument"),
    Code.PREV: ("index", "argument"),
    Code.DESTROY: (),
    Code.FAIL: ("argument",),
    Code.SNAPSHOT: (),
    Code.COUNT_ALLOC: ("order", "new_order", "argument"),
    Code.CURSOR_SET: ("index", "order"),
    Code.CURSOR_RESET: (),
    Code.CURSOR_LOAD: (),
    Code.CURSOR_FIND: ("argument",),
    Code.CURSOR_FIND_MARKED: ("mark", "argument"),
    Code.CURSOR_NEXT: (),
    Code.CURSOR_PREV: (),
    Code.CURSOR_PAUSE: (),
    Code.CURSOR_SET_MARK: ("mark",),
    Code.CURSOR_CLEAR_MARK: ("mark",),
    Code.CURSOR_GET_MARK: ("mark",),
    Code.CURSOR_STORE: ("entry",),
    Code.CURSOR_SPLIT: ("order", "entry"),
    Code.CURSOR_SPLIT_ALLOC: ("order", "entry"),
    Code.CURSOR_SPLIT_ALONE: ("order", "entry"),
    Code.CURSOR_CREATE_RANGE: (),
    Code.CURSOR_NOMEM: (),
    Code.CURSOR_DESTROY: (),
    Code.CURSOR_FIND_CONFLICT: (),
    Code.FIND_AFTER: ("index", "argument"),
    Code.FIND_AFTER_MARKED: ("index", "mark", "argument"),
    Code.EXTRACT: ("index", "order", "argument"),
    Code.EXTRACT_MARKED: ("index", "order", "mark", "argument"),
    Code.INIT: (),
    Code.INSERT: ("index", "entry"),
    Code.CMPXCHG: ("index", "argument", "entry"),
    Code.RESERVE: ("index",),
    Code.RELEASE: ("index",),
    Code.STORE_RANGE: ("index", "argument", "entry"),
    Code.ALLOC: ("index", "argument", "entry"),
    Code.ALLOC_CYCLIC: ("index", "argument", "entry"),
}
"""The fields that each operation uses, in the order of ``models/driver/PROTOCOL.md``."""

FLAGS: dict[Code, Flag] = {
    Code.STORE: Flag.LRU,
    Code.SPLIT: Flag.NONBLOCKING | Flag.LRU,
    Code.TRY_SPLIT: Flag.LRU | Flag.RETRY,
    Code.CURSOR_SET: Flag.LRU,
    Code.FIND: Flag.PAUSE,
    Code.FIND_MARKED: Flag.PAUSE,
    Code.FAIL: Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING | Flag.LASTING,
    Code.CURSOR_SPLIT: Flag.NONBLOCKING,
    Code.CURSOR_SPLIT_ALLOC: Flag.NONBLOCKING,
    Code.COUNT_ALLOC: Flag.REPEATING | Flag.LRU,
    Code.ALLOC: Flag.NONBLOCKING,
    Code.ALLOC_CYCLIC: Flag.NONBLOCKING,
    Code.INIT: Flag.LOCK_IRQ | Flag.LOCK_BH | Flag.ALLOC | Flag.ZERO_BUSY | Flag.ACCOUNT,
}
"""The flags that an operation may carry; none for the others."""

EXTRACT_ORDER = 6
"""EXTRACT, EXTRACT_MARKED: there is room for 2 to the power of ``order`` entries, but of this at
most."""

ALLOCATIONS = frozenset({Code.ALLOC, Code.ALLOC_CYCLIC})
"""What stores at a free index that it finds itself."""
LAST_ID = (1 << 32) - 1
"""The last index that ALLOC and ALLOC_CYCLIC can find, whatever a machine word has."""

PLAIN_CHANGES = ALLOCATIONS | {
    *(Code.INSERT, Code.CMPXCHG, Code.RESERVE, Code.RELEASE, Code.STORE_RANGE),
}
"""What changes an array through no cursor of the caller's, and so tells no update callback."""

THROUGH = frozenset(code for code in Code if code.name.startswith("CURSOR_"))
"""The operations on the case's cursor and through it."""

WORD = (1 << 64) - 1
LIMITS = {"index": WORD, "order": 63, "new_order": 63, "entry": WORD, "mark": 2, "argument": WORD}
"""The largest value of each field; the least is 0."""

_BY_MARK = frozenset(
    {
        *(Code.FIND_MARKED, Code.CURSOR_FIND_MARKED),
        *(Code.FIND_AFTER_MARKED, Code.EXTRACT_MARKED),
    }
)
_ARRAY_FLAGS_AT = 8


def array_flags(operations: Sequence[Operation]) -> ArrayFlag:
    """What the array of a case is made with: nothing, unless its first operation says so."""
    if not operations or operations[0].code is not Code.INIT:
        return ArrayFlag.NONE
    return ArrayFlag(int(operations[0].flags) >> _ARRAY_FLAGS_AT)


_FIELDS = ("index", "order", "new_order", "entry", "mark", "argument")
_UNUSED = {code: [name for name in _FIELDS if name not in FIELDS[code]] for code in Code}
_LEFT_OVER = {code: attrgetter(*names) for code, names in _UNUSED.items()}
_NO_FLAGS = {code: ~int(FLAGS.get(code, Flag.NONE)) for code in Code}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.  The fields and flags that its code does not use are zero, whatever is given
    for them, so that two operations that do the same are equal.

    ``order`` and ``new_order`` are orders (0..63), ``mark`` is 0..2, ``index`` and ``entry`` are
    unsigned 64-bit words, ``argument`` depends on the code.
    """

    code: Code
    index: int = 0
    order: int = 0
    new_order: int = 0
    entry: int = 0
    mark: int = 0
    flags: Flag = Flag.NONE
    argument: int = 0

    def __post_init__(self) -> None:
        code = self.code
        if any(_LEFT_OVER[code](self)):
            for name in _UNUSED[code]:
                object.__setattr__(self, name, 0)
        # Plain integers: operators of flags take as long as all the rest.
        if int.__and__(self.flags, _NO_FLAGS[code]):
            object.__setattr__(self, "flags", self.flags & FLAGS.get(code, Flag.NONE))

    @property
    def filter(self) -> int | None:
        """The mark that entries must bear that are looked for; None where any will do."""
        return self.mark if self.code in _BY_MARK else None

    def encode(self) -> bytes:
        """The record of 32 bytes that the driver reads."""
        return RECORD.pack(
            self.code,
            self.order,
            self.new_order,
            self.mark,
            self.flags,
            self.index,
            self.entry,
            self.argument,
        )

    @classmethod
    def decode(cls, record: bytes) -> Operation:
        """The operation of a record; ValueError when the code is unknown."""
        code, order, new_order, mark, flags, index, entry, argument = RECORD.unpack(record)
        return cls(Code(code), index, order, new_order, entry, mark, Flag(flags), argument)


def encode(operations: list[Operation]) -> bytes:
    """The records of a whole case, one after another."""
    return b"".join(operation.encode() for operation in operations)
