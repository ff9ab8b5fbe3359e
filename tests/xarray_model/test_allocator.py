# SPDX-License-Identifier: GPL-2.0-or-later
"""The allocator counts exactly and fails the request that it was told to fail."""

from __future__ import annotations

import pytest

from xarray_model.allocator import Allocator


def granted(allocator: Allocator, *blocking: bool) -> list[bool]:
    return [allocator.allocate(kind) is not None for kind in blocking]


def test_only_the_kth_counted_request_fails() -> None:
    allocator = Allocator(2)
    allocator.fail(2, blocking=True, nonblocking=False)
    assert granted(allocator, True, False, True, True) == [True, True, False, True]
    assert (allocator.requests, allocator.live) == (4, 3)
    allocator.fail(1, blocking=True, nonblocking=True)
    allocator.fail(0, blocking=True, nonblocking=True)
    assert granted(allocator, True, False) == [True, True]


def test_limit() -> None:
    allocator = Allocator(2)
    allocator.limit(1)
    assert granted(allocator, True, True, False) == [True, False, False]
    allocator.limit(None)
    assert granted(allocator, True) == [True]


def test_freeing_twice_is_seen() -> None:
    allocator = Allocator(2)
    node = allocator.allocate(True)
    assert node is not None
    allocator.free(node)
    assert allocator.live == 0
    with pytest.raises(RuntimeError, match="freed twice"):
        allocator.free(node)
