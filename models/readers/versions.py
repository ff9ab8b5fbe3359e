# SPDX-License-Identifier: GPL-2.0-or-later
"""A writer's run: the journal of its stores, as the versions of each place in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from specs.timeline import Timeline
from xarray_model.array import XArray
from xarray_model.entries import NULL
from xarray_model.folio import Folio, FolioStore
from xarray_model.journal import Field, Store, Value
from xarray_model.node import STALE, Entry, Node
from xarray_model.reader_state import Request

Written: TypeAlias = Store | FolioStore
"""A store of a run: to the array, or to a folio."""


@dataclass(frozen=True, slots=True)
class Version:
    """A value of a place from the ``time``-th store on (0: before the run).  Who reads it knows all
    stores up to ``view`` of what it leads to."""

    value: Value
    time: int
    view: int


@dataclass(frozen=True, slots=True)
class Run:
    """A writer's run: its ``stores``, and what they make the ``versions`` of each place.

    ``timeline`` says what each index held, and when; ``array`` is the array after the run;
    ``folios`` are what entries stand for, where that matters.
    """

    array: XArray
    versions: dict[Request, tuple[Version, ...]]
    stores: tuple[Written, ...]
    timeline: Timeline
    folios: Mapping[Entry, Folio] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The number of the last store."""
        return len(self.stores)


def memory_of(array: XArray) -> dict[Request, Value]:
    """Every place of an array's tree and what it holds."""
    found: dict[Request, Value] = {
        Request(array, Field.HEAD): array.head,
        Request(array, Field.FLAGS): array.marks,
    }
    nodes = [array.head] if isinstance(array.head, Node) else []
    while nodes:
        node = nodes.pop()
        found[Request(node, Field.SHIFT)] = node.shift
        found[Request(node, Field.OFFSET)] = node.offset
        found[Request(node, Field.PARENT)] = node.parent
        found.update((Request(node, Field.MARK, n), word) for n, word in enumerate(node.marks))
        for number, entry in enumerate(node.slots):
            found[Request(node, Field.SLOT, number)] = entry
            if isinstance(entry, Node) and node.shift:
                nodes.append(entry)
    return found


def versions_of(
    before: Mapping[Request, Value], stores: Sequence[Written], fences: Sequence[int] = ()
) -> dict[Request, tuple[Version, ...]]:
    """The versions that a run's stores make; ``before`` is what memory held.

    A fence is a full barrier of the writer, told by the number of stores before it.
    """
    made: dict[Request, list[Version]] = {}
    for number, store in enumerate(stores, 1):
        place = Request(store.owner, store.field, store.number)
        if place not in made:
            made[place] = [Version(before.get(place, _fresh(place)), 0, 0)]
        fence = max((one for one in fences if one < number), default=0)
        view = number - 1 if store.release else fence
        made[place].append(Version(store.value, number, max(view, made[place][-1].view)))
    return {place: tuple(versions) for place, versions in made.items()}


def _fresh(place: Request) -> Value:
    """What a new node or folio has in a field that nobody has written yet."""
    if isinstance(place.owner, Folio):
        return 0
    return NULL if place.field in (Field.SLOT, Field.MARK) else STALE
