# SPDX-License-Identifier: GPL-2.0-or-later
from itertools import islice

from models.cases import groups
from models.patience import MOST_CRASHES, Patience, kind
from models.worker import Status

BLOCK = [(group, group.starts()) for group in islice(groups(2, 3, 1), 300)]


def test_every_case_is_there_once_and_each_kind_comes_early() -> None:
    items = Patience().order(BLOCK)
    assert len(items) == sum(len(starts) for _, starts in BLOCK)
    assert {(group, start) for group, start, _ in items} == {
        (group, start) for group, starts in BLOCK for start in starts
    }
    kinds = {like for *_, like in items}
    assert {like for *_, like in items[: len(kinds)]} == kinds


def test_a_kind_that_crashes_is_left_out_and_no_other() -> None:
    patience = Patience()
    items = patience.order(BLOCK)
    crashing, other = items[0][2], items[1][2]
    for _ in range(MOST_CRASHES):
        assert patience.permits(crashing)
        patience.note(crashing, Status.CRASH)
    assert not patience.permits(crashing)
    assert patience.permits(other)


def test_hangs_rule_out_what_only_hangs() -> None:
    """Values hang, pointers do not: after a few hangs no other case with a value is run, and most
    of the others are."""
    patience = Patience()
    hung = others = 0
    items = patience.order(BLOCK)
    for group, start, like in items:
        assert kind(group, start) == like
        if patience.permits(like):
            value = "value to" in str(like)
            hung += value
            others += not value
            patience.note(like, Status.HANG if value else Status.OK)
    assert hung <= 16
    assert others > len(items) / 4
