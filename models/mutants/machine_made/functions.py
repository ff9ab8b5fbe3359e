# SPDX-License-Identifier: GPL-2.0-or-later
"""The functions of a source and what they call, as a C parser finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import tree_sitter_c
from tree_sitter import Language, Node, Parser

from models.kernel.source import Source
from models.subject.build import asserting, compiler, flags_of, run_compiler

_MARKER = re.compile(r'# (\d+) "([^"]*)"')
_PARSER = Parser(Language(tree_sitter_c.language()))

SPLIT = ("xas_split_alloc", "xas_split", "xas_try_split", "xas_try_split_min_order")
"""What splits."""
OTHERS = (
    "xas_store", "__xa_erase", "__xa_store", "xa_store", "xa_erase", "xa_load", "xa_destroy",
    "xas_set_mark", "xas_clear_mark", "xas_get_mark", "xas_init_marks", "xa_set_mark",
    "xa_clear_mark", "xa_get_mark", "__xa_set_mark", "__xa_clear_mark",
    "xas_find", "xas_find_marked", "xa_find", "xa_find_after", "__xas_next", "__xas_prev",
    "xas_next", "xas_prev", "xas_pause", "xas_get_order", "xa_get_order",
)  # fmt: skip
"""What stores, erases, marks, finds, steps and pauses."""


@dataclass(frozen=True, slots=True)
class Function:
    """A definition of a function: the file that it is in, by its path in the tree, its name, its
    first and last byte there (``end`` is one further), the line (from 1) that it begins in, where
    its body is, and the names that it calls."""

    file: str
    name: str
    start: int
    end: int
    line: int
    body: tuple[int, int]
    calls: frozenset[str]
    node: Node


def parse(text: bytes) -> Node:
    """The syntax tree of a C file; what the parser does not understand is an error in it, not
    here."""
    return _PARSER.parse(text).root_node


def inside(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text."""
    todo = [node]
    while todo:
        one = todo.pop()
        yield one
        todo.extend(reversed(one.children))


def functions(file: str, text: bytes) -> list[Function]:
    """The functions that a file defines, in all branches of its conditional compilation."""
    found = []
    for node in inside(parse(text)):
        body = node.child_by_field_name("body")
        if node.type != "function_definition" or body is None:
            continue
        name = _name(node)
        if name is not None:
            calls = frozenset(_called(node))
            at = (body.start_byte, body.end_byte)
            line = node.start_point.row + 1
            found.append(
                Function(file, name, node.start_byte, node.end_byte, line, at, calls, node)
            )
    return found


def of_source(source: Source) -> dict[str, Function]:
    """The functions of the code under test that are compiled, by name.  Raises BuildError."""
    compiled = _compiled_lines(source)
    found: dict[str, Function] = {}
    for file in sorted(source.sha256):
        if file.endswith((".c", ".h")) and not file.startswith("lib/test_"):
            for one in functions(file, (source.directory / file).read_bytes()):
                if one.line in compiled.get(file, ()):
                    found[one.name] = one
    return found


def _compiled_lines(source: Source) -> dict[str, set[int]]:
    """The lines, by file, that are left when all units were preprocessed as kernels are built."""
    found: dict[str, set[int]] = {}
    options = [*flags_of(source), *asserting(source, 6), "-E"]
    for unit in source.units:
        command = [*compiler(), *options, unit]
        text = run_compiler(source, command, source.directory).decode(errors="replace")
        lines: set[int] = set()
        number = 0
        for line in text.splitlines():
            if (mark := _MARKER.match(line)) is not None:
                number = int(mark[1])
                lines = found.setdefault(mark[2], set())
                continue
            if line.strip():
                lines.add(number)
            number += 1
    return found


def reached(known: Mapping[str, Function], names: Sequence[str]) -> list[str]:
    """Those of these names that are known, and all that they call, each after what calls it
    first."""
    order = [name for name in dict.fromkeys(names) if name in known]
    for name in order:
        order += [one for one in sorted(known[name].calls) if one in known and one not in order]
    return order


def _name(definition: Node) -> str | None:
    for node in inside(definition):
        if node.type == "function_declarator":
            name = node.child_by_field_name("declarator")
            return None if name is None or name.text is None else name.text.decode()
        if node.type == "compound_statement":
            return None
    return None


def _called(definition: Node) -> Iterator[str]:
    for node in inside(definition):
        if node.type == "call_expression":
            called = node.child_by_field_name("function")
            if called is not None and called.text is not None:
                yield called.text.decode()
