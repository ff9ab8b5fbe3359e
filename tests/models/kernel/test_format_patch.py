# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches that git makes, and a checkpatch.pl of our own that says what it is told to."""

import subprocess
from pathlib import Path

import pytest

from models.kernel.format_patch import Patch, checkpatch, format_patch
from tests.tools import needs

FILE = "lib/test_xarray.c"
ME = ("A Reporter", "reporter@example.org")
MESSAGE = "XArray: Add a test\n\nIt fails.\n"


def made(*, signed: bool = False) -> Patch:
    return format_patch(FILE, b"one\ntwo\n", b"one\nmore\ntwo\n", MESSAGE, ME, signed=signed)


def test_git_applies_it(tmp_path: Path) -> None:
    patch = made()
    assert patch.name == "0001-XArray-Add-a-test.patch"
    (tmp_path / "lib").mkdir()
    (tmp_path / FILE).write_bytes(b"one\ntwo\n")
    subprocess.run(["git", "apply", "-"], input=patch.content, cwd=tmp_path, check=True)
    assert (tmp_path / FILE).read_bytes() == b"one\nmore\ntwo\n"


def test_who_makes_it_and_who_signs_it() -> None:
    text = made().content.decode()
    assert "From: A Reporter <reporter@example.org>\n" in text
    assert "Subject: [PATCH] XArray: Add a test\n" in text
    assert "Signed-off-by" not in text
    signed = made(signed=True).content.decode()
    assert signed.count("\nSigned-off-by: A Reporter <reporter@example.org>\n") == 1


SCRIPT = """\
my $patch = $ARGV[-1];
open(my $file, '<', $patch) or die "no $patch";
my $bad = grep { /^\\+more/ } <$file>;
print "WARNING:MORE: there is more\\n#1: FILE: lib/test_xarray.c:2:\\n" if $bad;
print "total: 0 errors, ", $bad ? 1 : 0, " warnings, 3 lines checked\\n";
exit($bad ? 1 : 0);
"""


def tree(folder: Path, script: str) -> Path:
    (folder / "scripts").mkdir(parents=True)
    (folder / "scripts" / "checkpatch.pl").write_text(script)
    return folder


@needs("perl")
def test_checkpatch_of_the_tree_is_asked(tmp_path: Path) -> None:
    folder = tree(tmp_path / "linux", SCRIPT)
    clean, lines = checkpatch(folder, None, made())
    assert clean is False and lines == ["WARNING:MORE: there is more"]
    other = format_patch(FILE, b"one\n", b"one\nless\n", MESSAGE, ME, signed=False)
    assert checkpatch(folder, None, other)[0] is True


@needs("perl")
@pytest.mark.parametrize("script", ["die 'broken';", "print 'nothing that it says';"])
def test_one_that_does_not_work_is_not_run(tmp_path: Path, script: str) -> None:
    clean, lines = checkpatch(tree(tmp_path / "linux", script), None, made())
    assert clean is None and len(lines) == 1


def test_a_kernel_without_one(tmp_path: Path) -> None:
    clean, lines = checkpatch(tmp_path, None, made())
    assert clean is None and "has no scripts/checkpatch.pl" in lines[0]
