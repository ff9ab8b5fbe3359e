# SPDX-License-Identifier: GPL-2.0-or-later
from pathlib import Path

import pytest

from models.kernel.mailbox import Mail, read_mailbox
from models.kernel.parent import blobs, parent
from tests.kernel_tree import change, git

FILE = "lib/xarray.c"
COUNT = "	unsigned long nodes = 0;\n"


def commit(tree: Path, old: str, new: str) -> str:
    change(tree, FILE, old, new)
    return git(tree, "rev-parse", "HEAD").strip()


@pytest.fixture
def mail(tree: Path, tmp_path: Path) -> Mail:
    """The second of three commits."""
    commit(tree, COUNT, COUNT + "	/* one */\n")
    commit(tree, "	/* one */\n", "	/* two */\n")
    box = tmp_path / "patch"
    box.write_text(git(tree, "format-patch", "-1", "--stdout"))
    commit(tree, "	/* two */\n", "	/* three */\n")
    return read_mailbox(box, tmp_path)[0][0]


def test_it_is_found_by_what_the_patch_was_made_from(tree: Path, mail: Mail) -> None:
    assert parent(tree, mail, [FILE]) == git(tree, "rev-parse", "HEAD~2").strip()
    assert set(blobs(mail)) == {FILE}


def test_on_another_branch_too(tree: Path, mail: Mail) -> None:
    wanted = git(tree, "rev-parse", "HEAD~2").strip()
    git(tree, "branch", "topic")
    git(tree, "reset", "--hard", "HEAD~3")
    assert parent(tree, mail, [FILE]) == wanted


def test_none_has_it(tree: Path, mail: Mail) -> None:
    mail.diff.write_text(mail.diff.read_text().replace("index ", "index 1234"))
    assert parent(tree, mail, [FILE]) is None


def test_the_patch_does_not_tell(tree: Path, mail: Mail) -> None:
    lines = mail.diff.read_text().splitlines(keepends=True)
    mail.diff.write_text("".join(one for one in lines if not one.startswith("index ")))
    assert parent(tree, mail, [FILE]) is None


def test_a_file_that_the_patch_makes_was_nothing(tree: Path, mail: Mail) -> None:
    mail.diff.write_text(
        "diff --git a/lib/new.c b/lib/new.c\nnew file mode 100644\nindex 0000000..587be6b\n"
        "--- /dev/null\n+++ b/lib/new.c\n@@ -0,0 +1 @@\n+x\n"
    )
    assert parent(tree, mail, ["lib/new.c"]) is None
