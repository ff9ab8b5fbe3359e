# SPDX-License-Identifier: GPL-2.0-or-later
"""The list of mutants that survive for a reason, held against reality."""

from collections.abc import Iterable

import pytest

from models.kernel.source import Source, port_source
from models.mutants.machine_made import cases, suite
from models.mutants.machine_made.argued import reasons
from models.mutants.machine_made.change import Change
from models.mutants.machine_made.functions import of_source
from models.mutants.machine_made.making import changes
from models.mutants.machine_made.suite import Prepared, Suites
from models.subject.implementation import examine
from models.sweep.sweep import quick_units
from tests import kernels

TRIED = 3
"""How many of them CI runs, and through the first cases only."""


def listed(source: Source) -> dict[str, Change]:
    """The mutants of a source that the list names."""
    wanted = {name.partition("+")[0] for name in reasons()}
    names = [name for name in of_source(source) if name in wanted]
    return {one.name: one for one in changes(source, names) if one.name in reasons()}


def missing(sources: Iterable[Source]) -> set[str]:
    """What of the list is a mutant of none of these."""
    left = set(reasons())
    for source in sources:
        left -= listed(source).keys() if left else set()
    return left


PORTS = (port_source(), port_source(recursive=True))


def test_each_is_a_mutant_of_the_port_or_of_a_kernel() -> None:
    if missing(PORTS):
        kernels_too = [kernels.named(release).source for release in ("7.3", "6.12")]
        assert missing([*PORTS, *kernels_too]) == set()


def test_some_survive_what_every_mutant_is_put_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "READERS", ())
    source = port_source()
    some = [*listed(source).values()][:TRIED]
    one = examine(source, (1, 2))
    stages: list[tuple[str, list[cases.Block | cases.Histories]]] = [
        (f"first cases at {s}", [*cases.blocks(one, quick_units([s]))]) for s in (1, 2)
    ]
    suites = Suites(Prepared(source, one, stages, {}, None))
    assert [one.name for one in some if suites.fate(one).ours.killed] == []


@pytest.mark.long  # each takes ten seconds
@pytest.mark.parametrize("recursive", [False, True])
def test_all_of_the_port_survive_everything(recursive: bool) -> None:
    source = port_source(recursive)
    suites = Suites(suite.prepare(source, kernel=False))
    fates = [suites.fate(one) for one in listed(source).values()]
    assert [one.change.name for one in fates if one.ours.killed] == []
    assert [one.change.name for one in fates if one.same] == []


@pytest.mark.long  # each takes ten seconds
@kernels.each
def test_all_of_a_kernel_survive_everything(kernel: kernels.Kernel) -> None:
    suites = Suites(suite.prepare(kernel.source, kernel=False))
    fates = [suites.fate(one) for one in listed(kernel.source).values()]
    assert [one.change.name for one in fates if one.ours.killed] == []


def test_one_that_is_gone_would_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {"xas_split+1.0000000000": "it is not there"}
    monkeypatch.setitem(globals(), "reasons", lambda: gone)
    assert missing(PORTS) == gone.keys()
