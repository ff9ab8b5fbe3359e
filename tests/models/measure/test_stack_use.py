# SPDX-License-Identifier: GPL-2.0-or-later
"""Depth and stack, each with a port that goes deeper or takes more."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from models.kernel.source import Source, port_source
from models.measure import stack_use, work
from models.measure.programs import Item, MeasureError, Way
from models.measure.stack_use import Use
from models.measure.work import Work
from tests.models.measure.changed import changed
from tests.tools import COMPILERS

TAKE = "/* A spare node as a full one"
HERE = "	XA_NODE_BUG_ON(node, last >= XA_CHUNK_SIZE);\n"


def uses(source: Source, orders: Sequence[int], s: int, compiler: str) -> list[Use]:
    items = [Item(Way.AT_ONCE, order, 0) for order in orders]
    works = [found for found in work.count(source, s, items).values() if isinstance(found, Work)]
    assert len(works) == len(items)
    return stack_use.measure(source, works, compiler)


def use(source: Source, order: int = 6, s: int = 2, compiler: str = "gcc") -> Use:
    (found,) = uses(source, [order], s, compiler)
    return found


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("s", [6, 1])
def test_the_recursive_split_is_as_deep_as_there_are_levels(s: int, compiler: str) -> None:
    orders = (9, 13, 18) if s == 6 else (3, 9, 12)
    found = uses(port_source(recursive=True), orders, s, compiler)
    assert [one.depth for one in found] == [one.levels for one in found]
    assert not any(one.problems for one in found)
    assert found[-1].deepest == "split_subtree"
    shallow, deep = found[0], found[-1]
    assert shallow.per_level == deep.per_level
    assert deep.per_level is not None and deep.per_level > 0
    assert deep.written - shallow.written == (deep.depth - shallow.depth) * deep.per_level
    assert {one.deepest_split for one in found} == {deep.deepest_split}


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("recursive", [False, True])
def test_what_is_written_is_what_the_compiler_reserves(recursive: bool, compiler: str) -> None:
    found = use(port_source(recursive), compiler=compiler)
    assert found.reserved is not None
    assert 0.7 * found.reserved <= found.written <= found.reserved


def test_the_iterative_split_does_not_recurse() -> None:
    small, large = use(port_source(), 4), use(port_source(), 9)
    assert (large.depth, large.deepest, large.per_level) == (1, "", 0)
    assert small.written == large.written


def waste(folder: Path, *, depth: int = 0, bytes: int = 8, body: str = "") -> Source:
    """The port with a call of a function that takes stack, and calls itself if ``depth`` is not 0,
    so that it is ``depth`` + 1 deep."""
    more = "depth ? waste(depth - 1) + " if depth else "("
    function = f"""
static volatile unsigned int zero;

static noinline unsigned int waste(unsigned int depth)
{{
	volatile unsigned char scratch[{bytes}];

	scratch[depth] = 1;
	{body}
	return {more}scratch[depth]{" : 0" if depth else ")"};
}}

"""
    call = f"	if (waste({depth} + zero) == 99)\n		return;\n"
    return changed(folder, (TAKE, function + TAKE), (HERE, HERE + call))


def test_recursion_deeper_than_the_levels_is_a_problem(tmp_path: Path) -> None:
    found = use(waste(tmp_path, depth=20, bytes=32))
    assert (found.depth, found.deepest) == (21, "waste")
    assert any("waste is 21 deep, for 3 levels" in problem for problem in found.problems)
    assert found.written > use(port_source()).written


@pytest.mark.parametrize("compiler", COMPILERS)
def test_a_large_frame_is_a_problem(tmp_path: Path, compiler: str) -> None:
    found = use(waste(tmp_path, bytes=3000), compiler=compiler)
    assert any("the frame of waste" in one and "FRAME_WARN" in one for one in found.problems)
    assert not use(waste(tmp_path / "b", bytes=1000), compiler=compiler).problems


def test_a_frame_of_no_fixed_size_is_a_problem(tmp_path: Path) -> None:
    body = "volatile char more[depth + 10]; more[depth] = 1;"
    assert any("no fixed size" in one for one in use(waste(tmp_path, body=body)).problems)


def test_much_stack_is_a_problem_even_if_no_frame_is_large(tmp_path: Path) -> None:
    found = use(waste(tmp_path, depth=2, bytes=1900))
    assert found.depth == found.levels == 3
    assert any("bytes are written, of a stack of" in one for one in found.problems)
    assert any("order 63 to 0" in one for one in found.problems)


def test_more_written_than_the_frames_hold_is_a_problem() -> None:
    found = use(port_source())
    assert not found.problems
    assert replace(found, written=found.written + 100).problems


def test_a_compiler_that_is_missing_is_told() -> None:
    with pytest.raises(MeasureError, match="no-such-compiler is not installed"):
        use(port_source(), compiler="no-such-compiler")
