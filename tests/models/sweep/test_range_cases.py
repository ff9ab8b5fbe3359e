# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of create_range: what they are, and what they show."""

import pytest

from models.case.known import with_known
from models.case.trial import NoCase, Trial
from models.kernel.source import port_source
from models.mutants.catalogue import MUTANTS
from models.mutants.run import mutated
from models.subject.implementation import Implementation, examine
from models.sweep import range_cases
from models.sweep.families import Family
from models.sweep.sweep import Unit, run_unit
from tests import kernels
from tests.kernels import Kernel
from xarray_model.operations import Code, encode

DEFECTS = {one.name: one for one in MUTANTS}


@pytest.fixture(scope="module")
def port() -> Implementation:
    return examine(port_source(), (1, 2))


@pytest.mark.parametrize("split", [(1, 2, 2), (1, 3, 3), (2, 3, 2)])
def test_each_is_a_case_and_every_request_fails_once(
    port: Implementation, split: tuple[int, int, int]
) -> None:
    groups = list(range_cases.CASES.groups(*split))
    assert len(set(groups)) == len(groups) == range_cases.CASES.total_groups(*split)
    assert range_cases.CASES.total(*split) == sum(len(one.starts()) for one in groups)
    assert range_cases.CASES.group_at(*split, 7) == groups[7]
    failed = {group.failing for group in groups}
    assert failed == set(range(max(failed) + 1)) and max(failed) > 1
    assert any(group.stored for group in groups)
    with Trial(port, split[0]) as trial:
        for group in groups[:: 1 + split[1] // 3]:
            starts = group.starts()
            operations = group.operations(starts[-1])
            try:
                trial.expected(operations)
            except NoCase as error:
                pytest.fail(f"{group}: {error}")
            assert group.encoded(starts)[-1] == encode(operations)
            # What fails is met, and tried again.
            creates = [one.code for one in operations].count(Code.CURSOR_CREATE_RANGE)
            assert creates == 1 + (group.failing > 0)


def test_there_are_none_of_ranges_below_a_quarter() -> None:
    assert range_cases.CASES.total_groups(2, 4, 1) == range_cases.CASES.total_groups(1, 1, 0) == 0


def test_nothing_breaks_and_all_is_judged(port: Implementation) -> None:
    result = run_unit(Unit(1, 2, 2, family=Family.RANGES), [port])
    assert result.findings.breaches == {}
    assert all(part.complete for part in result.coverage.values())
    wanted = {"create-range-result", "create-range-spare", "create-range-slots", "nomem"}
    assert result.judged[port.name].keys() >= wanted


@pytest.mark.parametrize("name", ["create-range-ends", "create-range-keeps-spare"])
def test_planted_defects_are_found_in_a_small_unit(name: str) -> None:
    defect = DEFECTS[name]
    result = run_unit(Unit(1, 2, 2, family=Family.RANGES), [mutated(defect)])
    broken = {breach.smallest.property for breach in result.findings.sorted()}
    assert broken >= {*defect.caught_by}


@pytest.mark.kernel
@kernels.each
def test_kernels_show_what_is_known_and_nothing_else(kernel: Kernel) -> None:
    one = with_known(examine(kernel.source, (2,)))
    result = run_unit(Unit(2, 4, 3, family=Family.RANGES), [one])
    assert not result.findings
    assert result.met[one.name].keys() == {"create-range-ends", "create-range-spare"}
