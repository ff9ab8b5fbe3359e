# SPDX-License-Identifier: GPL-2.0-or-later
"""Gathers what speaks for each line of the tested source, for a finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from models.case.classes import kind_of
from models.case.ends import ENDS, HANGS
from models.case.finding import Finding, last_operation
from models.case.reference import run_case
from models.diagnosis.where.answers import apart_bytes, pieces
from models.diagnosis.where.assembly import Kind
from models.diagnosis.where.changes import MOST, changes
from models.diagnosis.where.companions import Companions
from models.diagnosis.where.cut import cutting
from models.diagnosis.where.features import Features, by_statement, slice_back
from models.diagnosis.where.spectrum import Line, Met, Places, elements, met, ochiai
from models.diagnosis.where.text import Text
from models.diagnosis.where.trace import (
    INSIDE,
    MOST_SITES,
    MOST_STEPS,
    Change,
    Counted,
    Do,
    Trace,
    Tracer,
)
from models.diagnosis.where.variants import variants
from models.diagnosis.where.written import written
from xarray_model.errors import PreconditionError
from xarray_model.operations import Code, Flag, Operation

_ENDS = {name for name, _ in ENDS.values()}
MOST_VARIANTS = 80
"""Cases like the finding's that are run."""
MOST_EVENTS = 40_000_000
"""What all changed cases of a finding may come by together."""
_JUDGED = 60
"""Changes after which the answer is better, of which the specs judge the rest."""
_MOST_BYTES = 1 << 19
"""Bytes that are judged of cases like the finding's together, and with changes again."""
_MOST_ANSWERED = 1 << 25
"""Bytes that the changed cases answer together."""
_HANGING = 1 << 14
"""Lines and branches that a case may run which does not end, and those like it."""
_BEGINNING = 1 << 14
"""Lines and branches of the beginning of a case that does too much."""
_MOST_HANGS = 16
"""Cases like the finding's that may not end; no further ones are run then."""
_COMPARED = 10
"""Failing and passing variants with which a change that mends is tried."""

_Case = tuple[tuple[Operation, ...], bytes, int]


def first_score(one: Features) -> float:
    """How suspicious a line is before anything is changed."""
    ran = max(one.ran, one.went) + max(one.ran_inside, one.went_inside)
    return ran / 2 + one.last + one.beside / 2 + one.ended


class NotFollowed(Exception):
    """A case cannot be followed; the message says why."""


class Search:
    """Gathers what speaks for each line, on one tracer."""

    def __init__(self, tracer: Tracer, finding: Finding) -> None:
        self.tracer = tracer
        self.finding = finding
        self.places = Places(tracer.sites)
        self.last = last_operation(finding)
        self.counts: dict[str, int] = {}
        self.failing: list[_Case] = [(finding.operations, finding.expected, self.last)]
        self.passing: list[_Case] = []
        self.functions = {
            (site.file, site.line): site.function for site in tracer.sites if site.file
        }
        self.files = sorted({site.file for site in tracer.sites if site.file})

    def features(self) -> dict[Line, Features]:
        """What speaks for each line that the finding's case runs."""
        finding, tracer = self.finding, self.tracer
        most = _HANGING if finding.property == HANGS else MOST_STEPS
        trace = tracer.trace(finding.operations, finding.expected, most)
        text = Text(tracer.trial.implementation.source.directory, self.files)
        if not trace.whole or len(finding.expected) > _MOST_BYTES:
            return self._begun(text)
        ran = sum(
            event.site < MOST_SITES and tracer.sites[event.site].kind in (Kind.LINE, Kind.BRANCH)
            for operation in trace.operations
            for event in operation
        )
        if finding.property != HANGS and any(one.property == HANGS for one in trace.found):
            return self._begun(text)
        self.done = [list(self.places.of(events)) for events in trace.operations]
        self.limit = min(most, 4 * ran + 20000)
        self.labels = {one.label() for one in trace.found}
        # What is seen by comparing with other cases is not seen in one alone, but what comes of it.
        self.wanted = {finding.label()} & self.labels or {
            one.label() for one in trace.found if last_operation(one) == self.last
        }
        if not self.wanted:
            raise NotFollowed("its smallest case alone passes when the code is followed")
        found: dict[Line, Features] = defaultdict(Features)
        self._spectra(found)
        right = b"".join(
            record.encode()
            for one in run_case(
                finding.operations,
                finding.chunk_shift,
                width=finding.bits,
                split=kind_of(tracer.trial.implementation),
                log=True,
            ).log
            for record in one
        )
        who = written(
            trace, self.done, self.places, tracer.fields, tracer.flags, tracer.head, finding, right
        )
        wrong = max(1, who.places)
        for name in ("last", "beside", "after", "first"):
            for line, times in getattr(who, name).items():
                setattr(found[line], name, min(1.0, times if name == "first" else times / wrong))
        if finding.property in _ENDS:
            steps = self.done[-1]
            for end in steps[-1:]:
                if end.line is not None:
                    found[end.line].ended = 1.0
                for caller in end.callers[:1]:
                    found[caller].ended = max(found[caller].ended, 0.5)
        together = Companions(text, self.functions)
        for line, names in who.wrote.items():
            for name in names:
                share = together.missing(line, name)
                found[line].along = max(found[line].along, share)
        lines = self._lines(trace)
        for change, fixed, broken in self._fixes(trace, found, lines):
            mended = lines.get((change.site, change.instance))
            if mended is None:
                continue
            one = found[mended]
            one.fixes.append((change, fixed, broken))
            if change.site not in self.inside:
                fixed /= 2
            kind = _KINDS.get(change.do, "store")
            setattr(one, kind, max(getattr(one, kind), fixed - 0.3 * broken))
        for line, one in found.items():
            one.named = float(text.names(line, who.names))
        self._cut(found, text)
        slice_back(found, text, tracer.sites)
        return by_statement(found, text)

    def _begun(self, text: Text) -> dict[Line, Features]:
        """What speaks for lines where a case does too much to be run again and again: how it
        begins may tell where a number that is answered and wrong comes from."""
        # What is asked for again and again begins with what is smaller.
        plain = [replace(one, flags=one.flags & ~Flag.REPEATING) for one in self.finding.operations]
        trace = self.tracer.trace(plain, self.finding.expected, _BEGINNING)
        self.done = [list(self.places.of(events)) for events in trace.operations]
        found: dict[Line, Features] = defaultdict(Features)
        self._cut(found, text)
        if not found:
            raise NotFollowed("its smallest case does more than is followed")
        slice_back(found, text, self.tracer.sites)
        return by_statement(found, text)

    def _cut(self, found: dict[Line, Features], text: Text) -> None:
        """Credits the lines that cut a number short, and the declarations of what they store to."""
        steps = [step for one in self.done for step in one]
        for step in cutting(steps, self.places, self.finding):
            if step.line is None:
                continue
            found[step.line].cut = 1.0
            function = self.functions.get(step.line, "")
            same = [line for line, name in self.functions.items() if name == function]
            for line in text.declaring(step.line, same):
                found[line].cut = 1.0

    def _spectra(self, found: dict[Line, Features]) -> None:
        """Runs cases like the finding's, and compares what failing and passing ones come by."""
        finding, tracer = self.finding, self.tracer
        failing: list[Met] = []
        inside: list[Met] = []
        passing: list[tuple[Met, float]] = []
        before: list[tuple[Met, float]] = []

        def failed(counted: Counted, shown: int) -> None:
            # What ended before that operation is the same for all that follow.
            at = min(shown, len(counted.operations) - 1)
            others = met(*counted.operations[:at])
            inside.append(met(counted.operations[at]))
            failing.append(inside[-1] | others)
            before.append((others, 0.5))

        failed(tracer.counted(finding.operations, finding.expected, self.limit), self.last)
        run = 0
        answered = hung = 0
        for case in variants(finding.operations, finding.chunk_shift):
            if run == MOST_VARIANTS or answered > _MOST_BYTES or hung == _MOST_HANGS:
                break
            try:
                expected = tracer.trial.expected(case)
            except (PreconditionError, ValueError):
                continue
            run += 1
            answered += len(expected)
            counted = tracer.counted(case, expected, self.limit)
            hung += any(one.property == HANGS for one in counted.found)
            if not counted.found:
                passing.append((met(*counted.operations), 1.0))
                self.passing.append((case, expected, self.last))
                continue
            same = [one for one in counted.found if one.label() in self.wanted]
            if same:
                at = last_operation(same[0])
                failed(counted, at)
                self.failing.append((case, expected, at))
        self.counts = {"failing": len(failing), "passing": len(passing)}
        known = elements(tracer.sites)
        for line, (ran, went) in ochiai(known, failing, passing).items():
            found[line].ran, found[line].went = ran, went
        for line, (ran, went) in ochiai(known, inside, [*passing, *before]).items():
            found[line].ran_inside, found[line].went_inside = ran, went

    def _lines(self, trace: Trace) -> dict[tuple[int, int], Line]:
        """The line of each site's instances; instance 0 is that of the last."""
        passes: dict[int, int] = defaultdict(int)
        found: dict[tuple[int, int], Line] = {}
        for steps in self.done:
            for event, line, _ in steps:
                passes[event.site] += 1
                if line is not None:
                    found[event.site, passes[event.site]] = line
                    found[event.site, 0] = found[event.site, INSIDE] = line
        self.inside = {
            event.site for event in trace.operations[min(self.last, len(trace.operations) - 1)]
        }
        return found

    def _fixes(
        self, trace: Trace, known: dict[Line, Features], lines: dict[tuple[int, int], Line]
    ) -> list[tuple[Change, float, float]]:
        """The changes that mend the case, with the shares of failing ones that they mend too and of
        passing ones that they break."""
        finding, tracer = self.finding, self.tracer
        tried = list(changes(trace, tracer.sites, finding, self.last))
        self.counts["possible"] = len(tried)
        events = sum(map(len, trace.operations))
        suspect = {line: first_score(one) for line, one in known.items()}
        tried.sort(key=lambda x: -suspect.get(lines.get((x.site, x.instance), ("", 0)), 0.0))
        answered = len(finding.expected) + 1
        tried = tried[: min(MOST, MOST_EVENTS // max(events, 1), _MOST_ANSWERED // answered)]
        self.counts["tried"] = len(tried)
        mended = self._mended(finding.operations, finding.expected, self.labels, tried)
        self.counts["mended"] = len(mended)
        general = [one for one, _ in mended if one.instance in (0, INSIDE)][:60]
        fixed, broken = self._compared(general)
        return [
            (one, says * fixed.get(one, _ONCE.get(one.do, 0.3)), broken.get(one, 0.0))
            for one, says in mended
        ]

    def _compared(self, some: Sequence[Change]) -> tuple[dict[Change, float], dict[Change, float]]:
        fixed: dict[Change, float] = defaultdict(float)
        broken: dict[Change, float] = defaultdict(float)
        failing, passing = self.failing[1 : _COMPARED + 1], self.passing[:_COMPARED]
        for cases, share in ((failing, fixed), (passing, broken)):
            for case, expected, shown in cases:
                as_it_is, *told = [
                    *self.tracer.answers(case, [_NOTHING, *some], shown, self.limit)
                ] or [_NO_ANSWER]
                for one, answer in zip(some, told, strict=False):
                    if share is broken:
                        good = answer != as_it_is
                    else:
                        good = answer[0] == expected and answer != as_it_is
                    share[one] += good / len(cases)
        for one in some:
            fixed[one] = (1 + fixed[one] * len(failing)) / (1 + len(failing))
        return fixed, broken

    def _mended(
        self,
        operations: Sequence[Operation],
        expected: bytes,
        labels: set[str],
        tried: Sequence[Change],
    ) -> list[tuple[Change, float]]:
        """Those changes with which the property holds, and no other breaks that held before; and
        how much that says."""
        shown = operations[self.last + 1 : self.last + 2]
        upto = self.last + 1 + any(one.code is Code.SNAPSHOT for one in shown)
        right = pieces(operations, expected)[:upto]
        as_it_is, *told = [
            *self.tracer.answers(operations, [_NOTHING, *tried], self.last, self.limit)
        ] or [_NO_ANSWER]
        before = apart_bytes(operations, right, as_it_is[0])
        likely: list[tuple[int, int, Change]] = []
        for change, answer in zip(tried, told, strict=False):
            if answer != as_it_is:
                apart = apart_bytes(operations, right, answer[0])
                # Where several things are wrong, mending one does not make the whole answer right.
                if apart < before or not apart:
                    likely.append((apart, len(likely), change))
        likely = sorted(likely)[: min(_JUDGED, _MOST_BYTES // (len(expected) + 1))]
        self.counts["likely"] = len(likely)
        found: list[tuple[Change, float]] = []
        for apart, _, change in likely:
            after = {
                one.label()
                for one in self.tracer.judged(operations, expected, change, self.last, self.limit)
                if (one.operation or 0) <= self.last
            }
            if not self.wanted & after and after <= labels:
                found.append((change, _PARTLY if apart else 1.0))
        return found


_KINDS = {Do.FLIP: "flip", Do.TAKE: "flip", Do.PASS: "flip", Do.AGAIN: "flip", Do.SKIP: "skip"}
_ONCE = {Do.FLIP: 0.6}
"""What a change speaks for a line that is made one of many times that the line runs."""
_PARTLY = 0.5
"""What a change says that mends the finding's property where something else stays wrong."""
_NO_ANSWER = (b"", b"")
_NOTHING = Change(MOST_SITES - 1, 0, Do.FLIP)
