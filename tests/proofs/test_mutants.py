# SPDX-License-Identifier: GPL-2.0-or-later
import inspect

import pytest

from proofs import mutants
from proofs.mutants import MUTANTS, Fate, Mutant
from xarray_model import geometry

SHIFT = 6
"""Kernels' own, and no power of two, so that shifts and products differ; fewest levels."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.function}: {m.old} -> {m.new}")
def test_every_mutant_of_the_geometry_is_refuted_by_its_theorem(mutant: Mutant) -> None:
    fate = mutants.judge(mutant, SHIFT, 60)
    expected = Fate.ENDLESS if mutant.new == "new_order <= order" else Fate.REFUTED
    assert fate is expected


NO_THEOREM = {
    "_low", "highest_index", "moved_index", "range_pieces", "root_shift", "run_starts"
}  # fmt: skip
"""Functions that no theorem runs yet; proofs/GAPS.md names them."""


def test_every_function_of_the_geometry_has_a_mutant_or_is_a_named_gap() -> None:
    functions = {name for name, _ in inspect.getmembers(geometry, inspect.isfunction)}
    assert functions - NO_THEOREM == {mutant.function for mutant in MUTANTS}
    assert functions >= NO_THEOREM


@pytest.mark.parametrize("name", sorted({mutant.theorem for mutant in MUTANTS} - {"N5.walk"}))
def test_the_geometry_itself_survives(name: str) -> None:
    unchanged = Mutant("node_shift", "return order", "return order", name)
    assert mutants.judge(unchanged, SHIFT, 60) is Fate.SURVIVED


def test_the_geometry_is_put_back() -> None:
    with mutants.in_place(Mutant("node_shift", "order - order % s", "order", "N4.shift")):
        assert geometry.node_shift(7, 6) == 7
    assert geometry.node_shift(7, 6) == 6
