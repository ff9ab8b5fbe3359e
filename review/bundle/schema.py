# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a manifest as a stranger's: every field is checked, as ``docs/bundle.md`` has it."""

from __future__ import annotations

import re

from models.finding import SITES
from models.strict_json import Reader
from proofs.report import Status
from proofs.solvers import SOLVERS
from review.bundle import fields
from review.bundle.entries import (
    CellEntry,
    ClaimEntry,
    FindingEntry,
    Manifest,
    ObligationEntry,
    ScheduleEntry,
    Tested,
    TheoremEntry,
    Theorems,
)
from review.bundle.folder import MANIFEST, Artefact
from review.bundle.place import MOST_FILES, plain_path
from review.reviewed import Options
from specs.claims import Decision, Evidence, Outcome, Strength

KINDS = ("report", "results", "obligation", "counterexample", "reproducer", "schedule")
"""What an artefact can be."""
MOST_BYTES = 64 << 20
"""Size of the largest artefact."""
MOST_IN_ALL = 1 << 30
"""Bytes of all artefacts together."""
MOST_FOUND = 1_000
"""The most findings, and the most implementations."""
ANSWERS = ("sat", "unsat", "unknown", "timeout")
"""What a solver can have answered."""
_STRENGTHS = {one.name.lower(): one for one in Strength}


def manifest(file: Reader) -> Manifest:
    """The manifest in a JSON value of this format and version; FormatError when it is none."""
    (_, _, complete, status, run, tools, options, tested, claims, evidence, one_level, findings,
     theorems, obligations, coverage, machines, readers, numbers, schedules, broken, unchecked,
     artefacts, digest) = file.fields(
        "format", "version", "complete", "exit_status", "run", "tools", "options", "tested",
        "claims", "evidence", "one_level", "findings", "theorems", "obligations", "coverage",
        "machines", "readers", "numbers", "schedules", "does_not_compile", "not_checked",
        "artefacts", "sha256",
    )  # fmt: skip
    own_hash = digest.parsed(fields.sha256)
    fields.each(coverage, _coverage)
    fields.texts(unchecked)
    fields.plain(numbers, 0)
    names = fields.mapping(tools, Reader.text)
    if "xasplit" not in names:
        tools.fail("lacks the field 'xasplit'")
    return _agreeing(
        file,
        Manifest(
            own_hash,
            fields.flag(complete),
            status.number(1),
            _run(run),
            names["xasplit"],
            _options(options),
            fields.each(tested, _tested, MOST_FOUND),
            fields.each(claims, _claim),
            fields.each(evidence, _evidence),
            fields.each(one_level, _evidence),
            fields.each(findings, _finding, MOST_FOUND),
            theorems.optional(_theorems),
            fields.each(obligations, _obligation),
            tuple(cell for cells in fields.each(readers, _readers) for cell in cells),
            fields.each(schedules, _schedule),
            tuple(name for name, unmet in fields.each(machines, _machine) if unmet),
            fields.texts(broken),
            _artefacts(artefacts),
        ),
    )


def _agreeing(file: Reader, one: Manifest) -> Manifest:
    """The manifest, if each file is told of once, and each name is one of what was tested."""
    told = {
        "obligation": [entry.path for entry in one.obligations],
        "counterexample": [entry.counterexample for entry in one.findings],
        "reproducer": [entry.reproducer for entry in one.findings if entry.reproducer is not None],
        "schedule": [entry.path for entry in one.schedules if entry.path is not None],
    }
    for kind, paths in told.items():
        there = sorted(artefact.path for artefact in one.artefacts if artefact.kind == kind)
        if there != sorted(paths):
            file.fail(f"the artefacts of kind {kind} are not those that it tells of")
    names = [tested.name for tested in one.tested]
    if len(set(names)) != len(names):
        file.fail("two tested implementations have the same name")
    for name in (*(x.implementation for x in one.findings),
                 *(x.implementation for x in one.cells),
                 *(x.implementation for x in one.schedules)):  # fmt: skip
        if name not in names:
            file.fail(f"{name[:80]!r} is not among what was tested")
    return one


def _run(record: Reader) -> str:
    created, machine, seconds, solvers = record.fields(
        "created", "machine", "seconds", "solver_seconds"
    )
    system, arch, cores = machine.fields("system", "arch", "cores")
    system.text(), arch.text(), cores.optional(lambda one: one.number(fields.MOST))
    fields.mapping(seconds, fields.real)
    fields.mapping(solvers, fields.real)
    return created.text()


def _options(record: Reader) -> Options:
    (command, kernels, commits, rev, mailboxes, each, sanitize, seed, steps, examples, seconds,
     proofs) = record.fields(
        "command", "kernels", "commits", "rev", "mboxes", "each_patch", "sanitize", "seed",
        "steps", "examples", "time", "proofs",
    )  # fmt: skip
    fields.mapping(commits, Reader.text)
    one = Options(
        fields.texts(kernels),
        rev.optional(Reader.text),
        fields.each(mailboxes, _mailbox),
        fields.flag(each),
        fields.flag(sanitize),
        seed.number(fields.COUNT),
        steps.number(fields.COUNT),
        examples.optional(lambda count: count.number(fields.COUNT)) or 0,
        seconds.optional(fields.real),
        fields.flag(proofs),
    )
    if list(fields.texts(command)) != one.command:
        command.fail("is not the command of these options")
    return one


def _mailbox(record: Reader) -> str:
    path, digest = record.fields("path", "sha256")
    digest.parsed(fields.sha256)
    return path.text()


def _tested(record: Reader) -> Tested:
    name, source, version, one_level, files = record.fields(
        "name", "source", "version", "one_level", "files"
    )
    return Tested(
        name.text(),
        source.text(),
        version.text(),
        fields.flag(one_level),
        fields.mapping(files, lambda one: one.parsed(fields.sha256)),
    )


def _claim(record: Reader) -> ClaimEntry:
    name, statement, decision, verdict, strength, rests_on, missing = record.fields(
        "id", "statement", "decision", "verdict", "strength", "rests_on", "missing"
    )
    one = ClaimEntry(
        name.text(),
        statement.text(),
        fields.member(decision, {one.value: one for one in Decision}),
        verdict.text(),
        strength.optional(lambda value: fields.member(value, _STRENGTHS)),
        fields.texts(rests_on),
        fields.texts(missing),
    )
    if (one.strength is not None) is not (one.decision is Decision.HOLDS):
        strength.fail("must be given exactly when the claim holds")
    return one


def _evidence(record: Reader) -> Evidence:
    check, outcome, strength, target, detail = record.fields(
        "check", "outcome", "strength", "target", "detail"
    )
    return Evidence(
        check.text(),
        fields.member(outcome, {one.value: one for one in Outcome}),
        fields.member(strength, _STRENGTHS),
        target.text(),
        detail.text(),
    )


def _finding(record: Reader) -> FindingEntry:
    (number, implementation, name, statement, site, properties, consequences, cases, extent,
     traits, smallest, made, counterexample, file) = record.fields(
        "id", "implementation", "property", "statement", "site", "properties", "consequences",
        "cases", "extent", "traits", "smallest", "reproducer", "counterexample", "reproducer_file",
    )  # fmt: skip
    fields.texts(consequences)
    cases.number(fields.COUNT)
    fields.each(extent, _split)
    fields.each(traits, _trait)
    shift, operations, operation, detail, differences = smallest.fields(
        "chunk_shift", "operations", "operation", "detail", "differences"
    )
    fields.texts(differences)
    done = fields.texts(operations)
    code, reason, made_at, harness, failed = made.fields(
        "code", "reason", "chunk_shift", "harness", "failed"
    )
    reason.text(), harness.text(), failed.text()
    one = FindingEntry(
        number.number(fields.MOST, 1),
        implementation.text(),
        name.text(),
        statement.text(),
        fields.texts(properties),
        site.text(),
        fields.shift(shift),
        done,
        operation.optional(lambda place: place.number(len(done) - 1)),
        detail.text(),
        code.text(),
        fields.shift(made_at),
        counterexample.parsed(plain_path),
        file.optional(lambda path: path.parsed(plain_path)),
    )
    if bool(one.code) is not (one.reproducer is not None):
        file.fail("must be given exactly when there is a reproducer")
    if one.site not in SITES and not re.fullmatch("[a-z_]{1,40}", one.site):
        site.fail("is no place that a finding can be at")
    return one


def _split(record: Reader) -> None:
    shift, *numbers = record.fields("chunk_shift", "order", "new_order", "failed", "run")
    fields.shift(shift)
    for one in numbers:
        one.number(fields.COUNT)


def _trait(record: Reader) -> None:
    dimension, value, *numbers = record.fields("dimension", "value", "failed", "run", "left_out")
    dimension.text(), value.text()
    for one in numbers:
        one.number(fields.COUNT)


def _theorems(record: Reader) -> Theorems:
    proved, shifts, solvers, missing, theorems = record.fields(
        "proved", "chunk_shifts", "solvers", "missing", "theorems"
    )
    return Theorems(
        fields.flag(proved),
        fields.each(shifts, fields.shift),
        fields.each(solvers, fields.solver),
        fields.texts(missing),
        fields.each(theorems, _theorem),
    )


def _theorem(record: Reader) -> TheoremEntry:
    name, statement, status, obligations, controls, solvers = record.fields(
        "name", "statement", "status", "obligations", "controls", "solvers"
    )
    statement.text()
    statuses = {str(one): one for one in Status}
    fields.mapping(solvers, lambda one: fields.member(one, statuses))
    return TheoremEntry(
        name.parsed(plain_path),
        fields.member(status, statuses),
        obligations.number(fields.MOST),
        controls.number(fields.MOST),
    )


def _obligation(record: Reader) -> ObligationEntry:
    path, theorem, shift, name, control, premises, expected, answers = record.fields(
        "path", "theorem", "chunk_shift", "name", "control", "premises", "expected", "answers"
    )
    one = ObligationEntry(
        path.parsed(plain_path),
        theorem.text(),
        shift.optional(fields.shift),
        name.text(),
        fields.flag(control),
        fields.flag(premises),
        expected.text(),
        fields.mapping(
            answers, lambda answer: fields.member(answer, {name: name for name in ANSWERS})
        ),
    )
    at = "parametric" if one.chunk_shift is None else f"s{one.chunk_shift}"
    end = ".premises.smt2" if one.premises else ".smt2"
    if one.path != f"obligations/{one.theorem}/{at}/{one.name}{end}":
        path.fail("is not the path of this obligation")
    if one.expected != ("sat" if one.control or one.premises else "unsat"):
        expected.fail("must be sat of a control or premises, unsat otherwise")
    for solver in one.answers:
        if solver not in SOLVERS:
            answers.fail(f"unknown solver {solver[:40]!r}")
    return one


def _coverage(record: Reader) -> None:
    implementation, family, shift, sampled, covered, total = record.fields(
        "implementation", "family", "chunk_shift", "sampled", "covered", "total"
    )
    implementation.text(), family.text(), fields.shift(shift), fields.flag(sampled)
    # All cases of a sampled part can be more than any machine counts to.
    covered.number(fields.COUNT), total.number(1 << 128)


def _machine(record: Reader) -> tuple[str, bool]:
    """Its implementation, and whether the machine left something untested."""
    implementation, histories, steps, rules, branches, unmet, known = record.fields(
        "implementation", "histories", "steps", "rules", "branches", "never_met", "known_deviations"
    )
    histories.number(fields.COUNT), steps.number(fields.COUNT)
    for counts in (rules, branches):
        fields.mapping(counts, lambda one: one.number(fields.COUNT))
    for one in known.items(fields.MOST):
        *texts, times = one.fields("name", "property", "statement", "cause", "set_aside")
        times.number(fields.COUNT)
        for text in texts:
            text.text()
    for one in unmet.items(fields.MOST):
        shift, name = one.fields("chunk_shift", "name")
        fields.shift(shift), name.text()
    return implementation.text(), bool(unmet.value)


def _readers(record: Reader) -> tuple[CellEntry, ...]:
    name, executions, states, crashes, unsupported, table, findings = record.fields(
        "name", "executions", "states", "crashes", "unsupported", "table", "findings"
    )
    executions.number(fields.COUNT), states.number(fields.COUNT), unsupported.number(fields.COUNT)
    fields.texts(crashes)
    for one in findings.items(fields.MOST):
        shift, race, documented, start, *texts = one.fields(
            "chunk_shift", "race", "documented", "start",
            "case", "memory", "reader", "promise", "schedule", "text",
        )  # fmt: skip
        fields.shift(shift), fields.flag(race), fields.flag(documented), start.number(fields.COUNT)
        for text in texts:
            text.text()
    return fields.each(table, lambda one: _cell(name.text(), one))


def _cell(implementation: str, record: Reader) -> CellEntry:
    reader, writer, memory, verdict, executions, states, complete, bounds = record.fields(
        "reader", "writer", "memory", "verdict", "executions", "states", "complete", "bounds"
    )
    executions.number(fields.COUNT), states.number(fields.COUNT), fields.flag(complete)
    fields.each(bounds, lambda one: one.number(fields.COUNT))
    return CellEntry(
        implementation, reader.text(), writer.text(), fields.memory(memory), verdict.text()
    )


def _schedule(record: Reader) -> ScheduleEntry:
    path, reason, implementation, shift, writer, reader, memory, promise, documented = (
        record.fields(
            "path", "reason", "implementation", "chunk_shift", "writer", "reader", "memory",
            "promise", "documented",
        )
    )  # fmt: skip
    one = ScheduleEntry(
        path.optional(lambda there: there.parsed(plain_path)),
        implementation.text(),
        fields.shift(shift),
        writer.text(),
        reader.text(),
        fields.memory(memory),
        promise.text(),
        fields.flag(documented),
    )
    if (reason.optional(Reader.text) is None) is (one.path is None):
        reason.fail("must be given exactly when there is no file")
    return one


def _artefacts(record: Reader) -> tuple[Artefact, ...]:
    found = []
    for one in record.items(MOST_FILES):
        path, kind, size, digest = one.fields("path", "kind", "bytes", "sha256")
        made = Artefact(
            path.parsed(plain_path),
            fields.member(kind, {name: name for name in KINDS}),
            size.number(MOST_BYTES),
            digest.parsed(fields.sha256),
        )
        if made.path == MANIFEST:
            path.fail("the manifest is no artefact of its own")
        found.append(made)
    paths = [one.path for one in found]
    if paths != sorted(set(paths)):
        record.fail("must be sorted by path, and name no path twice")
    if sum(one.size for one in found) > MOST_IN_ALL:
        record.fail(f"are larger than {MOST_IN_ALL >> 20} MiB together")
    return tuple(found)
