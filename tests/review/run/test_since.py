# SPDX-License-Identifier: GPL-2.0-or-later
"""Since which commit something is there, in histories of a file whose text says what it shows."""

from collections.abc import Callable
from pathlib import Path

import pytest

from models.kernel.source import Source
from models.subject.build import BuildError
from review.run.since import Since, since
from tests.kernel_tree import git

FILE = "lib/xarray.c"
Made = Callable[..., Since]


def text_of(source: Source) -> str:
    return (source.directory / FILE).read_text()


def offers(source: Source) -> bool:
    return "absent" not in text_of(source)


def shows(source: Source) -> bool:
    if "broken" in text_of(source):
        raise BuildError("it does not compile")
    return "wrong" in text_of(source)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "linux"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=master")
    (folder / "README").write_text("no kernel yet\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=nothing")
    return folder


def commit(tree: Path, text: str) -> str:
    """Commit a text of the file, with it as the subject."""
    for name in (FILE, "include/linux/xarray.h"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / FILE).write_text(text)
    (tree / "include/linux/xarray.h").write_text("")
    git(tree, "add", "--force", ".")
    git(tree, "commit", "--quiet", f"--message={text}")
    return git(tree, "rev-parse", "HEAD").strip()


def asked(tree: Path, rev: str | None = None) -> Since:
    return since(str(tree), rev, offers, shows, lambda _: None)


def test_the_first_that_shows_it_is_named(tree: Path) -> None:
    for number in range(5):
        commit(tree, f"right {number}")
    first = commit(tree, "wrong 0")
    for number in range(1, 9):
        commit(tree, f"wrong {number}")
    found = asked(tree)
    assert (found.commit, found.subject) == (first[:12], "wrong 0")
    assert str(found) == f'Fixes: {first[:12]} ("wrong 0")'
    assert found.tried < 8


def test_commits_of_other_files_are_not_run(tree: Path) -> None:
    commit(tree, "right")
    first = commit(tree, "wrong")
    for number in range(20):
        (tree / "README").write_text(f"{number}")
        git(tree, "commit", "--quiet", "--all", "--message=other")
    found = asked(tree)
    assert found.commit == first[:12] and found.tried == 2


def test_one_that_has_no_such_function_does_not_show_it(tree: Path) -> None:
    commit(tree, "absent")
    first = commit(tree, "wrong")
    assert asked(tree).commit == first[:12]


def test_the_commit_that_brought_the_file(tree: Path) -> None:
    first = commit(tree, "wrong")
    commit(tree, "wrong still")
    assert asked(tree).commit == first[:12]


def test_where_what_lies_between_does_not_compile_none_is_named(tree: Path) -> None:
    commit(tree, "right")
    commit(tree, "broken")
    commit(tree, "wrong")
    found = asked(tree)
    assert found.commit == "" and "one of 2 commits" in found.reason
    assert str(found).startswith("No Fixes tag: it came with one of")


def test_one_that_does_not_compile_elsewhere_is_passed_over(tree: Path) -> None:
    for text in ("right", "broken", "right again"):
        commit(tree, text)
    first = commit(tree, "wrong")
    commit(tree, "broken, but later")
    commit(tree, "wrong still")
    assert asked(tree).commit == first[:12]


def test_a_history_that_begins_with_it(tree: Path, tmp_path: Path) -> None:
    commit(tree, "right")
    commit(tree, "wrong")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{tree}", str(shallow))
    found = asked(shallow)
    assert found.commit == "" and "since the first commit of the history" in found.reason


@pytest.mark.parametrize("more", range(4))
def test_a_history_that_branches(tree: Path, more: int) -> None:
    """It came with a branch, however many commits the other one has."""
    commit(tree, "right")
    git(tree, "checkout", "--quiet", "-b", "side")
    first = commit(tree, "wrong")
    git(tree, "checkout", "--quiet", "master")
    for number in range(more):
        (tree / "include/linux/xarray.h").write_text(f"/* {number} */")
        git(tree, "commit", "--quiet", "--all", "--message=header")
    git(tree, "merge", "--quiet", "--no-ff", "--message=merge", "side")
    assert asked(tree).commit == first[:12]


def test_what_a_merge_left_out_came_later(tree: Path) -> None:
    commit(tree, "right")
    git(tree, "checkout", "--quiet", "-b", "side")
    commit(tree, "wrong")
    git(tree, "checkout", "--quiet", "master")
    commit(tree, "right again")
    git(tree, "merge", "--quiet", "--strategy=ours", "--message=merge", "side")
    commit(tree, "wrong still")
    assert asked(tree).subject == "wrong still"


def test_what_has_no_history(tree: Path, tmp_path: Path) -> None:
    commit(tree, "wrong")
    (tmp_path / "plain").mkdir()
    assert "no git repository" in asked(tmp_path / "plain").reason
    commit(tree, "right now")
    assert "not committed" in asked(tree).reason
    assert asked(tree, "HEAD~1").commit
