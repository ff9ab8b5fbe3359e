# SPDX-License-Identifier: GPL-2.0-or-later
"""What a second review finds fixed, new, worse or unchanged, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import Path

from review.bundle.format import Manifest, Tested
from review.compare.difference import Difference, Direction, search_options
from review.compare.pairing import Pairing
from review.report.layout import counts, wrap_words
from review.report.output import Part, each

_LONGEST = 600
"""Characters of a text that are shown: whoever made the bundles chose them."""


def answer(
    places: tuple[Path, Path], manifests: tuple[Manifest, Manifest], found: Sequence[Difference]
) -> Iterator[Part]:
    """What became worse, better or unknown, and what stayed as it was."""
    yield each("bundles", map(_bundle, "AB", places, manifests))
    notes = [*_notes(manifests)]
    yield Part("notes", notes, [line for one in notes for line in _wrap(one, "   ", "")])
    record = attrgetter("kind", "name", "before", "after")
    names = ("way", "kind", "name", "before", "after")
    changes = [dict(zip(names, (one.way, *record(one)), strict=True)) for one in found]
    yield Part("changes", changes, ["", *_changes(found), ""])
    worse = any(one.way is Direction.WORSE for one in found)
    yield Part("regression", worse, ["A REGRESSION." if worse else "No regression."])


def _bundle(letter: str, place: Path, one: Manifest) -> Iterator[Part]:
    state = "a complete" if one.complete else "an INCOMPLETE"
    head = f"{letter}: {place}, {state} review, {one.run.created}"
    yield Part("path", str(place), _wrap(head, "   ", ""))
    yield from (Part("complete", one.complete), Part("created", one.run.created))


def _changes(found: Sequence[Difference]) -> Iterator[str]:
    for way in (Direction.WORSE, Direction.BETTER, Direction.UNKNOWN, Direction.SAME):
        mine = [change for change in found if change.way is way]
        title = "Unchanged" if way is Direction.SAME else way.value.capitalize()
        if mine or way is Direction.SAME:
            yield from _wrap(f"{title}: {counts(one.kind for one in mine)}.", "   ", "")
        for change in mine:
            if change.kind == "finding" or way is not Direction.SAME:
                yield from _wrap(_change(change), "      ", "    ")


def _change(one: Difference) -> str:
    if one.kind == "finding":
        return f"{one.name}: {one.after}"
    arrow = f"{one.before} -> {one.after}" if one.before else one.after
    return f"{one.kind} {one.name}: {arrow}"


def _notes(manifests: tuple[Manifest, Manifest]) -> Iterator[str]:
    """What to know before reading the comparison."""
    pairing = Pairing(manifests[0].tested, manifests[1].tested)
    for one, other in pairing.pairs:
        code = "the same code" if one.files == other.files else "other code"
        yield f"{_named(one)} and {_named(other)}: {code}"
    for letter, names in (("A", pairing.only_first), ("B", pairing.only_second)):
        if names:
            yield f"Only {letter} tested {', '.join(names)}."
    different = search_options(*manifests)
    if different:
        yield f"Asked for differently: {'; '.join(different)}."
    tools = (manifests[0].tool, manifests[1].tool)
    if tools[0] != tools[1]:
        yield f"Made by different versions of xasplit: {tools[0]}, then {tools[1]}."


def _named(one: Tested) -> str:
    return one.name if one.name == one.source else f"{one.name} ({one.source})"


def _wrap(text: str, indent: str, first: str) -> list[str]:
    return wrap_words(text[:_LONGEST], indent, first)
