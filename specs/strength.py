# SPDX-License-Identifier: GPL-2.0-or-later
"""How strong a result is: five words, what each means, and the one function that decides.

``docs/strength.md`` tables which check earns which word.  A word is never chosen by whoever ran a
check: it follows from how much of what was run.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum


class Strength(IntEnum):
    """How far a result that holds reaches; a larger number says more."""

    ONCE = 1
    SAMPLED = 2
    COMPLETE = 3
    INPUTS = 4
    PROVED = 5


WORDS = {
    Strength.ONCE: "seen once",
    Strength.SAMPLED: "sampled",
    Strength.COMPLETE: "complete within the bounds named",
    Strength.INPUTS: "proved for every input at the sizes named",
    Strength.PROVED: "proved for all orders",
}
"""How reports say a strength."""

DEFINITIONS = {
    Strength.ONCE: "One case was run, and that one holds.  Nothing is said of any other.",
    Strength.SAMPLED: "Some of the cases that there are were run, so many of so many (or of"
    " endlessly many), and all of them hold.",
    Strength.COMPLETE: "Every case within the bounds that the evidence names was run, and all of"
    " them hold.",
    Strength.INPUTS: "A bounded model checker decided it of the compiled source for every input of"
    " the harnesses that the evidence names, undefined behaviour included: chunk shifts, levels and"
    " orders are fixed, everything else is any.  It says nothing of other sizes, and assumes what"
    " the heads of the harnesses say.",
    Strength.PROVED: "Independent solvers decided it for every order that a 64-bit index can have,"
    " at the chunk shifts that the evidence names.  What was proved is the model's own code or a"
    " formula written for the proof, and the verdict says which.",
}
"""What each word means; a test holds ``docs/strength.md`` to this."""


class Proved(Enum):
    """What a proof is about."""

    CODE = "the model's own code"
    FORMULA = "a formula written for the proof"
    SOURCE = "the compiled source"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of what was run.

    ``ran`` of the ``of`` cases of ``what`` were run to their end; ``of`` is None where there is no
    end to them.  ``what`` names the cases and their bounds.  ``proved`` says what a proof is about,
    and is None of everything that was run; its cases are theorems.
    """

    ran: int
    of: int | None
    what: str
    proved: Proved | None = None

    @property
    def strength(self) -> Strength | None:
        """What it comes to, see ``strength``."""
        return strength(self)

    def __str__(self) -> str:
        word = self.strength
        if word is None:
            return "nothing was run"
        words = WORDS[word]
        if word is Strength.SAMPLED:
            return f"{words}, {self.count} {self.what}"
        if word is Strength.PROVED and self.proved is not None:
            return f"{words}, of {self.proved.value}: {self.what}"
        many = f"all {self.ran:,} " if word is Strength.COMPLETE else ""
        return f"{words}: {many}{self.what}"

    @property
    def count(self) -> str:
        """How many of how many."""
        return f"{self.ran:,} of {'endlessly many' if self.of is None else f'{self.of:,}'}"


def strength(extent: Extent) -> Strength | None:
    """The one word for a result that holds, by what was run; None if nothing was."""
    if extent.ran < 1:
        return None
    if extent.proved is Proved.SOURCE:
        # One that was not decided is no case of which anything is known.
        return Strength.INPUTS if extent.ran == extent.of else None
    if extent.proved is not None:
        return Strength.PROVED
    if extent.ran == 1:
        return Strength.ONCE
    return Strength.COMPLETE if extent.ran == extent.of else Strength.SAMPLED


def nothing(what: str) -> Extent:
    """The extent of a check that was not run."""
    return Extent(0, None, what)
