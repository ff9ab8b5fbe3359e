# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine: clean on the port, blind to no planted defect, and the same for the same seed."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from models import machine, search
from models.batch import Batch, Tally
from models.branches import expected
from models.finding import AGREES
from models.implementation import Implementation, examine
from models.kernel.source import Source, port_source
from models.machine import RULES, ArrayMachine
from models.search import MachineReport
from models.trial import DRAINED, Trial
from specs.registry import PROPERTIES
from xarray_model.geometry import CHUNK_SHIFTS
from xarray_model.operations import Flag


@pytest.fixture(scope="module")
def port() -> Implementation:
    return examine(port_source())


@pytest.fixture(autouse=True)
def shrink_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SHRINK_SECONDS", 1.0)


def run(one: Implementation, s: int, examples: int = 50, seed: int = 0) -> MachineReport:
    return search.search(one, [s], examples=examples, seed=seed, remember=False)


@pytest.mark.parametrize("s", CHUNK_SHIFTS)
def test_the_port_is_clean(port: Implementation, s: int) -> None:
    report = run(port, s)
    assert not report.findings
    assert report.total.steps > 1000
    assert report.known == []


def patched(folder: Path, file: str, old: str, new: str) -> Source:
    """The port with one piece of text replaced."""
    port = port_source()
    for name in port.sha256:
        text = (port.directory / name).read_text()
        if name == file:
            assert text.count(old) == 1
            text = text.replace(old, new)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    digests = {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in port.sha256}
    return replace(port, name="patched", directory=folder, sha256=digests)


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("values -= slots;", "values -= 1;", "node-nr-values"),
        ("xas_update(xas, node);\n\t/* The", ";\n\t/* The", "update-split-node"),
        (
            "nodes = nodes * XA_CHUNK_SIZE +",
            "nodes = nodes * XA_CHUNK_SIZE + 1 +",
            "split-requests",
        ),
    ],
)
def test_a_planted_defect_is_found_by_its_name(
    tmp_path: Path, old: str, new: str, name: str
) -> None:
    source = patched(tmp_path, "lib/xarray_split.c", old, new)
    report = run(examine(source, (2,)), 2)
    broken = {breach.smallest.property: breach.smallest for breach in report.findings.sorted()}
    assert name in broken
    # Shrunk: an entry, a split of it, and what it takes to look.
    assert len(broken[name].operations) <= 6


def test_the_search_goes_on_behind_a_finding(tmp_path: Path) -> None:
    source = patched(tmp_path, "lib/xarray_split.c", "values -= slots;", "values -= 1;")
    source = replace(source, name="twice")
    file = tmp_path / "lib/xarray_split.c"
    text = file.read_text()
    assert "return order - 1;" in text
    file.write_text(text.replace("return order - 1;", "return order;"))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    source = replace(source, sha256={**source.sha256, "lib/xarray_split.c": digest})
    report = run(examine(source, (2,)), 2, examples=200)
    names = {breach.smallest.property for breach in report.findings.sorted()}
    assert {"node-nr-values", "try-split-min-order"} <= names
    assert names <= {*PROPERTIES, AGREES[0], DRAINED.name, "no-assertion"}


def test_the_same_seed_draws_the_same_cases(port: Implementation) -> None:
    first, again, other = (run(port, 3, 40, seed).total for seed in (5, 5, 6))
    assert first == again
    assert first.rules != other.rules


def test_a_time_limit_ends_the_search(port: Implementation) -> None:
    report = search.search(port, [2], examples=100_000, seconds=1.0, remember=False)
    assert report.seconds < 10
    assert not report.findings


def test_rules_are_all_rules(port: Implementation) -> None:
    with Trial(port, 2) as trial:
        kind = type("Machine", (ArrayMachine,), {"batch": Batch(trial, Tally(), set())})
        assert {rule.function.__name__ for rule in kind().rules} == set(RULES)


def test_a_rule_that_never_fires_is_missed(
    port: Implementation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SUFFICIENT", 1000)
    monkeypatch.setattr(machine.ArrayMachine, "a_range", _no_range)
    report = run(port, 2)
    assert (2, "find: several") in report.missing
    monkeypatch.setattr(search, "SUFFICIENT", 10**9)
    assert report.missing == []
    assert (2, "find: several") in report.unmet


def _no_range(*_: object) -> tuple[int, int, Flag, int]:
    """A range in which nothing is found."""
    return 1, 0, Flag.NONE, 0


def test_capabilities_tell_what_is_to_be_met() -> None:
    upstream = expected(3, one_level=True, try_split=False)
    assert "split: vertical 2" not in upstream
    assert "split: refused, beyond one level" in upstream
    assert not any(name.startswith("try_split") for name in upstream)
    assert len(set(upstream)) == len(upstream)


def test_what_failed_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XASPLIT_CACHE", str(tmp_path / "cache"))
    source = patched(tmp_path / "src", "lib/xarray_split.c", "values -= slots;", "values -= 1;")
    one = examine(source, (2,))
    assert search.search(one, [2], examples=100, seed=1).findings
    # Nothing is drawn, yet what failed before is run again.
    assert search.search(one, [2], examples=1, seed=2).findings
