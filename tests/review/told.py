# SPDX-License-Identifier: GPL-2.0-or-later
"""Reviews of which pages are made, small but with something of everything."""

from __future__ import annotations

from functools import cache

from models.kernel.source import port_source
from models.measure.timing import Timed
from models.readers import explore
from proofs.report import Finding, Report, TheoremResult
from proofs.solvers import Answer, Verdict
from review.report import html
from review.run import numbers
from review.run.review_result import ReviewOptions, ReviewResult
from review.run.search_result import SearchResult
from tests.review import small

HOSTILE = "<script>alert(1)</script>&\"'\u202e\x00</style></title>"
TIMES = {"port": [Timed(6, 1, 5e-7), Timed(12, 65, 2e-5), Timed(18, 4161, 1.5e-3)]}


def theorems(seconds: float = 0.25) -> Report:
    """Three theorems: one proved, one refuted, one of which a solver ran out of time."""
    found = {}
    for name, answers in {
        "N1.proved": (Verdict.PROVED, Verdict.PROVED),
        "N1.refuted": (Verdict.PROVED, Verdict.REFUTED),
        "N1.late": (Verdict.PROVED, Verdict.TIMEOUT),
    }.items():
        goal = Finding(name, 6, "goal", "", ("z3", "cvc5"))
        control = Finding(name, 6, "control", "one thing broken", ("z3", "cvc5"))
        for solver, verdict in zip(("z3", "cvc5"), answers, strict=True):
            goal.answers[solver] = Answer(solver, verdict, seconds)
            control.answers[solver] = Answer(solver, Verdict.REFUTED, seconds)
        found[name] = TheoremResult(name, f"what {name} says", (6,), [goal, control], {6})
    return Report((6,), ("z3", "cvc5"), tuple(found), found)


@cache
def explored() -> explore.Report:
    """Readers of a split at chunk shift 2, who may learn too small an order, as documented."""
    return explore.explore(port_source(), (2,), writers=("split",))


@cache
def measured() -> numbers.Numbers:
    """The numbers of one port, and of one on which nothing could be measured."""
    found = numbers.measure(small.clean().implementations[:1])
    (one,) = found.measured
    nothing = numbers.Measured(
        "unlucky",
        dict.fromkeys(one.works, "it ended by SIGSEGV"),
        dict.fromkeys(one.instructions, "valgrind is not installed"),
        dict.fromkeys(one.stacks, "it ended by SIGSEGV"),
    )
    return numbers.Numbers(found.compiler, found.machine, found.rows, (one, nothing))


def full(search: SearchResult, seconds: float = 0.25) -> ReviewResult:
    """A review with all that a page can tell of."""
    done = ReviewResult(ReviewOptions(), search, complete=True, durations={"search": seconds})
    done.proofs = theorems(seconds)
    done.explored = {"port": explored()}
    done.numbers = measured()
    return done


@cache
def good_page() -> str:
    """The page of the port, which has no finding."""
    return html.page(full(small.clean()), TIMES)


@cache
def bad_page() -> str:
    """The page of a port with a defect, which passes for a kernel."""
    return html.page(full(small.broken()), {"Linux 6.18": TIMES["port"]})
