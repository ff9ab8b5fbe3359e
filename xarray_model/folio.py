# SPDX-License-Identifier: GPL-2.0-or-later
"""Folios of the page cache, as far as a reader of the array looks at them.

Facts: ``filemap_get_entry`` in ``mm/filemap.c`` takes a reference unless the count is 0 (the folio
is frozen, or free), and a folio says itself which indices it covers.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class FolioField(Enum):
    """A word of a folio: its references (0: frozen), its first index, its order."""

    REFS = "refs"
    INDEX = "index"
    ORDER = "order"


class Folio:
    """A folio with its fields; two are never equal."""

    __slots__ = ("index", "order", "refs")

    def __init__(self, index: int = 0, order: int = 0, refs: int = 0) -> None:
        self.index = index
        self.order = order
        self.refs = refs

    def read(self, field: FolioField) -> int:
        """The value of a field."""
        if field is FolioField.REFS:
            return self.refs
        return self.index if field is FolioField.INDEX else self.order


class FolioStore(NamedTuple):
    """One store to a folio, as ``journal.Store`` is one to the array; ``number`` is always 0."""

    owner: Folio
    field: FolioField
    number: int
    value: int
    release: bool
