# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings: a property that broke, where, and the smallest case that shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from specs.property import Violation
from xarray_model.operations import Operation

AGREES = (
    "agrees-with-model",
    "model and implementation answer the same operations with the same bytes",
)
LOG_AGREES = (
    "index-independent-log",
    "callbacks and publications do not depend on where the index lies inside the entry",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One case in which ``implementation`` broke ``property``.

    ``operation`` is the number of the operation that shows it, None when the whole case does;
    ``expected`` and ``actual`` are result bytes (``models/driver/PROTOCOL.md``); ``actual`` is cut
    short when the code under test did not come to the end of the case.
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

    def size(self) -> tuple[int, int, int]:
        """What "smallest" means: chunk shift, highest order, number of operations."""
        highest = max(operation.order for operation in self.operations)
        return self.chunk_shift, highest, len(self.operations)


@dataclass
class Breach:
    """All findings of one implementation about one property: the smallest, and how many."""

    smallest: Finding
    cases: int = 0
    extent: set[tuple[int, int, int]] = field(default_factory=set)
    """(chunk shift, order, new order) of the splits that show it."""


class Findings:
    """Findings grouped by implementation and property."""

    def __init__(self) -> None:
        self.breaches: dict[tuple[str, str], Breach] = {}

    def __len__(self) -> int:
        return len(self.breaches)

    def add(self, finding: Finding, extent: tuple[int, int, int], cases: int = 1) -> None:
        """Count ``cases`` more that show the finding, at this (chunk shift, order, new order)."""
        self._merge(Breach(finding, cases, {extent}))

    def update(self, other: Findings) -> None:
        """Take over what another search found."""
        for breach in other.breaches.values():
            self._merge(breach)

    def _merge(self, new: Breach) -> None:
        key = (new.smallest.implementation, new.smallest.property)
        known = self.breaches.get(key)
        if known is None:
            self.breaches[key] = Breach(new.smallest, new.cases, set(new.extent))
            return
        known.cases += new.cases
        known.extent |= new.extent
        known.smallest = min(known.smallest, new.smallest, key=Finding.size)

    def sorted(self) -> list[Breach]:
        """What broke, by implementation and property name."""
        return [breach for _, breach in sorted(self.breaches.items(), key=lambda item: item[0])]


def of_violations(
    violations: Iterable[Violation],
    implementation: str,
    chunk_shift: int,
    operations: Iterable[Operation],
    expected: bytes,
    actual: bytes,
) -> list[Finding]:
    """The findings that a judge's violations make: one for each property."""
    case = tuple(operations)
    first: dict[str, Finding] = {}
    for broken in violations:
        finding = Finding(
            implementation,
            chunk_shift,
            broken.property,
            broken.statement,
            broken.detail,
            broken.operation,
            case,
            expected,
            actual,
        )
        first.setdefault(broken.property, finding)
    return list(first.values())
