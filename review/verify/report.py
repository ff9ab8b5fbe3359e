# SPDX-License-Identifier: GPL-2.0-or-later
"""What rechecking a bundle came to, as text and as JSON."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from review.bundle.format import Manifest
from review.report.layout import counts, wrap_words
from review.verify import check_claims
from review.verify.account import Account, RecheckedItem, rechecked

_SHOWN = 40
"""Items of a list that are shown; --json has them all."""
_LONGEST = 600
"""Characters of one that are shown: whoever made the bundle chose them."""


def lines(place: Path, told: Manifest | None, account: Account, holds: bool) -> Iterator[str]:
    """What is not confirmed and what could not be rechecked, then the conclusion."""
    if told is not None:
        names = ", ".join(one.name for one in told.tested)
        state = "a complete" if told.complete else "an INCOMPLETE"
        head = f"{place}: {state} review of {names} by xasplit {told.tool}, {told.run.created}"
        yield from wrap_words(head[:_LONGEST], "  ", "")
        yield ""
    for title, items in (
        ("NOT CONFIRMED", account.rejected),
        ("Could not be rechecked here", account.impossible),
    ):
        if items:
            yield from wrap_words(f"{title}: {counts(one.kind for one in items)}.", "  ", "")
            yield from _items(items)
    rest = 0 if told is None else check_claims.rest_on_the_review(told)
    if rest and told is not None:
        command = shlex.join(told.options.command)
        yield from wrap_words(f"The searches and measurements again: {command}", "  ", "")
    yield ""
    yield from wrap_words(conclusion(account, rest), "  ", "")
    if not holds:
        yield "NOT CONFIRMED."


def conclusion(account: Account, rest: int) -> str:
    """What was rechecked, how, and what was not; ``rest`` results rest on the review alone."""
    left = (
        [f"{counts(one.kind for one in account.impossible)} told above"]
        if account.impossible
        else []
    )
    if rest:
        left.append(f"{rest:,} results of searches and measurements, which rest on the review")
    if account.interrupted:
        left.append("what Ctrl-C cut short")
    told = f"Rechecked and confirmed: {rechecked(account.confirmed)}."
    return f"{told} Not rechecked: {' and '.join(left) or 'nothing'}."


def _items(items: Sequence[RecheckedItem]) -> Iterator[str]:
    for one in items[:_SHOWN]:
        told = f"{one.kind} {one.name}: {one.remark}"
        yield from wrap_words(told[:_LONGEST], "      ", "    ")
    if len(items) > _SHOWN:
        yield f"    and {len(items) - _SHOWN} more; --json has them"


def as_json(place: Path, told: Manifest | None, account: Account, holds: bool) -> dict[str, object]:
    """The account as a JSON object."""
    return {
        "bundle": str(place),
        "confirmed_all": holds,
        "interrupted": account.interrupted,
        "complete": None if told is None else told.complete,
        "confirmed": [asdict(one) for one in account.confirmed],
        "not_confirmed": [asdict(one) for one in account.rejected],
        "not_rechecked": [asdict(one) for one in account.impossible],
        "rest_on_the_review": 0 if told is None else check_claims.rest_on_the_review(told),
    }
