# SPDX-License-Identifier: GPL-2.0-or-later
"""The order in which an operation ran its lines: what came next, and where a value came up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.diagnosis.where.assembly import Kind
from models.diagnosis.where.spectrum import Line, Places, Step
from models.diagnosis.where.trace import MOST_SITES

_FRAMES = 3
"""The function of a step, the one that called that, and the one above."""
_NEXT_LINES = 2
_LOOKED_AT = 2000
"""Steps in which the next line of a function is looked for."""
_MOST_CALLERS = 4
_MOST_HANDED = 8


class Flow:
    """The steps of an operation, in order."""

    def __init__(self, steps: Sequence[Step], places: Places) -> None:
        self._steps = steps
        self._sites = places.sites
        self._at = {id(step): number for number, step in enumerate(steps)}

    def following(self, step: Step) -> Iterator[tuple[int, int, Line]]:
        """The lines that run next in the function of a step (0), in the one that called it (1) and
        so on, each with its place (from 0) there.  None for a step of another operation."""
        start = self._at.get(id(step))
        if start is None:
            return
        lines = [step.line, *step.callers]
        for frame, own in enumerate(lines[:_FRAMES]):
            above = step.callers[frame:]
            met: list[Line] = []
            for other in self._steps[start + 1 : start + 1 + _LOOKED_AT]:
                if len(other.callers) < len(above):
                    break
                whole = len(step.callers) < _MOST_CALLERS
                callers = other.callers if whole else other.callers[: len(above)]
                line = other.line
                if callers == above and line is not None and line != own and line not in met:
                    yield frame, len(met), line
                    met.append(line)
                    if len(met) == _NEXT_LINES:
                        break

    def bearing(self, value: int) -> list[Step]:
        """The steps that store or return a value."""
        return [
            step
            for step in self._steps
            if step.event.site < MOST_SITES
            and step.event.value == value
            and self._sites[step.event.site].kind in (Kind.STORE, Kind.RETURN)
        ]

    def handed_on(self, value: int) -> list[Step]:
        """The steps that handed on a value until the operation answered it, the last one first:
        what returned it, what stored it in that function before, what returned it there."""
        found: list[Step] = []
        above: tuple[Line, ...] = ()
        end = len(self._steps)
        while True:
            at = self._last(end, above, value, Kind.RETURN)
            if at is None:
                return found
            found.append(self._steps[at])
            stored = self._last(at, above, value, Kind.STORE)
            line = self._steps[at].line
            if stored is not None:
                found.append(self._steps[stored])
                at, line = stored, self._steps[stored].line
            if line is None or len(found) > _MOST_HANDED:
                return found
            end, above = at, (line, *above)

    def _last(self, end: int, above: tuple[Line, ...], value: int, kind: Kind) -> int | None:
        """The last step before ``end`` in a function called by these lines that stores or returns
        the value; nothing if another value was returned since."""
        for at in range(end - 1, max(end - _LOOKED_AT, -1), -1):
            step = self._steps[at]
            if step.callers[:_MOST_CALLERS] != above[:_MOST_CALLERS]:
                continue
            if step.event.site < MOST_SITES and self._sites[step.event.site].kind is kind:
                if step.event.value == value:
                    return at
                if kind is Kind.RETURN:
                    return None
        return None
