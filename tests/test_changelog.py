# SPDX-License-Identifier: GPL-2.0-or-later
"""The version comes from one place, and the changelog says which formats it writes."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from review import __version__
from review.bundle.manifest import build
from review.report.version import FORMATS
from review.run.review_result import ReviewOptions, ReviewResult
from tests.review import small

ROOT = Path(__file__).parents[1]
Versions = list[tuple[tuple[int, ...], dict[str, int]]]


def versions(text: str) -> Versions:
    """The versions of a changelog with the formats that each writes, in its order.

    Raises ValueError where one does not name its formats.
    """
    found: Versions = []
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        formats = re.match(r"(\d+)\.(\d+)\.(\d+)\nFormats: (.*)\.\n", part)
        if formats is None:
            raise ValueError(part.partition("\n")[0])
        named = (one.rpartition(" ") for one in formats[4].split(", "))
        numbers = tuple(map(int, formats.groups()[:3]))
        found.append((numbers, {name: int(number) for name, _, number in named}))
    return found


def wrong(found: Versions) -> list[str]:
    """What is wrong with the order of versions, or with one that has other formats than before and
    is no more than a small step."""
    told = []
    for (later, formats), (earlier, before) in pairwise(found):
        if later <= earlier:
            told.append(f"{later} is not after {earlier}")
        if formats != before and later[:2] == earlier[:2]:
            told.append(f"{later} has other formats than {earlier}")
    return told


def test_the_newest_is_this_one_and_names_the_formats_that_are_written() -> None:
    found = versions((ROOT / "CHANGELOG.md").read_text())
    newest, formats = found[0]
    assert ".".join(map(str, newest)) == __version__
    assert formats == FORMATS
    assert wrong(found) == []


def test_a_bundle_says_the_same() -> None:
    done = ReviewResult(ReviewOptions(), small.clean())
    manifest = build(done, [], [], [], [])
    assert manifest["tools"]["xasplit"] == __version__
    assert manifest["version"] == FORMATS["bundle"]


def test_the_package_takes_it_from_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in project["project"] and project["project"]["dynamic"] == ["version"]
    dynamic = project["tool"]["setuptools"]["dynamic"]
    assert dynamic["version"] == {"attr": "review.__version__"}


def test_a_wrong_changelog_is_noticed() -> None:
    bundle = "Formats: bundle {}.\n"
    text = f"## 0.2.1\n{bundle.format(6)}\n## 0.2.0\n{bundle.format(5)}\n"
    assert wrong(versions(text)) == ["(0, 2, 1) has other formats than (0, 2, 0)"]
    assert wrong(versions(text.replace("0.2.1", "0.3.0"))) == []
    assert wrong(versions(text.replace("0.2.1", "0.2.0").replace("6", "5"))) != []
    with pytest.raises(ValueError, match=r"0\.2\.1"):
        versions(text.replace("Formats: bundle 6.\n", ""))
