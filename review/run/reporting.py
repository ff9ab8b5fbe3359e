# SPDX-License-Identifier: GPL-2.0-or-later
"""What a report of a kernel's defect rests on: what is run to find out that it is one, since when,
and that a test for it fails now and passes with right code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from models.case.deviations import Deviation
from models.case.finding import Finding
from models.case.known import which
from models.case.replay import judge, replay
from models.case.trial import NoCase
from models.diagnosis import reproducer as reproducers
from models.diagnosis.added_test import AddedTest, added
from models.kernel import source as sources
from models.kernel.configuration import USUAL, Configuration
from models.kernel.source import Source
from models.readers import schedule as schedules
from models.readers.explorer import ExplorerError
from models.readers.origins import breaks
from models.readers.schedule import Schedule
from models.subject.baseline import TEST, Baseline, run_test
from models.subject.build import BuildError
from models.subject.implementation import Implementation, examine
from xarray_model.operations import Code, Operation

KERNELS = (6, 4)
"""The chunk shifts that kernels have."""


class Holds(Exception):
    """There is nothing to report; the message is one line."""


class Defect(Protocol):
    """What is reported: a case, or what a reader sees."""

    def shows(self, source: Source) -> bool:
        """Whether a source shows it.  BuildError if it does not compile."""


@dataclass(frozen=True, slots=True)
class CaseDefect:
    """A case that breaks a property: what it did on the kernel that is reported to, and which known
    deviation that is, if it is one."""

    implementation: Implementation
    finding: Finding
    known: Deviation | None

    def shows(self, source: Source) -> bool:
        """Whether the same property breaks in it there."""
        if not source.capabilities.try_split and _tries(self.finding.operations):
            return False
        one = examine(replace(source, lineage=None), (self.finding.chunk_shift,))
        try:
            return replay(one, self.finding).still is not None
        except NoCase:
            return False


@dataclass(frozen=True, slots=True)
class ReaderDefect:
    """An execution in which a reader sees what it must not."""

    schedule: Schedule

    def shows(self, source: Source) -> bool:
        """Whether the same reader beside the same writer breaks the same promise there, in any
        execution: the choices of one have no meaning in other code."""
        one = self.schedule
        try:
            return breaks(source, one.chunk_shift, one.case, one.memory, one.reader, one.promise)
        except ExplorerError as error:
            raise BuildError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Tried:
    """How a test that was added to the kernel's own went: the test, the chunk shift that its code
    is for, whether it holds at the other one too, what failed when it was run by itself, and the
    kernel's whole test with it; ``fixed``: that on the kernel with a fix, None without one."""

    test: AddedTest
    chunk_shift: int
    anywhere: bool
    failed: str
    whole: Baseline
    fixed: Baseline | None = None

    @property
    def own(self) -> dict[str, int]:
        """The checks of the added test that fail."""
        return self._of(self.whole, own=True)

    @property
    def others(self) -> dict[str, int]:
        """The checks that fail beside it."""
        return self._of(self.whole, own=False)

    def _of(self, run: Baseline, *, own: bool) -> dict[str, int]:
        name = self.test.function
        return {
            place: count
            for place, count in run.failures.items()
            if (place.partition(":")[0] == name) is own
        }


@dataclass
class Facts:
    """All that a report tells: the defect, where it shows (by the name of a kernel) and where it
    does not, and the reason where that is not known; the test, or why there is none."""

    defect: CaseDefect | ReaderDefect
    source: Source
    elsewhere: list[tuple[str, bool | None, str]] = field(default_factory=list)
    tried: Tried | None = None
    no_test: str = ""


def case_defect(source: Source, s: int, operations: Sequence[Operation]) -> CaseDefect:
    """What a case breaks on a kernel, the first of it.  Holds, or NoCase or BuildError."""
    one = examine(source, (s,))
    found = judge(one, s, operations)
    if not found:
        raise Holds("nothing breaks in this case there: there is nothing to report")
    return CaseDefect(one, found[0], which(one, found[0]))


def found_again(source: Source, known: Finding) -> CaseDefect:
    """What a finding is on a kernel.  Holds, or NoCase or BuildError."""
    one = examine(source, (known.chunk_shift,))
    still = replay(one, known).still
    if still is None:
        raise Holds(f"{known.property} holds in this case there: there is nothing to report")
    return CaseDefect(one, still, which(one, still))


def reader_defect(source: Source, schedule: Schedule) -> ReaderDefect:
    """What a schedule is on a kernel.  Holds or BuildError."""
    again = schedules.replay(schedule, source)
    if not again.reproduced:
        why = again.problem or "it keeps the promise there"
        raise Holds(f"{why}: there is nothing to report")
    return ReaderDefect(schedule)


def compare(facts: Facts, others: Sequence[Source]) -> None:
    """Run it on other kernels too."""
    for one in others:
        name = f"Linux {one.version}" if one.version else one.name
        try:
            facts.elsewhere.append((name, facts.defect.shows(one), ""))
        except BuildError as error:
            facts.elsewhere.append((name, None, str(error)))


def test_of(
    facts: Facts,
    configuration: Configuration = USUAL,
    code: str | None = None,
    rename: str | None = None,
    fixed: Source | None = None,
) -> None:
    """Make a test of it, or take ``code``, and run it: by itself on the kernel and on the port, and
    as a part of the kernel's own test, also on a kernel that has a fix.

    Where there is none the reason is told.  Raises NotAdded, BuildError, or ValueError if ``code``
    is not one function.
    """
    source, s = facts.source, KERNELS[0]
    if not source.has_kernel_test:
        facts.no_test = f"the kernel came without {TEST}"
        return
    if code is None:
        if not isinstance(facts.defect, CaseDefect):
            facts.no_test = "no test is made of an execution: write one, and name it with --test"
            return
        made = reproducers.reproducer(facts.defect.implementation, facts.defect.finding)
        if made.chunk_shift not in KERNELS:
            facts.no_test = (
                f"the case shows at chunk shift {made.chunk_shift}, which no kernel has: write it"
                f" at {s}"
            )
            return
        code, s, facts.no_test = made.code, made.chunk_shift, made.reason
        if not code:
            return
    code = _renamed(code, rename)
    failed, right = reproducers.again(source, code, s)
    if right or not failed:
        wrong = f"fails with right code ({right})" if right else "passes with the kernel"
        facts.no_test = f"the test {wrong}"
        return
    # Of a split it is not known whether a kernel supports it where nodes have fewer slots.
    others = [one for one in KERNELS if one != s]
    anywhere = "split" not in code and all(
        reproducers.right_at(source, code, one) for one in others
    )
    add = partial(added, code=code, only_at=None if anywhere else s)
    test = add(_text(source))
    run = partial(run_test, shift=s, configuration=configuration)
    whole = run(with_test(source, test.text))
    again = None if fixed is None else run(with_test(fixed, add(_text(fixed)).text))
    facts.tried = Tried(test, s, anywhere, failed, whole, again)


def with_test(source: Source, text: str) -> Source:
    """A kernel with another text of its own test."""
    files = {path: (source.directory / path).read_bytes() for path in source.sha256}
    files[TEST] = text.encode()
    kept = sources.keep(f"{source.name} with the test", files, source.name)
    return replace(kept, configuration=source.configuration)


def _text(source: Source) -> str:
    return (source.directory / TEST).read_text()


def _renamed(code: str, name: str | None) -> str:
    """The code with another name of its function, ``check_NAME``."""
    heads = code.split("static noinline void check_")
    if name is None or len(heads) < 2:
        return code
    old = heads[-1].partition("(")[0]
    return code.replace(f"check_{old}(", f"check_{name}(")


def _tries(operations: Sequence[Operation]) -> bool:
    return any(one.code in (Code.TRY_SPLIT, Code.TRY_SPLIT_MIN_ORDER) for one in operations)
