# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbers that were answered with some of their high bytes lost: which line cut them off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.case.finding import Finding
from models.diagnosis.where.assembly import Kind
from models.diagnosis.where.spectrum import Places, Step
from models.diagnosis.where.trace import MOST_SITES
from models.pictures.explanation import answers_apart
from xarray_model import geometry
from xarray_model.operations import Code

_SIZES = (1, 2, 4)
"""What a number may be cut to, in bytes."""
_LEAST = 8
"""Smaller numbers come up everywhere."""


def cut_short(finding: Finding) -> dict[int, int]:
    """The numbers of a finding that are what the right ones are without their high bytes, each with
    the bytes that it has left."""
    found: dict[int, int] = {}
    for number, (want, have) in answers_apart(finding)[:1]:
        pairs = [*zip(want.words, have.words, strict=False)]
        one = finding.operations[number]
        if one.code is Code.COUNT_ALLOC and len(have.words) > 1:
            # An answer tells only whether it asks for more than it should.
            nodes = geometry.split_nodes(one.order, one.new_order, finding.chunk_shift)
            pairs.append((nodes, have.words[1]))
        for right, wrong in pairs:
            for size in _SIZES:
                if right >> 8 * size and wrong == right & ((1 << 8 * size) - 1) and wrong >= _LEAST:
                    found.setdefault(wrong, size)
    return found


def cutting(steps: Sequence[Step], places: Places, finding: Finding) -> Iterator[Step]:
    """The steps that store such a number in as many bytes as it has left."""
    short = cut_short(finding)
    for step in steps if short else ():
        if step.event.site < MOST_SITES and step.line is not None:
            site = places.sites[step.event.site]
            if site.kind is Kind.STORE and short.get(step.event.value) == site.size:
                yield step
