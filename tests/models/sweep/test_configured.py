# SPDX-License-Identifier: GPL-2.0-or-later
"""Sweep and histories in other configurations: what only one of them shows is found in that one.

Each defect is planted in the port, which is right in all of them.
"""

from pathlib import Path

import pytest

from models.case.replay import judge
from models.driver.worker import Status, Worker
from models.histories.search import search
from models.kernel.configuration import CHECKED, Configuration, parse_configuration
from models.kernel.source import port_source
from models.mutants.catalogue import MUTANTS
from models.mutants.planted import with_contents
from models.subject.build import ToolError, build, check_buildable, compiler
from models.subject.implementation import Implementation, name_of
from models.sweep.families import Family
from models.sweep.sweep import Unit, UnitResult, run_unit
from xarray_model.operations import Code, Operation

FLAGS = ("-O0", "-g0")
NARROW = Configuration(debug=True, bits=32)
WITHOUT_ASSERTIONS = Configuration()
SINGLE = Configuration(multi=False, debug=True)
BY_NAME = {one.name: one for one in MUTANTS}


def seeded(name: str) -> tuple[str, str, str]:
    """A seeded defect: file, text and what takes its place."""
    one = BY_NAME[name]
    return one.file, one.text, one.replacement


def of(
    configuration: Configuration, s: int, folder: Path, file: str = "", old: str = "", new: str = ""
) -> Implementation:
    """The port for a configuration, with ``new`` in place of ``old`` in one of its files."""
    try:
        check_buildable(configuration, compiler())
    except ToolError as error:
        pytest.skip(f"needs gcc-multilib: {error}")
    source = port_source()
    if file:
        text = (source.directory / file).read_text()
        assert text.count(old) == 1
        source = with_contents(source, {file: text.replace(old, new)}, "port", folder)
    source = source.configured(configuration)
    return Implementation(name_of(source), source, False, {s: build(source, s, cflags=FLAGS)})


def swept(one: Implementation, *units: Unit) -> UnitResult:
    result = UnitResult()
    for unit in units:
        assert unit.offered(one)
        result.update(run_unit(unit, [one]))
    return result


def broken(one: Implementation, *units: Unit) -> set[str]:
    return {breach.smallest.property for breach in swept(one, *units).findings.sorted()}


def splits(bits: int) -> list[Unit]:
    """A split of marked entries over one level, and one beside the last index of all."""
    high = (31, 30) if bits == 32 else (63, 62)
    return [Unit(6, 7, 5, 4, bits=bits), Unit(6, *high, 2, 0, Family.HIGH, bits)]


def test_32_bit_words_answer_as_the_model_of_that_width(tmp_path: Path) -> None:
    one = of(NARROW, 6, tmp_path)
    assert one.name == "port (bits=32)"
    result = swept(one, *splits(32))
    assert not len(result.findings)
    assert sum(part.covered for part in result.coverage.values()) > 12
    assert not any(part.cut for part in result.coverage.values())
    assert not splits(64)[0].offered(one)
    report = search(one, (6,), examples=8, seed=5, remember=False)
    assert not len(report.findings) and report.total.branches["find: to the top of the index space"]


def test_a_mark_word_that_is_not_looked_for_shows_in_32_bits_alone(tmp_path: Path) -> None:
    """A node of 64 slots has two words for each mark there, and one elsewhere."""
    planted = seeded("mark-in-first-word")
    found = broken(of(NARROW, 6, tmp_path / "narrow", *planted), *splits(32))
    assert {"refines", "child-mark"} <= found
    assert not broken(of(CHECKED, 6, tmp_path / "wide", *planted), *splits(64))


def test_an_effect_inside_an_assertion_is_missed_without_assertions(tmp_path: Path) -> None:
    planted = seeded("effect-in-assertion")
    unit = Unit(2, 3, 0, 48)
    assert not broken(of(CHECKED, 2, tmp_path / "with", *planted), unit)
    bare = of(WITHOUT_ASSERTIONS, 2, tmp_path / "without", *planted)
    assert bare.name == "port (debug=off)" and "node-nr-values" in broken(bare, unit)


def test_what_only_an_assertion_tells_is_told_with_assertions(tmp_path: Path) -> None:
    planted = seeded("assertion-too-strict")
    unit = Unit(2, 3, 0, 48)
    assert "no-assertion" in broken(of(CHECKED, 2, tmp_path / "with", *planted), unit)
    assert not broken(of(WITHOUT_ASSERTIONS, 2, tmp_path / "without", *planted), unit)


def test_without_multi_only_entries_of_one_index_are_run(tmp_path: Path) -> None:
    planted = seeded("mark-not-cleared")
    one = of(SINGLE, 2, tmp_path / "wrong", *planted)
    offered = {family for family in Family if Unit(2, 3, 0, family=family).offered(one)}
    assert offered == {Family.SINGLES}
    case = [
        Operation(Code.STORE, 5, entry=4),
        Operation(Code.SET_MARK, 5, mark=1),
        Operation(Code.CLEAR_MARK, 5, mark=1),
        Operation(Code.GET_MARK, 5, mark=1),
    ]
    assert {found.property for found in judge(one, 2, case)} == {"answer-mark"}
    assert not judge(of(CHECKED, 2, tmp_path / "multi", *planted), 2, case)
    right = of(SINGLE, 2, tmp_path)
    report = search(right, (2,), examples=20, seed=4, remember=False)
    met = report.total.branches
    assert met["store: nothing there"] and met["mark: set"] and met["find: several"]
    assert not any(name.startswith(("split", "merge", "try_split")) for name in met)
    assert not len(report.findings)


def test_a_split_without_multi_is_not_run(tmp_path: Path) -> None:
    with Worker(of(SINGLE, 2, tmp_path).executables[2]) as worker:
        ended = worker.run([Operation(Code.STORE, 0, 1, entry=4).encode()]).abnormal
    assert [one.status for one in ended] == [Status.UNSUPPORTED]
    assert "without CONFIG_XARRAY_MULTI" in ended[0].text


def test_what_is_named_is_told_beside_what_is_usual() -> None:
    for text in ("debug=off", "multi=off,bits=32", "bits=32"):
        source = port_source().configured(parse_configuration(text, CHECKED))
        assert name_of(source) == f"port ({text})"
