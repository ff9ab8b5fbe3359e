# SPDX-License-Identifier: GPL-2.0-or-later
import hashlib
import random
import subprocess
import tarfile
from pathlib import Path

import pytest

from models.kernel import source
from models.kernel.source import Source, SourceError, open_source, port_source

FILES = {
    "Makefile": b"# a kernel\nVERSION = 6\nPATCHLEVEL = 15\nSUBLEVEL = 2\nEXTRAVERSION = -rc1\n",
    "include/linux/xarray.h": b"void xas_try_split(struct xa_state *xas, void *entry);\n",
    "lib/xarray.c": b"/* the array */\n",
    "lib/radix-tree.h": b"/* shared */\n",
    "lib/test_xarray.c": b"/* test */\n",
}


pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / "linux" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "linux" / name).write_bytes(content)
    (tmp_path / "linux" / "lib" / "other.c").write_text("not wanted")
    return tmp_path / "linux"


def check(opened: Source) -> None:
    """That all of FILES arrived, and nothing else."""
    found = sorted(path for path in opened.directory.rglob("*") if path.is_file())
    contents = {p.relative_to(opened.directory).as_posix(): p.read_bytes() for p in found}
    assert contents == FILES
    assert opened.version == "6.15.2-rc1"
    assert opened.units == ("lib/xarray.c",)
    assert opened.sha256 == {n: hashlib.sha256(c).hexdigest() for n, c in FILES.items()}
    assert opened.capabilities.try_split
    assert not opened.capabilities.get_order
    assert opened.has_kernel_test


def test_a_kernel_tree(tree: Path) -> None:
    opened = open_source(tree)
    check(opened)
    assert opened.name == "linux"


def archive(tree: Path, target: Path, mode: str) -> Path:
    with tarfile.open(target, mode) as made:  # type: ignore[call-overload]
        made.add(tree, "linux-source-6.15", recursive=True, filter=None)
    return target


@pytest.mark.parametrize("compression", ["", "gz", "bz2", "xz"])
def test_a_tarball(tree: Path, tmp_path: Path, compression: str) -> None:
    target = archive(tree, tmp_path / "linux.tar.any", f"w:{compression}")
    opened = open_source(target)
    check(opened)
    assert opened.name == "linux.tar.any"


def test_a_tarball_is_read_once(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = archive(tree, tmp_path / "linux.tar.xz", "w:xz")
    first = open_source(target)
    monkeypatch.setattr(source, "_read_tarball", lambda _: pytest.fail("read again"))
    assert open_source(target) == first


def test_reading_stops_behind_lib(tree: Path, tmp_path: Path) -> None:
    """What comes after lib/ may even be missing."""
    (tree / "lib/radix-tree.h").unlink()
    (tree / "mm").mkdir()
    (tree / "mm/filemap.c").write_bytes(random.Random(1).randbytes(1 << 20))
    data = archive(tree, tmp_path / "linux.tar.gz", "w:gz").read_bytes()
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(data[: len(data) // 2])
    assert sorted(open_source(cut).sha256) == sorted(FILES.keys() - {"lib/radix-tree.h"})


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True)


@pytest.fixture
def repository(tree: Path) -> Path:
    git(tree, "init", "--quiet")
    git(tree, "add", ".")
    git(tree, "commit", "--quiet", "--message=first")
    git(tree, "tag", "v6.15")
    (tree / "lib/xarray.c").write_text("/* changed later */\n")
    git(tree, "commit", "--quiet", "--all", "--message=second")
    return tree


def test_a_revision(repository: Path) -> None:
    opened = open_source(repository, rev="v6.15")
    check(opened)
    assert opened.name == "linux@v6.15"
    later = open_source(repository, rev="HEAD")
    assert later.sha256["lib/xarray.c"] != opened.sha256["lib/xarray.c"]


def test_a_bare_repository_needs_a_revision(repository: Path, tmp_path: Path) -> None:
    bare = tmp_path / "linux.git"
    git(repository, "clone", "--quiet", "--bare", ".", str(bare))
    check(open_source(bare, rev="v6.15"))
    with pytest.raises(SourceError, match="name a revision"):
        open_source(bare)


def message(named: Path, rev: str | None = None) -> str:
    """The one line with which opening fails."""
    with pytest.raises(SourceError) as caught:
        open_source(named, rev)
    text = str(caught.value)
    assert "\n" not in text
    assert str(named) in text
    return text


def test_bad_names(repository: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    text = tmp_path / "text"
    text.write_text("no tarball")
    assert "no such file" in message(tmp_path / "absent")
    assert "not a kernel, it has no lib/xarray.c" in message(empty)
    assert "not a readable tarball" in message(text)
    assert "not a git repository" in message(empty, "HEAD")
    assert "not a folder" in message(text, "HEAD")
    assert "no revision v9" in message(repository, "v9")
    assert "no revision --help" in message(repository, "--help")


def test_a_tarball_of_something_else(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "file").write_text("")
    assert "not a kernel" in message(archive(other, tmp_path / "other.tar", "w:"))


def test_a_tarball_cut_short(tree: Path, tmp_path: Path) -> None:
    (tree / "a-large-file").write_bytes(bytes(range(256)) * 4000)
    whole = archive(tree, tmp_path / "linux.tar.xz", "w:xz")
    cut = tmp_path / "cut.tar.xz"
    for left_out in (200, 400, 600, 800):
        cut.write_bytes(whole.read_bytes()[:-left_out])
        assert "not a readable tarball" in message(cut)


def test_a_tree_without_a_makefile_has_no_version(tree: Path) -> None:
    (tree / "Makefile").unlink()
    assert open_source(tree).version == ""


def test_the_port() -> None:
    port, recursive = port_source(), port_source(recursive=True)
    assert "lib/xarray.c" in port.units
    assert port.capabilities.try_split
    assert port.defines == ()
    assert recursive.defines == ("XA_SPLIT_RECURSIVE",)
    assert port.sha256 == recursive.sha256
