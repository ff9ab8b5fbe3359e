# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules about marks."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from models.histories.rules.case import NUMBER, Case
from models.histories.strategies import Choice
from xarray_model.operations import Code, Operation


class Marking(Case):
    """Marks set, cleared and asked for."""

    @rule(where=NUMBER, mark=st.integers(0, 2))
    def set_mark(self, where: int, mark: int) -> None:
        """Set a mark on an entry, or where there is none."""
        self.count("set_mark")
        self.run_now(Operation(Code.SET_MARK, self.index(Choice(where)), mark=mark))

    @rule(where=NUMBER, mark=st.integers(0, 2))
    def clear_mark(self, where: int, mark: int) -> None:
        """Clear a mark."""
        self.count("clear_mark")
        self.run_now(Operation(Code.CLEAR_MARK, self.index(Choice(where)), mark=mark))

    @rule(where=NUMBER, mark=st.integers(0, 2))
    def get_mark(self, where: int, mark: int) -> None:
        """Ask for a mark."""
        self.count("get_mark")
        self.run_now(Operation(Code.GET_MARK, self.index(Choice(where)), mark=mark))
