# SPDX-License-Identifier: GPL-2.0-or-later
"""Which lines wrote what is wrong, or wrote beside it where something was left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from models.case.finding import Finding
from models.diagnosis.where.flow import Flow
from models.diagnosis.where.spectrum import Line, Places, Step
from models.diagnosis.where.trace import CALLBACK, MOST_SITES, PUBLICATION, REQUEST, Fields, Trace
from models.pictures.explanation import answers_apart, pictures_apart
from xarray_model.log import UNREACHABLE, LogRecord, decode
from xarray_model.log import Kind as Record
from xarray_model.operations import Code, Operation
from xarray_model.snapshot import NodePicture


@dataclass
class Written:
    """Lines by what they wrote of what is wrong."""

    last: dict[Line, float] = field(default_factory=lambda: defaultdict(float))
    """Wrong places that the line wrote last, or that it called something for that did."""
    beside: dict[Line, float] = field(default_factory=lambda: defaultdict(float))
    """Wrong places beside which the line wrote after they were written last."""
    after: dict[Line, float] = field(default_factory=lambda: defaultdict(float))
    """Wrong places that the line ran after, where they, or beside them, were written last."""
    first: dict[Line, float] = field(default_factory=lambda: defaultdict(float))
    """How likely the line was the first to come up with a number that was answered and is wrong."""
    wrote: dict[Line, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The fields that are wrong of the nodes that the line wrote to."""
    names: set[str] = field(default_factory=set)
    """The fields that are wrong."""
    places: int = 0
    """How many places are wrong."""


class Place(NamedTuple):
    """Bytes of a node that are wrong, and the byte beside which to look for who should have
    written them."""

    node: int
    start: int
    size: int
    beside: int


def written(
    trace: Trace,
    done: Sequence[Sequence[Step]],
    places: Places,
    fields: Fields,
    flags: int,
    head: int,
    finding: Finding,
    right: bytes,
) -> Written:
    """Who wrote what is wrong: in the first snapshot that is not as expected, or in the log, which
    should be as ``right``, the model's; ``done`` are the steps of each operation."""
    found = Written()
    _answered(found, done, places, finding)
    apart = pictures_apart(finding)
    number = _operation(finding)
    wrong: list[Place] = []
    if apart is not None and apart[0] < len(trace.nodes):
        nodes = trace.nodes[apart[0]]
        number = max(apart[0] - 1, 0)
        for ordinal, (one, other) in enumerate(zip(apart[1].nodes, apart[2].nodes, strict=False)):
            if ordinal in nodes:
                wrong += _wrong(nodes[ordinal], one, other, fields)
        for ordinal in range(len(apart[1].nodes), len(apart[2].nodes)):
            if ordinal in nodes:
                # A node too many: what is kept while its count is not 0.
                wrong.append(Place(nodes[ordinal], fields.count, 1, fields.count))
        if apart[1].marks != apart[2].marks:
            wrong.append(Place(flags, 0, 4, 0))
        if apart[1].head != apart[2].head and not (apart[1].nodes and apart[2].nodes):
            wrong.append(Place(head, 0, 8, 0))
    stores = [
        (step, operation == number)
        for operation, steps in enumerate(done[: number + 1])
        for step in steps
        if step.event.site >= MOST_SITES
        or (step.event.address and not places.sites[step.event.site].local)
    ]
    found.places = len(wrong)
    for place in wrong:
        array = {flags: "xa_flags", head: "xa_head"}.get(place.node)
        found.names |= {array} if array else set(_named(place, fields))
    flow = Flow(done[number] if number < len(done) else (), places)
    for place in wrong:
        _credit(found, place, stores, places, fields, flow)
        for step, _ in stores:
            if step.line is not None and _in(step, place.node, fields):
                found.wrote[step.line] |= set(_named(place, fields))
    requests = [step for step, now in stores if now and step.event.site == REQUEST]
    surplus = requests[_wanted(finding, number, len(requests)) :]
    found.places += len(surplus)
    for step in surplus:
        _up(found.last, step, 1.0, _TOLD)
    if finding.property.startswith("publish"):
        _published(found, trace, stores, number, right, places, fields, flow)
    if not wrong:
        _reported(found, trace, stores, number, right, fields, flow)
    return found


def _wanted(finding: Finding, number: int, made: int) -> int:
    """How many requests an operation should make, of those that it made."""
    for place, (want, _have) in answers_apart(finding):
        if place == number and finding.operations[place].code in _REQUESTS:
            first = _REQUESTS[finding.operations[place].code]
            return sum(want.words[one] for one in first)
    return made


_REQUESTS = {
    Code.SPLIT: (1, 3),
    Code.CURSOR_SPLIT: (1, 3),
    Code.TRY_SPLIT: (1,),
    Code.COUNT_ALLOC: (1,),
    Code.CURSOR_SPLIT_ALLOC: (1,),
    Code.CURSOR_SPLIT_ALONE: (1,),
    Code.CURSOR_CREATE_RANGE: (1,),
}
"""The words of an answer that count requests."""


def _operation(finding: Finding) -> int:
    return len(finding.operations) - 1 if finding.operation is None else finding.operation


_Stores: TypeAlias = Sequence[tuple[Step, bool]]
_UP = (1.0, 0.6, 0.3)
"""What a line is credited with for a store of its own, of what it called, and so on."""
_NEXT = (1.0, 0.8, 0.6)
"""What the first three lines are credited with that wrote beside something."""
_TOLD = (0.3, 1.0, 0.6)
"""The same for a report, which one line of all makes."""


_NAMES = ("shift", "offset", "count", "nr_values", "parent", "array", "slots", "marks")


def _named(place: Place, fields: Fields) -> Iterator[str]:
    """The field that a wrong place of a node is in."""
    for name in _NAMES:
        start: int = getattr(fields, name)
        end = {"slots": fields.marks, "marks": fields.node}.get(name, start + 1)
        if start <= place.start < end:
            yield name


def _answered(
    found: Written, done: Sequence[Sequence[Step]], places: Places, finding: Finding
) -> None:
    """Who came up with the numbers that are answered and wrong."""
    for number, (want, have) in answers_apart(finding)[:1]:
        for wrong in Counter(have.words) - Counter(want.words):
            given = any(wrong in _given(one) for one in finding.operations[: number + 1])
            # Small numbers, and those that were given, come up everywhere.
            common = given or wrong < _SMALL
            steps = [step for one in done[number if common else 0 : number + 1] for step in one]
            flow = Flow(steps, places)
            bearing = [step for step in flow.bearing(wrong) if step.line]
            handed = flow.handed_on(wrong)
            for some, share in (
                (bearing[:1], 0.5 if common else 1.0),
                (bearing[-1:], 0.5),
                (handed, 0.6),
                (handed[-1:], 1.0),
            ):
                for step in some:
                    lines = (step.line, *step.callers)
                    for line, up in zip(lines, _UP, strict=False):
                        if line is not None:
                            found.first[line] = max(found.first[line], share * up)


_SMALL = 8


def _given(operation: Operation) -> tuple[int, ...]:
    return (operation.index, operation.entry, operation.argument)


def _after(found: Written, flow: Flow, step: Step, weight: float) -> None:
    """Credits the lines that ran after a step: what should have been done and was not, is missing
    before or after one of them."""
    for frame, place, line in flow.following(step):
        found.after[line] += weight * _UP[frame] * _NEXT[place]


def _credit(
    found: Written,
    place: Place,
    stores: _Stores,
    places: Places,
    fields: Fields,
    flow: Flow,
) -> None:
    inside = [
        one for one in stores if place.node <= one[0].event.address < place.node + fields.node
    ]
    hits = [
        at
        for at, (step, _) in enumerate(inside)
        if step.event.site < MOST_SITES
        and step.event.address < place.node + place.start + place.size
        and place.node + place.start < step.event.address + places.sites[step.event.site].size
    ]
    recent = bool(hits) and inside[hits[-1]][1]
    # What one line alone wrote may be how the node begins, and what should follow was left out.
    once = len({inside[at][0].line for at in hits}) == 1
    if hits:
        _up(found.last, inside[hits[-1]][0], (0.7 if once else 1.0) if recent else 0.3)
    since: Sequence[Step] = [step for step, now in inside[hits[-1] + 1 if recent else 0 :] if now]
    if not hits:
        since = _beginning(since, places, fields, place.node)
    for step in since[-1:]:
        _after(found, flow, step, 1.0)
    for at in hits[-1:]:
        _after(found, flow, inside[at][0], 1.0 if once else 0.5)
    _beside(found, since, place.node + place.beside, 0.6 if recent and not once else 1.0)


def _leads(step: Step, node: int) -> bool:
    """Whether a store in the tree lets something lead to a node."""
    return step.event.address != 0 and step.event.value & ~3 == node


def _beginning(since: Sequence[Step], places: Places, fields: Fields, node: int) -> Sequence[Step]:
    """Of a node's stores those of the function that sets most of its fields: what is never written
    was left out there."""
    kinds: dict[str, set[int]] = defaultdict(set)
    for step in since:
        place = step.event.address - node
        if (
            step.event.site < MOST_SITES
            and not 0 <= place - fields.slots < fields.marks - fields.slots
        ):
            kinds[places.function(step)].add(place)
    if not kinds:
        return since
    most = max(kinds, key=lambda name: len(kinds[name]))
    return [step for step in since if places.function(step) == most]


def _up(
    credited: dict[Line, float], step: Step, weight: float, shares: Sequence[float] = _UP
) -> None:
    lines = ([step.line] if step.line else []) + list(step.callers)
    for line, share in zip(dict.fromkeys(lines), shares, strict=False):
        credited[line] += weight * share


def _beside(found: Written, since: Sequence[Step], address: int, weight: float = 1.0) -> None:
    near = sorted(since, key=lambda step: abs(step.event.address - address))
    for place, step in enumerate(_lines_once(near)[:3]):
        shares = _TOLD if step.event.site == CALLBACK else _UP
        _up(found.beside, step, weight * _NEXT[place], shares)


def _lines_once(steps: Sequence[Step]) -> list[Step]:
    once: dict[Line | None, Step] = {}
    for step in steps:
        once.setdefault(step.line, step)
    return list(once.values())


def _published(
    found: Written,
    trace: Trace,
    stores: _Stores,
    number: int,
    right: bytes,
    places: Places,
    fields: Fields,
    flow: Flow,
) -> None:
    """Who published, and who stored without publishing what the model publishes."""
    nodes = trace.nodes[number] if number < len(trace.nodes) else {}
    published = {
        step.event.address for step, now in stores if now and step.event.site == PUBLICATION
    }
    for step, now in stores:
        if now and step.event.site == PUBLICATION:
            _up(found.last, step, 0.5)
    for record in decode(right):
        if record.operation != number or record.kind is not Record.PUBLICATION:
            continue
        found.places += 1
        base = nodes.get(record.node)
        if base is not None and base + fields.slots + 8 * record.slot not in published:
            start = fields.slots + 8 * record.slot
            _credit(found, Place(base, start, 8, start), stores, places, fields, flow)


def _reported(
    found: Written,
    trace: Trace,
    stores: _Stores,
    number: int,
    right: bytes,
    fields: Fields,
    flow: Flow,
) -> None:
    """The same for callbacks: those that are missing, too many, or too early."""
    nodes = trace.nodes[number] if number < len(trace.nodes) else {}
    addresses = {address: ordinal for ordinal, address in nodes.items()}
    wanted: dict[int, LogRecord] = {}
    for record in decode(right):
        if record.operation == number and record.kind is Record.CALLBACK:
            wanted[record.node] = record
    told: dict[int, list[Step]] = defaultdict(list)
    now = [step for step, here in stores if here]
    for step in now:
        if step.event.site == CALLBACK:
            told[addresses.get(step.event.address, UNREACHABLE)].append(step)
    for ordinal, steps in told.items():
        if ordinal not in wanted or len(steps) > 1:
            for step in steps:
                found.places += 1
                _up(found.last, step, 0.5 if ordinal in wanted else 1.0, _TOLD)
        base = nodes.get(ordinal)
        if base is None:
            continue
        # What is still stored once it was reported: that was too early, or this is too late.
        at = max(place for place, step in enumerate(now) if step is steps[-1])
        for step in now[at + 1 :]:
            if step.event.site < MOST_SITES and _in(step, base, fields):
                found.places += 1
                _up(found.last, steps[-1], 0.7, _TOLD)
                _up(found.last, step, 1.0)
    for ordinal in wanted.keys() - told.keys():
        base = nodes.get(ordinal)
        if base is None:
            continue
        found.places += 1
        # The report belongs behind the last that was done to the node.
        for step in [step for step in now if _in(step, base, fields)][-1:]:
            _after(found, flow, step, 1.0)


def _in(step: Step, base: int, fields: Fields) -> bool:
    """Whether something is done to a node."""
    return base <= step.event.address < base + fields.node


def _wrong(base: int, one: NodePicture, other: NodePicture, fields: Fields) -> Iterator[Place]:
    for name in ("shift", "offset", "count", "nr_values"):
        if getattr(one, name) != getattr(other, name):
            start = getattr(fields, name)
            yield Place(base, start, 1, start)
    wrong = one.flags ^ other.flags
    if wrong & 1:
        yield Place(base, fields.parent, 8, fields.parent)
    if wrong & 2:
        yield Place(base, fields.array, 8, fields.array)
    for slot, (mine, theirs) in enumerate(zip(one.slots, other.slots, strict=False)):
        if mine != theirs:
            start = fields.slots + 8 * slot
            yield Place(base, start, 8, start)
    for mark, (mine, theirs) in enumerate(zip(one.marks, other.marks, strict=True)):
        differ = mine ^ theirs
        if differ:
            slot = (differ & -differ).bit_length() - 1
            start = fields.marks + mark * fields.mark_bytes
            yield Place(base, start, fields.mark_bytes, fields.slots + 8 * slot)
