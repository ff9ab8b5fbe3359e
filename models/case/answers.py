# SPDX-License-Identifier: GPL-2.0-or-later
"""The model's answers to many cases that are much alike, each part of them worked out once.

A part of a case ends with a SNAPSHOT.  What the model answers to a part depends on its operations
and on the array before it, of which the snapshot's bytes are a complete picture, and on what the
model carries beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from models.case.reference import Runner, SplitKind
from specs.parts import SIZE
from xarray_model.array import XArray
from xarray_model.operations import Operation

MOST = 1 << 15
"""Parts that are kept."""


class Answers:
    """The answers of one model, at chunk shift ``s`` and with indices of ``bits`` bits."""

    def __init__(self, s: int, bits: int, kind: SplitKind) -> None:
        self._s, self._bits, self._kind = s, bits, kind
        self._states: dict[Hashable, int] = {}
        self._live: dict[int, Runner] = {}
        """A model in each state that one was left in."""
        self._known: dict[tuple[int, bytes], tuple[bytes, int | None]] = {}

    def of(self, parts: Sequence[bytes], operations: Callable[[], Sequence[Operation]]) -> bytes:
        """The result bytes of a case; ``parts`` are those of the case, encoded
        (``specs.parts.cut``), and ``operations`` gives it.

        Raises as ``models.case.reference.run_case``.
        """
        if len(self._known) > MOST:
            self._known.clear()
            self._states.clear()
            self._live.clear()
        answers: list[bytes] = []
        state: int | None = 0
        runner: Runner | None = None
        at: int | None = None
        done = end = 0
        for part in parts:
            begin, end = end, end + len(part) // SIZE
            known = None if state is None else self._known.get((state, part))
            if known is None:
                if runner is None or done < begin:
                    self._put(at, runner)
                    runner, done = self._at(state, operations, begin), begin
                told = [runner.run(operation) for operation in operations()[begin:end]]
                known = b"".join(told), self._number_of(runner, told[-1])
                done, at = end, known[1]
                if state is not None:
                    self._known[state, part] = known
            answers.append(known[0])
            state = known[1]
        self._put(at, runner)
        return b"".join(answers)

    def _at(
        self, state: int | None, operations: Callable[[], Sequence[Operation]], number: int
    ) -> Runner:
        """A model in this state, that after ``number`` operations of a case."""
        live = None if state is None else self._live.pop(state, None)
        if live is None:
            live = Runner(XArray(self._s, self._bits), self._kind)
            for operation in operations()[:number]:
                live.run(operation)
        return live

    def _put(self, state: int | None, runner: Runner | None) -> None:
        """Keep a model in this state for the next case that comes there."""
        if state is not None and runner is not None:
            self._live[state] = runner

    def _number_of(self, runner: Runner, snapshot: bytes) -> int | None:
        """The number of the state after a part, whose last answer is ``snapshot``; None where that
        does not tell all that later operations depend on."""
        carried = runner.carries
        if carried is None:
            return None
        return self._states.setdefault((snapshot, carried), len(self._states) + 1)
