# SPDX-License-Identifier: GPL-2.0-or-later
"""Coverage of the port's split functions: complete, and not so when less is run."""

import pytest

from models.kernel.source import port_source
from models.mutants import coverage


@pytest.mark.parametrize("recursive", [False, pytest.param(True, marks=pytest.mark.long)])
def test_it_is_complete(recursive: bool) -> None:
    done = coverage.measure(port_source(recursive), (1, 2, 3), 60)
    assert done.complete
    assert not done.findings
    assert {"xas_split_alloc", "xas_split", "xas_try_split"} <= set(done.functions)
    assert done.explained == set(coverage.EXPLAINED)


def test_less_is_not_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "UNITS", ())
    done = coverage.measure(port_source(), (1,), 1)
    assert not done.complete
    assert done.functions["split_horizontally"].missed_lines or any(
        lines.missed_branches for lines in done.functions.values()
    )
