# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's other test: built by its own Makefile, and what is told of how it goes."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.kernel.source import open_source
from models.mutants.planted import with_contents
from models.subject import radix_tree
from models.subject.build import BuildError
from models.subject.radix_tree import FOLDER, PROGRAMS, NotRun, Run, run_all
from tests import kernels

MAKEFILE = """\
all: $(PROGRAMS)
multiorder xarray main: %: ../../../lib/xarray.c ../shared/program.c
	grep -q xas_split_alloc ../../../lib/xarray_split.c || test -f ../../../lib/xarray.c
	$(CC) -DSHIFT=$(SHIFT) -DNAME='"$@"' ../shared/program.c -o $@
"""
PROGRAM = """\
// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	if (strcmp(NAME, "xarray") == 0)
		printf("XArray: %d of 12 tests passed\\n", 6 + SHIFT);
	return 0;
}
"""


def with_test(tree: Path, program: str = PROGRAM, makefile: str = MAKEFILE) -> None:
    (tree / FOLDER).mkdir(parents=True, exist_ok=True)
    (tree / FOLDER / "Makefile").write_text(makefile)
    (tree / "tools/testing/shared").mkdir()
    (tree / "tools/testing/shared/program.c").write_text(program)


@pytest.fixture(autouse=True)
def nothing_is_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(radix_tree, "lacking", lambda: "")


def run(tree: Path, shift: int = 6, seconds: float = 20.0) -> dict[str, Run]:
    return {one.program: one for one in run_all(open_source(tree), str(tree), None, shift, seconds)}


def test_each_program_is_run_and_its_checks_are_counted(tree: Path) -> None:
    with_test(tree)
    before = sorted((tree / FOLDER).iterdir())
    done = run(tree)
    assert list(done) == list(PROGRAMS) and all(one.holds for one in done.values())
    assert (done["xarray"].run, done["xarray"].passed, done["main"].run) == (12, 12, None)
    assert sorted((tree / FOLDER).iterdir()) == before
    failed = run(tree, shift=3)["xarray"]
    assert (failed.passed, failed.holds) == (9, False)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("return 3;", "it ended with status 3"),
        ('puts("x.c:3:1: runtime error: shift exponent 64 is too large");', "shift exponent 64"),
        ("__builtin_trap();", "it crashed: SIGILL"),
        ("fork(); for (;;) pause();", "it did not end within 0 seconds"),
    ],
)
def test_what_goes_wrong_is_told(tree: Path, statement: str, told: str) -> None:
    with_test(
        tree,
        PROGRAM.replace(
            "\treturn 0;", f"\tif (*NAME == 109 && NAME[1] == 97) {{ {statement} }}\n\treturn 0;"
        ),
    )
    done = run(tree, seconds=0.4)
    assert told in done["main"].wrong and not done["main"].holds
    assert done["multiorder"].holds


def test_what_does_not_build_is_one_line(tree: Path) -> None:
    with_test(tree, PROGRAM.replace("int main", "float main(int"))
    with pytest.raises(BuildError, match=r"radix-tree does not build: .*error"):
        run(tree)


def test_a_tree_without_it_and_a_machine_without_liburcu(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotRun, match="came without tools/testing/radix-tree"):
        run(tree)
    with_test(tree)
    monkeypatch.undo()
    monkeypatch.setattr(radix_tree, "compiler", lambda: ("false",))
    assert radix_tree.lacking() == "liburcu is missing: install liburcu-dev"
    monkeypatch.setattr(radix_tree, "lacking", lambda: "liburcu is missing")
    with pytest.raises(NotRun, match="liburcu is missing"):
        run(tree)


def test_what_a_series_changed_takes_the_place_of_the_tree_s(tree: Path, tmp_path: Path) -> None:
    with_test(tree)
    (tree / "tools/testing/shared/xarray.h").write_text('#include "../../include/linux/xarray.h"\n')
    source = open_source(tree)
    other = with_contents(source, {"lib/xarray.c": "patched\n"}, "patched", tmp_path / "patched")
    files = radix_tree._files(replace(other, name="x"), str(tree), None)
    assert files["lib/xarray.c"] == b"patched\n"
    assert files["include/linux/xarray.h"] == (tree / "include/linux/xarray.h").read_bytes()
    assert "include/linux/gfp.h" not in files


@pytest.mark.long
@pytest.mark.kernel
def test_a_released_kernel_passes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = kernels.named("6.12")
    monkeypatch.undo()
    if why := radix_tree.lacking():
        pytest.skip(f"needs liburcu-dev: {why}")
    monkeypatch.setattr(radix_tree, "PROGRAMS", ("multiorder",))
    (done,) = run_all(kernel.source, str(kernel.path), None, 3, 120.0)
    assert done.holds
