# SPDX-License-Identifier: GPL-2.0-or-later
import time

import pytest

from review.report import growing
from review.report.growing import Growing
from review.report.output import Column, Table


def table(report: list[int]) -> Table[int]:
    return Table(report, [Column("case", "case", str)])


def test_without_a_terminal_it_is_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    with Growing(table, lambda report: f"{len(report)} of 3") as shown:
        for seconds, report in ((1, [1]), (growing.LINES, [1, 2]), (growing.LINES + 1, [1, 2, 3])):
            clock[0] = seconds
            shown.update(report)
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "xasplit: 2 of 3\n")
