# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from models.kernel.source import port_source
from models.readers import explorer, plan
from models.readers.build import build
from models.readers.explore import explore
from models.readers.explorer import Case, Span
from specs.readers import LIMITS, Memory
from tests import kernels
from tests.kernels import Kernel

SOME = [
    Case(writer, order, new_order, 1 << order, 1 << order)
    for writer in ("split", "try-split", "folio-uniform", "merge", "erase")
    for order, new_order in ((3, 2), (3, 1), (3, 0))
]


@pytest.fixture(autouse=True)
def _few_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "cases", lambda *_: SOME)


def test_the_port_keeps_what_is_not_documented_as_unreliable() -> None:
    told: list[tuple[int, int]] = []
    report = explore(port_source(), (2,), progress=lambda *done: told.append(done))
    assert not report.failing and not report.incomplete() and report.unsupported == 0
    assert told[-1] == (len(SOME), len(SOME))
    documented = {(one.breach.promise, one.result.memory) for _, one in report.found()}
    assert ("order-true", Memory.SEQUENTIAL) in documented
    assert ("unordered-covers", Memory.WEAK) in documented
    assert report.executions > 10_000 and report.states > 10_000


def test_everything_that_nobody_promises_does_break(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "cases", lambda *_: [*SOME, Case("folio-nonuniform", 2, 0, 4, 7)])
    report = explore(port_source(), (2,))
    documented = {(one.breach.promise, one.result.memory) for _, one in report.found()}
    assert documented == {(limit.promise, memory) for limit in LIMITS for memory in limit.memory}


MARKED = {"6.1": "load-internal", "6.12": "load-internal", "7.3": "find-order"}
"""What a marked search breaks while an entry is split: it returns a sibling, or goes back."""


@pytest.mark.kernel
@kernels.each
def test_what_searches_on_a_kernel_break(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    promises = [promise for release, promise in MARKED.items() if kernel.is_release(release)]
    if not promises:
        pytest.skip(f"nothing is listed for Linux {kernel.name}")
    (marked,) = promises
    # Inline steps are for leaves: one more split within a leaf.
    monkeypatch.setattr(plan, "cases", lambda *_: [Case("split", 1, 0, 2, 2), *SOME])
    report = explore(kernel.source, (2,))
    assert report.failing
    broken = {
        (one.result.reader, one.breach.promise)
        for _, one in report.found(("split",))
        if not one.documented and one.result.span is Span.RACE
    }
    assert ("marked", marked) in broken
    assert not {reader for reader, _ in broken} & {"load", "load-retry", "reload"}
    assert ("find-ordered", "find-order") in broken  # back to its start, from inside the entry
    for kind in ("find", "for-each", "for-each-ordered"):
        names = {name for reader, name in broken if reader in (kind, f"{kind}-ordered")}
        assert names == {"find-order"}
    # The search was mended in 7.3, the inline step of the same iteration was not.
    assert ("for-each-marked", "load-internal") in broken
    taken = {
        (one.result.reader, one.breach.promise)
        for _, one in report.found(("folio-uniform",))
        if not one.documented
    }
    back = {(name, "find-order") for name in ("find-lookup", "for-each-lookup")}
    assert taken == {("marked-lookup", marked), ("for-each-marked-lookup", marked), *back}
    assert report.unsupported == (0 if kernel.source.capabilities.try_split else 2 * 3)


@pytest.mark.kernel
@kernels.each
def test_what_one_level_code_refuses_is_not_asked_of_it(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = Case("split", 4, 0, 16, 16)
    monkeypatch.setattr(plan, "cases", lambda *_: [deep])
    assert not explore(kernel.source, (2,)).results
    assert explore(port_source(), (2,)).results


@pytest.mark.kernel
def test_an_assertion_about_siblings_can_fail_beside_a_merge() -> None:
    kernel = kernels.having(try_split=True)
    merge = Case("merge", 1, 0, 2, 2)
    answer = explorer.run(build(kernel.source, 2), merge, Memory.SEQUENTIAL, ("get-order",))
    (breach,) = [one for result in answer.results for one in result.breaches]
    assert (breach.promise, breach.start, breach.schedule) == ("reader-assertion", 3, "2:1")
    assert "with XA_DEBUG: xa_is_sibling" in breach.text
