# SPDX-License-Identifier: GPL-2.0-or-later
"""Which patch of a series, and which hunk of it, a line of the source comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from models.diagnosis.where.spectrum import Line
from models.kernel.source import Source

_CONTEXT = 3
"""Lines around what changes that belong to its hunk, as ``git diff`` has it."""
_AROUND = 50
"""Lines that are compared around what changes: what was brought in may begin as what follows it."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """A hunk of a patch: ``label`` says which, as in "patch 2 of 4"; ``header`` as in a diff."""

    label: str
    header: str


def blame(source: Source) -> dict[Line, Hunk]:
    """The lines that the steps from the base of a source brought or changed, and those next to what
    they took out, each with the hunk that did so last; none without a base."""
    found: dict[Line, Hunk] = {}
    if source.lineage is None:
        return found
    old = source.lineage.base
    for step in source.lineage.steps:
        new = step.source or source
        for name in new.sha256:
            if not name.endswith((".c", ".h")) or old.sha256.get(name) == new.sha256[name]:
                continue
            before = _lines(old, name) if name in old.sha256 else []
            found = _moved(found, name, before, _lines(new, name), step.label)
        old = new
    return found


def _lines(source: Source, name: str) -> list[str]:
    return (source.directory / name).read_text(errors="replace").splitlines()


def _moved(
    known: Mapping[Line, Hunk], name: str, before: list[str], after: list[str], label: str
) -> dict[Line, Hunk]:
    """What is known of the lines of a file once it has changed; other files stay as they are."""
    found = {line: hunk for line, hunk in known.items() if line[0] != name}
    # Most of a file stays as it is; comparing only what does not, and around it, is quicker.
    above = max(_alike(before, after) - _AROUND, 0)
    below = max(_alike(before[:above:-1], after[:above:-1]) - _AROUND, 0)
    matcher = SequenceMatcher(
        None,
        before[above : len(before) - below],
        after[above : len(after) - below],
        autojunk=False,
    )
    same = [(0, 0, above), (len(before) - below, len(after) - below, below)]
    same += [(above + start, above + at, size) for start, at, size in matcher.get_matching_blocks()]
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        first, last = group[0], group[-1]
        bounds = (above + place for place in (first[1], last[2], first[3], last[4]))
        hunk = Hunk(label, _header(*bounds))
        for tag, _, _, start, end in group:
            if tag != "equal":
                new = range(above + start + 1, above + end + 1)
                found.update(dict.fromkeys(((name, number) for number in new), hunk))
                if tag == "delete":
                    # What stands around what was taken out is what is left to look at.
                    found.setdefault((name, above + start), hunk)
                    found.setdefault((name, above + start + 1), hunk)
    for start, at, size in same:
        for offset in range(1, size + 1):
            old = known.get((name, start + offset))
            if old is not None:
                found.setdefault((name, at + offset), old)
    return found


def _alike(some: Sequence[str], others: Sequence[str]) -> int:
    """How many lines both begin with."""
    pairs = zip(some, others, strict=False)
    return next(
        (n for n, (one, other) in enumerate(pairs) if one != other), min(map(len, (some, others)))
    )


def _header(old_start: int, old_end: int, start: int, end: int) -> str:
    return f"@@ -{_range(old_start, old_end)} +{_range(start, end)} @@"


def _range(start: int, end: int) -> str:
    # A range without lines is named by the line before it.
    return f"{start + (end > start)},{end - start}"
