# SPDX-License-Identifier: GPL-2.0-or-later
"""Both suites, prepared for one source, and what they make of each of its mutants.

Our checks run in order of speed: at each chunk shift what ``xasplit check`` runs first, then
histories that were drawn once, then more of the sweep, then readers.  Each suite ends at its first
kill.
"""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from models.case.ends import HANGS
from models.case.known import with_known
from models.driver.process import WorkerError
from models.kernel.source import Lineage, Source, Step
from models.mutants.checks import ladder
from models.mutants.machine_made import cases, kernel_suite
from models.mutants.machine_made.cases import Block, Histories, Judging, Verdict
from models.mutants.machine_made.change import Change
from models.mutants.machine_made.objects import whole
from models.mutants.machine_made.planting import Planted
from models.readers.explore import explore
from models.readers.explorer import ExplorerError, Trouble
from models.readers.plan import SPLITS
from models.subject.baseline import NoTest
from models.subject.build import BuildError
from models.subject.implementation import Implementation, examine
from models.sweep.sweep import Unit, complete_units, quick_units

FIRST = (1, 2, 6)
"""The chunk shifts of the first cases."""
LADDER = (2, 3)
"""Those of samples of the whole sweep; at 1 all of it is run that is no walk of counts."""
HISTORIES = ((1, 200), (2, 200), (3, 100), (6, 40))
"""Chunk shifts of histories, and how many."""
STEPS, SEED = 40, 1
_ENDS = (Trouble.CRASH, Trouble.HANG)
"""What keeps readers from being explored and is no matter of time."""
READERS = ((1, SPLITS), (2, ("split", "try-split")))
"""Chunk shifts at which readers are explored, one after another, and the writers."""
STAGES = 1 + len(FIRST) + len(HISTORIES) + len(LADDER) + 1 + len(READERS) + 1
"""How many stages the suites are prepared in."""


@dataclass
class Prepared:
    """A source with what its mutants are held against.

    ``stages`` are the cases, by the name of their stage, in order; ``kernel`` is the kernel's own
    test, None where there is none; ``readers`` are the broken promises of the unchanged source, by
    chunk shift.
    """

    source: Source
    implementation: Implementation
    stages: list[tuple[str, list[Block | Histories]]]
    readers: dict[int, frozenset[object]]
    kernel: kernel_suite.Prepared | None


@dataclass(frozen=True, slots=True)
class Kill:
    """What a suite makes of a mutant: the ``stage`` that kills it, "" for none, the properties that
    break or what the test says, whether it was a matter of time, and the seconds of CPU time that
    it took, its builds included.  ``differing`` counts answers that changed and break nothing."""

    stage: str = ""
    told: tuple[str, ...] = ()
    timed_out: bool = False
    seconds: float = 0.0
    differing: int = 0

    @property
    def killed(self) -> bool:
        """Whether it does."""
        return bool(self.stage)


@dataclass(frozen=True, slots=True)
class Fate:
    """What both suites make of a mutant; ``kernel`` is None where there is no such test.
    ``same``: of one that survives, whether the whole unit compiles to what it did."""

    change: Change
    ours: Kill
    kernel: Kill | None
    same: bool = False


def prepare(
    source: Source, *, kernel: bool = True, on_stage: Callable[[str], None] = lambda _: None
) -> Prepared:
    """Prepare both suites.  BuildError where the source does not compile or its own test does not
    pass."""
    shifts = tuple(sorted({*FIRST, *LADDER, *(s for s, _ in HISTORIES)}))
    on_stage("known deviations")
    one = with_known(examine(source, shifts))
    stages: list[tuple[str, list[Block | Histories]]] = []
    for s in FIRST:
        on_stage(f"first cases at {s}")
        stages.append((f"first cases at {s}", list(cases.blocks(one, quick_units([s])))))
    for s, many in HISTORIES:
        on_stage(f"histories at {s}")
        stages.append((f"histories at {s}", [cases.histories(one, s, many, STEPS, SEED)]))
    for s in LADDER:
        on_stage(f"sweep at {s}")
        stages.append((f"sweep at {s}", list(cases.blocks(one, ladder(s)))))
    on_stage("sweep at 1")
    stages.append(("sweep at 1", list(cases.blocks(one, whole_units(1)))))
    readers: dict[int, frozenset[object]] = {}
    for s, writers in READERS:
        on_stage(f"readers at {s}")
        readers[s] = _broken(source, s, writers)
    own = None
    if kernel:
        on_stage("the kernel's own test")
        try:
            own = kernel_suite.prepare(source)
        except NoTest:
            own = None
    return Prepared(source, one, stages, readers, own)


def whole_units(s: int) -> list[Unit]:
    """What the sweep runs whole."""
    return complete_units([s])


class Suites:
    """Runs the mutants of one source, one after another."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._judging = Judging()

    @property
    def source(self) -> Source:
        """What the mutants are mutants of."""
        return self._prepared.source

    def fate(self, change: Change) -> Fate:
        """What both suites make of a mutant."""
        with tempfile.TemporaryDirectory(prefix="xasplit-mutant-") as folder:
            planted = Planted(self._prepared.source, change, Path(folder))
            ours = _timed(partial(self._ours, planted))
            own = self._prepared.kernel
            kernel = None if own is None else _timed(partial(_kernel, planted, own))
            same = not ours.killed and self._same(planted)
            return Fate(change, ours, kernel, same)

    def found(self, planted: Planted) -> tuple[Implementation, str, Verdict]:
        """The mutant as an implementation, the stage of cases that kills it, "" for none, and what
        that finds."""
        base = self._prepared.source
        step = Step("the mutant", "", None)
        source = replace(planted.source, lineage=Lineage(base, (step,)))
        one = replace(self._prepared.implementation, name="mutant", source=source, executables={})
        differing = 0
        for stage, some in self._prepared.stages:
            for block in some:
                s = block.chunk_shift if isinstance(block, Histories) else block.unit.chunk_shift
                if s not in one.executables:
                    built = {**one.executables, s: planted.driver(s)}
                    one = replace(one, executables=built)
                verdict = self._verdict(one, block)
                differing += verdict.differing
                if verdict.properties:
                    return one, stage, verdict
        return one, "", Verdict(differing=differing)

    def _ours(self, planted: Planted) -> Kill:
        _, stage, verdict = self.found(planted)
        if stage:
            return Kill(stage, verdict.properties, HANGS in verdict.properties)
        for s, writers in READERS:
            before = self._prepared.readers[s]
            broken = _broken(planted.source, s, writers)
            if fresh := {one for one in broken if one not in before}:
                names = sorted({str(one[-1]) for one in fresh if isinstance(one, tuple)})
                return Kill(f"readers at {s}", tuple(names))
        return Kill(differing=verdict.differing)

    def _verdict(self, one: Implementation, block: Block | Histories) -> Verdict:
        try:
            if isinstance(block, Histories):
                return self._judging.histories(one, block)
            return self._judging.block(one, block)
        except WorkerError as error:
            # The driver does not come to run a case, which that of the unchanged source does.
            return Verdict((f"driver: {error}",))

    def _same(self, planted: Planted) -> bool:
        """Whether the units compile to what they did."""
        change = planted.change
        assert change is not None
        base = self._prepared.source
        if change.file not in base.units:
            return False
        text = (base.directory / change.file).read_bytes()
        return whole(base, change.file, change.applied(text)) == _usual(base, change.file)


def _timed(make: Callable[[], Kill]) -> Kill:
    before = _cpu()
    made = make()
    return replace(made, seconds=_cpu() - before)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _kernel(planted: Planted, own: kernel_suite.Prepared) -> Kill:
    way, said = kernel_suite.kills(planted, own)
    return Kill(way, (said,) if said else (), said == kernel_suite.TIMED_OUT)


_objects: dict[object, str | None] = {}


def _usual(source: Source, file: str) -> str | None:
    key = (source.directory, source.defines, file)
    if key not in _objects:
        _objects[key] = whole(source, file, (source.directory / file).read_bytes())
    return _objects[key]


def _broken(source: Source, s: int, writers: tuple[str, ...]) -> frozenset[object]:
    """The promises to readers that are broken and may be relied on; a crash is one of its own, and
    so is what cannot be built."""
    try:
        report = explore(replace(source, lineage=None), (s,), writers=writers, jobs=1)
    except (BuildError, ExplorerError) as error:
        return frozenset({("", f"not explored: {error}")})
    broken: set[object] = {
        (shift, str(one.result.case), one.result.memory, one.result.reader, one.result.span,
         one.breach.kind)
        for shift, one in report.found()
        if not one.documented
    }  # fmt: skip
    broken |= {
        (str(one.case), one.problem.reader, f"a reader or writer {one.problem.trouble.value}")
        for one in report.unexplored
        if one.problem.trouble in _ENDS
    }
    return frozenset(broken)
