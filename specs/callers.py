# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel's own callers may ask for: the two classes of finding.

The documentation promises more than any caller relies on, such as an error for whatever is not
supported.  What breaks while callers keep to their contract is worse than what breaks only for
something that none of them asks for.

Facts: callers go down by ``xas_try_split_min_order`` (``__split_unmapped_folio``), and where a
split is limited to one new level, they keep orders below it (``MAX_XAS_ORDER``,
``MAX_PAGECACHE_ORDER``).  Those that dropped the lock since they allocated look again before they
split (``__filemap_add_folio``).  Every other operation is what it is for all callers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

from specs.contract import lowest_try
from xarray_model.operations import Code, Operation


class Contract(Enum):
    """What a finding breaks."""

    CALLERS = "callers' contract"
    """Something that the kernel's callers may ask for goes wrong."""
    DOCUMENTATION = "documentation only"
    """Only what is outside their contract does, though the documentation promises it."""


def within(operation: Operation, s: int, *, one_level: bool) -> bool:
    """Whether callers may ask for a split of these orders, of an implementation that splits one
    level at most or any; true for all that is no split.

    A TRY_SPLIT goes no lower than ``lowest_try``.  Any other split needs no second new level where
    the implementation refuses that.
    """
    order, new_order = operation.order, operation.new_order
    if operation.code is Code.TRY_SPLIT:
        return new_order >= lowest_try(order, s)
    if operation.code in (Code.SPLIT, Code.COUNT_ALLOC):
        return not one_level or order // s - new_order // s <= 1
    return True


def contract(operations: Iterable[Operation], s: int, *, one_level: bool) -> Contract:
    """The class of what the last of these operations shows: within the callers' contract if all of
    them are, and it is no split by a caller that did not look again.

    What only asked how many nodes a split takes left nothing behind: it counts as the last alone.
    """
    case = list(operations)
    case = [one for one in case[:-1] if one.code is not Code.COUNT_ALLOC] + case[-1:]
    inside = not beyond(case, s, one_level=one_level) and looked_again(case)
    return Contract.CALLERS if inside else Contract.DOCUMENTATION


def beyond(operations: Iterable[Operation], s: int, *, one_level: bool) -> frozenset[int]:
    """The numbers of the operations that no caller may ask for."""
    return frozenset(
        number
        for number, one in enumerate(asked(operations))
        if not within(one, s, one_level=one_level)
    )


def looked_again(operations: Iterable[Operation]) -> bool:
    """False if the last of these operations is a CURSOR_SPLIT_ALONE of another order or entry than
    the nodes on its cursor were allocated for: where anything has changed, callers free the nodes
    and allocate anew."""
    given: set[tuple[int, int]] = set()
    as_given = True
    for operation in operations:
        if operation.code is Code.CURSOR_SPLIT_ALLOC:
            given.add((operation.order, operation.entry))
        elif operation.code in (Code.CURSOR_DESTROY, Code.CURSOR_NOMEM, Code.CURSOR_SET):
            given.clear()
        alone = operation.code is Code.CURSOR_SPLIT_ALONE
        as_given = not alone or not given - {(operation.order, operation.entry)}
    return as_given


def asked(operations: Iterable[Operation]) -> Iterator[Operation]:
    """What a case asks for: a split through its cursor, or nodes for one, as the SPLIT of the
    orders that it comes to, any other operation as it is."""
    through = 0
    for operation in operations:
        if operation.code is Code.CURSOR_SET:
            through = operation.order
        if operation.code in (Code.CURSOR_SPLIT, Code.CURSOR_SPLIT_ALLOC):
            yield Operation(Code.SPLIT, order=operation.order, new_order=through)
        else:
            yield operation
