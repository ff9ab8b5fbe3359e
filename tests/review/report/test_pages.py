# SPDX-License-Identifier: GPL-2.0-or-later
"""The checker of pages finds what it is there to find."""

import pytest

from tests.review.report.pages import problems

PICTURE = (
    '<svg role="img" aria-labelledby="t d"><title id="t">t</title><desc id="d">d</desc>'
    '<path style="clip-path: url(#c)"/><clipPath id="c"/></svg>'
)
TABLE = (
    '<table><caption>c</caption><thead><tr><th scope="col">x</th></tr></thead>'
    "<tbody><tr><td>1</td></tr></tbody></table>"
)
RIGHT = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>page</title><style>p {{ color: red }}</style></head>
<body><header><h1>one</h1></header><nav><a href="#two">two</a></nav>
<main><h2 id="two">two</h2><p>text</p>{TABLE}{PICTURE}</main></body></html>
"""


def test_a_right_page_has_no_problem() -> None:
    assert problems(RIGHT) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("</p>", "", "</main> closes <p>"),
        ("</html>", "", "<html> is not closed"),
        ('<td>1', '<td class="a" class="b">1', "<td> has an attribute twice"),
        ("<p>", "<script>1</script><p>", "<script> runs or loads"),
        ("<p>", '<p onclick="x()">', "<p> has onclick"),
        ("<p>", '<img src="https://example.org/x"><p>', "<img> refers to https://example.org/x"),
        ("<p>", '<a href="javascript:x()">x</a><p>', "<a> refers to javascript:x()"),
        ("<p>", '<p style="background: url(x.png)">', "<p> has a style that loads"),
        ("color: red", "background: url(http://x)", "a style sheet loads"),
        ("default-src 'none'", "default-src *", "no policy that forbids to load"),
        ("style-src", "script-src", "the policy permits too much"),
        ('<p>', '<p id="two">', "id two is there 2 times"),
        ("#two", "#three", "<a> refers to three, which is not there"),
        ("url(#c)", "url(#gone)", "<path> refers to gone, which is not there"),
        ("<p>", "<h4>x</h4><p>", "h4 follows h2"),
        (' lang="en"', "", "the language is not told"),
        ("<header><h1>one</h1></header>", "", "there must be one <h1>"),
        ("<caption>c</caption>", "", "a table has no caption"),
        (' scope="col"', "", "a <th> has no scope"),
        (' role="img"', "", "a picture has no alternative"),
        ('<desc id="d">d</desc>', "", "a picture has no alternative"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(old: str, new: str, told: str) -> None:
    broken = RIGHT.replace(old, new, 1)
    assert broken != RIGHT
    assert told in problems(broken)
