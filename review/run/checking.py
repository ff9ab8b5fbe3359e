# SPDX-License-Identifier: GPL-2.0-or-later
"""The quick check of a kernel: a few cases of every kind, readers of small arrays, and what broke
that was not there before."""

from __future__ import annotations

import difflib
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from pathlib import Path

import click

from models.case.origins import Placed
from models.diagnosis.where.rank import Where
from models.kernel.commit import commit
from models.kernel.mailbox import SeriesError
from models.kernel.parent import parent
from models.kernel.ranges import with_base
from models.kernel.series import OWN_FILES, apply_read
from models.kernel.source import Source, SourceError
from models.readers import explore, plan
from models.subject.build import BuildError, ToolError
from models.subject.implementation import Implementation, name_of
from review.run import search as searches
from review.run import subjects
from review.run.diagnosis import Diagnosis, located, originated, reduced, reproduced
from review.run.exploring import explorable
from review.run.given_patch import GivenPatch
from review.run.named import NamedKernels
from review.run.results import Results, source_key, tools
from review.run.workers import Workers
from specs.readers import PROMISES
from specs.registry import REGISTERS

SHIFTS = (1, 2, 6)
"""The chunk shifts at which cases are run."""
READERS_AT: dict[int, Sequence[str]] = {1: ("split", "try-split"), 6: plan.WRITERS}
"""Those at which readers are explored, against which writers; at 6 only at entries with siblings,
which there are none of at 1: that takes 2 s of CPU time."""
_FOR_CASES, _FOR_CAUSES = 0.6, 0.8
"""When cases and causes are to be done, as shares of the time that is given."""
PROMISE_AT = (1, 2)
"""Those at which they are where one promise is asked for, against all writers."""


class Verdict(Enum):
    """What a check came to."""

    PASS = "pass"
    WARN = "warn"
    """Nothing that is new broke, and there is something to know."""
    FAIL = "fail"
    UNDECIDED = "undecided"
    """It, or a part of it, could not be run, and nothing broke."""


@dataclass
class Checked:
    """What a check of ``sources`` came to: the findings that count, in the order of their numbers,
    where each comes from and where to look; what does not count, ``known`` deviations of released
    kernels and properties that broke ``before``; readers' promises; what does not compile; and what
    was not run, with the reason.  ``only``: the property that alone decides, or ""."""

    sources: tuple[str, ...] = ()
    diagnoses: list[Diagnosis] = field(default_factory=list)
    origins: list[Placed | None] = field(default_factory=list)
    wheres: list[Where] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    before: set[str] = field(default_factory=set)
    promises: list[str] = field(default_factory=list)
    promises_before: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    cases: int = 0
    histories: int = 0
    only: str = ""

    @property
    def verdict(self) -> Verdict:
        """What all of it comes to."""
        counted = self.diagnoses if not self.only else self._of_property()
        if counted or self.broken or (self.promises and self.only in ("", *PROMISES)):
            return Verdict.FAIL
        if self.not_run or not self.sources:
            return Verdict.UNDECIDED
        return Verdict.WARN if self.known or self.before or self.promises_before else Verdict.PASS

    def _of_property(self) -> list[Diagnosis]:
        return [
            one for one in self.diagnoses
            if self.only in (*one.cause.properties, *one.cause.later)
        ]  # fmt: skip

    @property
    def status(self) -> int:
        """The exit status."""
        return {Verdict.FAIL: 1, Verdict.UNDECIDED: 2}.get(self.verdict, 0)


def patched(tree: str, rev: str | None, patch: GivenPatch, base: NamedKernels) -> list[Source]:
    """The kernel with a patch, or a mailbox of them, on top of what it was made from: the revision
    that is named, or the latest commit that has the content which the first of them changes, or
    what is checked out.  Raises click.ClickException."""
    if base.base or base.ranged:
        raise click.UsageError("--base and --rev A..B go without a patch on standard input")
    first = patch.mails[0]
    if rev is None:
        files = [one for one in first.files if one in OWN_FILES]
        rev = parent(Path(tree), first, files)
    try:
        read = [(patch.mails, patch.letter)]
        return [subjects.told(apply_read(tree, rev, read, patch.folder, base.headers)).source]
    except (SourceError, SeriesError) as error:
        text = str(error).replace(f"{patch.folder}/", "")
        where = "what is checked out" if rev is None else f"commit {rev[:12]}"
        raise click.ClickException(f"it does not apply to {where}: {text}") from None


def opened(named: NamedKernels, patch: GivenPatch | None) -> list[Source]:
    """What is to be checked: the one kernel that is named with ``patch``, if there is one; at a
    revision; or as it stands, against its last commit where they differ.  Raises
    click.ClickException."""
    (tree,) = named.kernels
    if patch is not None:
        return patched(tree, named.rev, patch, named)
    sources = subjects.kernel_sources(named)
    if named.rev is None and named.base is None and (commit(tree) or "").endswith("-dirty"):
        last = subjects.kernel_sources(replace(named, rev="HEAD"))
        return [with_base(one, base) for one, base in zip(sources, last, strict=True)]
    return sources


def known_property(name: str) -> None:
    """Raises click.UsageError when there is no property of this name."""
    names = sorted([*PROMISES, *(one for register in REGISTERS.values() for one in register)])
    if name not in names:
        near = difflib.get_close_matches(name, names, 3)
        more = f"; do you mean {' or '.join(near)}?" if near else "; xasplit properties lists them"
        raise click.UsageError(f"there is no property {name}{more}")


def check(
    sources: Sequence[Source],
    workers: Workers,
    results: Results,
    name: str = "",
    seconds: float | None = None,
) -> Checked:
    """Check kernels, each against what it was made from where that is known.  Only the property
    ``name`` decides if there is one, or only that promise to readers.  What is not done after so
    many ``seconds``, None for as long as it takes, is told as not run."""
    began, given = time.monotonic(), math.inf if seconds is None else seconds
    done = Checked(only=name)
    if name in PROMISES:
        done.sources = tuple(map(name_of, sources))
        _explore(done, sources, results, workers.jobs, PROMISE_AT, plan.WRITERS)
        return done
    built: list[Implementation] = []
    # What is looked for counts, known or not.
    for one in subjects.built_each(sources, SHIFTS, deviations=not name).values():
        if isinstance(one, Implementation):
            built.append(one)
        else:
            (done.not_run if isinstance(one, ToolError) else done.broken).append(str(one))
    done.sources = tuple(one.name for one in built)
    if not built:
        return done
    swept, done.histories = searches.first_pass(
        built, SHIFTS, workers, done.not_run, results, began + given * _FOR_CASES
    )
    done.cases = sum(one.covered for one in swept.coverage.values())
    own = swept.findings.own()
    for key, breach in swept.findings.breaches.items():
        if key not in own.breaches:
            aside = breach.smallest
            done.known.update(aside.deviations)
            done.before.update(() if aside.deviations else (aside.property,))
    jobs = workers.jobs
    found = reduced(own, built, swept.tried, began + given * _FOR_CAUSES, jobs)
    smallest = [one.smallest for one in found]
    done.origins = originated(smallest, built, deadline=began + given, jobs=jobs)
    done.diagnoses = reproduced(found, built, began + given, jobs)
    done.wheres = located(smallest, done.origins, built, began + given, jobs)
    for s, writers in () if name else READERS_AT.items():
        if time.monotonic() > began + given:
            done.not_run.append(f"readers at chunk shift {s}: the time was over")
            continue
        _explore(done, [one.source for one in built], results, jobs, (s,), writers)
    return done


def _explore(
    done: Checked,
    sources: Sequence[Source],
    results: Results,
    jobs: int,
    shifts: Sequence[int],
    writers: Sequence[str],
) -> None:
    """Explore readers beside writers at these chunk shifts, and add what they see."""
    wanted, not_run = explorable(sources)
    done.not_run += (one for one in not_run if one not in done.not_run)
    for source in wanted:
        try:
            report = results.of(
                "explorations of readers",
                (source_key(source, steps=True), tuple(shifts), tuple(writers), tools(), "small"),
                partial(explore.explore, source, shifts, writers=writers, large=False, jobs=jobs),
                lambda one: not one.unexplored,
            )
        except BuildError as error:
            done.not_run.append(f"readers: {error}")
            continue
        found = [one for _, one in report.found() if done.only in ("", one.breach.promise)]
        done.cases += report.executions if done.only else 0
        told = {f"{one.breach.promise} ({one.result.case.writer})" for one in found if one.counts}
        done.promises += sorted(told - set(done.promises))
        before = [one for one in found if not (one.counts or one.documented)]
        done.promises_before |= {one.breach.promise for one in before}
        done.not_run += [str(one) for one in report.unexplored]
