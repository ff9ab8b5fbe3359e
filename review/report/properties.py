# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that is checked, by name, as the specs state it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from proofs import catalogue
from review.report.output import Part, shown
from specs.claims import CLAIMS, OTHER_CHECKS
from specs.readers import PROMISES
from specs.registry import REGISTERS


def answer() -> Iterator[Part]:
    """Name and statement of everything that is checked, as ``docs/properties.md`` has it."""
    yield shown(
        "# What is checked",
        "",
        "Made by `xasplit properties` from the specs; a test compares. Reports use these names.",
    )
    for title, register in REGISTERS.items():
        yield _section(f"Properties: {title}", _statements(register))
    yield _section("What readers without a lock may rely on", _statements(PROMISES))
    yield _section("Theorems", {one.name: one.statement for one in catalogue.THEOREMS})
    yield _section("Checks of other kinds", OTHER_CHECKS)
    yield shown("", "## Claims, and what decides each", "", "| claim | statement | rests on |")
    yield shown("|---|---|---|")
    for one in CLAIMS.values():
        rests = ", ".join(f"`{name}`" for name in (*one.checks, *one.proofs))
        yield shown(f"| {one.id} | {_cell(one.statement)} | {rests} |")


class _Stated(Protocol):
    """What a register has by name."""

    @property
    def statement(self) -> str:
        """What must hold, in words."""


def _statements(register: Mapping[str, _Stated]) -> dict[str, str]:
    return {name: one.statement for name, one in register.items()}


def _section(title: str, stated: Mapping[str, str]) -> Part:
    rows = [f"| `{name}` | {_cell(statement)} |" for name, statement in stated.items()]
    return Part(title, stated, ["", f"## {title}", "", "| name | statement |", "|---|---|", *rows])


def _cell(text: str) -> str:
    """A text that cannot end a cell of a table."""
    return text.replace("|", "\\|")
