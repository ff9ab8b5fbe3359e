# SPDX-License-Identifier: GPL-2.0-or-later
"""What a request for a node carries: flags, and the ``list_lru`` that it names.

* Who asks without the lock asks as the caller permits.  What only bears on how a failure is told,
  on how hard is tried, or on what the memory holds is the code's own choice; what lets it sleep,
  reclaim or draw on reserves is not.
* Who asks under the lock has no permission of the caller's to pass on, and must not sleep.
* In an array with ``XA_FLAGS_ACCOUNT`` each node is charged to the memory control group, and in no
  other.
* A cursor's ``xa_lru`` is named in each of its requests, so that the node can be on that list.

Facts: ``lib/xarray.c`` (``xas_alloc``, ``xas_nomem``, ``xas_split_alloc``, ``xas_try_split``),
``include/linux/slab.h`` (``kmem_cache_alloc_lru``), ``mm/list_lru.c``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from specs.property import Judgement, Register
from xarray_model.flags import ArrayFlag
from xarray_model.gfp import Gfp
from xarray_model.log import LOCK_HELD, Kind, LogRecord, Names

REQUESTS = Register()
"""Every property of what a request carries, by name."""

FLAGS = REQUESTS.state(
    "request-flags",
    "a request for a node is made as the caller permits, under the lock such that it cannot sleep",
)
ACCOUNT = REQUESTS.state(
    "request-account",
    "a request carries __GFP_ACCOUNT exactly if the array was made with XA_FLAGS_ACCOUNT",
)
LRU = REQUESTS.state(
    "request-lru", "a request names the list_lru of its cursor, and none if the cursor has none"
)

_FREE = Gfp.NOWARN | Gfp.ZERO | Gfp.NORETRY | Gfp.RETRY_MAYFAIL | Gfp.NOMEMALLOC | Gfp.ACCOUNT
"""What may be added to what the caller gave; the last is judged by itself."""
_SLEEPS = Gfp.DIRECT_RECLAIM | Gfp.NOFAIL
"""What cannot be asked for under the lock."""
_NAMES = {Names.NONE: "none", Names.CURSORS: "the cursor's", Names.OTHER: "another"}


def judge_requests(flags: ArrayFlag, lru: bool, log: Iterable[LogRecord]) -> Iterator[Judgement]:
    """Judge the requests of an operation on an array that was made with ``flags``, through a cursor
    that has a ``list_lru`` or not."""
    for record in log:
        if record.kind != Kind.REQUEST:
            continue
        added, lost = Gfp(record.slot), Gfp(record.value)
        yield from (FLAGS, ACCOUNT, LRU)
        if record.flags & LOCK_HELD:
            if sleeps := added & _SLEEPS:
                yield FLAGS.broken(f"under the lock {_text(sleeps)} must not be asked for")
        elif wrong := added & ~_FREE:
            yield FLAGS.broken(f"{_text(wrong)} is not what the caller gave")
        if lost:
            yield FLAGS.broken(f"{_text(lost)}, which the caller gave, is not passed on")
        due, has = bool(flags & ArrayFlag.ACCOUNT), bool(added & Gfp.ACCOUNT)
        if due != has:
            where = "under the lock" if record.flags & LOCK_HELD else "without the lock"
            what = "without __GFP_ACCOUNT" if due else "with __GFP_ACCOUNT"
            yield ACCOUNT.broken(f"requests {where} are made {what}")
        if record.count != (Names.CURSORS if lru else Names.NONE):
            named = _NAMES.get(Names(record.count), "another")
            expected = "the cursor's" if lru else "none"
            yield LRU.broken(f"expected {expected}, requests name {named}")


def _text(gfp: Gfp) -> str:
    """The kernel's names of the flags."""
    names = [f"__GFP_{one.name}" for one in Gfp if one & gfp]
    return " | ".join(names) or "0"
