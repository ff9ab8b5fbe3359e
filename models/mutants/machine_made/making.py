# SPDX-License-Identifier: GPL-2.0-or-later
"""Every change that is made of some functions of a source."""

from __future__ import annotations

from collections.abc import Sequence

from models.kernel.source import Source
from models.mutants.machine_made.change import Change
from models.mutants.machine_made.functions import of_source, reached
from models.mutants.machine_made.operators import by_operators
from models.mutants.machine_made.rules import by_rules


class NoFunction(Exception):
    """A function that was named is not in the source; the message is one line."""


def chosen(source: Source, names: Sequence[str], *, without: Sequence[str] = ()) -> list[str]:
    """These functions of a source and all that they call, without those that ``without`` are or
    call.  Raises NoFunction where none of the names is one."""
    known = of_source(source)
    left = set(reached(known, without))
    found = [name for name in reached(known, names) if name not in left]
    if not found:
        raise NoFunction(f"{source.name} has no function {' or '.join(names)}")
    return found


def changes(source: Source, names: Sequence[str]) -> list[Change]:
    """The changes of these functions, function by function and line by line; those that come to the
    same text once.  NoFunction where the source does not have one."""
    known = of_source(source)
    found: dict[str, Change] = {}
    for name in names:
        if name not in known:
            raise NoFunction(f"{source.name} has no function {name}")
        one = known[name]
        contents = (source.directory / one.file).read_bytes()
        body = contents.count(b"\n", 0, one.body[0]) + 1
        for change in (*by_rules(one, contents), *by_operators(one, contents)):
            # Another name or parameter is no mistake in what the function does.
            if change.line < body:
                continue
            found.setdefault(change.name.partition(".")[2], change)
    return list(found.values())
