# SPDX-License-Identifier: GPL-2.0-or-later
"""The report of a defect of a kernel, as a mail, and the patch that adds a test for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.case.notation import operation_text
from models.kernel.configuration import USUAL
from models.kernel.format_patch import IGNORED, Patch
from models.kernel.source import Source
from models.pictures import explanation
from models.subject.baseline import TEST
from review.report import locate, mail
from review.report.layout import wrap_words
from review.report.mail import indented, paragraph
from review.run.reporting import CaseDefect, Facts, ReaderDefect, Tried
from review.run.since import Since
from specs.callers import Contract
from specs.readers import PROMISES, Memory
from specs.strength import WORDS, Extent
from xarray_model.operations import Code

_FILES = ("lib/xarray.c", "include/linux/xarray.h")
_MEMORIES = {Memory.SEQUENTIAL: "sequentially consistent", Memory.WEAK: "weak"}
_NOT_CHECKED = "Which callers can meet it, and how bad it is for them, was not checked."


@dataclass(frozen=True, slots=True)
class Checked:
    """What checkpatch.pl said of the patch: None where it was not run, with the reason."""

    clean: bool | None
    lines: Sequence[str]


def subject(facts: Facts) -> str:
    """What it is about, in a line."""
    defect = facts.defect
    if isinstance(defect, ReaderDefect):
        one = defect.schedule
        return f"XArray: {one.reader} beside {one.case.writer} breaks {one.promise}"
    return f"XArray: {locate.function(defect.finding)}() breaks {defect.finding.property}"


def body(
    facts: Facts, since: Since, remark: str, patch: Patch | None, checked: Checked | None
) -> Iterator[str]:
    """The report's text; ``remark`` is what a person says of callers, "" where nobody did."""
    yield from paragraph(f"{_capital(_statement(facts))}.")
    yield from _case(facts)
    yield from _where(facts)
    yield from ["Who can meet it", ""]
    yield from remark.strip().splitlines() if remark.strip() else [_NOT_CHECKED]
    yield ""
    yield from ["A test", ""]
    yield from _test(facts.tried, facts.no_test, patch, checked)
    yield from wrap_words(str(since), "") if not since.commit else [str(since)]


def patch_message(facts: Facts, name: str) -> str:
    """The message of the commit that adds the test."""
    text = f"{_capital(_statement(facts))}.  It fails with {_named(facts.source)}."
    lines = [*paragraph(text)]
    return "\n".join([f"XArray: Add a test, {name}()", "", *lines])


def _statement(facts: Facts) -> str:
    """What is wrong, and why where that is known."""
    defect = facts.defect
    if isinstance(defect, ReaderDefect):
        one = defect.schedule
        promise = PROMISES[one.promise].statement
        return (
            f"a reader without a lock ({one.reader}) beside a writer ({one.case}) sees what it must"
            f" not, {one.promise} ({promise}): {one.text}"
        )
    if defect.known is not None:
        return f"{defect.known.statement}.  {_capital(defect.known.cause)}"
    finding = defect.finding
    return f"{finding.property} is broken: {finding.statement}.  What happens: {finding.detail}"


def _case(facts: Facts) -> Iterator[str]:
    defect = facts.defect
    if isinstance(defect, ReaderDefect):
        yield from paragraph(
            f"One execution, with XA_CHUNK_SHIFT {defect.schedule.chunk_shift}, on memory that is"
            f" {_MEMORIES[defect.schedule.memory]}; each line is a store or a load:"
        )
        yield from mail.picture(defect.schedule.shown)
        yield from indented([f"xasplit rcu --replay '{defect.schedule.command}'"])
        return
    finding = defect.finding
    s = finding.chunk_shift
    yield from paragraph(f"A case, with XA_CHUNK_SHIFT {s}, {1 << s} slots a node:")
    last = None if finding.operation is None else finding.operation + 1
    yield from indented(
        f"{number:2} {operation_text(one)}"
        for number, one in enumerate(finding.operations[:last])
        if one.code is not Code.SNAPSHOT
    )
    at = "" if last is None else f"Operation {last - 1}"
    if defect.known is not None:
        yield from paragraph(f"{at} breaks {finding.property}:" if at else "It breaks:")
        yield from indented([finding.detail])
    differences = explanation.differences(finding)
    if differences:
        yield from ["Expected and found:", "", *indented(differences[:8])]
    yield from mail.picture(explanation.drawing(finding))
    if finding.contract is Contract.DOCUMENTATION:
        yield from paragraph(
            "No caller in the kernel may ask for this: it breaks what the documentation promises."
        )


def _where(facts: Facts) -> Iterator[str]:
    strength = Extent(1, 1, "").strength
    assert strength is not None
    yield from paragraph(f"It was run on {_named(facts.source)}:")
    hashes = facts.source.sha256
    yield from indented(f"{name} SHA-256 {hashes[name][:24]}..." for name in _FILES)
    for name, shows, reason in facts.elsewhere:
        told = f"not known, {reason}" if shows is None else "the same" if shows else "not there"
        yield from paragraph(f"On {name}: {told}.")
    text = f"How far this goes: one case on each kernel named, {WORDS[strength]}."
    yield from paragraph(f"{text}  It says nothing of others.")


def _named(source: Source) -> str:
    return f"Linux {source.version} ({source.name})" if source.version else source.name


def _test(
    tried: Tried | None, reason: str, patch: Patch | None, checked: Checked | None
) -> Iterator[str]:
    if tried is None or patch is None or checked is None:
        yield from paragraph(f"There is none: {reason}.")
        return
    run = tried.whole
    many = sum(tried.own.values())
    text = (
        f"The patch {patch.name} adds {tried.test.function}() to {TEST}.  Run in user space by"
        f" xasplit baseline, XA_CHUNK_SHIFT {tried.chunk_shift}, {run.configuration.beside(USUAL)}"
    ).rstrip(" ,")
    yield from paragraph(f"{text}:")
    lines = []
    if run.run is not None:
        lines.append(f"{run.passed:,} of {run.run:,} checks of the whole file pass")
    lines.append(f"{many:,} fail in {tried.test.function}(): {', '.join(tried.own) or 'none'}")
    others = ", ".join(tried.others) or "none"
    lines.append(f"others that fail: {others}")
    if run.ended:
        lines.append(f"it was ended: {run.ended}")
    yield from indented(f"- {line}" for line in lines)
    if tried.fixed is not None:
        how = "all checks pass" if tried.fixed.holds else "IT DOES NOT PASS"
        yield from paragraph(
            f"With the fix that was given, {tried.fixed.name}: {how}, {tried.fixed.passed or 0:,}"
            f" of {tried.fixed.run or 0:,}."
        )
    only = f"with XA_CHUNK_SHIFT {tried.chunk_shift}; it is called at no other."
    yield from paragraph(
        "The function by itself passes with right code, an XArray of this tool's own, "
        + ("with XA_CHUNK_SHIFT 6 and 4." if tried.anywhere else only)
        + ("" if tried.fixed else "  No kernel with a fix was run.")
    )
    if checked.clean is None:
        yield from paragraph(f"checkpatch.pl was not run on it: {checked.lines[0]}.")
    else:
        verdict = "finds nothing" if checked.clean else f"says: {'; '.join(checked.lines)}"
        yield from paragraph(
            f"The tree's checkpatch.pl {verdict} ({IGNORED} apart, which it says of XA_BUG_ON)."
        )


def told(defect: CaseDefect | ReaderDefect) -> str:
    """The function that goes wrong, "" where that is not told."""
    return locate.function(defect.finding) if isinstance(defect, CaseDefect) else ""


def _capital(text: str) -> str:
    """The text as a sentence begins, unless it begins with a name of code."""
    named = re.match(r"\w+[-_/.(]", text)
    return text if named else text[:1].upper() + text[1:]
