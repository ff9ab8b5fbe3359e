# SPDX-License-Identifier: GPL-2.0-or-later
"""Which fields the source writes together: a line that writes one of them where the other is not
written may be where that was left out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from models.diagnosis.where.spectrum import Line
from models.diagnosis.where.text import Text

_FIELD = r"(\w+)->(\w+)(?:\[[^\]]*\])*"
_WRITES = re.compile(
    rf"(?:\b(?:rcu_assign_pointer|RCU_INIT_POINTER|WRITE_ONCE)\(\s*){_FIELD}"
    rf"|{_FIELD}\s*(?:(?:[-+*/%&|^]|<<|>>)?=(?!=)|\+\+|--)"
)


class Companions:
    """What each function writes of what it points to, by the text of the source."""

    def __init__(self, text: Text, functions: Mapping[Line, str]) -> None:
        self._at: dict[Line, set[tuple[str, str, str]]] = defaultdict(set)
        self._fields: dict[tuple[str, str], set[str]] = defaultdict(set)
        for line, function in functions.items():
            for found in _WRITES.finditer(text.of(line)):
                name, field = found[1] or found[3], found[2] or found[4]
                self._at[line].add((function, name, field))
                self._fields[function, name].add(field)

    def missing(self, line: Line, field: str) -> float:
        """How likely it is, from 0 to 1, that ``field`` should be written where the line writes
        another of the same node: how often it is elsewhere, and is not there."""
        return max((self._share(one, field) for one in self._at.get(line, ())), default=0.0)

    def _share(self, one: tuple[str, str, str], field: str) -> float:
        function, name, written = one
        if field in self._fields[function, name]:
            return 0.0
        others = [
            fields
            for where, fields in self._fields.items()
            if where != (function, name) and written in fields
        ]
        return sum(field in fields for fields in others) / (len(others) + 1)
