# SPDX-License-Identifier: GPL-2.0-or-later
"""A counterexample of a harness as a case: operations that come to the same array and do the same,
which the driver runs with sanitizers and every spec judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.case.finding import Finding
from models.case.replay import judge
from models.diagnosis.reproducer import Reproducer, reproducer
from models.kernel.source import Source
from models.subject.implementation import examine
from proofs.c.cases import Case, Harness
from proofs.c.report import Outcome
from xarray_model.operations import Code, Flag, Operation

_MARKS = range(3)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the case shows: the ``operations``, all that breaks, what broke in the proof first, and
    the reproducer of that."""

    operations: tuple[Operation, ...]
    found: tuple[Finding, ...]
    reproducer: Reproducer | None


def entry(word: int) -> int:
    """The entry that a harness makes of an input: a value, or a pointer that is not NULL."""
    return word if word & 1 else word & ~3 or 4


def operations(case: Case, inputs: Mapping[str, int]) -> list[Operation]:
    """The case of a harness with these inputs, an input that is not given being 0."""
    given = {name: inputs.get(name, 0) for name in ("position", "inside", "old", "new", "other",
             "other_slot", "marks", "other_marks", "probe", "fails")}  # fmt: skip
    s, order, level = case.s, case.order, case.order // case.s
    mask = (1 << s) - 1
    first = (given["position"] & ((1 << s * case.levels - order) - 1)) << order
    index = first + (given["inside"] & ((1 << order) - 1))
    slot, slots = first >> level * s & mask, 1 << order % s
    other_slot = given["other_slot"] & mask
    other = (first >> (level + 1) * s << (level + 1) * s) + (other_slot << level * s)
    made = [Operation(Code.STORE, first, order, entry=entry(given["old"]))]
    made += _marks(first, given["marks"])
    if not slot <= other_slot < slot + slots:
        made.append(Operation(Code.STORE, other, level * s, entry=entry(given["other"])))
        made += _marks(other, given["other_marks"])
    made.append(Operation(Code.SNAPSHOT))
    fails = case.fail_at or (case.harness is Harness.TRY_SPLIT and given["fails"] & 1)
    if fails:
        which = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING
        made.append(Operation(Code.FAIL, argument=fails, flags=which))
    code = Code.TRY_SPLIT if case.harness is Harness.TRY_SPLIT else Code.SPLIT
    made.append(Operation(code, index, order, case.new_order, entry(given["new"])))
    made.append(Operation(Code.SNAPSHOT))
    if case.harness is Harness.MERGE:
        made.append(Operation(Code.STORE, first, order, entry=entry(given["old"])))
        made.append(Operation(Code.SNAPSHOT))
    if case.harness is Harness.LOOKUP:
        probe = given["probe"] & ((1 << s * case.levels) - 1)
        made += [Operation(Code.LOAD, probe), Operation(Code.GET_ORDER, probe)]
        made += [Operation(Code.GET_MARK, probe, mark=mark) for mark in _MARKS]
    return made


def _marks(index: int, marks: int) -> list[Operation]:
    return [Operation(Code.SET_MARK, index, mark=mark) for mark in _MARKS if marks >> mark & 1]


def replayed(source: Source, outcome: Outcome) -> Replayed:
    """Run a counterexample as a case.  Raises BuildError or NoCase."""
    implementation = examine(source, (outcome.case.s,), sanitize=True)
    case = operations(outcome.case, outcome.inputs or {})
    found = judge(implementation, outcome.case.s, case)
    told = outcome.properties
    found = sorted(found, key=lambda one: one.property not in told)
    made = reproducer(implementation, found[0]) if found else None
    return Replayed(tuple(case), tuple(found), made)
