# SPDX-License-Identifier: GPL-2.0-or-later
"""A finding: a property that broke, where, and the case that shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from specs.callers import Contract
from specs.origin import Origin
from xarray_model import geometry
from xarray_model.operations import Code, Operation, encode

AGREES = (
    "agrees-with-model",
    "model and implementation answer the same operations with the same bytes",
)
LOG_AGREES = (
    "index-independent-log",
    "callbacks and publications do not depend on where the index lies inside the entry",
)
SPLITTING = frozenset({Code.SPLIT, Code.TRY_SPLIT, Code.COUNT_ALLOC})
"""What splits, or asks for the nodes of a split, other than through the cursor."""
_SPLITS = frozenset(
    {
        Code.SPLIT,
        Code.COUNT_ALLOC,
        Code.CURSOR_SPLIT,
        Code.CURSOR_SPLIT_ALLOC,
        Code.CURSOR_SPLIT_ALONE,
    }
)


Kind: TypeAlias = tuple[str, Contract, tuple[str, ...]]
"""Implementation, class, and known deviations of the split, of a finding; the last with "there
before" if it was."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One case in which ``implementation`` broke ``property``.

    ``operation`` is the number of the operation that shows it, None when the whole case does;
    ``expected`` and ``actual`` are result bytes (``models/driver/PROTOCOL.md``); ``actual`` is cut
    short when the code under test did not come to the end of the case.  ``contract`` is its class;
    ``deviations`` are the known ones of the split that account for all of it; ``before``: the base
    of what is tested does the same (``models/case/before.py``).  ``beside``: where known deviations
    show in the same case, but this is none of them, what the model answers that has these.
    ``bits``: of an index where it was found.
    """

    implementation: str
    chunk_shift: int
    property: str
    statement: str
    detail: str
    operation: int | None
    operations: tuple[Operation, ...]
    expected: bytes
    actual: bytes
    contract: Contract = field(default=Contract.CALLERS, compare=False)
    deviations: tuple[str, ...] = field(default=(), compare=False)
    before: bool = field(default=False, compare=False)
    beside: bytes = field(default=b"", compare=False)
    bits: int = field(default=64, compare=False)

    def right(self) -> bytes:
        """What would have been answered without what was found, and nothing else mended."""
        return self.beside or self.expected

    def apart(self) -> tuple[str, ...]:
        """What is told by itself, though it shows in one case with something else: known deviations
        of the split, and what was there before."""
        return (*self.deviations, *self._there_before())

    def kind(self) -> Kind:
        """What tells findings about one property apart."""
        return self.implementation, self.contract, self.apart()

    def label(self) -> str:
        """The property, with class and deviations where there are any: what is kept apart."""
        documented = self.contract is Contract.DOCUMENTATION
        classed = (self.contract.value,) if documented else ()
        return ", ".join((self.property, *classed, *self.apart()))

    def _there_before(self) -> tuple[str, ...]:
        return (Origin.BEFORE.value,) if self.before else ()

    def size(self) -> tuple[int, int, int]:
        """What "smallest" means: chunk shift, highest order, number of operations."""
        highest = max(map(_order, self.operations))
        return self.chunk_shift, highest, len(self.operations)

    def rank(self) -> tuple[object, ...]:
        """Which of several stands for them: the first, and always the same one.  Within the
        callers' contract before what only the documentation promises, then by size."""
        documented = self.contract is Contract.DOCUMENTATION
        return documented, self.size(), encode(list(self.operations)), self.property


def _order(operation: Operation) -> int:
    """The order of an operation, or that of as many indices as it stores to."""
    if operation.code is not Code.STORE_RANGE:
        return operation.order
    return (operation.argument - operation.index + 1).bit_length() - 1


def last_operation(finding: Finding) -> int:
    """The number of the operation that shows a finding: the last, if the whole case does."""
    return len(finding.operations) - 1 if finding.operation is None else finding.operation


def site(finding: Finding) -> str:
    """What kind of operation shows a finding: which split, or the name of another operation."""
    if finding.operation is None:
        return "case"
    shown = finding.operations[finding.operation]
    if shown.code not in _SPLITS:
        return shown.code.name.lower()
    depth = geometry.split_depth(shown.order, shown.new_order, finding.chunk_shift)
    return SITES[min(depth, 2)]


SITES = ("horizontal split", "split by one level", "split by several levels")
"""The sites that are splits."""
