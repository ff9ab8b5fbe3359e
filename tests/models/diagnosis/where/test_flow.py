# SPDX-License-Identifier: GPL-2.0-or-later
"""What ran next, and who handed on a number."""

from models.diagnosis.where.assembly import Kind, Site
from models.diagnosis.where.flow import Flow
from models.diagnosis.where.spectrum import Line, Places, Step
from models.diagnosis.where.trace import Event

FILE = "lib/own.c"
LINE, STORE, RETURN = range(3)
SITES = [Site(kind, FILE, 1, "some") for kind in (Kind.LINE, Kind.STORE, Kind.RETURN)]


def at(number: int) -> Line:
    return FILE, number


def step(line: int, *callers: int, site: int = LINE, value: int = 0) -> Step:
    return Step(Event(site, False, 0, 0, value), at(line), tuple(map(at, callers)))


def test_what_runs_next_in_each_function() -> None:
    steps = [step(10), step(20, 10), step(21, 10), step(30, 21, 10), step(22, 10), step(11)]
    flow = Flow(steps, Places(SITES))
    assert list(flow.following(steps[1])) == [(0, 0, at(21)), (0, 1, at(22)), (1, 0, at(11))]
    # Another activation of the function is not what comes next in this one.
    assert list(Flow([*steps, step(23, 11)], Places(SITES)).following(steps[4])) == [(1, 0, at(11))]
    assert list(flow.following(step(10))) == []


def test_a_number_is_followed_back_to_who_came_up_with_it() -> None:
    wrong, right = 77, 5
    steps = [
        step(40, 20, 10, site=RETURN, value=right),
        step(30, 20, 10, site=STORE, value=wrong),
        step(31, 20, 10, site=RETURN, value=wrong),
        step(20, 10, site=STORE, value=wrong),
        step(21, 10, site=RETURN, value=wrong),
        step(10, site=RETURN, value=wrong),
    ]
    handed = Flow(steps, Places(SITES)).handed_on(wrong)
    assert [one.line for one in handed] == [at(10), at(21), at(20), at(31), at(30)]
    assert Flow(steps, Places(SITES)).handed_on(right) == []
