# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes mutants of a source and holds them against both suites, with progress; what was worked out
before is not done again."""

from __future__ import annotations

import pickle
import random
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, TypeVar, cast

import click

from models.kernel.source import Source
from models.mutants.machine_made import functions, making, suite
from models.mutants.machine_made.change import Change
from models.mutants.machine_made.making import NoFunction
from models.mutants.machine_made.objects import Alone
from models.mutants.machine_made.suite import Fate, Suites
from models.mutants.machine_made.where import Place, place
from models.subject.build import BuildError
from review.run.attempt import one_line
from review.run.executor import Executor
from review.run.progress import Meter
from review.run.results import Results, source_key, tools
from review.run.workers import Workers

OBJECTS = "objects of mutants"
FATES = "machine-made mutants"
PLACES = "places of machine-made mutants"
"""What their results are called."""
_CHUNK = 24
"""Changes that a task compiles."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which functions mutants are made, ``names`` and all that they call but for what
    ``without`` are or call; and of how many distinct ones, drawn with ``seed``, None for all."""

    names: tuple[str, ...] = functions.SPLIT
    without: tuple[str, ...] = ()
    sample: int | None = None
    seed: int = 1


def scope(named: str, sample: int | None, seed: int) -> Scope:
    """What a user names: ``split``, ``others``, or functions with commas between."""
    if named == "split":
        return Scope(sample=sample, seed=seed)
    if named == "others":
        return Scope(functions.OTHERS, functions.SPLIT, sample, seed)
    return Scope(tuple(one.strip() for one in named.split(",")), (), sample, seed)


@dataclass
class Adequacy:
    """What both suites make of the mutants of a source.

    ``made`` counts the changes that were compiled, ``broken`` those that do not compile, ``same``
    those that compile to what there was, ``twice`` those that compile to what another does;
    ``left`` are distinct ones that were not run, with the reason.
    """

    source: Source
    scope: Scope
    made: int = 0
    broken: int = 0
    same: int = 0
    twice: int = 0
    fates: list[Fate] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def distinct(self) -> int:
        """How many mutants there are."""
        return len(self.fates) + len(self.left)


def adequacy(source: Source, scope: Scope, workers: Workers, results: Results) -> Adequacy:
    """Make mutants of a source and run them.  On Ctrl-C what was not run is ``left``.  Raises
    click.ClickException where there is no such function or the source does not compile."""
    done = Adequacy(source, scope)
    with _made(done, workers, results) as (pool, chosen):
        _run(done, chosen, pool, results)
    return done


@dataclass
class Places:
    """On which places the lines of the mutants of a source are, of those that a case kills;
    ``left`` were not run, ``alive`` are killed by no case."""

    source: Source
    scope: Scope
    places: list[Place] = field(default_factory=list)
    alive: int = 0
    left: list[str] = field(default_factory=list)


def places(source: Source, scope: Scope, workers: Workers, results: Results) -> Places:
    """Rank the lines of mutants of a source; as ``adequacy``."""
    had = Adequacy(source, scope)
    done = Places(source, scope)
    with _made(had, workers, results) as (pool, chosen):
        found, problems = _each(source, chosen, _place, PLACES, pool, results)
    told = [found[one.name] for one in chosen if one.name in found]
    done.places = [one for one in told if one is not None]
    done.alive = len(told) - len(done.places)
    done.left = _left(chosen, found, problems)
    return done


@contextmanager
def _made(
    done: Adequacy, workers: Workers, results: Results
) -> Iterator[tuple[Executor, list[Change]]]:
    """The mutants that are to be run, and where; what was dropped is in ``done``."""
    try:
        names = making.chosen(done.source, done.scope.names, without=done.scope.without)
        changes = making.changes(done.source, names)
        with workers.executor() as pool:
            yield pool, _distinct(done, changes, pool, results)
    except (NoFunction, BuildError) as error:
        raise click.ClickException(str(error)) from None


def _distinct(
    done: Adequacy, changes: list[Change], pool: Executor, results: Results
) -> list[Change]:
    """The changes that compile to something else than there was, and than another."""
    scope = done.scope
    if scope.sample is not None:
        changes = random.Random(scope.seed).sample(changes, len(changes))
    most = len(changes) if scope.sample is None else scope.sample
    seen: set[tuple[str, str]] = set()
    found: list[Change] = []
    chunks = [changes[first : first + _CHUNK] for first in range(0, len(changes), _CHUNK)]
    made = _objects(done.source, chunks, pool, results)
    with Meter("compiling mutants", len(chunks)) as meter:
        for chunk, objects in zip(chunks, made, strict=False):
            for change, (had, now) in zip(chunk, objects, strict=True):
                if len(found) == most:
                    return found
                done.made += 1
                if now is None:
                    done.broken += 1
                elif now == had:
                    done.same += 1
                elif (change.function, now) in seen:
                    done.twice += 1
                else:
                    seen.add((change.function, now))
                    found.append(change)
            meter.advance(f"{len(found)} distinct")
    return found


_Objects: TypeAlias = list[tuple[str | None, str | None]]
"""What functions compile to before and after."""


def _objects(
    source: Source, chunks: Sequence[list[Change]], pool: Executor, results: Results
) -> Iterator[_Objects]:
    """What each chunk compiles to, in order; a few are under way."""
    waiting: deque[tuple[object, Future[_Objects] | _Objects]] = deque()
    ahead = iter(chunks)
    while True:
        while len(waiting) < 2 * pool.jobs and (chunk := next(ahead, None)) is not None:
            parts: object = (source_key(source), [one.name for one in chunk], tools())
            known = results.known(OBJECTS, parts)
            results.count(OBJECTS, known)
            if known is not None:
                waiting.append((parts, cast(_Objects, known.value)))
            else:
                waiting.append((parts, pool.submit(_compile, source, chunk)))
        if not waiting:
            return
        parts, made = waiting.popleft()
        if isinstance(made, Future):
            made = made.result()
            results.keep(OBJECTS, parts, made)
        yield made


_alone: dict[object, tuple[Alone, str | None]] = {}
"""Functions as they are, in a process that compiles their changes."""


def _compile(source: Source, changes: Sequence[Change]) -> _Objects:
    found: _Objects = []
    known = functions.of_source(source)
    for change in changes:
        key = (source.directory, source.defines, change.function)
        if key not in _alone:
            alone = Alone(source, known[change.function])
            _alone[key] = alone, alone.original()
        alone, had = _alone[key]
        found.append((had, alone.changed(change)))
    return found


def _run(done: Adequacy, changes: Sequence[Change], pool: Executor, results: Results) -> None:
    """Run the mutants, but for those of which it is known what comes of them."""
    fates, problems = _each(done.source, changes, _fate, FATES, pool, results)
    done.fates = [fates[one.name] for one in changes if one.name in fates]
    done.left = _left(changes, fates, problems)


def _left(
    changes: Sequence[Change], found: Mapping[str, object], problems: Mapping[str, str]
) -> list[str]:
    return [
        f"{one.name}: {problems.get(one.name, 'not run')}"
        for one in changes
        if one.name not in found
    ]


def _each(
    source: Source,
    changes: Sequence[Change],
    task: Callable[[Path, Change], _T],
    kind: str,
    pool: Executor,
    results: Results,
) -> tuple[dict[str, _T], dict[str, str]]:
    """What a task makes of each mutant, by name, as far as it came before Ctrl-C, and the problems
    of those that failed; what is kept is not done again."""
    found: dict[str, _T] = {}
    asked: dict[str, object] = {
        one.name: (source_key(source), one.name, tools()) for one in changes
    }
    for one in changes:
        known = results.known(kind, asked[one.name])
        results.count(kind, known)
        if known is not None:
            found[one.name] = cast(_T, known.value)
    left = [one for one in changes if one.name not in found]
    problems: dict[str, str] = {}
    if not left:
        return found, problems
    try:
        with tempfile.TemporaryDirectory(prefix="xasplit-mutants-") as folder:
            path = Path(folder) / "prepared"
            _prepare(source, path, kernel=kind == FATES)
            futures: dict[Future[_T], str] = {}
            ahead = iter(left)
            with Meter("mutants", len(left)) as meter:
                while True:
                    while len(futures) < 2 * pool.jobs and (change := next(ahead, None)):
                        futures[pool.submit(task, path, change)] = change.name
                    if not futures:
                        break
                    for future in pool.wait(futures):
                        name = futures.pop(future)
                        if (error := future.exception()) is not None:
                            problems[name] = one_line(error)
                        else:
                            found[name] = future.result()
                            results.keep(kind, asked[name], found[name])
                        meter.advance()
    except KeyboardInterrupt:
        pool.stop()
    return found, problems


def _prepare(source: Source, path: Path, *, kernel: bool) -> None:
    """Leave in a file what mutants are run with."""
    with Meter("preparing the suites", suite.STAGES) as meter:
        made = suite.prepare(source, kernel=kernel, on_stage=meter.advance)
    path.write_bytes(pickle.dumps(made))


_suites: dict[Path, Suites] = {}


def _fate(path: Path, change: Change) -> Fate:
    """What comes of a mutant, in a process of the pool."""
    return _ready(path).fate(change)


def _place(path: Path, change: Change) -> Place | None:
    """Where its line is ranked."""
    return place(_ready(path), change)


def _ready(path: Path) -> Suites:
    if path not in _suites:
        _suites.clear()
        _suites[path] = Suites(pickle.loads(path.read_bytes()))
    return _suites[path]
