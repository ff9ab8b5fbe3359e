# SPDX-License-Identifier: GPL-2.0-or-later
"""Which patch, and which hunk of it, a line comes from; and that the ranking goes by it."""

import hashlib
from dataclasses import replace
from pathlib import Path

from models.case.trial import Trial
from models.diagnosis.shrink import at_shift
from models.diagnosis.where.blame import Hunk, blame
from models.diagnosis.where.rank import where
from models.kernel.source import Lineage, Source, Step, port_source
from models.subject.implementation import Implementation
from xarray_model.operations import Code, Operation

FILE = "lib/xarray_split.c"


def edited(source: Source, folder: Path, old: str, new: str) -> Source:
    """The source with one change of its split."""
    for path in source.sha256:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes((source.directory / path).read_bytes())
    text = (folder / FILE).read_text()
    assert text.count(old) == 1
    text = text.replace(old, new)
    (folder / FILE).write_text(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return replace(source, directory=folder, sha256={**source.sha256, FILE: digest})


def series(folder: Path, *changes: tuple[str, str]) -> Source:
    """The port with a series of so many patches, each of which changes one text to another."""
    base = port_source()
    made = [base]
    for number, change in enumerate(changes):
        made.append(edited(made[-1], folder / str(number), *change))
    steps = [
        Step(f"patch {number} of {len(changes)}", "", one if one is not made[-1] else None)
        for number, one in enumerate(made[1:], 1)
    ]
    return replace(made[-1], lineage=Lineage(base, tuple(steps)))


def line_of(source: Source, text: str) -> int:
    whole = (source.directory / FILE).read_text()
    assert whole.count(text) == 1
    return whole[: whole.index(text)].count("\n") + 1


COUNT = "node->count = XA_CHUNK_SIZE;"


def test_each_line_of_a_series_has_its_patch_and_hunk(tmp_path: Path) -> None:
    values = "unsigned int values = node->nr_values;"
    made = series(
        tmp_path,
        (values, f"unsigned int brought = 1;\n\t{values}\n\t(void)brought;"),
        (COUNT, "node->count = 1;"),
        ("\t(void)brought;\n", ""),
    )
    known = blame(made)
    brought, changed = line_of(made, "brought = 1;"), line_of(made, "node->count = 1;")
    assert known[FILE, brought].label == "patch 1 of 3"
    assert known[FILE, changed].label == "patch 2 of 3"
    # With the three lines around it.
    at = line_of(port_source(), COUNT)
    assert known[FILE, changed].header == f"@@ -{at - 3},7 +{at - 3},7 @@"
    # What stands beside what was taken out is the last patch's.
    assert known[FILE, line_of(made, values)].label == "patch 3 of 3"
    assert len(known) <= 4


def test_a_source_without_a_base_has_no_hunks() -> None:
    assert blame(port_source()) == {}


def test_a_finding_names_the_patch_and_the_hunk(tmp_path: Path) -> None:
    values = "unsigned int values = node->nr_values;"
    made = series(
        tmp_path,
        (values, f"unsigned int brought = 1;\n\t{values}\n\t(void)brought;"),
        (COUNT, "node->count = XA_CHUNK_SIZE - 1;"),
    )
    case = (
        Operation(Code.STORE, index=0, order=2, entry=4),
        Operation(Code.SPLIT, index=0, order=2, new_order=0, entry=4),
        Operation(Code.SNAPSHOT),
    )
    one = at_shift(Implementation(made.name, replace(made, lineage=None), False, {}), 1)
    with Trial(one, 1) as trial:
        found = {each.property: each for each in trial.run(case, trial.expected(case))}
    told = where(replace(one, source=made), found["node-count"], ("patch 2 of 2",))
    first = told.suspects[0]
    assert (first.file, first.line) == (FILE, line_of(made, "XA_CHUNK_SIZE - 1;"))
    line = first.line
    assert first.hunk == Hunk("patch 2 of 2", f"@@ -{line - 3},7 +{line - 3},7 @@")
