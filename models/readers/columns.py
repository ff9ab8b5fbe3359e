# SPDX-License-Identifier: GPL-2.0-or-later
"""One execution of a reader against a writer, as two columns of text."""

from __future__ import annotations

from collections.abc import Sequence

from models.readers.explorer import Event, Kind

_COLUMN = 34

_QUIET = (".shift", ".lock", ".count", ".nr_values", ".array", ".list", ".offset")
"""Loads that say nothing unless the field was written while the reader ran."""


def lines(events: Sequence[Event], reader: str) -> list[str]:
    """The execution in two columns of 72 characters at most.

    Stores to places that the reader never looks at are counted, not shown.  A load that sees an
    older store than the newest one that any load saw before it is marked "(old)".
    """
    looked_at = {event.place for event in events if event.kind is Kind.LOAD}
    out = [_row("writer", f"reader: {reader}"), _row("-" * _COLUMN, "-" * _COLUMN)]
    hidden = 0
    written: dict[str, int] = {}
    for event in events:
        if event.kind is Kind.STORE:
            written[event.place] = event.time
            if event.place not in looked_at:
                hidden += 1
                continue
        elif (
            event.kind is Kind.LOAD
            and event.place.endswith(_QUIET)
            and (event.place not in written)
        ):
            continue
        if hidden:
            out.append(_row(f"... {hidden} stores elsewhere", ""))
            hidden = 0
        if event.kind is Kind.STORE:
            sign = "<=" if event.release else "="
            out.append(_row(f"w{event.time} {event.place} {sign} {event.value}", ""))
        elif event.kind is Kind.START:
            out.append(_row("", "starts, and knows all so far" if event.time else "starts"))
        else:
            old = " (old)" if written.get(event.place, 0) > event.time else ""
            out.append(_row("", f"{event.place} -> {event.value}{old}"))
    return out


def _row(left: str, right: str) -> str:
    return f"{left[:_COLUMN]:{_COLUMN}} | {right[:_COLUMN]}".rstrip()


def split(line: str) -> tuple[str, str]:
    """What the writer and the reader do in one of the lines of an execution."""
    return line[:_COLUMN].rstrip(), line[_COLUMN + 3 :]
