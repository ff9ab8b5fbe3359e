# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from models.kernel.source import Source, port_source
from models.readers import explorer, plan
from models.readers.build import build
from models.readers.controls import CONTROLS
from models.readers.explorer import Case
from models.readers.races import Race
from specs.races import KNOWN
from specs.readers import Memory
from tests import kernels
from tests.kernels import Kernel
from tests.tools import needs

CASES = (
    Case("split", 1, 0, 2, 2),
    Case("merge", 1, 0, 2, 2),
    Case("erase", 1, 0, 2, 2),
    Case("erase-pieces", 2, 0, 4, 4),
)


def raced(source: Source, memory: Memory = Memory.WEAK) -> set[Race]:
    """The data races that all readers have with some writers, at chunk shift 2."""
    return {
        seen.race
        for case in CASES
        for result in explorer.run(
            build(source, 2), case, memory, plan.readers_of(case.writer)
        ).results
        for seen in result.races
    }


def test_the_port_has_no_data_race() -> None:
    assert raced(port_source()) == set()


@pytest.mark.kernel
@kernels.each
def test_a_kernel_has_all_those_that_are_known_and_no_other(kernel: Kernel) -> None:
    pairs = {(one.field, one.load.function, one.store.function) for one in raced(kernel.source)}
    assert pairs == {(one.field, one.load, store) for one in KNOWN for store in one.stores}
    assert not raced(kernel.source, Memory.SEQUENTIAL)  # told of the kernel's memory model only


@pytest.mark.kernel
@kernels.each
def test_a_load_that_is_marked_no_more_is_new_and_breaks_the_promise(kernel: Kernel) -> None:
    text = (kernel.source.directory / "lib/xarray.c").read_text()
    head = "void *xas_load(struct xa_state *xas)\n{\n"
    assert text.count(head) == 1
    peek = "\tstruct xa_node *top = (void *)((unsigned long)xas->xa->xa_head & ~3UL);\n\n"
    peek += "\tif (top && top->slots[xas->xa_index & XA_CHUNK_MASK] == (void *)1)\n"
    peek += "\t\treturn NULL;\n"
    executable = build(kernel.source, 2, {"lib/xarray.c": (head, head + peek)})
    answer = explorer.run(executable, Case("split", 1, 0, 0, 0), Memory.WEAK, ("load",))
    broken = [one for result in answer.results for one in result.breaches]
    assert {one.pair for one in broken if one.promise == "data-race"} == {
        "slots: xas_load, xas_split"
    }


def test_a_race_tells_both_places_and_its_schedule_replays() -> None:
    control = next(one for one in CONTROLS if one.name == "plain-mark-load")
    executable = build(port_source(), control.shift, control.edits)
    answer = explorer.run(executable, control.case, Memory.WEAK, control.readers)
    (breach,) = [one for one in answer.results[-1].breaches if one.promise == "data-race"]
    assert breach.pair == "marks: xa_next_mark, row_set"
    assert breach.text.startswith("plain load of marks in xa_next_mark() (include/linux/xarray.h:")
    assert "marked store in row_set() (lib/xarray_internal.h:" in breach.text
    replayed = (control.case, Memory.WEAK, "marked", breach.start, breach.schedule)
    assert "data-race" in explorer.replay(executable, *replayed)[1]


@pytest.mark.long
@needs("clang")
def test_clang_tells_the_same_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "clang")
    assert raced(port_source()) == set()
    control = next(one for one in CONTROLS if one.name == "plain-mark-load")
    executable = build(port_source(), control.shift, control.edits)
    answer = explorer.run(executable, control.case, Memory.WEAK, control.readers)
    pairs = {seen.race.pair for result in answer.results for seen in result.races}
    assert pairs == {"marks: xa_next_mark, row_set"}
