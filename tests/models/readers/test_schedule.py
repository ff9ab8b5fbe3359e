# SPDX-License-Identifier: GPL-2.0-or-later
import json
from dataclasses import replace
from typing import Any

import pytest

from models.kernel.source import port_source
from models.readers import explorer, schedule
from models.readers.build import build
from models.readers.explore import Found, Report
from models.readers.explorer import Case, ExplorerError, Kind, Span
from models.readers.schedule import loads, replay
from specs.readers import Memory


@pytest.fixture(scope="module")
def report() -> Report:
    """The port and one race in a caller's protocol that breaks a promise."""
    source = port_source()
    executable = build(source, 2)
    case = Case("folio-uniform-early-thaw", 3, 1, 8, 8)
    answer = explorer.run(executable, case, Memory.WEAK, ("lookup",))
    results = tuple((2, result) for result in answer.results)
    return Report(source, {2: executable}, results, 0, (), 0.0)


@pytest.fixture(scope="module")
def text(report: Report) -> str:
    return schedule.dumps(report, *finding(report))


def finding(report: Report) -> tuple[int, Found]:
    race = next(one for _, one in report.results if one.span is Span.RACE)
    return 2, Found(race, race.breaches[0])


def test_a_schedule_as_a_file_breaks_the_same_promise_when_it_is_replayed(
    report: Report, text: str
) -> None:
    one = loads(text)
    assert one == schedule.of(report, *finding(report))
    assert one.promise == "folio-covers" and one.name == "port" and "lib/xarray.c" in one.sources
    assert any("F2.refs" in line for line in one.shown)
    again = replay(one, port_source())
    assert again.reproduced and again.broken == ("folio-covers",) and again.same_source


def test_what_does_not_break_the_promise_any_more_is_told(text: str) -> None:
    one = loads(text)
    kept = replay(replace(one, schedule="-"), port_source())
    assert (kept.reproduced, kept.broken, kept.problem) == (False, (), "")
    other = replay(replace(one, promise="load-null"), port_source())
    assert not other.reproduced and other.broken == ("folio-covers",)
    lost = replay(replace(one, schedule="0:9999"), port_source())
    assert not lost.reproduced and "not an execution of lookup" in lost.problem
    strange = replay(replace(one, case=replace(one.case, writer="dance")), port_source())
    assert not strange.reproduced and "no writer dance" in strange.problem


def test_other_code_than_the_schedules_is_told(text: str) -> None:
    one = loads(text)
    other = replay(replace(one, sources={"lib/xarray.c": "0" * 64}), port_source())
    assert other.reproduced and not other.same_source


def test_a_finding_that_does_not_replay_is_not_written(report: Report) -> None:
    shift, found = finding(report)
    wrong = replace(found, breach=replace(found.breach, schedule="-"))
    with pytest.raises(ExplorerError, match="breaks nothing"):
        schedule.dumps(report, shift, wrong)


@pytest.mark.parametrize("span", ["before", "after"])
def test_a_reader_with_no_race_replays_too(report: Report, text: str, span: str) -> None:
    one = replace(loads(text), schedule=span)
    alone = replay(one, port_source())
    assert alone.problem == "" and alone.broken == ()
    events, _ = explorer.replay(
        report.executables[2], one.case, one.memory, one.reader, one.start, span
    )
    starts = [event for event in events if event.kind is Kind.START]
    stores = [event for event in events if event.kind is Kind.STORE]
    assert len(starts) == 1 and bool(stores) == (span == "after")


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("format",), "something", "is not a schedule"),
        (("version",), 2, "format version 2"),
        (("version",), True, "format version True"),
        (("chunk_shift",), 7, "must be in 1..6"),
        (("schedule",), "1:1; reboot", "no schedule"),
        (("schedule",), "1:1," * 200 + "1:1", "no schedule"),
        (("schedule",), 3, "must be a string"),
        (("reader",), "load\nquit", "name of small letters"),
        (("reader",), "load\x1b[2J", "do not print"),
        (("memory",), "strong", "not one of sc, weak"),
        (("writer", "name"), "Split 1", "name of small letters"),
        (("writer", "order"), 60, "must be in 0..10"),
        (("writer", "new_order"), 9, "must not be larger"),
        (("writer", "at"), 16, "must lie in an entry"),
        (("writer", "base"), 9, "must lie in an entry"),
        (("start",), -1, "must be in 0.."),
        (("start",), 9, "is not the command"),
        (("promise", "name"), "wealth", "unknown promise"),
        (("replay",), "rm -r x", "is not the command"),
        (("source", "files"), {"lib/xarray.c": "x"}, "sha256"),
        (("source", "files"), [], "must be an object"),
        (("source", "files"), {"\x1b": "0" * 64}, "do not print"),
        (("shown",), "text", "must be an array"),
        (("shown",), ["\x1b[31m"], "do not print"),
        (("more",), 1, "unknown field 'more'"),
    ],
)
def test_a_damaged_file_is_one_line(
    text: str, place: tuple[str, ...], value: object, told: str
) -> None:
    record: dict[str, Any] = json.loads(text)
    *path, last = place
    inner = record
    for name in path:
        inner = inner[name]
    inner[last] = value
    with pytest.raises(ValueError, match=told) as caught:
        loads(json.dumps(record))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", b"\xff\xfe", "[" * 100_000, '{"a": 1, "a": 2}', " " * (5 << 20)]
)
def test_what_is_no_json_object_is_one_line(text: str | bytes) -> None:
    with pytest.raises(ValueError) as caught:
        loads(text)
    assert str(caught.value) and "\n" not in str(caught.value)


def test_every_field_is_needed(text: str) -> None:
    record = json.loads(text)
    for name in set(record) - {"format", "version"}:
        with pytest.raises(ValueError, match=f"lacks the field '{name}'"):
            loads(json.dumps({key: value for key, value in record.items() if key != name}))
