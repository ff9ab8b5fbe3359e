# SPDX-License-Identifier: GPL-2.0-or-later
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.kernel.source import port_source
from models.readers import explorer, plan
from models.readers.build import build
from models.readers.controls import CONTROLS
from models.readers.explorer import (
    Answer,
    Case,
    ExplorerError,
    Kind,
    Merging,
    Problem,
    Result,
    Span,
    Trouble,
)
from specs.readers import Memory

SPLIT = Case("split", 3, 2, 8, 8)


@pytest.fixture(scope="module")
def port() -> Path:
    return build(port_source(), 2)


def test_the_litmus_shapes_come_out_as_known(port: Path) -> None:
    shapes = explorer.litmus(port)
    assert len({name for name, *_ in shapes}) >= 15
    assert {memory for _, memory, *_ in shapes} == set(Memory)
    for name, memory, expected, found in shapes:
        assert found == expected, (name, memory)
    answers = {(name, memory): found for name, memory, _, found in shapes}
    assert answers["MP+rel+po", Memory.WEAK] == "seen"
    assert answers["MP+rel+po", Memory.SEQUENTIAL] == "never"
    assert answers["MP+rel+addr", Memory.WEAK] == "never"


def test_a_reader_sees_the_old_entry_or_the_new_one(port: Path) -> None:
    answer = explorer.run(port, SPLIT, Memory.WEAK, ("load", "load-retry", "reload"))
    assert answer.supported and answer.problem is None
    assert [result.span for result in answer.results[:3]] == [Span.BEFORE, Span.AFTER, Span.RACE]
    for result in answer.results:
        assert result.complete and not result.breaches
    races = [result for result in answer.results if result.span is Span.RACE]
    assert all(race.executions > race.starts for race in races)


def test_an_iteration_may_pass_an_index_by_on_weak_memory_only(port: Path) -> None:
    for memory, found in ((Memory.WEAK, True), (Memory.SEQUENTIAL, False)):
        answer = explorer.run(port, SPLIT, memory, ("find",))
        broken = {breach.promise for result in answer.results for breach in result.breaches}
        assert broken == ({"unordered-covers"} if found else set())


def test_a_schedule_replays_to_the_same_end(port: Path) -> None:
    answer = explorer.run(port, SPLIT, Memory.WEAK, ("find",))
    (breach,) = answer.results[-1].breaches
    events, broken = explorer.replay(
        port, SPLIT, Memory.WEAK, "find", breach.start, breach.schedule
    )
    assert broken == (breach.promise,) == ("unordered-covers",)
    stores = [event.time for event in events if event.kind is Kind.STORE]
    assert stores == list(range(1, len(stores) + 1))
    events, broken = explorer.replay(port, SPLIT, Memory.WEAK, "find", breach.start, "-")
    assert broken == () and any(event.kind is Kind.LOAD for event in events)


@pytest.mark.parametrize("schedule", ["0:99", "nonsense", "1:", "1:0", "4000:1", "1:1,"])
def test_what_is_no_schedule_is_refused(port: Path, schedule: str) -> None:
    with pytest.raises(ExplorerError, match="not an execution of find"):
        explorer.replay(port, SPLIT, Memory.WEAK, "find", 8, schedule)


def test_no_shorter_schedule_breaks_the_promise(port: Path) -> None:
    control = next(one for one in CONTROLS if one.name == "intermediate-folio")
    breaches = [
        explorer.run(port, control.case, Memory.WEAK, control.readers, bound=bound)
        .results[-1]
        .breaches
        for bound in range(4)
    ]
    assert [len(found) for found in breaches] == [0, 0, 0, 1]
    assert breaches[3][0].switches == 3


def test_a_bound_that_is_too_low_for_all_executions_is_told(port: Path) -> None:
    answer = explorer.run(port, Case("merge", 3, 0, 8, 8), Memory.WEAK, ("marked",), executions=10)
    assert not answer.results[-1].complete
    whole = explorer.run(port, Case("merge", 3, 0, 8, 8), Memory.WEAK, ("marked",))
    assert whole.results[-1].complete and whole.results[-1].executions > 10


def told(result: Result) -> object:
    """What a reader was told, and what it broke, in how many choices at least."""
    broken = {(one.promise, one.switches) for one in result.breaches}
    return result.case, result.memory, result.reader, result.span, result.answers, broken


def both_ways(
    executable: Path,
    case: Case,
    memory: Memory,
    readers: tuple[str, ...] = (),
    bound: int | None = None,
) -> list[tuple[Result, Result]]:
    """Each result with states merged, which are kept whole, and with none."""
    # One takes a third of the time of all, and does nothing that two others do not do.
    every = (one for one in plan.readers_of(case.writer) if one != "for-each-marked-lookup")
    names = readers or tuple(every)
    merged, unmerged = (
        explorer.run(executable, case, memory, names, bound=bound, merging=merging)
        for merging in (Merging.CHECKED, Merging.NOTHING)
    )
    assert merged.problem is None and unmerged.problem is None
    return list(zip(merged.results, unmerged.results, strict=True))


@pytest.mark.long
def test_merging_states_loses_nothing_on_any_small_array() -> None:
    port = build(port_source(), 1)
    work = [(port, case, memory) for case in plan.cases(1) for memory in Memory]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        pairs = [pair for found in pool.map(lambda one: both_ways(*one), work) for pair in found]
    whole = [pair for pair in pairs if all(one.complete for one in pair)]
    assert len(whole) > 7_900 and len(whole) > 0.999 * len(pairs)
    for merged, unmerged in whole:
        assert told(merged) == told(unmerged) and merged.digest == unmerged.digest
    assert sum(merged.executions for merged, _ in whole) < 0.8 * sum(
        unmerged.executions for _, unmerged in whole
    )
    assert sum(merged.collisions for merged, _ in pairs) == 0
    assert sum(merged.states for merged, _ in pairs) > 200_000


def test_with_a_bound_merging_loses_nothing_within_it(port: Path) -> None:
    case = Case("try-split", 3, 0, 8, 12)
    for merged, unmerged in both_ways(port, case, Memory.SEQUENTIAL, ("marked",), bound=2):
        assert told(merged) == told(unmerged) and merged.digest == unmerged.digest


def test_short_fingerprints_collide_which_is_seen_and_loses_executions(port: Path) -> None:
    case = Case("erase-pieces", 2, 0, 4, 4)
    whole, checked, short = (
        explorer.run(port, case, Memory.WEAK, ("marked",), merging=merging, bits=bits).results[-1]
        for merging, bits in (
            (Merging.CHECKED, 64),
            (Merging.CHECKED, 6),
            (Merging.FINGERPRINTS, 6),
        )
    )
    assert whole.merged > 0 and whole.collisions == 0 and 0 < whole.chance < 1e-12
    assert checked.collisions > 100
    assert (checked.states, checked.digest) == (whole.states, whole.digest)
    assert short.states < whole.states and short.executions < whole.executions
    assert checked.chance > 1


def test_the_chance_of_a_collision_is_that_of_pairs_of_states(port: Path) -> None:
    answer = explorer.run(port, Case("erase", 1, 0, 2, 2), Memory.WEAK, ("load",))
    race = answer.results[-1]
    # At least as if the states were spread evenly over the places where readers start.
    assert race.chance >= race.states**2 / race.starts / 2**65
    assert race.chance <= race.states**2 / 2**65


ENDLESS = '	for (;;)\n		__asm__ volatile("");\n'


def hanging(file: str, line: str, where: str = "") -> Path:
    """The port with a loop after ``line``, if ``where`` holds."""
    return build(port_source(), 2, {file: (line, line + where + ENDLESS)})


def test_a_writer_that_hangs_is_told_soon() -> None:
    executable = hanging("lib/xarray_split.c", "	XA_NODE_BUG_ON(node, last >= XA_CHUNK_SIZE);\n")
    began = time.process_time(), time.monotonic()
    answer = explorer.run(executable, SPLIT, Memory.WEAK, ("load",))
    assert answer == Answer((), problem=Problem(Trouble.HANG, "", ""))
    assert time.monotonic() - began[1] < 20  # a fraction of a second of CPU time
    assert explorer.run(executable, Case("erase", 3, 0, 8, 8), Memory.WEAK, ("load",)).results


def test_a_writer_that_stores_for_ever_hangs() -> None:
    line = "	XA_NODE_BUG_ON(node, last >= XA_CHUNK_SIZE);\n"
    store = "	for (;;)\n		WRITE_ONCE(node->array, node->array ? NULL : xas->xa);\n"
    executable = build(port_source(), 2, {"lib/xarray_split.c": (line, line + store)})
    answer = explorer.run(executable, SPLIT, Memory.WEAK, ("load",))
    assert answer.problem == Problem(Trouble.HANG, "", "")


def test_a_reader_that_hangs_is_told_and_those_before_it_are_kept() -> None:
    line = "void *xas_find(struct xa_state *xas, unsigned long max)\n{\n"
    executable = hanging("lib/xarray_iter.c", line)
    answer = explorer.run(executable, SPLIT, Memory.WEAK, ("load", "find", "marked"))
    assert answer.problem == Problem(Trouble.HANG, "find", "from 7")
    assert {one.reader for one in answer.results} == {"load"} and len(answer.results) == 3


def test_a_reader_that_never_ends_at_many_places_is_cut_short() -> None:
    control = next(one for one in CONTROLS if one.name == "sibling-of-itself")
    executable = build(port_source(), control.shift, control.edits)
    answer = explorer.run(executable, Case("split", 3, 0, 8, 8), Memory.WEAK, ("find",))
    broken = {one.promise for result in answer.results for one in result.breaches}
    assert answer.problem is None and "reader-ends" in broken


def test_a_reader_that_uses_up_its_stack_is_a_finding() -> None:
    load = "void *xas_load(struct xa_state *xas)\n{\n"
    deeper = "	volatile char here[4096];\n\n	here[0] = 1;\n	if (xas->xa_index == 15)\n"
    deeper += "		return here[xas->xa_shift] ? xas_load(xas) + here[0] : NULL;\n"
    executable = build(port_source(), 2, {"lib/xarray.c": (load, load + deeper)})
    answer = explorer.run(executable, SPLIT, Memory.WEAK, ("load",))
    broken = {one.promise for result in answer.results for one in result.breaches}
    assert answer.problem is None and broken == {"reader-wild"}


def test_a_reader_goes_on_after_a_debug_assertion() -> None:
    """As a kernel without them does: what it breaks then is found as well."""
    before = "\t\toffset = xas_slot(xas, xas->xa_node);\n"
    counts = {}
    for fails in (
        "XA_NODE_BUG_ON(xas->xa_node, xas->xa_index == 12)",
        "BUG_ON(xas->xa_index == 12)",
    ):
        wrong = f"{before.replace(';', ' ^ 2;')}\t\t{fails};\n"
        executable = build(port_source(), 2, {"lib/xarray.c": (before, wrong)})
        result = explorer.run(executable, SPLIT, Memory.WEAK, ("reload",)).results[0]
        counts[fails[:2]] = {one.promise: one.executions for one in result.breaches}
    assert counts["XA"]["reader-assertion"] == counts["BU"]["reader-assertion"] == 1
    assert counts["XA"]["reload-truth"] == counts["BU"]["reload-truth"] + 1


def test_a_case_that_means_nothing_is_one_line(port: Path) -> None:
    answer = explorer.run(port, Case("dance", 3, 2, 8, 8), Memory.WEAK, ("load",))
    assert answer.problem == Problem(Trouble.UNFOLLOWED, "", "no writer dance")
    with pytest.raises(ExplorerError, match="no writer dance"):
        explorer.replay(port, Case("dance", 3, 2, 8, 8), Memory.WEAK, "load", 8, "-")
