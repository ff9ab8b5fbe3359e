# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a finding's answer first departs from the expected one, in the domain's words."""

from __future__ import annotations

import struct

from models.case.finding import Finding
from models.case.notation import entry_text, operation_text
from models.pictures import boxes, diagram
from models.pictures.difference import explain
from specs.stream import Answer, cut, cut_one
from xarray_model.snapshot import Snapshot, decode


def differences(finding: Finding) -> list[str]:
    """What differs in the first answer that is not as expected; empty when all are."""
    place, expected, actual = _first_difference(finding)
    if expected is None:
        return []
    if actual is None:
        return [f"operation {place} was not completed"]
    pictures = _pictures(expected, actual)
    if pictures is None:
        operation = operation_text(finding.operations[place])
        return [f"{operation}: {_unlike(expected, actual)}"]
    return explain(*pictures)


def _unlike(expected: Answer, actual: Answer) -> str:
    """Two answers; of long ones where they first differ."""
    longest = max(len(expected.words), len(actual.words))
    if longest <= MOST_WORDS or expected.snapshot is not None or actual.snapshot is not None:
        return f"expected {_words(expected)}, got {_words(actual)}"
    pairs = enumerate(zip(expected.words, actual.words, strict=False), 1)
    differs = next((number for number, (one, other) in pairs if one != other), None)
    if differs is None:
        return f"expected {len(expected.words)} words, got {len(actual.words)}"
    one, other = (Answer(each.words[differs - 1 : differs]) for each in (expected, actual))
    return f"word {differs} of {longest}: expected {_words(one)}, got {_words(other)}"


MOST_WORDS = 8
"""Words of an answer that are shown; of longer ones the first that differs is."""


def drawing(finding: Finding) -> list[str]:
    """The expected and the actual array next to each other, where a snapshot differs first."""
    shown = pictures(finding)
    if shown is None:
        return []
    return boxes.text(diagram.boxes(*shown), ("expected", "actual")).splitlines()


def pictures(finding: Finding) -> tuple[Snapshot, Snapshot] | None:
    """The expected and the actual array where a snapshot differs first; None when none does that
    can be drawn."""
    _, expected, actual = _first_difference(finding, snapshots_only=True)
    shown = _pictures(expected, actual)
    return shown if shown and shown[0].chunk_shift == shown[1].chunk_shift else None


def pictures_apart(finding: Finding) -> tuple[int, Snapshot, Snapshot] | None:
    """The number of the first snapshot that is not as expected, the array as expected and as it is;
    None when none differs that can be read."""
    place, expected, actual = _first_difference(finding, snapshots_only=True)
    shown = _pictures(expected, actual)
    return (place, *shown) if shown else None


def before(finding: Finding) -> tuple[int, Snapshot] | None:
    """The last array that the model showed before that difference, or else before the operation
    that shows the finding, with the number of the operation that showed it; None without any."""
    place, differs, _ = _first_difference(finding, snapshots_only=True)
    if differs is None:
        place, differs, _ = _first_difference(finding)
    if differs is None:
        place = len(finding.operations) if finding.operation is None else finding.operation
    answers = cut(finding.operations, finding.right())[:place]
    for number, answer in reversed(list(enumerate(answers))):
        if answer.snapshot is not None:
            return number, decode(answer.snapshot)
    return None


def answers_apart(finding: Finding) -> list[tuple[int, tuple[Answer, Answer]]]:
    """The answers that are not as expected: the number of the operation, with what was expected
    and what was answered."""
    expected = cut(finding.operations, finding.right())
    pairs = enumerate(zip(expected, _completed(finding), strict=False))
    return [(place, (want, have)) for place, (want, have) in pairs if want != have]


def _first_difference(
    finding: Finding, *, snapshots_only: bool = False
) -> tuple[int, Answer | None, Answer | None]:
    """Operation number, expected answer and actual answer (None when there is none)."""
    expected = cut(finding.operations, finding.right())
    actual = _completed(finding)
    for place, answer in enumerate(expected):
        found = actual[place] if place < len(actual) else None
        wanted = not snapshots_only or answer.snapshot is not None
        if found != answer and wanted:
            return place, answer, found
    return 0, None, None


def _completed(finding: Finding) -> list[Answer]:
    """The answers of the operations that the code under test completed."""
    view, position = memoryview(finding.actual), 0
    answers: list[Answer] = []
    for operation in finding.operations:
        try:
            answer, position = cut_one(operation, view, position)
        except struct.error:
            break
        answers.append(answer)
    return answers


def _pictures(expected: Answer | None, actual: Answer | None) -> tuple[Snapshot, Snapshot] | None:
    if expected is None or actual is None or None in (expected.snapshot, actual.snapshot):
        return None
    try:
        return decode(expected.snapshot or b""), decode(actual.snapshot or b"")
    except ValueError:
        return None


def _words(answer: Answer) -> str:
    if answer.snapshot is not None:
        return "a snapshot"
    return ", ".join(entry_text(word) if word > 1 << 32 else str(word) for word in answer.words)
