# SPDX-License-Identifier: GPL-2.0-or-later
"""Headers that a user gives for what has no stand-in."""

from pathlib import Path

import pytest

from models.kernel.headers import MOST, Given, HeaderError

FILES = {"lib/xarray.c": b'#include <linux/slab.h>\n # include <linux/foo.h>\n#include "bar.h"\n'}


def test_what_is_needed_is_taken_and_what_that_needs(tmp_path: Path) -> None:
    (tmp_path / "linux").mkdir()
    (tmp_path / "linux/foo.h").write_text("#include <linux/more.h>\n")
    (tmp_path / "linux/more.h").write_text("#include <linux/foo.h>\n")
    (tmp_path / "linux/slab.h").write_text("never taken: it has a stand-in\n")
    (tmp_path / "linux/other.h").write_text("never taken: nobody needs it\n")
    taken = Given((tmp_path / "nowhere", tmp_path)).needed(FILES)
    assert sorted(taken) == ["include/linux/foo.h", "include/linux/more.h"]


def test_an_empty_one_and_one_of_the_source_itself() -> None:
    assert Given(empty=("linux/foo.h", "linux/slab.h")).needed(FILES) == {
        "include/linux/foo.h": b""
    }
    own = {**FILES, "include/linux/foo.h": b"own"}
    assert Given(empty=("linux/foo.h",)).needed(own) == {}


def test_nothing_outside_the_folders_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.h").write_text("x")
    (tmp_path / "inside").mkdir()
    files = {"lib/a.c": f'#include "../secret.h"\n#include <{tmp_path}/secret.h>\n'.encode()}
    assert Given((tmp_path / "inside",)).needed(files) == {}


def test_what_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "linux/foo.h").mkdir(parents=True)
    with pytest.raises(HeaderError, match=r"foo\.h: Is a directory"):
        Given((tmp_path,)).needed(FILES)
    for number in range(MOST + 2):
        (tmp_path / f"h{number}.h").write_text(f"#include <h{number + 1}.h>\n")
    with pytest.raises(HeaderError, match="more than 2,000 headers"):
        Given((tmp_path,)).needed({"lib/a.c": b"#include <h0.h>\n"})
