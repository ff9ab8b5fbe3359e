# SPDX-License-Identifier: GPL-2.0-or-later
"""What is kept of reviews that were ended early is bounded."""

import os
from pathlib import Path

import pytest

from review.run import kept
from review.run.kept import MOST, Kept, NothingKept
from review.run.reviewed import Options

ONE = Kept(Options((), None, (), False, False, 1, 1, 1, None, False), {"port": {}})


@pytest.fixture(autouse=True)
def cache(own_cache: None, tmp_path: Path) -> Path:
    return tmp_path / "cache" / "reviews"


def test_it_is_loaded_until_it_is_removed() -> None:
    name = "a" * 64
    kept.save(name, ONE)
    found = kept.load(name)
    assert (found.options, found.tested) == (ONE.options, ONE.tested)
    kept.remove(name)
    kept.remove(name)
    with pytest.raises(NothingKept, match="is not kept on this machine"):
        kept.load(name)


def test_the_oldest_beyond_a_few_go(cache: Path) -> None:
    names = [f"{number:064x}" for number in reversed(range(MOST + 2))]
    for age, name in enumerate(names):
        kept.save(name, ONE)
        os.utime(cache / f"{name}.pickle", (age, age))
    assert {path.stem for path in cache.iterdir()} == set(names[2:])


@pytest.mark.parametrize("name", ["", "../x", "A" * 64])
def test_what_is_no_hash_is_no_name(name: str) -> None:
    with pytest.raises(NothingKept):
        kept.load(name)
