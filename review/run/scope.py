# SPDX-License-Identifier: GPL-2.0-or-later
"""What a review did not check: told in every report, in the words of what was done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models.kernel.configuration import ALL, CHECKED
from models.sweep import between_cases, far_counts, range_cases
from review.run import readers, reused, search_result
from review.run.review_result import ReviewResult
from xarray_model.geometry import CHUNK_SHIFTS


def _listed(pairs: Callable[[int], Sequence[tuple[int, int]]]) -> str:
    """The pairs of orders that a family is run whole for, by chunk shift."""
    return " and ".join(
        f"{', '.join(f'{order} to {new}' for order, new in pairs(s))} at chunk shift {s}"
        for s in CHUNK_SHIFTS
        if pairs(s)
    )


def _within() -> str:
    ended, pairs = map(sum, zip(*map(far_counts.followed, CHUNK_SHIFTS), strict=True))
    return (
        "Complete within these bounds: splits and try_split walks at chunk shift 1 over five levels"
        " of nodes, 2 over three and 3 over two (walks from order 5 sampled). Beyond them samples"
        " were drawn. Complete as well: with nodes allocated before and other things done in"
        f" between, the splits {_listed(between_cases.pairs)}; and slots made for ranges, by the"
        f" orders of array and range, {_listed(range_cases.pairs)}. Allocation"
        " requests were counted for every pair of orders up to 63,"
        f" {ended:,} of {pairs:,} to the last one; of the others it is only known that"
        f" {far_counts.AT_LEAST:,} or more are made."
    )


_NOT_SWEPT = (
    "The sweep did not come to its end: no family is complete within any bounds but those that its"
    " table calls complete."
)
_ALWAYS = (
    "Machines of the kernel's own: everything ran in user space, on this machine's processor;"
    " memory reclaim, preemption and lockdep are not modelled.",
    "Two writers at once: the lock that writers hold is taken for granted.",
    "Readers on anything but the published memory orders of one writer: the exploration follows"
    " the kernel's memory model as docs/readers.md states it, not a certain processor.",
)


def bounds(done: ReviewResult) -> str:
    """Within which bounds a sweep is complete, and of which implementations it was not."""
    result = done.search.result
    cut = [name for name, one in sorted(result.tried.items()) if one.left_out.splits]
    lines = [_within() if done.search.swept else _NOT_SWEPT]
    if cut:
        lines.append(f"NOT of {', '.join(cut)}: cases like those that crash or hang were left out.")
    return " ".join([*lines, *reused.of_search(done.search)])


def not_checked(done: ReviewResult) -> list[str]:
    """A sentence for each thing that was left out or bounded, the most telling first."""
    lines = []
    if not done.complete:
        lines.append("The review was ended early: what is not told here was not run.")
    lines += search_result.not_run(done.search)
    if done.options.proofs and done.proofs is None:
        lines.append("The theorems: the review was ended before.")
    if not done.options.proofs:
        lines.append("The theorems: they were not asked for.")
    if done.proofs is not None:
        rest = [s for s in CHUNK_SHIFTS if s not in done.proofs.chunk_shifts]
        if rest:
            lines.append(
                f"The theorems at chunk shift {', '.join(map(str, rest))}: xasplit prove decides"
                " them."
            )
    tried = {one.source.configuration for one in done.elsewhere}
    others = [one.beside(CHECKED) for one in ALL if one != CHECKED and one not in tried]
    if others:
        lines.append(
            f"Configurations {', '.join(one.replace(',', ' and ') for one in others)}:"
            " xasplit review --configs all searches them."
        )
    if tried:
        lines.append(
            "In other configurations than the usual one: readers, the large split, measurements,"
            " and sweeps beyond a small scope."
        )
    lines += done.not_run
    names = [one.name for one in done.implementations if one.name not in done.explored]
    if names:
        lines.append(f"Readers of a split under way: not explored for {', '.join(names)}.")
    lines += [
        f"{name}, readers: {one}."
        for name, report in done.explored.items()
        for one in readers.not_explored(report)
    ]
    shifts = {shift for report in done.explored.values() for shift, _ in report.results}
    if shifts:
        at = ", ".join(map(str, sorted(shifts)))
        lines.append(
            f"Readers at chunk shifts other than {at}, and of writers other than splits: xasplit"
            " rcu explores more."
        )
    lines += _cells(done)
    for report in done.search.machines.values():
        if report.unmet:
            lines.append(
                f"{report.implementation}: in {report.total.examples:,} histories the machines"
                f" never met {len(report.unmet)} rules and branches that xasplit search meets."
            )
    if done.options.examples == 0:
        lines.append("Histories: no machine was run.")
    return [*lines, *_ALWAYS]


def _cells(done: ReviewResult) -> list[str]:
    """Where an exploration of readers had a bound."""
    lines = []
    for name, table in done.reader_cells.items():
        cut: dict[str, set[str]] = {}
        for one in table:
            if not one.complete:
                cut.setdefault(one.coverage, set()).add(f"{one.reader} against {one.writer}")
        for coverage, which in sorted(cut.items()):
            lines.append(f"{name}: all interleavings of {', '.join(sorted(which))}: {coverage}.")
    return lines
