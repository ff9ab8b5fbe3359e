# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmark of several defects at once on a kernel, on one set; and that its defects fit."""

from pathlib import Path

import pytest

from models.diagnosis.causes import causes
from models.mutants import together
from models.mutants.several import Bench
from models.mutants.together import changed
from models.sweep.sweep import Unit
from tests import kernels
from tests.deep_defects import DEFECTS, right


@pytest.mark.kernel
def test_defects_of_a_kernel_with_a_series_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "SHIFTS", (2,))
    base = right(kernels.having(try_split=True).source, tmp_path / "linux")
    for one in DEFECTS:
        assert changed([one], base)
    units = [Unit(2, order, new, 8, 1) for order, new in ((3, 2), (3, 0), (5, 0))]
    outcome = Bench(DEFECTS, causes, units, base).outcome(("inner-offset", "third-mark"))
    assert outcome is not None and outcome.right, outcome
