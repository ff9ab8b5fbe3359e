# SPDX-License-Identifier: GPL-2.0-or-later
"""Log records survive their byte form."""

from __future__ import annotations

import pytest

from xarray_model.log import HEAD, RECORD, Kind, LogRecord, decode


def test_round_trip() -> None:
    records = [
        LogRecord(Kind.CALLBACK, 3, 1, 2, 4, 4, 6, 63),
        LogRecord(Kind.PUBLICATION, 0, 1, HEAD, slot=0, value=4098),
    ]
    data = b"".join(record.encode() for record in records)
    assert len(data) == 2 * RECORD.size == 48
    assert list(decode(data)) == records


def test_bad_bytes() -> None:
    with pytest.raises(ValueError, match="cut short"):
        list(decode(bytes(23)))
    with pytest.raises(ValueError, match="0"):
        list(decode(bytes(24)))
