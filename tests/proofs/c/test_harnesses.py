# SPDX-License-Identifier: GPL-2.0-or-later
"""What the harnesses assert has the names of the specs, and their heads say what they assume."""

import re

import pytest

from models.case.ends import ENDS
from proofs.c.cases import Harness
from proofs.c.controls import CONTROLS
from proofs.c.run import FOLDER
from specs.registry import PROPERTIES

CHECKS = re.compile(r'CHECK\([^;]*?"([\w-]+)"\)', re.DOTALL)
ASSERTED = {name for path in FOLDER.glob("*.[ch]") for name in CHECKS.findall(path.read_text())}
WITHOUT_CONTROL = {
    "answer-store-error", "array-mark", "frees-nodes", "head", "locked", "no-warning", "null-mark",
    "request-flags", "slot-kind", "split-merge", "split-new-nodes", "split-no-leftover",
    "split-refusal", "tree", "try-split-accepts", "try-split-no-leftover",
    "update-array", "update-final", "update-quiet",
}  # fmt: skip
"""Asserted, and broken by no control of their own."""


def test_what_is_asserted_is_a_property_of_the_specs() -> None:
    known = {*PROPERTIES, *(name for name, _ in ENDS.values())}
    assert known >= ASSERTED
    assert len(ASSERTED) > 40


def test_what_has_a_control_is_asserted_and_what_has_none_is_listed() -> None:
    controlled = {one.property for one in CONTROLS}
    assert controlled <= ASSERTED
    assert ASSERTED - controlled <= WITHOUT_CONTROL


@pytest.mark.parametrize("harness", Harness)
def test_heads_say_what_is_checked_and_what_is_assumed(harness: Harness) -> None:
    head = (FOLDER / f"{harness}.c").read_text().partition("*/")[0]
    assert " * Checked: " in head and " * Assumed: " in head
