# SPDX-License-Identifier: GPL-2.0-or-later
import re
import subprocess
from pathlib import Path

import pytest

from models.readers import interleave_runs
from models.readers.explorer import Case
from models.readers.interleave import Interleaving
from specs.readers import Memory
from tests.models.readers import promela
from tests.tools import needs
from xarray_model.reader_state import Goal

SPLITS = [(1, 2, 0), (2, 3, 0), (2, 3, 2)]


def test_the_text_has_the_writers_stores_in_order() -> None:
    run = interleave_runs.run(Case("split", 1, 0, 2, 2), 2)
    text = promela.export(run, 3)
    writer = text.split("ready = true;")[1].split("active proctype reader")[0]
    assert re.findall(r"= (\d+);", writer) == ["16", "16"]
    assert "assert(e == 12 || e == 16);" in text and "(3 >> shift)" in text


def errors(text: str, folder: Path) -> int:
    """What Spin counts."""
    (folder / "m.pml").write_text(text)
    for command in ("spin -a m.pml", "gcc -O2 -DSAFETY -w -o pan pan.c"):
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    told = subprocess.run(["./pan"], cwd=folder, check=False, capture_output=True, text=True)
    found = re.search(r"errors: (\d+)", told.stdout)
    assert found
    return int(found[1])


@needs("spin")
@pytest.mark.parametrize(("s", "order", "new_order"), SPLITS)
def test_spin_comes_to_the_same_verdict(s: int, order: int, new_order: int, tmp_path: Path) -> None:
    case = Case("split", order, new_order, 1 << order, 1 << order)
    run = interleave_runs.run(case, s)
    index = (2 << order) - 1
    explored = Interleaving(run, Memory.SEQUENTIAL).explore(Goal.LOAD_RETRY, index)
    assert not explored.breaches
    assert errors(promela.export(run, index), tmp_path) == 0


@needs("spin")
def test_spin_finds_what_is_wrong(tmp_path: Path) -> None:
    run = interleave_runs.run(Case("split", 3, 0, 8, 8), 2)
    text = promela.export(run, 15)
    assert errors(text.replace("e == 12 || ", ""), tmp_path) == 1
