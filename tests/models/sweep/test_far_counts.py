# SPDX-License-Identifier: GPL-2.0-or-later
import struct

import pytest

from models.case.reference import run_case
from models.driver.worker import Worker
from models.mutants.mutant import Mutant
from models.mutants.run import mutated, port
from models.subject.implementation import Implementation
from models.sweep import count_cases, far_counts
from models.sweep.count_cases import CountGroup
from models.sweep.families import Family
from models.sweep.sweep import Unit, run_unit
from xarray_model import geometry
from xarray_model.geometry import CHUNK_SHIFTS

_LOOP = "for (unsigned long nodes = split_nodes(order, xas->xa_shift); nodes; nodes--) {"
_COUNT = "unsigned long nodes = 0;"


@pytest.mark.parametrize("s", CHUNK_SHIFTS)
def test_what_is_not_counted_with_nodes_of_their_own_is_counted_here(s: int) -> None:
    far = {(one.order, one.new_order): one for one in far_counts.groups(s, 63, 0)}
    near = {
        (one.order, one.new_order)
        for one in count_cases.groups(s, 63, 0)
        if one.granted == geometry.split_nodes(one.order, one.new_order, s)
    }
    assert not near & far.keys()
    assert near | far.keys() == {(high, low) for high in range(1, 64) for low in range(high + 1)}
    for pair, one in far.items():
        need = geometry.split_nodes(*pair, s)
        assert one.repeating and one.granted <= far_counts.FARTHEST
        assert one.granted == need or one.granted >= far_counts.AT_LEAST
    ended, pairs = far_counts.followed(s)
    far_ended = sum(one.granted >= geometry.split_nodes(*pair, s) for pair, one in far.items())
    assert (ended, pairs) == (len(near) + far_ended, len(near) + len(far))
    assert far_counts.CASES.group_at(s, 63, 0, 5) == list(far.values())[5]


@pytest.mark.parametrize(("s", "order"), [(5, 37), (6, 38)])
def test_a_count_that_wraps_in_32_bits_is_followed_as_far_as_that(s: int, order: int) -> None:
    wrapped = geometry.split_nodes(order, 0, s) % (1 << 32)
    assert far_counts.granted(s, order, 0) == wrapped < far_counts.FARTHEST


def test_the_model_says_what_a_count_comes_to() -> None:
    for granted, expected in ((584, 585), (585, 585), (9, 10)):
        group = CountGroup(3, 12, 0, granted, repeating=True)
        error, requests, warnings = struct.unpack_from(
            "<3Q", run_case(group.operations(), 3).results
        )
        assert (bool(error), requests, warnings) == (granted < 585, expected, 0)


def counted(one: Implementation, group: CountGroup) -> tuple[int, int]:
    """Requests and warnings."""
    with Worker(one.executables[group.chunk_shift]) as worker:
        result = worker.run(group.encoded(group.starts()))
    assert not result.abnormal
    _, requests, warnings = struct.unpack_from("<3Q", result.results)
    return requests, warnings


def test_millions_of_requests_take_the_memory_of_a_few() -> None:
    need = geometry.split_nodes(21, 0, 1)
    assert counted(port(1), CountGroup(1, 21, 0, need, repeating=True)) == (need, 0)
    assert counted(port(1), CountGroup(1, 63, 0, 1_000_000, repeating=True)) == (1_000_001, 0)


def sweep(one: Implementation, s: int, order: int) -> tuple[dict[str, str], int, int]:
    """What a sweep of the counts to this order finds, the cases run, and all."""
    result = run_unit(Unit(s, order, 0, family=Family.FAR_COUNTS), [one])
    (coverage,) = result.coverage.values()
    found = {one.smallest.property: one.smallest.detail for one in result.findings.sorted()}
    return found, coverage.covered, coverage.total


def planted(text: str, replacement: str) -> Implementation:
    """The port at chunk shift 1 with one change of its split."""
    change = ("lib/xarray_split.c", text, replacement)
    return mutated(Mutant("planted", "planted", *change, (), chunk_shift=1))


def test_a_wrong_count_is_told_with_both_numbers() -> None:
    found, covered, total = sweep(planted(_COUNT, "unsigned short nodes = 0;"), 1, 18)
    assert covered == total
    assert found == {"split-requests": "the code asks for 65,535, 131,071 are needed"}


def test_one_too_many_is_told_far_out() -> None:
    more = _LOOP.replace("xas->xa_shift);", "xas->xa_shift) + (order == 18);")
    found, _, _ = sweep(planted(_LOOP, more), 1, 18)
    assert found["split-requests"] == "the code asks for at least 262,144, 262,143 are needed"


FOLLOWS = _LOOP.replace(
    "nodes; nodes--",
    "({ unsigned long held = 0;"
    " for (struct xa_node *n = xas->xa_alloc; n && held < nodes; n = n->parent) held++;"
    " held < nodes; });",
)
"""Asks until the chain on the cursor is as long as it has to be."""
FREES = _LOOP + "\n\t\tif (nodes == 5000)\n\t\t\txas_destroy(xas);"
CRASHES = _LOOP + "\n\t\tif (order > 13 && nodes == 5000)\n\t\t\t*(volatile int *)8 = 0;"


@pytest.mark.parametrize("loop", [FOLLOWS, FREES, CRASHES])
def test_what_breaks_where_nodes_come_again_is_no_finding(loop: str) -> None:
    one = planted(_LOOP, loop)
    found, covered, total = sweep(one, 1, 15)
    assert not found
    assert covered < total
    found, covered, total = sweep(one, 1, 8)
    assert not found
    assert total > 0 and covered == (0 if loop is FOLLOWS else total)
