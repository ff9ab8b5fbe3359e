# SPDX-License-Identifier: GPL-2.0-or-later
"""Every stand-in header compiles, and what they do that is more than a name is right."""

import subprocess
from pathlib import Path

import pytest

from models.subject.build import HEADERS, compiler

CHECKS = Path(__file__).with_name("stand_ins.c")


def built(folder: Path, checks: str) -> subprocess.CompletedProcess[str]:
    names = sorted(path.relative_to(HEADERS).as_posix() for path in HEADERS.rglob("*.h"))
    text = "".join(f"#include <{name}>\n" for name in names) + checks
    (folder / "all.c").write_text(text)
    flags = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-unused-variable"]
    command = [*compiler(), *flags, "-isystem", str(HEADERS), "all.c", "-o", "all"]
    subprocess.run(command, cwd=folder, check=True)
    return subprocess.run([folder / "all"], capture_output=True, text=True, check=False)


def test_all_of_them_compile_and_do_what_they_say(tmp_path: Path) -> None:
    done = built(tmp_path, CHECKS.read_text())
    assert (done.returncode, done.stdout) == (0, "")


def test_a_check_can_fail(tmp_path: Path) -> None:
    text = CHECKS.read_text().replace("ilog2(64) == 6", "ilog2(64) == 7")
    done = built(tmp_path, text)
    assert done.returncode == 1 and "ilog2" in done.stdout


@pytest.mark.parametrize(
    "name",
    ["cleanup.h", "kmemleak.h", "slab.h", "mm.h", "sched.h", "mutex.h", "percpu.h", "log2.h"],
)
def test_what_kernel_code_includes_most_is_there(name: str) -> None:
    assert (HEADERS / "linux" / name).exists()
