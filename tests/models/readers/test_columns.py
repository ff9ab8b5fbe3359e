# SPDX-License-Identifier: GPL-2.0-or-later
from models.readers.columns import lines, split
from models.readers.explorer import Event, Kind

EVENTS = [
    Event(Kind.START, 0),
    Event(Kind.LOAD, 0, "xa.head", "N0"),
    Event(Kind.LOAD, 0, "N0.shift", "2"),
    Event(Kind.STORE, 1, "N9.slots[0]", "F1"),
    Event(Kind.STORE, 2, "N0.slots[3]", "F1", release=True),
    Event(Kind.LOAD, 0, "N0.slots[3]", "sibling of 2", newer=1),
]


def test_two_columns_that_fit_into_a_mail() -> None:
    told = lines(EVENTS, "load")
    assert all(len(line) <= 74 for line in told)
    assert told[0].split("|")[0].strip() == "writer"
    body = [[side.strip() for side in line.split("|")] for line in told[2:]]
    assert body == [
        ["", "starts"],
        ["", "xa.head -> N0"],
        ["... 1 stores elsewhere", ""],
        ["w2 N0.slots[3] <= F1", ""],
        ["", "N0.slots[3] -> sibling of 2 (old)"],
    ]


def test_the_columns_of_each_line_are_those_that_it_was_made_of() -> None:
    told = lines(EVENTS, "load")
    assert [split(line) for line in told] == [
        tuple(side.strip() for side in line.split("|")) for line in told
    ]


def test_a_late_start_is_told() -> None:
    assert any("knows all so far" in line for line in lines([Event(Kind.START, 3)], "load"))
