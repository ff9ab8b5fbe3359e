# SPDX-License-Identifier: GPL-2.0-or-later
import random
from pathlib import Path

import pytest

from models.case.ends import HANGS
from models.case.reference import run_case
from models.kernel.source import port_source
from models.subject.implementation import examine
from models.sweep import refusal_cases
from models.sweep.families import Family
from models.sweep.sweep import Unit, run_unit
from specs.callers import Contract
from specs.stream import cut
from tests.models.together import with_defects
from xarray_model import geometry
from xarray_model.entries import EINVAL, mk_error
from xarray_model.operations import Code, encode

REFUSED = [(1, 2, 0), (2, 2, 0), (2, 5, 1), (3, 4, 2), (6, 12, 5)]


@pytest.mark.parametrize("split", REFUSED)
def test_everything_is_refused_and_asked_for_once(split: tuple[int, int, int]) -> None:
    s, order, new_order = split
    groups = list(refusal_cases.groups(*split))
    assert len(groups) == len(set(groups)) == refusal_cases.total_groups(*split)
    assert refusal_cases.total(*split) == len(groups) << order
    for group in random.Random(1).sample(groups, 12):
        operations = group.operations()
        answers = cut(operations, run_case(operations, s).results)
        asked = [place for place, one in enumerate(operations) if one.code is Code.TRY_SPLIT]
        (place,) = asked
        assert operations[place].new_order == new_order
        assert answers[place].words == (mk_error(EINVAL), 0, 0)
        assert answers[place - 1].snapshot == answers[place + 1].snapshot


@pytest.mark.parametrize("s", [1, 2, 6])
def test_only_what_callers_may_not_ask_for(s: int) -> None:
    for order in range(1, 3 * s + 1):
        lowest = geometry.try_split_min_order(order, s)
        refused = [n for n in range(order + 1) if refusal_cases.total_groups(s, order, n)]
        assert refused == list(range(lowest))


def test_starts() -> None:
    group = refusal_cases.group_at(2, 3, 0, 1)
    assert [start.offset for start in group.starts()] == list(range(8))
    some = group.some_starts(random.Random(2))
    assert set(some) <= set(group.starts())
    assert some == group.some_starts(random.Random(2))
    assert group.encoded(some) == [encode(group.operations(start)) for start in some]


def test_one_that_hangs_takes_no_other_case_with_it(tmp_path: Path) -> None:
    """What is learnt of hangs in what no caller may ask for leaves out nothing that they may."""
    file, refusal = "lib/xarray_split.c", "\t\txas_set_err(xas, -EINVAL);"
    endless = "\t\tfor (volatile int forever = 1; forever;)\n\t\t\t;\n"
    source = with_defects(port_source(), "endless", [(file, refusal, endless)], tmp_path)
    one = examine(source, (2,))
    result = run_unit(Unit(2, 2, 0, family=Family.REFUSALS), [one])
    hangs = [one.smallest for one in result.findings.sorted()]
    assert [(one.property, one.contract) for one in hangs] == [(HANGS, Contract.DOCUMENTATION)]
    assert result.tried["endless"].left_out.splits
    for family in (Family.WALKS, Family.SPLITS):
        other = run_unit(Unit(2, 2, 0, family=family), [one], result.hung())
        assert not other.findings and not other.tried["endless"].left_out.splits
        assert all(coverage.complete for coverage in other.coverage.values())
