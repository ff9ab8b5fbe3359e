# SPDX-License-Identifier: GPL-2.0-or-later
from collections.abc import Callable

from models.case.extent import CASES, INDEX, MARKS, Cell, Extent, Start, Trait
from models.diagnosis.conditions import LEAST, two
from models.sweep.cases import Group, Surroundings, groups


def parted(fails: Callable[[Group, Start], bool]) -> tuple[set[Cell], set[Cell]]:
    """The cells of all splits from order 1 and 3 to 0 at chunk shift 2: those in which any case
    fails, and the others."""
    failed, run = Extent(), Extent()
    for order in (1, 3):
        for group in groups(2, order, 0):
            starts = group.starts()
            run.count(group, starts)
            failed.count(group, [one for one in starts if fails(group, one)])
    return set(+failed.cells), run.cells.keys() - (+failed.cells).keys()


def third(group: Group, start: Start) -> bool:
    return bool(group.marks & 4)


def later(group: Group, start: Start) -> bool:
    return bool(group.marks) and start.offset >> (2 if group.order == 3 else 0) > 0


def told(cells: frozenset[Cell], dimension: str) -> set[str]:
    return {one.value for _, traits in cells for one in traits if one.dimension == dimension}


def test_two_independent_conditions_are_told_apart_exactly() -> None:
    """A mark that is lost anywhere, and any that is where the index is in a later slot."""
    found = two(*parted(lambda *case: third(*case) or later(*case)))
    assert found is not None
    ends = (found.one, found.other)
    marked, beyond = sorted(ends, key=lambda cells: "in a later slot" in told(cells, INDEX))
    assert told(marked, MARKS) == {"2", "0+2", "1+2", "0+1+2"}
    assert told(marked, INDEX) == {"the first", "in the first slot"}
    assert told(beyond, MARKS) == {"0", "1", "0+1"}
    assert told(beyond, INDEX) == {"in a later slot"}
    assert not marked & beyond


def test_one_condition_is_one() -> None:
    for fails in (third, later, lambda *case: third(*case) and later(*case)):
        assert two(*parted(fails)) is None


def test_what_shows_for_some_kinds_here_and_for_others_there_is_one() -> None:
    """No case meets both conditions."""
    failed, passed = parted(lambda group, _: group.old_is_value is (group.order == 3))
    assert two(failed, passed) is None


def test_what_else_the_array_holds_may_hide_what_one_mistake_does() -> None:
    alone = Surroundings.ALONE
    failed, passed = parted(lambda group, _: group.surroundings is alone or bool(group.marks & 4))
    assert two(failed, passed) is None


def test_a_few_cells_are_chance() -> None:
    failed, passed = parted(lambda *case: third(*case) or later(*case))
    few = sorted(cell for cell in failed if "in a later slot" in told(frozenset({cell}), INDEX))
    assert two(failed - set(few[LEAST - 1 :]), passed) is None
    assert two(failed, sorted(passed)[: LEAST - 1]) is None


def test_cases_of_several_kinds_are_not_compared() -> None:
    """What walks show has no marks to tell it by."""
    failed, passed = parted(third)
    walks = set()
    for split, traits in failed:
        rest = (one for one in traits if one.dimension not in (CASES, MARKS))
        walks.add((split, (Trait(CASES, "try_split walks"), *rest)))
    assert len(walks) > LEAST and two(failed | walks, passed) is None
