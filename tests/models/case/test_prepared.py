# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens between allocation and split, as a person writes it: the caller's error is told as
that, and the code's is found and classed."""

from pathlib import Path

import pytest

from models.case.replay import judge
from models.case.text import observed, parse_case
from models.case.trial import NoCase
from models.kernel.source import port_source
from models.subject.implementation import Implementation, examine
from specs.callers import Contract
from tests.models.together import with_defects

CHANGED = """
store(0, 2, ptr1)
cursor_set(0)
cursor_split_alloc(2, ptr1)
store(0, 2, ptr2)
cursor_split_alone(2, ptr2)
"""
_BEGIN = "/* What the new entries are like; constant throughout a split. */"
FILLED_EARLY = [
    ("lib/xarray_split.c", _BEGIN, f"static void *split_given;\n{_BEGIN}"),
    ("lib/xarray_split.c", "(void)entry;", "split_given = entry;"),
    (
        "lib/xarray_split.c",
        "RCU_INIT_POINTER(node->slots[offset], new->entry);",
        "RCU_INIT_POINTER(node->slots[offset], split_given);",
    ),
]


@pytest.fixture(scope="module")
def port() -> Implementation:
    return examine(port_source(), (2,))


@pytest.mark.parametrize(
    "text",
    [
        CHANGED,
        # Another order, with more nodes than it takes; and the cursor once more with the rest.
        "store(0, 2)\nstore(16, 2)\ncursor_set(0)\ncursor_split_alloc(3)\n"
        "cursor_split_alone(2)\nstore(0, 2)\ncursor_reset()\ncursor_split_alone(2)\n",
        # No entry any more: what was allocated is destroyed.
        "store(0, 2)\ncursor_set(0)\ncursor_split_alloc(2)\nstore(0, 2, NULL)\ncursor_destroy()\n",
    ],
)
def test_right_code_splits_what_is_there(port: Implementation, text: str) -> None:
    assert judge(port, 2, observed(parse_case(text).operations)[0]) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (CHANGED.replace("alone(2", "alone(1"), "is of order 2, not 1"),
        (CHANGED.replace("store(0, 2, ptr2)", "store(0, 3, ptr2)").replace("alone(2", "alone(3"),
         "needs 2 preallocated nodes, there are 1"),
        (CHANGED.replace("store(0, 2, ptr2)", "store(0, 2, NULL)"), "no entry of order 2"),
        ("cursor_set(0)\ncursor_split_alloc(2)\ncursor_set(4)\n", "would be lost: destroy them"),
        ("cursor_set(0)\ncursor_split_alloc(3)\ncursor_store(ptr1)\n", "which are for a split"),
    ],
)  # fmt: skip
def test_the_callers_error_is_told_as_that(port: Implementation, text: str, why: str) -> None:
    with pytest.raises(NoCase, match=why):
        judge(port, 2, observed(parse_case(text).operations)[0])


def test_nodes_filled_too_early_are_found_and_outside_the_callers_contract(tmp_path: Path) -> None:
    one = examine(with_defects(port_source(), "early", FILLED_EARLY, tmp_path), (2,))
    found = judge(one, 2, observed(parse_case(CHANGED).operations)[0])
    told = {finding.property: finding.contract for finding in found}
    assert told["split-entries"] is Contract.DOCUMENTATION
    careful = CHANGED.replace("store(0, 2, ptr2)", "").replace("2, ptr2", "2, ptr1")
    assert judge(one, 2, observed(parse_case(careful).operations)[0]) == []
