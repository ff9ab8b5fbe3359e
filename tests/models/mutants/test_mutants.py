# SPDX-License-Identifier: GPL-2.0-or-later
"""Seeded defects are caught by what they are declared to break, and the unchanged port passes the
very same checks.

Each property, check and part is tried on the defects that are cheapest to catch: ``xasplit
mutants`` runs all of them.
"""

import subprocess
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from models.case.ends import ENDS
from models.case.finding import AGREES
from models.kernel.configuration import CHECKED, Configuration
from models.mutants import catalogue, checks
from models.mutants.catalogue import MUTANTS
from models.mutants.mutant import Check, Mutant, MutantError, Part, parse
from models.mutants.run import catch, lacking, mutated, port
from models.mutants.upstream import FOR_READERS
from models.readers.controls import CONTROLS
from specs.registry import PROPERTIES

BY_NAME = {mutant.name: mutant for mutant in MUTANTS}
NAMED = {name for mutant in MUTANTS for name in mutant.caught_by}
SWEEP_SHIFTS = sorted({one.chunk_shift for one in MUTANTS if one.check is Check.SWEEP})
HIGH_SHIFTS = sorted({one.chunk_shift for one in MUTANTS if one.check is Check.HIGH})
HISTORY_SHIFTS = sorted({one.chunk_shift for one in MUTANTS if one.check is Check.MACHINE})
BATCHES = 5
"""Of histories: what the defects that are tried here take at most."""
WEIGHTS = {Check.SWEEP: 1, Check.HIGH: 2, Check.MACHINE: 4}
"""What a check costs, about."""


def cheapest() -> list[Mutant]:
    """Defects that together are caught by every property that any of them is caught by."""
    left, chosen = set(NAMED), []
    while left:
        usual = [mutant for mutant in MUTANTS if mutant.usual]
        best = max(usual, key=lambda one: len(left & {*one.caught_by}) / WEIGHTS[one.check])
        chosen.append(best)
        left -= {*best.caught_by}
    return chosen


TRIED = cheapest()


@pytest.mark.parametrize("mutant", TRIED, ids=lambda mutant: mutant.name)
def test_is_caught_by_what_it_declares(mutant: Mutant) -> None:
    outcome = catch(mutant)
    assert outcome.missing == []
    assert mutant.check is not Check.MACHINE or outcome.rounds <= BATCHES


@pytest.mark.long
@pytest.mark.parametrize("s", SWEEP_SHIFTS)
def test_the_unchanged_port_passes_the_sweep_that_mutants_climb(s: int) -> None:
    units = 0
    for found in checks.sweep(port(s), checks.ladder(s)):
        assert found == {}
        units += 1
    assert units == len(checks.ladder(s))


@pytest.mark.long
@pytest.mark.parametrize("s", HIGH_SHIFTS)
def test_the_unchanged_port_passes_the_sweep_of_high_orders(s: int) -> None:
    for found in checks.sweep(port(s), checks.high(s)):
        assert found == {}


@pytest.mark.long
@pytest.mark.parametrize("s", HISTORY_SHIFTS)
def test_the_unchanged_port_passes_the_histories_that_mutants_run(s: int) -> None:
    passed = [found for found in islice(checks.histories(port(s), s), BATCHES) if found == {}]
    assert len(passed) == BATCHES


def test_the_unchanged_model_passes_the_specs() -> None:
    for found in checks.model(3):
        assert found == {}


def test_a_port_with_the_right_limit_passes_as_one_level() -> None:
    wrong = BY_NAME["one-level-limit"]
    right = replace(
        wrong, name="right-limit", replacement=wrong.replacement.replace("order + 1", "order")
    )
    assert right.replacement != wrong.replacement
    for found in checks.sweep(mutated(right), checks.ladder(right.chunk_shift)):
        assert found == {}


def test_names_and_changes_are_distinct() -> None:
    assert len(BY_NAME) == len(MUTANTS)
    assert len({(one.file, one.text, one.replacement) for one in MUTANTS}) == len(MUTANTS)


def test_every_property_has_a_planted_defect_and_so_has_every_part_and_check() -> None:
    assert PROPERTIES.keys() - NAMED == set()
    assert {name for mutant in TRIED for name in mutant.caught_by} == NAMED
    assert {one.part for one in TRIED} == set(Part)
    assert {one.check for one in TRIED} == set(Check)


def test_only_known_properties_are_named() -> None:
    known = {*PROPERTIES, AGREES[0], *(name for name, _ in ENDS.values())}
    assert known >= NAMED


def test_races_are_tied_to_controls_of_readers() -> None:
    controls = {one.name: one for one in CONTROLS}
    assert FOR_READERS.keys() == {"63b1898fffcd", "cbc02854331e"}
    assert set(FOR_READERS.values()) <= controls.keys()
    assert "63b1898fffcd" in controls[FOR_READERS["63b1898fffcd"]].description


def test_a_text_that_moved_is_an_error() -> None:
    gone = replace(MUTANTS[0], text="this is not in the port")
    with pytest.raises(MutantError, match="has its text 0 times"):
        gone.changed()
    with pytest.raises(MutantError, match=r"has its text \d\d+ times"):
        replace(gone, text="node").changed()


PATCH = """\
SPDX-License-Identifier: GPL-2.0-or-later
Subject: bound
Caught-by: lru, node-count
Check: machine
Chunk-shift: 2
One-level: yes

the bound
is low

--- a/models/port/lib/xarray_split.c
+++ b/models/port/lib/xarray_split.c
@@ -1,5 +1,5 @@
 \tnode->shift = (unsigned char)shift;
 \tnode->offset = 0;
-\tnode->count = XA_CHUNK_SIZE;
+\tnode->count = 1;
 \tnode->nr_values = 0;

"""


def test_a_patch_may_name_a_configuration() -> None:
    assert parse(PATCH).configuration == CHECKED and parse(PATCH).usual
    named = parse(PATCH.replace("One-level: yes", "Configuration: multi=off,bits=32"))
    assert named.configuration == Configuration(multi=False, debug=True, bits=32)
    assert not named.usual


def test_what_names_a_configuration_is_built_for_it_and_caught() -> None:
    """That it is not seen in others: ``tests/models/sweep/test_configured.py``."""
    assert {one.configuration.beside(CHECKED) for one in MUTANTS if not one.usual} == {
        *("multi=off", "debug=off", "bits=32")
    }
    assert catch(BY_NAME["mark-not-cleared"]).caught
    narrow = BY_NAME["mark-in-first-word"]
    if why := lacking(narrow):
        assert "gcc-multilib" in why
    assert mutated(BY_NAME["mark-not-cleared"]).multi is False


def test_a_patch_with_headers_is_a_defect() -> None:
    one = parse(PATCH, "theme")
    told = (one.name, one.wrong, one.file, one.caught_by, one.chunk_shift, one.one_level)
    assert told == (
        "bound",
        "the bound is low",
        "lib/xarray_split.c",
        ("lru", "node-count"),
        2,
        True,
    )
    assert (one.check, one.part, one.theme) == (Check.MACHINE, Part.PORT, "theme")
    assert one.text == "\tnode->count = XA_CHUNK_SIZE;\n"
    assert one.replacement == "\tnode->count = 1;\n"
    assert parse(f"{PATCH}-- \n2.39.5\n").replacement == one.replacement


def test_what_is_put_in_is_found_by_what_stands_around_it() -> None:
    put = PATCH.replace("-\tnode->count = XA_CHUNK_SIZE;", " \tnode->count = XA_CHUNK_SIZE;")
    one = parse(put)
    assert one.text == "\tnode->count = XA_CHUNK_SIZE;\n\tnode->nr_values = 0;\n"
    assert "\tnode->count = 1;\n" in one.changed()


@pytest.mark.parametrize(
    ("was", "is_now", "why"),
    [
        ("Subject: bound\n", "", "without a Subject: no patch"),
        ("Check: machine", "Check: guess", "its headers: 'GUESS'"),
        ("Caught-by: lru, node-count\n", "", "its headers: 'Caught-by'"),
        ("One-level: yes", "Configuration: multi=of", "its headers: multi is on or off"),
        ("One-level: yes", "One-leval: yes", "nobody reads its header One-leval"),
        ("a/models/port", "a/models/elsewhere", "bound: no patch of one hunk of one file"),
        (
            "+\tnode->count = 1;\n",
            "+\tnode->count = 1;\n@@ -9 +9 @@\n",
            "bound: no patch of one",
        ),
        ("-\tnode", " \tnode", "has its text 0 times"),
    ],
)
def test_a_patch_of_another_form_is_an_error(was: str, is_now: str, why: str) -> None:
    patch = PATCH.replace(was, is_now).replace("XA_CHUNK_SIZE", "XA_CHUNK_SIZES")
    with pytest.raises(MutantError, match=why):
        parse(patch).changed()


def test_git_takes_the_patches_too() -> None:
    defects = sorted(Path(catalogue.__file__).parent.glob("defects/upstream/*.patch"))
    repository = Path(catalogue.__file__).parents[2]
    for patch in defects[:2]:
        subprocess.run(["git", "apply", "--check", patch], cwd=repository, check=True)


def test_a_change_that_is_none_is_not_caught() -> None:
    harmless = replace(MUTANTS[0], name="harmless", replacement=MUTANTS[0].text)
    outcome = catch(harmless)
    assert not outcome.caught
    assert outcome.missing == list(harmless.caught_by)
    assert outcome.found == {}


def test_a_model_change_that_is_none_is_not_caught() -> None:
    first = next(one for one in MUTANTS if one.part is Part.MODEL)
    outcome = catch(replace(first, replacement=first.text))
    assert outcome.found == {}
    assert not outcome.caught
