# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes of Python modules: the checks' own code, and the model's."""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_OTHER: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt,), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.And: (ast.Or,), ast.Or: (ast.And,),
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Add,), ast.FloorDiv: (ast.Mod,),
    ast.Mod: (ast.FloorDiv,), ast.LShift: (ast.RShift,), ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr,), ast.BitOr: (ast.BitAnd,), ast.Pow: (ast.Mult,),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PythonChange:
    """A change in line ``line`` of a module: the whole ``text`` with it, and what the ``rule``
    says."""

    module: str
    line: int
    rule: str
    text: str

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.module}:{self.line} ({self.rule})"


def drawn(modules: Sequence[tuple[str, Path]], many: int | None, seed: int) -> list[PythonChange]:
    """So many changes of the functions of some modules, drawn with ``seed``, or all; each is
    compiled to something else than the module, and than another."""
    trees = {module: ast.parse(path.read_text()) for module, path in modules}
    every = [
        (module, number, way) for module, tree in trees.items() for number, way in _every_way(tree)
    ]
    if many is not None:
        every = random.Random(seed).sample(every, len(every))
    known = {_code(tree) for tree in trees.values()}
    found: list[PythonChange] = []
    for module, number, (rule, place) in every:
        if len(found) == many:
            break
        other = copy.deepcopy(trees[module])
        node = _nth(other, number)
        _apply(node, place)
        code = _code(ast.fix_missing_locations(other))
        if code not in known:
            known.add(code)
            line = getattr(_nth(trees[module], number), "lineno", 0)
            found.append(PythonChange(module, line, rule, ast.unparse(other)))
    return found


def _every_way(tree: ast.Module) -> Iterator[tuple[int, tuple[str, object]]]:
    """What can be done to each node of the functions of a module, with the node's number."""
    inside = {
        id(node)
        for one in ast.walk(tree)
        if isinstance(one, ast.FunctionDef)
        for statement in one.body
        for node in ast.walk(statement)
    }
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in inside:
            for way in _ways(node):
                yield number, way


def _ways(node: ast.AST) -> Iterator[tuple[str, object]]:
    """What can be done to a node: a rule, and what ``_apply`` takes."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in _OTHER.get(type(node.ops[0]), ()):
            yield f"{type(node.ops[0]).__name__} to {other.__name__}", ("compare", other)
    elif isinstance(node, ast.BoolOp):
        (other,) = _OTHER[type(node.op)]
        yield f"{type(node.op).__name__} to {other.__name__}", ("operator", other)
        for number in range(len(node.values)):
            yield f"operand {number + 1} left out", ("operand", number)
    elif isinstance(node, ast.BinOp):
        for other in _OTHER.get(type(node.op), ()):
            yield f"{type(node.op).__name__} to {other.__name__}", ("operator", other)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not left out", ("not", None)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield "condition true", ("test", True)
        yield "condition false", ("test", False)
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield "filter left out", ("filter", None)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield f"{node.value} changed", ("constant", None)
    elif _is_statement(node):
        yield "statement left out", ("statement", None)
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.List | ast.ListComp):
        yield "nothing returned", ("nothing", None)


def _is_statement(node: ast.AST) -> bool:
    called = isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
    return called or isinstance(node, ast.AugAssign)


def _apply(node: ast.AST, place: object) -> None:
    assert isinstance(place, tuple)
    what, how = place
    if what == "compare":
        assert isinstance(node, ast.Compare)
        node.ops = [how()]
    elif what == "operator":
        assert isinstance(node, ast.BoolOp | ast.BinOp)
        node.op = how()
    elif what == "operand":
        assert isinstance(node, ast.BoolOp)
        del node.values[how]
    elif what == "not":
        assert isinstance(node, ast.UnaryOp)
        node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
    elif what == "test":
        assert isinstance(node, ast.If | ast.IfExp | ast.While)
        node.test = ast.Constant(how)
    elif what == "filter":
        assert isinstance(node, ast.comprehension)
        node.ifs = []
    elif what == "constant":
        assert isinstance(node, ast.Constant) and isinstance(node.value, int)
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1
    elif what == "nothing":
        assert isinstance(node, ast.Return)
        node.value = ast.List([], ast.Load())
    elif isinstance(node, ast.Expr):
        node.value = ast.Constant(None)
    else:
        assert isinstance(node, ast.AugAssign)
        node.op, node.value = ast.Add(), ast.Constant(0)


def _nth(tree: ast.AST, number: int) -> ast.AST:
    return next(node for place, node in enumerate(ast.walk(tree)) if place == number)


def _code(tree: ast.Module) -> str:
    """What a module is compiled to, without the places of what is in it."""
    return ast.dump(ast.parse(ast.unparse(tree)))
