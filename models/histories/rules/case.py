# SPDX-License-Identifier: GPL-2.0-or-later
"""What the rules of the machine are made of: a case, which is run when it is complete."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from models.case.finding import SPLITTING
from models.case.notation import flag_names
from models.case.trial import model
from models.diagnosis.reduction import settled
from models.histories import strategies
from models.histories.batch import Batch, Tally, likeness
from models.histories.met import met, met_by_cursor
from models.histories.met_nodes import met_by_nodes
from models.histories.strategies import DIGITS, Choice
from specs import overlap
from specs.abstract import AbstractArray, Item
from specs.applied import after
from specs.array_flags import refusal
from specs.contract import nodes_needed
from specs.cursor import AbstractCursor
from specs.judge import CHANGING
from specs.view import View
from xarray_model.entries import is_error
from xarray_model.flags import ArrayFlag
from xarray_model.operations import FIELDS, FLAGS, Code, Flag, Operation, array_flags

BOTH = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING
NUMBER = st.integers(0, DIGITS)
"""What rules draw: taken apart into choices."""
_SNAPSHOT = Operation(Code.SNAPSHOT)

MOST_NODES = {1: 24, 2: 24, 3: 24, 4: 18, 5: 12, 6: 8}
"""Nodes that one split may take, by chunk shift, in most cases."""
MANY_NODES = {1: 48, 2: 96, 3: 80, 4: 20, 5: 34, 6: 66}
"""The same in a few cases: enough for the depths of ``branches.DEPTHS``."""


class Case(RuleBasedStateMachine):
    """One case: the array as the model and the specs have it, and the operations so far."""

    batch: ClassVar[Batch]

    def __init__(self) -> None:
        super().__init__()
        self.batch.check_time()
        self.s = self.batch.trial.s
        self.implementation = self.batch.trial.implementation
        self.model = model(self.implementation, self.s)
        self.operations: list[Operation] = []
        self.likenesses: list[str] = []
        """What each operation is like (``batch.likeness``)."""
        self.expected: list[bytes] = []
        self.array = AbstractArray(bits=self.implementation.bits)
        self.cursor = AbstractCursor()
        self.done = Tally()
        self.flags = ArrayFlag.NONE
        self.width = self.implementation.bits
        """Bits of an index; ``bits`` are those that the case uses."""
        self.top = (1 << self.width) - 1
        self.lru = False
        self.bits = 3 * self.s + 2
        self.most_nodes = MOST_NODES[self.s]
        self.erasing = 0
        self.careless = False
        """Whether nodes are used for what they were not allocated for, as no caller may."""
        self.splits: list[tuple[int, int, int]] = []
        """(first index, order, entry) of what was split and not merged."""

    def run_now(self, operation: Operation) -> Sequence[int]:
        """Do an operation on model and abstract array; its result words, none if it would meet a
        known deviation or hang, or is none in the implementation's configuration."""
        fitted = self.fitted(operation)
        if fitted is None:
            return ()
        operation = fitted
        before, cursor = self.array, self.cursor
        operation = self.suited(operation)
        plain = cursor.plain(operation)
        if refusal(plain, self.flags, len(self.operations)) or self.uneven(operation, plain):
            return ()
        like = likeness(plain, self.s)
        if self.hangs(plain):
            self.done.left_out[like] += 1
            return ()
        for deviation in self.batch.deviations:
            there = not deviation.only or deviation.only & self.flags
            if there and deviation.covers(plain, before, self.s, cursor):
                self.done.set_aside[deviation.name] += 1
                return ()
        data = self.model.run(operation)
        self.operations.append(operation)
        self.expected.append(data)
        words = struct.unpack(f"<{len(data) // 8}Q", data)
        failing = plain.code in SPLITTING and is_error(words[0])
        self.likenesses.append(f"{like}, failing" if failing else like)
        self.done.branches.update(met(plain, before, words, self.s))
        self.done.branches.update(met_by_cursor(operation, cursor, before, words))
        self.done.branches.update(met_by_nodes(operation, cursor, before, words, self.s))
        self.cursor = cursor.after(operation, before, words)
        if plain.code in CHANGING:
            if not (words and is_error(words[0])):
                self.array = after(before, plain, self.s, words)
            self.operations.append(_SNAPSHOT)
            self.likenesses.append("snapshot")
            self.expected.append(self.model.run(_SNAPSHOT))
            if plain.code is Code.STORE_RANGE and is_error(words[0]):
                # Some of it was stored.
                self.array = View.of_bytes(self.expected[-1]).abstract or before
        return words

    def fitted(self, operation: Operation) -> Operation | None:
        """The operation as the implementation's configuration has it, None if it has none: entries
        in a machine word and, where there are none of several indices, of order 0."""
        if operation.entry > self.top:
            operation = replace(operation, entry=strategies.LARGEST_VALUE[self.width])
        several = operation.code not in (Code.EXTRACT, Code.EXTRACT_MARKED) and (
            operation.order or operation.new_order
        )
        if self.implementation.multi:
            return operation
        if operation.code is Code.STORE_RANGE:
            return None
        if not several:
            return operation
        if operation.code in (Code.STORE, Code.CURSOR_SET):
            return replace(operation, order=0)
        return None

    def uneven(self, operation: Operation, plain: Operation) -> bool:
        """Whether it would cut an entry that was stored over a range, or split it."""
        splits = plain.code in (Code.SPLIT, Code.TRY_SPLIT)
        at = self.array.at(plain.index) if splits and self.array.uneven else None
        there = at is not None and at[1].extent > 0
        return there or bool(overlap.refusal(operation, self.cursor, self.array, self.s))

    @property
    def whole(self) -> bool:
        """Whether the case uses all indices that there are."""
        return self.bits == self.width

    def suited(self, operation: Operation) -> Operation:
        """The operation as it is for this kind of array, and with the case's kind of cursor."""
        code, flags = operation.code, operation.flags
        if self.flags & ArrayFlag.TRACK_FREE and "mark" in FIELDS[code]:
            operation = replace(operation, mark=operation.mark or 1)
        if self.lru and FLAGS.get(code, Flag.NONE) & Flag.LRU:
            operation = replace(operation, flags=flags | Flag.LRU)
        if code is Code.CURSOR_SET and refusal(operation, self.flags, len(self.operations)):
            operation = replace(operation, index=1 << operation.order)
        return operation

    def hangs(self, operation: Operation) -> bool:
        """Whether all like this operation, which does not go through the cursor, hang."""
        return likeness(operation, self.s) in self.batch.hanging

    def count(self, name: str) -> None:
        """Count a rule that does something."""
        self.done.steps += 1
        self.done.rules[name] += 1

    def index(self, choice: Choice) -> int:
        """Any index, chosen by what the array holds."""
        return strategies.index(self.array, self.s, self.bits, choice)

    @initialize(number=NUMBER)
    def start(self, number: int) -> None:
        """How large everything gets, in which order it is erased in the end, whether callers look
        again before they split, what the array is made with, and what cursors have."""
        choice = Choice(number)
        space = choice.below(8)
        if space >= 6:
            self.bits = self.width
        elif space == 5:
            self.bits = min(5 * self.s + 1, self.width - 1)
        if choice.below(16) >= 14:
            self.most_nodes = MANY_NODES[self.s]
        self.erasing = choice.below(3)
        self.careless = choice.below(3) == 2
        self.lru = choice.below(4) == 3 and self.implementation.source.capabilities.lru
        self.done.branches["cursor: with a list_lru"] += self.lru
        flags = strategies.array_flags(choice)
        if flags:
            init = Operation(Code.INIT, flags=flags)
            self.run_now(init)
            self.flags = array_flags([init])
            self.done.branches[f"array: {', '.join(flag_names(flags))}"] += 1

    def refused(self, order: int, new_order: int) -> bool:
        """Whether the implementation refuses a split, which then costs nothing."""
        return self.implementation.refuses(order, new_order, self.s)

    def affordable(self, order: int, new_order: int) -> bool:
        """Whether a split takes no more nodes than a case may."""
        return self.refused(order, new_order) or (
            nodes_needed(order, new_order, self.s) <= self.most_nodes and order - new_order <= 10
        )

    def teardown(self) -> None:
        """Drain the array, run the case, and say what breaks."""
        self.run_now(Operation(Code.FAIL))
        if self.cursor.held:
            self.run_now(Operation(Code.CURSOR_DESTROY))
        for first, item in self.drained_in_order():
            self.run_now(Operation(Code.STORE, first, 0 if item.extent else item.order))
        self.run_now(Operation(Code.DESTROY))
        findings = self.batch.trial.run(self.operations, b"".join(self.expected))
        self.done.judged = self.batch.trial.judged
        self.done.examples = 1
        self.done.operations = len(self.operations)
        self.batch.note(self.likenesses, self.batch.trial.hung)
        self.batch.add(self.done, settled(self.batch.trial, findings))

    def drained_in_order(self) -> list[tuple[int, Item]]:
        """The entries that are erased one by one: all from either end, or none."""
        if self.erasing == 2 or len(self.array) > 64:
            return []
        return sorted(self.array.items().items(), reverse=bool(self.erasing))
