# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that is checked, by name, as the specs state it."""

from __future__ import annotations

from collections.abc import Iterator

from proofs import catalogue
from specs.claims import CLAIMS, OTHER_CHECKS
from specs.readers import PROMISES
from specs.registry import REGISTERS


def sections() -> dict[str, dict[str, str]]:
    """Name and statement of everything that is checked, under the title of its kind."""
    found = {
        f"Properties: {title}": {name: one.statement for name, one in register.items()}
        for title, register in REGISTERS.items()
    }
    found["What readers without a lock may rely on"] = {
        name: one.statement for name, one in PROMISES.items()
    }
    found["Theorems"] = {one.name: one.statement for one in catalogue.THEOREMS}
    found["Checks of other kinds"] = dict(OTHER_CHECKS)
    return found


def markdown() -> str:
    """The catalogue as ``docs/properties.md`` has it."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# What is checked"
    yield ""
    yield "Made by `xasplit properties` from the specs; a test compares. Reports use these names."
    for title, stated in sections().items():
        yield from ("", f"## {title}", "", "| name | statement |", "|---|---|")
        for name, statement in stated.items():
            yield f"| `{name}` | {_cell(statement)} |"
    yield from ("", "## Claims, and what decides each", "", "| claim | statement | rests on |")
    yield "|---|---|---|"
    for one in CLAIMS.values():
        rests = ", ".join(f"`{name}`" for name in (*one.checks, *one.proofs))
        yield f"| {one.id} | {_cell(one.statement)} | {rests} |"


def _cell(text: str) -> str:
    """A text that cannot end a cell of a table."""
    return text.replace("|", "\\|")
