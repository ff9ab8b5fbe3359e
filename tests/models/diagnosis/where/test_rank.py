# SPDX-License-Identifier: GPL-2.0-or-later
"""Where to look first, for defects planted in the port, with cases as they are once shrunk."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from models.case.finding import Finding
from models.case.trial import Trial
from models.diagnosis.shrink import at_shift
from models.diagnosis.where.rank import Where, where
from models.kernel.source import Source, port_source
from models.mutants.catalogue import MUTANTS
from models.mutants.run import port, seeded
from models.mutants.where import planted_lines
from models.subject.implementation import Implementation
from xarray_model.operations import Code, Flag, Operation

BY_NAME = {mutant.name: mutant for mutant in MUTANTS}
POINTER, VALUE = 4, 1
SHIFT = 1
VERTICAL = (
    Operation(Code.STORE, index=0, order=2, entry=POINTER),
    Operation(Code.SPLIT, index=0, order=2, new_order=0, entry=POINTER),
    Operation(Code.SNAPSHOT),
)
FROM_VALUE = (
    Operation(Code.STORE, index=0, order=2, entry=VALUE),
    Operation(Code.SPLIT, index=0, order=2, new_order=0, entry=POINTER),
    Operation(Code.SNAPSHOT),
)


def looked(source: Source, case: tuple[Operation, ...], broken: str, s: int = SHIFT) -> Where:
    one = at_shift(Implementation(source.name, source, False, {}), s)
    with Trial(one, s) as trial:
        found = trial.run(case, trial.expected(case))
    found = [finding for finding in found if finding.property == broken]
    assert found
    return where(one, found[0])


def named(told: Where) -> set[tuple[str, int]]:
    return {(one.file, one.line) for one in told.suspects}


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("value-to-pointer", FROM_VALUE),
        ("count-one-low", VERTICAL),
        ("level-forgotten", (Operation(Code.COUNT_ALLOC, order=1, argument=0),)),
    ],
)
def test_the_planted_line_is_among_the_first(
    name: str, case: tuple[Operation, ...], tmp_path: Path
) -> None:
    mutant = BY_NAME[name]
    told = looked(seeded(mutant, tmp_path), case, mutant.caught_by[0])
    assert not told.reason
    assert 1 <= len(told.suspects) <= 3
    assert named(told) & planted_lines(mutant)
    assert all(one.function and one.why for one in told.suspects)
    assert told.passing > 0


@pytest.mark.parametrize(
    ("name", "order", "answer"), [("count-in-a-byte", 9, 255), ("count-in-16-bits", 17, 65535)]
)
def test_a_number_that_lost_its_high_bytes_is_declared_there(
    name: str, order: int, answer: int, tmp_path: Path
) -> None:
    flags = Flag.REPEATING if order > 9 else Flag.NONE
    case = (Operation(Code.COUNT_ALLOC, order=order, argument=answer, flags=flags),)
    mutant = BY_NAME[name]
    told = looked(seeded(mutant, tmp_path), case, mutant.caught_by[0])
    assert named(told) & planted_lines(mutant), told
    assert any("high bytes" in why for one in told.suspects for why in one.why)


def test_a_field_that_is_written_along_with_another_elsewhere(tmp_path: Path) -> None:
    mutant = BY_NAME["growth-loses-value"]
    case = (
        Operation(Code.STORE, index=0, entry=VALUE),
        Operation(Code.STORE, index=1, entry=VALUE),
        Operation(Code.SNAPSHOT),
    )
    told = looked(seeded(mutant, tmp_path), case, mutant.caught_by[0])
    assert (told.suspects[0].file, told.suspects[0].line) in planted_lines(mutant), told
    assert "together" in told.suspects[0].why[0]


def test_changes_that_find_too_much_keep_no_other_from_being_tried(tmp_path: Path) -> None:
    mutant = BY_NAME["move-in-32-bits"]
    case = (
        Operation(Code.STORE, index=3 << 31, entry=POINTER),
        Operation(Code.SET_MARK, index=3 << 31, mark=1),
        Operation(Code.FIND_MARKED, mark=1, argument=(1 << 43) - 1),
    )
    told = looked(seeded(mutant, tmp_path), case, "answer-find-marked", 3)
    assert named(told) & planted_lines(mutant), told


def edited(folder: Path, old: str, new: str) -> tuple[Source, int]:
    """The port with one change of its split, and the line where that begins."""
    source = port_source()
    file = "lib/xarray_split.c"
    for path in source.sha256:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes((source.directory / path).read_bytes())
    text = (folder / file).read_text()
    assert text.count(old) == 1
    changed = text.replace(old, new)
    (folder / file).write_text(changed)
    digest = hashlib.sha256(changed.encode()).hexdigest()
    line = text[: text.index(old)].count("\n") + 1
    return replace(source, directory=folder, sha256={**source.sha256, file: digest}), line


ENDS: list[tuple[str, Callable[[str], str]]] = [
    ("no-crash", lambda text: f"*(volatile int *)8 = 1;\n\t{text}"),
    ("ends", lambda text: f"for (int n = 0; n < 8; n -= n > 3)\n\t\tn++;\n\t{text}"),
]


@pytest.mark.parametrize(("broken", "change"), ENDS)
def test_where_it_crashed_or_did_not_end(
    broken: str, change: Callable[[str], str], tmp_path: Path
) -> None:
    text = "unsigned int values = node->nr_values;"
    source, line = edited(tmp_path, text, change(text))
    told = looked(source, VERTICAL, broken)
    assert named(told) & {("lib/xarray_split.c", line), ("lib/xarray_split.c", line + 1)}
    assert told.suspects[0].why[0] == "it ended here"


def test_a_case_that_passes_is_not_ranked() -> None:
    one = port(SHIFT)
    with Trial(one, SHIFT) as trial:
        right = trial.expected(VERTICAL)
    told = where(one, Finding(one.name, SHIFT, "node-count", "", "", 1, VERTICAL, right, right))
    assert not told.suspects
    assert "passes" in told.reason


def test_what_was_there_before_is_not_ranked() -> None:
    one = port(SHIFT)
    found = Finding(one.name, SHIFT, "node-count", "", "", 1, VERTICAL, b"", b"")
    assert where(one, replace(found, before=True)) == Where(reason="it was there before")


def test_of_a_macro_the_lines_that_use_it_count() -> None:
    mutant = BY_NAME["LRU list not updated in xas_split"]
    lines = mutant.changed().splitlines()
    texts = [lines[number - 1] for _, number in sorted(planted_lines(mutant))]
    assert texts[0].startswith("#define xas_update")
    assert len(texts) > 2
    assert all("xas_update(" in text for text in texts)


def test_of_what_is_taken_out_the_lines_beside_it_count() -> None:
    mutant = BY_NAME["parent-count-kept"]
    lines = mutant.changed().splitlines()
    texts = [lines[number - 1].strip() for _, number in sorted(planted_lines(mutant))]
    assert texts == ["node_release(node);", "xas_update(xas, parent);"]


def test_a_machine_without_a_compiler_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    one = port(SHIFT)
    found = Finding(one.name, SHIFT, "node-count", "", "", 1, VERTICAL, b"", b"")
    monkeypatch.setenv("CC", "no-such-compiler")
    told = where(one, found)
    assert not told.suspects
    assert "no-such-compiler" in told.reason
