# SPDX-License-Identifier: GPL-2.0-or-later
"""Properties and violations: the form that every spec uses for what must hold and what did not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Violation:
    """One property that did not hold.

    ``property`` and ``statement`` are those of the ``Property``; ``detail`` says where, what was
    expected and what is there; ``operation`` is the number of the operation within its case (from
    0), None when a snapshot was judged by itself.
    """

    property: str
    statement: str
    detail: str
    operation: int | None = None

    def at(self, operation: int) -> Violation:
        """The same violation, tied to an operation of a case."""
        return Violation(self.property, self.statement, self.detail, operation)


@dataclass(frozen=True, slots=True)
class Property:
    """What must hold: a name that reports use and a statement of one line."""

    name: str
    statement: str

    def broken(self, detail: str) -> Violation:
        """A violation of this property."""
        return Violation(self.name, self.statement, detail)


Judgement: TypeAlias = Property | Violation
"""What a judge yields: a property whose premise holds, so that it is judged here, and a violation
where it does not hold.  A property that is never yielded was never judged, and nothing is known."""


def violations(judged: Iterable[Judgement]) -> list[Violation]:
    """What did not hold, of all that was judged."""
    return [one for one in judged if isinstance(one, Violation)]


class Register(dict[str, Property]):
    """The properties of one spec by name, in the order in which they were stated."""

    def state(self, name: str, statement: str) -> Property:
        """Add a property; ValueError when the name is taken."""
        if name in self:
            raise ValueError(f"property {name} is stated twice")
        self[name] = Property(name, statement)
        return self[name]
