# SPDX-License-Identifier: GPL-2.0-or-later
"""``results.ktap``: the results as the kernel's tools for tests read them, KTAP version 1.

Each implementation is a test with subtests.  What is undecided is skipped, never passed; so is what
was there before a series: its readers take ``not ok`` for a failure whatever follows, and ``ok``
with XFAIL for a pass.
"""

from __future__ import annotations

from collections.abc import Iterator

from review.report.results import CheckResult, Suite, suites
from review.run.review_result import ReviewResult
from specs.claims import Outcome


def dumps(done: ReviewResult) -> str:
    """The file's text."""
    found = suites(done)
    lines = ["KTAP version 1", f"1..{len(found)}"]
    for number, suite in enumerate(found, 1):
        lines += [f"  {line}" for line in _subtests(suite)]
        undecided = suite.count(Outcome.UNDECIDED)
        text = f"{undecided} of {len(suite.results)} undecided" if undecided else ""
        lines.append(_result(number, CheckResult(suite.name, suite.outcome, text)))
    return "\n".join(lines) + "\n"


def _subtests(suite: Suite) -> Iterator[str]:
    yield "KTAP version 1"
    yield f"# Subtest: {_name(suite.name)}"
    yield f"1..{len(suite.results)}"
    for number, one in enumerate(suite.results, 1):
        if one.outcome is Outcome.FAILS:
            yield f"# {one.detail}"
        yield _result(number, one)


def _result(number: int, one: CheckResult) -> str:
    text = "not ok" if one.outcome is Outcome.FAILS else "ok"
    line = f"{text} {number} {_name(one.name)}"
    if one.outcome is Outcome.UNDECIDED:
        return f"{line} # SKIP {one.detail}".rstrip()
    if one.outcome is Outcome.HOLDS and one.detail:
        return f"{line} # {one.detail}"
    return line


def _name(text: str) -> str:
    """A name without the character that begins a directive."""
    return text.replace("#", "")
