# SPDX-License-Identifier: GPL-2.0-or-later
"""What the explorer asks about what its readers saw, and what ``specs/timeline.py`` says to it.

``PROTOCOL.md`` defines the lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from specs.readers import Memory
from specs.timeline import Broken, Fact, Iteration, Timeline

_WORD = (1 << 64) - 1

_OF_A_MEMORY = ("passed",)
"""Questions whose answer depends on what memory readers are explored on."""

_CASES = 64
"""So many cases whose answers are known: each is explored on one memory after the other."""


@lru_cache(_CASES)
def known(executable: Path, facts: tuple[tuple[str, ...], ...]) -> dict[str, str]:
    """The answers so far about what an explorer told of an array; those to come are added."""
    del executable, facts
    return {}


class Entry(int):
    """A word of the explorer's memory, told by its name there, such as ``sibling of 2``."""

    name: str

    def __repr__(self) -> str:
        return self.name


class Judge:
    """Answers for one writer's run on one memory.

    ``facts`` are the fields of the explorer's lines about what each index held; ``known`` are
    answers about the same array, by their questions: they are given with the first one.
    """

    def __init__(
        self, memory: Memory, facts: Sequence[Sequence[str]], known: dict[str, str] | None = None
    ) -> None:
        self._memory = memory
        self._known = {} if known is None else known
        # Other threads may add to them.
        self._before = self._known.copy()
        rows = [[int(word) for word in row] for row in facts]
        indices = [row[0] for row in rows]
        timeline = Timeline(min(indices), max(indices))
        timeline.given(
            (index, Fact(entry, order, since, None if until < 0 else until))
            for index, entry, order, since, until in rows
        )
        self._timeline = timeline
        self._of_entries: dict[str, Callable[..., Broken]] = {
            "held": timeline.judge_held,
            "entry": timeline.judge_entry,
            "unchanged": timeline.judge_unchanged,
            "changed": timeline.judge_changed,
            "folio": timeline.judge_folio,
        }
        """What is asked about an index and an entry."""
        self._others: dict[str, Callable[..., Broken]] = {
            "retry": timeline.judge_retry,
            "restarts": timeline.judge_restarts,
            "order": timeline.judge_order,
            "step": timeline.judge_step,
            "back": self._back,
            "passed": self._passed,
        }

    def answer(self, kind: str, words: str, *names: str) -> str:
        """The lines that answer a question: its kind, its numbers, the name of an entry if the
        second of them is one.

        Raises ValueError, KeyError or TypeError when that is none.
        """
        made = self._answer(kind, words, *names)
        # What is broken is told by names, which need not be the same in another case.
        if kind not in _OF_A_MEMORY and made.startswith("holds"):
            self._known[f"{kind}\t{words}"] = made
        if not self._before:
            return made
        before, self._before = self._before, {}
        return "".join(f"known\t{asked}\t{answer}" for asked, answer in before.items()) + made

    def _answer(self, kind: str, words: str, *names: str) -> str:
        numbers = [int(word) for word in words.split()]
        if names:
            index, word, *more = numbers
            entry = Entry(word & _WORD)
            entry.name = names[0]
            broken = self._of_entries[kind](index, entry, *more)
            if broken is None and kind == "entry":
                covers = self._timeline.covers(index, entry, *more)
                return f"holds\t{covers[0]} {covers[-1]}\n"
        else:
            broken = self._others[kind](*numbers)
        return "holds\n" if broken is None else f"broken\t{broken[0]}\t{broken[1]}\n"

    def _back(
        self,
        started: int,
        marked: int,
        restarts: int,
        moved: int,
        place: int,
        index: int,
        first: int,
        last: int,
    ) -> Broken:
        one = Iteration(self._memory, started, bool(marked), restarts=bool(restarts))
        covers = range(first, last + 1)
        return self._timeline.judge_back(one, place, bool(moved), index, covers)

    def _passed(
        self, started: int, marked: int, ordered: int, start: int, first: int, end: int
    ) -> Broken:
        one = Iteration(self._memory, started, bool(marked), bool(ordered))
        return self._timeline.judge_passed(one, start, first, end)
