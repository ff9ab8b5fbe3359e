# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a manifest as a stranger's: every field is checked, as ``docs/bundle.md`` has it."""

from __future__ import annotations

from models.case.strict_json import Reader
from review.bundle import fields, schema_proofs, schema_readers, schema_search
from review.bundle.entries import ClaimEntry, Manifest, Tested
from review.bundle.folder import MANIFEST, Artefact
from review.bundle.place import MOST_FILES, plain_path
from review.run.reviewed import Options
from specs.claims import Decision, Evidence, Outcome
from specs.origin import Origin
from specs.strength import Extent, Proved, Strength

KINDS = ("report", "results", "obligation", "counterexample", "reproducer", "schedule")
"""What an artefact can be."""
MOST_BYTES = 64 << 20
"""Size of the largest artefact."""
MOST_IN_ALL = 1 << 30
"""Bytes of all artefacts together."""
MOST_FOUND = 1_000
"""The most findings, and the most implementations."""
_STRENGTHS = {one.name.lower(): one for one in Strength}
_PROVED = {one.name.lower(): one for one in Proved}


def manifest(file: Reader) -> Manifest:
    """The manifest in a JSON value of this format and version; FormatError when it is none."""
    (_, _, complete, status, run, tools, options, tested, claims, evidence, one_level, findings,
     theorems, obligations, coverage, judged, known, machines, readers, numbers, schedules, broken,
     unchecked, artefacts, digest) = file.fields(
        "format", "version", "complete", "exit_status", "run", "tools", "options", "tested",
        "claims", "evidence", "one_level", "findings", "theorems", "obligations", "coverage",
        "judged",
        "known_deviations", "machines", "readers", "numbers", "schedules", "does_not_compile",
        "not_checked", "artefacts", "sha256",
    )  # fmt: skip
    own_hash = digest.parsed(fields.sha256)
    fields.each(coverage, schema_search.coverage)
    fields.each(judged, schema_search.judged)
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
            fields.each(findings, schema_search.finding, MOST_FOUND),
            fields.each(known, schema_search.known_deviation),
            theorems.optional(schema_proofs.theorems),
            fields.each(obligations, schema_proofs.obligation),
            tuple(cell for cells in fields.each(readers, schema_readers.readers) for cell in cells),
            fields.each(schedules, schema_readers.schedule),
            tuple(name for name, unmet in fields.each(machines, schema_search.machine) if unmet),
            fields.texts(broken),
            _artefacts(artefacts),
        ),
    )


def _agreeing(file: Reader, one: Manifest) -> Manifest:
    """The manifest, if each file is told of once, and each name is one of what was tested."""
    told = {
        "obligation": [entry.path for entry in one.obligations],
        "counterexample": [
            entry.counterexample for entry in one.findings if entry.counterexample is not None
        ],
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
    based = {tested.name: tested.base is not None for tested in one.tested}
    for name in (*(x.implementation for x in one.findings),
                 *(x.implementation for x in one.cells),
                 *(x.implementation for x in one.schedules)):  # fmt: skip
        if name not in names:
            file.fail(f"{name[:80]!r} is not among what was tested")
    if any((x.origin is not None) is not based[x.implementation] for x in one.findings):
        file.fail("a finding must have an origin exactly where a base was tested")
    if any(x.origin and not based.get(x.target) for x in (*one.evidence, *one.one_level)):
        file.fail("evidence has an origin where no base was tested")
    return one


def _run(record: Reader) -> str:
    created, machine, seconds, solvers, kept = record.fields(
        "created", "machine", "seconds", "solver_seconds", "kept"
    )
    system, arch, cores = machine.fields("system", "arch", "cores")
    system.text(), arch.text(), cores.optional(lambda one: one.number(fields.MOST))
    fields.mapping(seconds, fields.real)
    fields.mapping(solvers, fields.real)
    fields.texts(kept)
    return created.text()


def _options(record: Reader) -> Options:
    (command, kernels, commits, rev, mailboxes, each, sanitize, seed, steps, examples, seconds,
     proofs, base, everything) = record.fields(
        "command", "kernels", "commits", "rev", "mboxes", "each_patch", "sanitize", "seed",
        "steps", "examples", "time", "proofs", "base", "all",
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
        base.optional(Reader.text),
        fields.flag(everything),
    )
    if list(fields.texts(command)) != one.command:
        command.fail("is not the command of these options")
    return one


def _mailbox(record: Reader) -> str:
    path, digest = record.fields("path", "sha256")
    digest.parsed(fields.sha256)
    return path.text()


def _tested(record: Reader) -> Tested:
    name, source, version, one_level, files, base = record.fields(
        "name", "source", "version", "one_level", "files", "base"
    )
    return Tested(
        name.text(),
        source.text(),
        version.text(),
        fields.flag(one_level),
        _files(files),
        base.optional(_base),
    )


def _files(record: Reader) -> dict[str, str]:
    return fields.mapping(record, lambda one: one.parsed(fields.sha256))


def _base(record: Reader) -> dict[str, str]:
    """The files of what a source was made from; the rest is only told to people."""
    name, source, files, series, patches, steps = record.fields(
        "name", "source", "files", "series", "patches", "steps"
    )
    name.text(), source.text(), patches.number(fields.MOST)
    for one in series.items(fields.MOST):
        for text in one.fields("subject", "message_id", "date"):
            text.text()
    for one in steps.items(fields.MOST):
        for text in one.fields("label", "subject"):
            text.text()
    return _files(files)


def _claim(record: Reader) -> ClaimEntry:
    name, source, statement, decision, verdict, strength, rests_on, missing = record.fields(
        "id", "source", "statement", "decision", "verdict", "strength", "rests_on", "missing"
    )
    one = ClaimEntry(
        name.text(),
        source.text(),
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
    check, outcome, strength, ran, of, what, proved, target, detail, origin = record.fields(
        "check", "outcome", "strength", "ran", "of", "what", "proved", "target", "detail", "origin"
    )
    extent = Extent(
        ran.number(fields.COUNT),
        # All cases of a sampled part can be more than any machine counts to.
        of.optional(lambda count: count.number(1 << 128)),
        what.text(),
        proved.optional(lambda value: fields.member(value, _PROVED)),
    )
    if strength.optional(lambda value: fields.member(value, _STRENGTHS)) is not extent.strength:
        strength.fail("does not follow from what was run")
    told = fields.member(outcome, {one.value: one for one in Outcome})
    if told is Outcome.HOLDS and extent.strength is None:
        outcome.fail("holds, though nothing was run")
    place = origin.optional(lambda one: one.parsed(Origin))
    if place is not None and told is not Outcome.FAILS:
        origin.fail("is said of a failure only")
    return Evidence(check.text(), told, extent, target.text(), detail.text(), place)


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
