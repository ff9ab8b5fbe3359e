# SPDX-License-Identifier: GPL-2.0-or-later
"""Scripts are the same in every run, whatever else was made before them."""

import z3

from proofs.obligation import Obligation
from proofs.smtlib import negation


def made() -> str:
    a, b = z3.Ints("a b")
    goal = a * b + 1 > 0
    assert isinstance(goal, z3.BoolRef)
    return negation(Obligation("o", (), goal), "QF_NIA")


def test_a_term_that_others_refer_to_is_written_as_before() -> None:
    before = made()
    a, b = z3.Ints("a b")
    others = [a * b + number for number in range(3)]
    assert others and made() == before
