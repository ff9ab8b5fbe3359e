# SPDX-License-Identifier: GPL-2.0-or-later
from models.case.finding import Finding
from models.diagnosis.where.assembly import Kind, Site
from models.diagnosis.where.changes import changes
from models.diagnosis.where.trace import INSIDE, Change, Do, Event, Trace
from xarray_model.operations import Code, Operation

BRANCH = Site(Kind.BRANCH, "lib/own.c", 7, "some")


def tried(*ways: bool) -> set[Change]:
    events = [Event(0, way, 0, 0, 0) for way in ways]
    finding = Finding("own", 1, "node-count", "", "", 0, (), b"", b"")
    return set(changes(Trace([events], [{}], [], True), [BRANCH], finding, 0))


def test_a_branch_that_always_goes_one_way_goes_the_other() -> None:
    assert tried(True) == {Change(0, INSIDE, Do.FLIP), Change(0, INSIDE, Do.AGAIN, 1)}


def test_a_loop_goes_one_round_more() -> None:
    for ways, ends in (((False, True, True), 0), ((True, False, False), 1), ((False,), 0)):
        again = {one for one in tried(*ways) if one.do is Do.AGAIN}
        assert again == {Change(0, INSIDE, Do.AGAIN, ends)}


def test_a_branch_that_goes_both_ways_also_goes_the_same_way_each_time() -> None:
    whole = {one.do for one in tried(True, False, True) if one.instance == INSIDE}
    assert whole == {Do.FLIP, Do.AGAIN, Do.TAKE, Do.PASS}
    whole = {one.do for one in tried(True, True) if one.instance == INSIDE}
    assert whole == {Do.FLIP, Do.AGAIN}


def test_numbers_that_take_more_than_32_bits_are_stored_where_64_are() -> None:
    case = (Operation(Code.STORE, index=6 << 30, order=30, entry=4),)
    finding = Finding("own", 1, "node-count", "", "", 0, case, bytes(8), bytes(8))
    for size, wide in ((8, {6 << 30, (7 << 30) - 1, 7 << 30, (1 << 64) - 1}), (4, set())):
        site = Site(Kind.STORE, "lib/own.c", 7, "some", size)
        done = Trace([[Event(0, False, 0, 0, 5)]], [{}], [], True)
        tried = changes(done, [site], finding, 0)
        assert {one.value for one in tried if one.do is Do.SET} - {0} == wide
