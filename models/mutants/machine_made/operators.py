# SPDX-License-Identifier: GPL-2.0-or-later
"""The changes that no rule for a line makes: what is published how and when, the callback,
arguments, whole statements."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tree_sitter import Node

from models.mutants.machine_made.change import Change, changed
from models.mutants.machine_made.functions import Function, inside

_RELEASE = {
    "rcu_assign_pointer": "RCU_INIT_POINTER",
    "smp_store_release": "WRITE_ONCE",
}
"""Stores with release, and the same without."""
_MARKED_STORES = ("WRITE_ONCE", "RCU_INIT_POINTER", *_RELEASE)
_PUBLISHING = ("RCU_INIT_POINTER", *_RELEASE)
_CALLBACK = ("xas_update", "xa_update")
_STATEMENTS = ("expression_statement", "return_statement", "if_statement", "for_statement",
               "while_statement", "do_statement", "break_statement", "continue_statement",
               "goto_statement")  # fmt: skip


def by_operators(function: Function, contents: bytes) -> Iterator[Change]:
    """The changes of a function; ``contents`` is the file's."""
    for node in inside(function.node):
        if node.type == "call_expression":
            yield from _call(function, contents, node)
        elif node.type == "assignment_expression":
            yield from _assignment(function, contents, node)
        if node.type in _STATEMENTS and node.parent is not None:
            yield from _statement(function, contents, node)


def _call(function: Function, contents: bytes, node: Node) -> Iterator[Change]:
    name, given = _named(node), _given(node)

    def instead(text: bytes, rule: str) -> Change:
        return changed(function, contents, node.start_byte, node.end_byte, text, rule)

    if name in _RELEASE:
        weak = _RELEASE[name].encode() + contents[node.start_byte + len(name) : node.end_byte]
        yield instead(weak, "weaken a release store")
    if name in _MARKED_STORES and len(given) == 2:
        yield instead(_text(given[0]) + b" = " + _text(given[1]), "plain store for a marked one")
    if name == "READ_ONCE" and len(given) == 1:
        yield instead(b"(" + _text(given[0]) + b")", "plain load for a marked one")
    for first, second in pairwise(given):
        between = contents[first.end_byte : second.start_byte]
        swapped = _text(second) + between + _text(first)
        start, end = first.start_byte, second.end_byte
        yield changed(function, contents, start, end, swapped, "swap two arguments")


def _assignment(function: Function, contents: bytes, node: Node) -> Iterator[Change]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    sign = node.child_by_field_name("operator")
    if left is None or right is None or sign is None or _text(sign) != b"=":
        return
    if left.type in ("field_expression", "subscript_expression"):
        text = b"WRITE_ONCE(" + _text(left) + b", " + _text(right) + b")"
        start, end = node.start_byte, node.end_byte
        yield changed(function, contents, start, end, text, "marked store for a plain one")


def _statement(function: Function, contents: bytes, node: Node) -> Iterator[Change]:
    start, end = node.start_byte, node.end_byte
    yield changed(function, contents, start, end, b";", "leave a statement out")
    block = node.parent
    if node.type != "expression_statement" or block is None or block.type != "compound_statement":
        return
    called = _called(node)
    before = node.prev_named_sibling
    moved = called in _CALLBACK or called in _PUBLISHING
    if (
        before is None
        or before.type not in _STATEMENTS
        or not (moved or _called(before) in _PUBLISHING)
    ):
        return
    between = contents[before.end_byte : start]
    swapped = _text(node) + between + _text(before)
    both = called in _PUBLISHING and _called(before) in _PUBLISHING
    rule = "swap two publications" if both else "move a publication or callback"
    yield changed(function, contents, before.start_byte, end, swapped, rule)
    first = block.named_children[0]
    if called in _CALLBACK:
        statements = [one for one in block.named_children if one.type in _STATEMENTS]
        first = statements[0]
        if first.start_byte < before.start_byte:
            text = _text(node) + b" " + contents[first.start_byte : start] + b";"
            rule = "move the callback to the front"
            yield changed(function, contents, first.start_byte, end, text, rule)


def _called(statement: Node) -> str:
    """What a statement calls that is a call and nothing else; "" for any other."""
    inner = statement.named_children[0] if statement.named_children else None
    if statement.type != "expression_statement" or inner is None:
        return ""
    return _named(inner) if inner.type == "call_expression" else ""


def _named(call: Node) -> str:
    name = call.child_by_field_name("function")
    return "" if name is None else _text(name).decode()


def _given(call: Node) -> list[Node]:
    given = call.child_by_field_name("arguments")
    return [] if given is None else [one for one in given.named_children if one.type != "comment"]


def _text(node: Node) -> bytes:
    return node.text or b""
