# SPDX-License-Identifier: GPL-2.0-or-later
from pathlib import Path

import pytest

from models.measure import programs
from models.measure.programs import Item, MeasureError, Way
from models.subject.build import BuildError, compiler
from tests.models.measure.changed import SPLIT, changed

LEAF = "	if (xa_is_value(new->entry))\n		node->nr_values = XA_CHUNK_SIZE;\n"
SPLITS = [Item(Way.AT_ONCE, 4, 0)]


def with_leaf(folder: Path, code: str) -> Path:
    """The counting program of the port, at chunk shift 2, that does this with each leaf too."""
    return programs.counting(changed(folder, (LEAF, LEAF + code)), 2, compiler())


def test_a_crash_is_told(tmp_path: Path) -> None:
    crashing = with_leaf(tmp_path, "	*(volatile int *)8 = 1;\n")
    with pytest.raises(MeasureError, match="crashed with signal 11"):
        programs.run(crashing, SPLITS)


def test_a_hang_is_ended(tmp_path: Path) -> None:
    hanging = with_leaf(tmp_path, "	for (;;)\n		barrier();\n")
    with pytest.raises(MeasureError, match="did not end"):
        programs.run(hanging, SPLITS, seconds=0.5)


def test_too_many_nodes_are_told(tmp_path: Path) -> None:
    greedy = with_leaf(tmp_path, "	for (;;)\n		xas_new_node(xas, GFP_NOWAIT);\n")
    with pytest.raises(MeasureError, match="more nodes are asked for"):
        programs.run(greedy, SPLITS)


def test_what_is_not_there_cannot_be_run(tmp_path: Path) -> None:
    with pytest.raises(MeasureError, match="cannot be run"):
        programs.run(tmp_path / "none", SPLITS)


def test_code_that_does_not_compile_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="changed does not compile"):
        with_leaf(tmp_path, "	nonsense;\n")


def test_stores_in_library_functions_are_refused(tmp_path: Path) -> None:
    source = changed(
        tmp_path,
        ('#include "xarray_internal.h"\n', '#include <string.h>\n#include "xarray_internal.h"\n'),
        (LEAF, LEAF + "	memset(node->slots, (int)node->shift, sizeof(node->slots));\n"),
        file=SPLIT,
    )
    with pytest.raises(BuildError, match="calls memset"):
        programs.counting(source, 6, compiler())


def test_a_program_is_built_once(tmp_path: Path) -> None:
    source = changed(tmp_path)
    assert programs.counting(source, 2, compiler()) == programs.counting(source, 2, compiler())
    assert programs.counting(source, 2, compiler()) != programs.counting(source, 3, compiler())
