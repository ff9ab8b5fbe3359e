# SPDX-License-Identifier: GPL-2.0-or-later
"""Which hunk of a patch a remark is made on, and how much of it is quoted."""

from models.kernel.posted import Hunk, Posted
from review.bundle.format import SuspectLine
from review.report.reply import _excerpt, _place

CODE = "lib/xarray.c"


def hunk(function: str, *lines: str, file: str = CODE) -> Hunk:
    return Hunk(file, f"@@ -1,2 +1,3 @@ void {function}(struct xa_state *xas)", 1, lines)


def patch(*hunks: Hunk) -> Posted:
    nobody = ("", "")
    return Posted("[PATCH] x", "<1@x>", (), "", nobody, nobody, (), hunks)


def suspect(text: str, function: str = "", brought_by: str | None = "patch 1 of 1") -> SuspectLine:
    return SuspectLine(CODE, 7, text, function, ("it ended here",), brought_by, "@@ -1 +1 @@")


ONE = hunk("xas_split", " 	a();", "+	b();", " 	c();")
TWO = hunk("xas_store", " 	a();", "-	d();", "+	e();", "+	f();", " 	c();")


def test_the_hunk_that_brought_the_line() -> None:
    assert _place([suspect("	e();")], patch(ONE, TWO)) == (TWO, 2)
    # A line that stands there and was not brought says nothing.
    assert _place([suspect("	a();")], patch(ONE, TWO)) == (None, 0)


def test_or_the_one_in_the_function_of_a_line() -> None:
    """What it changes is quoted, to its end."""
    assert _place([suspect("x", "xas_store", None)], patch(ONE, TWO)) == (TWO, 3)
    assert _place([suspect("x", "xas_stor", None)], patch(ONE, TWO)) == (None, 0)


def test_or_the_only_one_of_code() -> None:
    test = hunk("check_split", "+	x();", file="lib/test_xarray.c")
    assert _place([], patch(test, ONE)) == (ONE, 1)
    assert _place([], patch(test)) == (None, 0)
    assert _place([], patch(ONE, TWO)) == (None, 0)


def test_a_long_hunk_is_cut_around_the_line() -> None:
    lines = [f" line {number}" for number in range(60)]
    shown = list(_excerpt(hunk("f", *lines), 30))
    assert shown[:2] == [f"--- a/{CODE}", f"+++ b/{CODE}"]
    assert shown[3] == shown[-1] == "[...]" and " line 30" in shown
    assert len(shown) < 20
    assert "[...]" not in list(_excerpt(ONE, 1))
