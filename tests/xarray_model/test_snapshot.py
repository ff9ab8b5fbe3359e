# SPDX-License-Identifier: GPL-2.0-or-later
"""The snapshot's byte form."""

from __future__ import annotations

import pytest

from tests.xarray_model.support import POINTER, VALUE, built
from xarray_model.snapshot import MALFORMED_NODE, decode, encoded_size


def test_round_trip() -> None:
    world = built(2, 16, 5, VALUE, 3)
    world.split(16, 5, 1, POINTER, "iterative")
    data = world.snapshot()
    picture = decode(data)
    assert picture.encode() == data
    assert len(data) == encoded_size(2, len(picture.nodes))
    assert picture.child(picture.head) is picture.nodes[0]
    assert picture.child(VALUE) is None
    assert picture.child(MALFORMED_NODE) is None
    assert not picture.nodes[0].on_lru


def test_bad_bytes() -> None:
    data = built(2, 16, 5, VALUE).snapshot()
    with pytest.raises(ValueError, match="cut short"):
        decode(data[:-1])
    with pytest.raises(ValueError, match="chunk shift"):
        decode(b"\x07" + data[1:])
