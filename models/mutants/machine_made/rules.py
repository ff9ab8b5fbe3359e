# SPDX-License-Identifier: GPL-2.0-or-later
"""The changes that universalmutator's rules for C make: operators, constants, conditions,
statements left out, jumps put in."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import redirect_stdout

from universalmutator import mutator

from models.mutants.machine_made.change import Change, changed
from models.mutants.machine_made.functions import Function, inside

_RULES = ["universal.rules", "c_like.rules", "c.rules"]
_NO_CODE = re.compile(rb"[\s{}]*")


def by_rules(function: Function, contents: bytes) -> Iterator[Change]:
    """The changes of a function, line by line; ``contents`` is the file's."""
    # Comments would have their lines left out, or be mutated themselves.
    bare = bytearray(contents)
    for node in inside(function.node):
        if node.type == "comment":
            blank = re.sub(rb"[^\n]", b" ", contents[node.start_byte : node.end_byte])
            bare[node.start_byte : node.end_byte] = blank
    begin = contents.rfind(b"\n", 0, function.start) + 1
    lines = bytes(bare[begin : function.end]).splitlines(keepends=True)
    starts = [begin]
    for line in lines:
        starts.append(starts[-1] + len(line))
    text = [line.decode(errors="surrogateescape") for line in lines]
    # It says what it does.
    with redirect_stdout(io.StringIO()):
        made = mutator.mutants_regexp(text, ruleFiles=_RULES, ignorePatterns=[])
    for number, line, (rule, _), _ in made:
        old, new = lines[number - 1], line.encode(errors="surrogateescape")
        if number == len(lines) and not old.endswith(b"\n"):
            new = new.removesuffix(b"\n")
        if _NO_CODE.fullmatch(old) or b"".join(new.split()) == b"".join(old.split()):
            continue
        yield changed(function, contents, starts[number - 1], starts[number], new, rule.strip())
