# SPDX-License-Identifier: GPL-2.0-or-later
"""What rechecking a bundle came to, as text and as JSON."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from review.bundle.format import Manifest
from review.report.layout import counts, wrap_words
from review.report.output import Part, fields, shown
from review.verify import check_claims
from review.verify.account import Account, RecheckedItem, rechecked

_SHOWN = 40
"""Items of a list that are shown; --json has them all."""
_LONGEST = 600
"""Characters of one that are shown: whoever made the bundle chose them."""


def answer(place: Path, manifest: Manifest | None, account: Account, holds: bool) -> Iterator[Part]:
    """What is not confirmed and what could not be rechecked, then the conclusion; ``told`` is None
    where the manifest could not be read."""
    yield Part("bundle", str(place), [] if manifest is None else _head(place, manifest))
    yield Part("complete", None if manifest is None else manifest.complete)
    yield from fields(account, "interrupted", "confirmed")
    rejected, impossible = account.rejected, account.impossible
    yield Part("not_confirmed", rejected, _items("NOT CONFIRMED", rejected))
    title = "Could not be rechecked here"
    yield Part("not_rechecked", impossible, _items(title, impossible))
    rest = None if manifest is None else check_claims.rest_on_the_review(manifest)
    yield Part("rest_on_the_review", rest.total() if rest else 0)
    if rest and manifest is not None:
        command = shlex.join(manifest.options.command)
        yield shown(*wrap_words(f"The {_listed(rest)} again: {command}", "  ", ""))
    yield shown("", *wrap_words(conclusion(account, rest or Counter()), "  ", ""))
    yield Part("confirmed_all", holds, [] if holds else ["NOT CONFIRMED."])


def _head(place: Path, manifest: Manifest) -> list[str]:
    names = ", ".join(one.name for one in manifest.tested)
    state = "a complete" if manifest.complete else "an INCOMPLETE"
    head = f"{place}: {state} review of {names} by xasplit {manifest.tool}, {manifest.run.created}"
    return [*wrap_words(head[:_LONGEST], "  ", ""), ""]


def conclusion(account: Account, rest: Counter[str]) -> str:
    """What was rechecked, how, and what was not; ``rest``: so many results of each kind that only
    a new review would recheck."""
    left = (
        [f"{counts(one.kind for one in account.impossible)} told above"]
        if account.impossible
        else []
    )
    if rest:
        left.append(f"{rest.total():,} results of {_listed(rest)}, which rest on the review")
    if account.interrupted:
        left.append("what Ctrl-C cut short")
    text = f"Rechecked and confirmed: {rechecked(account.confirmed)}."
    return f"{text} Not rechecked: {' and '.join(left) or 'nothing'}."


def _listed(kinds: Counter[str]) -> str:
    return " and ".join(sorted(kinds, reverse=True))


def _items(title: str, items: Sequence[RecheckedItem]) -> Iterator[str]:
    if items:
        yield from wrap_words(f"{title}: {counts(one.kind for one in items)}.", "  ", "")
    for one in items[:_SHOWN]:
        line = f"{one.kind} {one.name}: {one.remark}"
        yield from wrap_words(line[:_LONGEST], "      ", "    ")
    if len(items) > _SHOWN:
        yield f"    and {len(items) - _SHOWN} more; --json has them"
