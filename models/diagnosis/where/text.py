# SPDX-License-Identifier: GPL-2.0-or-later
"""What the text of the source says of its lines: which feeds another, which fields they name.

Names and indentation only, in the manner of the kernel's style: hints, which may be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from models.diagnosis.where.spectrum import Line

_NAME = re.compile(r"[A-Za-z_]\w*")
_GOVERNS = re.compile(r"\s*(?:\}\s*)?(?:else\s+)?(?:if|for|while|switch|do|list_for_each\w*)\b")
_DECLARES = re.compile(r"\s+(?:[A-Za-z_]\w*\s+)+\**([A-Za-z_]\w*\s*(?:=(?!=)|,|;).*)")
_EMPTY = re.compile(r"\s*\*(?:[ /].*)?|[\s;{}]*(?:else[\s{]*)?(?:\w+:)?[\s;{}]*(?:/\*.*)?")


def has_code(text: str) -> bool:
    """Whether a line does something: it holds more than a brace, a label or a comment."""
    return not _EMPTY.fullmatch(text)


class Text:
    """The lines of a source's files."""

    def __init__(self, directory: Path, files: Iterable[str]) -> None:
        self._lines = {
            name: (directory / name).read_text(errors="replace").splitlines()
            for name in files
            if name.endswith((".c", ".h"))
        }

    def of(self, line: Line) -> str:
        """What stands there."""
        file, number = line
        lines = self._lines.get(file, [])
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def code(self, line: Line) -> bool:
        """Whether something is done there: more than a brace, a label or a semicolon."""
        return has_code(self.of(line))

    def statement(self, line: Line) -> Line:
        """The line on which the statement or condition begins that the line is part of."""
        file, number = line
        while number > 1 and _unfinished(self.of((file, number - 1))):
            number -= 1
        return file, number

    def feeding(self, line: Line, others: Sequence[Line]) -> Iterator[Line]:
        """Those of the other lines of its function that assign to what stands in it."""
        names = set(_NAME.findall(self.of(line)))
        for other in others:
            if other != line and names & set(self._assigned(other)):
                yield other

    def declaring(self, line: Line, others: Sequence[Line]) -> Iterator[Line]:
        """Those of the other lines of its function that declare what is assigned to in it."""
        names = set(self._assigned(line))
        for other in others:
            found = _DECLARES.match(self.of(other)) if other != line else None
            if found is not None and names & set(_NAME.findall(found[1])):
                yield other

    def names(self, line: Line, fields: Collection[str]) -> bool:
        """Whether one of these fields stands there; marks have functions that are called so."""
        words = _NAME.findall(self.of(line))
        return any(word in fields or ("marks" in fields and "mark" in word) for word in words)

    def called(self, line: Line) -> set[str]:
        """The names that are called there."""
        return set(re.findall(r"([A-Za-z_]\w*)\s*\(", self.of(line)))

    def _assigned(self, line: Line) -> Iterator[str]:
        text = self.of(line)
        for found in re.finditer(
            r"([A-Za-z_]\w*)(?:\[[^\]]*\])*\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)"
            r"|([A-Za-z_]\w*)\s*(?:\+\+|--)|(?:\+\+|--)\s*([A-Za-z_]\w*)",
            text,
        ):
            yield next(name for name in found.groups() if name)


def _unfinished(text: str) -> bool:
    """Whether the next line goes on with what stands in this one."""
    bare = text.partition("/*")[0].strip()
    if not bare or bare[0] in "#*" or bare[-1] in ";{}:\\" or "*/" in text:
        return False
    whole = bare.count("(") == bare.count(")")
    return not (whole and (_GOVERNS.match(text) or bare == "else" or text[0] not in " \t"))
