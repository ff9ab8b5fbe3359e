# SPDX-License-Identifier: GPL-2.0-or-later
"""Which lines and branches of the port's split functions were run."""

from __future__ import annotations

from collections.abc import Iterator

from models.mutants.coverage import EXPLAINED, Coverage, Lines
from review.report.output import Column, Part, Table, shown


def _missed(row: tuple[str, Lines]) -> str:
    lines = row[1]
    branches = (f"{line}.{number}" for line, number in lines.missed_branches)
    return " ".join([*map(str, lines.missed_lines), *branches])


def _share(whole: int, missed: int) -> str:
    return f"{whole - missed}/{whole}"


_FUNCTIONS: list[Column[tuple[str, Lines]]] = [
    Column("function", "function", lambda row: row[0]),
    Column("lines", "lines", lambda row: len(row[1].lines),
           lambda row: _share(len(row[1].lines), len(row[1].missed_lines))),
    Column("missed_lines", "", lambda row: row[1].missed_lines),
    Column("branches", "branches", lambda row: len(row[1].branches),
           lambda row: _share(len(row[1].branches), len(row[1].missed_branches))),
    Column("missed_branches", "missed", lambda row: row[1].missed_branches, _missed),
]  # fmt: skip


def answer(name: str, done: Coverage) -> Iterator[Part]:
    """What was covered of a source, and what is not reached for which reason."""
    yield shown(name)
    yield Part("complete", done.complete)
    covered = Table([*done.functions.items()], _FUNCTIONS)
    yield Part("functions", {one.pop("function"): one for one in covered.records()}, [covered])
    explained = [
        {"function": function, "text": text, "reason": EXPLAINED[function, text]}
        for function, text in sorted(done.explained)
    ]
    lines = [
        line
        for one in explained
        for line in (f"  not reached in {one['function']}: {one['text']}", f"    {one['reason']}")
    ]
    yield Part("explained", explained, lines)
    broken = len(done.findings)
    line = f"  {broken} properties broke: run xasplit search"
    yield Part("findings", broken, [line] if broken else [])
