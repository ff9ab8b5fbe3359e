# SPDX-License-Identifier: GPL-2.0-or-later
"""The plain outcome of each kind of series, through the command itself: status and one line."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from models.sweep.sweep import Unit
from review.cli import main, run
from review.run import search as searches
from tests.kernel_tree import change, git, mailbox

COUNT = "	unsigned long nodes = 0;\n"
ALLOCATE = "	(void)entry;\n"
REFUSE = """	if (WARN_ON(xas->xa_shift + 2 * XA_CHUNK_SHIFT <= order)) {
		xas_set_err(xas, -ENOMEM);
		return;
	}
"""
HELPER = "static bool split_too_deep(const struct xa_state *xas, unsigned int order)\n"
CALL = "	if (WARN_ON(split_too_deep(xas, order))) {\n"


@pytest.fixture
def deep(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep of three units: within a level, by one level, and by two."""
    units = [Unit(2, 2, 2), Unit(2, 2, 1), Unit(2, 4, 1)]
    monkeypatch.setattr(searches, "complete_units", lambda *_: units)
    monkeypatch.setattr(searches, "quick_units", lambda *_: [])
    monkeypatch.setattr(searches, "sampled_units", lambda *_: [])


def empty(tree: Path, box: Path) -> None:
    box.write_text("")


def other_file(tree: Path, box: Path) -> None:
    change(tree, "mm/filemap.c", "line 7\n", "line seven\n")
    mailbox(tree, box)


def outside(tree: Path, box: Path) -> None:
    box.write_text(
        "diff --git a/../../x b/../../x\n--- a/../../x\n+++ b/../../x\n@@ -1 +1 @@\n-1\n+2\n"
    )


def moved_on(tree: Path, box: Path) -> None:
    change(tree, "lib/xarray.c", COUNT, COUNT + "	nodes = 1;\n", "XArray: one")
    mailbox(tree, box)
    change(tree, "lib/xarray.c", COUNT, "	unsigned long wanted = 0;\n")


def no_code(tree: Path, box: Path) -> None:
    change(tree, "lib/xarray.c", COUNT, "	unsigned long nodes = ;\n")
    mailbox(tree, box)


@pytest.mark.parametrize("command", ["search", "review", "baseline"])
@pytest.mark.parametrize(
    ("make", "told"),
    [
        (empty, "no patch in it"),
        (other_file, "changes no file of the XArray (left out: mm/filemap.c)"),
        (outside, "lies outside the tree"),
        (moved_on, 'patch 1 "[PATCH 1/1] XArray: one" does not apply: lib/xarray.c, hunk 1'),
        (no_code, "linux + 1 patch does not compile: lib/xarray.c:"),
    ],
)
def test_what_cannot_be_tested_is_one_line_and_status_2(
    tree: Path,
    tmp_path: Path,
    command: str,
    make: Callable[[Path, Path], None],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    box = tmp_path / "series.mbx"
    make(tree, box)
    before = git(tree, "status", "--porcelain")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        sys, "argv", ["xasplit", command, "--kernel", str(tree), "--mbox", str(box)]
    )
    with pytest.raises(SystemExit) as ended:
        run()
    out, err = capfd.readouterr()
    assert ended.value.code == 2, err
    assert out == ""
    assert told in err and err.startswith("xasplit: ")
    assert err.count("\n") == 1, err
    assert git(tree, "status", "--porcelain") == before


def search(tree: Path, *words: str) -> tuple[int, dict[str, list[dict[str, Any]]], str]:
    """Status, JSON and standard error of a search at chunk shift 2."""
    command = ["search", "--kernel", str(tree), "--chunk-shift", "2", "--examples", "0", "--json"]
    saved = ["--save", str(tree.parent / "saved"), "--seed", "1"]
    done = CliRunner().invoke(main, [*command, *saved, *words], standalone_mode=False)
    return done.return_value, json.loads(done.stdout), done.stderr


@pytest.mark.usefixtures("short")
def test_an_offset_is_told_and_several_boxes_are_applied_in_order(
    tree: Path, tmp_path: Path
) -> None:
    change(tree, "lib/xarray.c", COUNT, COUNT + "	nodes = 1;\n", "XArray: wrong")
    git(tree, "tag", "wrong")
    change(tree, "lib/xarray.c", COUNT + "	nodes = 1;\n", COUNT, "XArray: right")
    right = mailbox(tree, tmp_path / "right", since="wrong")
    wrong = mailbox(tree, tmp_path / "wrong")
    path = tree / "lib/xarray.c"
    path.write_text("/* a line more */\n" + path.read_text())
    status, told, notes = search(tree, "--mbox", str(wrong), "--mbox", str(right))
    assert status == 0 and told["findings"] == []
    assert "offset 1 line" in notes
    assert search(tree, "--mbox", str(wrong))[0] == 1


@pytest.mark.usefixtures("deep")
def test_a_series_that_makes_a_kernel_of_one_level_split_deeper(tree: Path, tmp_path: Path) -> None:
    """Four patches: no change of behaviour, deep splits with one node too many, that put right, and
    the test.  The first must refuse cleanly, the second is a finding, the whole series holds."""
    change(tree, "lib/xarray.c", ALLOCATE, ALLOCATE + REFUSE, "one level, as released")
    git(tree, "tag", "--force", "base")
    head = "void xas_split_alloc("
    body = "{\n	return xas->xa_shift + 2 * XA_CHUNK_SHIFT <= order;\n}\n\n"
    text = (tree / "lib/xarray.c").read_text()
    assert text.count(head) == 1 and text.count(REFUSE) == 1
    text = text.replace(head, HELPER + body + head)
    text = text.replace(REFUSE, CALL + REFUSE.partition("\n")[2])
    (tree / "lib/xarray.c").write_text(text)
    git(tree, "commit", "--quiet", "--all", "--message=XArray: Name the limit of a split")
    change(tree, "lib/xarray.c", HELPER + body, "", "x")
    change(tree, "lib/xarray.c", CALL + REFUSE.partition("\n")[2], "", "y")
    change(tree, "lib/xarray.c", COUNT, COUNT + "	nodes = 1;\n", "z")
    git(tree, "reset", "--quiet", "--soft", "HEAD~3")
    git(tree, "commit", "--quiet", "--message=XArray: Split entries of any order")
    change(tree, "lib/xarray.c", "	nodes = 1;\n", "", "XArray: Allocate what is needed")
    change(tree, "lib/test_xarray.c", "2 * XA_CHUNK_SHIFT", "4 * XA_CHUNK_SHIFT", "XArray: test")
    box = str(mailbox(tree, tmp_path / "box"))
    status, told, _ = search(tree, "--mbox", box, "--each-patch")
    title = "XArray: Name the limit of a split and 3 more patches"
    names = [f"{title}, 1 of 4 patches", f"{title}, 2 of 4 patches", title]
    assert [(one["name"], one["one_level"]) for one in told["implementations"]] == [
        (names[0], True), (names[1], False), (names[2], False),
    ]  # fmt: skip
    assert status == 1
    assert {one["implementation"] for one in told["findings"]} == {names[1]}
    assert "split-requests" in {name for one in told["findings"] for name in one["properties"]}
    status, told, _ = search(tree, "--mbox", box)
    assert status == 0 and told["findings"] == []


@pytest.mark.usefixtures("deep")
def test_a_prefix_that_refuses_in_the_wrong_way_is_a_finding(tree: Path, tmp_path: Path) -> None:
    """Refusing is no excuse: without an error on the cursor the split of a prefix goes wrong."""
    change(tree, "lib/xarray.c", ALLOCATE, ALLOCATE + REFUSE.replace(
        "		xas_set_err(xas, -ENOMEM);\n", ""), "XArray: refuse")  # fmt: skip
    change(tree, "lib/xarray.c", REFUSE.replace("		xas_set_err(xas, -ENOMEM);\n", ""), "",
           "XArray: do not refuse")  # fmt: skip
    status, told, _ = search(tree, "--mbox", str(mailbox(tree, tmp_path / "box")), "--each-patch")
    assert status == 1
    broken = {one["implementation"] for one in told["findings"]}
    assert broken == {"XArray: refuse and 1 more patch, 1 of 2 patches"}
