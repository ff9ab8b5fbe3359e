# SPDX-License-Identifier: GPL-2.0-or-later
"""The known deviations: each kernel has just those that are listed for it, the port has none."""

from dataclasses import replace

import pytest

import models.case.known
from models.case.deviations import DEVIATIONS
from models.case.finding import Finding
from models.case.known import Deviating, Known, known
from models.case.trial import Trial
from models.histories.search import search
from models.kernel.source import Lineage, port_source
from models.subject.implementation import Implementation, examine
from specs.callers import Contract
from specs.registry import PROPERTIES
from tests import kernels
from tests.kernels import Kernel
from xarray_model.entries import mk_value
from xarray_model.operations import Code, Operation

OUTSIDE = {
    "store-other-kind",
    "erase-first-free",
    "pause-at-top",
    "step-inside",
    "find-after-marked",
    "split-filled-early",
    "create-range-spare",
    "create-range-ends",
}
KERNELS = {
    "7.3": OUTSIDE | {"pause-inside-slots", "try-split-siblings"},
    "6.12": OUTSIDE | {"pause-inside", "split-limit"},
    "6.1": OUTSIDE | {"pause-inside", "split-limit", "split-sibling-marks"},
}


def expected(kernel: Kernel) -> set[str]:
    """The deviations that are listed for a kernel."""
    for release, names in KERNELS.items():
        if kernel.is_release(release):
            return names
    pytest.skip(f"no deviations are listed for Linux {kernel.name}")


def test_the_port_has_none() -> None:
    assert known(examine(port_source(), (2,))) == Deviating()


def test_the_cases_of_a_base_are_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    base = port_source()
    source = replace(base, lineage=Lineage(base, ()))
    one = Implementation("prefix", source, False, {})
    (deviation, *_) = DEVIATIONS
    finding = Finding("prefix", 2, deviation.property, "", "", 0, deviation.case, b"", b"")
    asked: list[str] = []

    def shown(implementation: Implementation) -> Deviating:
        asked.append(implementation.name)
        return Deviating([Known(deviation, finding)])

    monkeypatch.setattr(models.case.known, "_known", shown)
    monkeypatch.setattr(models.case.known, "_of_bases", {})
    for _ in range(3):
        assert known(one).names == (deviation.name,)
    assert len(asked) == 3 + 1


@pytest.mark.parametrize("there", [True, False])
def test_one_of_the_base_that_other_defects_hide_is_left_out_all_the_same(
    there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = port_source()
    one = Implementation("series", replace(base, lineage=Lineage(base, ())), False, {})
    (deviation, *_) = DEVIATIONS
    within = Finding("series", 2, "lru", "", "", 0, deviation.case, b"", b"")
    beyond = replace(within, contract=Contract.DOCUMENTATION)
    shown = Deviating(otherwise=[within, beyond], hidden=[deviation])
    monkeypatch.setattr(models.case.known, "_known", lambda _: shown)
    monkeypatch.setattr(
        models.case.known, "_names", lambda _: (deviation.name,) if there else ()
    )  # fmt: skip
    told = known(one)
    assert told.hidden == ([deviation] if there else [])
    contracts = [finding.contract for finding in told.otherwise]
    assert contracts == [within.contract, *([] if there else [beyond.contract])]
    shown.hidden = [deviation]
    assert known(Implementation("plain", base, False, {})).hidden == []


def test_what_a_series_mends_of_its_base_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    base = port_source()
    one = Implementation("series", replace(base, lineage=Lineage(base, ())), False, {})
    mended, there, hidden, *_ = DEVIATIONS
    finding = Finding("series", 2, there.property, "", "", 0, there.case, b"", b"")
    shown = Deviating([Known(there, finding)], hidden=[hidden])
    names = (mended.name, there.name, hidden.name)
    monkeypatch.setattr(models.case.known, "_known", lambda _: shown)
    monkeypatch.setattr(models.case.known, "_names", lambda _: names)
    assert known(one).mended == [mended]


def test_the_list() -> None:
    assert len({one.name for one in DEVIATIONS}) == len(DEVIATIONS)
    assert {one.property for one in DEVIATIONS} <= {*PROPERTIES, "ends"}


@pytest.mark.kernel
@kernels.each
def test_a_kernel_has_those_that_are_listed(kernel: Kernel) -> None:
    one = examine(kernel.source, (2, 3))
    shown = known(one)
    assert set(shown.names) == expected(kernel), "the list is out of date"
    assert shown.otherwise == []
    report = search(one, (2, 3), examples=120, seed=3, remember=False)
    # What is left are the findings on the split itself.
    left = [breach.smallest for breach in report.findings.sorted()]
    assert {one.property for one in left} == {
        had.finding.property for had in shown.present if had.deviation.on_split
    }
    assert all(one.deviations for one in left)
    assert report.total.set_aside["store-other-kind"] > 0


def store(index: int, order: int, entry: int) -> Operation:
    return Operation(Code.STORE, index, order, entry=entry)


@pytest.mark.kernel
@kernels.each
def test_what_a_store_of_the_other_kind_leads_to(kernel: Kernel) -> None:
    """U1: which callers' patterns miscount, and what becomes of it."""
    pointer, value = 4, mk_value(1)
    look = Operation(Code.SNAPSHOT)
    small = [store(0, 1, pointer), store(0, 0, value)]
    patterns: dict[str, tuple[list[Operation], set[str]]] = {
        "erased": ([*small, store(0, 1, 0), look], {"no-assertion"}),
        "split": ([*small, Operation(Code.SPLIT, 0, 1, 0, pointer), look], {"node-nr-values"}),
        "back": ([*small, store(0, 0, pointer), look], set()),
        "own order": ([store(0, 1, pointer), store(0, 1, value), look], set()),
        "one slot": ([store(0, 2, pointer), store(0, 0, value), look], set()),
    }
    one = examine(kernel.source, (2,))
    with Trial(one, 2) as trial:
        for name, (case, broken) in patterns.items():
            found = {finding.property for finding in trial.run(case, trial.expected(case))}
            assert found >= broken and bool(found) == bool(broken), name
