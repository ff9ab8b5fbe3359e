# SPDX-License-Identifier: GPL-2.0-or-later
"""A counterexample of a harness as a case: operations that come to the same array and do the same,
which the driver runs with sanitizers and every spec judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.case.finding import Finding
from models.case.replay import judge
from models.case.trial import NoCase
from models.diagnosis.reproducer import Reproducer, reproducer
from models.kernel.source import Source
from models.subject.build import BuildError
from models.subject.implementation import examine
from proofs.c.cases import Case, Harness
from proofs.c.report import Outcome
from review.run.attempt import attempt
from review.run.saving import Saver
from xarray_model.operations import Code, Flag, Operation

_MARKS = range(3)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a counterexample of ``outcome`` shows as a case: the ``operations``, all that breaks,
    what broke in the proof first, and the reproducer of that; ``path`` is where the first is saved.
    ``reason`` says why it was not run, or not saved, or "".
    """

    outcome: Outcome
    operations: tuple[Operation, ...] = ()
    found: tuple[Finding, ...] = ()
    reproducer: Reproducer | None = None
    path: Path | None = None
    reason: str = ""


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


def replayed(source: Source, outcome: Outcome, folder: Path) -> Replayed:
    """Run a counterexample as a case, and save it in ``folder`` if something breaks."""
    if outcome.inputs is None:
        return Replayed(outcome, reason="the model checker gave no inputs")
    case = tuple(operations(outcome.case, outcome.inputs))
    try:
        implementation = examine(source, (outcome.case.s,), sanitize=True)
        found = judge(implementation, outcome.case.s, case)
    except (BuildError, NoCase) as error:
        return Replayed(outcome, case, reason=str(error))
    found.sort(key=lambda one: one.property not in outcome.properties)
    if not found:
        return Replayed(outcome, case)
    saver = Saver(folder, [implementation], seed=0, tell=lambda line: None)
    saver.found(found[0])
    made, _ = attempt(lambda: reproducer(implementation, found[0]))
    path = next(iter(saver.paths), None)
    return Replayed(outcome, case, tuple(found), made, path, "; ".join(saver.lost))
