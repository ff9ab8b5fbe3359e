# SPDX-License-Identifier: GPL-2.0-or-later
"""What a check came to: for people, as b4 reads it, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from models.case.notation import operation_text
from models.case.origins import Placed
from models.diagnosis.where.rank import Where
from review.bundle.findings import cause
from review.report import b4, findings
from review.report.output import Part
from review.run.checking import Checked, Verdict
from review.run.diagnosis import Diagnosis
from specs.readers import PROMISES


def answer(done: Checked) -> Iterator[Part]:
    """All of it: a summary, what is new in full, what was there before in a line."""
    yield Part("verdict", done.verdict.value)
    yield Part("summary", summary(done), [summary(done), ""])
    yield Part("sources", list(done.sources))
    yield Part("does_not_compile", done.broken, done.broken)
    each = list(zip(done.diagnoses, done.origins, done.wheres, strict=True))
    yield Part(
        "findings",
        [cause(one, {}, origin, where) for one, origin, where in each],
        findings.lines(done.diagnoses, {}, done.origins, done.wheres),
    )
    yield Part("promises", done.promises, [f"Readers: {one} is broken" for one in done.promises])
    yield Part("before", sorted(done.before))
    yield Part("known", sorted(done.known), warnings(done))
    yield Part("not_run", done.not_run, [f"not run: {one}" for one in done.not_run])


def summary(done: Checked) -> str:
    """The verdict in a line."""
    if done.verdict is Verdict.UNDECIDED:
        return f"undecided: {(done.not_run or ['nothing was run'])[0]}"
    parts = [f"{one} does not compile" for one in done.broken[:1]]
    if new := len(done.diagnoses):
        parts.append(f"{new} finding{'s' if new > 1 else ''}: {_named(done)}")
    if done.promises:
        parts.append(f"promises to readers are broken: {', '.join(done.promises)}")
    if done.only and done.verdict is not Verdict.FAIL:
        ran = f"{done.cases:,} executions of readers" if done.only in PROMISES else _tried(done)
        return f"{done.only} holds in {ran}"
    if not parts:
        parts.append(f"nothing new breaks in {_tried(done)}")
    return "; ".join(parts)


def _tried(done: Checked) -> str:
    return f"{done.cases:,} cases and {done.histories:,} histories"


def _named(done: Checked) -> str:
    return "; ".join(findings.headline(one) for one in done.diagnoses)


def warnings(done: Checked) -> list[str]:
    """What does not count, in a line; none if there is nothing."""
    parts = []
    if done.before:
        parts.append(f"{', '.join(sorted(done.before))} broke before")
    if done.promises_before:
        count = len(done.promises_before)
        parts.append(f"{count} promise{'s' if count > 1 else ''} to readers broke before")
    if done.known:
        parts.append(f"known of released kernels: {', '.join(sorted(done.known))}")
    return ["; ".join(parts)] if parts else []


def b4_lines(done: Checked) -> Iterator[str]:
    """As ``b4 prep --check`` and ``b4 am`` read them: a line with ERROR: is a failure, any other a
    warning, and no line success."""
    for one in done.broken:
        yield f"ERROR: it does not compile: {one}"
    for diagnosis, origin, where in zip(done.diagnoses, done.origins, done.wheres, strict=True):
        yield f"ERROR: {_finding(diagnosis, origin, where)}"
    for promise in done.promises:
        yield f"ERROR: a promise to readers is broken: {promise}"
    if done.verdict is Verdict.UNDECIDED:
        yield f"not checked: {(done.not_run or ['nothing was run'])[0]}"
    yield from warnings(done)


def _finding(one: Diagnosis, origin: Placed | None, where: Where) -> str:
    """A finding in one line: what breaks, its smallest case, where to look."""
    text = findings.headline(one)
    case = "; ".join(operation_text(step) for step in one.smallest.operations)
    text += f" [{case}]"
    if origin is not None and origin.subject:
        text += f" {origin}"
    if where.suspects:
        text += f"; look at {findings.suspect_text(where.suspects[0])}"
    return " ".join(text.split())


def b4_json(done: Checked) -> str:
    """As b4's review commands read it: a list of one result."""
    status = {Verdict.UNDECIDED: "warn"}.get(done.verdict, done.verdict.value)
    details = [*b4_lines(done), *findings.lines(done.diagnoses, {}, done.origins, done.wheres)]
    return b4.result(status, summary(done), "\n".join(details))
