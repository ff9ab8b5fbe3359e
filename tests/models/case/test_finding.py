# SPDX-License-Identifier: GPL-2.0-or-later
from dataclasses import replace

from models.case.extent import Extent
from models.case.finding import Finding
from models.case.findings import Findings, is_seen
from models.sweep.cases import Group, Surroundings
from xarray_model.operations import Code, Operation


def finding(
    chunk_shift: int = 2, order: int = 3, broken: str = "lru", implementation: str = "port"
) -> Finding:
    case = (Operation(Code.STORE, 0, order, entry=4), Operation(Code.SNAPSHOT))
    return Finding(implementation, chunk_shift, broken, "statement", "detail", 1, case, b"", b"")


def test_the_smallest_case_stands_for_all() -> None:
    found = Findings()
    found.add(finding(chunk_shift=3), (3, 3, 0), cases=2)
    found.add(finding(chunk_shift=1), (1, 3, 0))
    found.add(finding(chunk_shift=2), (2, 3, 0))
    (breach,) = found.sorted()
    assert breach.smallest.chunk_shift == 1
    assert breach.cases == 4
    assert breach.extent == {(1, 3, 0), (2, 3, 0), (3, 3, 0)}


def test_implementations_and_properties_are_kept_apart() -> None:
    found = Findings()
    for broken in ("lru", "refines"):
        for name in ("port", "Linux 6.1"):
            found.add(finding(broken=broken, implementation=name), (2, 3, 0))
    names = [(one.smallest.implementation, one.smallest.property) for one in found.sorted()]
    assert names == [
        ("Linux 6.1", "lru"),
        ("Linux 6.1", "refines"),
        ("port", "lru"),
        ("port", "refines"),
    ]


def test_adding_up_two_searches_changes_neither() -> None:
    one, two = Findings(), Findings()
    one.add(finding(), (2, 3, 0))
    two.add(finding(), (2, 3, 1))
    total = Findings()
    total.update(one)
    total.update(two)
    assert total.sorted()[0].cases == 2
    assert one.sorted()[0].cases == two.sorted()[0].cases == 1
    assert one.sorted()[0].extent == {(2, 3, 0)}


def test_of_each_combination_of_traits_that_fails_the_smallest_case_is_kept_without_answers() -> (
    None
):
    found = Findings()
    group = Group(2, 3, 1, 0, Surroundings.ALONE, 1, True, False, failing=0)
    elsewhere = replace(group, position=1)
    for of, order in ((elsewhere, 3), (group, 2), (elsewhere, 4), (replace(group, marks=2), 3)):
        extent = Extent()
        extent.count(of, of.starts()[:1])
        found.add_case([replace(finding(order=order), actual=b"answer")], extent)
    total = Findings()
    total.update(found)
    (failure,) = total.failures.values()
    kept = sorted(one.first[0].operations[0].order for one in failure.examples.values())
    assert kept == [2, 3] and failure.cases == 4
    assert {one.first[0].actual for one in failure.examples.values()} == {b""}


def test_what_fails_as_others_did_is_seen_and_what_shows_less_is_not() -> None:
    """A case that shows one of two symptoms that were only met together tells them apart."""
    one, other = finding(broken="lru"), finding(broken="refines")
    both, alone = Findings(), Findings()
    extent = Extent()
    extent.splits[2, 3, 0] += 1
    both.add_case([one, other], extent)
    alone.add_case([one], extent)
    assert is_seen([one, other], both.seen("port")) and is_seen([one], alone.seen("port"))
    assert not is_seen([one], both.seen("port"))
    assert not is_seen([one, other], alone.seen("port"))
    assert not is_seen([one], both.seen("Linux 6.1"))
    before = replace(one, before=True)
    assert not is_seen([before], alone.seen("port"))
    alone.add_case([other], extent)
    assert is_seen([one, other], alone.seen("port"))
