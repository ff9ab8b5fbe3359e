# SPDX-License-Identifier: GPL-2.0-or-later
"""The claims table as text, in the 72 columns of a mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from review.report.layout import wrap_words
from review.run.review_result import ReviewResult
from specs.claims import OF_KERNELS, OTHER_CHECKS, Decision, Evidence, Outcome, Verdict


def source_lines(done: ReviewResult) -> Iterator[str]:
    """Verdict, statement and what it rests on, for each claim of each source."""
    for one in done.sources:
        if len(done.sources) > 1 or done.reference:
            yield from [*wrap_words(f"{one.name}:", "  ", ""), ""]
        yield from claim_lines(done.columns[one.name], done)
    yield from reference_lines(done)


def claim_lines(verdicts: Sequence[Verdict], done: ReviewResult | None = None) -> list[str]:
    """Verdict, statement and what it rests on, for each claim; of one that fails what makes it
    fail, by the numbers of findings if it is of ``done``."""
    lines = []
    for verdict in verdicts:
        because = "" if done is None else blamed(verdict, done)
        lines += wrap_words(f"{verdict.claim.id}  {verdict}{because}", "    ", "")
        lines += wrap_words(verdict.claim.statement, "    ")
        shown = list(verdict.rests_on)
        if verdict.decision is Decision.FAILS:
            shown = sorted(shown, key=lambda item: not item.counts)[:3]
        for number, text in enumerate(_rests_on(shown)):
            head = "and on: " if number else "rests on: "
            lines += wrap_words(head + text, "      ", "    ")
        lines += _missing(verdict.missing)
        lines.append("")
    return lines


def blamed(verdict: Verdict, done: ReviewResult) -> str:
    """What makes a claim fail, behind its verdict: ``, by findings 1 and 4``; "" if nothing does.

    What was there before is named only where there is nothing else.
    """
    failing = [item for item in verdict.rests_on if item.outcome is Outcome.FAILS]
    failing = [item for item in failing if item.counts] or failing
    numbers = sorted({number for item in failing for number in _numbers(item, done)})
    rest = [item.check for item in failing if not _numbers(item, done)]
    parts = []
    if numbers:
        word = "finding" if len(numbers) == 1 else "findings"
        parts.append(f"{word} {', '.join(map(str, numbers))}")
    parts += dict.fromkeys(rest)
    return f", by {' and '.join(parts)}" if parts else ""


def _numbers(item: Evidence, done: ReviewResult) -> list[int]:
    """The findings that make a check fail: those that break its property first, or else as a
    consequence."""
    kind, _, name = item.check.partition(":")
    broke = {name} if kind in ("sweep", "machine") else set(item.broke)
    mine = [
        (number, one.cause)
        for number, one in enumerate(done.search.diagnoses, 1)
        if one.smallest.implementation == item.target and one.smallest.before is (not item.counts)
    ]
    if name == "agreement":
        return [number for number, _ in mine]
    first = [number for number, cause in mine if broke.intersection(cause.properties)]
    return first or [number for number, cause in mine if broke & cause.later]


def _missing(names: Sequence[str]) -> list[str]:
    """Checks without a result; of those that are no property or theorem, what they are."""
    plain = [name for name in names if name not in OTHER_CHECKS]
    lines = wrap_words("missing: " + ", ".join(plain), "      ", "    ") if plain else []
    for name in names:
        if name in OTHER_CHECKS:
            text = f"missing: {name}, {OTHER_CHECKS[name]}"
            text += "; it takes a kernel" if name in OF_KERNELS else ""
            lines += wrap_words(text, "      ", "    ")
    return lines


def summary_lines(done: ReviewResult) -> Iterator[str]:
    """One line for each claim of each source, for those who read no further."""
    for source in done.sources:
        if len(done.sources) > 1:
            yield from wrap_words(f"{source.name}:", "    ", "  ")
        for one in done.columns[source.name]:
            yield from wrap_words(f"{one.claim.id}  {one}{blamed(one, done)}", "      ", "  ")
    yield from reference_lines(done)
    yield from elsewhere_lines(done)


def elsewhere_lines(done: ReviewResult) -> list[str]:
    """What was decided in other configurations, at small scope: a sentence for each."""
    lines = []
    for one in done.elsewhere:
        told = f"{one.name}: {one.source.configuration.sentence}, at small scope: "
        lines += ["", *wrap_words(f"{told}{_decided(done.columns[one.name])}.", "  ", "")]
    return lines


def _decided(column: Sequence[Verdict]) -> str:
    by_decision = {
        decision: [one.claim.id for one in column if one.decision is decision]
        for decision in Decision
    }
    return "; ".join(f"{word.value}: {' '.join(ids)}" for word, ids in by_decision.items() if ids)


def reference_lines(done: ReviewResult) -> list[str]:
    """The port where kernels are what the report is about: in a sentence."""
    column = done.columns.get(done.reference, [])
    if not column:
        return []
    return ["", *wrap_words(f"{done.reference}, the reference: {_decided(column)}.", "  ", "")]


def one_level_lines(done: ReviewResult) -> Iterator[str]:
    """What implementations do that split one level at most, within that limit."""
    for one in done.implementations:
        if not one.one_level:
            continue
        mine = [item for item in done.one_level_evidence if item.target == one.name]
        broken = [item.check for item in mine if item.outcome is Outcome.FAILS]
        held = sum(item.outcome is Outcome.HOLDS for item in mine)
        text = f"{one.name} splits one level at most. Within that limit {held} properties hold"
        text += f", {len(broken)} fail: {', '.join(broken)}." if broken else ", none fails."
        undecided = [item for item in mine if item.outcome is Outcome.UNDECIDED]
        if held:
            names = ", ".join(item.check for item in undecided)
            text += f" Undecided: {names}." if undecided else ""
        elif undecided:
            text += f" The other {len(undecided)} are undecided."
        yield from wrap_words(text, "    ", "")
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
