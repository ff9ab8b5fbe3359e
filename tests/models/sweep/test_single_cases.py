# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of entries of one index: what they are, and what they show without
``CONFIG_XARRAY_MULTI``."""

from models.case.trial import Trial
from models.kernel.configuration import Configuration
from models.kernel.source import port_source
from models.subject.implementation import examine
from models.sweep import single_cases
from models.sweep.families import Family
from models.sweep.sweep import Unit, complete_units, run_unit
from xarray_model.operations import Code, encode

SINGLE = Configuration(multi=False, debug=True)


def test_each_is_a_case_of_order_0() -> None:
    pair = (3, 1)
    groups = list(single_cases.CASES.groups(1, *pair))
    assert len(set(groups)) == len(groups) == single_cases.CASES.total(1, *pair)
    assert single_cases.CASES.group_at(1, *pair, 5) == groups[5]
    assert single_cases.CASES.total_groups(1, 3, 0) == 0
    assert {group.failing for group in groups} == {0, 1, 2}
    with Trial(examine(port_source(), (1,)), 1) as trial:
        for group in groups[::29]:
            operations = group.operations()
            assert not any(one.order for one in operations if one.code is not Code.EXTRACT)
            assert group.encoded(group.starts()) == [encode(operations)]
            trial.expected(operations)


def test_they_are_what_is_run_whole_without_multi_and_all_is_judged() -> None:
    one = examine(port_source().configured(SINGLE), (1,))
    offered = [unit for unit in complete_units((1,)) if unit.offered(one)]
    assert {unit.family for unit in offered} == {Family.SINGLES}
    assert not any(unit.offered(examine(port_source(), (1,))) for unit in offered)
    result = run_unit(offered[0], [one])
    assert not result.findings
    assert all(done.complete and not part.sampled for part, done in result.coverage.items())
    wanted = {"answer-store", "answer-mark", "answer-find", "answer-find-marked", "cursor-load"}
    assert result.judged[one.name].keys() >= {*wanted, "create-range-result", "answer-step"}


def test_a_sample_is_drawn_at_larger_chunk_shifts() -> None:
    unit = Unit(6, 14, 12, 4, 1, Family.SINGLES)
    assert len(list(unit.groups())) == 4
