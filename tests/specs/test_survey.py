# SPDX-License-Identifier: GPL-2.0-or-later

from dataclasses import replace

import pytest

from specs.survey import ROOT, Place, Survey
from specs.view import View
from tests.specs.builder import Tree, snapshot
from xarray_model.entries import mk_node
from xarray_model.snapshot import Snapshot

TREE = snapshot(2, Tree(4, {1: Tree(2, {3: Tree(0, {0: 0x1000})}), 2: Tree(2, {0: 0x2000})}))


def test_places() -> None:
    survey = Survey(TREE)
    assert survey.whole
    assert survey.parents == [ROOT, 0, 1, 0]
    assert [survey.path(n) for n in (ROOT, 0, 1, 2, 3)] == [
        "head",
        "root",
        "root/1",
        "root/1/3",
        "root/2",
    ]
    assert survey.places() == {Place(0, 4): 0, Place(16, 2): 1, Place(28, 0): 2, Place(32, 2): 3}


def test_contents_do_not_depend_on_ordinals() -> None:
    other = snapshot(2, Tree(4, {2: Tree(2, {0: 0x2000}), 3: 0x3000}))
    survey = Survey(other)
    assert survey.contents()[Place(32, 2)] == Survey(TREE).contents()[Place(32, 2)]
    assert survey.contents()[Place(0, 4)].slots == (0, 0, mk_node(0), 0x3000)


def test_view_keeps_what_it_derives() -> None:
    data = TREE.encode()
    view = View.of_bytes(data)
    assert view.data is data
    assert View(view.snapshot).data == data
    assert view.abstract is view.abstract
    assert view.faults == []
    assert view.places == view.survey.places()
    assert view.contents == view.survey.contents()


def test_view_of_no_array() -> None:
    broken = snapshot(2, Tree(0, {}, {}, {"slots": (mk_node(7), 0, 0, 0)}))
    assert View(broken).abstract is None


@pytest.mark.parametrize(
    "odd",
    [
        replace(TREE, flags=4),
        replace(TREE, marks=8),
        snapshot(2, Tree(0, {1: 0x1000}, {}, {"offset": 1})),
        snapshot(2, Tree(0, {1: 0x1000}, {}, {"flags": 11})),
        snapshot(2, Tree(0, {1: 0x1000}, {}, {"marks": (0, 16, 0)})),
    ],
)
def test_bits_without_a_meaning(odd: Snapshot) -> None:
    with pytest.raises(ValueError, match="no meaning"):
        View.of_bytes(odd.encode())


def test_padding_is_zero() -> None:
    data = bytearray(TREE.encode())
    data[3] = 64
    with pytest.raises(ValueError, match="no meaning"):
        View.of_bytes(bytes(data))
