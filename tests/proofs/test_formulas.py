# SPDX-License-Identifier: GPL-2.0-or-later
"""Steps of an argument about any words, and the specification's division in few bits."""

from collections.abc import Iterator

import pytest
import z3

from proofs import n5_staged, s1_slots
from proofs.formulas import of_any, quotient, residue, shift_of
from proofs.obligation import Theorem
from tests.proofs.test_words import holds

A, B = z3.BitVecs("a b", 8)


def test_a_step_of_any_words_knows_no_more_of_them_than_its_hypotheses() -> None:
    half = z3.LShR(A, 1)
    assert holds(z3.ULT(half, 128))
    (goal,) = of_any({"half": half}, z3.ULT(half, 128))
    assert not holds(goal), "the definition is left out"
    known, goal = of_any({"half": half}, half == B & 127, z3.ULT(half, 128))
    assert holds(z3.Implies(known, goal))


def test_a_name_that_stands_for_something_already_is_refused() -> None:
    with pytest.raises(ValueError, match="not free: b"):
        of_any({"b": A + 1}, z3.ULT(A + 1, B))


@pytest.mark.parametrize("s", range(1, 7))
def test_division_of_an_order_in_a_byte_is_division(s: int) -> None:
    order = z3.ZeroExt(56, A)
    assert holds(quotient(order, s) == z3.UDiv(order, z3.BitVecVal(s, 64)))
    assert holds(residue(order, s) == z3.URem(order, z3.BitVecVal(s, 64)))
    assert holds(shift_of(order, s) == order - z3.URem(order, z3.BitVecVal(s, 64)))
    assert not holds(quotient(z3.BitVec("word", 64), s) == 0)


def conjuncts(goal: z3.BoolRef) -> Iterator[z3.BoolRef]:
    yield goal
    if z3.is_and(goal):
        for part in goal.children():
            yield from conjuncts(part)


def unproved(theorem: Theorem, s: int) -> list[tuple[str, z3.BoolRef]]:
    """The hypotheses of steps that are neither what the first obligation assumes nor proved
    before, by the name of the step."""
    obligations = [one for one in theorem.build(s) if not one.broken]
    known = list(obligations[0].hypotheses)
    missing = []
    for one in obligations:
        new = [h for h in one.hypotheses if not any(h.eq(k) for k in known)]
        missing += [(one.name, hypothesis) for hypothesis in new]
        known += conjuncts(one.goal)
    return missing


@pytest.mark.parametrize("s", [1, 3, 6])
@pytest.mark.parametrize("theorem", [n5_staged.staged, s1_slots.cover], ids=lambda t: t.name)
def test_each_hypothesis_of_a_step_is_proved_before(
    theorem: Theorem, s: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert unproved(theorem, s), "free constants stand in place of the terms that were spoken of"
    for module in (n5_staged, s1_slots):
        monkeypatch.setattr(module, "of_any", lambda words, *conditions: conditions)
    assert not unproved(theorem, s)
