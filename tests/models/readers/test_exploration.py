# SPDX-License-Identifier: GPL-2.0-or-later
"""What hangs, crashes or is slow leaves out itself only."""

from pathlib import Path

import pytest

from models.kernel.source import port_source
from models.readers import exploration, explorer, plan
from models.readers.build import build
from models.readers.exploration import Exploration
from models.readers.explorer import Answer, Case, Problem, Span, Trouble
from specs.readers import Memory

LINE = "	XA_NODE_BUG_ON(node, last >= XA_CHUNK_SIZE);\n"
FIND = "void *xas_find(struct xa_state *xas, unsigned long max)\n{\n"
ENDLESS = '	for (;;)\n		__asm__ volatile("");\n'
SPLIT = "lib/xarray_split.c"


def of(edits: dict[str, tuple[str, str]]) -> Exploration:
    """The exploration of a changed port at chunk shift 2, on both memories."""
    return Exploration(2, build(port_source(), 2, edits), tuple(Memory))


def cases(*orders: int) -> list[Case]:
    return [Case("split", order, 0, 1 << order, 1 << order) for order in orders]


def test_a_writer_that_hangs_in_one_case_leaves_out_that_case_alone() -> None:
    port = of({SPLIT: (LINE, f"{LINE}	if (order == 2)\n{ENDLESS}")})
    one, two, three = map(port.explore, cases(1, 2, 3))
    assert one.results and three.results and not one.unexplored and not three.unexplored
    assert not two.results
    assert [(left.memory, left.problem) for left in two.unexplored] == [
        (memory, Problem(Trouble.HANG, "", "")) for memory in Memory
    ]
    assert "load" in two.unexplored[0].readers and len(two.unexplored[0].readers) > 5


def test_a_reader_that_hangs_leaves_out_itself_and_is_given_up_where_it_never_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plan, "readers_of", lambda _: ("find", "load", "find-pause"))
    monkeypatch.setattr(exploration, "MOST_TROUBLES", 2)
    port = of({"lib/xarray_iter.c": (FIND, FIND + ENDLESS)})
    found = [port.explore(case) for case in cases(1, 2)]
    for explored in found:
        assert {one.reader for one in explored.results} == {"load"}
        assert {one.memory for one in explored.results} == set(Memory)
        assert {one.problem.reader for one in explored.unexplored} == {"find", "find-pause"}
    troubles = [[one.problem.trouble for one in explored.unexplored] for explored in found]
    assert troubles == [[Trouble.HANG] * 4, [Trouble.GIVEN_UP] * 4]
    assert found[1].unexplored[0].problem.text == "after 2 cases in which it hung"


def test_a_reader_that_hangs_only_at_times_is_always_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "readers_of", lambda _: ("find",))
    monkeypatch.setattr(exploration, "MOST_TROUBLES", 1)
    # Order 3 begins at index 8, its neighbour before it is at 7.
    port = of({"lib/xarray_iter.c": (FIND, f"{FIND}	if (xas->xa_index == 7)\n{ENDLESS}")})
    found = [port.explore(case) for case in cases(1, 3, 3, 1)]
    told = [[one.problem.trouble for one in explored.unexplored] for explored in found]
    assert told == [[], [Trouble.HANG] * 2, [Trouble.HANG] * 2, []]
    monkeypatch.setattr(exploration, "MOST_HANGS", 4)
    (last, *_) = port.explore(cases(1)[0]).unexplored
    assert last.problem.trouble is Trouble.GIVEN_UP


def test_what_is_slow_is_given_up_after_some_cases(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = []

    def run(
        executable: Path, case: Case, memory: Memory, names: tuple[str, ...], **_: object
    ) -> Answer:
        asked.append((case.order, names))
        return Answer((), problem=Problem(Trouble.TIME, names[0], "no answer within 60 s"))

    monkeypatch.setattr(explorer, "run", run)
    monkeypatch.setattr(plan, "readers_of", lambda _: ("find",))
    port = Exploration(2, tmp_path, (Memory.WEAK,))
    found = [port.explore(case) for case in cases(1, 2, 3, 4, 5)]
    assert [order for order, _ in asked] == [1, 2, 3]
    told = [explored.unexplored[0].problem for explored in found]
    assert [one.trouble for one in told] == [Trouble.TIME] * 3 + [Trouble.GIVEN_UP] * 2
    assert told[-1].text == "after 3 cases in which it took too long"


def test_a_crash_leaves_out_nothing_else() -> None:
    crash = f"{LINE}	if (order == 2)\n		*(volatile int *)8 = 1;\n"
    port = of({SPLIT: (LINE, crash)})
    found = [port.explore(case) for case in cases(1, 2, 2, 3)]
    assert [len(explored.unexplored) for explored in found] == [0, 2, 2, 0]
    assert found[1].unexplored[0].problem.trouble is Trouble.CRASH


def test_a_reader_whose_bounded_run_ends_early_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(explorer, "EXECUTIONS", 1)
    monkeypatch.setattr(plan, "readers_of", lambda _: ("find",))
    port = of({})
    real = explorer.run

    def run(*args: object, bound: int | None = None, **kwargs: object) -> Answer:
        if bound is not None:
            return Answer((), problem=Problem(Trouble.TIME, "find", "slow"))
        return real(*args, bound=bound, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(explorer, "run", run)
    explored = port.explore(cases(2)[0])
    assert {one.span for one in explored.results} == {Span.BEFORE, Span.AFTER}
    assert [one.problem.text for one in explored.unexplored] == ["slow", "slow"]
