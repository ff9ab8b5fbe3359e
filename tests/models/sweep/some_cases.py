# SPDX-License-Identifier: GPL-2.0-or-later
"""A few cases of every family at chunk shift 2, some of them next to each other."""

import random

from models.sweep.sweep import complete_units, sampled_units
from xarray_model.operations import Operation


def some_cases(groups: int = 4) -> list[list[Operation]]:
    """Of each family so many groups in a row, of a split to the lowest order that it has."""
    units = sorted(
        [*complete_units((2,)), *sampled_units((2,), 1)],
        key=lambda unit: (-unit.new_order, unit.order),
    )
    draw = random.Random(3)
    found = []
    for unit in {unit.family: unit for unit in units}.values():
        total = unit.cases.total_groups(2, unit.order, unit.new_order)
        first = draw.randrange(max(1, total - groups))
        for number in range(first, min(first + groups, total)):
            found.append(unit.cases.group_at(2, unit.order, unit.new_order, number).operations())
    return found
