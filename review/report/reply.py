# SPDX-License-Identifier: GPL-2.0-or-later
"""The answer to a series that was reviewed, as a reviewer writes it: remarks below quoted hunks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from models.case import counterexample
from models.case.finding import Finding
from models.case.strict_json import FormatError
from models.kernel.posted import Hunk, Posted, Posting
from models.pictures import explanation
from models.readers import schedule
from review.bundle.format import (
    BrokenPromise,
    FindingRecord,
    Manifest,
    OriginRecord,
    SuspectLine,
    Tested,
)
from review.report import mail
from review.report.findings import extent_text
from review.report.layout import wrap_words
from review.report.mail import indented, paragraph
from review.run.attempt import attempt
from specs.callers import Contract
from specs.origin import Origin
from specs.readers import PROMISES
from specs.strength import WORDS, Extent

Read = Callable[[str], bytes]
"""Reads a file of the bundle."""

_WHOLE = 16
"""Lines of a hunk that is quoted whole; of a longer one those around the line that is meant."""
_BEFORE, _AFTER = 9, 4
_PATCH = re.compile(r"patch (\d+) of \d+")


class NoSeries(Exception):
    """The bundle is of nothing that a mail could answer; the message is one line."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of one thing that is new: ``lines``, with the number of the patch (from 1) that
    it came with, 0 where that is not one patch, and the hunk and its line (from 0) that it is said
    of, None and 0 where that cannot be told.  ``finding``: its number in the bundle, or 0."""

    lines: tuple[str, ...]
    patch: int
    finding: int = 0
    hunk: Hunk | None = None
    at: int = 0


@dataclass
class Letter:
    """A mail to be written: what it answers, as which patch (0: the series), with what."""

    posted: Posted
    patch: int
    remarks: list[Remark] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The file that it is written to."""
        return f"reply-{self.patch:04}.eml"


def letters(manifest: Manifest, read: Read, posting: Posting) -> list[Letter]:
    """The mails that answer a series: one to each patch that something new came with, and one to
    the whole series with what did not come with one patch, or if there is nothing new.

    Raises NoSeries when no series was reviewed.
    """
    tested = of_series(manifest)
    found = list(_remarks(manifest, {one.name for one in tested}, read, posting))
    numbers = sorted({one.patch for one in found}) or [0]
    made = []
    for number in numbers:
        posted = posting.patches[number - 1] if number else posting.first
        chosen = [one for one in found if one.patch == number]
        order = {id(hunk): place for place, hunk in enumerate(posted.hunks)}
        chosen.sort(key=lambda one: (order.get(id(one.hunk), -1), one.at))
        made.append(Letter(posted, number, chosen))
    return made


def of_series(manifest: Manifest) -> list[Tested]:
    """What was tested that a series or branch made.  Raises NoSeries when there is none."""
    tested = [one for one in manifest.tested if one.base and (one.base.series or one.base.steps)]
    if not tested:
        raise NoSeries("the bundle is of no series: there is nothing to answer")
    return tested


def body(one: Letter, manifest: Manifest) -> Iterator[str]:
    """Its text."""
    if any(remark.hunk for remark in one.remarks):
        yield from mail.attribution(one.posted)
    last: tuple[int, int] | None = None
    for remark in one.remarks:
        if remark.hunk is not None and (id(remark.hunk), remark.at) != last:
            yield from mail.quoted(_excerpt(remark.hunk, remark.at))
            yield ""
            last = id(remark.hunk), remark.at
        yield from remark.lines
    yield from _nothing(manifest) if not one.remarks else ()
    yield from _reach(manifest)
    if one.remarks and not manifest.complete:
        yield from paragraph("The review was ended early: what is not told here was not run.")
    yield from () if one.remarks else _not_checked(manifest)
    yield from paragraph(
        f"Made by xasplit {manifest.tool}; this says nothing of what it did not run, and is no"
        " review of the rest of the series."
    )


def _remarks(manifest: Manifest, names: set[str], read: Read, posting: Posting) -> Iterator[Remark]:
    """All that is new, each once, however many kernels or prefixes show it."""
    said: dict[object, str] = {}
    for one in manifest.findings:
        origin = one.origin
        if origin is None or origin.origin is Origin.BEFORE or one.implementation not in names:
            continue
        key = (one.property, one.site, origin.since)
        # Another cause of the same kernel is another remark.
        if said.setdefault(key, one.implementation) != one.implementation:
            continue
        patch = _number(origin, posting)
        hunk, at = _place(one.where.lines, posting.patches[patch - 1]) if patch else (None, 0)
        lines = (*_told(one, origin, read, alone=bool(patch)),)
        yield Remark(lines, patch, one.id, hunk, at)
    for reader in manifest.readers:
        for promise in reader.findings if reader.name in names else ():
            origin = promise.origin
            if promise.documented or origin is None or origin.origin is Origin.BEFORE:
                continue
            key = (promise.promise, "", origin.since)
            if key not in said:
                said[key] = reader.name
                patch = _number(origin, posting)
                told = _promise(reader.name, promise, origin, manifest, read, alone=bool(patch))
                yield Remark((*told,), patch)
    for each in (*manifest.evidence, *manifest.one_level):
        counts = each.origin is not None and each.origin is not Origin.BEFORE
        # Of these there are findings and promises.
        found = each.check.startswith(("sweep:", "machine:", "rcu:"))
        if each.target in names and counts and not found:
            assert each.origin is not None
            text = f"{each.check} fails ({each.origin.value}): {each.detail}"
            yield Remark((*paragraph(text),), 0)
    for line in manifest.does_not_compile:
        yield Remark((*paragraph(f"It does not compile: {line}"),), 0)


def _number(origin: OriginRecord, posting: Posting) -> int:
    """The number of the one patch that something came with; 0 where it is not one."""
    if len(origin.since) != 1:
        return 0
    if found := _PATCH.fullmatch(origin.since[0]):
        number = int(found[1])
        return number if number <= len(posting.patches) else 0
    # A commit is the mail that has its subject.
    same = [n for n, one in enumerate(posting.patches, 1) if _bare(one.subject) == origin.subject]
    return same[0] if len(same) == 1 else 0


def _bare(subject: str) -> str:
    """A subject without its tags."""
    return re.sub(r"^(\s*\[[^]]*\])+\s*", "", subject)


def _place(suspects: Sequence[SuspectLine], patch: Posted) -> tuple[Hunk | None, int]:
    """The hunk of a patch that a finding is said of, and the line in it: one that brought a line to
    look at first, or is in the function of one; the only one there is; else none."""
    code = [one for one in patch.hunks if not one.file.startswith(("lib/test_", "tools/"))]
    for one in suspects:
        for hunk in code:
            if hunk.file == one.file and one.brought_by is not None:
                for at, line in enumerate(hunk.lines):
                    if line[:1] == "+" and line[1:] == one.text:
                        return hunk, at
    for one in suspects:
        name = re.escape(one.function)
        for hunk in code if name else ():
            if re.search(rf"\b{name}\s*\(", hunk.header):
                return hunk, _changed(hunk)
    return (code[0], _changed(code[0])) if len(code) == 1 else (None, 0)


def _changed(hunk: Hunk) -> int:
    """The last line of the first run of lines that a hunk changes."""
    changed = [at for at, line in enumerate(hunk.lines) if line[:1] in ("+", "-")] or [0]
    at = changed[0]
    while at + 1 in changed:
        at += 1
    return at


def _excerpt(hunk: Hunk, at: int) -> Iterator[str]:
    """The lines of a hunk that are quoted."""
    lines = hunk.lines
    first, last = max(0, at - _BEFORE), min(len(lines), at + _AFTER)
    if len(lines) <= _WHOLE:
        first, last = 0, len(lines)
    yield f"--- a/{hunk.file}"
    yield f"+++ b/{hunk.file}"
    yield hunk.header
    yield from ["[...]"] if first else []
    yield from lines[first:last]
    yield from ["[...]"] if last < len(lines) else []


def _told(one: FindingRecord, origin: OriginRecord, read: Read, *, alone: bool) -> Iterator[str]:
    """What is said of a finding."""
    shown = one.smallest
    made = f"{'This' if alone else 'The series'} breaks {one.property}"
    if origin.origin is Origin.WORSE:
        made = f"{'This' if alone else 'The series'} makes {one.property} worse, broken before"
    if origin.origin is Origin.UNDECIDED:
        yield from paragraph(f"Whether the series brought this {origin.placed}.")
        made = f"With the series {one.property} is broken"
    elif not alone:
        yield from paragraph(f"{_capital(str(origin.placed))}.")
    where = "" if shown.operation is None else f", in operation {shown.operation} below"
    yield from paragraph(f"{made}: {one.statement}. What happens{where}:")
    yield from indented([shown.detail])
    if one.contract is Contract.DOCUMENTATION:
        yield from paragraph(
            "No caller may ask for this: it breaks only what the documentation promises."
        )
    if one.consequences:
        yield from paragraph(f"In consequence: {', '.join(one.consequences)}.")
    many = f"{one.cases:,} cases" if one.cases != 1 else "1 case"
    splits = extent_text((each.chunk_shift, each.order, each.new_order) for each in one.extent)
    yield from paragraph(f"{many} of those run showed it{f'; splits {splits}' if splits else ''}.")
    yield from _case(one, read)
    yield from _suspect([x for x in one.where.lines if x.brought_by in (None, *origin.since)])
    yield from reproduced(one)


def _case(one: FindingRecord, read: Read) -> Iterator[str]:
    shown = one.smallest
    slots = 1 << shown.chunk_shift
    yield from paragraph(
        f"The smallest case, with XA_CHUNK_SHIFT {shown.chunk_shift}, {slots} slots a node:"
    )
    last = len(shown.operations) if shown.operation is None else shown.operation + 1
    told = enumerate(shown.operations[:last])
    yield from indented(f"{n:2} {text}" for n, text in told if text != "snapshot()")
    if shown.differences:
        yield from ["Expected and found:", "", *indented(shown.differences[:8])]
    finding = None if one.counterexample is None else _finding(read(one.counterexample))
    if finding is not None:
        yield from mail.picture(attempt(lambda: explanation.drawing(finding))[0] or [])


def _finding(content: bytes) -> Finding | None:
    try:
        return counterexample.loads(content).finding
    except FormatError:
        return None  # Whoever made the bundle: the rest of it stands for itself.


def _suspect(suspects: Sequence[SuspectLine]) -> Iterator[str]:
    for one in suspects[:1]:
        function = f" in {one.function}()" if one.function else ""
        why = "; ".join(one.why)
        yield from paragraph(
            f"Look first at line {one.line} of {one.file}{function}: {why} (a ranking of lines"
            " from cases that fail and cases that pass, no proof)."
        )


def reproduced(one: FindingRecord) -> Iterator[str]:
    """The reproducer, or why there is none."""
    made = one.reproducer
    if not made.code:
        yield from paragraph(f"There is no test code for it: {made.reason}.")
        return
    yield from paragraph(
        f"A function for {made.harness}, with XA_CHUNK_SHIFT {made.chunk_shift}. It was run: with"
        f" the series it fails ({made.failed}), and with an XArray that has not this defect, this"
        " tool's own, it passes."
    )
    yield from [*made.code.splitlines(), ""]


def _promise(
    name: str,
    one: BrokenPromise,
    origin: OriginRecord,
    manifest: Manifest,
    read: Read,
    *,
    alone: bool,
) -> Iterator[str]:
    """What is said of a promise to readers that is broken now."""
    begins = "With this" if alone else "With the series"
    if origin.origin is Origin.UNDECIDED:
        yield from paragraph(f"Whether the series brought this {origin.placed}.")
    elif not alone:
        yield from paragraph(f"{_capital(str(origin.placed))}.")
    stated = f": {PROMISES[one.promise].statement}" if one.promise in PROMISES else ""
    yield from paragraph(
        f"{begins} a reader without a lock ({one.reader}) beside a writer ({one.case}) can see what"
        f" it must not, {one.promise}{stated}.  What happens:"
    )
    yield from indented([one.text])
    command = f"{one.chunk_shift} {one.case} {one.memory.value} {one.reader} {one.start}"
    yield from indented([f"xasplit rcu --replay '{command} {one.schedule}'"])
    for each in manifest.schedules:
        same = each.implementation == name and each.promise == one.promise
        if same and each.path is not None and each.reader == one.reader:
            shown, _ = attempt(lambda path=each.path: schedule.loads(read(path)).shown)  # type: ignore[misc]
            yield from mail.picture(shown or ())
            return


def _nothing(manifest: Manifest) -> Iterator[str]:
    """That nothing new was found, and what was there before."""
    whole = "" if manifest.complete else " in what was run, which is not all of it"
    yield from paragraph(f"Nothing new was found{whole}.")
    names = {one.name for one in of_series(manifest)}
    there = [one for one in manifest.findings if one.implementation in names]
    known = sorted({name for one in there for name in one.deviations})
    known += sorted({one.name for one in manifest.known_deviations if one.implementation in names})
    before = [one for one in there if not one.deviations]
    parts = []
    if before:
        parts.append(", ".join(sorted({one.property for one in before})))
    if known:
        parts.append(f"known of released kernels: {', '.join(dict.fromkeys(known))}")
    if parts:
        yield from paragraph(f"There before the series, in the same way: {'; '.join(parts)}.")


def _reach(manifest: Manifest) -> Iterator[str]:
    """What was run, and how far that goes."""
    yield from paragraph("What was run, on the XArray's own files with the series, in user space:")
    tested = of_series(manifest)
    most = max(len(one.base.steps) for one in tested if one.base)
    for one in tested:
        # Not of what there is after some of the patches.
        if one.base is None or len(one.base.steps) < most:
            continue
        yield from indented([one.source])
        yield from indented(f"- {text}" for text in _ran(manifest, one.name))


def _not_checked(manifest: Manifest) -> Iterator[str]:
    """What was not checked of the series; of others it is of no interest here."""
    names = {one.name for one in of_series(manifest)}
    others = tuple(f"{one.name}: " for one in manifest.tested if one.name not in names)
    lines = [one for one in manifest.not_checked if not one.startswith(others)]
    yield from ["Not checked:", ""] if lines else []
    for line in lines:
        yield from wrap_words(line, "  ", "- ")
    yield ""


def _ran(manifest: Manifest, name: str) -> Iterator[str]:
    """How much of what was run of an implementation, a line for each kind."""
    for sampled, what in ((False, "cases of every kind to bounds"), (True, "larger cases")):
        parts = [
            one
            for one in manifest.coverage
            if one.implementation == name and one.sampled is sampled
        ]
        ran, total = (sum(getattr(one, key) for one in parts) for key in ("covered", "total"))
        if total:
            # What is sampled is never more than that, though all that was drawn was run.
            word = _word(ran, None if sampled else total)
            yield f"{what}: {ran:,} of {total:,}: {word}"
    for machine in manifest.machines:
        if machine.implementation == name:
            yield (
                f"histories of operations, drawn with seed {manifest.options.seed}:"
                f" {machine.histories:,}: sampled"
            )
    readers = [one for one in manifest.readers if one.name == name]
    for reader in readers:
        whole = sum(cell.complete for cell in reader.table)
        pairs = len(reader.table) + len(reader.not_explored)
        yield (
            f"readers without a lock beside writers, in small arrays: {reader.executions:,}"
            f" executions; {whole} of {pairs} pairs to their end: {_word(whole, pairs)}"
        )
    if not readers:
        yield "readers without a lock: not run"


def _word(ran: int, of: int | None) -> str:
    """How strong that is."""
    strength = Extent(ran, of, "").strength
    return "nothing was run" if strength is None else WORDS[strength]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
