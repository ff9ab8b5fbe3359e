# SPDX-License-Identifier: GPL-2.0-or-later
"""Several defects at once: each is a finding of its own, with its extent and its reproducer."""

from pathlib import Path

import pytest

from models.case import extent
from models.case.known import known, with_known
from models.kernel.source import Source, port_source
from models.mutants.catalogue import MUTANTS
from models.subject.implementation import Implementation, examine
from models.sweep.families import Family
from models.sweep.sweep import Unit, UnitResult, run_unit
from review.report import findings
from review.run.diagnosis import Diagnosis, diagnose, write
from tests import kernels
from tests.models.together import Edit, with_defects
from xarray_model.operations import THROUGH

BY_NAME = {mutant.name: mutant for mutant in MUTANTS}
SPLITS = [Unit(2, order, new) for order in range(1, 4) for new in range(order + 1)]
DEEP = [
    Unit(2, 4, 0, 30),
    Unit(2, 4, 1, 30),
    Unit(2, 4, 1, family=Family.REFUSALS),
    Unit(2, 63, 0, family=Family.COUNTS),
]
_XARRAY = "lib/xarray.c"


def run(one: Implementation, units: list[Unit]) -> tuple[UnitResult, dict[str, Diagnosis]]:
    result = UnitResult()
    for unit in units:
        if unit.offered(one):
            result.update(run_unit(unit, [one]))
    return result, {d.smallest.property: d for d in diagnose(result.findings, [one])}


def seeded(source: Source, edits: list[Edit], folder: Path) -> Implementation:
    return examine(with_defects(source, "seeded", edits, folder), (2,))


def known_causes(one: Implementation) -> set[str]:
    """What a kernel's own split breaks, in cases that the sweep has."""
    return {
        had.finding.property
        for had in known(one).present
        if had.deviation.on_split
        and not any(operation.code in THROUGH for operation in had.finding.operations)
    }


@pytest.mark.long
def test_defects_of_the_port_are_told_apart(tmp_path: Path) -> None:
    names = ["third-mark-lost", "new-siblings-uncounted", "leak-on-failure", "parent-of-inner"]
    edits = [(m.file, m.text, m.replacement) for m in map(BY_NAME.__getitem__, names)]
    one = seeded(port_source(), edits, tmp_path)
    result, found = run(one, [*SPLITS, *DEEP])
    assert found.keys() == {"split-marks", "node-nr-values", "live-nodes", "node-parent"}
    marks = found["split-marks"].cause.extent
    assert set(marks.values(extent.MARKS)) == {"2", "0+2", "1+2", "0+1+2"}
    values = found["node-nr-values"].cause.extent
    assert all(kinds.endswith("to value") for kinds in values.values(extent.ENTRIES))
    assert set(found["live-nodes"].cause.extent.values(extent.FAILING)) >= {"a later one"}
    # The crash that follows leaves out what is like it, and no more.
    assert all(order >= 4 for _, order, _ in found["node-parent"].cause.extent.splits)
    left_out = result.tried["seeded"].left_out
    assert left_out.splits.keys() <= {(2, 4, 0), (2, 4, 1)}
    for name in ("split-marks", "node-nr-values", "node-parent"):
        assert found[name].reproducer.failed, name
    assert "memory" in found["live-nodes"].reproducer.reason
    assert write(list(found.values()), tmp_path / "out") == []
    assert len(list((tmp_path / "out").iterdir())) == 3
    told = "\n".join(findings.lines(list(found.values()), result.tried))
    assert told.count("Finding ") == 4


@pytest.mark.kernel
def test_defects_of_a_kernel_are_told_apart(tmp_path: Path) -> None:
    """Planted where the split does it, and where xas_try_split() does it in the same words."""
    kernel = kernels.having(try_split=True)
    edits = [
        # A horizontal split forgets the values that were there before.
        (_XARRAY, "(xa_is_value(entry) - xa_is_value(curr)) *", "(xa_is_value(entry)) *"),
        # New nodes are not reported.
        (_XARRAY, "values--;\n\t\t\txas_update(xas, child);", "values--;"),
        # All new nodes have the offset of the first.
        (_XARRAY, "child->offset = offset;\n\t\t\tchild->count", "child->offset ="
         " xas->xa_offset;\n\t\t\tchild->count"),
    ]  # fmt: skip
    one = seeded(kernel.source, edits, tmp_path)
    _, found = run(one, [*SPLITS, *DEEP])
    own = known_causes(examine(kernel.source, (2,)))
    assert found.keys() == {"node-nr-values", "update-reported", "child-offset"} | own
    assert "lru" in found["update-reported"].cause.properties
    for told in found.values():
        assert told.reproducer.harness == "lib/test_xarray.c"
        assert told.reproducer.failed and told.reproducer.code
    if "split-requests" in own:  # its limit is off by one
        splits = found["split-requests"].cause.extent.splits
        assert all(order == new // s * s + 2 * s for s, order, new in splits)
        assert any(order > 50 for _, order, _ in splits)


@pytest.mark.kernel
@pytest.mark.long
def test_released_kernels_have_the_causes_that_are_known() -> None:
    kernel = kernels.having(try_split=False)
    one = with_known(examine(kernel.source, (2,)))
    result, found = run(one, [*SPLITS, *DEEP])
    expected = known_causes(one)
    assert found.keys() == expected
    assert len(diagnose(result.findings, [one])) == len(expected)
    assert all(told.reproducer.failed for told in found.values())
