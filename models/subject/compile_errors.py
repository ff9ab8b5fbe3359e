# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose fault it is that something does not compile, in one line.

A header without a stand-in, or a function that the tool calls otherwise than a source declares it,
is a limit of the tool: nothing is said against the source then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from models.kernel.headers import STAND_INS

WRITTEN = "check.c"
"""The name of a file of C that the tool writes around code under test."""
_MODELS = Path(__file__).resolve().parents[1]
_ERROR = re.compile(r"^([^\s:][^:]*):(\d+):(?:\d+:)? (?:fatal )?error: (.*)$")
_NO_FILE = re.compile(r"^'?([\w./+-]+)'?(?:: No such file or directory| file not found)")
_UNDECLARED = (
    r"implicit declaration of function '(\w+)'",
    r"call to undeclared (?:library )?function '(\w+)'",
    r"'(\w+)' undeclared",
    r"use of undeclared (?:identifier|label) '(\w+)'",
    r"unknown type name '(\w+)'",
)
_UNDEFINED = re.compile(r"^([^\s:]*[^:]*):.*undefined reference to '(\w+)'")
_FUNCTION = re.compile(r"\b(_*xas?_\w+)\s*\(|function '(\w+)'|of '(\w+)'")


@dataclass(frozen=True, slots=True)
class Blame:
    """What to tell of a source that does not compile.  ``tool``: the tool lacks something, or uses
    the source otherwise than it is; ``unclear``: the source uses a name that nothing declares,
    which may be either's fault."""

    text: str
    tool: bool = False
    unclear: bool = False


def blame(name: str, messages: str) -> Blame:
    """What the compiler's or the linker's ``messages`` about a source of this name come to."""
    lines = [line.strip() for line in messages.replace("`", "'").splitlines() if line.strip()]
    for number, line in enumerate(lines):
        if error := _ERROR.match(line):
            after = " ".join(lines[number + 1 : number + 4])
            return _compiling(name, error[1], error[2], error[3], after)
    for line in lines:
        if undefined := _UNDEFINED.match(line):
            return _linking(name, undefined[1], undefined[2])
    errors = [line for line in lines if re.search(r"\berror:|undefined reference", line)]
    told = (errors or lines or ["the compiler says nothing"])[0]
    return Blame(f"{name} does not compile: {told}")


def _compiling(name: str, file: str, line: str, text: str, after: str) -> Blame:
    text = re.sub(r" \[-W[^]]*\]$", "", text)
    if missing := _NO_FILE.match(text):
        return _no_header(name, file, missing[1])
    place = Path(file)
    if place.is_relative_to(STAND_INS):
        header = place.relative_to(STAND_INS)
        return Blame(f"the tool's stand-in for {header} does not fit {name}: {text}", tool=True)
    names = next((found[1] for one in _UNDECLARED if (found := re.search(one, text))), "")
    if place.is_relative_to(_MODELS) or (place.is_absolute() and place.name == WRITTEN):
        if names:
            told = f"the tool uses {names}, which {name} does not declare"
            return Blame(f"{told}: it cannot test this source", tool=True)
        found = _FUNCTION.search(f"{text} {after}")
        function = next(filter(None, found.groups()), "") if found else ""
        if function:
            told = f"the tool calls {function} otherwise than {name} declares it: {text}"
            return Blame(f"{told}; it cannot test this source", tool=True)
        told = f"the tool's own {place.name} does not fit {name}: {text}"
        return Blame(f"{told}; it cannot test this source", tool=True)
    # Of a file by its full path, such as a copy of the kernel's test, the name is enough.
    told = f"{name} does not compile: {place.name if place.is_absolute() else file}:{line}: {text}"
    return _undeclared(told, names) if names else Blame(told)


def _no_header(name: str, file: str, header: str) -> Blame:
    if Path(file).is_absolute() and "/" not in header:
        return Blame(f"the C library's {header} is not installed", tool=True)
    told = f"the tool has no stand-in for {header}, which {file} of {name} includes"
    hint = f"pass --include DIR, where DIR/{header} is one, or --include-empty {header} if"
    return Blame(f"{told}; {hint} nothing of it is needed", tool=True)


def _undeclared(told: str, names: str) -> Blame:
    if re.match(r"_*(xas?|test_xa|xarray)_", names, re.IGNORECASE):
        return Blame(told)
    hint = f"the tool's stand-ins do not declare {names} either: if a header of the kernel does,"
    return Blame(f"{told}; {hint} pass --include DIR with it", tool=True, unclear=True)


def _linking(name: str, file: str, function: str) -> Blame:
    if Path(file).is_absolute() and Path(file).is_relative_to(_MODELS):
        return Blame(f"{name} declares {function}, but does not define it")
    return _undeclared(f"{name} does not link: undefined reference to {function}", function)
