# SPDX-License-Identifier: GPL-2.0-or-later
"""What a bundle's manifest says: a type for each part, with a field for each of the JSON's.

This is the one place that names them: manifests are written from these types, read into them, and
``docs/manifest.schema.json`` is made from them (``xasplit schema``).  ``docs/bundle.md`` says what
each field means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, field

from models.case.finding import SITES
from models.case.origins import Placed
from models.case.strict_json import Digest, Files, Record, Shift
from models.kernel.configuration import CHECKED, Configuration, parse_configuration
from proofs.report import Status
from proofs.solvers import SOLVERS
from review.run.review_result import ReviewOptions
from specs.callers import Contract
from specs.claims import Decision, Outcome
from specs.claims import Evidence as Found
from specs.origin import Origin
from specs.readers import Memory
from specs.strength import Extent, Proved, Strength

FORMAT: Literal["xasplit bundle"] = "xasplit bundle"
VERSION: Literal[7] = 7
MANIFEST = "manifest.json"

MOST_FILES = 20_000
"""The most files that a bundle may have."""
MOST_BYTES = 64 << 20
"""Size of the largest artefact."""
MOST_IN_ALL = 1 << 30
"""Bytes of all artefacts together."""
MOST_FOUND = 1_000
"""The most findings, and the most implementations."""

PATH = r"^(?!\.{1,2}(/|$))[A-Za-z0-9._+-]+(/(?!\.{1,2}(/|$))[A-Za-z0-9._+-]+){0,7}(?![\s\S])"
"""A path from the bundle's folder that stays in it."""
LONGEST_PATH = 250

Count: TypeAlias = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
Cases: TypeAlias = int
"""Cases that there are, which can be more than any machine counts to."""
BundlePath: TypeAlias = Annotated[
    str,
    Meta(
        pattern=PATH,
        max_length=LONGEST_PATH,
        extra={"is not": "a path of a bundle"},
    ),
]
Texts: TypeAlias = tuple[str, ...]
StrengthName: TypeAlias = Literal["once", "sampled", "complete", "inputs", "proved"]
SolverAnswer: TypeAlias = Literal["sat", "unsat", "unknown", "timeout"]
ArtefactKind: TypeAlias = Literal[
    "report", "results", "obligation", "counterexample", "reproducer", "schedule", "series"
]


class Host(Record):
    """Where a review was run."""

    system: str
    arch: str
    cores: Count | None


class RunRecord(Record):
    """When, where and how long: all that differs between two runs of the same review."""

    created: str
    machine: Host
    seconds: dict[str, float]
    solver_seconds: dict[str, float]
    kept: Texts


class Mailbox(Record):
    """A file with patches; ``file`` is its copy in the bundle."""

    path: str
    sha256: Digest
    file: BundlePath


class OptionsRecord(Record):
    """What the review was asked for."""

    command: Texts
    kernels: Texts
    commits: dict[str, str]
    rev: str | None
    mboxes: tuple[Mailbox, ...]
    each_patch: bool
    sanitize: bool
    seed: Count
    steps: Count
    examples: Count | None
    time: float | None
    proofs: bool
    thorough: bool
    base: str | None
    everything: bool = field(name="all")
    configurations: Texts

    def __post_init__(self) -> None:
        if list(self.command) != self.options.command:
            raise ValueError("command is not the command of these options")
        if self.examples is None and self.time is None:
            raise ValueError("neither examples nor time bound the search")

    @property
    def options(self) -> ReviewOptions:
        """The same as a review takes them."""
        return ReviewOptions(
            self.kernels, self.rev, tuple(one.path for one in self.mboxes), self.each_patch,
            self.sanitize, self.seed, self.steps, self.examples, self.time, self.proofs,
            self.base, self.everything, self.configurations, self.thorough,
        )  # fmt: skip


class LetterRecord(Record):
    """A patch as it was sent."""

    subject: str
    message_id: str
    date: str


class StepRecord(Record):
    """A patch or commit that changes code."""

    label: str
    subject: str


class BaseRecord(Record):
    """What an implementation was made from."""

    name: str
    source: str
    files: Files
    series: tuple[LetterRecord, ...]
    patches: Count
    steps: tuple[StepRecord, ...]


class Tested(Record):
    """An implementation; ``base`` is None where that is not known.  ``configuration``: what it is
    compiled for other than usual, such as bits=32, "" if nothing."""

    name: str
    source: str
    version: str
    configuration: str
    one_level: bool
    files: Files
    base: BaseRecord | None

    def __post_init__(self) -> None:
        self.configured  # noqa: B018  (ValueError if it is none)

    @property
    def configured(self) -> Configuration:
        """What it is compiled for."""
        if not self.configuration:
            return CHECKED
        return parse_configuration(self.configuration, CHECKED)


class ClaimRecord(Record):
    """The verdict on a claim of a source."""

    id: str
    source: str
    statement: str
    decision: Decision
    verdict: str
    strength: StrengthName | None
    rests_on: Texts
    missing: Texts

    def __post_init__(self) -> None:
        if (self.strength is not None) is not (self.decision is Decision.HOLDS):
            raise ValueError("strength must be given exactly when the claim holds")

    @property
    def reach(self) -> Strength | None:
        """Its strength, which has an order."""
        return None if self.strength is None else Strength[self.strength.upper()]


class EvidenceRecord(Record):
    """What a check found, and how much of what was run."""

    check: str
    outcome: Outcome
    strength: StrengthName | None
    ran: Count
    of: Cases | None
    what: str
    proved: Literal["code", "formula", "source"] | None
    target: str
    detail: str
    origin: Origin | None

    def __post_init__(self) -> None:
        strength = self._extent.strength
        if (None if strength is None else strength.name.lower()) != self.strength:
            raise ValueError("strength does not follow from what was run")
        if self.outcome is Outcome.HOLDS and strength is None:
            raise ValueError("outcome holds, though nothing was run")
        if self.origin is not None and self.outcome is not Outcome.FAILS:
            raise ValueError("origin is said of a failure only")

    @property
    def _extent(self) -> Extent:
        proved = None if self.proved is None else Proved[self.proved.upper()]
        return Extent(self.ran, self.of, self.what, proved)

    @property
    def found(self) -> Found:
        """The same as claims are decided by."""
        return Found(self.check, self.outcome, self._extent, self.target, self.detail, self.origin)


class OriginRecord(Record):
    """Where something that breaks comes from."""

    origin: Origin
    since: Texts
    subject: str
    reason: str

    @property
    def placed(self) -> Placed:
        """The same as it is found."""
        return Placed(self.origin, self.since, self.subject, self.reason)


class FailedSplit(Record):
    """How many of the cases of a split that were run fail."""

    chunk_shift: Shift
    order: Count
    new_order: Count
    failed: Count
    run: Count


class TraitRecord(Record):
    """How many of the cases that have one value of a dimension fail."""

    dimension: str
    value: str
    failed: Count
    run: Count
    left_out: Count


class SmallestCase(Record):
    """The smallest case of a finding; ``operation`` shows it, None when the whole case does."""

    chunk_shift: Shift
    operations: Texts
    operation: Count | None
    detail: str
    differences: Texts

    def __post_init__(self) -> None:
        if self.operation is not None and self.operation >= len(self.operations):
            raise ValueError("operation is none of the case")


class SuspectLine(Record):
    """A line of the tested source to look at, and what stands there."""

    file: str
    line: Count
    text: str
    function: str
    why: Texts
    brought_by: str | None
    hunk: str | None


class Suspects(Record):
    """Where to look first, or the reason why that is not told."""

    reason: str
    failing: Count
    passing: Count
    lines: tuple[SuspectLine, ...]


class ReproducerRecord(Record):
    """A reproducer in C, or the reason why there is none."""

    code: str
    reason: str
    chunk_shift: Shift
    harness: str
    failed: str


class CauseRecord(Record):
    """A cause: what it breaks, where it fails, its smallest case."""

    implementation: str
    property: str
    statement: str
    contract: Contract
    origin: OriginRecord | None
    deviations: Texts
    properties: Texts
    consequences: Texts
    cases: Count
    extent: tuple[FailedSplit, ...]
    traits: tuple[TraitRecord, ...]
    smallest: SmallestCase
    where: Suspects
    reproducer: ReproducerRecord


class FindingRecord(CauseRecord):
    """A cause as a finding of the bundle, with its files; None for one that there is not."""

    id: Annotated[int, Meta(ge=1, le=100_000)]
    site: str
    counterexample: BundlePath | None
    reproducer_file: BundlePath | None

    def __post_init__(self) -> None:
        if bool(self.reproducer.code) is not (self.reproducer_file is not None):
            raise ValueError("reproducer_file must be given exactly when there is a reproducer")
        if self.site not in SITES and not re.fullmatch("[a-z_]{1,40}", self.site):
            raise ValueError("site is no place that a finding can be at")


class TheoremRecord(Record):
    """The verdict on a theorem, and of each solver."""

    name: BundlePath
    statement: str
    status: Status
    obligations: Count
    controls: Count
    solvers: dict[str, Status]


class Theorems(Record):
    """What the proofs came to."""

    proved: bool
    chunk_shifts: tuple[Shift, ...]
    solvers: tuple[str, ...]
    missing: Texts
    theorems: tuple[TheoremRecord, ...]

    def __post_init__(self) -> None:
        _known_solvers(self.solvers)


class ObligationRecord(Record):
    """An SMT-LIB file, what a solver must answer to it, and what each answered."""

    path: BundlePath
    theorem: str
    chunk_shift: Shift | None
    name: str
    control: bool
    premises: bool
    expected: str
    answers: dict[str, SolverAnswer]

    def __post_init__(self) -> None:
        at = "parametric" if self.chunk_shift is None else f"s{self.chunk_shift}"
        end = ".premises.smt2" if self.premises else ".smt2"
        if self.path != f"obligations/{self.theorem}/{at}/{self.name}{end}":
            raise ValueError("path is not the path of this obligation")
        if self.expected != ("sat" if self.control or self.premises else "unsat"):
            raise ValueError("expected must be sat of a control or premises, unsat otherwise")
        _known_solvers(self.answers)


def _known_solvers(names: Mapping[str, object] | Texts) -> None:
    for name in names:
        if name not in SOLVERS:
            raise ValueError(f"unknown solver {name[:40]!r}")


class CoverageRecord(Record):
    """How much of a family of cases was run."""

    implementation: str
    family: str
    chunk_shift: Shift
    sampled: bool
    covered: Count
    total: Cases


class Judged(Record):
    """How often each property was judged with its premise true."""

    implementation: str
    by: Literal["sweep", "histories"]
    properties: dict[str, Count]


class KnownDeviation(Record):
    """A deviation of a released kernel outside the split, which is in no finding."""

    implementation: str
    name: str
    property: str
    statement: str
    cause: str
    cases: Count
    set_aside: Count


class NeverMet(Record):
    """A rule or branch that no history met."""

    chunk_shift: Shift
    name: str


class MachineRecord(Record):
    """The histories that were run of an implementation."""

    implementation: str
    histories: Count
    steps: Count
    rules: dict[str, Count]
    branches: dict[str, Count]
    never_met: tuple[NeverMet, ...]


class CellRecord(Record):
    """One reader against one writer, on one memory."""

    reader: str
    writer: str
    memory: Memory
    verdict: str
    executions: Count
    states: Count
    complete: bool
    bounds: tuple[Count, ...]


class BrokenPromise(Record):
    """A promise that a reader broke, with the schedule that shows it."""

    chunk_shift: Shift
    case: str
    memory: Memory
    reader: str
    race: bool
    promise: str
    documented: bool
    origin: OriginRecord | None
    start: Count
    schedule: str
    text: str


class ExploredReaders(Record):
    """What exploring the readers of an implementation came to."""

    name: str
    executions: Count
    states: Count
    collision_probability: float
    not_explored: Texts
    unsupported: Count
    table: tuple[CellRecord, ...]
    findings: tuple[BrokenPromise, ...]


class ScheduleRecord(Record):
    """A schedule's file, or the reason why there is none."""

    path: BundlePath | None
    reason: str | None
    implementation: str
    chunk_shift: Shift
    writer: str
    reader: str
    memory: Memory
    promise: str
    documented: bool

    def __post_init__(self) -> None:
        if (self.reason is None) is (self.path is None):
            raise ValueError("reason must be given exactly when there is no file")


class Artefact(Record):
    """A file of a bundle: its path from the folder, what it is, its size in bytes and its hash."""

    path: BundlePath
    kind: ArtefactKind
    size: Annotated[int, Meta(ge=0, le=MOST_BYTES)] = field(name="bytes")
    sha256: Digest

    def __post_init__(self) -> None:
        if self.path == MANIFEST:
            raise ValueError("the manifest is no artefact of its own")


class Manifest(Record, kw_only=True):
    """A whole manifest."""

    format: Literal["xasplit bundle"] = FORMAT
    version: Literal[7] = VERSION
    sha256: Digest
    complete: bool
    exit_status: Annotated[int, Meta(ge=0, le=2)]
    run: RunRecord
    tools: dict[str, str]
    options: OptionsRecord
    tested: Annotated[tuple[Tested, ...], Meta(max_length=MOST_FOUND)]
    claims: tuple[ClaimRecord, ...]
    evidence: tuple[EvidenceRecord, ...]
    one_level: tuple[EvidenceRecord, ...]
    findings: Annotated[tuple[FindingRecord, ...], Meta(max_length=MOST_FOUND)]
    theorems: Theorems | None
    obligations: tuple[ObligationRecord, ...]
    coverage: tuple[CoverageRecord, ...]
    judged: tuple[Judged, ...]
    known_deviations: tuple[KnownDeviation, ...]
    machines: tuple[MachineRecord, ...]
    readers: tuple[ExploredReaders, ...]
    numbers: dict[str, Any] | None
    schedules: tuple[ScheduleRecord, ...]
    does_not_compile: Texts
    not_checked: Texts
    artefacts: Annotated[tuple[Artefact, ...], Meta(max_length=MOST_FILES)]

    def check(self) -> None:
        """ValueError unless each file is told of once, and each name is one of what was tested."""
        if "xasplit" not in self.tools:
            raise ValueError("tools lacks the field 'xasplit'")
        self._check_artefacts()
        names = [one.name for one in self.tested]
        if len(set(names)) != len(names):
            raise ValueError("two tested implementations have the same name")
        based = {one.name: one.base is not None for one in self.tested}
        findings = [one.implementation for one in self.findings]
        schedules = [one.implementation for one in self.schedules]
        for name in (*findings, *schedules, *(one.name for one in self.readers)):
            if name not in based:
                raise ValueError(f"{name[:80]!r} is not among what was tested")
        if any((one.origin is not None) is not based[one.implementation] for one in self.findings):
            raise ValueError("a finding must have an origin exactly where a base was tested")
        if any(one.origin and not based.get(one.target) for one in self.all_evidence):
            raise ValueError("evidence has an origin where no base was tested")

    def _check_artefacts(self) -> None:
        paths = [one.path for one in self.artefacts]
        if paths != sorted(set(paths)):
            raise ValueError("artefacts must be sorted by path, and name no path twice")
        if sum(one.size for one in self.artefacts) > MOST_IN_ALL:
            raise ValueError(f"artefacts are larger than {MOST_IN_ALL >> 20} MiB together")
        record: dict[str, list[str | None]] = {
            "obligation": [one.path for one in self.obligations],
            "counterexample": [one.counterexample for one in self.findings],
            "reproducer": [one.reproducer_file for one in self.findings],
            "schedule": [one.path for one in self.schedules],
            "series": [one.file for one in self.options.mboxes],
        }
        for kind, named in record.items():
            there = sorted(one.path for one in self.artefacts if one.kind == kind)
            if there != sorted(path for path in named if path is not None):
                raise ValueError(f"the artefacts of kind {kind} are not those that it tells of")

        copies = {one.file: one.sha256 for one in self.options.mboxes}
        if any(copies.get(one.path, one.sha256) != one.sha256 for one in self.artefacts):
            raise ValueError("the copy of a mailbox is not the one that was applied")

    @property
    def tool(self) -> str:
        """The version of xasplit that made it."""
        return self.tools["xasplit"]

    @property
    def all_evidence(self) -> list[Found]:
        """The evidence, that of what splits one level at most too."""
        return [one.found for one in (*self.evidence, *self.one_level)]

    @property
    def cells(self) -> Iterator[tuple[str, CellRecord]]:
        """Each reader against each writer, with the implementation."""
        return ((one.name, cell) for one in self.readers for cell in one.table)

    @property
    def deviations(self) -> list[tuple[str, str]]:
        """The known deviations outside the split: which implementation has which."""
        return [(one.implementation, one.name) for one in self.known_deviations]

    @property
    def unmet(self) -> bool:
        """Whether a machine left something untested."""
        return any(one.never_met for one in self.machines)
