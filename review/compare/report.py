# SPDX-License-Identifier: GPL-2.0-or-later
"""What a second review finds fixed, new, worse or unchanged, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from review.bundle.format import Manifest, Tested
from review.compare.difference import Difference, Direction, search_options
from review.compare.pairing import Pairing
from review.report.layout import counts, wrap_words

_LONGEST = 600
"""Characters of a text that are shown: whoever made the bundles chose them."""


def lines(
    places: tuple[Path, Path], told: tuple[Manifest, Manifest], found: Sequence[Difference]
) -> Iterator[str]:
    """What became worse, better or unknown, and what stayed as it was."""
    for letter, place, one in zip("AB", places, told, strict=True):
        state = "a complete" if one.complete else "an INCOMPLETE"
        yield from _wrap(f"{letter}: {place}, {state} review, {one.run.created}", "   ", "")
    for line in _notes(told):
        yield from _wrap(line, "   ", "")
    yield ""
    for way in (Direction.WORSE, Direction.BETTER, Direction.UNKNOWN):
        mine = [change for change in found if change.way is way]
        if mine:
            yield f"{way.value.capitalize()}: {counts(one.kind for one in mine)}."
            for change in mine:
                yield from _wrap(_change(change), "      ", "    ")
    same = [change for change in found if change.way is Direction.SAME]
    yield from _wrap(f"Unchanged: {counts(one.kind for one in same)}.", "   ", "")
    for change in same:
        if change.kind == "finding":
            yield from _wrap(_change(change), "      ", "    ")
    yield ""
    yield "A REGRESSION." if any(x.way is Direction.WORSE for x in found) else "No regression."


def _change(one: Difference) -> str:
    if one.kind == "finding":
        return f"{one.name}: {one.after}"
    arrow = f"{one.before} -> {one.after}" if one.before else one.after
    return f"{one.kind} {one.name}: {arrow}"


def _notes(told: tuple[Manifest, Manifest]) -> Iterator[str]:
    """What to know before reading the comparison."""
    pairing = Pairing(told[0].tested, told[1].tested)
    for one, other in pairing.pairs:
        code = "the same code" if one.files == other.files else "other code"
        yield f"{_named(one)} and {_named(other)}: {code}"
    for letter, names in (("A", pairing.only_first), ("B", pairing.only_second)):
        if names:
            yield f"Only {letter} tested {', '.join(names)}."
    different = search_options(*told)
    if different:
        yield f"Asked for differently: {'; '.join(different)}."
    tools = (told[0].tool, told[1].tool)
    if tools[0] != tools[1]:
        yield f"Made by different versions of xasplit: {tools[0]}, then {tools[1]}."


def _named(one: Tested) -> str:
    return one.name if one.name == one.source else f"{one.name} ({one.source})"


def _wrap(text: str, indent: str, first: str) -> list[str]:
    return wrap_words(text[:_LONGEST], indent, first)


def as_json(
    places: tuple[Path, Path], told: tuple[Manifest, Manifest], found: Sequence[Difference]
) -> dict[str, object]:
    """The comparison as a JSON object."""
    return {
        "regression": any(one.way is Direction.WORSE for one in found),
        "bundles": [
            {"path": str(place), "complete": one.complete, "created": one.run.created}
            for place, one in zip(places, told, strict=True)
        ],
        "notes": list(_notes(told)),
        "changes": [
            {"way": one.way.value, "kind": one.kind, "name": one.name,
             "before": one.before, "after": one.after}
            for one in found
        ],
    }  # fmt: skip
