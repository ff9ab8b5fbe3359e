# SPDX-License-Identifier: GPL-2.0-or-later
"""Known deviations in a case in which something else is wrong, too."""

from dataclasses import replace

from models.case.classes import beside, classified, parts
from models.case.deviating import answer
from models.case.finding import AGREES, Finding
from models.case.reference import SplitKind, run_case
from models.case.symptoms import symptoms
from models.case.verdict import shown
from models.kernel.source import port_source
from models.subject.implementation import Implementation
from specs.callers import Contract
from specs.judge import Judge
from specs.stream import cut
from xarray_model.operations import Code, Operation
from xarray_model.snapshot import decode

NAME = "try-split-siblings"
ONE = Implementation("series", port_source(), False, {}, deviations=(NAME,))
WITHIN = (
    Operation(Code.STORE, 0, 4, entry=4),
    Operation(Code.TRY_SPLIT, 0, 4, 3, 4),
    Operation(Code.SNAPSHOT),
)
BEYOND = (WITHIN[0], replace(WITHIN[1], new_order=1), WITHIN[2])


def deviating(case: tuple[Operation, ...]) -> bytes:
    outcome = answer(case, 2, SplitKind.ITERATIVE, [NAME])
    assert outcome is not None
    return outcome.results


def miscounted(case: tuple[Operation, ...]) -> bytes:
    """What is answered by code that deviates and counts a value too many in the split node."""
    results = deviating(case)
    picture = cut(case, results)[-1].snapshot
    assert picture is not None
    snapshot = decode(picture)
    root, *others = snapshot.nodes
    wrong = replace(snapshot, nodes=(replace(root, nr_values=1), *others)).encode()
    return results.removesuffix(picture) + wrong


def found(case: tuple[Operation, ...], actual: bytes) -> list[Finding]:
    expected = run_case(case, 2).results
    violations = Judge(2, one_level=False).case(case, actual, None)
    told = shown(ONE, 2, case, expected, actual, violations)
    return classified(ONE, case, actual, None, told)


def test_a_deviation_alone_is_told_as_that() -> None:
    told = found(BEYOND, deviating(BEYOND))
    assert "try-split-refuses" in {one.property for one in told}
    assert {one.deviations for one in told} == {(NAME,)}


def test_what_is_wrong_besides_a_deviation_is_told_by_itself_and_as_where_it_is_alone() -> None:
    known, own = parts(found(BEYOND, miscounted(BEYOND)))
    assert "try-split-refuses" in {one.property for one in known}
    assert known[0].deviations == (NAME,) and not known[0].beside
    assert {one.deviations for one in own} == {()}
    assert own[0].contract is Contract.DOCUMENTATION
    alone = found(WITHIN, miscounted(WITHIN))
    assert alone[0].contract is Contract.CALLERS
    assert [one.property for one in own] == [one.property for one in alone]
    assert symptoms(own) == symptoms(alone)
    assert "split node: nr_values high" in symptoms(own)


def test_what_no_spec_sees_besides_a_deviation_is_no_part_of_it() -> None:
    told = [replace(one, deviations=()) for one in found(BEYOND, deviating(BEYOND))]
    _, own = beside(ONE, BEYOND, miscounted(BEYOND), None, told)
    assert [one.property for one in own] == [AGREES[0]]
    assert own[0].operation == 1 and own[0].right() == deviating(BEYOND)


def test_without_the_deviation_all_is_one_finding() -> None:
    actual = miscounted(BEYOND)
    told = [replace(one, deviations=()) for one in found(BEYOND, actual)]
    bare = replace(ONE, deviations=())
    again = classified(bare, BEYOND, actual, None, told)
    assert len(parts(again)) == 1 and again == told
