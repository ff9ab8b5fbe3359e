# SPDX-License-Identifier: GPL-2.0-or-later
"""How many mutants of the checks themselves are killed, and by what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.mutants.machine_made.python_changes import PythonChange
from review.report.output import Column, Part, Table, table
from review.run.changed_checks import ChangedChecks


@dataclass(frozen=True, slots=True)
class _Module:
    name: str
    mutants: int
    killed: int


_MODULES: list[Column[_Module]] = [
    Column("name", "module"),
    Column("mutants", "mutants"),
    Column("killed", "killed"),
    Column("survived", "survived", lambda one: one.mutants - one.killed),
]


def answer(done: ChangedChecks) -> Iterator[Part]:
    """The table by module, and the survivors."""
    drawn = "all" if done.sample is None else f"{done.sample} drawn with seed {done.seed}"
    line = (
        f"mutants of the {done.named}, {drawn}: held against {done.wrong} cases of seeded defects"
        f" and {done.right} that are right"
    )
    yield Part("named", done.named, [line])
    yield Part("sample", {"drawn": done.sample, "seed": done.seed})
    yield Part("controls", {"wrong": done.wrong, "right": done.right})
    names = sorted({one.module for one, _ in done.fates})
    rows = [
        _Module(name, len(mine), sum(bool(told) for told in mine))
        for name in names
        if (mine := [told for one, told in done.fates if one.module == name])
    ]
    killed = sum(one.killed for one in rows)
    total = ("all", len(done.fates), killed, len(done.fates) - killed)
    yield table("modules", Table(rows, _MODULES, total))
    passing = sum("passes" in told for _, told in done.fates)
    share = f"{killed / len(done.fates):.1%}" if done.fates else "-"
    line = f"{killed} of {len(done.fates)} killed ({share}), {passing} since a wrong case passes"
    yield Part("killed", killed, [line])
    alive = done.survivors
    yield Part(
        "survivors", [_told(one) for one in alive], [f"survives: {one.name}" for one in alive]
    )
    yield Part("mutants", [{**_told(one), "killed_by": told} for one, told in done.fates])
    yield Part("not_run", done.left, [f"Not run: {one}" for one in done.left[:10]])


def _told(one: PythonChange) -> dict[str, object]:
    return {"module": one.module, "line": one.line, "rule": one.rule}
