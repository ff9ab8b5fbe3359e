# SPDX-License-Identifier: GPL-2.0-or-later
"""One function decides how strong a result is, and one page says what the words mean."""

import re
from pathlib import Path

import pytest

from specs.strength import DEFINITIONS, WORDS, Extent, Proved, Strength, nothing

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "strength.md"


@pytest.mark.parametrize(
    ("extent", "strength", "told"),
    [
        (nothing("cases"), None, "nothing was run"),
        (Extent(0, 0, "cases"), None, "nothing was run"),
        (Extent(0, 3, "theorems", Proved.CODE), None, "nothing was run"),
        (Extent(1, None, "case"), Strength.ONCE, "seen once: case"),
        (Extent(1, 1, "case"), Strength.ONCE, "seen once: case"),
        (Extent(1, 9, "cases"), Strength.ONCE, "seen once: cases"),
        (Extent(2, 9, "cases"), Strength.SAMPLED, "sampled, 2 of 9 cases"),
        (Extent(2, None, "cases"), Strength.SAMPLED, "sampled, 2 of endlessly many cases"),
        (
            Extent(1_000, 1_000, "cases at s=1"),
            Strength.COMPLETE,
            "complete within the bounds named: all 1,000 cases at s=1",
        ),
        (
            Extent(1, 1, "s=6", Proved.CODE),
            Strength.PROVED,
            "proved for all orders, of the model's own code: s=6",
        ),
        (
            Extent(2, 2, "s=6", Proved.FORMULA),
            Strength.PROVED,
            "proved for all orders, of a formula written for the proof: s=6",
        ),
    ],
)
def test_the_word_follows_from_what_was_run(
    extent: Extent, strength: Strength | None, told: str
) -> None:
    assert (extent.strength, str(extent)) == (strength, told)


def test_the_page_has_each_word_with_its_definition() -> None:
    page = " ".join(PAGE.read_text().split())
    for strength in Strength:
        definition = " ".join(DEFINITIONS[strength].split())
        assert f"| *{WORDS[strength]}* | {definition} |" in page


def test_no_other_words_are_in_use() -> None:
    other = re.compile(r"(checked|covers|covered|explored)\s+completely|completely\s+within", re.I)
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    code = [path for room in ("specs", "review") for path in (ROOT / room).rglob("*.py")]
    told = [path for path in (*pages, *code) if other.search(path.read_text())]
    assert not told
