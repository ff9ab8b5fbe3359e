# SPDX-License-Identifier: GPL-2.0-or-later
"""The same review gives the same bundle, but for times."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from review.bundle.format import MANIFEST
from review.report.write import write
from review.run.search_result import SearchResult
from tests.review import small


def written(search: SearchResult, place: Path, *, proofs: bool) -> dict[str, bytes]:
    place.mkdir()
    write(small.reviewed(search, place, proofs=proofs), place)
    return {
        path.relative_to(place).as_posix(): path.read_bytes()
        for path in place.rglob("*")
        if path.is_file()
    }


PAGE = "report.html"
TIMES = re.compile(rb'<(span|p|figure) class="time">.*?</\1>', re.DOTALL)
"""What the page marks as times."""


def bare(text: bytes) -> dict[str, Any]:
    """A manifest without what is allowed to differ."""
    told: dict[str, Any] = json.loads(text)
    told["artefacts"] = [one for one in told["artefacts"] if one["path"] != PAGE]
    return {name: value for name, value in told.items() if name not in ("run", "sha256")}


@pytest.mark.parametrize(("search", "proofs"), [(small.clean, True), (small.broken, False)])
def test_two_bundles_of_a_review_differ_in_times_alone(
    search: Any, proofs: bool, tmp_path: Path
) -> None:
    one = written(search(), tmp_path / "one", proofs=proofs)
    search().__dict__.pop("diagnoses", None)
    other = written(search(), tmp_path / "other", proofs=proofs)
    first, second = one.pop(MANIFEST), other.pop(MANIFEST)
    pages = [TIMES.sub(b"", files.pop(PAGE)) for files in (one, other)]
    assert pages[0] == pages[1]
    assert one == other and {"results.ktap", "results.junit.xml", "results.sarif"} <= one.keys()
    assert bare(first) == bare(second)
    assert str(tmp_path).encode() not in b"".join((*one.values(), first))


def test_only_the_manifest_has_a_date(tmp_path: Path) -> None:
    files = written(small.clean(), tmp_path / "one", proofs=True)
    year = json.loads(files[MANIFEST])["run"]["created"][:10].encode()
    assert [name for name, text in files.items() if year in text] == [MANIFEST]
