# SPDX-License-Identifier: GPL-2.0-or-later
"""What a kernel's check_split() catches, with the small test of our own tree in its place."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.kernel.source import Source, open_source, port_source
from models.mutants import upstream_test
from models.mutants.catalogue import MUTANTS
from models.mutants.mutant import Mutant
from models.subject.baseline import NoTest
from tests import kernels
from tests.kernels import Kernel


def mutants(*names: str) -> list[Mutant]:
    return [mutant for mutant in MUTANTS if mutant.name in names]


def edited(tree: Path, old: str, new: str) -> Source:
    path = tree / "lib/test_xarray.c"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return open_source(tree)


def test_catches_what_its_range_meets(tree: Path) -> None:
    """The fewer levels, the less is caught; what the test does not look at passes in both."""
    chosen = mutants("one-node-too-few", "refuses-deep", "split-node-unreported")
    done = upstream_test.run(open_source(tree), chosen)
    assert done.sound
    assert set(done.defects) == {mutant.name for mutant in chosen}
    assert done.caught[2] == ("one-node-too-few",)
    assert set(done.caught[4]) == {"one-node-too-few", "refuses-deep"}
    assert done.missed(4) == ["split-node-unreported"]


def test_a_test_that_fails_on_sound_code_shows_nothing(tree: Path) -> None:
    wrong = edited(tree, "!= (int)new_order", "!= (int)order")
    assert not upstream_test.run(wrong, []).sound


def test_kernels_without_such_a_test(tree: Path) -> None:
    with pytest.raises(NoTest, match="came without"):
        upstream_test.run(port_source())
    other = edited(tree, "order < 2 * XA_CHUNK_SHIFT", "order < 12")
    with pytest.raises(NoTest, match=r"no check_split\(\) with a range"):
        upstream_test.run(other)


def test_only_defects_of_the_split_are_tried() -> None:
    defects = upstream_test.split_defects()
    assert len(defects) > 40
    assert {mutant.file for mutant in defects} == {"lib/xarray_split.c"}
    assert not [mutant for mutant in defects if mutant.name.startswith("try-")]


def test_a_change_without_effect_is_not_caught(tree: Path) -> None:
    harmless = replace(MUTANTS[0], name="harmless", replacement=MUTANTS[0].text)
    done = upstream_test.run(open_source(tree), [harmless])
    assert done.missed(2) == done.missed(4) == ["harmless"]


@pytest.mark.kernel
@kernels.each
def test_the_test_of_a_release_misses_most(kernel: Kernel) -> None:
    chosen = mutants("parent-of-inner", "sibling-mask", "leaf-values-zero")
    done = upstream_test.run(kernel.source, chosen)
    assert done.sound
    assert done.caught[2] == ("sibling-mask",)
    assert set(done.caught[4]) == {"sibling-mask", "parent-of-inner"}


@pytest.mark.kernel
@kernels.each
def test_the_port_passes_every_kernels_test(kernel: Kernel) -> None:
    """T1 rests on it: check_split() of a kernel finds nothing wrong in the port."""
    if not kernel.source.has_kernel_test:
        pytest.skip(f"Linux {kernel.name} came without its test")
    assert upstream_test.run(kernel.source, []).sound
