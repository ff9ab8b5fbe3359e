# SPDX-License-Identifier: GPL-2.0-or-later
"""The contract of a split: every clause, and those that its result words decide.

Precondition (``AbstractArray.splittable``): an entry of ``order`` covers the index, anywhere in its
range; ``new_order`` is not larger; the new entry is a pointer or a value; the cursor is in no error
state.  A split outside of it is not judged.

Facts: ``lib/xarray.c`` (``xas_split_alloc``, ``xas_split``, ``xas_try_split``,
``xas_try_split_min_order``) and the series' cover letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from specs.property import Judgement, Register
from xarray_model.entries import EINVAL, ENOMEM, mk_error
from xarray_model.operations import Flag, Operation

CONTRACT = Register()
"""Every clause of the contract by name."""

RESULT = CONTRACT.state(
    "split-result", "a split whose precondition holds and whose requests are granted succeeds"
)
REQUESTS = CONTRACT.state(
    "split-requests", "split_alloc requests L(C^d-1)/(C-1) nodes: enough and not one too many"
)
CURSOR = CONTRACT.state(
    "split-cursor", "after split_alloc the cursor holds every node that was requested"
)
NO_ALLOCATION = CONTRACT.state("split-no-allocation", "the split itself requests no memory")
NO_LEFTOVER = CONTRACT.state("split-no-leftover", "the split uses every node that was allocated")
NO_WARNING = CONTRACT.state(
    "split-no-warning", "a split within the implementation's limit is silent"
)
ENTRIES = CONTRACT.state(
    "split-entries", "every index of the range then has the new entry at the new order"
)
MARKS = CONTRACT.state("split-marks", "every new entry bears exactly the marks of the old one")
OUTSIDE = CONTRACT.state(
    "split-outside", "entries outside the range keep entry, order and marks, and none appears"
)
NODES_OUTSIDE = CONTRACT.state(
    "split-nodes-outside",
    "no node changes but the split one, and there only the entry's slots, nr_values and LRU state",
)
NEW_NODES = CONTRACT.state(
    "split-new-nodes", "a split adds exactly the nodes of full subtrees below the entry's slots"
)
FAILURE = CONTRACT.state(
    "split-failure",
    "a failed request ends split_alloc at once with -ENOMEM, no warning and an empty cursor",
)
REFUSAL = CONTRACT.state(
    "split-refusal",
    "only a one-level implementation refuses, beyond its limit: -ENOMEM, one warning, no request",
)
UNCHANGED = CONTRACT.state(
    "split-unchanged", "a split that fails or is refused leaves array and live nodes as they were"
)
INDEX = CONTRACT.state(
    "split-index", "the result does not depend on where the index lies inside the entry"
)
MERGE = CONTRACT.state(
    "split-merge", "storing the old entry at the old order over the range restores the array"
)
TRY_REFUSES = CONTRACT.state(
    "try-split-refuses",
    "try_split refuses with -EINVAL every split below try_split_min_order, however few its nodes",
)
TRY_ACCEPTS = CONTRACT.state(
    "try-split-accepts", "try_split does not refuse a split no lower than try_split_min_order"
)
TRY_REQUESTS = CONTRACT.state(
    "try-split-requests", "try_split requests the one node that it needs, or none"
)
TRY_NO_LEFTOVER = CONTRACT.state("try-split-no-leftover", "try_split leaves no node on the cursor")
TRY_FAILURE = CONTRACT.state(
    "try-split-failure", "try_split fails with -ENOMEM exactly when its one request failed"
)
TRY_MIN_ORDER = CONTRACT.state(
    "try-split-min-order",
    "try_split_min_order is n-1 for a positive multiple of s, else the multiple of s below n",
)

_NO_MEMORY = mk_error(ENOMEM)
_INVALID = mk_error(EINVAL)


def nodes_needed(order: int, new_order: int, s: int) -> int:
    """Nodes that a split takes, in closed form: ``L = 2**(order % s)`` full trees of ``C = 2**s``
    children a node and depth ``d``, which is ``L(C**d - 1)/(C - 1)``."""
    chunk = 1 << s
    depth = order // s - new_order // s
    trees = 1 << order % s
    return trees * int(chunk**depth - 1) // (chunk - 1)


@cache
def lowest_try(order: int, s: int) -> int:
    """The lowest order that a caller may ask of one try_split step, and get with a node at most.

    An entry of several slots is split among them, which takes no node, down to entries of one slot
    each.  One that fills a slot goes one order lower, which takes one.
    """
    among_slots = (lower for lower in range(order) if nodes_needed(order, lower, s) == 0)
    return min(among_slots, default=max(order - 1, 0))


@dataclass(frozen=True, slots=True)
class Allowance:
    """What memory an operation gets: ``granted`` requests, after which one fails; None when every
    request is granted.  ``known`` is false when that could not be followed.  ``again``: whether one
    with permission to block is granted after the one that fails."""

    granted: int | None = None
    known: bool = True
    again: bool = True


UNLIMITED = Allowance()
UNKNOWN = Allowance(None, False)


def judge_split_words(
    operation: Operation, words: Sequence[int], s: int, allowance: Allowance, one_level: bool
) -> Iterator[Judgement]:
    """Judge the six result words of a SPLIT whose precondition holds.

    ``one_level``: whether the implementation is upstream's, which may refuse what lies beyond one
    new level.
    """
    error, requests, held, late, left, warnings = words
    if not error:
        yield from (NO_ALLOCATION, NO_LEFTOVER)
    if late:
        yield NO_ALLOCATION.broken(f"expected no request during the split, counted {late}")
    if left:
        yield NO_LEFTOVER.broken(f"expected an empty cursor after the split, it holds {left} nodes")
    yield from judge_alloc_words(
        operation, (error, requests, held, warnings), s, allowance, one_level
    )


def judge_alloc_words(
    operation: Operation,
    words: Sequence[int],
    s: int,
    allowance: Allowance,
    one_level: bool,
    before: int = 0,
) -> Iterator[Judgement]:
    """Judge what split_alloc answers, for a split of the operation's orders: error, requests, nodes
    on the cursor, of which ``before`` were there, and warnings."""
    error, requests, held, warnings = words
    need = nodes_needed(operation.order, operation.new_order, s)
    if error and warnings:
        yield from _refusal(operation, error, requests, held, warnings, s, one_level)
        return
    yield from _allocation(need, error, requests, warnings, allowance)
    expected = 0 if error else before + need
    which = FAILURE if error else CURSOR
    yield which
    if held != expected:
        yield which.broken(
            f"expected {expected} nodes on the cursor after split_alloc, found {held}"
        )


def judge_count_alloc(
    operation: Operation, words: Sequence[int], s: int, allowance: Allowance, one_level: bool
) -> Iterator[Judgement]:
    """Judge the three result words of a COUNT_ALLOC, which grants ``argument`` requests unless the
    allowance ends before."""
    error, requests, warnings = words
    if error and warnings:
        yield from _refusal(operation, error, requests, 0, warnings, s, one_level)
        return
    need = nodes_needed(operation.order, operation.new_order, s)
    granted = operation.argument
    if allowance.granted is not None:
        granted = min(granted, allowance.granted)
    yield from _allocation(need, error, requests, warnings, Allowance(granted, allowance.known))


def _asks_for(requests: int, need: int, granted: int | None) -> str:
    """Both numbers; a code whose last request was not granted would ask for more."""
    least = "at least " if granted is not None and requests > granted else ""
    are = "is" if need == 1 else "are"
    return f"the code asks for {least}{requests:,}, {need:,} {are} needed"


def _allocation(
    need: int, error: int, requests: int, warnings: int, allowance: Allowance
) -> Iterator[Judgement]:
    granted = allowance.granted
    if not allowance.known:
        granted = requests - 1 if error and 0 < requests <= need else None
    if granted is not None and granted < need and not error and requests <= granted:
        # It is content with fewer than it needs: it never came to the request that fails.
        yield REQUESTS
        yield REQUESTS.broken(_asks_for(requests, need, granted))
    elif granted is not None and granted < need:
        yield FAILURE
        if error != _NO_MEMORY:
            yield FAILURE.broken(f"request {granted + 1} failed; expected -ENOMEM, got {error:#x}")
        if requests != granted + 1:
            yield FAILURE.broken(
                f"request {granted + 1} failed; expected no request after it, counted {requests}"
            )
    else:
        yield from (RESULT, REQUESTS, NO_WARNING)
        if error:
            yield RESULT.broken(f"expected success, got the error word {error:#x}")
        if requests != need:
            yield REQUESTS.broken(_asks_for(requests, need, granted))
    if warnings:
        which = FAILURE if error else NO_WARNING
        yield which.broken(f"expected no warning, counted {warnings}")


def _refusal(
    operation: Operation,
    error: int,
    requests: int,
    held: int,
    warnings: int,
    s: int,
    one_level: bool,
) -> Iterator[Judgement]:
    levels = operation.order // s - operation.new_order // s
    yield REFUSAL
    if not one_level:
        yield RESULT.broken(f"refused ({warnings} warnings), but no split has to be refused")
    elif levels <= 1:
        yield REFUSAL.broken(f"refused a split of {levels} new levels, within the limit of one")
    if (error, requests, held, warnings) != (_NO_MEMORY, 0, 0, 1):
        yield REFUSAL.broken(
            f"expected -ENOMEM, 0 requests, an empty cursor and 1 warning; got the error word"
            f" {error:#x}, {requests} requests, {held} nodes and {warnings} warnings"
        )


def judge_try_split_words(
    operation: Operation, words: Sequence[int], s: int, allowance: Allowance
) -> Iterator[Judgement]:
    """Judge the three result words of a TRY_SPLIT whose precondition holds."""
    error, requests, left = words
    order, new_order = operation.order, operation.new_order
    need, lowest = nodes_needed(order, new_order, s), lowest_try(order, s)
    yield from (TRY_NO_LEFTOVER, TRY_REQUESTS)
    if left:
        yield TRY_NO_LEFTOVER.broken(f"expected an empty cursor, it holds {left} nodes")
    if new_order < lowest:
        yield TRY_REFUSES
        if error != _INVALID:
            yield TRY_REFUSES.broken(
                f"{order} to {new_order} is below {lowest}; expected -EINVAL, got {error:#x}"
            )
        if requests:
            yield TRY_REQUESTS.broken(f"expected no request in a refusal, counted {requests}")
        return
    yield TRY_ACCEPTS
    if error == _INVALID:
        yield TRY_ACCEPTS.broken(f"{order} to {new_order} needs {need} nodes; got -EINVAL")
        return
    # What is tried again makes one request more, by xas_nomem, and uses the node from there.
    retry = bool(int.__and__(operation.flags, Flag.RETRY))
    fails, again = allowance.granted is not None and allowance.granted < need, allowance.again
    if not allowance.known:
        again = not error
        fails = need == 1 and (requests == 2 if retry else error == _NO_MEMORY)
    expected = _NO_MEMORY if fails and not (retry and again) else 0
    need += retry and fails
    if fails or error:
        yield TRY_FAILURE
    if error != expected:
        yield TRY_FAILURE.broken(f"expected the result {expected:#x}, got {error:#x}")
    if requests != need:
        yield TRY_REQUESTS.broken(f"expected {need} requests, counted {requests}")


def judge_min_order(operation: Operation, words: Sequence[int], s: int) -> Iterator[Judgement]:
    """Judge the answer of TRY_SPLIT_MIN_ORDER."""
    yield TRY_MIN_ORDER
    expected = lowest_try(operation.order, s)
    if words[0] != expected:
        yield TRY_MIN_ORDER.broken(f"order {operation.order}: expected {expected}, got {words[0]}")
