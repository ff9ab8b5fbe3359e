# SPDX-License-Identifier: GPL-2.0-or-later
"""What is kept of reviews that were ended early is bounded."""

import os
from pathlib import Path

import pytest

from review.run import checkpoint
from review.run.checkpoint import MOST, Checkpoint, NoCheckpoint
from review.run.review_result import ReviewOptions

ONE = Checkpoint(ReviewOptions((), None, (), False, False, 1, 1, 1, None, False), {"port": {}})


@pytest.fixture(autouse=True)
def cache(own_cache: None, tmp_path: Path) -> Path:
    return tmp_path / "cache" / "reviews"


def test_it_is_loaded_until_it_is_removed() -> None:
    name = "a" * 64
    checkpoint.save(name, ONE)
    found = checkpoint.load(name)
    assert (found.options, found.tested) == (ONE.options, ONE.tested)
    checkpoint.remove(name)
    checkpoint.remove(name)
    with pytest.raises(NoCheckpoint, match="is not kept on this machine"):
        checkpoint.load(name)


def test_the_oldest_beyond_a_few_go(cache: Path) -> None:
    names = [f"{number:064x}" for number in reversed(range(MOST + 2))]
    for age, name in enumerate(names):
        checkpoint.save(name, ONE)
        os.utime(cache / f"{name}.pickle", (age, age))
    assert {path.stem for path in cache.iterdir()} == set(names[2:])


@pytest.mark.parametrize("name", ["", "../x", "A" * 64])
def test_what_is_no_hash_is_no_name(name: str) -> None:
    with pytest.raises(NoCheckpoint):
        checkpoint.load(name)
