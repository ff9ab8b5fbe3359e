# SPDX-License-Identifier: GPL-2.0-or-later
"""Both suites on a handful of mutants: some that they kill, and some that they must not."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.kernel.source import port_source
from models.mutants.machine_made import cases, kernel_suite, suite
from models.mutants.machine_made.change import Change, changed
from models.mutants.machine_made.functions import of_source
from models.mutants.machine_made.kernel_suite import WAYS
from models.mutants.machine_made.objects import Alone
from models.mutants.machine_made.planting import Planted
from models.mutants.machine_made.suite import Prepared, Suites
from models.mutants.machine_made.where import place
from models.subject.implementation import examine
from models.sweep.families import Family
from models.sweep.sweep import quick_units
from tests import kernels

SOURCE = port_source()


def change(function: str, old: bytes, new: bytes) -> Change:
    """The first such text of a function of the port, changed."""
    one = of_source(SOURCE)[function]
    contents = (SOURCE.directory / one.file).read_bytes()
    start = contents.index(old, one.start, one.end)
    return changed(one, contents, start, start + len(old), new, "by hand")


WRONG = change("split_leaf", b"offset % new->slots", b"offset / new->slots")
LATE = change("split_here", b"xas_update(xas, node);", b";")
SAME = change("split_leaf", b"offset == canonical", b"canonical == offset")
HARMLESS = change("split_take", b"node->offset = 0;", b";")
"""Whoever takes such a node sets its offset, or it is a root."""


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """The first cases and a few histories at chunk shift 1."""
    one = examine(SOURCE, (1,))
    stages: list[tuple[str, list[cases.Block | cases.Histories]]] = [
        ("first cases at 1", [*cases.blocks(one, quick_units([1]))]),
        ("histories at 1", [cases.histories(one, 1, 10, 20, 1)]),
    ]
    return Prepared(SOURCE, one, stages, {}, None)


@pytest.fixture
def suites(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> Suites:
    monkeypatch.setattr(suite, "READERS", ())
    return Suites(prepared)


def test_the_compiler_tells_what_is_the_same() -> None:
    alone = Alone(SOURCE, of_source(SOURCE)["split_leaf"])
    had = alone.original()
    assert had is not None
    assert alone.changed(SAME) == had
    assert alone.changed(WRONG) not in (had, None)
    assert alone.changed(change("split_leaf", b"canonical", b"nothing")) is None


def test_an_assertion_left_out_is_no_mutant() -> None:
    alone = Alone(SOURCE, of_source(SOURCE)["split_take"])
    assert alone.changed(change("split_take", b"!node", b"node")) == alone.original()


@pytest.mark.parametrize("wrong", [WRONG, LATE], ids=lambda one: one.function)
def test_a_wrong_one_is_killed(suites: Suites, wrong: Change) -> None:
    fate = suites.fate(wrong)
    assert fate.ours.stage == "first cases at 1"
    assert fate.ours.told and fate.ours.seconds > 0
    assert fate.kernel is None and not fate.same


def test_one_that_does_not_end_is_told_so(suites: Suites) -> None:
    endless = change("split_set_marks", b"mark++", b"mark")
    fate = suites.fate(endless)
    assert fate.ours.killed and fate.ours.timed_out


@pytest.mark.parametrize("right", [SAME, HARMLESS], ids=lambda one: one.function)
def test_what_changes_nothing_survives(suites: Suites, right: Change) -> None:
    fate = suites.fate(right)
    assert not fate.ours.killed and fate.ours.differing == 0
    assert fate.same is (right is SAME)


def test_histories_kill_too(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "READERS", ())
    only = replace(prepared, stages=prepared.stages[1:])
    drawn = prepared.stages[1][1][0]
    assert isinstance(drawn, cases.Histories) and len(drawn.cases) >= 10
    assert Suites(only).fate(WRONG).ours.stage == "histories at 1"


def test_what_was_there_before_is_no_kill(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source that is wrong already: the same mistake again, in other words, kills nothing."""
    monkeypatch.setattr(suite, "READERS", ())
    wrong = Planted(SOURCE, LATE, tmp_path).source
    one = examine(wrong, (1,))
    had = Prepared(wrong, one, [("first cases at 1", [*cases.blocks(one, quick_units([1]))])],
                   {}, None)  # fmt: skip
    again = replace(HARMLESS, start=HARMLESS.start, end=HARMLESS.end)
    assert not Suites(had).fate(again).ours.killed
    assert Suites(had).fate(WRONG).ours.killed


def test_the_line_of_a_killed_one_is_ranked(suites: Suites) -> None:
    told = place(suites, LATE)
    assert told is not None and told.property.startswith("update")
    assert told.place is not None and told.coverage is not None
    assert 1 <= told.place <= told.lines and 1 <= told.coverage <= told.lines
    assert place(suites, HARMLESS) is None


@pytest.fixture(scope="module")
def kernel_test() -> Iterator[kernel_suite.Prepared]:
    """A kernel's own test of the split, and no other part of it: the others take a minute."""
    source = kernels.having(try_split=True).source
    test, parts = kernel_suite.cut(source)
    names = test.read_text().partition("xasplit_chosen()) check_split")[0]
    number = names.count("if (xasplit_chosen()) ")
    spent = tuple(0.01 for _ in range(parts))
    none: tuple[Counter[str], ...] = tuple(Counter() for _ in WAYS)
    yield kernel_suite.Prepared(test, parts, (spent,) * 3, none,
                                {"xas_split": frozenset({number})})  # fmt: skip


def test_the_kernels_own_test_kills_and_does_not(
    kernel_test: kernel_suite.Prepared, tmp_path: Path
) -> None:
    source = kernels.having(try_split=True).source
    one = of_source(source)["xas_split"]
    contents = (source.directory / one.file).read_bytes()
    marks = contents.index(b"node_set_marks(", one.start, one.end)
    end = contents.index(b";", marks)
    for number, (text, killed) in enumerate(((b"(void)0", False), (b"return", True))):
        folder = tmp_path / str(number)
        folder.mkdir()
        mutant = changed(one, contents, end + 1, end + 1, text + b";", "by hand")
        way, said = kernel_suite.kills(Planted(source, mutant, folder), kernel_test)
        assert bool(way) is killed and bool(said) is killed
    # What it never comes by it cannot tell.
    other = replace(mutant, function="xas_nothing")
    assert kernel_suite.kills(Planted(source, other, tmp_path / "other"), kernel_test) == ("", "")


@pytest.mark.parametrize(
    ("s", "function", "old", "new"),
    [
        (6, "split_horizontally", b"rcu_assign_pointer(node->slots[offset]",
         b"RCU_INIT_POINTER(node->slots[offset]"),
        (2, "split_leaf", b"xa_mk_sibling(canonical)", b"xa_mk_sibling(0)"),
    ],
    ids=["in the node", "in a new one"],
)  # fmt: skip
def test_the_first_cases_split_into_entries_of_several_slots(
    s: int, function: str, old: bytes, new: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite, "READERS", ())
    one = examine(SOURCE, (s,))
    units = [unit for unit in quick_units([s]) if unit.family is Family.SPLITS]
    had = Prepared(SOURCE, one, [("first", [*cases.blocks(one, units)])], {}, None)
    assert Suites(had).fate(change(function, old, new)).ours.stage == "first"
