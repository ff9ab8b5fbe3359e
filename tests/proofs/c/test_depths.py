# SPDX-License-Identifier: GPL-2.0-or-later
"""The builder's loops at chunk shift 1, for every depth, and what must not be proved."""

import pytest

from models.kernel.source import port_source
from proofs.c.cases import MEMORY, Case, Harness
from proofs.c.cbmc import FAILS, HOLDS, find
from proofs.c.depths import annotated, decide
from review.run.c_proofs import preparing
from tests.tools import needs_cbmc

SECONDS = 200.0


def text() -> str:
    prepared = preparing(port_source())(Case(Harness.SPLIT, 1, 2, 1, 0))
    return dict(prepared)["lib/xarray_split.c"].decode()


def test_loops_that_are_other_ones_are_told() -> None:
    annotated(text())
    with pytest.raises(ValueError, match="leaf <= leaves"):
        annotated(text().replace("leaf <= leaves", "leaf != leaves + 1"))


@needs_cbmc
@pytest.mark.long  # a minute of CPU
def test_it_is_proved_for_every_depth() -> None:
    answer = decide(find(), annotated(text()), SECONDS, MEMORY)
    assert answer.status == HOLDS and answer.checked > 200


@needs_cbmc
@pytest.mark.long  # half a minute of CPU each
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("leaf <= leaves; leaf++", "leaf < leaves; leaf++"),
        ("family % (1UL << 1) == 0", "family % (1UL << 2) == 0"),
        ("nodes = nodes * (1UL << 1) + slots_of(order)", "nodes = nodes * (1UL << 1) + 2"),
    ],
)
def test_what_is_wrong_is_not(right: str, wrong: str) -> None:
    given = annotated(text())
    assert given.count(right) == 1
    answer = decide(find(), given.replace(right, wrong), SECONDS, MEMORY)
    assert answer.status == FAILS, answer
