# SPDX-License-Identifier: GPL-2.0-or-later
from dataclasses import replace

import pytest

from models.case.finding import Finding
from models.case.reference import run_case
from models.pictures import explanation
from models.sweep.cases import FIRST, Group, Surroundings
from specs.stream import cut
from xarray_model.operations import Code
from xarray_model.snapshot import decode

GROUP = Group(2, 3, 1, 0, Surroundings.ALONE, 1, True, False, failing=0)


@pytest.fixture
def sound() -> Finding:
    operations = GROUP.operations(FIRST)
    results = run_case(operations, 2).results
    return Finding("port", 2, "lru", "s", "d", None, tuple(operations), results, results)


def test_equal_answers_have_no_differences(sound: Finding) -> None:
    assert explanation.differences(sound) == []
    assert explanation.drawing(sound) == []


def test_a_wrong_word_is_told_with_its_operation(sound: Finding) -> None:
    operations = list(sound.operations)
    place = next(i for i, one in enumerate(operations) if one.code is Code.SPLIT)
    before = sum(
        len(answer.snapshot or b"") + 8 * len(answer.words)
        for answer in cut(operations, sound.expected)[:place]
    )
    wrong = bytearray(sound.expected)
    wrong[before + 8] += 1
    (line,) = explanation.differences(replace(sound, actual=bytes(wrong)))
    assert line.startswith("split(index=0") and "expected 0, 2, 2, 0, 0, 0" in line
    assert "got 0, 3, 2, 0, 0, 0" in line


def test_a_wrong_count_is_told_and_drawn(sound: Finding) -> None:
    places = [i for i, one in enumerate(sound.operations) if one.code is Code.SNAPSHOT]
    answers = cut(sound.operations, sound.expected)
    picture = decode(answers[places[1]].snapshot or b"")
    root = replace(picture.nodes[0], count=picture.nodes[0].count + 1)
    wrong = replace(picture, nodes=(root, *picture.nodes[1:])).encode()
    actual = sound.expected.replace(answers[places[1]].snapshot or b"", wrong, 1)
    broken = replace(sound, actual=actual)
    assert any("count" in line for line in explanation.differences(broken))
    assert any("!" in line and "count" in line for line in explanation.drawing(broken))


def test_a_case_that_was_cut_short_names_the_operation(sound: Finding) -> None:
    broken = replace(sound, actual=b"")
    assert explanation.differences(broken) == ["operation 0 was not completed"]
