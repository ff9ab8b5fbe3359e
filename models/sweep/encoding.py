# SPDX-License-Identifier: GPL-2.0-or-later
"""A group's cases as the driver reads them, made from two of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models.case.extent import Start
from xarray_model.operations import INDEX_AT, RECORD, Operation, encode


def at_indices(
    operations: Callable[[Start], list[Operation]], base: int, starts: Sequence[Start]
) -> list[bytes]:
    """The cases that begin at ``starts``, which differ in nothing but how nodes are asked for and
    in those indices that are a start's offset from ``base``."""
    # What lies between the words that differ is the same for all cases that may block, and for all
    # that may not.
    cases = {way: encode(operations(Start(0 if way else 1, way))) for way in (True, False)}
    words = [slice(at, at + 8) for at in range(INDEX_AT, len(cases[True]), RECORD.size)]
    moving = [word for word in words if cases[True][word] != cases[False][word]]
    begins, ends = [0, *(word.stop for word in moving)], [*(word.start for word in moving), None]
    between = {
        way: [case[begin:end] for begin, end in zip(begins, ends, strict=True)]
        for way, case in cases.items()
    }
    return [
        (base + offset).to_bytes(8, "little").join(between[may_block])
        for offset, may_block in starts
    ]
