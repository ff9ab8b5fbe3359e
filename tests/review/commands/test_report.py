# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit report`` on a tree made of the port, in whose history a defect came with one commit."""

import json
import subprocess
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from models.diagnosis import reproducer
from review.commands.report import command
from tests.kernel_tree import TEST, change, git, mailbox, make_kernel
from tests.review.invoked import invoked

ME = ("--from", "A Reporter <reporter@example.org>")
COUNT = "	unsigned int values = node->nr_values;\n"
WRONG = f"{COUNT}	node->count++;\n"
CASE = "chunk shift 6\nstore(0, 1)\nsplit(0, 1 to 0)\nsnapshot()\n"
ARRAY = "static DEFINE_XARRAY(array);\n"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its test has what tests of entries of several indices use, as a kernel's has."""
    folder = tmp_path_factory.mktemp("report")
    tree = make_kernel(folder / "linux")
    git(tree, "config", "user.name", "Tester")
    git(tree, "config", "user.email", "tester@example.org")
    around = reproducer._SURROUNDINGS.read_text()
    helper = around[around.index("static inline void *xa_store_order") :].partition(ARRAY)[0]
    test = TEST.replace(
        "\nstatic noinline void check_split",
        f"\n{helper}\n" + r"static noinline void check_split",
        1,
    )
    (tree / "lib/test_xarray.c").write_text(test)
    git(tree, "commit", "--quiet", "--all", "--message=a test")
    git(tree, "tag", "right")
    change(tree, "lib/xarray.c", COUNT, f"	/* the sum */\n{COUNT}", "XArray: a comment")
    change(tree, "lib/xarray.c", COUNT, WRONG, "XArray: count more")
    git(tree, "tag", "wrong")
    change(tree, "lib/xarray.c", WRONG, f"{WRONG}	/* more */\n", "XArray: another")
    return tree


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "case.txt").write_text(CASE)
    return tmp_path / "case.txt"


def test_the_mail_and_the_patch(tree: Path, case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (tmp_path / "remark").write_text("How bad: very.\n")
    words = ("--remark", tmp_path / "remark", "--to", "list@example.org", "--signoff", "--json")
    status, said = invoked(command, case, "--kernel", tree, *ME, "--out", out, *words)
    told = json.loads(said)
    first = git(tree, "rev-parse", "--short=12", "wrong").strip()
    assert (status, told["fixes"], told["no_test"], told["checkpatch"]) == (0, first, "", None)
    mail, patch = map(Path, told["files"])
    one = message_from_bytes(mail.read_bytes(), policy=policy.default)
    body = one.get_content()
    assert (one["From"], one["To"]) == (ME[1], "list@example.org")
    assert f'Fixes: {first} ("XArray: count more")' in body.splitlines()
    for text in ("node-count", "split(index=0", "How bad: very.", "expected  ", "seen once"):
        assert text in body, text
    assert "checkpatch.pl was not run" in " ".join(body.split())
    assert "others that fail: none" in body and patch.name in body

    git(tree, "checkout", "--quiet", "right")
    try:
        subprocess.run(["git", "apply", "--check", patch], cwd=tree, check=True)
    finally:
        git(tree, "checkout", "--quiet", "master")
    text = patch.read_text()
    assert "+		check_node_count(&array);" in text and "+static noinline void check_" in text
    assert text.count("\nSigned-off-by: A Reporter <reporter@example.org>\n") == 1


def test_a_kernel_that_does_not_have_it_is_not_reported(
    tree: Path, case: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ("--kernel", tree, "--rev", "right", *ME, "--out", out)
    status, told = invoked(command, case, *words)
    assert status == 2 and "there is nothing to report" in told
    assert not out.exists()


def test_a_fix_must_mend_it(tree: Path, case: Path, tmp_path: Path) -> None:
    more = f"{WRONG}	/* more */\n"
    for name, new in (("fix", COUNT), ("none", f"{more}	/* and more */\n")):
        change(tree, "lib/xarray.c", more, new, f"XArray: {name}")
        text = mailbox(tree, tmp_path / name, since="HEAD~1").read_text()
        (tmp_path / name).write_text(text)
    words = ("--kernel", tree, *ME, "--out", tmp_path / "out", "--fix")
    status, told = invoked(command, case, *words, tmp_path / "none")
    assert status == 2 and "with the fix the kernel's test fails still: check_node_count" in told
    assert invoked(command, case, *words, tmp_path / "fix")[0] == 0
    assert "all checks pass" in (tmp_path / "out" / "0000-report.eml").read_text()


PASSES = "static noinline void check_own(struct xarray *xa)\n{\n	xa_destroy(xa);\n}\n"
FAILS = PASSES.replace("	xa_d", "	XA_BUG_ON(xa, 1);\n	xa_d")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (PASSES, "the test passes with the kernel"),
        (FAILS, "the test fails with right code"),
        (PASSES.replace("xa_destroy", "xa_destroyed"), "does not compile"),
        ("int none;\n", ""),
    ],
)
def test_a_test_that_shows_nothing_is_refused(
    tree: Path, case: Path, tmp_path: Path, code: str, why: str
) -> None:
    (tmp_path / "test.c").write_text(code)
    words = ("--kernel", tree, *ME, "--out", tmp_path / "out", "--test", tmp_path / "test.c")
    status, told = invoked(command, case, *words)
    assert status == 2 and why in told
    assert not (tmp_path / "out").exists()


def test_what_is_wrong_with_the_words_is_one_line(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "case.txt").write_text("chunk shift 1\nstore(0, 1)\nfrobnicate(0)\n")
    words = ("--kernel", tree, *ME, "--out", tmp_path / "out")
    status, told = invoked(command, tmp_path / "case.txt", *words)
    assert status == 2 and "there is no operation" in told
    status, told = invoked(command, tmp_path / "none", *words)
    assert status == 2 and "No such file" in told
    status, told = invoked(command, tmp_path / "case.txt", *ME)
    assert status == 2 and "name one kernel" in told
