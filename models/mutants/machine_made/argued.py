# SPDX-License-Identifier: GPL-2.0-or-later
"""Mutants that survive for a reason: the committed list.

A line of ``survivors.txt`` has a mutant's name and the reason.  One that begins with ``GAP`` says
what our checks do not try: such a mutant is not equivalent.  A name depends on the text of its
function only: where the function changes at all, its mutants are others.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

GAP = "gap: "
LIST = Path(__file__).with_name("survivors.txt")


@cache
def reasons() -> dict[str, str]:
    """The reasons, by the names of the mutants."""
    lines = [line for line in LIST.read_text().splitlines() if line and not line.startswith("#")]
    found = {}
    for line in lines:
        name, _, reason = line.partition(" ")
        if not reason.strip() or name in found:
            raise ValueError(f"{LIST.name}: {line!r} has no reason, or is there twice")
        found[name] = reason.strip()
    return found
