# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of arrays with flags: what they are, and that they reach every kind of request."""

import pytest

from models.case.reference import run_case
from models.case.trial import NoCase, Trial
from models.kernel.source import port_source
from models.subject.implementation import examine
from models.sweep import array_cases
from models.sweep.families import Family
from models.sweep.sweep import Unit, run_unit
from xarray_model.log import LOCK_HELD, Kind
from xarray_model.operations import array_flags, encode


@pytest.mark.parametrize("s", [1, 2])
def test_each_is_a_case_and_asks_in_every_way(s: int) -> None:
    one = examine(port_source(), (s,))
    ways: set[tuple[int, bool, int]] = set()
    with Trial(one, s) as trial:
        for cases, pairs in (
            (array_cases.SPLITS, array_cases.pairs(s)),
            (array_cases.STEPS, array_cases.steps(s)),
        ):
            for pair in pairs:
                groups = list(cases.groups(s, *pair))
                assert len(groups) == cases.total_groups(s, *pair)
                for group in groups:
                    for start in group.starts():
                        operations = group.operations(start)
                        try:
                            trial.expected(operations)
                        except NoCase as error:
                            pytest.fail(f"{group}: {error}")
                    assert group.encoded(group.starts())[-1] == encode(operations)
                    log = run_case(operations, s, log=True).log
                    ways |= {
                        (array_flags(operations) >> 5, bool(one.flags & LOCK_HELD), one.count)
                        for records in log
                        for one in records
                        if one.kind is Kind.REQUEST
                    }
    # Charged or not, under the lock or not, naming a list_lru or not.
    assert ways == {(a, b, c) for a in (0, 1) for b in (False, True) for c in (0, 1)}


def test_nothing_breaks_and_all_is_judged() -> None:
    one = examine(port_source(), (2,))
    judged = set[str]()
    for unit in (
        Unit(2, 4, 0, family=Family.ARRAYS),
        Unit(2, 2, 1, family=Family.ARRAY_STEPS),
    ):
        result = run_unit(unit, [one])
        assert result.findings.breaches == {}
        assert all(part.complete for part in result.coverage.values())
        judged |= result.judged[one.name].keys()
    assert judged >= {"request-flags", "request-account", "request-lru", "free-mark", "array-flags"}


def test_try_split_refuses_none_of_the_steps() -> None:
    assert array_cases.STEPS.total(2, 4, 0) == 0
    assert array_cases.STEPS.total(2, 2, 1) == 2 * len(array_cases.ARRAYS)
