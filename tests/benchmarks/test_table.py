# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from benchmarks.table import number, text
from tests.benchmarks.made import REPORT


def test_each_number_has_its_goal_and_verdict_beside_it() -> None:
    lines = text(REPORT).splitlines()
    (slow,) = (line for line in lines if line.startswith("  slow"))
    assert slow.split() == [
        "slow",
        "3",
        "s",
        "2.5",
        "s",
        "at",
        "most",
        "0.3",
        "s",
        "not",
        "met",
        "absolute",
    ]
    (rate,) = (line for line in lines if line.startswith("  rate"))
    assert "199,000 cases/s  at least 200,000 cases/s  not met  ratio, a note" in rate
    (nodes,) = (line for line in lines if line.startswith("  nodes"))
    assert nodes.split() == ["nodes", "4,161", "count"]


def test_what_was_not_run_is_never_shown_as_met() -> None:
    shown = text(REPORT)
    assert "Goals: 2 met, 2 not met. 1 of 3 groups interrupted. 1 of 3 groups not run." in shown
    assert "third: is not run (0 s)\n  not run: no spin" in shown
    assert "  the rest: interrupted: interrupted" in shown


def test_machine_load_and_stages_are_told() -> None:
    shown = text(REPORT)
    assert "a processor, x86_64, 2 cores; load 0.10 before, 2.00 after" in shown
    assert "0.50 s of CPU here before all, 0.60 s after" in shown and "Before: as it was" in shown
    assert "theorems  4.0 to 9.0 s  0.50 cores in use" in shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0 s"),
        (0.00012, "1.2e-04 s"),
        (0.1234, "0.123 s"),
        (3.0, "3 s"),
        (12345.6, "12,346 s"),
    ],
)
def test_numbers(value: float, shown: str) -> None:
    assert number(value, "s") == shown
