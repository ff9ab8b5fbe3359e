# SPDX-License-Identifier: GPL-2.0-or-later
"""What requests must carry."""

import pytest

from specs.property import violations
from specs.requests import judge_requests
from xarray_model.flags import ArrayFlag
from xarray_model.gfp import KERNEL, NOWAIT, Gfp
from xarray_model.log import LOCK_HELD, Kind, LogRecord, Names

CHARGED = ArrayFlag.ACCOUNT


def broken(
    flags: ArrayFlag,
    lru: bool,
    *,
    added: Gfp = Gfp.NONE,
    lost: Gfp = Gfp.NONE,
    locked: bool = False,
    names: Names = Names.NONE,
) -> set[str]:
    record = LogRecord(
        Kind.REQUEST, LOCK_HELD if locked else 0, 0, 1, names, slot=added, value=lost
    )
    return {one.property for one in violations(judge_requests(flags, lru, [record]))}


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.parametrize("due", [True, False])
@pytest.mark.parametrize("has", [True, False])
def test_account(locked: bool, due: bool, has: bool) -> None:
    flags = CHARGED if due else ArrayFlag.LOCK_IRQ
    added = (NOWAIT if locked else Gfp.NONE) | (Gfp.ACCOUNT if has else Gfp.NONE)
    found = broken(flags, False, added=added, locked=locked)
    assert found == (set() if due == has else {"request-account"})


@pytest.mark.parametrize("lru", [True, False])
@pytest.mark.parametrize("names", Names)
def test_lru(lru: bool, names: Names) -> None:
    right = names is (Names.CURSORS if lru else Names.NONE)
    assert broken(ArrayFlag.NONE, lru, names=names) == (set() if right else {"request-lru"})


@pytest.mark.parametrize(
    ("added", "lost", "locked", "right"),
    [
        (Gfp.NONE, Gfp.NONE, False, True),
        (Gfp.NOWARN | Gfp.ZERO | Gfp.NORETRY, Gfp.NONE, False, True),
        (Gfp.HIGH, Gfp.NONE, False, False),
        (Gfp.DIRECT_RECLAIM, Gfp.NONE, False, False),
        (Gfp.NONE, Gfp.FS, False, False),
        (NOWAIT, Gfp.NONE, True, True),
        (Gfp.HIGH | Gfp.KSWAPD_RECLAIM, Gfp.NONE, True, True),
        (KERNEL, Gfp.NONE, True, False),
        (NOWAIT | Gfp.NOFAIL, Gfp.NONE, True, False),
    ],
)
def test_flags(added: Gfp, lost: Gfp, locked: bool, right: bool) -> None:
    found = broken(ArrayFlag.NONE, False, added=added, lost=lost, locked=locked)
    assert found == (set() if right else {"request-flags"})
