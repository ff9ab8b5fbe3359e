# SPDX-License-Identifier: GPL-2.0-or-later
"""Each control ends in a counterexample to its property, which shows natively too."""

from collections import Counter

import pytest

from proofs.c.cases import Harness, cases
from proofs.c.cbmc import Running
from proofs.c.controls import CONTROLS, Control
from review.run.c_controls import tried
from tests.tools import has_sanitizers, needs_cbmc

sanitized = pytest.mark.skipif(not has_sanitizers(), reason="needs sanitizers")


def marked(control: Control) -> object:
    """The few that are often tried, and the others with what is long."""
    name = f"{control.defect}-{control.property}"
    return pytest.param(control, id=name, marks=() if control.often else pytest.mark.long)


@needs_cbmc
@sanitized
@pytest.mark.parametrize("control", [marked(one) for one in CONTROLS])
def test_it_is_caught(control: Control) -> None:
    one = tried(control, Running())
    assert one.caught, one
    assert one.outcome.confirmed, one


def test_there_are_controls_of_every_harness_and_each_is_one() -> None:
    cased = {one.name: one for one in cases(one_level=False, try_split=True)}
    assert {cased[one.case].harness for one in CONTROLS} == {*Harness}
    assert Counter(CONTROLS).most_common(1)[0][1] == 1
    assert sum(one.often for one in CONTROLS) >= 4


def test_a_control_that_names_nothing_is_told() -> None:
    with pytest.raises(ValueError, match="a control names nothing and split-s1-1to0"):
        tried(Control("nothing", "split-s1-1to0", "node-count"), Running())
