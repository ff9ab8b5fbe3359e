# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine: operation sequences that Hypothesis composes, and shrinks when a property breaks.

The rules run the model and follow the abstract array, from which they choose what to do next.  The
implementation runs the whole case when it is complete (``models/trial.py``), since a message to its
process at every step would take most of the time.  Each case ends with an array that is drained.
"""

from __future__ import annotations

import struct
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from models import branches, strategies
from models.branches import DEPTHS
from models.finding import Finding
from models.kernel.deviations import Deviation
from models.strategies import DIGITS, Choice
from models.trial import Trial, after, model
from specs.abstract import EMPTY, AbstractArray, Item
from specs.contract import lowest_try, nodes_needed
from specs.cursor import AbstractCursor, Place
from specs.judge import CHANGING
from xarray_model.entries import NULL, is_error
from xarray_model.operations import Code, Flag, Operation

TOP = (1 << 64) - 1
_BOTH = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING
_SNAPSHOT = Operation(Code.SNAPSHOT)
_NUMBER = st.integers(0, DIGITS)
_LOOKS = (
    Code.CURSOR_FIND,
    Code.CURSOR_FIND_MARKED,
    Code.CURSOR_NEXT,
    Code.CURSOR_PREV,
    Code.CURSOR_LOAD,
    Code.CURSOR_PAUSE,
)
_WALKS = (
    (),
    (Code.CURSOR_LOAD,),
    (Code.CURSOR_LOAD,),
    (Code.CURSOR_FIND,),
    (Code.CURSOR_NEXT, Code.CURSOR_NEXT),
    (Code.CURSOR_PREV, Code.CURSOR_PREV),
)
_MARKING = (Code.CURSOR_SET_MARK, Code.CURSOR_CLEAR_MARK, Code.CURSOR_GET_MARK)

MOST_NODES = {1: 24, 2: 24, 3: 24, 4: 18, 5: 12, 6: 8}
"""Nodes that one split may take, by chunk shift, in most cases."""
MANY_NODES = {1: 48, 2: 96, 3: 80, 4: 20, 5: 34, 6: 66}
"""The same in a few cases: enough for the depths of ``branches.DEPTHS``."""


RULES = (
    "store",
    "store_large",
    "overwrite",
    "erase",
    "destroy",
    "split",
    "split_failing",
    "try_split",
    "merge",
    "set_mark",
    "clear_mark",
    "get_mark",
    "load",
    "find",
    "find_marked",
    "step",
    "cursor_set",
    "cursor_look",
    "cursor_change",
    "fail",
    "count_alloc",
)
"""Every rule; ``try_split`` fires only where the implementation has it."""


class Broken(Exception):
    """A property broke; a subclass for each, so that Hypothesis tells them apart."""


@cache
def broken(name: str) -> type[Broken]:
    """The exception for the property of that name."""
    return type(f"Broken: {name}", (Broken,), {})


@dataclass
class Tally:
    """What cases did."""

    examples: int = 0
    steps: int = 0
    operations: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    branches: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[str] = field(default_factory=Counter)
    """How often an operation was left out, by the known deviation that it would meet."""

    def add(self, other: Tally) -> None:
        """Add what other cases did."""
        self.examples += other.examples
        self.steps += other.steps
        self.operations += other.operations
        self.rules.update(other.rules)
        self.branches.update(other.branches)
        self.set_aside.update(other.set_aside)

    def fired(self, name: str) -> int:
        """How often a branch was met, or a rule (``rule NAME``) did something."""
        rule_name = name.removeprefix("rule ")
        return self.branches[name] if rule_name == name else self.rules[rule_name]


class Expired(BaseException):
    """The time is over: ends a batch at once, whatever Hypothesis is about."""


class Batch:
    """What the cases of one batch share.

    ``deviations``: those that the implementation has; what would meet one is left out.
    ``aside``: properties that were found before; a case in which one breaks ends there.
    ``deadline`` (of ``time.monotonic``) ends the batch; ``shrink_seconds`` the shrinking of what it
    found.
    """

    def __init__(
        self,
        trial: Trial,
        tally: Tally,
        aside: set[str],
        deviations: Sequence[Deviation] = (),
        deadline: float | None = None,
        shrink_seconds: float = 20.0,
    ) -> None:
        self.trial = trial
        self.tally = tally
        self.aside = aside
        self.deviations = deviations
        self.deadline = deadline
        self.shrink_seconds = shrink_seconds
        self.found: dict[str, Finding] = {}
        """By property the smallest case that breaks it."""

    def check_time(self) -> None:
        """Raise Expired when the time is over."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise Expired

    def add(self, done: Tally, findings: Sequence[Finding]) -> None:
        """Take over what a case did, unless it is only an attempt to shrink another, and found.

        Raises the exception of the first property that is not set aside.
        """
        if not self.found:
            self.tally.add(done)
        fresh = [finding for finding in findings if finding.property not in self.aside]
        if not fresh:
            return
        if not self.found:
            end = time.monotonic() + self.shrink_seconds
            self.deadline = end if self.deadline is None else min(end, self.deadline)
        for finding in fresh:
            known = self.found.get(finding.property)
            if known is None or _size(finding) < _size(known):
                self.found[finding.property] = finding
        raise broken(fresh[0].property)(f"{fresh[0].property}: {fresh[0].detail}")


def _size(finding: Finding) -> tuple[int, int]:
    return len(finding.operations), sum(
        operation.index + operation.entry + operation.order for operation in finding.operations
    )


class ArrayMachine(RuleBasedStateMachine):
    """One case; a subclass for each batch names it."""

    batch: ClassVar[Batch]

    def __init__(self) -> None:
        super().__init__()
        self.batch.check_time()
        self.s = self.batch.trial.s
        self.implementation = self.batch.trial.implementation
        self.model = model(self.implementation, self.s)
        self.operations: list[Operation] = []
        self.expected: list[bytes] = []
        self.array: AbstractArray = EMPTY
        self.cursor = AbstractCursor()
        self.done = Tally()
        self.bits = 3 * self.s + 2
        self.most_nodes = MOST_NODES[self.s]
        self.erasing = 0
        self.splits: list[tuple[int, int, int]] = []
        """(first index, order, entry) of what was split and not merged."""

    # What rules are made of.

    def run_now(self, operation: Operation) -> Sequence[int]:
        """Do an operation on model and abstract array; its result words, none if it would meet a
        known deviation."""
        before, cursor = self.array, self.cursor
        plain = cursor.plain(operation)
        for deviation in self.batch.deviations:
            if deviation.covers(plain, before, self.s, cursor):
                self.done.set_aside[deviation.name] += 1
                return ()
        data = self.model.run(operation)
        self.operations.append(operation)
        self.expected.append(data)
        words = struct.unpack(f"<{len(data) // 8}Q", data)
        self.done.branches.update(branches.met(plain, before, words, self.s))
        self.done.branches.update(branches.met_by_cursor(operation, cursor, before, words))
        self.cursor = cursor.after(operation, before, words)
        if plain.code in CHANGING:
            if not (words and is_error(words[0])):
                self.array = after(before, plain)
            self.operations.append(_SNAPSHOT)
            self.expected.append(self.model.run(_SNAPSHOT))
        return words

    def count(self, name: str) -> None:
        """Count a rule that does something."""
        self.done.steps += 1
        self.done.rules[name] += 1

    def index(self, choice: Choice) -> int:
        """Any index, chosen by what the array holds."""
        return strategies.index(self.array, self.s, self.bits, choice)

    @initialize(number=_NUMBER)
    def start(self, number: int) -> None:
        """How large everything gets, and in which order it is erased in the end."""
        choice = Choice(number)
        space = choice.below(8)
        if space == 7:
            self.bits = 64
        elif space >= 5:
            self.bits = 5 * self.s + 1
        if choice.below(16) >= 14:
            self.most_nodes = MANY_NODES[self.s]
        self.erasing = choice.below(3)

    # Storing and erasing.

    @rule(where=_NUMBER, what=_NUMBER)
    def store(self, where: int, what: int) -> None:
        """Store at any place with any order."""
        self.count("store")
        choice = Choice(what)
        order = strategies.order(self.s, self.bits, choice)
        entry = strategies.entry(choice)
        self.run_now(Operation(Code.STORE, self.index(Choice(where)), order, entry=entry))

    @rule(where=_NUMBER, what=_NUMBER)
    def store_large(self, where: int, what: int) -> None:
        """Store an entry that a split can take apart: of several indices, marked perhaps."""
        self.count("store_large")
        choice = Choice(what)
        order = min(1 + choice.below(3 * self.s), self.bits - 1)
        if self.most_nodes == MANY_NODES[self.s] and choice.below(2):
            # The deepest split that the nodes are enough for.
            order = DEPTHS[self.s] * self.s
        entry = strategies.plain(strategies.entry(choice))
        index = self.index(Choice(where))
        self.run_now(Operation(Code.STORE, index, order, entry=entry))
        for mark in range(3):
            if choice.below(2):
                self.run_now(Operation(Code.SET_MARK, index, mark=mark))

    @precondition(lambda self: len(self.array) > 0)
    @rule(where=_NUMBER, what=_NUMBER)
    def overwrite(self, where: int, what: int) -> None:
        """Store into, over or around an entry of the array."""
        self.count("overwrite")
        place = Choice(where)
        found = strategies.existing(self.array, place)
        assert found is not None
        first, item = found
        choice = Choice(what)
        order = max(0, min(item.order + choice.below(2 * self.s + 1) - self.s, 63))
        entry = strategies.entry(choice, item.entry)
        index = strategies.inside(first, item.order, place)
        self.run_now(Operation(Code.STORE, index, order, entry=entry))

    @precondition(lambda self: len(self.array) > 0)
    @rule(where=_NUMBER, what=_NUMBER)
    def erase(self, where: int, what: int) -> None:
        """Erase at any place through a cursor of any order."""
        self.count("erase")
        choice = Choice(what)
        index = self.index(Choice(where))
        order = strategies.order(self.s, self.bits, choice)
        if choice.below(2):
            order = self.array.get_order(index)
        self.run_now(Operation(Code.STORE, index, order))

    @rule(what=_NUMBER)
    def destroy(self, what: int) -> None:
        """Destroy the array, now and then."""
        if what % 8 == 1 or not len(self.array):
            self.count("destroy")
            self.run_now(Operation(Code.DESTROY))
            self.splits.clear()

    # Splitting and merging.

    @precondition(lambda self: splittable(self.array))
    @rule(where=_NUMBER, what=_NUMBER)
    def split(self, where: int, what: int) -> None:
        """Split an entry, at any of its indices, to any lower order."""
        self.count("split")
        self.run_now(self.a_split(Choice(where), Choice(what)))

    @precondition(lambda self: splittable(self.array))
    @rule(where=_NUMBER, what=_NUMBER, which=_NUMBER)
    def split_failing(self, where: int, what: int, which: int) -> None:
        """A split of which the first, the last or any other allocation fails."""
        self.count("split_failing")
        operation = self.a_split(Choice(where), Choice(what))
        need = nodes_needed(operation.order, operation.new_order, self.s)
        if not need:
            operation = self.a_split(Choice(where), Choice(what ^ 3))
            need = nodes_needed(operation.order, operation.new_order, self.s)
        choice = Choice(which)
        kind = choice.below(3)
        failing = (1, need, 1 + choice.below(need + 1))[kind] if need else 1
        self.run_now(Operation(Code.FAIL, flags=_BOTH, argument=failing))
        self.run_now(operation)
        self.run_now(Operation(Code.FAIL))

    def a_split(self, place: Choice, choice: Choice) -> Operation:
        """A split of an entry of the array."""
        first, order, old = self.to_split(place)
        new_order = strategies.lower_order(order, self.s, self.most_nodes, self.refused, choice)
        new = strategies.plain(strategies.entry(choice, old))
        index = strategies.inside(first, order, place)
        flags = Flag.NONBLOCKING if choice.below(4) == 3 else Flag.NONE
        self.splits.append((first, order, old))
        return Operation(Code.SPLIT, index, order, new_order, new, flags=flags)

    def to_split(self, place: Choice) -> tuple[int, int, int]:
        """First index, order and entry of what can be split; the large ones more often."""
        found = strategies.existing(self.array, place)
        assert found is not None
        if found[1].order == 0 or place.below(2):
            items = self.array.items()
            first = max(items, key=lambda first: (items[first].order, -first))
            found = first, items[first]
        first, item = found
        return first, item.order, item.entry

    @precondition(
        lambda self: self.implementation.source.capabilities.try_split and splittable(self.array)
    )
    @rule(where=_NUMBER, what=_NUMBER)
    def try_split(self, where: int, what: int) -> None:
        """One try_split, or a walk of them around one index down to a lower order."""
        self.count("try_split")
        place, choice = Choice(where), Choice(what)
        first, order, old = self.to_split(place)
        index = strategies.inside(first, order, place)
        entry = strategies.plain(strategies.entry(choice, old))
        if choice.below(8) == 0:
            self.run_now(Operation(Code.FAIL, flags=_BOTH, argument=1))
        if choice.below(2):
            lower = strategies.try_order(order, self.s, choice)
            self.run_now(Operation(Code.TRY_SPLIT, index, order, lower, entry))
        else:
            last = choice.below(order + 1)
            self.splits.append((first, order, old))
            while order > last:
                lower = max(last, lowest_try(order, self.s))
                words = self.run_now(Operation(Code.TRY_SPLIT, index, order, lower, entry))
                if not words or is_error(words[0]):
                    break
                order = lower
        self.run_now(Operation(Code.FAIL))

    @precondition(lambda self: len(self.splits) > 0)
    @rule(which=_NUMBER)
    def merge(self, which: int) -> None:
        """Store an entry that was split over its whole range again."""
        choice = Choice(which)
        place = len(self.splits) - 1 - choice.below(len(self.splits))
        first, order, old = self.splits.pop(place)
        last = next((one for one in reversed(self.operations) if one.code in CHANGING), None)
        at_once = last is not None and last.code in (Code.SPLIT, Code.TRY_SPLIT)
        at_once = at_once and place == len(self.splits)
        self.count("merge")
        name = "merge: right after its split" if at_once else "merge: later"
        self.done.branches[name] += 1
        entry = old if choice.below(4) else strategies.entry(choice, old)
        self.run_now(Operation(Code.STORE, first, order, entry=entry))

    # Marks.

    @rule(where=_NUMBER, mark=st.integers(0, 2))
    def set_mark(self, where: int, mark: int) -> None:
        """Set a mark on an entry, or where there is none."""
        self.count("set_mark")
        self.run_now(Operation(Code.SET_MARK, self.index(Choice(where)), mark=mark))

    @rule(where=_NUMBER, mark=st.integers(0, 2))
    def clear_mark(self, where: int, mark: int) -> None:
        """Clear a mark."""
        self.count("clear_mark")
        self.run_now(Operation(Code.CLEAR_MARK, self.index(Choice(where)), mark=mark))

    @rule(where=_NUMBER, mark=st.integers(0, 2))
    def get_mark(self, where: int, mark: int) -> None:
        """Ask for a mark."""
        self.count("get_mark")
        self.run_now(Operation(Code.GET_MARK, self.index(Choice(where)), mark=mark))

    # Looking.

    @rule(where=_NUMBER)
    def load(self, where: int) -> None:
        """Load an index and ask for its order."""
        self.count("load")
        index = self.index(Choice(where))
        self.run_now(Operation(Code.LOAD, index))
        self.run_now(Operation(Code.GET_ORDER, index))

    @rule(where=_NUMBER, to=_NUMBER)
    def find(self, where: int, to: int) -> None:
        """Iterate, to the end or to any index."""
        self.count("find")
        index, last, flags, _ = self.a_range(Choice(where), Choice(to))
        self.run_now(Operation(Code.FIND, index, flags=flags, argument=last))

    @rule(where=_NUMBER, to=_NUMBER)
    def find_marked(self, where: int, to: int) -> None:
        """Iterate over what bears a mark."""
        self.count("find_marked")
        index, last, flags, mark = self.a_range(Choice(where), Choice(to))
        self.run_now(Operation(Code.FIND_MARKED, index, mark=mark, flags=flags, argument=last))

    def a_range(self, place: Choice, choice: Choice) -> tuple[int, int, Flag, int]:
        """First and last index of an iteration, whether it pauses, and a mark."""
        flags = Flag.PAUSE if choice.below(2) else Flag.NONE
        mark = choice.below(3)
        kind = choice.below(4)
        first = self.index(place)
        if kind < 2:
            return first, TOP, flags, mark
        other = self.index(choice)
        if kind == 2 and other < first:
            first, other = other, first
        return first, other, flags, mark

    @rule(where=_NUMBER, steps=_NUMBER)
    def step(self, where: int, steps: int) -> None:
        """Move a cursor on, or back, by some indices."""
        self.count("step")
        choice = Choice(steps)
        code = Code.PREV if choice.below(2) else Code.NEXT
        index = self.index(Choice(where))
        # Beyond either end a cursor has left the array: where it goes from there is not defined.
        left = index if code is Code.PREV else TOP - index
        argument = min(1 + choice.below(2 << self.s), left + 1)
        self.run_now(Operation(code, index, argument=argument))

    # The kept cursor.

    @rule(where=_NUMBER, what=_NUMBER)
    def cursor_set(self, where: int, what: int) -> None:
        """Set the cursor, mostly for order 0."""
        self.count("cursor_set")
        self.set_cursor(Choice(where), Choice(what))

    def set_cursor(self, place: Choice, choice: Choice) -> None:
        """Set the cursor anywhere, for order 0 or for one below that of what is there."""
        index = self.index(place)
        order = self.array.get_order(index)
        if order and choice.below(3) == 0:
            order = strategies.lower_order(order, self.s, self.most_nodes, self.refused, choice)
        elif choice.below(8):
            order = 0
        self.run_now(Operation(Code.CURSOR_SET, index, order))

    @rule(where=_NUMBER, what=_NUMBER)
    def cursor_look(self, where: int, what: int) -> None:
        """Look some times through the cursor: load, search, step or pause."""
        self.count("cursor_look")
        place, choice = Choice(where), Choice(what)
        if choice.below(4) == 3:
            self.step_onto(place, _WALKS[-1 - choice.below(2)])
        for _ in range(1 + choice.below(3)):
            code = _LOOKS[choice.below(len(_LOOKS))]
            last = TOP if choice.below(4) else self.index(place)
            self.through(Operation(code, mark=choice.below(3), argument=last), place, choice)
            if choice.below(2):
                # Where the cursor stands already: the walk does not start at the head.
                self.through(Operation(Code.CURSOR_LOAD), place, choice)

    @rule(where=_NUMBER, what=_NUMBER)
    def cursor_change(self, where: int, what: int) -> None:
        """Walk the cursor to a place, and store, erase, mark or split there."""
        self.count("cursor_change")
        place, choice = Choice(where), Choice(what)
        if self.cursor.place not in (Place.WALKED, Place.STEPPED) or choice.below(2):
            walk = _WALKS[choice.below(len(_WALKS))]
            if len(walk) == 2:
                self.step_onto(place, walk)
            else:
                self.set_cursor(place, choice)
                for code in walk:
                    self.through(Operation(code, argument=TOP), place, choice)
        kind = choice.below(8)
        found = self.array.at(self.cursor.index)
        if kind >= 6 and found is not None and found[1].order >= max(1, self.cursor.order):
            entry = strategies.plain(strategies.entry(choice, found[1].entry))
            operation = Operation(Code.CURSOR_SPLIT, order=found[1].order, entry=entry)
            if self.affordable(found[1].order, self.cursor.order):
                self.through(operation, place, choice)
        elif 3 <= kind < 6:
            self.through(Operation(_MARKING[kind - 3], mark=choice.below(3)), place, choice)
        else:
            entry = strategies.entry(choice, found[1].entry if found else None) if kind else NULL
            self.through(Operation(Code.CURSOR_STORE, entry=entry), place, choice)

    def step_onto(self, place: Choice, walk: Sequence[Code]) -> None:
        """Let the cursor step onto the first slot of an entry, forwards or backwards."""
        found = strategies.existing(self.array, place)
        first = found[0] if found else 0
        beside = first - 1 if walk[0] is Code.CURSOR_NEXT else first + 1
        if 0 <= beside <= TOP:
            self.run_now(Operation(Code.CURSOR_SET, beside))
            for code in walk:
                self.run_now(Operation(code))

    def through(self, operation: Operation, place: Choice, choice: Choice) -> None:
        """Do an operation through the cursor; where that is not valid, set or reset the cursor."""
        if self.cursor.allows(operation, self.array, self.s):
            self.run_now(operation)
        elif self.cursor.place is Place.DONE and choice.below(2):
            self.run_now(Operation(Code.CURSOR_RESET))
        else:
            self.set_cursor(place, choice)

    def refused(self, order: int, new_order: int) -> bool:
        """Whether the implementation refuses a split, which then costs nothing."""
        return self.implementation.refuses(order, new_order, self.s)

    def affordable(self, order: int, new_order: int) -> bool:
        """Whether a split takes no more nodes than a case may."""
        return self.refused(order, new_order) or (
            nodes_needed(order, new_order, self.s) <= self.most_nodes and order - new_order <= 10
        )

    # Memory.

    @rule(number=_NUMBER)
    def fail(self, number: int) -> None:
        """Let a request for memory fail, some operations from now."""
        self.count("fail")
        choice = Choice(number)
        which = (_BOTH, Flag.FAIL_BLOCKING, Flag.FAIL_NONBLOCKING)[choice.below(3)]
        if choice.below(3) == 0:
            which |= Flag.LASTING
        self.run_now(Operation(Code.FAIL, flags=which, argument=choice.below(6)))

    @rule(number=_NUMBER)
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
            self.run_now(Operation(Code.TRY_SPLIT_MIN_ORDER, order=choice.below(64)))

    # The end.

    def teardown(self) -> None:
        """Drain the array, run the case, and say what breaks."""
        self.run_now(Operation(Code.FAIL))
        for first, item in self.drained_in_order():
            self.run_now(Operation(Code.STORE, first, item.order))
        self.run_now(Operation(Code.DESTROY))
        findings = self.batch.trial.run(self.operations, b"".join(self.expected))
        self.done.examples = 1
        self.done.operations = len(self.operations)
        self.batch.add(self.done, findings)

    def drained_in_order(self) -> list[tuple[int, Item]]:
        """The entries that are erased one by one: all from either end, or none."""
        if self.erasing == 2 or len(self.array) > 64:
            return []
        return sorted(self.array.items().items(), reverse=bool(self.erasing))


def splittable(array: AbstractArray) -> bool:
    """Whether the array holds an entry of several indices."""
    return any(item.order for item in array.items().values())
