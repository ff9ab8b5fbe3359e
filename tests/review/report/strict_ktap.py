# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads KTAP version 1, and nothing that is not: every plan, number and indentation counts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_RESULT = re.compile(r"(ok|not ok) ([1-9]\d*)(?: (?:- )?([^#]*?))?(?: # ?(.*))?")
_DIRECTIVES = ("SKIP", "TODO", "XFAIL", "TIMEOUT", "ERROR")


@dataclass
class Test:
    """A result line; ``said`` is what follows the name, ``directive`` its first word if one."""

    name: str
    passed: bool
    directive: str
    said: str
    subtests: list[Test] = field(default_factory=list)


def parse(text: str) -> list[Test]:
    """The tests of a whole file; AssertionError where it is not KTAP."""
    assert text.endswith("\n")
    lines = text.splitlines()
    found, rest = _tests(lines, 0, "")
    assert not lines[rest:], lines[rest:]
    return found


def _tests(lines: list[str], at: int, indent: str) -> tuple[list[Test], int]:
    """The tests of one level, from its version line on, and where the next line is."""
    assert lines[at] == f"{indent}KTAP version 1", lines[at]
    at += 1
    if indent:
        assert lines[at].startswith(f"{indent}# Subtest: ")
        at += 1
    plan = re.fullmatch(rf"{indent}1\.\.(\d+)", lines[at])
    assert plan is not None, lines[at]
    at += 1
    found: list[Test] = []
    below: list[Test] = []
    while at < len(lines) and lines[at].startswith(indent):
        line = lines[at].removeprefix(indent)
        if line.startswith("  "):
            assert not below, "two groups of subtests for one test"
            below, at = _tests(lines, at, f"{indent}  ")
            continue
        at += 1
        if line.startswith("#"):
            continue
        match = _RESULT.fullmatch(line)
        assert match is not None, line
        passed, number, name, said = match.groups()
        assert int(number) == len(found) + 1, line
        word = (said or "").partition(" ")[0]
        directive = word if word in _DIRECTIVES else ""
        found.append(Test(name or "", passed == "ok", directive, said or "", below))
        below = []
        if len(found) == int(plan[1]):
            break
    assert len(found) == int(plan[1]), "fewer tests than planned"
    return found, at
