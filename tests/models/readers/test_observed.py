# SPDX-License-Identifier: GPL-2.0-or-later
"""What readers of compiled code saw is judged by the specs as it is in C."""

from collections import Counter

import pytest

from models.kernel.source import port_source
from models.readers.build import build
from models.readers.controls import CONTROLS
from models.readers.explorer import Case
from specs.readers import Memory
from tests.models.readers.observed import JUDGED, Observed, by_specs, observe

READERS = (
    "load", "load-retry", "get-order", "find", "for-each", "find-pause", "find-ordered", "marked",
    "for-each-ordered", "for-each-marked", "marked-pause", "marked-ordered", "next", "prev",
)  # fmt: skip
CASES = (
    Case("split", 1, 0, 2, 2),
    Case("split", 2, 0, 4, 5),
    Case("split", 3, 2, 8, 8),
    Case("try-split", 2, 0, 4, 6),
    Case("merge", 1, 0, 2, 2),
    Case("merge", 3, 2, 8, 8),
    Case("erase", 1, 0, 2, 2),
    Case("store", 2, 0, 4, 5),
)


def verdicts(observed: Observed) -> Counter[str]:
    """How often each promise broke; AssertionError where C and the specs do not say the same."""
    counts: Counter[str] = Counter()
    for one in observed.seen:
        if one.broke and one.broke not in JUDGED:
            continue
        assert by_specs(observed, one) == one.broke, one
        counts[one.broke] += 1
    return counts


@pytest.mark.parametrize("memory", Memory)
def test_the_specs_judge_every_observation_as_the_explorer_does(memory: Memory) -> None:
    counts: Counter[str] = Counter()
    for case in CASES:
        counts += verdicts(observe(build(port_source(), 2), case, memory, READERS))
    weak = {"unordered-covers", "marked-inside"} if memory is Memory.WEAK else set()
    assert set(counts) == {"", "order-true", "merge-covers", *weak}
    assert counts[""] > 1_000


@pytest.mark.parametrize(
    "name",
    ["slot-emptied", "sibling-before", "canonical-first", "marked-sibling-inline",
     "from-canonical", "parent-late", "mark-late"],
)  # fmt: skip
def test_what_breaks_in_c_breaks_by_the_specs(name: str) -> None:
    control = next(one for one in CONTROLS if one.name == name)
    executable = build(port_source(), control.shift, control.edits)
    counts = verdicts(observe(executable, control.case, control.memories[0], control.readers))
    assert set(counts) & set(control.promises)
