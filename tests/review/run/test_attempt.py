# SPDX-License-Identifier: GPL-2.0-or-later
from review.run.attempt import attempt, one_line


def test_what_is_made_or_why_not() -> None:
    assert attempt(lambda: [1]) == ([1], "")
    assert attempt(lambda: 1 // 0) == (
        None,
        "ZeroDivisionError: integer division or modulo by zero",
    )


def test_an_error_is_one_short_line() -> None:
    assert one_line(ValueError()) == "ValueError"
    assert one_line(ValueError("two\n  lines")) == "ValueError: two lines"
    assert len(one_line(ValueError("x" * 5000))) < 250
