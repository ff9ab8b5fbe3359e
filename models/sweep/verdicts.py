# SPDX-License-Identifier: GPL-2.0-or-later
"""Units of the sweep in which nothing broke, by the bytes that their cases were answered with.

What the specs say of a unit depends on nothing but their code, the model's, the unit and these
bytes, logs included.  Where all of it is the same as in an earlier run the cases are run, but
neither worked out by the model nor judged once more.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import MutableMapping

AGAIN = 24
"""One in so many units is judged again all the same, and must come out as it was."""
MOST = 16
"""Answers to one unit that are kept: those of so many implementations."""


class Verdicts:
    """What is ``kept`` by this code, by key; ``seed`` chooses the units that are judged again."""

    def __init__(self, kept: MutableMapping[str, str], seed: int) -> None:
        self._kept = kept
        self._seed = seed

    def of(self, unit: object, one_level: bool) -> dict[str, Counter[str]]:
        """How often each property was judged, by the hash of the answers to the unit; empty of a
        unit that is to be judged again."""
        if not random.Random(f"{self._seed} {unit}").randrange(AGAIN):
            return {}
        return self.all_of(unit, one_level)

    def all_of(self, unit: object, one_level: bool) -> dict[str, Counter[str]]:
        """The same, of any unit."""
        text = self._kept.get(_key(unit, one_level))
        told = {} if text is None else json.loads(text)
        return {digest: Counter(judged) for digest, judged in told.items()}

    def note(self, unit: object, one_level: bool, digest: str, judged: Counter[str]) -> bool:
        """Keep what was judged where nothing broke; False if something else was kept of it."""
        known = self.all_of(unit, one_level)
        if known.get(digest) == judged:
            return True
        right = digest not in known
        known[digest] = judged
        recent = dict(list(known.items())[-MOST:])
        self._kept[_key(unit, one_level)] = json.dumps(recent)
        return right


def _key(unit: object, one_level: bool) -> str:
    return f"{unit!r} {one_level}"
