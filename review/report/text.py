# SPDX-License-Identifier: GPL-2.0-or-later
"""``report.txt``: the whole review as plain text of 72 columns, to be pasted in a reply."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from models.kernel.configuration import CHECKED
from models.kernel.source import Source
from models.subject.implementation import name_of
from proofs.report import Status, TheoremResult
from review.bundle import provenance
from review.report import c_proofs, claims, findings, numbers, proofs, summary
from review.report import readers as readers_report
from review.report.layout import wrap_words
from review.run import readers, scope, search_result
from review.run.review_result import ReviewResult
from specs.callers import Contract

_FILES = ("lib/xarray.c", "include/linux/xarray.h", "lib/xarray_split.c")
_SCHEDULES = 3
"""How many races are shown step by step; the others are in ``schedules/``."""


def report(done: ReviewResult) -> str:
    """The report's text."""
    return "\n".join(line.rstrip() for line in _lines(done)) + "\n"


def _lines(done: ReviewResult) -> Iterator[str]:
    yield from summary.lines(done)
    yield ""
    yield from _heading("Review of the XArray's entry split", "=")
    yield from wrap_words(result(done), "")
    yield ""
    yield from _heading("What was tested")
    yield from _tested(done)
    yield from _heading("Claims")
    yield from claims.summary_lines(done)
    yield ""
    usual = f"Decided of {CHECKED.sentence}; of other configurations only what names them."
    yield from [*wrap_words(usual, ""), ""]
    yield from _who_decides(done)
    yield from wrap_words(scope.bounds(done), "")
    yield ""
    yield from claims.source_lines(done)
    yield from claims.one_level_lines(done)
    yield from _heading("Findings")
    search = done.search
    causes = (search.diagnoses, search.result.tried, search.origins, search.wheres)
    found = [*search.broken, *findings.lines(*causes)]
    yield from found or ["None.", ""]
    for line in (*search.not_done, *search.unsaved):
        yield from [*wrap_words(line, ""), ""]
    yield from _known(done)
    yield from _heading("Readers without a lock")
    yield from _readers(done)
    yield from _heading("Numbers")
    yield from ["Not measured."] if done.numbers is None else numbers.lines(done.numbers)
    yield ""
    yield from _heading("Theorems")
    yield from _theorems(done)
    if done.options.thorough:
        yield from _heading("Proofs of C code")
        for each in done.c_proofs:
            for line in c_proofs.summary(each):
                yield from wrap_words(line, "      ", "  ")
        yield from [] if done.c_proofs else ["Not decided in this review."]
        yield ""
    yield from _heading("What was not checked")
    for one in scope.not_checked(done):
        yield from wrap_words(one, "  ", "- ")
    yield ""
    yield from _heading("How to rerun")
    yield from _rerun(done)


def _who_decides(done: ReviewResult) -> Iterator[str]:
    """Where some split one level at most: that claims are decided of them within that."""
    shallow = [one.name for one in done.sources if one.one_level]
    if shallow:
        text = f"{' and '.join(shallow)} refuses splits over more than one level of new nodes:"
        text += " what claims say of splits over any number of levels is decided within one."
        yield from wrap_words(text, "")
        yield ""


def _heading(text: str, line: str = "-") -> list[str]:
    return [text, line * len(text), ""]


def result(done: ReviewResult) -> str:
    """The result in a sentence or two."""
    text = "" if done.complete else "INCOMPLETE: the review was ended early. "
    names = " and ".join(one.name for one in done.implementations)
    if not done.failed:
        return f"{text}Nothing that was checked fails in {names}."
    text += " ".join(search_result.never_surviving(done.search))
    text += " " if text else ""
    return f"{text}Tested: {names}. Not everything holds: {'; '.join(_troubles(done))}."


def _troubles(done: ReviewResult) -> Iterator[str]:
    """What keeps the exit status from being 0, the findings first."""
    counted = done.search.counted
    found = len(counted)
    if found:
        text = "1 finding" if found == 1 else f"{found} findings"
        documented = sum(one.smallest.contract is Contract.DOCUMENTATION for one in counted)
        yield text + (f" ({documented} of the documentation only)" if documented else "")
    checks = done.failing
    if readers.CHECK in checks:
        yield "readers of a split under way see what they must not"
    rest = sorted(
        check for check in checks if not check.startswith(("sweep:", "machine:", readers.CHECK))
    )
    if rest:
        yield f"failed: {', '.join(rest)}"
    if done.search.broken:
        yield f"{len(done.search.broken)} prefixes of the series do not compile"
    if done.search.unmet:
        yield "the machines never met all that they are to test"
    if done.options.proofs and (done.proofs is None or not done.proofs.proved):
        missing = () if done.proofs is None else done.proofs.missing
        yield f"not proved: {', '.join(missing) or 'the theorems'}"


def _tested(done: ReviewResult) -> Iterator[str]:
    shown: set[object] = set()
    for one in done.implementations:
        level = "one level at most" if one.one_level else "any number of levels"
        yield from wrap_words(f"{one.name} ({one.source.name}), splits {level}", "    ", "  ")
        yield from _made_from(one.source)
        for name in _FILES:
            file = (name, one.source.sha256.get(name))
            if file[1] is not None and file not in shown:
                shown.add(file)
                yield f"    {name}, SHA-256"
                yield f"      {file[1]}"
    for named, found in provenance.commits(done.options).items():
        yield f"  {named}: commit {found}"
    for named, digest in provenance.mailboxes(done.options).items():
        yield f"  {named}, SHA-256"
        yield f"      {digest}"
    yield ""


def _made_from(source: Source) -> Iterator[str]:
    """The series, its patches, and what they were applied to."""
    lineage = source.lineage
    if lineage is None:
        return
    yield from wrap_words(
        f"made from {name_of(lineage.base)} ({lineage.base.name})", "      ", "    "
    )
    for letter in lineage.letters:
        if letter.message_id:
            yield from wrap_words(f"Message-ID: {letter.message_id}", "      ", "    ")
    for step in lineage.steps:
        if step.label:
            yield from wrap_words(f"{step.label}: {step.subject}", "      ", "    ")


def _known(done: ReviewResult) -> Iterator[str]:
    """Known deviations outside the split, which are no findings about it."""
    for known in done.search.known:
        yield from wrap_words(str(known), "    ", "")
        yield ""


def _readers(done: ReviewResult) -> Iterator[str]:
    if not done.explored:
        yield "Not run."
        yield ""
    for name, report in done.explored.items():
        yield from wrap_words(
            f"{name}: {report.executions:,} executions, {report.states:,} states;"
            f" {readers.collisions(report)}.",
            "    ",
            "",
        )
        for line in readers.not_explored(report):
            yield from wrap_words(f"NOT EXPLORED: {line}.", "    ", "  ")
        yield from readers_report.before_lines(report)
        found = readers.smallest(report)
        shown = [one for one in found if one[1].counts]
        for shift, one in shown[:_SCHEDULES]:
            yield ""
            yield from readers_report.schedule_lines(report, shift, one)
        if len(shown) > _SCHEDULES:
            yield f"  {len(shown) - _SCHEDULES} more in schedules/."
        documented = sorted({one.breach.promise for _, one in found if one.documented})
        if documented:
            line = f"Unreliable, as documented: {', '.join(documented)}; see schedules/."
            yield from wrap_words(line, "    ", "  ")
        yield ""


def _theorems(done: ReviewResult) -> Iterator[str]:
    report = done.proofs
    if report is None:
        yield "Not decided in this review."
        yield ""
        return
    yield from proofs.summary(report).splitlines()
    families: dict[str, list[TheoremResult]] = {}
    for one in report.theorems.values():
        families.setdefault(one.name.partition(".")[0], []).append(one)
    for name, results in families.items():
        held = sum(one.status is Status.PROVED for one in results)
        text = f"{name}  {held} of {len(results)} proved:"
        text += f" {', '.join(one.name.partition('.')[2] for one in results)}"
        yield from wrap_words(text, "      ", "  ")
        for one in results:
            if one.status is not Status.PROVED:
                yield from wrap_words(f"{one.name} {one.status}: {one.statement}", "      ", "    ")
    yield ""


def _rerun(done: ReviewResult) -> Iterator[str]:
    yield "  " + shlex.join(done.options.command)
    yield "  xasplit verify BUNDLE"
    yield "  xasplit replay BUNDLE/counterexamples/FILE.json"
