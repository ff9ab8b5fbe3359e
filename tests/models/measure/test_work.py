# SPDX-License-Identifier: GPL-2.0-or-later
"""The counts of stores and instructions, each with a port that does otherwise."""

import shutil
from pathlib import Path

import pytest

from models.kernel.source import Source, port_source
from models.measure import costs, work
from models.measure.programs import Item, MeasureError, Way
from models.measure.work import Work
from tests.models.measure.changed import changed
from tests.tools import needs
from tests.xarray_model.support import OTHER_POINTER, POINTER, World
from xarray_model.array import XArray
from xarray_model.journal import Field
from xarray_model.node import Node

SLOT = "			RCU_INIT_POINTER(node->slots[offset], new->entry);\n"
LINK = "		rcu_assign_pointer(node->slots[offset], xa_mk_node(child));\n"
ALLOC = (
    "			xas_put_spare(xas, node);\n		} else {\n"
    "			xas_set_err(xas, -ENOMEM);\n			xas_destroy(xas);\n"
)
SERIES = Item(Way.AT_ONCE, 18, 0)


def counted(source: Source, item: Item, s: int = 2) -> Work:
    found = work.count(source, s, [item])[item]
    assert isinstance(found, Work), found
    return found


@pytest.fixture(scope="module")
def port() -> Work:
    return counted(port_source(), Item(Way.AT_ONCE, 5, 0))


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize("s", [6, 4])
def test_every_way_takes_what_is_computed(s: int, way: Way) -> None:
    for order in (9, 13, 18):
        found = counted(port_source(), Item(way, order, 0), s)
        cost = costs.way_cost(way, order, 0, s)
        assert (found.calls, found.nodes, found.peak, found.left) == (
            cost.calls,
            cost.nodes,
            cost.peak,
            0,
        )


def test_each_new_node_is_filled_before_it_is_linked() -> None:
    found = counted(port_source(), SERIES, 6)
    locked = found.under_lock
    assert locked.unlinked["slot"] == 64 * 4161
    assert (locked.publications, locked.callbacks, locked.to_linked) == (1, 4162, 1)
    assert locked.linked == {"header": 1, "parent": 0, "slot": 0, "mark": 0, "list": 0}
    assert found.alloc.unlinked["parent"] == found.alloc.cursor == 4161
    waits = locked.unlinked["mark"] + 1
    assert locked.movable == locked.filling - waits > 64 * 4161


@pytest.mark.parametrize("order", [3, 4, 5])
def test_the_model_stores_as_many_slots_and_publishes_as_often(order: int) -> None:
    world = World(2)
    world.store(0, POINTER, order)
    stores = world.array.journal.start()
    world.split(0, order, 0, OTHER_POINTER, "iterative")
    slots = [one for one in stores if one.field is Field.SLOT]
    found = counted(port_source(), Item(Way.AT_ONCE, order, 0)).under_lock
    assert found.publications == sum(one.release for one in slots)
    assert found.unlinked["slot"] == sum(not one.release for one in slots)
    reported = [one.owner for one in stores if one.field is Field.COUNT]
    assert all(isinstance(one, Node) and not isinstance(one, XArray) for one in reported)
    assert found.callbacks == len(reported) + 1


def test_a_slot_stored_twice_counts_twice(tmp_path: Path, port: Work) -> None:
    twice = counted(changed(tmp_path, (SLOT, SLOT + SLOT)), port.item)
    leaves = 8
    assert twice.under_lock.filling == port.under_lock.filling + 4 * leaves
    assert twice.under_lock.movable == port.under_lock.movable + 4 * leaves
    assert twice.under_lock.visible == port.under_lock.visible


def test_stores_after_linking_are_told_apart(tmp_path: Path, port: Work) -> None:
    late = LINK + "		RCU_INIT_POINTER(child->slots[0], child->slots[0]);\n"
    found = counted(changed(tmp_path, (LINK, late)), port.item).under_lock
    assert found.linked["slot"] == 2
    assert found.visible == port.under_lock.visible + 2
    assert found.filling == port.under_lock.filling


def test_a_plain_store_links_too_and_is_no_publication(tmp_path: Path, port: Work) -> None:
    plain = LINK.replace("rcu_assign_pointer", "RCU_INIT_POINTER")
    late = "		RCU_INIT_POINTER(child->slots[0], child->slots[0]);\n"
    found = counted(changed(tmp_path, (LINK, plain + late)), port.item).under_lock
    assert (found.publications, found.linked["slot"]) == (0, 4)


def test_another_publication_counts(tmp_path: Path, port: Work) -> None:
    found = counted(changed(tmp_path, (LINK, LINK + LINK)), port.item).under_lock
    assert found.publications == port.under_lock.publications + 2 == 4


def test_filling_while_allocating_is_no_work_under_the_lock(tmp_path: Path, port: Work) -> None:
    fill = "		for (int i = 0; i < 4; i++)\n"
    fill += "			RCU_INIT_POINTER(node->slots[i], entry);\n"
    found = counted(changed(tmp_path, (ALLOC, fill + ALLOC)), port.item)
    assert found.alloc.unlinked["slot"] == 4 * found.nodes
    assert port.alloc.unlinked["slot"] == 0
    assert found.under_lock == port.under_lock


def test_a_node_too_many_is_left_and_raises_the_peak(tmp_path: Path, port: Work) -> None:
    loop = "	for (unsigned long nodes = split_nodes(order, xas->xa_shift); nodes; nodes--)"
    found = counted(changed(tmp_path, (loop, loop.replace("; nodes;", " + 1; nodes;"))), port.item)
    assert (found.nodes, found.left, found.peak) == (port.nodes + 1, 1, port.peak + 1)


def test_a_split_that_is_refused_or_wrong_is_not_measured(tmp_path: Path) -> None:
    item = Item(Way.AT_ONCE, 4, 0)
    head = "	(void)entry;\n"
    refusing = changed(
        tmp_path / "a", (head, head + "	xas_set_err(xas, -ENOMEM);\n	return;\n")
    )
    assert work.count(refusing, 2, [item])[item] == "it refuses with ENOMEM"
    wrong = changed(
        tmp_path / "b",
        ("	if (xas_is_node(xas))\n		split_here", "	if (0)\n		split_here"),
    )
    found = work.count(wrong, 2, [item])[item]
    assert isinstance(found, str) and "goes wrong" in found


@needs("valgrind")
def test_instructions_of_work_that_is_added_are_counted(tmp_path: Path) -> None:
    items = [Item(Way.AT_ONCE, 3, 0), Item(Way.AT_ONCE, 5, 0)]
    port = work.instructions(port_source(), 2, items)
    nops = '	__asm__ volatile(".rept 100; nop; .endr");\n'
    place = "	const void *old = xas_load(xas);\n\n	/* An entry"
    split = work.instructions(changed(tmp_path / "a", (place, nops + place)), 2, items)
    alloc = work.instructions(changed(tmp_path / "b", ("	(void)entry;\n", nops)), 2, items)
    for item in items:
        assert split[item].split - port[item].split == 100
        assert split[item].alloc == port[item].alloc
        assert alloc[item].alloc - port[item].alloc == 100
        assert alloc[item].split == port[item].split
    assert port[items[1]].split > 3 * port[items[0]].split


def test_without_valgrind_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(MeasureError, match="valgrind is not installed"):
        work.instructions(port_source(), 2, [Item(Way.AT_ONCE, 3, 0)])
