# SPDX-License-Identifier: GPL-2.0-or-later
"""The first lines of a report: what was tested, the verdict, one line a finding, what was there
before, and what could not be decided.  They can be pasted as a reply to the series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.case.origins import Placed
from models.readers.explore import Found
from models.subject.implementation import Implementation, name_of
from review.report import claims, findings
from review.report.layout import WIDTH, wrap_words
from review.run import readers, search_result
from review.run.review_result import ReviewResult
from specs.claims import Decision
from specs.origin import Origin

MOST = 25
"""Lines at most."""
_SHORT = {Origin.NEW: "", Origin.WORSE: "worse, ", Origin.UNDECIDED: "?, "}


def lines(done: ReviewResult) -> list[str]:
    """At most ``MOST`` lines of at most 72 columns."""
    head = _head(done)
    rest = [*_before(done), *_claims(done), *_undecided(done)]
    found = [cut(line) for line in _findings(done)]
    room = MOST - len(head) - len(rest) - 2
    if len(found) > room:
        left = len(found) - room + 1
        found = [*found[: room - 1], f"  and {left} more, told below"]
    return _first_of([*head, "", *found, *([""] if found else []), *rest], MOST)


def cut(line: str) -> str:
    """A line that is not too long for a mail."""
    line = " ".join(line.split()) if not line.startswith(" ") else line
    return line if len(line) <= WIDTH else line[: WIDTH - 3].rstrip() + "..."


def _first_of(lines: list[str], most: int) -> list[str]:
    """At most so many lines; the last tells that there were more."""
    return lines if len(lines) <= most else [*lines[: most - 1], cut(f"{lines[most - 1]} ...")]


def _head(done: ReviewResult) -> list[str]:
    texts: list[str] = []
    for one in done.sources[:2]:
        texts += _source(one)
    if len(done.sources) > 2:
        texts.append(f"and {len(done.sources) - 2} more sources")
    return [*texts, *_first_of(wrap_words(verdict(done), "  ", ""), 3)]


def _source(one: Implementation) -> Iterator[str]:
    """What one source is: the series as it was posted, and what it was applied to."""
    yield cut(f"{one.name}")
    lineage = one.source.lineage
    if lineage is None:
        return
    for letter in lineage.letters[:1]:
        if letter.message_id:
            yield cut(f"  Message-ID: {letter.message_id}")
    patches = f"{lineage.patches} patch{'es' if lineage.patches != 1 else ''} " * bool(
        lineage.patches
    )
    date = next((letter.date for letter in lineage.letters if letter.date), "")
    yield cut(f"  {patches}on {name_of(lineage.base)}{f', {date}' if date else ''}")


def verdict(done: ReviewResult) -> str:
    """What a review came to, in a sentence or two."""
    text = "" if done.complete else "INCOMPLETE, ended early. "
    by_origin: dict[Origin | None, int] = {}
    for origin in done.search.origins:
        kind = None if origin is None else origin.origin
        by_origin[kind] = by_origin.get(kind, 0) + 1
    new = promises(done, counts=True)
    parts = []
    for kind, word in (
        (None, ""),
        (Origin.NEW, " new"),
        (Origin.WORSE, " made worse"),
        (Origin.UNDECIDED, " of an origin that cannot be told"),
    ):
        if count := by_origin.get(kind):
            parts.append(f"{count} finding{'s' if count > 1 else ''}{word}")
    if new:
        parts.append(f"{new} promise{'s' if new > 1 else ''} to readers broken")
    if done.search.broken:
        parts.append(f"{len(done.search.broken)} prefixes that do not compile")
    if parts:
        return f"{text}NOT RIGHT: {', '.join(parts)}."
    if done.failed:
        return f"{text}NOT RIGHT: no finding, but checks fail; see below."
    word = "Nothing new was found to fail" if done.based else "Nothing that was checked fails"
    return f"{text}{word}."


def races(done: ReviewResult) -> list[tuple[str, Found]]:
    """Promises to readers that are broken, with the implementation, none of them twice."""
    names = {one.name for one in done.sources}
    return [
        (name, one)
        for name, report in done.explored.items()
        if name in names
        for _, one in readers.smallest(report)
        if not one.documented
    ]


def promises(done: ReviewResult, *, counts: bool) -> int:
    """How many promises to readers are broken, by name: of those that count, or that do not.  One
    that several readers see broken, or beside several writers, is one."""
    return len({one.breach.promise for _, one in races(done) if one.counts is counts})


def _findings(done: ReviewResult) -> Iterator[str]:
    """A line for each finding that counts: with which patch, what breaks, and when."""
    several = len(done.sources) > 1
    for number, (one, origin) in enumerate(
        zip(done.search.diagnoses, done.search.origins, strict=True), 1
    ):
        if origin is None or origin.counts:
            name = f"{one.smallest.implementation}: " if several else ""
            yield f"{number}. {name}{_since(origin)}{findings.headline(one)}"
    shown: dict[tuple[str, str, str], list[Found]] = {}
    for name, race in races(done):
        if race.counts:
            shown.setdefault((name, _since(race.origin), race.breach.promise), []).append(race)
    for (name, since, promise), some in shown.items():
        asked = sorted({one.result.reader for one in some})
        writers = sorted({one.result.case.writer for one in some})
        where = f"{name}: " if several else ""
        yield f"R. {where}{since}{promise}: {_first(asked)} against {_first(writers)}"
    for line in done.search.broken:
        yield f"P. {line}"


def _first(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _since(origin: Placed | None) -> str:
    if origin is None:
        return ""
    steps = " or ".join(step.partition(" of ")[0] for step in origin.since)
    return f"{_SHORT[origin.origin]}{steps}: " if steps else _SHORT[origin.origin]


def _before(done: ReviewResult) -> list[str]:
    """What was there before, which does not count."""
    names = [
        one.smallest.property
        for one, origin in zip(done.search.diagnoses, done.search.origins, strict=True)
        if origin is not None and not origin.counts
    ]
    names += [one.known.deviation.name for one in done.search.known]
    if broken := promises(done, counts=False):
        names.append(f"{broken} promise{'s' if broken > 1 else ''} to readers")
    if not names:
        return []
    word = "There before" if done.based else "Known of released kernels"
    return _first_of(wrap_words(f"{word}: {', '.join(dict.fromkeys(names))}.", "  ", ""), 3)


def _claims(done: ReviewResult) -> list[str]:
    """Which claims hold, and what makes the others fail; of one source."""
    texts = []
    for one in done.sources[:1]:
        column = done.columns[one.name]
        within = " within one level" if one.one_level else ""
        holds = [each.claim.id for each in column if each.decision is Decision.HOLDS]
        failing: dict[str, list[str]] = {}
        for each in column:
            if each.decision is Decision.FAILS:
                failing.setdefault(claims.blamed(each, done), []).append(each.claim.id)
        fails = [f"{' '.join(ids)}{because}" for because, ids in failing.items()]
        if holds:
            texts.append(f"hold{within}: {' '.join(holds)}")
        if fails:
            texts.append(f"fail: {'; '.join(fails)}")
    return _first_of(wrap_words(f"Claims that {'; '.join(texts)}.", "  ", ""), 4) if texts else []


def _undecided(done: ReviewResult) -> list[str]:
    """What could not be decided, and why."""
    texts = []
    for one in done.sources[:1]:
        open_ones = [x for x in done.columns[one.name] if x.decision is Decision.UNDECIDED]
        texts += [f"{x.claim.id} (lacks {', '.join(x.missing[:2])})" for x in open_ones[:4]]
        if len(open_ones) > 4:
            texts.append(f"{len(open_ones) - 4} more claims")
    texts += search_result.not_run(done.search)[:2]
    names = [one.name for one in done.sources if one.name not in done.explored]
    if names:
        texts.append("readers, which were not explored")
    return _first_of(wrap_words(f"Not decided: {'; '.join(texts)}.", "  ", ""), 4) if texts else []
