# SPDX-License-Identifier: GPL-2.0-or-later
from dataclasses import replace
from typing import Any

import pytest

from models.case.before import Before
from models.kernel.ranges import with_base
from models.kernel.source import port_source
from models.subject.implementation import Implementation
from tests.models.case.test_counterexample import FINDING


@pytest.mark.parametrize("based", [True, False])
def test_a_known_deviation_was_there_before_whatever_the_base_answers(
    based: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the base refuses the split; and what is beside it is held against the base."""
    source = with_base(port_source(), port_source()) if based else port_source()
    held: list[Any] = []

    def answered(_: object, __: object, found: list[Any]) -> list[Any]:
        held.extend(found)
        return found

    before = Before(Implementation("series", source, False, {}), FINDING.chunk_shift)
    monkeypatch.setattr(Before, "_built", True)
    monkeypatch.setattr(before, "_held", lambda *given: answered(*given))
    known = replace(FINDING, deviations=("split-filled-early",))
    told = before.marked(FINDING.operations, FINDING.actual, [known, FINDING])
    assert [(bool(one.deviations), one.before) for one in told] == [(True, based), (False, False)]
    assert held == ([FINDING] if based else [])
