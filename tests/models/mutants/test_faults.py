# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults as they were really made in the XArray and around it: each has a seeded defect, or a
control of readers, and tests that find it."""

import ast
from pathlib import Path
from typing import NamedTuple

import pytest

from models.mutants.catalogue import MUTANTS
from models.readers.controls import CONTROLS

_TESTS = Path(__file__).resolve().parents[2]


class Fault(NamedTuple):
    """``planted`` are names of seeded defects and of controls; ``tests`` have the form
    ``file::function``."""

    planted: tuple[str, ...]
    tests: tuple[str, ...]


FAULTS = {
    "what the array held when nodes were allocated comes back": Fault(
        ("split-filled-early", "shadow-changed-meanwhile"),
        (
            "models/sweep/test_between_cases.py::test_the_smallest_case_of_what_came_back_is_among_them",
            "models/sweep/test_between_cases.py::"
            "test_what_kernels_fill_early_is_told_as_known_and_hides_nothing",
        ),
    ),
    "nodes for another order, for no entry, or left on the cursor": Fault(
        ("split-drops-the-rest", "nomem-keeps-nodes", "reset-drops-nodes"),
        ("models/sweep/test_between_cases.py::test_planted_defects_are_found_in_the_smallest_unit",),
    ),
    "an inline marked iteration hands out a sibling entry": Fault(
        ("marked-sibling-inline",),
        ("models/readers/test_controls.py::test_every_known_race_is_found_and_replays",),
    ),
    "an inline step passes value entries by": Fault(
        ("value-passed-by-inline",),
        ("models/readers/test_controls.py::test_every_known_race_is_found_and_replays",),
    ),
    "__GFP_ACCOUNT or the list_lru is not passed on": Fault(
        ("account-not-in-split", "account-not-in-try-split", "lru-not-passed-on"),
        ("models/mutants/test_mutants.py::test_is_caught_by_what_it_declares",
         "models/sweep/test_array_cases.py::test_each_is_a_case_and_asks_in_every_way"),
    ),
    "a spare node stays on the cursor after create_range": Fault(
        ("create-range-keeps-spare",),
        ("models/sweep/test_range_cases.py::test_planted_defects_are_found_in_a_small_unit",
         "models/sweep/test_range_cases.py::test_kernels_show_what_is_known_and_nothing_else"),
    ),
    "a shift or an index is worked out in an int": Fault(
        ("create-range-in-int", "find-limit-in-32-bits", "marked-limit-in-32-bits"),
        ("models/mutants/test_mutants.py::test_is_caught_by_what_it_declares",),
    ),
    "an assertion in xas_get_order fails beside a merge": Fault(
        ("asserts-no-tail", "asserts-no-tail-with-debug"),
        ("models/readers/test_explore.py::"
         "test_an_assertion_about_siblings_can_fail_beside_a_merge",),
    ),
    "something is wrong in one configuration alone": Fault(
        ("mark-not-cleared", "effect-in-assertion", "assertion-too-strict", "mark-in-first-word"),
        ("models/mutants/test_mutants.py::"
         "test_what_names_a_configuration_is_built_for_it_and_caught",
         "review/commands/test_baseline.py::test_a_configuration_that_cannot_be_built_is_no_pass"),
    ),
    "a word that is to be read once is read by a plain load": Fault(
        ("plain-mark-load", "plain-slot-store"),
        ("models/readers/test_races.py::"
         "test_a_load_that_is_marked_no_more_is_new_and_breaks_the_promise",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_its_defects_and_its_tests(name: str) -> None:
    fault = FAULTS[name]
    planted = {one.name for one in MUTANTS} | {one.name for one in CONTROLS}
    assert fault.planted and fault.tests and planted >= {*fault.planted}
    for test in fault.tests:
        file, _, function = test.partition("::")
        tree = ast.parse((_TESTS / file).read_text())
        names = {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
        assert function.startswith("test_") and function in names
