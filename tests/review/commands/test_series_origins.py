# SPDX-License-Identifier: GPL-2.0-or-later
"""A series with six defects in six patches, on a kernel of today: each is told with its patch, and
what the kernel itself does wrong is no finding of the series."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from models.case.origins import place
from models.kernel.series import apply_series
from models.subject.implementation import examine
from models.sweep.families import Family
from models.sweep.sweep import Unit, UnitResult, run_unit
from review.cli import main
from review.run import search as searches
from specs.origin import Origin
from tests import deep, kernels
from tests.kernel_tree import mailbox

TITLE = "XArray: Split entries of any order (RFC v2)"
DEFECTS = {
    "split-failure": deep.LEAK,
    "split-requests": deep.ONE_MORE,
    "node-nr-values": deep.VALUES,
    "child-offset": deep.OFFSET,
    "lru": deep.UNREPORTED,
    "split-marks": deep.MARK,
}


UNITS = [
    Unit(2, 3, 2, 40),
    Unit(2, 3, 1, 40),
    Unit(2, 5, 0, 30),
    Unit(2, 4, 1, family=Family.REFUSALS),
]
"""A few cases of each kind, the kernel's own deviation among them."""


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep of that at chunk shift 2, and no more."""
    monkeypatch.setattr(searches, "complete_units", lambda *_: UNITS)
    monkeypatch.setattr(searches, "sampled_units", lambda *_: [])


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Path]:
    """A tree of a kernel that has xas_try_split(), with its base tagged."""
    yield deep.make_tree(kernels.having(try_split=True).source, tmp_path / "linux")


def posted(tree: Path, box: Path, defects: dict[str, tuple[str, str]]) -> Path:
    """The multi-level series as an mbox with a cover letter; after its two patches one more for
    each defect."""
    deep.put(tree, "xas_split_alloc", deep.ALLOC, "XArray: Allocate nodes for every level")
    deep.put(tree, "xas_split", deep.SPLIT, "XArray: Split over every level")
    for name, edit in defects.items():
        deep.defect(tree, edit)
        deep.commit(tree, f"XArray: {name}")
    text = mailbox(tree, box).read_text()
    head, _, rest = text.partition("Subject: [PATCH 0/")
    rest = rest.replace("*** SUBJECT HERE ***", "XArray: Split entries of any order", 1)
    box.write_text(f"{head}Message-ID: <cover@example.org>\nSubject: [RFC PATCH v2 0/{rest}")
    return box


def search(tree: Path, box: Path, *words: str) -> tuple[int, dict[str, Any]]:
    command = ["search", "--kernel", str(tree), "--mbox", str(box), "--chunk-shift", "2", "--json"]
    given = ["--examples", "0", "--seed", "1", "--save", str(tree.parent / "saved")]
    done = CliRunner().invoke(main, [*command, *given, *words], standalone_mode=False)
    return done.return_value, json.loads(done.stdout)


@pytest.mark.kernel
@pytest.mark.usefixtures("few")
def test_a_right_series_is_not_held_against_what_was_there_before(
    tree: Path, tmp_path: Path
) -> None:
    status, told = search(tree, posted(tree, tmp_path / "right.mbx", {}))
    (one,) = told["implementations"]
    assert one["name"] == TITLE and one["base"]["patches"] == 2
    assert one["base"]["series"][0]["message_id"] == "<cover@example.org>"
    assert [found["property"] for found in told["findings"]] == ["try-split-refuses"]
    assert {found["origin"]["origin"] for found in told["findings"]} == {"there before"}
    assert status == 0


@pytest.mark.kernel
def test_each_of_six_defects_is_told_with_its_patch(tree: Path, tmp_path: Path) -> None:
    box = posted(tree, tmp_path / "bad.mbx", DEFECTS)
    one = examine(apply_series(tree, None, [box]).source, (2,))
    result = UnitResult()
    for unit in UNITS:
        result.update(run_unit(unit, [one]))
    new, before = {}, set()
    for breach in result.findings.sorted():
        if breach.smallest.before:
            before.add(breach.smallest.property)
        else:
            new[breach.smallest.property] = breach.smallest
    assert "try-split-refuses" in before and "try-split-refuses" not in new
    for number, name in enumerate(DEFECTS, 3):
        told = place(one, new[name])
        assert told is not None
        assert (told.origin, told.since) == (Origin.NEW, (f"patch {number} of 8",)), name
