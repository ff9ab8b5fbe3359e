# SPDX-License-Identifier: GPL-2.0-or-later
"""What is wrong after the first operation of a case that breaks something, in words that do not
depend on where in the array it is, nor on its size.

A field that is as a right implementation would have it, given what is wrong beside it, is no
symptom: the mark of a slot that tells of a child's, a count of slots that are filled, the LRU.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from models.case.aspects import Aspect, aspect
from models.case.ends import ENDS
from models.case.finding import Finding
from models.case.wrong_nodes import during_split, snapshots
from specs.stream import Answer, cut_one
from xarray_model.entries import ENOMEM, is_error, mk_error
from xarray_model.operations import Code, Flag, Operation
from xarray_model.snapshot import decode

FAILED = "failed "
"""What the symptoms begin with of a split that lacks the memory for a node."""
_ENDS = frozenset(name for name, _ in ENDS.values())
_LOGGED = frozenset({Aspect.UPDATE, Aspect.PUBLICATION})
_IN_NODES = frozenset({Aspect.VALUES, Aspect.MARKS, Aspect.LINKS})
_WORDS = {
    Code.SPLIT: ("error", "requests", "held", "late requests", "left over", "warnings"),
    Code.TRY_SPLIT: ("error", "requests", "left over"),
    Code.COUNT_ALLOC: ("error", "requests", "warnings"),
    Code.CURSOR_SPLIT: ("error", "requests", "held", "late requests", "left over", "warnings"),
    Code.CURSOR_SPLIT_ALLOC: ("error", "requests", "held", "warnings"),
    Code.CURSOR_SPLIT_ALONE: ("error", "late requests", "left over"),
    Code.CURSOR_CREATE_RANGE: ("error", "requests", "left over"),
}
"""What the words of an answer are, of operations whose name is told with them."""
_THROUGH_CURSOR = (Code.CURSOR_SPLIT, Code.CURSOR_SPLIT_ALLOC, Code.CURSOR_SPLIT_ALONE)
_NAMES = {
    **{code: code.name.lower() for code in Code},
    **dict.fromkeys(_THROUGH_CURSOR, Code.SPLIT.name.lower()),
    Code.CURSOR_CREATE_RANGE: "create_range",
}
"""What an operation is called: a split is one through whichever cursor it is done."""
_ASKS = {Code.COUNT_ALLOC: Code.SPLIT.name.lower()}
"""What requests are made for: a split, also where its nodes are only counted."""
_ABOUT = tuple(
    (re.compile(pattern), told)
    for pattern, told in (
        (r"request-", Aspect.REQUESTS),
        (r"update-(array|valid (offset|shift))", Aspect.LINKS),
        (r"publish-elsewhere", Aspect.ENTRIES),
        (r"publish-", Aspect.PUBLICATION),
        (r"update-|LRU", Aspect.UPDATE),
        (r": (nr_values|count) ", Aspect.VALUES),
        (r"\bmarks? ?", Aspect.MARKS),
        (r": (parent|offset|array)$", Aspect.LINKS),
        (r": shift | is |malformed", Aspect.ENTRIES),
        (r"answers otherwise", Aspect.ANSWERS),
        (r"requests|held|left over|warnings|error|live nodes", Aspect.ALLOCATION),
    )
)
"""What a symptom is about, by the first pattern that it has; if none, by its property."""
_WORD = re.compile(r"[\w-]+(?=: )")
_NUMBER = re.compile(r"(?<![\w.:])\d+")
_NO_NODE = re.compile(r"!\w*node\b|\b(requests|held) fewer")
_OF_SPLIT = re.compile(r"(failed |try_)?split|new node|count_alloc")
_FIELDS = re.compile(r"\b(shift|offset|count|nr_values|parent|array|marks?|lru)\b")


def symptoms(first: Sequence[Finding]) -> frozenset[str]:
    """What is wrong by findings about the first operation of a case that breaks something."""
    one = first[0]
    shown = None if one.operation is None else one.operations[one.operation]
    during = during_split(shown)
    found: set[str] = set()
    for finding in first:
        if finding.property in _ENDS:
            ended = _ended(shown, one)
            found.add(f"{ended}{finding.property}: {_NUMBER.sub('#', finding.detail)}")
        elif aspect(finding.property) is Aspect.REQUESTS and shown is not None:
            asks = _ASKS.get(shown.code, _NAMES[shown.code])
            found.add(f"{asks} {finding.property} {finding.detail}")
        elif aspect(finding.property) in _LOGGED and finding.property not in ("lru", "lru-stray"):
            found.add(f"{during}{finding.property} {_field(finding.detail)}".strip())
    try:
        # Of a split that was done before, too, where it should fail, only more is told.
        more = all(aspect(finding.property) in _IN_NODES for finding in first)
        differ = set(_differences(one, more))
        inside = {told for told in differ if _about(told) in _IN_NODES}
        found |= inside if more and inside else differ
    except ValueError:
        found.add("the answer is no answer")
    return frozenset(found or (during + _plain(finding.property) for finding in first))


def concerned(finding: Finding) -> frozenset[str]:
    """The symptoms of a finding that its property is about; all of them, if it is about none."""
    every = symptoms([finding])
    return frozenset(one for one in every if _about(one) is aspect(finding.property)) or every


def _plain(name: str) -> str:
    """What a property that breaks is called where no difference says more."""
    return "more live nodes" if name == "live-nodes" else name


def ends(symptoms: frozenset[str]) -> bool:
    """Whether the process ends by one of these."""
    return any(name in _ENDS for one in symptoms for name in _WORD.findall(one))


class Kept(NamedTuple):
    """What a case that is made smaller must go on to show: nothing that is not ``allowed``, and
    one at least that is ``needed``."""

    allowed: frozenset[str]
    needed: frozenset[str]

    def admit(self, symptoms: frozenset[str]) -> bool:
        """Whether a case with these symptoms does."""
        return symptoms <= self.allowed and bool(symptoms & self.needed)


def about(symptoms: Iterable[str]) -> Aspect:
    """What these are about: of several aspects the one that drags most of the others along."""
    order = list(Aspect)
    return min((_about(one) for one in symptoms), key=order.index)


def concern(symptoms: Iterable[str]) -> Aspect | None:
    """What these are about: how a case ended says less than what else there is; None of none."""
    every = frozenset(symptoms)
    if not every:
        return None
    return about(frozenset(one for one in every if not ends(frozenset({one}))) or every)


def _about(symptom: str) -> Aspect:
    if ends(frozenset({symptom})):
        return Aspect.END
    for pattern, told in _ABOUT:
        if pattern.search(symptom):
            return told
    return aspect(symptom.rpartition(": ")[2])


def fields(symptoms: frozenset[str]) -> frozenset[str]:
    """The fields of a node that these are about, and ``requests`` for a node that is not there."""
    found = {name.lower() for one in symptoms for name in _FIELDS.findall(one)}
    if any(_NO_NODE.search(one) for one in symptoms):
        found.add("requests")
    return frozenset(found)


def splits(symptoms: frozenset[str]) -> bool:
    """Whether a split, or an allocation for one, shows these."""
    return any(_OF_SPLIT.match(one) for one in symptoms)


def _ended(operation: Operation | None, one: Finding) -> str:
    """What the process was about when it ended, in a prefix: a split that lacks the memory for a
    node is told apart."""
    if operation is None or not during_split(operation):
        return f"{operation.code.name.lower()} " if operation else ""
    expected = list(_answers(one.operations, one.right()))
    at = one.operation
    short = at is not None and at < len(expected) and expected[at].words[:1] == (mk_error(ENOMEM),)
    return f"{FAILED if short else ''}{during_split(operation)}"


def _field(detail: str) -> str:
    told = re.search(r"reported with (\w+)", detail)
    return told[1] if told else ""


def _indices(operations: Iterable[Operation]) -> Iterator[int]:
    """Where each operation is: a split through the cursor where that was set to."""
    index = 0
    for one in operations:
        if one.code is Code.CURSOR_SET:
            index = one.index
        through = one.code in (Code.CURSOR_SPLIT, Code.CURSOR_SPLIT_ALONE)
        yield index if through else one.index


def _differences(one: Finding, more: bool) -> Iterator[str]:
    """How the answers of the operation that shows it, or else of the first that is answered
    otherwise, and the snapshot after it differ from what they should be.  A split or store that is
    done or fails, against what it should, is all that is told, unless ``more`` is asked for."""
    answers = zip(
        _answers(one.operations, one.right()), _answers(one.operations, one.actual), strict=False
    )
    shown: tuple[Operation, int] | None = None
    placed = zip(one.operations, _indices(one.operations), strict=True)
    for number, (place, (mine, theirs)) in enumerate(zip(placed, answers, strict=False)):
        operation = place[0]
        if one.operation is not None and number < one.operation:
            shown = place
            continue
        if mine.snapshot is not None and theirs.snapshot is not None:
            if mine.snapshot != theirs.snapshot:
                yield from snapshots(
                    *(shown or place), decode(mine.snapshot), decode(theirs.snapshot)
                )
                return
            if one.operation is not None:
                return
        elif one.operation is not None and number > one.operation:
            return
        elif mine.words != theirs.words:
            yield from _words(operation, mine.words, theirs.words)
            ways = ((mine.words, theirs.words), (theirs.words, mine.words))
            if not more and any(_refused(operation, *way) for way in ways):
                return
        shown = place


def _answers(operations: Sequence[Operation], data: bytes) -> Iterator[Answer]:
    view, position = memoryview(data), 0
    for operation in operations:
        try:
            answer, position = cut_one(operation, view, position)
        except Exception:
            return
        yield answer


def _words(operation: Operation, mine: Sequence[int], theirs: Sequence[int]) -> Iterator[str]:
    name = _NAMES[operation.code]
    names = _WORDS.get(operation.code)
    if operation.code is Code.STORE and any(map(is_error, theirs)):
        yield "store: error"
    elif names is None:
        yield f"{name} answers otherwise{' when paused' if Flag.PAUSE in operation.flags else ''}"
    elif _refused(operation, mine, theirs):
        # All else follows from that; or from more requests than there is memory for.
        if theirs[1] <= mine[1]:
            yield f"{name}: error {_error(theirs[0])}"
        if theirs[1] != mine[1]:
            yield f"{name}: requests {'more' if theirs[1] > mine[1] else 'fewer'}"
    else:
        told = "failed split: " if mine[0] else f"{name}: "
        differ = [
            (word, "more" if have > want else "fewer")
            for word, want, have in zip(names, mine, theirs, strict=True)
            if want != have and word != "error"
        ]
        yield from (f"{told}{word} {way}" for word, way in differ)
        if mine[0] != theirs[0] and not differ:
            yield f"{told}error {_error(theirs[0])}"


def _refused(operation: Operation, mine: Sequence[int], theirs: Sequence[int]) -> bool:
    """Whether a split or a store ends in an error that it should not end in."""
    if operation.code is Code.STORE:
        return not any(map(is_error, mine)) and any(map(is_error, theirs))
    return operation.code in _WORDS and mine[0] != theirs[0] and is_error(theirs[0])


def _error(word: int) -> str:
    return hex(word) if is_error(word) else "none"
