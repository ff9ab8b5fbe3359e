# SPDX-License-Identifier: GPL-2.0-or-later
"""The update callback's protocol, judged on the array before and after and on the reports between.

A cursor's callback is told of a node once its count, nr_values and array are final and while the
lock is held; the page cache's callback then decides from them whether the node belongs on the
shadow-node LRU.  Who is on that list in the end is an invariant (``lru``, ``lru-stray``).

A kernel reports a store only to nodes whose count or nr_values it changes (``update_node``), so
that is all that is asked of a store; a split always reports the split node.

Facts: ``lib/xarray.c`` (``xas_update``, ``update_node``, ``xas_split``, ``xas_free_nodes``,
``xas_shrink``), ``mm/workingset.c`` (``workingset_update_node``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from specs.effect import split_place
from specs.property import Judgement, Register
from specs.survey import ROOT
from specs.view import View
from xarray_model.log import ARRAY_RIGHT, HEAD, LOCK_HELD, UNREACHABLE, Kind, LogRecord
from xarray_model.operations import Code, Operation

UPDATE = Register()
"""Every clause of the protocol by name."""

REPORTED = UPDATE.state(
    "update-reported", "every node whose count or nr_values changed, or that is new, is reported"
)
SPLIT_NODE = UPDATE.state("update-split-node", "a split reports the node that held the old entry")
FINAL = UPDATE.state(
    "update-final", "a node's last report carries the count, nr_values and shift that it then has"
)
VALID = UPDATE.state(
    "update-valid", "a split reports no node before count, nr_values, shift and offset are final"
)
ARRAY = UPDATE.state("update-array", "a node's array field is right at every report of it")
LOCK = UPDATE.state("update-lock", "the array's lock is held at every report")
REMOVED = UPDATE.state(
    "update-removed", "every node that a store takes out of the array is reported with count 0"
)
UNLINKED = UPDATE.state("update-unlinked", "a split reports no node that is not in the array")
QUIET = UPDATE.state(
    "update-quiet", "lookups, marks and splits that fail or are refused report no node"
)


def judge_update(
    operation: Operation, before: View, after: View, log: Sequence[LogRecord], succeeded: bool
) -> Iterator[Judgement]:
    """Judge the callbacks of one operation; ``log`` may hold publications too."""
    reports = [record for record in log if record.kind == Kind.CALLBACK]
    if reports:
        yield from (ARRAY, LOCK)
    for record in reports:
        if not record.flags & ARRAY_RIGHT:
            yield ARRAY.broken(f"{_where(record, after)}: its array field was wrong")
        if not record.flags & LOCK_HELD:
            yield LOCK.broken(f"{_where(record, after)}: reported without the lock")
    if operation.code in (Code.STORE, Code.CURSOR_CREATE_RANGE):
        yield from _last_reports(after, reports)
        yield from _coverage(before, after, reports)
        yield from _removals(before, after, reports)
    elif operation.code in (Code.SPLIT, Code.TRY_SPLIT) and succeeded:
        yield from _coverage(before, after, reports)
        yield from _split_reports(operation, after, reports)
    else:
        yield QUIET
        if reports:
            yield QUIET.broken(f"{len(reports)} reports, the first of {_where(reports[0], after)}")


def _coverage(before: View, after: View, reports: Sequence[LogRecord]) -> Iterator[Judgement]:
    reported = {record.node for record in reports}
    for place, now in after.contents.items():
        was = before.contents.get(place)
        if was is None:
            due = now.filled > 0
            what = "is new"
        else:
            due = (was.filled, was.values) != (now.filled, now.values)
            what = f"went from count {was.filled}, nr_values {was.values}"
        if due:
            yield REPORTED
        if due and after.places[place] not in reported:
            yield REPORTED.broken(
                f"{after.survey.path(after.places[place])} {what} (now count {now.filled},"
                f" nr_values {now.values}), and was not reported"
            )


def _last_reports(after: View, reports: Sequence[LogRecord]) -> Iterator[Judgement]:
    for record in {record.node: record for record in reports}.values():
        if record.node != UNREACHABLE:
            yield FINAL
            yield from _compare(record, after, offset=False)


def _split_reports(
    operation: Operation, after: View, reports: Sequence[LogRecord]
) -> Iterator[Judgement]:
    yield SPLIT_NODE
    if reports:
        yield from (UNLINKED, VALID)
    for record in reports:
        if record.node in (UNREACHABLE, HEAD):
            yield UNLINKED.broken(f"{_where(record, after)} was reported")
        else:
            yield from _compare(record, after, offset=True)
    place, _ = split_place(operation, after.snapshot.chunk_shift)
    if all(record.node != after.places.get(place) for record in reports):
        yield SPLIT_NODE.broken(f"the node at index {place.first}, shift {place.shift}: no report")


def _compare(record: LogRecord, after: View, offset: bool) -> Iterator[Judgement]:
    node = after.snapshot.nodes[record.node]
    fields = ["count", "nr_values", "shift"]
    if offset and after.survey.parents[record.node] != ROOT:
        fields.append("offset")
    for name in fields:
        final, reported = getattr(node, name), getattr(record, name)
        if final != reported:
            which = VALID if offset else FINAL
            yield which.broken(
                f"{_where(record, after)}: reported with {name} {reported},"
                f" it is {final} in the end"
            )


def _removals(before: View, after: View, reports: Sequence[LogRecord]) -> Iterator[Judgement]:
    gone = Counter(place.shift for place in before.contents.keys() - after.contents.keys())
    reported = Counter(
        record.shift
        for record in reports
        if record.node == UNREACHABLE and record.count == record.nr_values == 0
    )
    if gone:
        yield REMOVED
    for shift, number in sorted(gone.items()):
        if reported[shift] < number:
            yield REMOVED.broken(
                f"{number} nodes of shift {shift} were removed, {reported[shift]} reported as empty"
            )


def _where(record: LogRecord, after: View) -> str:
    if record.node < len(after.snapshot.nodes):
        return after.survey.path(record.node)
    return "the head" if record.node == HEAD else f"an unreachable node of shift {record.shift}"
