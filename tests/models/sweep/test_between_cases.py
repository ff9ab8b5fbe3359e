# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of nodes that are allocated before: what they are, and what they show."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from models.case.known import with_known
from models.case.trial import NoCase, Trial
from models.kernel.source import port_source
from models.mutants.catalogue import MUTANTS
from models.mutants.planted import with_contents
from models.mutants.run import mutated
from models.subject.implementation import Implementation, examine
from models.sweep import between_cases
from models.sweep.between_cases import IS, WAS, Since
from models.sweep.families import Family
from models.sweep.small_arrays import ARRAYS, HALVES, WHOLE, beside, entries
from models.sweep.sweep import Unit, complete_units, run_unit
from specs.callers import Contract
from tests import kernels
from tests.kernels import Kernel
from xarray_model.operations import Code, Operation, encode

DEFECTS = {one.name: one for one in MUTANTS}


def units(s: int) -> list[Unit]:
    return [one for one in complete_units((s,)) if one.family is Family.BETWEEN]


@pytest.fixture(scope="module")
def port() -> Implementation:
    return examine(port_source(), (1, 2))


def test_small_arrays_are_all_there_are() -> None:
    """Quarter by quarter: empty, or in an entry of one quarter, of two that begin at an even one,
    or of four."""
    covers = {tuple(one for one in array for _ in range(1 << one.size)) for array in ARRAYS}
    assert len(covers) == len(ARRAYS) == 5 * 5 + 1 and WHOLE in ARRAYS
    for array in ARRAYS:
        taken = [quarter for at, size in array for quarter in range(at, at + (1 << size))]
        assert len(set(taken)) == len(taken) and all(at % (1 << size) == 0 for at, size in array)
    assert entries(beside(HALVES[4], 2), 3, 8, 1)[0][:2] == (12, 1)


@pytest.mark.parametrize("s", [1, 2])
def test_each_is_a_case_within_what_is_promised_and_all_happens(
    port: Implementation, s: int
) -> None:
    with Trial(port, s) as trial:
        for order, new_order in between_cases.pairs(s):
            groups = list(between_cases.CASES.groups(s, order, new_order))
            assert (
                len(set(groups))
                == len(groups)
                == between_cases.CASES.total_groups(s, order, new_order)
            )
            assert groups[-1] == between_cases.CASES.group_at(s, order, new_order, len(groups) - 1)
            for group in groups[:: 1 + 2 * (order > 1)]:
                starts = group.starts()
                assert len(starts) == group.total_starts
                try:
                    trial.expected(group.operations(starts[-1]))
                except NoCase as error:
                    pytest.fail(f"{group}: {error}")
                assert group.encoded(starts)[-1] == encode(group.operations(starts[-1]))
            met = {group.since for group in groups}
            assert met >= {*Since} - {Since.TOO_FEW, Since.PART}
            assert (Since.TOO_FEW in met) == (order > max(1, new_order))
            stored = {(group.was, group.now) for group in groups if group.since is Since.STORED}
            assert stored == set(product((0, 1), (0, 1)))


def test_nothing_breaks_and_all_is_judged(port: Implementation) -> None:
    judged = set[str]()
    for unit in units(1)[:2]:
        result = run_unit(unit, [port])
        assert result.findings.breaches == {}
        assert all(part.complete for part in result.coverage.values())
        judged |= result.judged[port.name].keys()
    assert judged >= {"split-takes", "cursor-held", "nomem", "split-failure", "split-entries"}


def test_the_smallest_case_of_what_came_back_is_among_them() -> None:
    """``store(A); split_alloc(A); store(B); split(B)``, and every load gives B."""
    (group,) = (
        one
        for one in between_cases.CASES.groups(1, 1, 0)
        if (one.since, one.was, one.now, one.place) == (Since.STORED, 0, 0, 0)
        and one.before == HALVES[0]
    )
    case = [one for one in group.operations() if one.code is not Code.SNAPSHOT]
    assert [one for one in case if one.code is not Code.SET_MARK][:5] == [
        Operation(Code.STORE, 0, 1, entry=WAS[0]),
        Operation(Code.CURSOR_SET, 0, 0),
        Operation(Code.CURSOR_SPLIT_ALLOC, order=1, entry=WAS[0]),
        Operation(Code.STORE, 0, 1, entry=IS[0]),
        Operation(Code.CURSOR_SPLIT_ALONE, order=1, entry=IS[0]),
    ]


@pytest.mark.parametrize(
    "name", ["split-filled-early", "split-drops-the-rest", "nomem-keeps-nodes", "reset-drops-nodes"]
)
def test_planted_defects_are_found_in_the_smallest_unit(name: str) -> None:
    defect = DEFECTS[name]
    result = run_unit(Unit(1, 1, 0, family=Family.BETWEEN), [mutated(defect)])
    broken = {breach.smallest.property for breach in result.findings.sorted()}
    assert broken >= {*defect.caught_by}


@pytest.mark.kernel
@kernels.each
def test_what_kernels_fill_early_is_told_as_known_and_hides_nothing(kernel: Kernel) -> None:
    one = with_known(examine(kernel.source, (1,)))
    result = run_unit(Unit(1, 1, 0, family=Family.BETWEEN), [one])
    told = {(b.smallest.property, b.smallest.deviations) for b in result.findings.sorted()}
    assert "split-filled-early" in one.deviations
    assert {names for _, names in told} == {("split-filled-early",)}
    assert "split-entries" in {name for name, _ in told}
    assert {b.smallest.contract for b in result.findings.sorted()} == {Contract.DOCUMENTATION}
    assert not Unit(1, 3, 0, family=Family.BETWEEN).offered(one)


def test_another_defect_beside_the_known_one_is_told_by_itself(tmp_path: Path) -> None:
    early, drops = DEFECTS["split-filled-early"], DEFECTS["split-drops-the-rest"]
    text = early.changed()
    assert early.file == drops.file and text.count(drops.text) == 1
    both = {early.file: text.replace(drops.text, drops.replacement)}
    one = examine(with_contents(port_source(), both, "both", tmp_path), (1,))
    one = replace(one, one_level=True, deviations=("split-filled-early",))
    result = run_unit(Unit(1, 1, 0, family=Family.BETWEEN), [one])
    told = {(b.smallest.property, b.smallest.deviations) for b in result.findings.sorted()}
    assert {("split-entries", ("split-filled-early",)), ("split-takes", ())} <= told


def test_a_series_that_fills_early_over_several_levels_has_the_known_deviation() -> None:
    one = replace(mutated(DEFECTS["split-filled-early"]), deviations=("split-filled-early",))
    assert not one.one_level
    result = run_unit(Unit(1, 2, 0, 40, 1, Family.BETWEEN), [one])
    told = {(b.smallest.property, b.smallest.deviations) for b in result.findings.sorted()}
    assert "split-entries" in {name for name, _ in told}
    assert {names for _, names in told} == {("split-filled-early",)}
