# SPDX-License-Identifier: GPL-2.0-or-later
import random
from collections.abc import Callable
from typing import Any

import pytest
import z3

from proofs.explore import EndlessPathError, explore, well_defined
from proofs.words import CheckedWord, WrappingWord, literal, variable
from xarray_model import geometry


def holds(goal: z3.BoolRef, *premises: z3.BoolRef) -> bool:
    solver = z3.Solver()
    solver.add(*premises, z3.Not(goal))
    return bool(solver.check() == z3.unsat)


def defined(code: Callable[[], Any]) -> bool:
    return holds(well_defined(list(explore(code))))


def test_words_of_numbers_compute_what_numbers_do() -> None:
    chance = random.Random(4)
    for _ in range(40):
        s = chance.randint(1, 6)
        order, new_order = sorted(chance.choices(range(64), k=2), reverse=True)
        index = chance.getrandbits(64)
        n, m, i = literal(order), literal(new_order), literal(index)
        pairs: list[tuple[Any, int]] = [
            (geometry.split_nodes(n, m, s), geometry.split_nodes(order, new_order, s)),
            (geometry.offset_of(i, n, s), geometry.offset_of(index, order, s)),
            (geometry.last_index(i, n), geometry.last_index(index, order)),
            (geometry.try_split_nodes(n, m, s), geometry.try_split_nodes(order, new_order, s)),
        ]
        for word, number in pairs:
            assert z3.simplify(word.term).as_long() == number


@pytest.mark.parametrize(
    ("operation", "first_undefined"),
    [
        (lambda x: x + 250, 6),
        (lambda x: x * 3, 86),
        (lambda x: x << 1, 128),
        (lambda x: literal(1, 8) << x, 8),
        (lambda x: x >> x, 8),
        (lambda x: 9 - x, 10),
    ],
)
def test_each_operation_is_undefined_exactly_from_where_it_is_inexact(
    operation: Callable[[Any], Any], first_undefined: int
) -> None:
    assert defined(lambda: operation(literal(first_undefined - 1, 8)))
    assert not defined(lambda: operation(literal(first_undefined, 8)))
    x = variable("x", 8, 8)
    (path,) = explore(lambda: operation(x))
    exact = z3.And([requirement.needed for requirement in path.requirements])
    assert holds(exact == z3.ULT(x.term, first_undefined))


def test_division_by_zero_is_undefined() -> None:
    assert not defined(lambda: variable("x", 8, 8) // variable("y", 8, 8))
    assert not defined(lambda: variable("x", 8, 8) % variable("y", 8, 8))


def test_wrapping_words_wrap_but_do_not_shift_by_their_width() -> None:
    x = variable("x", 8, 8, WrappingWord)
    assert defined(lambda: x * x + x - 3)
    assert not defined(lambda: x << x)


def test_comparisons_and_shifts_are_unsigned() -> None:
    high = literal(1 << 63)
    assert bool(high > literal(1))
    assert z3.simplify((high >> 63).term).as_long() == 1
    assert z3.simplify((literal((1 << 64) - 1) % 6).term).as_long() == 3


@pytest.mark.parametrize("literal_value", [-1, 256, True, 1.5])
def test_literals_that_do_not_fit_are_refused(literal_value: object) -> None:
    with pytest.raises((OverflowError, TypeError)):
        variable("x", 8, 8) + literal_value


def test_widths_and_kinds_do_not_mix() -> None:
    with pytest.raises(TypeError):
        variable("x", 8, 8) + variable("y", 8, 16)
    with pytest.raises(TypeError):
        variable("x", 8, 8) + variable("y", 8, 8, WrappingWord)


def test_a_symbolic_word_is_no_number_and_no_condition_outside_of_an_exploration() -> None:
    x = variable("x", 8)
    with pytest.raises(TypeError):
        range(x)
    with pytest.raises(TypeError):
        bool(x == 3)
    with pytest.raises(TypeError):
        hash(x)


@pytest.mark.parametrize("s", range(1, 7))
def test_division_in_few_bits_is_division(s: int) -> None:
    narrow = z3.BitVec("n", 6)
    wide = z3.ZeroExt(58, narrow)
    word = CheckedWord(wide)
    assert holds((word % s).term == z3.URem(wide, z3.BitVecVal(s, 64)))
    assert holds((word // s).term == z3.UDiv(wide, z3.BitVecVal(s, 64)))


@pytest.mark.parametrize("bits", [3, 6])
def test_a_difference_in_few_bits_is_the_difference(bits: int) -> None:
    first, second = z3.BitVec("n", 6), z3.BitVec("m", bits)
    wide, other = z3.ZeroExt(58, first), z3.ZeroExt(64 - bits, second)
    few = (CheckedWord(wide) - CheckedWord(other)).term
    assert few.decl().kind() == z3.Z3_OP_ZERO_EXT
    assert holds(z3.Implies(z3.UGE(wide, other), few == wide - other))
    assert not holds(few == wide - other), "below zero they differ: that is an obligation"
    assert holds(z3.Implies(z3.UGE(wide, 5), (CheckedWord(wide) - 5).term == wide - 5))
    larger = (CheckedWord(other) - CheckedWord(wide)).term
    assert holds(z3.Implies(z3.UGE(other, wide), larger == other - wide))


@pytest.mark.parametrize("value", [0, 5, 60, 1 << 40])
def test_a_difference_from_a_literal_takes_the_bits_of_the_literal(value: int) -> None:
    less = z3.ZeroExt(58, z3.BitVec("n", 6))
    few = (literal(value) - CheckedWord(less)).term
    assert few.arg(0).size() == max(1, value.bit_length())
    assert holds(z3.Implies(z3.ULE(less, value), few == value - less))
    assert holds(few == value - less) == (value > 63), "below zero they differ"
    assert defined(lambda: literal(63) - CheckedWord(less))
    assert not defined(lambda: literal(62) - CheckedWord(less))
    assert (literal(value) - value).term.as_long() == 0


def test_paths_cover_the_assumption_and_do_not_overlap() -> None:
    x = variable("x", 4)

    def steps() -> int:
        left, taken = x, 0
        while left > 2:
            left, taken = left - 3, taken + 1
        return taken

    paths = list(explore(steps))
    assert sorted(path.result for path in paths) == list(range(6))
    for value in range(16):
        taken = [
            path.result
            for path in paths
            if z3.is_true(
                z3.simplify(
                    z3.substitute(path.condition, (z3.BitVec("x", 4), z3.BitVecVal(value, 4)))
                )
            )
        ]
        assert taken == [value // 3]


def test_code_that_does_not_end_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.explore.MAX_BRANCHES", 20)
    x = variable("x", 4)

    def endless() -> None:
        while x != 3:
            pass

    with pytest.raises(EndlessPathError):
        list(explore(endless))
