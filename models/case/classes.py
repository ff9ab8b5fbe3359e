# SPDX-License-Identifier: GPL-2.0-or-later
"""The class of what was found in a case, and whether it is a known deviation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from models.case.aspects import Aspect, aspect
from models.case.deviating import ON_SPLIT, answer, possible
from models.case.deviations import DEVIATIONS
from models.case.ends import ENDS, HANGS
from models.case.finding import AGREES, LOG_AGREES, Finding
from models.case.reference import Outcome, SplitKind
from models.case.verdict import first_difference, shown
from models.subject.implementation import Implementation
from specs.callers import contract
from specs.judge import Judge
from xarray_model.operations import Operation

_LOGGED = frozenset({Aspect.UPDATE, Aspect.PUBLICATION, Aspect.REQUESTS})
_PROPERTIES = {one.name: one.property for one in DEVIATIONS}


def kind_of(implementation: Implementation) -> SplitKind:
    """Which of the model's splits an implementation must agree with."""
    return SplitKind.ONE_LEVEL if implementation.one_level else SplitKind.ITERATIVE


def classified(
    implementation: Implementation,
    operations: Sequence[Operation],
    actual: bytes,
    hung: int | None,
    found: Sequence[Finding],
    met: Counter[str] | None = None,
    cases: int = 1,
) -> list[Finding]:
    """What was ``found`` in a case, told of its class and of the known deviations of the split that
    account for it; without what others account for, which ``met`` then counts, ``cases`` each.

    ``actual`` and ``hung`` are those of ``explained``.
    """
    if not found:
        return []
    s = found[0].chunk_shift
    known = explained(implementation, s, kind_of(implementation), operations, actual, hung, found)
    if known is None:
        deviating, own = beside(implementation, operations, actual, hung, found)
    else:
        deviating, own = ([(known, list(found))] if known else []), [] if known else list(found)
    told = own
    for names, some in deviating:
        # Of several, what is told is the first: each has cases in which it is alone.
        first = tuple(sorted(names & ON_SPLIT))[:1]
        told = [*(replace(one, deviations=first) for one in some if first), *told]
        if not first and met is not None:
            met.update(dict.fromkeys(names, cases))
    return [
        replace(
            one,
            contract=contract(
                operations[: None if one.operation is None else one.operation + 1],
                s,
                one_level=implementation.one_level,
            ),
        )
        for one in sorted(told, key=lambda one: one.operation or 0)
    ]


def parts(found: Iterable[Finding]) -> list[list[Finding]]:
    """What was found in one case, by what is told by itself (``Finding.apart``)."""
    by: dict[tuple[str, ...], list[Finding]] = {}
    for one in found:
        by.setdefault(one.apart(), []).append(one)
    return list(by.values())


_Deviating: TypeAlias = list[tuple[frozenset[str], list[Finding]]]
"""What known deviations account for, with the names of these."""


def beside(
    implementation: Implementation,
    operations: Sequence[Operation],
    actual: bytes,
    hung: int | None,
    found: Sequence[Finding],
) -> tuple[_Deviating, list[Finding]]:
    """Of what was ``found`` in a case that is not all due to known deviations, what these break,
    too, with the same numbers in the same operation, and the rest.

    The rest is never empty: that the answers are not those of the deviations is a finding.
    """
    s, kind = found[0].chunk_shift, kind_of(implementation)
    places = {one.operation for one in found}
    had = implementation.deviations
    names = sorted({name for at in places for name in possible(operations, s, had, [at])})
    deviating: _Deviating = []
    rest = list(found)
    for some in [*([name] for name in names), names] if len(names) > 1 else [names]:
        outcome = answer(operations, s, kind, some, width=implementation.bits) if some else None
        if outcome is None or outcome.undetermined is not None or not rest:
            continue
        broken = _broken(implementation, s, operations, outcome)
        if hung is not None and hung == outcome.hangs:
            broken |= {(HANGS, hung, one.detail) for one in rest}
        theirs = [one for one in rest if (one.property, one.operation, one.detail) in broken]
        if theirs:
            deviating.append((frozenset(some), theirs))
            rest = [one for one in rest if one not in theirs]
    if not deviating:
        return [], rest
    every = frozenset[str]().union(*(some for some, _ in deviating))
    outcome = answer(operations, s, kind, every, width=implementation.bits)
    right = b"" if outcome is None or outcome.undetermined is not None else outcome.results
    if not rest:
        place = first_difference(operations, operations[:hung], right, actual) if right else None
        if place is None:
            return [], list(found)
        rest = [
            replace(
                found[0],
                property=AGREES[0],
                statement=AGREES[1],
                detail="the answers differ, also from those of the known deviations",
                operation=place,
            )
        ]
    return deviating, [replace(one, beside=right) for one in rest]


def _broken(
    implementation: Implementation, s: int, operations: Sequence[Operation], outcome: Outcome
) -> set[tuple[str, int | None, str]]:
    """Property, operation and detail of all that breaks in a case by known deviations."""
    judge = Judge(s, one_level=implementation.one_level, bits=implementation.bits)
    log = b"".join(record.encode() for one in outcome.log for record in one)
    violations = judge.case(operations[: _told(outcome)], outcome.results, log)
    told = shown(implementation, s, operations, outcome.results, outcome.results, violations)
    return {(one.property, one.operation, one.detail) for one in told}


def explained(
    implementation: Implementation,
    s: int,
    kind: SplitKind,
    operations: Sequence[Operation],
    actual: bytes,
    hung: int | None,
    found: Sequence[Finding],
) -> frozenset[str] | None:
    """The known deviations that a case meets, when they account for all that was ``found`` in it;
    None when they do not.

    The ``implementation`` must have them, ``actual`` be the bytes that follow from them, ``hung``
    the number of the operation that never ends by them, and each property that broke one that
    breaks by them at that operation.
    """
    at = [one.operation for one in found]
    names = possible(operations, s, implementation.deviations, at)
    broken = {one.property for one in found}
    likely = [name for name in names if _PROPERTIES[name] in broken]

    def made_by(some: Iterable[str]) -> Outcome | None:
        outcome = answer(operations, s, kind, some, actual, width=implementation.bits)
        if outcome is not None and outcome.undetermined is not None:
            ended = hung is None or hung >= outcome.undetermined
            return outcome if ended and actual.startswith(outcome.results) else None
        told = None if outcome is None else (outcome.results, outcome.hangs)
        return outcome if told == (actual, hung) else None

    # Most cases meet one deviation, which breaks what it says.
    for name in likely:
        outcome = made_by([name])
        if outcome is not None and _breaks(implementation, s, operations, outcome, found):
            return frozenset({name})
    outcome = made_by(names) if len(names) > len(likely[:1]) else None
    if outcome is None or not _breaks(implementation, s, operations, outcome, found):
        return None
    others = {name: [other for other in names if other != name] for name in names}
    needed = frozenset(name for name in names if made_by(others[name]) is None)
    return needed or frozenset(names)


def _breaks(
    implementation: Implementation,
    s: int,
    operations: Sequence[Operation],
    outcome: Outcome,
    found: Sequence[Finding],
) -> bool:
    """Whether all that was found follows from an outcome: what the result bytes show does, and
    what the log shows must break there, too.  From where nothing is told anything may follow."""
    found = [one for one in found if not _beyond(outcome, one)]
    fatal = {name for name, _ in ENDS.values()} - {HANGS}
    if any(one.property in fatal or one.property == LOG_AGREES[0] for one in found):
        return False
    if any(one.property == HANGS and outcome.hangs is None for one in found):
        return False
    logged = {(one.property, one.operation) for one in found if aspect(one.property) in _LOGGED}
    if not logged:
        return True
    broken = _broken(implementation, s, operations, outcome)
    return logged <= {(name, place) for name, place, _ in broken}


def _told(outcome: Outcome) -> int | None:
    """How many operations an outcome tells of; None for all."""
    return outcome.hangs if outcome.undetermined is None else outcome.undetermined


def _beyond(outcome: Outcome, one: Finding) -> bool:
    """Whether what was found is in an operation, or comes after one, of which nothing is told."""
    first = outcome.undetermined
    return first is not None and one.operation is not None and one.operation >= first
