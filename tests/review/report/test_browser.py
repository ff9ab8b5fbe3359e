# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages in a real browser: nothing loaded, no complaint, legible wide and narrow, light and
dark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.review import told
from tests.review.report import looks
from tests.review.report.browser import CHROMIUM, Browser
from tests.review.report.test_pages import RIGHT

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")

WIDTHS = (360, 1280)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    one = Browser()
    yield one
    one.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {name: folder / f"{name}.html" for name in ("good", "bad")}
    found["good"].write_text(told.good_page(), encoding="utf-8")
    found["bad"].write_text(told.bad_page(), encoding="utf-8")
    return found


@pytest.mark.parametrize("name", ["good", "bad"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_is_legible(
    browser: Browser, pages: dict[str, Path], name: str, width: int, dark: bool
) -> None:
    browser.open(pages[name], width, dark=dark)
    assert browser.requests() == [pages[name].as_uri()]
    assert browser.messages() == []
    for opened in (False, True):
        if opened:
            browser.evaluate(looks.OPEN_ALL)
        assert {what: browser.evaluate(script) for what, script in looks.ALL.items()} == {
            what: [] for what in looks.ALL
        }
    assert len(browser.screenshot()) > 50_000


SHOWN = """[...document.querySelectorAll('.step')].map(one => one.getClientRects().length > 0)"""


def test_steps_are_gone_through_without_a_script(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["good"], 1280)
    count = browser.evaluate("document.querySelectorAll('.step').length")
    assert count > 2 and browser.evaluate(SHOWN) == [n == 0 for n in range(count)]
    for number in range(1, count):
        # By the words in the step before, as by its button.
        browser.evaluate("[...document.querySelectorAll('.step')].find("
                         "one => one.getClientRects().length).querySelector("
                         "'.moves label:last-child').click()")  # fmt: skip
        assert browser.evaluate(SHOWN) == [n == number for n in range(count)]
    browser.evaluate("document.querySelector('#step-2').click()")
    assert browser.evaluate(SHOWN) == [n == 1 for n in range(count)]


def test_on_paper_every_step_and_finding_is_shown(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["bad"], 1280)
    browser.evaluate("document.querySelectorAll('details').forEach(one => { one.open = false; })")
    folded = """getComputedStyle(
        document.querySelector('.finding'), '::details-content').contentVisibility"""
    height = "document.querySelector('.finding').getBoundingClientRect().height"
    assert browser.evaluate(folded) == "hidden" and browser.evaluate(height) < 100
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.evaluate(folded) == "visible" and browser.evaluate(height) > 500
    assert all(browser.evaluate(SHOWN))
    assert browser.evaluate("document.querySelector('nav').getClientRects().length") == 0
    assert browser.evaluate(looks.TOO_WIDE) == []
    browser.call("Emulation.setEmulatedMedia", media="")


def test_the_hunk_stands_beside_the_picture(browser: Browser, pages: dict[str, Path]) -> None:
    places = """[...document.querySelectorAll('.beside')[0].children].map(one => {
        const place = one.getBoundingClientRect(); return [place.left, place.top]; })"""
    browser.open(pages["bad"], 1280)
    (left, top), (right, other) = browser.evaluate(places)
    assert right > left and top == other
    browser.open(pages["bad"], 360)
    (left, top), (right, other) = browser.evaluate(places)
    assert right == left and other > top


def test_dark_is_dark(browser: Browser, pages: dict[str, Path]) -> None:
    seen = []
    for dark in (False, True):
        browser.open(pages["good"], 1280, dark=dark)
        seen.append(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert seen == ["rgb(255, 255, 255)", "rgb(13, 17, 23)"]


@pytest.mark.parametrize("width", WIDTHS)
def test_it_is_told_to_those_who_cannot_see_it(
    browser: Browser, pages: dict[str, Path], width: int
) -> None:
    browser.open(pages["bad"], width)
    browser.evaluate(looks.OPEN_ALL)
    roles = browser.roles()
    count = Counter(role for role, _ in roles)
    for role in ("banner", "navigation", "main"):
        assert count[role] == 1
    # Narrow tables are laid out otherwise, and are tables all the same.
    assert count["table"] == browser.evaluate("document.querySelectorAll('table').length")
    shown = "[...document.querySelectorAll('svg')].filter(one => one.checkVisibility()).length"
    assert count["image"] == browser.evaluate(shown)
    named = {"table", "image", "region", "link", "article", "columnheader", "rowheader", "heading"}
    assert [role for role, name in roles if role in named and not name.strip()] == []


@pytest.mark.parametrize(
    ("what", "put"),
    [
        ("too wide", '<div style="width: 2000px">x</div>'),
        ("unreadable", '<p style="color: #999">x</p>'),
        ("unreadable", '<svg role="img"><text y="20" fill="#bbb">x</text></svg>'),
        ("unreadable", '<svg><rect width="99" height="99"/><text x="9" y="20">x</text></svg>'),
        ("too small", '<p style="font-size: 9px">x</p>'),
        ("too small", '<svg width="50" viewBox="0 0 100 100"><text y="20">x</text></svg>'),
        ("overlapping", '<svg><text y="20">one</text><text x="9" y="24">two</text></svg>'),
        ("overlapping", '<svg width="40"><text y="20">longer than that</text></svg>'),
        ("unreachable", '<div style="overflow: auto; width: 9px" tabindex="-1">longer</div>'),
    ],
)
def test_the_scripts_find_what_they_are_to_find(
    browser: Browser, tmp_path: Path, what: str, put: str
) -> None:
    page = tmp_path / "page.html"
    page.write_text(RIGHT.replace("<p>text</p>", "<p>text</p>" + put).replace("red", "black"))
    browser.open(page, 1280)
    assert browser.evaluate(looks.ALL[what]) != []


def test_a_right_page_passes_and_a_script_or_an_image_is_noticed(
    browser: Browser, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_text(RIGHT.replace("color: red", "color: black"))
    browser.open(page, 1280)
    assert browser.messages() == []
    assert all(browser.evaluate(script) == [] for script in looks.ALL.values())
    # The policy keeps both from running and loading; the browser complains of each.
    put = '<script>document.title = "ran"</script><img src="picture.png" alt="x">'
    page.write_text(RIGHT.replace("<p>text</p>", put))
    browser.open(page, 1280)
    assert len(browser.messages()) == 2
    assert browser.evaluate("document.title") == "page"
    page.write_text(RIGHT.replace("<p>text</p>", put).replace("default-src 'none'; ", ""))
    browser.open(page, 1280)
    assert browser.evaluate("document.title") == "ran"
    assert any(one.endswith("picture.png") for one in browser.requests())
