# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules about memory: requests that fail, and requests alone."""

from __future__ import annotations

from hypothesis.stateful import rule

from models.histories.rules.case import BOTH, NUMBER, Case
from models.histories.strategies import Choice
from specs.contract import nodes_needed
from xarray_model.operations import Code, Flag, Operation


class Memory(Case):
    """Requests for memory."""

    @rule(number=NUMBER)
    def fail(self, number: int) -> None:
        """Let a request for memory fail, some operations from now."""
        self.count("fail")
        choice = Choice(number)
        which = (BOTH, Flag.FAIL_BLOCKING, Flag.FAIL_NONBLOCKING)[choice.below(3)]
        if choice.below(3) == 0:
            which |= Flag.LASTING
        self.run_now(Operation(Code.FAIL, flags=which, argument=choice.below(6)))

    @rule(number=NUMBER)
    def count_alloc(self, number: int) -> None:
        """Only allocate for a split, granted all or some requests; ask for the lowest order."""
        self.count("count_alloc")
        choice = Choice(number)
        order = 1 + choice.below(4 * self.s)
        new_order = max(0, order - choice.below(4 * self.s))
        while nodes_needed(order, new_order, self.s) > 128 and not self.refused(order, new_order):
            new_order += 1
        granted = choice.below(2 * min(128, nodes_needed(order, new_order, self.s)) + 2)
        self.run_now(
            Operation(Code.COUNT_ALLOC, order=order, new_order=new_order, argument=granted)
        )
        if self.implementation.source.capabilities.try_split:
            self.run_now(Operation(Code.TRY_SPLIT_MIN_ORDER, order=choice.below(self.width)))
