# SPDX-License-Identifier: GPL-2.0-or-later
import math

import pytest

from benchmarks import defects
from benchmarks.defects import quantile, sample
from benchmarks.result import Measure
from models.mutants.catalogue import MUTANTS


def test_a_sample_is_drawn_evenly() -> None:
    assert sample(MUTANTS, 1000) == list(MUTANTS)
    some = sample(MUTANTS, 10)
    assert len({one.name for one in some}) == 10 and len({one.theme for one in some}) > 3


@pytest.mark.parametrize(("share", "value"), [(0.5, 2.0), (0.95, math.inf), (0.01, 1.0)])
def test_quantiles_count_what_was_not_found(share: float, value: float) -> None:
    assert quantile([3.0, 1.0, math.inf, 2.0], share) == value


def test_what_was_not_found_is_told_as_such() -> None:
    told = [one for one in defects._told("search", [1.0, math.inf], 20) if isinstance(one, Measure)]
    assert [(one.value, one.note) for one in told] == [
        (50.0, "1 of 2 within 20 s"),
        (1.0, ""),
        (20.0, "or more: not found within 20 s"),
    ]
