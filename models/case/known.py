# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of the known deviations an implementation has, found out by running their cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from models.case.classes import beside, explained, kind_of
from models.case.deviating import answer
from models.case.deviations import DEVIATIONS, Deviation
from models.case.ends import HANGS
from models.case.finding import Finding
from models.case.trial import Trial
from models.kernel.source import Source
from models.subject.build import BuildError, build
from models.subject.implementation import Implementation, examine
from specs.callers import Contract
from xarray_model.operations import Code


@dataclass(frozen=True, slots=True)
class Known:
    """A known deviation that an implementation has, and what its case shows there."""

    deviation: Deviation
    finding: Finding


@dataclass
class Deviating:
    """What the cases of the known deviations show.

    ``present`` are those that the implementation has.  ``otherwise`` is what breaks in a case that
    is answered neither rightly nor as these deviate: another defect in the same place.  ``hidden``
    are those of the base in whose cases that is so: they may be there all the same.  ``mended`` are
    those of the base whose cases are answered rightly.
    """

    present: list[Known] = field(default_factory=list)
    otherwise: list[Finding] = field(default_factory=list)
    hidden: list[Deviation] = field(default_factory=list)
    mended: list[Deviation] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those that the implementation has."""
        return tuple(had.deviation.name for had in self.present)

    @property
    def accounting(self) -> tuple[str, ...]:
        """The names of those that what is found may be due to."""
        return (*self.names, *(one.name for one in self.hidden))


def known(implementation: Implementation) -> Deviating:
    """What the cases of the known deviations show.  BuildError if it does not compile.

    Where the base of what is tested is known, a deviation that it does not have is one no more.
    """
    shown = _known(implementation)
    lineage = implementation.source.lineage
    if lineage is None:
        return replace(shown, hidden=[])
    try:
        theirs = _names(lineage.base)
    except BuildError:
        return replace(shown, hidden=[])
    left = {*shown.names, *(one.name for one in shown.hidden)}
    shown.mended = [one for one in DEVIATIONS if one.name in theirs and one.name not in left]
    shown.hidden = [one for one in shown.hidden if one.name in theirs]
    having = replace(implementation, deviations=shown.accounting)
    shown.otherwise = [one for case in by_case(shown.otherwise) for one in _besides(having, case)]
    # Of what no caller may ask for, the base's defect is told where nothing hides it.
    cases = {one.case for one in shown.hidden}
    shown.otherwise = [
        one
        for one in shown.otherwise
        if one.contract is Contract.CALLERS or one.operations not in cases
    ]
    added = [had.finding for had in shown.present if had.deviation.name not in theirs]
    shown.present = [had for had in shown.present if had.deviation.name in theirs]
    shown.otherwise += [replace(one, deviations=()) for one in added]
    return shown


def by_case(found: Sequence[Finding]) -> list[list[Finding]]:
    """The findings, by the case that shows them."""
    by: dict[object, list[Finding]] = {}
    for one in found:
        by.setdefault((one.chunk_shift, one.operations), []).append(one)
    return list(by.values())


def _besides(implementation: Implementation, found: list[Finding]) -> list[Finding]:
    """What is wrong in a case besides the known deviations."""
    one = found[0]
    hung = next((each.operation for each in found if each.property == HANGS), None)
    return beside(implementation, one.operations, one.actual, hung, found)[1]


_of_bases: dict[tuple[object, ...], tuple[str, ...]] = {}


def _names(base: Source) -> tuple[str, ...]:
    """Those that a base has; its cases are run once, however many sources were made from it."""
    key = (base.units, base.defines, base.configuration, *sorted(base.sha256.items()))
    if key not in _of_bases:
        shifts = tuple(sorted({deviation.chunk_shift for deviation in DEVIATIONS}))
        _of_bases[key] = _known(examine(base, shifts)).names
    return _of_bases[key]


def _known(implementation: Implementation) -> Deviating:
    shown = Deviating()
    bare = replace(implementation, deviations=())
    for s in sorted({deviation.chunk_shift for deviation in DEVIATIONS}):
        if s not in bare.executables:
            bare = replace(bare, executables={**bare.executables, s: build(bare.source, s)})
        with Trial(bare, s) as trial:
            wrong = []
            for one in (deviation.at(bare.bits) for deviation in DEVIATIONS):
                found = []
                if one.chunk_shift == s and _offered(bare, one):
                    found = trial.everything(one.case, trial.expected(one.case))
                hung = trial.hung
                if found and _is(bare, (one.name,), found, hung) and _ends(trial, one):
                    first = next(each for each in found if each.property == one.property)
                    told = (one.name,) if one.on_split else ()
                    shown.present.append(Known(one, replace(first, deviations=told)))
                elif found:
                    wrong.append((one, found, hung))
        for one, found, hung in wrong:
            if not _is(bare, shown.names, found, hung):
                shown.otherwise += found
                shown.hidden.append(one)
    return shown


def _is(
    implementation: Implementation, names: tuple[str, ...], found: list[Finding], hung: int | None
) -> bool:
    """Whether what was found in a case is what these deviations make of it."""
    one = found[0]
    having = replace(implementation, deviations=names)
    kind = kind_of(implementation)
    told = explained(having, one.chunk_shift, kind, one.operations, one.actual, hung, found)
    return bool(told)


def _offered(implementation: Implementation, one: Deviation) -> bool:
    """Whether the implementation has what the case asks for."""
    asks = any(operation.code is Code.TRY_SPLIT for operation in one.case)
    if not implementation.multi and any(operation.order for operation in one.case):
        return False
    return implementation.source.capabilities.try_split or not asks


def _ends(trial: Trial, one: Deviation) -> bool:
    """Whether the case that ends, if there is one, is answered as the deviation answers it."""
    told = answer(one.ending, trial.s, kind_of(trial.implementation), [one.name],
                  width=trial.implementation.bits)  # fmt: skip
    if told is None:
        return False
    trial.everything(one.ending, told.results)
    return (trial.answer, trial.hung) == (told.results, told.hangs)


def which(implementation: Implementation, finding: Finding) -> Deviation | None:
    """The known deviation that a case of an implementation is, to the byte; None if it is none."""
    s, case = finding.chunk_shift, finding.operations
    bare = replace(implementation, deviations=())
    with Trial(bare, s) as trial:
        found = trial.everything(case, trial.expected(case))
        hung = trial.hung
    for one in known(bare).present if found else ():
        if _is(bare, (one.deviation.name,), found, hung):
            return one.deviation
    return None


def with_known(implementation: Implementation) -> Implementation:
    """The implementation, knowing its deviations.  BuildError if it does not compile."""
    return replace(implementation, deviations=known(implementation).accounting)
