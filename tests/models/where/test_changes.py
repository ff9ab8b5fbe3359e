# SPDX-License-Identifier: GPL-2.0-or-later
from models.finding import Finding
from models.where.assembly import Kind, Site
from models.where.changes import changes
from models.where.trace import INSIDE, Change, Do, Event, Trace

BRANCH = Site(Kind.BRANCH, "lib/own.c", 7, "some")


def tried(*ways: bool) -> set[Change]:
    events = [Event(0, way, 0, 0, 0) for way in ways]
    finding = Finding("own", 1, "node-count", "", "", 0, (), b"", b"")
    return set(changes(Trace([events], [{}], [], True), [BRANCH], finding, 0))


def test_a_branch_that_always_goes_one_way_goes_the_other() -> None:
    assert tried(True) == {Change(0, INSIDE, Do.FLIP)}


def test_a_branch_that_goes_both_ways_also_goes_the_same_way_each_time() -> None:
    whole = {one.do for one in tried(True, False, True) if one.instance == INSIDE}
    assert whole == {Do.FLIP, Do.TAKE, Do.PASS}
    assert {one.do for one in tried(True, True) if one.instance == INSIDE} == {Do.FLIP}
