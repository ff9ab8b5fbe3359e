# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit compare``: what a second review finds fixed, new, worse or unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from models.case.strict_json import FormatError
from review.bundle.entries import Manifest, Tested
from review.bundle.folder import MANIFEST
from review.bundle.read import Bundle
from review.commands.options import json_option
from review.compare.difference import Change, Way, changes, search_options
from review.compare.pairing import Pairing
from review.report.findings import wrap_words
from review.verify.account import Item, counts

_LONGEST = 600
"""Characters of a text that are shown: whoever made the bundles chose them."""


@click.command("compare", short_help="What a second review finds fixed, new or worse.")
@click.argument("first", metavar="A", type=click.Path(path_type=Path))
@click.argument("second", metavar="B", type=click.Path(path_type=Path))
@json_option
def command(first: Path, second: Path, as_json: bool) -> int:
    """Compare bundle B with bundle A: two versions of a series, or of a kernel.

    A finding of A that B has not is fixed only if B is complete and searched in the same way.  A
    regression is a finding that is new or breaks more, a claim that held and does not hold any
    more or is less certain, a theorem that is no longer proved, a reader that is newly broken.

    \b
    Examples:
      xasplit review --kernel ~/linux --rev v6.18 --mbox v1.mbox --out v1
      xasplit review --kernel ~/linux --rev v6.18 --mbox v2.mbox --out v2
      xasplit compare v1 v2
      xasplit compare v1 v2 --json

    Exit status: 0 nothing is worse, 1 something is, 2 a bundle cannot be read or was changed.
    """
    old, new = _read(first), _read(second)
    found = changes(old, new)
    worse = any(one.way is Way.WORSE for one in found)
    if as_json:
        click.echo(json.dumps(_as_json((first, second), (old, new), found), indent=2))
    else:
        click.echo("\n".join(_lines((first, second), (old, new), found)))
    return 1 if worse else 0


def _read(place: Path) -> Manifest:
    """The manifest of a bundle that is whole; click.ClickException for any other."""
    try:
        with Bundle(place) as one:
            for line in one.damage():
                if line:
                    raise click.ClickException(f"{place}: not as it was written: {line}")
            return one.manifest
    except FormatError as error:
        raise click.ClickException(f"{place}: {error}") from None
    except OSError as error:
        told = f"{place}: {error.strerror}; a bundle is a folder with a {MANIFEST}"
        raise click.ClickException(told) from None


def _lines(
    places: tuple[Path, Path], told: tuple[Manifest, Manifest], found: Sequence[Change]
) -> Iterator[str]:
    for letter, place, one in zip("AB", places, told, strict=True):
        state = "a complete" if one.complete else "an INCOMPLETE"
        yield from _wrap(f"{letter}: {place}, {state} review, {one.created}", "   ", "")
    for line in _notes(told):
        yield from _wrap(line, "   ", "")
    yield ""
    for way in (Way.WORSE, Way.BETTER, Way.UNKNOWN):
        mine = [change for change in found if change.way is way]
        if mine:
            yield f"{way.value.capitalize()}: {_counts(mine)}."
            for change in mine:
                yield from _wrap(_change(change), "      ", "    ")
    same = [change for change in found if change.way is Way.SAME]
    yield from _wrap(f"Unchanged: {_counts(same)}.", "   ", "")
    for change in same:
        if change.kind == "finding":
            yield from _wrap(_change(change), "      ", "    ")
    yield ""
    yield "A REGRESSION." if any(x.way is Way.WORSE for x in found) else "No regression."


def _change(one: Change) -> str:
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


def _counts(found: Sequence[Change]) -> str:
    return counts([Item(one.kind, one.name) for one in found])


def _wrap(text: str, indent: str, first: str) -> list[str]:
    return wrap_words(text[:_LONGEST], indent, first)


def _as_json(
    places: tuple[Path, Path], told: tuple[Manifest, Manifest], found: Sequence[Change]
) -> dict[str, object]:
    return {
        "regression": any(one.way is Way.WORSE for one in found),
        "bundles": [
            {"path": str(place), "complete": one.complete, "created": one.created}
            for place, one in zip(places, told, strict=True)
        ],
        "notes": list(_notes(told)),
        "changes": [
            {"way": one.way.value, "kind": one.kind, "name": one.name,
             "before": one.before, "after": one.after}
            for one in found
        ],
    }  # fmt: skip
