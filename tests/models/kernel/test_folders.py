# SPDX-License-Identifier: GPL-2.0-or-later
"""Folders of a kernel are the same from a tree, a tarball and a repository."""

import re
import subprocess
import tarfile
from pathlib import Path

import pytest

from models.kernel.folders import read_folders
from models.kernel.source import SourceError

WANTED = re.compile(r"tools/.*|lib/[\w-]+\.c")
FOLDERS = ("lib", "tools", "nowhere")


def test_from_tree_tarball_and_repository(tree: Path, tmp_path: Path) -> None:
    (tree / "tools/in").mkdir(parents=True)
    (tree / "tools/in/one.txt").write_text("one")
    (tree / "tools/link").symlink_to("in/one.txt")
    (tree / "tools_not").write_text("no")
    found = read_folders(tree, None, FOLDERS, WANTED)
    assert found["tools/in/one.txt"] == b"one" and "lib/xarray.c" in found
    assert not {"tools/link", "tools_not", "include/linux/xarray.h"} & found.keys()
    packed = tmp_path / "linux.tar.xz"
    with tarfile.open(packed, "w:xz") as archive:
        archive.add(tree, "linux-6.99")
    assert read_folders(packed, None, FOLDERS, WANTED) == found
    packed.chmod(0o600)
    assert read_folders(packed, None, FOLDERS, WANTED) == found
    for command in (
        ("init", "-q"),
        ("add", "-A"),
        ("-c", "user.name=a", "-c", "user.email=b", "commit", "-qm", "one"),
    ):
        subprocess.run(["git", "-C", str(tree), *command], check=True)
    assert read_folders(tree, "HEAD", FOLDERS, WANTED) == found
    assert read_folders(tree, "HEAD", ("nowhere",), WANTED) == {}


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "no.tar").write_text("no tarball")
    with pytest.raises(SourceError, match=r"no\.tar: "):
        read_folders(tmp_path / "no.tar", None, FOLDERS, WANTED)
