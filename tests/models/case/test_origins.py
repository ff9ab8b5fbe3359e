# SPDX-License-Identifier: GPL-2.0-or-later
"""Where findings come from, on small trees made of the port, with defects in several patches."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.case import origins
from models.case.before import Before
from models.case.finding import AGREES, Finding
from models.case.origins import Placed, Shown, along, place
from models.case.replay import Replay
from models.kernel.series import apply_series
from models.kernel.source import Lineage, Source, Step, open_source, port_source
from models.subject.build import BuildError
from models.subject.implementation import Implementation, examine
from models.sweep.sweep import Unit, run_unit
from specs.origin import Origin
from tests.kernel_tree import change, git, mailbox
from xarray_model.operations import Code, Operation

COUNT = "	unsigned long nodes = 0;\n"
MARK = """\
	for (xa_mark_t mark = XA_MARK_0; mark <= XA_MARK_MAX; mark++)
		if (new->marks[mark])
"""
VALUES = "		if (xa_is_value(entry))\n			values += slots;\n"


def found(one: Implementation, unit: Unit) -> dict[str, Finding]:
    """The smallest case of each property that breaks, and was not there before if there is one."""
    breaches = run_unit(unit, [one]).findings.sorted()
    breaches.sort(key=lambda breach: not breach.smallest.before)
    return {breach.smallest.property: breach.smallest for breach in breaches}


@pytest.fixture
def series(tree: Path, tmp_path: Path) -> Iterator[Implementation]:
    """The base loses a mark; patch 1 is right, 2 counts a node too many, 3 changes the test only, 4
    does not compile, 5 repairs that and forgets values."""
    change(tree, "lib/xarray.c", MARK, MARK.replace("<= XA_MARK_MAX", "< XA_MARK_MAX"))
    git(tree, "tag", "--force", "base")
    change(tree, "lib/xarray.c", COUNT, f"{COUNT}	/* one */\n", "XArray: right")
    change(tree, "lib/xarray.c", "	/* one */\n", "	nodes = 1;\n", "XArray: one too many")
    change(tree, "lib/test_xarray.c", "tests_run++;", "tests_run += 1;", "XArray: test")
    change(tree, "lib/xarray.c", VALUES, "		values += ;\n", "XArray: broken off")
    change(tree, "lib/xarray.c", "		values += ;\n", "", "XArray: no values")
    made = apply_series(tree, None, [mailbox(tree, tmp_path / "box")]).source
    yield examine(made, (2,))


def test_each_finding_has_its_patch_and_what_was_there_before_has_none(
    series: Implementation,
) -> None:
    told = found(series, Unit(2, 3, 2))
    assert told["split-marks"].before
    assert place(series, told["split-marks"]) == Placed(Origin.BEFORE)
    count = place(series, told["split-requests"])
    assert count == Placed(Origin.NEW, ("patch 2 of 5",), "[PATCH 2/5] XArray: one too many")
    values = place(series, told["node-nr-values"])
    assert values is not None and values.origin is Origin.NEW
    assert values.since == ("patch 4 of 5", "patch 5 of 5")
    assert "does not compile" in values.reason and "lib/xarray.c:" in values.reason
    assert str(count) == "new with patch 2 of 5"


def test_what_breaks_otherwise_was_made_worse(tree: Path, tmp_path: Path) -> None:
    change(tree, "lib/xarray.c", COUNT, f"{COUNT}	nodes = 1;\n")
    git(tree, "tag", "--force", "base")
    change(tree, "lib/xarray.c", "	nodes = 1;\n", "	nodes = 2;\n", "XArray: more")
    one = examine(apply_series(tree, None, [mailbox(tree, tmp_path / "box")]).source, (2,))
    told = found(one, Unit(2, 2, 1))["split-requests"]
    assert not told.before
    assert place(one, told) == Placed(Origin.WORSE, ("patch 1 of 1",), "[PATCH 1/1] XArray: more")


def test_what_is_wrong_elsewhere_for_another_reason_is_not_the_same(
    tree: Path, tmp_path: Path
) -> None:
    leaf, less = "		node->nr_values = XA_CHUNK_SIZE;\n", "		node->nr_values = 0;\n"
    split = "		split_vertically(xas, node, first, last, &new);\n"
    change(tree, "lib/xarray.c", leaf, less, "XArray: leaves")
    more = f"{split}		values += xa_is_value(entry);\n"
    change(tree, "lib/xarray.c", split, more, "XArray: the split node")
    change(tree, "lib/xarray.c", less, leaf, "XArray: leaves again")
    one = examine(apply_series(tree, None, [mailbox(tree, tmp_path / "box")]).source, (1,))
    told = found(one, Unit(1, 2, 0))["node-nr-values"]
    placed = place(one, told)
    assert placed is not None and placed.since == ("patch 2 of 3",)


def test_without_a_base_nothing_has_an_origin() -> None:
    one = examine(port_source(), (2,))
    with Before(one, 2) as before:
        assert before.marked([], b"", []) == []
    assert one.source.lineage is None


@pytest.mark.parametrize(
    ("shows", "told"),
    [
        ([0, 0, 0], "new with 3"),
        ([0, 4, 4], "new with 1"),
        ([0, 3, 3], "new with 1"),
        ([0, 4, 0], "new with 3"),  # repaired in between
        ([0, None, 4], "new with 1 or 2: 1 does not compile"),
        ([0, None, 0], "new with 3"),
        ([3, 3, 4], "made worse with 2"),
        ([2, 2, 3], "made worse with 2"),
        ([None, 0, 0], "cannot be told: the base does not compile: 0 does not compile"),
        ([1, 0, 0], "cannot be told: the base goes wrong in this case before it comes to that"),
    ],
)
def test_with_which_step_something_came(shows: list[int | None], told: str) -> None:
    bare = port_source()
    sources = [Source(str(n), "", bare.directory, (), {str(n): ""}, bare.capabilities) for n in
               range(3)]  # fmt: skip
    steps = [Step(str(n), "", sources[n] if n < 3 else None) for n in (1, 2, 3)]

    def ask(source: Source) -> Shown:
        shown = shows[int(source.name)]
        if shown is None:
            raise BuildError(f"{source.name} does not compile")
        return Shown(shown)

    assert str(along(Lineage(sources[0], tuple(steps)), ask)) == told


def test_nothing_changed_is_there_before(tree: Path) -> None:
    lineage = Lineage(open_source(tree), ())
    assert along(lineage, lambda _: Shown.SAME).origin is Origin.BEFORE


def test_prefixes_are_taken_to_deviate_as_the_whole_does(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a finding shows beside known deviations alone, each prefix is asked with those of the
    whole series."""
    change(tree, "lib/xarray.c", COUNT, f"{COUNT}	/* one */\n", "XArray: one")
    one = examine(apply_series(tree, None, [mailbox(tree, tmp_path / "box")]).source, (2,))
    told = Finding("series", 2, *AGREES, "", 0, (Operation(Code.SNAPSHOT),), b"", b"", beside=b"x")
    asked: list[tuple[str, ...]] = []

    def replayed(one: Implementation, _: Finding) -> Replay:
        asked.append(one.deviations)
        return Replay(None, [], True)

    monkeypatch.setattr(origins, "replay", replayed)
    place(replace(one, deviations=("some",)), told)
    monkeypatch.setattr(origins, "with_known", lambda one: replace(one, deviations=("known",)))
    place(one, told)
    place(one, replace(told, beside=b""))
    assert set(asked) == {("some",), ("known",), ()}
    assert asked.index(("some",)) < asked.index(("known",)) < asked.index(())
