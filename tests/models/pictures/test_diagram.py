# SPDX-License-Identifier: GPL-2.0-or-later
import time
from dataclasses import replace
from textwrap import dedent

import pytest
from hypothesis import given, settings

from models.pictures.boxes import WIDTH, Box, text
from models.pictures.diagram import boxes
from tests.models.pictured import PTR1, PTR2, V17, Node, picture, run
from tests.models.pictures.test_difference import SNAPSHOTS
from xarray_model.entries import mk_sibling, mk_value
from xarray_model.snapshot import MALFORMED, MALFORMED_NODE, ON_LRU, PARENT_RIGHT, Snapshot


def golden(drawing: str) -> str:
    return dedent(drawing).lstrip("\n")


def leaf(entry: int, s: int, **fields: int) -> Node:
    return Node(0, [entry] * (1 << s), fields=fields)


def test_an_entry_in_the_head() -> None:
    assert text(boxes(picture(2, PTR1, marks=1))) == golden("""
        array  chunk shift 2  marks 0  live nodes 0
        head -> ptr1
        """)


def test_a_node_with_siblings_marks_and_the_lru() -> None:
    node = Node(0, [*run(V17, 2), PTR1], marks=(0b001, 0, 0b101), fields={"flags": 3 | ON_LRU})
    assert text(boxes(picture(2, node))) == golden("""
        array  chunk shift 2  marks none  live nodes 1
        head -> root  shift 0  count 3  nr_values 2  on LRU
          [0]  v:17  marks 0,2
          [1]  sib->0
          [2]  ptr1  marks 2
          [3]  NULL
        """)


def test_runs_of_equal_entries_and_equal_subtrees_are_one_row() -> None:
    pairs = Node(0, [entry for first in (0, 2) for entry in run(PTR2, 2, first)])
    inner = Node(2, [leaf(V17, 2), leaf(V17, 2), pairs])
    assert text(boxes(picture(2, Node(4, [inner, inner])))) == golden("""
        array  chunk shift 2  marks none  live nodes 9
        head -> root  shift 4  count 2  nr_values 0
          [0..1]  2 x the same node  shift 2  offset 0..1  count 3  nr_values 0
            [0..1]  2 x the same node  shift 0  offset 0..1  count 4
                nr_values 4
              [0..3]  4 x v:17
            [2]  node  shift 0  offset 2  count 4  nr_values 0
              [0..3]  2 x [ptr2 + 1 sib]
            [3]  NULL
          [2..3]  NULL
        """)


def test_a_subtree_that_was_drawn_is_named() -> None:
    root = Node(2, [leaf(PTR1, 2), leaf(PTR2, 2), leaf(PTR1, 2)])
    assert "[2]  node  shift 0  offset 2  count 4  nr_values 0  as root.slot 0\n" in text(
        boxes(picture(2, root))
    )


def test_wrong_fields_are_told_without_a_second_snapshot() -> None:
    root = Node(2, [leaf(PTR1, 2, offset=3, flags=0), 0, 0, MALFORMED_NODE])
    broken = replace(picture(2, root), flags=MALFORMED, stray_lru=2)
    assert text(boxes(broken)) == golden("""
        array  chunk shift 2  marks none  live nodes 2  stray on LRU 2
            malformed
        head -> root  shift 2  count 2  nr_values 0
          [0]  node  shift 0  offset 3 (wrong)  count 4  nr_values 0
              parent wrong  array wrong
            [0..3]  4 x ptr1
          [1..2]  NULL
          [3]  node?
        """)


def test_nodes_that_all_have_the_same_wrong_offset_are_not_the_same_as_a_right_one() -> None:
    root = Node(2, [leaf(PTR1, 2, offset=0) for _ in range(4)])
    drawn = text(boxes(picture(2, root)))
    assert "[0]  node  shift 0  offset 0  count" in drawn
    assert "[1..3]  3 x the same node  shift 0  offset 0 (wrong)" in drawn


def test_siblings_that_are_wrong_stand_alone() -> None:
    node = Node(0, [PTR1, mk_sibling(2), mk_sibling(2), mk_sibling(0)])
    drawn = text(boxes(picture(2, node)))
    assert "[0]  ptr1\n  [1..2]  sib->2\n  [3]  sib->0\n" in drawn
    marked = Node(0, run(PTR1, 4), marks=(0b0100, 0, 0))
    assert "[2]  sib->0  marks 0\n" in text(boxes(picture(2, marked)))


def test_before_and_after_a_split() -> None:
    before = picture(2, Node(2, run(PTR1, 2)))
    after = picture(2, Node(2, [leaf(V17, 2, flags=7), leaf(V17, 2, flags=7)]))
    assert text(boxes(before, after), ["before", "after"]) == golden("""
        before                             | after
        ---------------------------------- | ----------------------------------
        array  chunk shift 2  marks none   | array  chunk shift 2  marks none
            live nodes 1                   !     !live nodes 3
        head -> root  shift 2  count 2     | head -> root  shift 2  count 2
            nr_values 0                    |     nr_values 0
          [0]  ptr1                        !   [0..1]  !2 x the same node
          [1]  sib->0                      |       shift 0  offset 0..1
                                           |       count 4  nr_values 4  on LRU
                                           |     [0..3]  4 x v:17
          [2..3]  NULL                     |   [2..3]  NULL
        """)


def test_what_differs_is_marked_and_nothing_else() -> None:
    expected = picture(1, Node(1, [Node(0, [V17, PTR1]), Node(0, [PTR1, PTR2])]))
    wrong = Node(0, [PTR1, PTR2], (0b01, 0, 0), {"nr_values": 255, "flags": PARENT_RIGHT | ON_LRU})
    actual = picture(1, Node(1, [Node(0, [V17, PTR1]), wrong]))
    assert text(boxes(expected, actual), ["expected", "actual"]) == golden("""
        expected                           | actual
        ---------------------------------- | ----------------------------------
        array  chunk shift 1  marks none   | array  chunk shift 1  marks none
            live nodes 3                   |     live nodes 3
        head -> root  shift 1  count 2     | head -> root  shift 1  count 2
            nr_values 0                    |     nr_values 0
          [0]  node  shift 0  offset 0     |   [0]  node  shift 0  offset 0
              count 2  nr_values 1         |       count 2  nr_values 1
            [0]  v:17                      |     [0]  v:17
            [1]  ptr1                      |     [1]  ptr1
          [1]  node  shift 0  offset 1     |   [1]  node  shift 0  offset 1
              count 2  nr_values 0         !       count 2  !nr_values 255
                                           !       !array wrong  !on LRU
            [0]  ptr1                      !     [0]  ptr1  !marks 0
            [1]  ptr2                      |     [1]  ptr2
        """)


def test_what_is_absent_in_the_second_is_said() -> None:
    on = picture(1, Node(0, [V17, V17], fields={"flags": 7}))
    off = picture(1, Node(0, [V17, V17]))
    assert "!not on LRU" in text(boxes(on, off))
    assert "!not on LRU" not in text(boxes(off, off))


def test_one_bad_node_among_equal_ones_is_drawn_by_itself() -> None:
    good = [leaf(PTR1, 4) for _ in range(16)]
    bad = list(good)
    bad[5] = leaf(PTR1, 4, count=15)
    drawn = text(boxes(picture(4, Node(4, list(good))), picture(4, Node(4, list(bad)))))
    right = [line.partition(" ! ")[2] for line in drawn.splitlines() if " ! " in line]
    assert [line.strip() for line in right] == ["!count 15  nr_values 0"]
    assert "[0..4]  5 x the same node" in drawn
    assert "[5]  node" in drawn
    assert "[6..15]  10 x the same node" in drawn


def test_beyond_the_limit_subtrees_are_counted() -> None:
    chain = [Node(2, [leaf(mk_value(4 * i + j), 2) for j in range(4)]) for i in range(4)]
    drawn = text(boxes(picture(2, Node(4, list(chain))), most_nodes=3))
    assert drawn.count("5 nodes, not drawn") == 3
    assert drawn.count("1 node, not drawn") == 3


def test_different_chunk_shifts_are_refused() -> None:
    with pytest.raises(ValueError, match="different chunk shifts"):
        boxes(picture(1, PTR1), picture(2, PTR1))


def test_a_gigabyte_in_4161_nodes_is_folded_in_less_than_a_second() -> None:
    inner = [Node(6, [leaf(PTR2, 6) for _ in range(64)]) for _ in range(64)]
    before = picture(6, Node(18, [PTR1]))
    after = picture(6, Node(18, [Node(12, list(inner))]))
    begin = time.process_time()
    drawn = text(boxes(before, after))
    assert time.process_time() - begin < 1
    assert "!live nodes 4,162" in drawn and "64 x ptr2" in drawn
    assert len(drawn.splitlines()) < 20
    assert max(map(len, drawn.splitlines())) <= WIDTH


def differs(box: Box) -> bool:
    labels = [*box.head, *(label for row in box.rows for label in row.labels)]
    return any(label.differs for label in labels) or any(
        differs(row.below) for row in box.rows if row.below is not None
    )


@settings(max_examples=200)
@given(SNAPSHOTS, SNAPSHOTS)
def test_any_two_snapshots_can_be_drawn(one: Snapshot, two: Snapshot) -> None:
    """Also those of no array at all.  A snapshot does not differ from itself."""
    assert text(boxes(one, two), ["expected", "actual"])
    first, second = boxes(one, one)
    assert not differs(first) and not differs(second)


def test_a_changed_field_anywhere_is_marked() -> None:
    sound = picture(1, Node(1, [Node(0, [V17, PTR1]), Node(0, [PTR1, PTR2])]))
    for place, node in enumerate(sound.nodes):
        for change in (
            {"shift": 3},
            {"count": 9},
            {"nr_values": 9},
            {"flags": 0},
            {"flags": 7},
            {"marks": (0, 2, 0)},
            {"slots": (MALFORMED_NODE, 0)},
        ):
            changed = replace(node, **change)
            nodes = (*sound.nodes[:place], changed, *sound.nodes[place + 1 :])
            assert differs(boxes(sound, replace(sound, nodes=nodes))[1]), (place, change)


def test_deep_trees_keep_their_columns() -> None:
    """The index at the top of a tree of 20 levels, in which one leaf differs."""
    node = Node(0, [V17, PTR1])
    other = Node(0, [V17, PTR2])
    for level in range(1, 20):
        node, other = (Node(level, [0, each]) for each in (node, other))
    lines = text(boxes(picture(1, node), picture(1, other)), ("expected", "actual")).splitlines()
    places = {max(line.find(" | "), line.find(" ! ")) for line in lines[2:]}
    assert len(places) == 1 and max(map(len, lines)) <= WIDTH
