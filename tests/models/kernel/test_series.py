# SPDX-License-Identifier: GPL-2.0-or-later
import gzip
import shutil
from pathlib import Path

import pytest

from models.kernel import mailbox as mailboxes
from models.kernel.mailbox import SeriesError
from models.kernel.series import Series, apply_series
from models.kernel.source import SourceError, open_source
from tests.kernel_tree import change, git, mailbox, make_kernel

NODES = "unsigned long nodes = 0;"


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_kernel(tmp_path_factory.mktemp("kernel") / "linux")


@pytest.fixture
def tree(pristine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XASPLIT_CACHE", str(tmp_path / "cache"))
    git(tmp_path, "clone", "--quiet", str(pristine), "linux")
    return tmp_path / "linux"


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return tmp_path / "series.mbx"


def text(series: Series, name: str = "lib/xarray.c") -> str:
    return (series.source.directory / name).read_text()


def fails(tree: Path, box: Path, rev: str | None = None) -> str:
    with pytest.raises(SeriesError) as raised:
        apply_series(tree, rev, [box])
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_applies_as_posted(tree: Path, box: Path) -> None:
    change(tree, "lib/xarray.c", NODES, "unsigned long nodes = 0; /* one */", "XArray: one")
    change(
        tree, "include/linux/xarray.h", "#define XA_MAX_MARKS", "/* two */\n#define XA_MAX_MARKS"
    )
    mailbox(tree, box)
    before = git(tree, "status", "--porcelain"), open_source(tree).sha256
    series = apply_series(tree, None, [box])
    assert "/* one */" in text(series) and "/* two */" in text(series, "include/linux/xarray.h")
    assert series.source.name == "linux + 2 patches"
    assert series.source.version == "6.99.1 + 2 patches"
    assert series.notes == []
    assert [patch.subject for patch in series.patches] == [
        "[PATCH 1/2] XArray: one", "[PATCH 2/2] XArray: change it",
    ]  # fmt: skip
    assert (git(tree, "status", "--porcelain"), open_source(tree).sha256) == before
    assert before[0] == ""


def test_every_prefix_in_which_code_changes(tree: Path, box: Path) -> None:
    change(tree, "lib/xarray.c", NODES, "unsigned long nodes = 0; /* one */")
    change(tree, "lib/test_xarray.c", "tests_run++;", "tests_run += 1;")
    change(tree, "lib/xarray.c", "/* one */", "/* two */")
    change(tree, "lib/test_xarray.c", "tests_run += 1;", "++tests_run;")
    series = apply_series(tree, None, [mailbox(tree, box)])
    assert [prefix.name for prefix in series.prefixes] == [
        "linux + 1 of 4 patches", "linux + 2 of 4 patches", "linux + 3 of 4 patches",
        "linux + 4 patches",
    ]  # fmt: skip
    prefixes = series.code_prefixes()
    assert [one.name for one in prefixes] == ["linux + 2 of 4 patches", "linux + 4 patches"]
    assert [one.prefix for one in prefixes] == [True, False]
    contents = [(one.directory / "lib/xarray.c").read_text() for one in prefixes]
    assert "/* one */" in contents[0] and "/* two */" in contents[1]


def test_several_mailboxes_in_order(tree: Path, tmp_path: Path) -> None:
    change(tree, "lib/xarray.c", NODES, "unsigned long nodes = 0; /* one */")
    git(tree, "tag", "one")
    change(tree, "lib/xarray.c", "/* one */", "/* two */")
    second = mailbox(tree, tmp_path / "second", since="one")
    first = mailbox(tree, tmp_path / "first")
    assert "/* two */" in text(apply_series(tree, None, [first, second]))
    with pytest.raises(SeriesError, match="does not apply"):
        apply_series(tree, None, [second, first])


def test_mails_out_of_order_are_sorted_and_replies_left_out(tree: Path, box: Path) -> None:
    change(tree, "lib/xarray.c", NODES, "unsigned long nodes = 0; /* one */")
    change(tree, "lib/xarray.c", "/* one */", "/* two */")
    mails = mailbox(tree, box).read_text().split("\nFrom ")
    assert len(mails) == 3
    reply = mails[2].replace("Subject: [PATCH", "Subject: Re: [PATCH")
    box.write_text("\nFrom ".join([mails[0], mails[2], reply, mails[1]]))
    series = apply_series(tree, None, [box])
    assert "/* two */" in text(series) and len(series.patches) == 2


def test_a_bare_diff_and_a_tarball(tree: Path, box: Path, tmp_path: Path) -> None:
    change(tree, "lib/xarray.c", NODES, "unsigned long nodes = 0; /* one */")
    box.write_text(git(tree, "diff", "base"))
    git(tree, "archive", "--prefix=linux-6.99/", f"--output={tmp_path / 'linux.tar'}", "base")
    series = apply_series(tmp_path / "linux.tar", None, [box])
    assert "/* one */" in text(series)
    assert str(series.patches[0]) == "patch 1"


def test_a_revision_is_patched_as_it_was(tree: Path, box: Path) -> None:
    change(tree, "lib/xarray.c", NODES, "unsigned long nodes = 0; /* one */")
    mailbox(tree, box)
    change(tree, "lib/xarray.c", NODES, "unsigned long other = 0;")
    assert "does not apply" in fails(tree, box)
    assert "/* one */" in text(apply_series(tree, "base", [box]))


def test_an_offset_is_told(tree: Path, box: Path) -> None:
    change(tree, "lib/xarray.c", NODES, "unsigned long nodes = 0; /* one */")
    mailbox(tree, box)
    path = tree / "lib/xarray.c"
    path.write_text("/* a line more */\n" + path.read_text())
    series = apply_series(tree, None, [box])
    assert "/* one */" in text(series)
    (note,) = series.notes
    assert "patch 1" in note and "lib/xarray.c: Hunk #1 succeeded" in note
    assert "offset 1 line" in note


def test_three_way_where_the_base_is_known(tree: Path, box: Path) -> None:
    """The context has changed, which is no conflict for one who has the original."""
    change(tree, "lib/xarray.c", NODES, "unsigned long nodes = 0; /* one */")
    mailbox(tree, box)
    name = "split_nodes(unsigned int order, unsigned int shift)"
    other = "split_nodes(unsigned order, unsigned shift)"
    old = (tree / "lib/xarray.c").read_text()
    (tree / "lib/xarray.c").write_text(old.replace(name, other))
    series = apply_series(tree, None, [box])
    assert "/* one */" in text(series) and other in text(series)
    assert "merged three-way" in series.notes[0]
    # Without the original there is nothing to merge with.
    shutil.rmtree(tree / ".git")
    assert "does not apply" in fails(tree, box)


def test_what_does_not_apply_names_patch_file_and_hunk(tree: Path, box: Path) -> None:
    change(tree, "lib/xarray.c", "/* What the new entries", "/* what the new entries", "XArray: a")
    change(tree, "lib/xarray.c", NODES, "unsigned long nodes = 0; /* b */", "XArray: b")
    lines = (tree / "lib/xarray.c").read_text().splitlines()
    (tree / "lib/xarray.c").write_text("/* first */\n" + "\n".join(lines) + "\n")
    git(tree, "commit", "--quiet", "--all", "--amend", "--message=XArray: b")
    mailbox(tree, box)
    (tree / "lib/xarray.c").write_text((tree / "lib/xarray.c").read_text().replace(NODES, "int n;"))
    message = fails(tree, box)
    assert message.startswith(
        'patch 2 "[PATCH 2/2] XArray: b" does not apply: lib/xarray.c, hunk 2'
    )
    git(tree, "checkout", "--quiet", ".")
    assert apply_series(tree, None, [box])


def test_other_files_are_left_out(tree: Path, box: Path) -> None:
    (tree / "mm/filemap.c").write_text("changed\n")
    change(tree, "lib/xarray.c", NODES, "unsigned long nodes = 0; /* one */")
    mailbox(tree, box)
    (tree / "mm/filemap.c").write_text("nothing that the patch fits\n")
    series = apply_series(tree, None, [box])
    assert "/* one */" in text(series)
    assert series.notes == ["left out, not of the XArray: mm/filemap.c"]
    assert sorted(series.source.sha256) == [
        "Makefile", "include/linux/xarray.h", "lib/test_xarray.c", "lib/xarray.c",
    ]  # fmt: skip


def test_a_patch_for_other_files_only(tree: Path, box: Path) -> None:
    change(tree, "mm/filemap.c", "line 7\n", "line seven\n")
    message = fails(tree, mailbox(tree, box))
    assert message == "the series changes no file of the XArray (left out: mm/filemap.c)"


@pytest.mark.parametrize("name", ["lib/test_xarray.c", "tools/testing/radix-tree/main.c"])
def test_a_series_for_tests_only(tree: Path, box: Path, name: str) -> None:
    text_before = (tree / name).read_text()
    change(tree, name, text_before, text_before + "/* more */\n")
    series = apply_series(tree, None, [mailbox(tree, box)])
    assert "the series changes tests only" in series.notes[0]
    assert text(series) == (tree / "lib/xarray.c").read_text()
    assert (series.with_old_test() is not None) == (name == "lib/test_xarray.c")


def test_the_old_test_on_the_new_code(tree: Path, box: Path) -> None:
    change(tree, "lib/xarray.c", NODES, "unsigned long nodes = 0; /* one */")
    change(tree, "lib/test_xarray.c", "2 * XA_CHUNK_SHIFT", "4 * XA_CHUNK_SHIFT")
    old = apply_series(tree, None, [mailbox(tree, box)]).with_old_test()
    assert old is not None
    assert "2 * XA_CHUNK_SHIFT" in (old.directory / "lib/test_xarray.c").read_text()
    assert "/* one */" in (old.directory / "lib/xarray.c").read_text()


@pytest.mark.parametrize("content", ["", "\n\n", "From nobody\nSubject: no patch\n\nhello\n"])
def test_no_patch(tree: Path, box: Path, content: str) -> None:
    box.write_text(content)
    assert fails(tree, box) == f"{box}: no patch in it"


ESCAPES = {
    "up": "diff --git a/../../x b/../../x\n--- a/../../x\n+++ b/../../x\n",
    "inside": "diff --git a/lib/../../x b/lib/../../x\n--- a/lib/../../x\n+++ b/lib/../../x\n",
    "git root": "diff --git a//etc/x b//etc/x\n--- a//etc/x\n+++ b//etc/x\n",
    "root": "--- /etc/x\n+++ /etc/x\n",
    "new": "diff --git a/../x b/../x\nnew file mode 100644\n--- /dev/null\n+++ b/../x\n",
}


@pytest.mark.parametrize("kind", ESCAPES)
def test_a_path_out_of_the_tree_is_refused(tree: Path, box: Path, kind: str) -> None:
    hunk = "@@ -0,0 +1 @@\n+2\n" if kind == "new" else "@@ -1 +1 @@\n-1\n+2\n"
    box.write_text(ESCAPES[kind] + hunk)
    assert "lies outside the tree" in fails(tree, box)
    assert not (tree.parent / "x").exists()


def test_a_rename_from_outside_is_refused(tree: Path, box: Path) -> None:
    box.write_text(
        "diff --git a/../../x b/lib/xarray.c\nsimilarity index 100%\n"
        "rename from ../../x\nrename to lib/xarray.c\n"
    )
    assert "../../x, which lies outside the tree" in fails(tree, box)


def test_a_link_in_place_of_a_file_is_refused(tree: Path, box: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret")
    (tree / "lib/xarray.c").unlink()
    (tree / "lib/xarray.c").symlink_to(tmp_path / "secret")
    git(tree, "commit", "--quiet", "--all", "--message=link")
    assert "makes lib/xarray.c something other than a file" in fails(tree, mailbox(tree, box))


def test_a_file_that_is_moved_away_or_deleted(tree: Path, box: Path) -> None:
    git(tree, "mv", "lib/xarray.c", "lib/xarray_core.c")
    git(tree, "commit", "--quiet", "--message=move")
    assert "moves lib/xarray.c away, to lib/xarray_core.c" in fails(tree, mailbox(tree, box))
    git(tree, "rm", "--quiet", "lib/xarray.c")
    git(tree, "commit", "--quiet", "--message=delete")
    assert "it has no lib/xarray.c" in fails(tree, mailbox(tree, box))


def test_a_test_that_is_moved_is_followed(tree: Path, box: Path) -> None:
    git(tree, "mv", "tools/testing/radix-tree/main.c", "tools/testing/radix-tree/start.c")
    git(tree, "commit", "--quiet", "--message=move")
    assert apply_series(tree, None, [mailbox(tree, box)]).patches[0].files


def test_windows_line_ends_of_a_mail(tree: Path, box: Path) -> None:
    change(tree, "lib/xarray.c", NODES, "unsigned long nodes = 0; /* one */")
    content = mailbox(tree, box).read_bytes()
    box.write_bytes(content.replace(b"\n", b"\r\n"))
    assert "/* one */\n" in text(apply_series(tree, None, [box]))
    assert (
        b"\r"
        not in (apply_series(tree, None, [box]).source.directory / "lib/xarray.c").read_bytes()
    )


def test_a_binary_patch(tree: Path, box: Path) -> None:
    (tree / "lib/xarray.c").write_bytes(bytes(range(256)))
    git(tree, "commit", "--quiet", "--all", "--message=binary")
    box.write_text(git(tree, "diff", "base"))
    git(tree, "reset", "--quiet", "--hard", "base")
    assert "cannot apply binary patch to 'lib/xarray.c'" in fails(tree, box)


def test_a_patch_that_is_cut_short(tree: Path, box: Path) -> None:
    change(tree, "lib/xarray.c", NODES, "unsigned long nodes = 0; /* one */")
    lines = git(tree, "diff", "base").splitlines()
    box.write_text("\n".join(lines[:-2]) + "\n")
    git(tree, "reset", "--quiet", "--hard", "base")
    assert "corrupt patch" in fails(tree, box)


def test_mailboxes_that_are_none(tree: Path, box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fails(tree, box) == f"{box}: No such file or directory"
    assert fails(tree, tree) == f"{tree}: Is a directory"
    box.write_bytes(gzip.compress(b"From me"))
    assert "unpack it first" in fails(tree, box)
    monkeypatch.setattr(mailboxes, "LARGEST", 10)
    assert "this is no patch series" in fails(tree, box)


def test_a_kernel_that_is_none(tmp_path: Path, box: Path) -> None:
    with pytest.raises(SourceError):
        apply_series(tmp_path / "nothing", None, [box])


def test_the_users_git_settings_do_not_matter(
    tree: Path, box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables that a git hook sets would otherwise make git work on the user's own tree."""
    change(tree, "lib/xarray.c", NODES, "unsigned long nodes = 0; /* one */")
    mailbox(tree, box)
    index = (tree / ".git/index").read_bytes()
    monkeypatch.setenv("GIT_DIR", str(tree / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tree))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tree / ".git/index"))
    assert "/* one */" in text(apply_series(tree, None, [box]))
    assert (tree / ".git/index").read_bytes() == index
    assert "/* one */" not in (tree / "lib/xarray.c").read_text()
