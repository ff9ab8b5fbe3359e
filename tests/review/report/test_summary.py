# SPDX-License-Identifier: GPL-2.0-or-later
"""The head of a report: short, and each thing in it once."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.readers.explore import Report
from models.readers.explorer import Result
from review.report import summary
from review.report.layout import WIDTH
from review.run import search_result
from tests.review import small


def broken(result: Result, reader: str, writer: str) -> Result:
    """The result as of another reader and writer, with a promise that is to be kept."""
    breaches = tuple(replace(one, promise="load-null") for one in result.breaches)
    case = replace(result.case, writer=writer)
    return replace(result, reader=reader, case=case, breaches=breaches)


def test_promises_to_readers_are_a_line_each(tmp_path: Path) -> None:
    done = small.explored(tmp_path)
    (report,) = done.explored.values()
    result = next(one for _, one in report.results if one.breaches)
    pairs = [("find", "split"), ("marked", "split"), ("find", "merge"), ("next", "erase")]
    results = tuple((2, broken(result, *pair)) for pair in pairs)
    done.explored = {"port": Report(report.source, report.executables, results, 0, (), 0.0)}
    lines = summary.lines(done)
    assert "R. load-null: find and 2 more against erase and 2 more" in lines
    assert "NOT RIGHT: 1 promise to readers broken." in lines
    assert len(lines) <= summary.MOST and sum(line.startswith("R. ") for line in lines) == 1
    done.explored = {"port": Report(report.source, report.executables, results[:1], 0, (), 0.0)}
    assert "R. load-null: find against split" in summary.lines(done)


def test_what_is_cut_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = small.explored(tmp_path)
    monkeypatch.setattr(search_result, "not_run", lambda _: ["too dear"])
    lines = summary.lines(done)
    assert "too dear" in lines[-1] and not any(line.endswith("...") for line in lines)
    monkeypatch.setattr(search_result, "not_run", lambda _: ["too dear " * 60])
    lines = summary.lines(done)
    assert lines[-1].endswith("...") and len(lines[-1]) <= WIDTH
