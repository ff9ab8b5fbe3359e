# SPDX-License-Identifier: GPL-2.0-or-later
"""From one description come JSON, plain text and rich's table, and they say the same."""

import json
from collections.abc import Iterator

import pytest

from review.report.output import Column, Part, Table, each, nested, show, shown, table

_ROWS = [("a [b]", 1200), ("bee", None)]
_COLUMNS: list[Column[tuple[str, int | None]]] = [
    Column("name", "called", lambda row: row[0]),
    Column("count", "so many", lambda row: row[1], lambda row: row[1] or "none"),
    Column("twice", "", lambda row: 2 * (row[1] or 0)),
]


def answer() -> Iterator[Part]:
    yield Part("whole", True, ["all of it"])
    yield shown("read by people only")
    yield table("rows", Table(_ROWS, _COLUMNS, ("total", 1200)))
    yield nested("inner", [Part("one", {2}, ["inside"])])
    yield each("both", [[Part("at", place, [f"at {place}"])] for place in (1, 2)])


def test_json_has_what_has_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    show(answer(), as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "whole": True,
        "rows": [
            {"name": "a [b]", "count": 1200, "twice": 2400},
            {"name": "bee", "count": None, "twice": 0},
        ],
        "inner": {"one": [2]},
        "both": [{"at": 1}, {"at": 2}],
    }


def test_people_read_what_has_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    show(answer(), as_json=False)
    words = capsys.readouterr().out.split()
    assert "2400" not in words and "twice" not in words
    read = " ".join(word for word in words if word[0].isalnum())
    assert read.startswith("all of it read by people only called so many a 1,200 bee none total")
    assert read.endswith("1,200 inside at 1 at 2")
    assert "[b]" in words  # which is no markup


def test_a_value_that_is_made_by_a_function_is_made_for_json_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def never() -> object:
        raise AssertionError

    show([Part("slow", never, ["text"])], as_json=False)
    assert capsys.readouterr().out == "text\n"


def test_plain_text_has_groups_numbers_to_the_right_and_notes() -> None:
    columns: list[Column[tuple[str, int | str]]] = [
        Column("", "split", lambda row: row[0]),
        Column("", "nodes", lambda row: row[1], group="before"),
        Column("", "bytes", lambda row: row[1], group="after"),
    ]
    rows: list[tuple[str, int | str] | None] = [("one", 1000), ("a longer one", "it hangs")]
    one = Table(rows, columns, note=lambda row: row[1] if isinstance(row[1], str) else "", heads=1)
    assert one.lines() == [
        "                 before  after",
        "  split        | nodes | bytes",
        "  one          | 1,000 | 1,000",
        "  a longer one it hangs",
    ]
    assert one.body()[1] == (["a longer one"], "it hangs")
