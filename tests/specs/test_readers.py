# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from specs.readers import LIMITS, PROMISES, Memory, unreliable


def test_limits_name_promises_and_say_why() -> None:
    for limit in LIMITS:
        assert limit.promise in PROMISES and limit.memory
        assert len(limit.why) > 40 and len(limit.instead) > 40
    assert unreliable("order-true", Memory.SEQUENTIAL, "erase")
    assert unreliable("unordered-covers", Memory.WEAK, "split")
    assert not unreliable("unordered-covers", Memory.SEQUENTIAL, "split")
    assert unreliable("load-other", Memory.SEQUENTIAL, "folio-nonuniform")
    assert not unreliable("load-other", Memory.SEQUENTIAL, "folio-uniform")
    with pytest.raises(KeyError):
        unreliable("no such promise", Memory.WEAK, "split")


def test_what_holds_instead_is_a_promise_with_no_limit() -> None:
    limited = {limit.promise for limit in LIMITS}
    for limit in LIMITS:
        named = [name for name in PROMISES if f"({name}" in limit.instead or f", {name}" in
                 limit.instead]  # fmt: skip
        assert named and not limited & set(named)
