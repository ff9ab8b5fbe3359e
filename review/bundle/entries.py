# SPDX-License-Identifier: GPL-2.0-or-later
"""What a manifest says, as far as it is checked: one type for each part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.case.origins import Placed
from proofs.report import Status
from review.bundle.folder import Artefact
from review.run.reviewed import Options
from specs.callers import Contract
from specs.claims import Decision, Evidence
from specs.strength import Strength


@dataclass(frozen=True, slots=True)
class Tested:
    """An implementation: ``files`` are the sha256 of its sources, by their path in the tree, and
    ``base`` those of what it was made from, None where that is not known."""

    name: str
    source: str
    version: str
    one_level: bool
    files: Mapping[str, str]
    base: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ClaimEntry:
    """The verdict on a claim of a source; ``strength`` is None unless it holds."""

    id: str
    source: str
    statement: str
    decision: Decision
    verdict: str
    strength: Strength | None
    rests_on: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingEntry:
    """A finding: what its smallest case does, and the files that show it.

    ``operation`` is the number of the operation that shows it, None when the whole case does.
    ``counterexample`` is None if its file could not be written.
    """

    id: int
    implementation: str
    property: str
    statement: str
    properties: tuple[str, ...]
    site: str
    contract: Contract
    origin: Placed | None
    deviations: tuple[str, ...]
    chunk_shift: int
    operations: tuple[str, ...]
    operation: int | None
    detail: str
    code: str
    reproducer_shift: int
    counterexample: str | None
    reproducer: str | None


@dataclass(frozen=True, slots=True)
class ObligationEntry:
    """An SMT-LIB file, what a solver must answer to it, and what each answered."""

    path: str
    theorem: str
    chunk_shift: int | None
    name: str
    control: bool
    premises: bool
    expected: str
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TheoremEntry:
    """The verdict on a theorem."""

    name: str
    status: Status
    obligations: int
    controls: int


@dataclass(frozen=True, slots=True)
class Theorems:
    """What the proofs came to."""

    proved: bool
    chunk_shifts: tuple[int, ...]
    solvers: tuple[str, ...]
    missing: tuple[str, ...]
    theorems: tuple[TheoremEntry, ...]


@dataclass(frozen=True, slots=True)
class CellEntry:
    """One reader against one writer, of one implementation on one memory."""

    implementation: str
    reader: str
    writer: str
    memory: str
    verdict: str


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """A schedule's file, and what it shows; ``path`` is None if it could not be written."""

    path: str | None
    implementation: str
    chunk_shift: int
    writer: str
    reader: str
    memory: str
    promise: str
    documented: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """A whole manifest, but for what is only told to people.

    ``deviations``: the known deviations outside the split, each with the implementation that has it
    before its name; ``never_met``: the implementations whose machines left something untested;
    ``tool`` is the version of xasplit that made it, ``created`` when; ``sha256`` is its own.
    """

    sha256: str
    complete: bool
    exit_status: int
    created: str
    tool: str
    options: Options
    tested: tuple[Tested, ...]
    claims: tuple[ClaimEntry, ...]
    evidence: tuple[Evidence, ...]
    one_level: tuple[Evidence, ...]
    findings: tuple[FindingEntry, ...]
    deviations: tuple[tuple[str, str], ...]
    theorems: Theorems | None
    obligations: tuple[ObligationEntry, ...]
    cells: tuple[CellEntry, ...]
    schedules: tuple[ScheduleEntry, ...]
    never_met: tuple[str, ...]
    does_not_compile: tuple[str, ...]
    artefacts: tuple[Artefact, ...]
