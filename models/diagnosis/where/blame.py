# SPDX-License-Identifier: GPL-2.0-or-later
"""Which patch of a series, and which hunk of it, a line of the source comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
            found = _moved(found, name, file_lines(old, name), file_lines(new, name), step.label)
        old = new
    return found


def file_lines(source: Source, name: str) -> list[str]:
    """The lines of a file of a source; none of one that it has not."""
    if name not in source.sha256:
        return []
    return (source.directory / name).read_text(errors="replace").splitlines()


def _moved(
    known: Mapping[Line, Hunk], name: str, before: list[str], after: list[str], label: str
) -> dict[Line, Hunk]:
    """What is known of the lines of a file once it has changed; other files stay as they are."""
    found = {line: hunk for line, hunk in known.items() if line[0] != name}
    above, below, matcher = _compared(before, after)
    same = [(0, 0, above), (len(before) - below, len(after) - below, below)]
    same += [(above + start, above + at, size) for start, at, size in matcher.get_matching_blocks()]
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        hunk = Hunk(label, _header(group, above))
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


def hunks(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """What two versions of a file differ in, as hunks with the headers that ``blame`` gives them:
    each line with what a diff has in front of it."""
    above, _, matcher = _compared(before, after)
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        lines: list[tuple[str, str]] = []
        for tag, old, old_end, new, new_end in group:
            if tag == "equal":
                lines += ((" ", line) for line in after[above + new : above + new_end])
                continue
            lines += (("-", line) for line in before[above + old : above + old_end])
            lines += (("+", line) for line in after[above + new : above + new_end])
        yield _header(group, above), lines


def _compared(before: Sequence[str], after: Sequence[str]) -> tuple[int, int, SequenceMatcher[str]]:
    """How many lines above and below are the same and were not compared, and the comparison of the
    others: most of a file stays as it is, and that is quicker."""
    above = max(_alike(before, after) - _AROUND, 0)
    below = max(_alike(before[:above:-1], after[:above:-1]) - _AROUND, 0)
    old, new = before[above : len(before) - below], after[above : len(after) - below]
    return above, below, SequenceMatcher(None, old, new, autojunk=False)


def _alike(some: Sequence[str], others: Sequence[str]) -> int:
    """How many lines both begin with."""
    pairs = zip(some, others, strict=False)
    return next(
        (n for n, (one, other) in enumerate(pairs) if one != other), min(map(len, (some, others)))
    )


def _header(group: Sequence[tuple[str, int, int, int, int]], above: int) -> str:
    (_, old, _, new, _), (_, _, old_end, _, new_end) = group[0], group[-1]
    return f"@@ -{_range(above + old, above + old_end)} +{_range(above + new, above + new_end)} @@"


def _range(start: int, end: int) -> str:
    # A range without lines is named by the line before it.
    return f"{start + (end > start)},{end - start}"
