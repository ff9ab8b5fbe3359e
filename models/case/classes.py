# SPDX-License-Identifier: GPL-2.0-or-later
"""The class of what was found in a case, and whether it is a known deviation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from models.case.aspects import Aspect, aspect
from models.case.deviating import ON_SPLIT, answer, possible
from models.case.deviations import DEVIATIONS
from models.case.ends import ENDS, HANGS
from models.case.finding import LOG_AGREES, Finding
from models.case.reference import Outcome, SplitKind
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
    account for it; empty where others account for it, which ``met`` then counts, ``cases`` each.

    ``actual`` and ``hung`` are those of ``explained``.
    """
    if not found:
        return []
    s = found[0].chunk_shift
    known = explained(implementation, s, kind_of(implementation), operations, actual, hung, found)
    # Of several, what is told is the first: each has cases in which it is alone.
    told = tuple(sorted((known or frozenset()) & ON_SPLIT))[:1]
    if known and not told:
        if met is not None:
            met.update(dict.fromkeys(known, cases))
        return []
    return [
        replace(
            one,
            contract=contract(
                operations[: None if one.operation is None else one.operation + 1],
                s,
                one_level=implementation.one_level,
            ),
            deviations=told,
        )
        for one in found
    ]


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
    shown = [one.operation for one in found]
    names = possible(operations, s, implementation.deviations, shown)
    broken = {one.property for one in found}
    likely = [name for name in names if _PROPERTIES[name] in broken]

    def made_by(some: Iterable[str]) -> Outcome | None:
        outcome = answer(operations, s, kind, some, actual, width=implementation.bits)
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
    return frozenset(name for name in names if made_by(others[name]) is None)


def _breaks(
    implementation: Implementation,
    s: int,
    operations: Sequence[Operation],
    outcome: Outcome,
    found: Sequence[Finding],
) -> bool:
    """Whether all that was found follows from an outcome: what the result bytes show does, and
    what the log shows must break there, too."""
    fatal = {name for name, _ in ENDS.values()} - {HANGS}
    if any(one.property in fatal or one.property == LOG_AGREES[0] for one in found):
        return False
    if any(one.property == HANGS and outcome.hangs is None for one in found):
        return False
    logged = {(one.property, one.operation) for one in found if aspect(one.property) in _LOGGED}
    if not logged:
        return True
    log = b"".join(record.encode() for one in outcome.log for record in one)
    judge = Judge(s, one_level=implementation.one_level, bits=implementation.bits)
    judged = judge.case(operations[: outcome.hangs], outcome.results, log)
    return logged <= {(one.property, one.operation) for one in judged}
