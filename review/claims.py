# SPDX-License-Identifier: GPL-2.0-or-later
"""The claims table as text, in the 72 columns of a mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from review.findings import wrap_words
from review.reviewed import Reviewed
from specs.claims import OF_KERNELS, OTHER_CHECKS, Decision, Evidence, Outcome, Verdict


def claim_lines(verdicts: Sequence[Verdict]) -> list[str]:
    """Verdict, statement and what it rests on, for each claim."""
    lines = []
    for verdict in verdicts:
        lines += wrap_words(f"{verdict.claim.id}  {verdict}", "    ", "")
        lines += wrap_words(verdict.claim.statement, "    ")
        shown = verdict.rests_on
        if verdict.decision is Decision.FAILS:
            shown = shown[:3]
        for number, told in enumerate(_rests_on(shown)):
            head = "and on: " if number else "rests on: "
            lines += wrap_words(head + told, "      ", "    ")
        lines += _missing(verdict.missing)
        lines.append("")
    return lines


def _missing(names: Sequence[str]) -> list[str]:
    """Checks without a result; of those that are no property or theorem, what they are."""
    plain = [name for name in names if name not in OTHER_CHECKS]
    lines = wrap_words("missing: " + ", ".join(plain), "      ", "    ") if plain else []
    for name in names:
        if name in OTHER_CHECKS:
            told = f"missing: {name}, {OTHER_CHECKS[name]}"
            told += "; it takes a kernel" if name in OF_KERNELS else ""
            lines += wrap_words(told, "      ", "    ")
    return lines


def summary_lines(verdicts: Sequence[Verdict]) -> list[str]:
    """One line for each claim, for those who read no further."""
    return [
        line for one in verdicts for line in wrap_words(f"{one.claim.id}  {one}", "      ", "  ")
    ]


def one_level_lines(done: Reviewed) -> Iterator[str]:
    """What implementations do that split one level at most, within that limit."""
    for one in done.implementations:
        if not one.one_level:
            continue
        mine = [item for item in done.one_level_evidence if item.target == one.name]
        broken = [item.check for item in mine if item.outcome is Outcome.FAILS]
        held = sum(item.outcome is Outcome.HOLDS for item in mine)
        told = f"{one.name} splits one level at most. Within that limit {held} properties hold"
        told += f", {len(broken)} fail: {', '.join(broken)}." if broken else ", none fails."
        undecided = [item for item in mine if item.outcome is Outcome.UNDECIDED]
        if held:
            names = ", ".join(item.check for item in undecided)
            told += f" Undecided: {names}." if undecided else ""
        elif undecided:
            told += f" The other {len(undecided)} are undecided."
        yield from wrap_words(told, "    ", "")
        for item in mine:
            if item.check.startswith("rcu:"):
                said = f"Readers of a split under way: {item.outcome.value}; {item.detail}"
                yield from wrap_words(said, "    ", "  ")
        yield ""


def _rests_on(found: Sequence[Evidence]) -> Iterator[str]:
    """Checks with what they came to, a text for each target and extent; targets of which all is
    alike are told together."""
    groups: dict[tuple[str, str], dict[str, list[str]]] = {}
    for one in found:
        extent = str(one.extent) if one.outcome is Outcome.HOLDS else one.outcome.value
        groups.setdefault((one.target, extent), {}).setdefault(one.detail, []).append(one.check)
    alike: dict[tuple[str, str], list[str]] = {}
    for (target, extent), details in groups.items():
        checks = "; ".join(
            ", ".join(names) + (f" ({detail})" if detail else "")
            for detail, names in details.items()
        )
        alike.setdefault((extent, checks), []).append(target)
    for (extent, checks), targets in alike.items():
        yield f"{' and '.join(dict.fromkeys(targets))}, {extent}: {checks}"
