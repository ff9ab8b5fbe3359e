# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of our C is like a kernel's: runs of more than 12 tokens that stand there too.

``python -m tests.likeness KERNEL...`` prints them all, for trees or tarballs of kernels.  What is
unavoidable is listed in ``likeness.txt``.

Heads of functions, their bodies, declarations and directives are compared each by itself, and
neither comments nor layout nor includes count.  Tokens are compared as they stand, and once more
with numbers in place of the names of locals, in the order in which these come up, so that a copy
with other names is found.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from models.kernel.source import open_source

ROOT = Path(__file__).resolve().parents[1]
KERNEL_FILES = (
    "lib/xarray.c",
    "include/linux/xarray.h",
    "lib/radix-tree.h",
    "lib/test_xarray.c",
)
RUN = 13
"""Tokens in the shortest run that is told of."""

_TOKEN = re.compile(
    r"(?P<skip>/\*.*?\*/|//[^\n]*|\\\n|\#[ \t]*include[^\n]*|[ \t\r\f\v]+)|(?P<line>\n)"
    r'|(?P<token>"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|\#[ \t]*[a-z]+'
    r"|[A-Za-z_]\w*|\.?\d[\w.]*|->|\+\+|--|<<=?|>>=?|&&|\|\||\.\.\.|[-+*/%&|^<>=!]=|\S)",
    re.DOTALL,
)
_NAME = re.compile(r"[A-Za-z_]\w*")
_KEYWORDS = re.compile(
    "auto|bool|break|case|char|const|continue|default|do|double|else|enum|extern|false|float|for"
    "|goto|if|inline|int|long|register|return|short|signed|sizeof|static|struct|switch|true|typedef"
    "|union|unsigned|void|volatile|while|NULL|__attribute__"
)
DIRECTIVE_ENDS = "end of line"
_ARGUMENT_ENDS = "end of argument"


@dataclass(frozen=True)
class Token:
    """A token, its line, and whether it is the name of something that its function alone knows."""

    text: str
    line: int
    local: bool = False

    @property
    def is_name(self) -> bool:
        """Whether it is an identifier."""
        return bool(_NAME.fullmatch(self.text) and not _KEYWORDS.fullmatch(self.text))


@dataclass(frozen=True)
class Unit:
    """What is compared by itself: the head of a function by its name, its body by that with
    braces, or else a declaration or a directive."""

    name: str
    tokens: Sequence[Token]


@dataclass(frozen=True)
class Match:
    """How many tokens of a unit of ours stand in runs that a kernel has too; ``lines`` are those
    of the first and of the last."""

    file: str
    name: str
    count: int
    lines: tuple[int, int]


def tokens(text: str) -> list[Token]:
    """The tokens of a C text."""
    return _with_locals(list(_split(text, 1)))


def _split(text: str, line: int) -> Iterator[Token]:
    """The tokens of a C text that begins at ``line``, without telling locals."""
    directive = False
    for match in _TOKEN.finditer(text):
        if match["token"]:
            directive = directive or match["token"][0] == "#"
            yield Token(match["token"], line)
        elif match["line"] and directive:
            directive = False
            yield Token(DIRECTIVE_ENDS, line)
        line += match[0].count("\n")


def _with_locals(found: Sequence[Token]) -> list[Token]:
    around = ["", *(token.text for token in found), ""]
    return [
        Token(token.text, token.line, token.is_name and _is_local(before, token.text, after))
        for before, token, after in zip(around, found, around[2:], strict=False)
    ]


def _is_local(before: str, name: str, after: str) -> bool:
    """Whether a name is neither a member's nor a type's, nor called, nor that of a constant."""
    elsewhere = before in {".", "->", "struct", "union", "enum", "#define", "goto"}
    return not (elsewhere or after == "(" or name.endswith("_t") or name.isupper())


def units(text: Sequence[Token]) -> Iterator[Unit]:
    """The parts of a C text."""
    part: list[Token] = []
    head = ""
    depth = 0
    for token in text:
        directive = bool(part) and part[0].text[0] == "#"
        if depth == 0 and token.text == "{" and part and part[-1].text == ")" and not directive:
            head = _name(part)
            yield Unit(head, part)
            part = []
        part.append(token)
        if directive:
            ends = token.text == DIRECTIVE_ENDS
        else:
            depth += (token.text == "{") - (token.text == "}")
            ends = depth == 0 and (token.text == ";" or (token.text == "}" and head != ""))
        if ends:
            yield Unit(f"{head}{{}}" if head else _name(part), part)
            part, head = [], ""
    if part:
        yield Unit(_name(part), part)


def _name(part: Sequence[Token]) -> str:
    """What a directive, a declaration or the head of a function is about."""
    ends = [{"("}, {"{", ";", "=", "[", ")"}]
    if part[0].text[0] == "#":
        ends = [{after.text for after in part[2:3]}]
    for end in ends:
        for now, after in pairwise(part):
            if now.is_name and after.text in end:
                return now.text
    return part[0].text


def emitted(source: str) -> Iterator[Unit]:
    """The C that a Python source writes: the strings of each of its functions and constants, one
    after another, but for arguments of a call.  What is put into one at run time is a local."""
    for statement in ast.parse(source).body:
        names = [node.id for node in ast.walk(statement) if isinstance(node, ast.Name)]
        text = _with_locals(list(_strings(statement)))
        yield Unit(getattr(statement, "name", [*names, ""][0]), text)


def _strings(node: ast.AST) -> Iterator[Token]:
    if isinstance(node, ast.JoinedStr):
        parts = [str(p.value) if isinstance(p, ast.Constant) else "hole" for p in node.values]
        yield from _split("".join(parts), node.lineno)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from _split(node.value, node.lineno)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _strings(child)
            if isinstance(node, ast.Call):
                yield Token(_ARGUMENT_ENDS, 0)


def windows(text: Sequence[Token], renamed: bool) -> Iterator[tuple[str, ...]]:
    """Each ``RUN`` tokens that follow each other, with locals numbered if ``renamed``."""
    for part in zip(*(text[start:] for start in range(RUN)), strict=False):
        numbers: dict[str, str] = {}
        yield tuple(
            numbers.setdefault(token.text, f"local {len(numbers)}")
            if renamed and token.local
            else token.text
            for token in part
        )


Known = frozenset[tuple[str, ...]]
"""What the runs of kernels are made of."""
Counts = dict[tuple[str, str], int]
"""How many tokens match, by file and name of the unit."""


def known(folders: Iterable[Path]) -> Known:
    """What stands in the kernels whose files lie in these folders."""
    paths = [folder / name for folder in folders for name in KERNEL_FILES]
    texts = [tokens(path.read_text(errors="replace")) for path in paths if path.exists()]
    return frozenset(
        window
        for text in texts
        for unit in units(text)
        for renamed in (False, True)
        for window in windows(unit.tokens, renamed)
    )


def matches(file: str, ours: Iterable[Unit], kernel: Known) -> Iterator[Match]:
    """The units of a file of ours of which something stands in the kernel too."""
    for unit in ours:
        like: set[int] = set()
        for renamed in (False, True):
            for start, window in enumerate(windows(unit.tokens, renamed)):
                if window in kernel:
                    like.update(range(start, start + RUN))
        if like:
            lines = unit.tokens[min(like)].line, unit.tokens[max(like)].line
            yield Match(file, unit.name, len(like), lines)


@cache
def ours() -> Mapping[str, Sequence[Unit]]:
    """All our C under models/, what Python there writes as C, and what patches there put in the
    place of other C, by file; patches by folder."""
    found: dict[str, Sequence[Unit]] = {}
    for path in sorted((ROOT / "models").rglob("*")):
        name = path.relative_to(ROOT / "models").as_posix()
        if path.suffix in {".c", ".h"}:
            found[name] = [*units(tokens(path.read_text()))]
        elif path.suffix == ".py":
            found[name] = [*emitted(path.read_text())]
        elif path.suffix == ".patch":
            put = re.findall(r"^\+(?!\+\+)(.*)", path.read_text(), re.MULTILINE)
            unit = Unit(path.stem, _with_locals(list(_split("\n".join(put), 1))))
            theme = name.removesuffix(path.name)
            found[theme] = [*found.get(theme, ()), unit]
    return found


def counts(kernel: Known) -> Counts:
    """How much of all that is ours stands in the kernel too."""
    found: Counts = {}
    for file, text in ours().items():
        for match in matches(file, text, kernel):
            key = match.file, match.name
            found[key] = found.get(key, 0) + match.count
    return found


def listed(text: str) -> Counts:
    """What a list in the manner of ``likeness.txt`` allows: after each reason, which ends in a
    colon, the files with the names of units and their counts.  ValueError where a line is wrong."""
    allowed: Counts = {}
    file = reason = ""
    for line in text.splitlines():
        if line.startswith("    "):
            for entry in line.split():
                name, _, count = entry.rpartition(":")
                if not reason or not file or (file, name) in allowed:
                    raise ValueError(f"{file} {entry}: no reason, no file, or listed before")
                allowed[file, name] = int(count)
        elif line.startswith("  "):
            file = line.strip()
        elif not line.startswith("#"):
            file, reason = "", line
    return allowed


def differences(found: Counts, allowed: Counts, every: bool) -> list[str]:
    """What matches and is not listed; and what is listed and does not match, if ``every`` kernel
    that the list was made with was compared."""
    new = [
        f"{file} {name}:{count} is not in the list"
        for (file, name), count in found.items()
        if count > allowed.get((file, name), 0)
    ]
    stale = [
        f"{file} {name}:{count} is in the list and no longer matches"
        for (file, name), count in allowed.items()
        if every and found.get((file, name), 0) < count
    ]
    return new + stale


def main(kernels: Sequence[str]) -> None:
    kernel = known([open_source(path).directory for path in kernels])
    for file, text in ours().items():
        for match in matches(file, text, kernel):
            print(f"{file}:{match.lines[0]}-{match.lines[1]}: {match.name}:{match.count}")


if __name__ == "__main__":
    main(sys.argv[1:])
