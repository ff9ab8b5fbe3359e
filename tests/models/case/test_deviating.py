# SPDX-License-Identifier: GPL-2.0-or-later
"""The exact answers of the known deviations, planted in the model and in the port; and that what
goes wrong in another way in the same place is told as a finding."""

from pathlib import Path

import pytest

from models.case.before import equal
from models.case.deviating import MEETS, ON_SPLIT, PLANTS, answer, possible
from models.case.deviations import DEVIATIONS
from models.case.findings import Breach
from models.case.known import known, with_known
from models.case.reference import SplitKind, run_case
from models.kernel.source import port_source
from models.subject.implementation import Implementation, examine
from models.sweep.families import Family
from models.sweep.sweep import Unit, run_unit
from specs.abstract import AbstractArray
from specs.cursor import AbstractCursor
from specs.stream import cut
from specs.view import View
from tests.models.together import Edit, with_defects
from xarray_model.entries import ZERO
from xarray_model.operations import Code, Operation

TOP = (1 << 64) - 1
NAME = "split-filled-early"
BY_NAME = {one.name: one for one in DEVIATIONS}
WORDS = {
    "pause-inside": (3, 5, 4, 13, 4, 14, 4),
    "pause-inside-slots": (4, 5, 4, 12, 4, 13, 4, 14, 4),
    "step-inside": (4, 2, 2),
    "find-after-marked": (0, 4),
    "split-limit": (0, 1, 0),
    "create-range-spare": (1,),
}
"""What the last operation of a deviation's case answers."""
NODES = {
    "store-other-kind": [(2, 1, (0, 0, 0))],
    "erase-first-free": [(1, 0, (9, 0, 0))],
    "split-sibling-marks": [(2, 0, (3, 0, 0)), (4, 0, (15, 0, 0)), (4, 0, (15, 0, 0))],
    "split-filled-early": [(1, 0, (0, 0, 0)), (4, 4, (0, 0, 0))],
    "create-range-ends": [(1, 0, (0, 0, 0))],
    "try-split-siblings": [(1, 0, (0, 0, 0)), (4, 0, (0, 0, 0))],
}
"""Count, nr_values and marks of each node in the snapshot that ends a case."""


def kind(name: str) -> SplitKind:
    one_level = name in ("split-limit", "split-filled-early")
    return SplitKind.ONE_LEVEL if one_level else SplitKind.ITERATIVE


def last(operations: tuple[Operation, ...], name: str) -> tuple[int, ...]:
    outcome = answer(operations, 2, kind(name), [name])
    assert outcome is not None and outcome.hangs is None
    return cut(operations, outcome.results)[-1].words


@pytest.mark.parametrize("name", WORDS)
def test_words(name: str) -> None:
    assert last(BY_NAME[name].case, name) == WORDS[name]


@pytest.mark.parametrize("name", NODES)
def test_snapshots(name: str) -> None:
    case = BY_NAME[name].case
    outcome = answer(case, 2, kind(name), [name])
    assert outcome is not None
    view = View.of_bytes(cut(case, outcome.results)[-1].snapshot or b"")
    told = [(node.count, node.nr_values, tuple(node.marks)) for node in view.snapshot.nodes]
    assert told == NODES[name]


@pytest.mark.parametrize(
    ("entry", "erase"), [(4, Operation(Code.CMPXCHG, argument=4)), (ZERO, Operation(Code.RELEASE))]
)
def test_what_else_erases_marks_the_first_slot_alone(entry: int, erase: Operation) -> None:
    one = BY_NAME["erase-first-free"]
    start = Operation(Code.STORE, 0, 1, entry=entry)
    case = (one.case[0], start, one.case[2], erase, Operation(Code.SNAPSHOT))
    outcome = answer(case, 2, SplitKind.ITERATIVE, [one.name])
    assert outcome is not None
    view = View.of_bytes(cut(case, outcome.results)[-1].snapshot or b"")
    assert [tuple(node.marks) for node in view.snapshot.nodes] == [(9, 0, 0)]
    array = AbstractArray().store(0, 1, entry)
    assert one.covers(erase, array, 2, AbstractCursor())
    assert not one.covers(erase, AbstractArray().store(0, 1, 8), 2, AbstractCursor())
    assert MEETS[one.name](erase, case[:3], 2)


def test_nodes_of_several_levels_are_filled_early_where_they_hold_entries() -> None:
    """Of a series that splits any number of levels and fills the nodes when it allocates them."""
    case = (
        Operation(Code.STORE, 0, 4, entry=4),
        Operation(Code.CURSOR_SET, 0, 0),
        Operation(Code.CURSOR_SPLIT_ALLOC, order=4, entry=4),
        Operation(Code.CURSOR_SPLIT_ALONE, order=4, entry=8),
        Operation(Code.SNAPSHOT),
    )
    right, early = (answer(case, 2, SplitKind.ITERATIVE, names) for names in ([], [NAME]))
    assert right is not None and early is not None
    pictures = [View.of_bytes(cut(case, one.results)[-1].snapshot or b"") for one in (right, early)]
    words = [[word for node in one.snapshot.nodes for word in node.slots] for one in pictures]
    assert words[0].count(8) == words[1].count(4) == 16
    assert words[1] == [4 if word == 8 else word for word in words[0]]


def test_a_hang_and_what_ends_instead() -> None:
    one = BY_NAME["pause-at-top"]
    outcome = answer(one.case, 2, SplitKind.ITERATIVE, [one.name])
    assert outcome is not None and outcome.hangs == len(one.case) - 1
    assert last(one.ending, one.name) == (0, 1)


def test_marked_siblings_are_found_and_a_search_still_ends() -> None:
    """Where siblings bear marks, a search by that mark returns them, as on 6.1, and comes on."""
    names = ["split-sibling-marks", "pause-at-top"]
    split = BY_NAME[names[0]].case
    search = Operation(Code.FIND_MARKED, 0, argument=7)
    outcome = answer((*split, search), 2, SplitKind.ITERATIVE, names)
    assert outcome is not None and outcome.hangs is None
    words = cut((*split, search), outcome.results)[-1].words
    assert words == (8, 0, 4, 1, 2, 2, 4, 3, 10, 4, 4, 5, 2, 6, 4, 7, 10)


def test_each_is_planted_and_none_answers_rightly() -> None:
    assert PLANTS.keys() == BY_NAME.keys() == WORDS.keys() | NODES.keys() | {"pause-at-top"}
    assert {name for name in BY_NAME if BY_NAME[name].on_split} == ON_SPLIT
    for name, one in BY_NAME.items():
        outcome = answer(one.case, 2, kind(name), [name])
        right = run_case(one.case, 2, split=kind(name)).results
        assert outcome is not None and outcome.results != right


STORE, FIND = "lib/xarray.c", "lib/xarray_iter.c"
_COUNTED = "values += xa_is_value(entry) - xa_is_value(held);"
_PAUSED = "xas_move(xas, xas_slot_behind(xas));"
_BOUNDS = "if (!xas->xa_index)\n\t\t\treturn NULL;"
_STEPPED = "xas->xa_index++;\n\treturn xas_step(xas, xas->xa_index - 1);"
_SLOTS = "(xas_slot_behind(xas) - xas->xa_offset)"
_LENGTH = f"xas->xa_index += (unsigned long){_SLOTS} << xas->xa_node->shift;"

EXACTLY: list[Edit] = [
    (STORE, _COUNTED, f"if (offset <= last)\n{_COUNTED}"),
    (FIND, _PAUSED, _LENGTH),
    (FIND, _BOUNDS, ""),
]
OTHERWISE: list[Edit] = [
    (STORE, _COUNTED, f"if (offset < last)\n{_COUNTED}"),
    (FIND, _PAUSED, f"{{ {_LENGTH} xas->xa_index++; }}"),
    (FIND, _BOUNDS, _BOUNDS.replace("return NULL", "xas->xa_index = 1")),
    (FIND, _STEPPED, "xas->xa_index += 2;\nreturn xas_step(xas, xas->xa_index - 2);"),
]


def seeded(edits: list[Edit], folder: Path) -> Implementation:
    return examine(with_defects(port_source(), "seeded", edits, folder), (2,))


def test_the_port_with_deviations_has_them(tmp_path: Path) -> None:
    shown = known(seeded(EXACTLY, tmp_path))
    assert set(shown.names) == {"store-other-kind", "pause-inside", "pause-at-top"}
    assert shown.otherwise == []
    broken = {had.deviation.name: had.finding.property for had in shown.present}
    assert broken == {name: BY_NAME[name].property for name in broken}


def test_the_same_properties_broken_otherwise_are_findings(tmp_path: Path) -> None:
    """Another wrong count, another wrong index, another hang, another wrong step."""
    shown = known(seeded(OTHERWISE, tmp_path))
    assert shown.present == []
    broken = {one.property for one in shown.otherwise}
    assert broken >= {"node-nr-values", "answer-pause", "ends", "answer-step"}


_FROM_SLOT = """\
struct xa_node *node = xas->xa_node;
	int offset = xas->xa_offset;

	if (!xas_is_node(xas))
		goto right;
	xas->xa_index += BY;
	if (STRAY)
		return NULL;
	if ((!node->shift && offset != EDGE) || offset != (int)xas_slot(xas, node))
		offset += BY;
	while (offset < 0 || offset == XA_CHUNK_SIZE) {
		offset = node->offset + BY;
		node = xa_parent(xas->xa, node);
		if (!node)
			return set_bounds(xas);
	}
	for (;;) {
		void *entry = xa_entry(xas->xa, node, (unsigned int)offset);

		xas_place(xas, node, (unsigned int)offset);
		if (!xa_is_node(entry))
			return entry;
		node = xa_to_node(entry);
		offset = (int)xas_slot(xas, node);
	}
right:
	"""
_BACK = "xas->xa_index--;\n\treturn xas_step(xas, xas->xa_index + 1);"


def from_slot(stray: str) -> list[Edit]:
    """xas_next and xas_prev as step-inside has them, which also go wrong where ``stray``."""
    code = _FROM_SLOT.replace("STRAY", stray)
    on = code.replace("BY", "1").replace("EDGE", "XA_CHUNK_MASK")
    back = code.replace("BY", "-1").replace("EDGE", "0")
    return [(FIND, _STEPPED, on + _STEPPED), (FIND, _BACK, back + _BACK)]


def test_a_case_of_the_sweep_is_told_once(tmp_path: Path) -> None:
    """As the deviation where that accounts for it to the byte, else as a finding."""
    unit = Unit(2, 3, 1, family=Family.WALKS)
    bare = seeded(from_slot("0"), tmp_path / "exactly")
    one = with_known(bare)
    assert one.deviations == ("step-inside",)
    every = breach_of(bare, unit)
    told = run_unit(unit, [one])
    assert not told.findings
    assert told.met["seeded"] == {"step-inside": every.cases}
    stray = with_known(seeded(from_slot("xas->xa_index == 5"), tmp_path / "stray"))
    assert stray.deviations == ("step-inside",)
    told = run_unit(unit, [stray])
    assert 0 < told.met["seeded"]["step-inside"] < every.cases
    assert breach_of(stray, unit).smallest.deviations == ()


def breach_of(one: Implementation, unit: Unit) -> Breach:
    (breach,) = run_unit(unit, [one]).findings.sorted()
    assert breach.smallest.property == "answer-step"
    return breach


def test_an_answer_that_is_not_the_one_told_is_not_worked_out() -> None:
    case = [Operation(Code.STORE, order=2, entry=4), Operation(Code.GET_ORDER, 1)]
    outcome = answer(case, 2, SplitKind.ITERATIVE, [])
    assert outcome is not None
    assert answer(case, 2, SplitKind.ITERATIVE, [], outcome.results) == outcome
    for other in (b"", outcome.results[:-1] + b"\1", outcome.results[:8]):
        assert answer(case, 2, SplitKind.ITERATIVE, [], other) is None


def sampled_cases() -> list[tuple[Operation, ...]]:
    """The deviations' own cases, and some of each family at chunk shift 2."""
    units = [
        Unit(2, 3, 0, 6, 1),
        Unit(2, 3, 0, 6, 1, Family.WALKS),
        Unit(2, 2, 0, 6, 1, Family.REFUSALS),
    ]
    drawn = [tuple(group.operations()) for unit in units for group, _ in unit.groups()]
    return [one.case for one in DEVIATIONS if one.chunk_shift == 2] + drawn


@pytest.mark.parametrize("name", PLANTS)
def test_what_a_deviation_does_otherwise_is_thought_possible(name: str) -> None:
    """Where it is not thought possible the planted model is not asked: it must answer right."""
    differ = 0
    for case in sampled_cases():
        told = answer(case, 2, kind(name), [name])
        if told is None:
            continue
        right = run_case(case[: told.hangs], 2, split=kind(name)).results
        alike = equal(case[: told.hangs], right, told.results)
        if told.hangs is not None or right != told.results:
            differ += 1
            assert possible(case, 2, [name], [alike]) == [name]
        met = [place for place, one in enumerate(case) if MEETS[name](one, case[:place], 2)]
        assert met or right == told.results
    assert differ


def test_what_a_lookup_does_otherwise_breaks_nothing_else() -> None:
    case = BY_NAME["step-inside"].case
    step = len(case) - 1
    assert case[step].code in (Code.NEXT, Code.PREV)
    assert possible(case, 2, ["step-inside"], [step]) == ["step-inside"]
    assert possible(case, 2, ["step-inside"], [0, step]) == []
    assert possible(case[:step], 2, ["step-inside"], [0]) == []
