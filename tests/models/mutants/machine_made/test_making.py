# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from models.kernel.source import port_source
from models.mutants.machine_made.change import Change
from models.mutants.machine_made.functions import functions
from models.mutants.machine_made.making import NoFunction, changes, chosen
from models.mutants.machine_made.operators import by_operators
from models.mutants.machine_made.rules import by_rules

TEXT = b"""\
/* What is told here is no code: a + b. */
static void link(struct cursor *xas, struct node *node, void *a)
{
	unsigned int slot = first(xas, node) + 1; /* 1 < 2 */

	node->count = 1;
	rcu_assign_pointer(node->slots[slot], a);
	rcu_assign_pointer(node->parent, a);
	xas_update(xas, node);
}
"""
(LINK,) = functions("lib/a.c", TEXT)


def after(change: Change) -> list[str]:
    """The lines that a change makes others."""
    before, text = (one.decode().splitlines() for one in (TEXT, change.applied(TEXT)))
    assert len(before) == len(text)
    return [now.strip() for had, now in zip(before, text, strict=True) if had != now]


def by(rule: str) -> list[list[str]]:
    return [after(one) for one in by_operators(LINK, TEXT) if one.rule == rule]


def test_rules_change_operators_constants_and_statements() -> None:
    made = [line for one in by_rules(LINK, TEXT) for line in after(one)]
    assert "unsigned int slot = first(xas, node) - 1;" in "\n".join(made)
    assert "node->count = 0;" in made
    assert any(line.startswith("/*node->count") for line in made)
    assert not any("2 < 1" in line or "a - b" in line for line in made)


def test_publications_are_weakened_made_plain_and_swapped() -> None:
    assert ["RCU_INIT_POINTER(node->slots[slot], a);"] in by("weaken a release store")
    assert ["node->parent = a;"] in by("plain store for a marked one")
    assert ["WRITE_ONCE(node->count, 1);"] in by("marked store for a plain one")
    swapped = ["rcu_assign_pointer(node->parent, a);", "rcu_assign_pointer(node->slots[slot], a);"]
    assert by("swap two publications") == [swapped]


def test_the_callback_is_dropped_and_moved() -> None:
    assert [";"] in by("leave a statement out")
    early = ["xas_update(xas, node);", "rcu_assign_pointer(node->parent, a);"]
    assert early in by("move a publication or callback")
    (front,) = by("move the callback to the front")
    assert front[0] == "xas_update(xas, node); node->count = 1;"


def test_arguments_are_swapped() -> None:
    lines = [line for one in by("swap two arguments") for line in one]
    assert any("first(node, xas)" in line for line in lines)
    assert any("rcu_assign_pointer(a, node->parent)" in line for line in lines)


def test_a_name_depends_on_its_function_alone() -> None:
    text = b"int before;\n\n" + TEXT
    (moved,) = functions("lib/a.c", text)
    names = [one.name for one in by_operators(LINK, TEXT)]
    assert [one.name for one in by_operators(moved, text)] == names
    assert len(set(names)) > 15


def test_the_port_has_mutants_each_by_its_own_name() -> None:
    source = port_source()
    made = changes(source, ["split_leaf", "xas_try_split_min_order"])
    assert len({one.name for one in made}) == len(made) > 100
    assert not any(one.offset == 0 for one in made)
    with pytest.raises(NoFunction, match="no function nothing"):
        changes(source, ["nothing"])
    with pytest.raises(NoFunction, match="no function neither or nor"):
        chosen(source, ["neither", "nor"])
    assert "xas_load" not in chosen(source, ["xas_split"], without=["xas_load"])
