# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine: clean on the port, blind to no planted defect, and the same for the same seed."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from models.case import trial
from models.case.finding import AGREES, SITES, Finding
from models.case.trial import Trial
from models.case.verdict import DRAINED
from models.diagnosis.reduction import reduce
from models.histories import machine, search
from models.histories.batch import Batch, Tally
from models.histories.branches import expected
from models.histories.machine import RULES, ArrayMachine
from models.histories.search import MachineReport
from models.kernel.source import Source, port_source
from models.subject.implementation import Implementation, examine
from specs.callers import Contract
from specs.registry import PROPERTIES
from xarray_model.geometry import CHUNK_SHIFTS
from xarray_model.operations import Flag

SETTLED = 2
"""A seed whose cases all fail in ways that two searches make smaller cases of."""


@pytest.fixture(scope="module")
def port() -> Implementation:
    return examine(port_source())


@pytest.fixture(autouse=True)
def shrink_and_wait_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SHRINKS", 20)
    monkeypatch.setattr(trial, "HANG_SECONDS", 0.06)


def run(one: Implementation, s: int, examples: int = 50, seed: int = 0) -> MachineReport:
    return search.search(one, [s], examples=examples, seed=seed, remember=False)


@pytest.mark.parametrize("s", CHUNK_SHIFTS)
def test_the_port_is_clean(port: Implementation, s: int) -> None:
    report = run(port, s, 25)
    assert not report.findings
    assert report.total.steps > 500
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
    report = run(examine(source, (2,)), 2, 25)
    every = [breach.smallest for breach in report.findings.sorted()]
    broken = {one.property: one for one in every if one.contract is Contract.CALLERS}
    assert name in broken
    # Shrunk: an entry, a split of it, and what it takes to look.
    assert len(broken[name].operations) <= 6


def test_what_fails_as_other_cases_do_is_counted_and_not_made_smaller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = examine(patched(tmp_path, "lib/xarray_split.c", "values -= slots;", "values -= 1;"), (2,))
    before = run(one, 2, 25, SETTLED).findings
    # Behind what was made smaller then, another case may fail in a way of its own.
    seen = before.seen(one.name)
    before.update(
        search.search(one, [2], examples=25, seed=SETTLED, remember=False, seen=seen).findings
    )
    tried: list[Finding] = []

    def smaller(trial: Trial, finding: Finding, deadline: float, most: int) -> Finding:
        tried.append(finding)
        return reduce(trial, finding, deadline, most)

    monkeypatch.setattr(search, "reduce", smaller)
    seen = before.seen(one.name)
    again = search.search(one, [2], examples=25, seed=SETTLED, remember=False, seen=seen)
    assert not tried
    assert again.findings.failures.keys() <= before.failures.keys()
    for breach in again.findings.sorted():
        assert len(breach.smallest.operations) > 6
    # What fails in any other way is made smaller as ever.
    assert search.search(
        one,
        [2],
        examples=25,
        seed=SETTLED,
        remember=False,
        seen={(): frozenset({frozenset({"other"})})},
    )
    assert tried


def test_the_search_goes_on_behind_a_finding(tmp_path: Path) -> None:
    source = patched(tmp_path, "lib/xarray_split.c", "values -= slots;", "values -= 1;")
    source = replace(source, name="twice")
    file = tmp_path / "lib/xarray_split.c"
    text = file.read_text()
    assert "return order - 1;" in text
    file.write_text(text.replace("return order - 1;", "return order;"))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    source = replace(source, sha256={**source.sha256, "lib/xarray_split.c": digest})
    report = run(examine(source, (2,)), 2, examples=100)
    names = {breach.smallest.property for breach in report.findings.sorted()}
    assert {"node-nr-values", "try-split-min-order"} <= names
    assert names <= {*PROPERTIES, AGREES[0], DRAINED.name, "no-assertion"}


def test_the_same_seed_draws_the_same_cases(port: Implementation) -> None:
    first, again, other = (run(port, 3, 15, seed).total for seed in (5, 5, 6))
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
    assert search.search(one, [2], examples=30, seed=1).findings
    # Nothing is drawn, yet what failed before is run again.
    assert search.search(one, [2], examples=1, seed=2).findings


HANG = "for (volatile int x = 0; !x; );"


def hanging(folder: Path, condition: str) -> Implementation:
    """The port with splits that do not end, on some condition."""
    begins = "	unsigned int values = node->nr_values;\n"
    source = patched(
        folder, "lib/xarray_split.c", begins, f"{begins}\n	if ({condition})\n		{HANG}\n"
    )
    return examine(replace(source, name="hanging"), (2,))


def test_splits_that_hang_are_found_and_then_left_out(tmp_path: Path) -> None:
    report = run(hanging(tmp_path, "1"), 2, examples=60)
    assert "ends" in {breach.smallest.property for breach in report.findings.sorted()}
    assert report.total.left_out["split by one level"] > 20
    assert any("left out" in line and "split by one level" in line for line in report.hindered)
    assert report.total.examples >= 60 and report.not_drawn == {}


def test_what_the_sweep_knows_to_hang_is_not_tried(tmp_path: Path) -> None:
    one = hanging(tmp_path, "1")
    report = search.search(
        one, [2], examples=30, remember=False, hanging={2: frozenset(SITES)}, seed=1
    )
    assert "try_split, horizontal split" in report.total.left_out or not report.findings
    assert report.total.left_out["horizontal split"]
    assert report.total.branches["split: horizontal"] == 0


def test_a_search_is_given_up_when_what_hangs_cannot_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Splits of values hang, those of pointers end: not all splits are left out."""
    monkeypatch.setattr(search, "MOST_HANGS", 6)
    monkeypatch.setattr(search, "BATCH", 20)
    report = run(hanging(tmp_path, "node->nr_values"), 2, examples=1000)
    assert report.not_drawn[2] > 500
    assert "histories were not drawn" in report.hindered[-1]
    assert report.total.branches["split: horizontal"]
    total = MachineReport("hanging", 0)
    total.update(report)
    assert total.not_drawn == report.not_drawn


def test_a_clean_search_is_not_hindered(port: Implementation) -> None:
    assert run(port, 2, 20).hindered == []
