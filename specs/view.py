# SPDX-License-Identifier: GPL-2.0-or-later
"""One snapshot with all that specs derive from it, each thing derived at most once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from specs.abstract import AbstractArray
from specs.invariants import broken, judged
from specs.property import Violation
from specs.survey import Contents, Place, Survey
from xarray_model.flags import ArrayFlag
from xarray_model.snapshot import (
    ARRAY_RIGHT,
    MALFORMED,
    ON_LRU,
    PARENT_RIGHT,
    SHORT_WORDS,
    Snapshot,
    decode,
)


class View:
    """A snapshot, where its nodes lie, what it stands for, and which invariants it breaks."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.survey = Survey(snapshot)

    @classmethod
    def of_bytes(cls, data: bytes) -> View:
        """The view of a snapshot's bytes; ValueError unless they are a snapshot in its one form:
        no bit is set that has no meaning."""
        view = cls(decode(data))
        if view.snapshot.encode() != data or _meaningless(view.snapshot):
            raise ValueError("bits are set that have no meaning")
        view.data = data
        return view

    @cached_property
    def data(self) -> bytes:
        """The snapshot's bytes: two arrays are the same exactly when these are."""
        return self.snapshot.encode()

    @cached_property
    def abstract(self) -> AbstractArray | None:
        """The abstract array that the snapshot refines; None when it stands for none."""
        try:
            return AbstractArray.of(self.survey)
        except ValueError:
            return None

    @cached_property
    def faults(self) -> list[Violation]:
        """Every invariant that is broken, those that may be suspended included."""
        return broken(self.survey)

    @cached_property
    def judged(self) -> frozenset[str]:
        """The names of the invariants that are judged on it."""
        return judged(self.survey)

    @cached_property
    def contents(self) -> Mapping[Place, Contents]:
        """What each node holds, by its place."""
        return self.survey.contents()

    @cached_property
    def places(self) -> Mapping[Place, int]:
        """The ordinal of the node at each place."""
        return self.survey.places()


_FLAGS = sum(ArrayFlag)


def _meaningless(snapshot: Snapshot) -> bool:
    """Whether an unknown flag, a mark beyond the last slot or the root's offset is set."""
    nodes = snapshot.nodes
    known = MALFORMED | SHORT_WORDS
    unknown = snapshot.flags > known or snapshot.array_flags > _FLAGS or snapshot.marks > 7
    if unknown or (nodes and nodes[0].offset):
        return True
    last = 1 << snapshot.chunk_shift
    known = PARENT_RIGHT | ARRAY_RIGHT | ON_LRU
    return any(node.flags > known or max(node.marks) >> last for node in nodes)
