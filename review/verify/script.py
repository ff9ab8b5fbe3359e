# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether an SMT-LIB script of a stranger does no more than ask one question.

A solver obeys commands: some write files, end the program or read another script.  A script is put
to a solver only if it declares, asserts and asks, in that order; it may say what it must answer.
"""

from __future__ import annotations

import re

from proofs.obligation import LOGICS

_TOKEN = re.compile(r'[ \t\r\n]+|;[^\n]*|[()]|\|[^|\\]*\||"(?:[^"]|"")*"|[^\s()|";]+')
_COMMANDS = ("declare-fun", "declare-const", "define-fun", "assert")
_STATUS = ["set-info", ":status"]
_DEEPEST = 2_000


def logic(text: str) -> str:
    """The logic of a script that only asks; ValueError for any other script, which says why."""
    commands = _commands(text)
    if not commands or commands[0][0] != "set-logic" or len(commands[0]) != 2:
        raise ValueError("it does not begin with its logic")
    named = commands[0][1]
    if named not in LOGICS:
        raise ValueError(f"its logic is not one of {', '.join(LOGICS)}")
    if commands[-1] != ["check-sat"]:
        raise ValueError("it does not end with its question")
    for command in commands[1:-1]:
        if command[0] not in _COMMANDS and command != _STATUS:
            raise ValueError("it has commands that do more than declare and assert")
    return named


def _commands(text: str) -> list[list[str]]:
    """The commands of a script: the first two words of each."""
    found: list[list[str]] = []
    depth = position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError("it is not an SMT-LIB script")
        position = match.end()
        token = match[0]
        if token[0] in " \t\r\n;":
            continue
        if token == "(":
            depth += 1
            if depth == 1:
                found.append([])
            elif depth > _DEEPEST:
                raise ValueError("it is nested too deeply")
        elif token == ")":
            depth -= 1
        elif depth == 1 and len(found[-1]) < 2:
            found[-1].append(token)
        if depth < 0 or (depth == 0 and token != ")"):
            raise ValueError("it is not an SMT-LIB script")
    if depth or not all(found):
        raise ValueError("it is not an SMT-LIB script")
    return found
