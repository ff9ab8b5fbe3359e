# SPDX-License-Identifier: GPL-2.0-or-later
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pictures.difference import DEEPEST, Difference, differences, explain, links
from tests.models.pictured import PTR1, PTR2, V17, Node, picture, run
from xarray_model.entries import mk_node
from xarray_model.snapshot import (
    MALFORMED,
    MALFORMED_NODE,
    ON_LRU,
    PARENT_RIGHT,
    NodePicture,
    Snapshot,
)


def tree(**fields: int) -> Snapshot:
    """Two levels at chunk shift 1; ``fields`` go to the node at root.slot 1."""
    return picture(1, Node(1, [Node(0, [V17, V17]), Node(0, [PTR1, PTR2], fields=fields)]))


def test_equal_snapshots_have_no_difference() -> None:
    assert differences(tree(), tree()) == []
    assert explain(tree(), tree()) == []


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"shift": 1}, "root.slot 1: shift: expected 0, actual 1"),
        ({"offset": 0}, "root.slot 1: offset: expected 1, actual 0"),
        ({"count": 1}, "root.slot 1: count: expected 2, actual 1"),
        ({"nr_values": 253}, "root.slot 1: nr_values: expected 0, actual 253"),
        ({"flags": 3 | ON_LRU}, "root.slot 1: LRU: expected not on it, actual on it"),
        ({"flags": 2}, "root.slot 1: parent: expected right, actual wrong"),
        ({"flags": PARENT_RIGHT}, "root.slot 1: array: expected right, actual wrong"),
        ({"flags": 3 | 64}, "root.slot 1: flags: expected 0x3, actual 0x43"),
    ],
)
def test_a_field_of_a_node(fields: dict[str, int], line: str) -> None:
    assert explain(tree(), tree(**fields)) == [line]


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ({"marks": 5}, "array: marks: expected none, actual 0,2"),
        ({"flags": MALFORMED}, "array: flags: expected well-formed, actual malformed"),
        ({"live_nodes": 4}, "array: live nodes: expected 3, actual 4"),
        ({"stray_lru": 1}, "array: stray nodes on the LRU: expected 0, actual 1"),
    ],
)
def test_a_field_of_the_array(field: dict[str, Any], line: str) -> None:
    assert explain(tree(), replace(tree(), **field)) == [line]


def test_marks_are_told_by_their_slots() -> None:
    one = picture(3, Node(0, [PTR1] * 8, marks=(0b10110001, 0, 0)))
    two = picture(3, Node(0, [PTR1] * 8))
    assert explain(one, two) == ["root: mark 0: expected on slots 0,4..5,7, actual on no slot"]


def test_a_missing_subtree_is_one_difference() -> None:
    deep = picture(1, Node(2, [Node(1, [Node(0, [V17, V17])]), PTR1]), live=1)
    flat = picture(1, Node(2, [V17, PTR1], fields={"nr_values": 0}), live=1)
    assert explain(deep, flat) == [
        "root: slot 0: expected a node of shift 1 with 1 below it, actual v:17"
    ]


def test_the_head() -> None:
    assert explain(picture(2, PTR1), picture(2, 0)) == ["array: head: expected ptr1, actual NULL"]
    assert differences(picture(2, PTR1, live=1), picture(2, Node(0, [PTR1])))[0] == Difference(
        "array", "head", "ptr1", "a node of shift 0"
    )


def test_chunk_shifts_that_differ_are_all_that_is_told() -> None:
    assert explain(picture(2, PTR1), picture(3, 0)) == ["array: chunk shift: expected 2, actual 3"]


def test_a_node_pointer_that_leads_nowhere() -> None:
    root, *rest = tree().nodes
    broken = replace(tree(), nodes=(replace(root, slots=(mk_node(1), MALFORMED_NODE)), *rest))
    lines = explain(tree(), broken)
    assert lines[0] == "root: slot 1: expected a node of shift 0, actual node?"
    assert lines[1].startswith("array: node 2 without a link to it: expected none, actual ")


def test_nodes_that_are_only_numbered_otherwise() -> None:
    """No driver writes this, but the bytes differ, so something must be told."""
    root, one, two = tree().nodes
    swapped = replace(root, slots=(mk_node(2), mk_node(1)))
    lines = explain(tree(), replace(tree(), nodes=(swapped, two, one)))
    assert [line.partition(": expected")[0] for line in lines] == [
        "node 0: numbering",
        "node 1: numbering",
        "node 2: numbering",
    ]


def test_a_long_list_is_cut_and_says_so() -> None:
    one = picture(3, Node(0, [PTR1] * 8))
    two = picture(3, Node(0, [PTR2] * 8))
    assert len(differences(one, two)) == 8
    assert explain(one, two, limit=2) == [
        "root: slot 0: expected ptr1, actual ptr2",
        "root: slot 1: expected ptr1, actual ptr2",
        "and 6 more differences",
    ]


def test_links_never_form_a_cycle() -> None:
    """Nodes that lead to themselves, back, twice to the same node, and out of the snapshot."""
    node = NodePicture(0, 0, 0, 0, 3, (0, 0, 0), (mk_node(0), mk_node(1)))
    far = replace(node, slots=(mk_node(1), mk_node(9)))
    assert links(Snapshot(1, 0, 0, 2, 0, mk_node(0), (node, far))) == (0, [{1: 1}, {}])
    assert links(Snapshot(1, 0, 0, 2, 0, mk_node(2), (node, far)))[0] is None


def test_a_chain_is_followed_only_as_deep_as_an_array_can_be() -> None:
    nodes = tuple(
        NodePicture(0, 0, 1, 0, 3, (0, 0, 0), (mk_node(i + 1), 0)) for i in range(3 * DEEPEST)
    )
    chain = Snapshot(1, 0, 0, len(nodes), 0, mk_node(0), nodes)
    assert sum(map(len, links(chain)[1])) == DEEPEST - 1


SMALL = st.integers(0, 3)
WORD = st.one_of(
    st.sampled_from([0, PTR1, V17, 2, 6, MALFORMED_NODE]), st.integers(0, 5).map(mk_node)
)
NODES = st.builds(
    NodePicture,
    shift=SMALL,
    offset=SMALL,
    count=SMALL,
    nr_values=SMALL,
    flags=st.integers(0, 15),
    marks=st.tuples(SMALL, SMALL, SMALL),
    slots=st.tuples(WORD, WORD),
)
SNAPSHOTS = st.builds(
    Snapshot,
    chunk_shift=st.just(1),
    marks=SMALL,
    flags=SMALL,
    live_nodes=SMALL,
    stray_lru=SMALL,
    head=WORD,
    nodes=st.lists(NODES, max_size=5).map(tuple),
)


@settings(max_examples=300)
@given(SNAPSHOTS, SNAPSHOTS, st.data())
def test_snapshots_differ_exactly_when_a_difference_is_told(
    one: Snapshot, two: Snapshot, data: st.DataObject
) -> None:
    """Also for snapshots of no array at all, and for two that differ in one place only."""
    assert differences(one, one) == []
    near = one
    if one.nodes:
        place = data.draw(st.integers(0, len(one.nodes) - 1))
        node = one.nodes[place]
        field = data.draw(st.sampled_from(["shift", "offset", "count", "nr_values", "flags"]))
        change: dict[str, Any] = {field: data.draw(SMALL)}
        changed = replace(node, **change)
        near = replace(one, nodes=(*one.nodes[:place], changed, *one.nodes[place + 1 :]))
    for other in (two, near):
        found = differences(one, other)
        assert bool(found) == (one != other)
        assert all(difference.expected != difference.actual for difference in found)


def test_a_change_in_each_of_4161_nodes_is_found_in_less_than_a_second() -> None:
    def leaf() -> Node:
        return Node(0, run(PTR1, 64))

    inner = [Node(6, [leaf() for _ in range(64)]) for _ in range(64)]
    large = picture(6, Node(18, [Node(12, list(inner))]))
    changed = replace(large, nodes=tuple(replace(node, nr_values=9) for node in large.nodes))
    begin = time.process_time()
    assert len(differences(large, changed)) == 4162
    assert time.process_time() - begin < 1
