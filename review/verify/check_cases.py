# SPDX-License-Identifier: GPL-2.0-or-later
"""Replays the counterexamples and schedules of a bundle on the sources that it names, and runs its
reproducers if that is allowed.

Sources are told by the hashes of their files, never by their names.  Cases of a stranger may be
endless or huge: each runs in a process of its own, for a limited time.
"""

from __future__ import annotations

import resource
from collections.abc import Mapping, Sequence
from functools import partial

from models.case import counterexample
from models.case.counterexample import Counterexample
from models.case.ends import ENDS
from models.case.notation import operation_text
from models.case.origins import Placed, place
from models.case.replay import replay
from models.case.strict_json import FormatError
from models.case.tree_size import MOST_LENT, made_nodes, split_nodes
from models.diagnosis import reproducer
from models.driver.worker import Status
from models.kernel.printable import clean
from models.kernel.source import Source
from models.readers import schedule
from models.subject.build import BuildError, build
from models.subject.implementation import Implementation, examine, name_of
from proofs.workers import MEMORY, Ending, Outcome, Task, Workers
from review.bundle.format import FindingRecord, ScheduleRecord, Tested
from review.bundle.read import Bundle
from review.run.attempt import attempt
from review.run.progress import Meter
from review.verify.account import Account
from specs.origin import Origin
from xarray_model.operations import Operation

LIMIT = 120.0
"""Seconds that one replay may take."""
MOST_NODES = 1 << 20
"""Nodes that the splits of one case may take."""
_NO_CODE = ("Makefile",)
"""Files that do not change what is compiled."""


def check(
    bundle: Bundle,
    account: Account,
    sources: Sequence[Source],
    processes: int,
    *,
    run_reproducers: bool,
) -> None:
    """Recheck every counterexample, schedule and reproducer on those of ``sources`` that they are
    about."""
    checker = _Checker(bundle, account, sources, run_reproducers)
    found = bundle.manifest.findings
    written = sum(entry.reproducer_file is not None for entry in found)
    placed = sum(entry.origin is not None for entry in found)
    steps = len(found) + written + placed + len(bundle.manifest.schedules)
    with Meter("replays", steps) as meter:
        for memory in (MEMORY, resource.RLIM_INFINITY):
            with Workers(processes, memory) as workers:
                for task in checker.tasks(limited=memory == MEMORY):
                    workers.submit(task)
                for outcome in workers.outcomes():
                    checker.done(outcome)
                    meter.advance()


class _Checker:
    """The state of one check."""

    def __init__(
        self, bundle: Bundle, account: Account, sources: Sequence[Source], run_reproducers: bool
    ) -> None:
        self.bundle = bundle
        self.account = account
        self.run_reproducers = run_reproducers
        tested = bundle.manifest.tested
        self.tested = {one.name: one for one in tested}
        self.fitting = {one.name: _fitting(one, sources) for one in tested}
        self.built: dict[tuple[str, int, bool], Implementation | str] = {}

    def tasks(self, *, limited: bool) -> list[Task]:
        """What is to be run in processes whose memory is limited, or what is not: sanitizers need
        no end of addresses."""
        made = []
        for entry in self.bundle.manifest.findings:
            sanitize = self._sanitized(entry)
            if sanitize is not limited:
                made.append(self._counterexample(entry, sanitize))
                made.append(self._origin(entry, sanitize))
            if limited and entry.reproducer_file is not None:
                made.append(self._reproducer(entry, entry.reproducer_file))
        for one in self.bundle.manifest.schedules if limited else ():
            made.append(self._schedule(one))
        return [one for one in made if one is not None]

    def _sanitized(self, entry: FindingRecord) -> bool:
        return self.bundle.manifest.options.sanitize or entry.property == ENDS[Status.SANITIZER][0]

    def done(self, outcome: Outcome) -> None:
        """A task ended: with "" if what was checked is as the bundle says, or with a problem."""
        kind, path = outcome.task.key
        late = outcome.ending is Ending.LATE
        remark = f"no end within {LIMIT:.0f} seconds" if late else outcome.remark
        problem = outcome.result if outcome.ending is Ending.DONE else remark
        self.account.judge(kind, path, clean(problem))

    def _counterexample(self, entry: FindingRecord, sanitize: bool) -> Task | None:
        path, kind = entry.counterexample, "counterexample"
        if path is None:
            text = f"finding {entry.id}: {entry.implementation} breaks {entry.property}"
            self.account.skip(kind, text, "the bundle has no file of it")
            return None
        data = self.bundle.read(path)
        try:
            example = counterexample.loads(data)
            problem = _contradiction(entry, example, self.tested[entry.implementation])
        except FormatError as error:
            problem = str(error)
        if problem:
            self.account.reject(kind, path, problem)
            return None
        source = self._source(kind, path, entry.implementation)
        one = (
            self._examined(source, entry.smallest.chunk_shift, sanitize)
            if source is not None
            else None
        )
        if isinstance(one, str):
            self.account.skip(kind, path, one)
        if not isinstance(one, Implementation):
            return None
        return Task((kind, path), replayed, (one, data), LIMIT)

    def _origin(self, entry: FindingRecord, sanitize: bool) -> Task | None:
        """To find out again where a finding comes from."""
        path, kind = entry.counterexample, "origin"
        if path is None or entry.origin is None:
            return None
        if entry.origin.placed.origin is Origin.UNDECIDED:
            text = f"the bundle does not tell: {entry.origin.placed.reason}"
            self.account.skip(kind, path, text)
            return None
        source = self.fitting[entry.implementation]
        lineage = None if source is None else source.lineage
        tested = self.tested[entry.implementation].base
        base = {} if tested is None else tested.files
        if source is None or lineage is None or _code(lineage.base.sha256) != _code(base):
            text = f"it takes --kernel with what {entry.implementation} was made from, and --mbox"
            self.account.skip(kind, path, text)
            return None
        one = self._examined(source, entry.smallest.chunk_shift, sanitize)
        if not isinstance(one, Implementation):
            return None
        # Here, where compilers have the memory that they want.
        for made in (lineage.base, *(step.source for step in lineage.steps)):
            if made is not None:
                attempt(partial(build, made, entry.smallest.chunk_shift))
        return Task(
            (kind, path), originated, (one, self.bundle.read(path), entry.origin.placed), LIMIT
        )

    def _reproducer(self, entry: FindingRecord, path: str) -> Task | None:
        kind = "reproducer"
        if self.bundle.read(path) != f"{entry.reproducer.code}\n".encode():
            self.account.reject(kind, path, "it is not the one that the manifest shows")
            return None
        if not self.run_reproducers:
            self.account.skip(kind, path, "not run: it takes --run-reproducers")
            return None
        source = self._source(kind, path, entry.implementation)
        if source is None:
            return None
        return Task(
            (kind, path),
            rerun,
            (source, entry.reproducer.code, entry.reproducer.chunk_shift),
            LIMIT,
        )

    def _schedule(self, entry: ScheduleRecord) -> Task | None:
        kind, path = "schedule", entry.path
        if path is None:
            text = f"{entry.implementation}: {entry.reader} against {entry.writer}"
            self.account.skip(kind, text, "the bundle has no file of it")
            return None
        data = self.bundle.read(path)
        try:
            one = schedule.loads(data)
        except ValueError as error:
            self.account.reject(kind, path, str(error))
            return None
        shown = (one.chunk_shift, one.case.writer, one.reader, one.memory, one.promise)
        said = (entry.chunk_shift, entry.writer, entry.reader, entry.memory, entry.promise)
        files = self.tested[entry.implementation].files
        if shown != said or not one.sources.items() <= files.items():
            self.account.reject(kind, path, "the manifest tells otherwise")
            return None
        source = self._source(kind, path, entry.implementation)
        if source is None:
            return None
        return Task((kind, path), rescheduled, (source, data), LIMIT)

    def _source(self, kind: str, path: str, name: str) -> Source | None:
        """The source that is meant; None, and told, if it is not here."""
        source = self.fitting[name]
        if source is None:
            digest = self.tested[name].files.get("lib/xarray.c", "")[:16]
            text = f"it takes --kernel with {name}, lib/xarray.c {digest}..."
            if name.startswith("port"):
                text = "it was found in another version of the port"
            self.account.skip(kind, path, text)
        return source

    def _examined(self, source: Source, s: int, sanitize: bool) -> Implementation | str:
        key = (source.name, s, sanitize)
        if key not in self.built:
            try:
                self.built[key] = examine(source, (s,), sanitize=sanitize)
            except BuildError as error:
                self.built[key] = str(error)
        return self.built[key]


def _fitting(tested: Tested, sources: Sequence[Source]) -> Source | None:
    """The source whose files are those that were tested; of the port's two ways to split that of
    the name, since both have the same files."""
    fits = [one for one in sources if _code(one.sha256) == _code(tested.files)]
    fits = [one.configured(tested.configured) for one in fits]
    return next((one for one in fits if name_of(one) == tested.name), fits[0] if fits else None)


def _code(files: Mapping[str, str]) -> dict[str, str]:
    return {path: digest for path, digest in files.items() if path not in _NO_CODE}


def _contradiction(entry: FindingRecord, example: Counterexample, tested: Tested) -> str:
    """How the manifest and the file differ; "" if they tell the same."""
    found = example.finding
    if dict(example.sources) != dict(tested.files):
        return "it names other sources than the manifest"
    pairs = {
        "implementation": (entry.implementation, found.implementation),
        "chunk shift": (entry.smallest.chunk_shift, found.chunk_shift),
        "property": (entry.property, found.property),
        "statement": (entry.statement, found.statement),
        "detail": (entry.smallest.detail, found.detail),
        "operation": (entry.smallest.operation, found.operation),
        "case": (entry.smallest.operations, tuple(operation_text(one) for one in found.operations)),
    }
    for name, (recorded, there) in pairs.items():
        if recorded != there:
            return f"it has another {name} than the manifest"
    if too_many(found.operations, found.chunk_shift):
        return "its splits take too many nodes to be replayed"
    return ""


def too_many(case: Sequence[Operation], s: int) -> bool:
    """Whether the splits of a case at chunk shift ``s`` take more nodes than are replayed, or ask
    for more that are only lent."""
    return made_nodes(case, s) > MOST_NODES or sum(split_nodes(case, s)) > MOST_LENT


def replayed(implementation: Implementation, data: bytes) -> str:
    """Replay a counterexample; "" if it still breaks its property, or what is wrong."""
    known = counterexample.loads(data).finding
    result = replay(implementation, known)
    if not result.same_model:
        return "the model does not answer what the file expects"
    if result.still is None:
        others = ", ".join(one.property for one in result.others)
        return f"{known.property} holds" + (f", but {others} breaks" if others else "")
    if result.still.statement != known.statement:
        return f"the property reads: {result.still.statement}"
    return ""


def originated(implementation: Implementation, data: bytes, recorded: Placed) -> str:
    """Find out again where a finding comes from; "" if it is as told, or what is wrong."""
    still = replay(implementation, counterexample.loads(data).finding).still
    mine = None if still is None else place(implementation, still)
    if mine is None:
        return "it breaks nothing there"
    if (mine.origin, mine.since) != (recorded.origin, recorded.since):
        return f"it is: {mine}; the bundle says: {recorded}"
    return ""


def rescheduled(source: Source, data: bytes) -> str:
    """Replay a schedule; "" if the reader still breaks its promise, or what is wrong."""
    result = schedule.replay(schedule.loads(data), source)
    if result.problem:
        return result.problem
    if not result.same_source:
        return "it was found in another source"
    return "" if result.reproduced else f"it breaks {', '.join(result.broken) or 'nothing'}"


def rerun(source: Source, code: str, s: int) -> str:
    """Compile and run a reproducer; "" if it fails with the source and passes with the port, or
    what is wrong."""
    # Compilers started here inherit it, and so do not outlive this process for long.
    seconds = int(LIMIT)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    failed, failed_port = reproducer.again(source, code, s)
    if not failed:
        return "it passes with the source that was tested"
    return f"it fails with the port too: {failed_port}" if failed_port else ""
