# SPDX-License-Identifier: GPL-2.0-or-later
"""What speaks for a line, and what that says of the lines that it depends on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.diagnosis.where.assembly import Site
from models.diagnosis.where.spectrum import Line
from models.diagnosis.where.text import Text
from models.diagnosis.where.trace import Change


@dataclass
class Features:
    """What speaks for a line."""

    ran: float = 0.0
    went: float = 0.0
    ran_inside: float = 0.0
    went_inside: float = 0.0
    last: float = 0.0
    beside: float = 0.0
    after: float = 0.0
    first: float = 0.0
    along: float = 0.0
    cut: float = 0.0
    named: float = 0.0
    feeds: float = 0.0
    callers: int = 1
    ended: float = 0.0
    flip: float = 0.0
    store: float = 0.0
    skip: float = 0.0
    fixes: list[tuple[Change, float, float]] = field(default_factory=list)


def slice_back(found: dict[Line, Features], text: Text, sites: Sequence[Site]) -> None:
    """Lines that feed or govern those that wrote what is wrong."""
    functions = {(site.file, site.line): site.function for site in sites}
    by_function: dict[str, list[Line]] = defaultdict(list)
    for line in sorted(found):
        by_function[functions.get(line, "")].append(line)
    fan_in = Counter(site.callee for site in sites if site.callee)
    for line, one in found.items():
        one.callers = max(1, fan_in[functions.get(line, "")])
    for name in ("first", "then"):
        for line, one in sorted(found.items()):
            weight = max(one.last, one.flip, one.store) if name == "first" else one.feeds / 2
            function = functions.get(line, "")
            if name == "first" and one.skip > weight:
                # Without the call it passes: what is called does too much, or too little.
                for called in text.called(line) & by_function.keys() - {function}:
                    for other in by_function[called]:
                        share = one.skip * 0.6 / fan_in[called] ** 0.5
                        found[other].feeds = max(found[other].feeds, share)
            if weight < 0.3:
                continue
            for other in text.feeding(line, by_function[function]):
                found[other].feeds = max(found[other].feeds, weight)
            for called in text.called(line) & by_function.keys() - {function}:
                for other in by_function[called]:
                    if "return" in text.of(other):
                        share = weight / fan_in[called] ** 0.25
                        found[other].feeds = max(found[other].feeds, share)


def by_statement(found: dict[Line, Features], text: Text) -> dict[Line, Features]:
    """What speaks for a statement is the most that speaks for one of its lines."""
    whole: dict[Line, Features] = {}
    for line, one in sorted(found.items()):
        begins = text.statement(line)
        known = whole.get(begins)
        if known is None:
            whole[begins] = one
            continue
        for name in vars(one):
            if name not in ("fixes", "callers"):
                setattr(known, name, max(getattr(known, name), getattr(one, name)))
        known.fixes += one.fixes
    return whole
