# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the promises that readers break come from: the same reader against the same writer on the
same array is explored on the base, and what is new after each patch.

What was there before is the same promise, broken by the same reader in the same case.  Of a split
that a one-level base refuses: in one that it does, in such a race and memory or a simpler one.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

from models.case.origins import Placed, Shown, along
from models.kernel.source import Lineage, Source
from models.readers import explorer
from models.readers.build import build
from models.readers.exploration import BOUNDED_EXECUTIONS, LARGE_EXECUTIONS, LARGE_TIMEOUT
from models.readers.explorer import Breach, Case, ExplorerError, Result, Span
from models.readers.limit import within_limit
from models.subject.build import BuildError
from specs.origin import Origin
from specs.readers import Memory

Key: TypeAlias = tuple[int, Case, Memory, str, Span, str]
"""Chunk shift, case, memory, reader, span and promise of what broke."""

_Broken: TypeAlias = dict[tuple[str, Span, str], bool]
"""Reader, span and promise of what breaks; and of each reader, under the promise "", whether all of
it was explored."""


def key(shift: int, result: Result, breach: Breach) -> Key:
    """What a broken promise is known by."""
    return shift, result.case, result.memory, result.reader, result.span, breach.kind


def placed(
    broken: Iterable[tuple[int, Result, Breach]], lineage: Lineage, jobs: int | None = None
) -> dict[Key, Placed]:
    """Where each broken promise comes from; ``broken`` has the smallest of each kind first.

    With which patch it came is found out for the first of each reader, writer and promise.
    """
    runs: dict[tuple[int, Case, Memory, int | None], list[tuple[Result, Breach]]] = {}
    order: list[tuple[int, Result, Breach]] = list(broken)
    for shift, result, breach in order:
        runs.setdefault((shift, result.case, result.memory, result.bound), []).append(
            (result, breach)
        )
    found: dict[Key, Placed] = {}
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        theirs = pool.map(lambda run: _on_base(lineage.base, *run), runs.items())
        refused: list[tuple[int, Result, Breach]] = []
        for (run, some), there in zip(runs.items(), theirs, strict=True):
            for result, breach in some:
                if there is None:
                    refused.append((run[0], result, breach))
                else:
                    found[key(run[0], result, breach)] = _compared(result, breach, there)
        known = {
            (reader, case.writer, promise, memory, span)
            for (_, case, memory, reader, span, promise), where in found.items()
            if where.origin is Origin.BEFORE
        }
        for shift, result, breach in refused:
            found[key(shift, result, breach)] = _deeper(result, breach, known)
        firsts: dict[tuple[object, ...], tuple[int, Result, Breach]] = {}
        for shift, result, breach in order:
            if found[key(shift, result, breach)].origin is Origin.NEW:
                kind = (result.reader, result.case.writer, breach.kind, result.span)
                firsts.setdefault(kind, (shift, result, breach))
        places = pool.map(lambda one: _with_patch(lineage, *one), firsts.values())
        for one, where in zip(firsts.values(), places, strict=True):
            found[key(*one)] = where
    return found


def breaks(
    source: Source, shift: int, case: Case, memory: Memory, reader: str, promise: str
) -> bool:
    """Whether a reader beside a writer breaks a promise on a source, in any of all executions.

    BuildError; ExplorerError where they were not all explored, and none of those that were does.
    """
    there = _broken(source, shift, case, memory, None, (reader,))
    if any(one == reader and kind.partition(" ")[0] == promise for one, _, kind in there):
        return True
    if not there.get((reader, Span.RACE, ""), False):
        raise ExplorerError(f"{reader} beside {case} was not explored to its end")
    return False


def _on_base(
    base: Source,
    run: tuple[int, Case, Memory, int | None],
    some: list[tuple[Result, Breach]],
) -> _Broken | str | None:
    """What the base breaks, or why that is not known; None where it refuses to split so deep."""
    shift, case, memory, bound = run
    readers = tuple(sorted({result.reader for result, _ in some}))
    try:
        if not _within(build(base, shift), shift, case):
            return None
        return _broken(base, shift, case, memory, bound, readers)
    except (BuildError, ExplorerError) as error:
        return str(error)


def _broken(
    source: Source,
    shift: int,
    case: Case,
    memory: Memory,
    bound: int | None,
    readers: tuple[str, ...],
) -> _Broken:
    """What these readers break of another source; BuildError, ExplorerError."""
    executable = build(source, shift)
    if not _within(executable, shift, case):
        return {(reader, Span.RACE, ""): True for reader in readers}
    large = LARGE_EXECUTIONS if shift == 6 else explorer.EXECUTIONS
    answer = explorer.run(
        executable,
        case,
        memory,
        readers,
        bound=bound,
        executions=large if bound is None else BOUNDED_EXECUTIONS,
        timeout=LARGE_TIMEOUT if shift == 6 else explorer.TIMEOUT,
    )
    found: _Broken = {}
    for one in answer.results:
        whole = (one.reader, Span.RACE, "")
        found[whole] = found.get(whole, True) and one.complete
        found.update(((one.reader, one.span, breach.kind), True) for breach in one.breaches)
    if not answer.supported:
        found.update(((reader, Span.RACE, ""), True) for reader in readers)
    return found


def _compared(result: Result, breach: Breach, there: _Broken | str) -> Placed:
    if isinstance(there, str):
        return Placed(Origin.UNDECIDED, reason=f"the base was not explored: {there}")
    if (result.reader, result.span, breach.kind) in there:
        return Placed(Origin.BEFORE)
    if not there.get((result.reader, Span.RACE, ""), False):
        return Placed(Origin.UNDECIDED, reason="the base was not explored to the end there")
    return Placed(Origin.NEW)


def _deeper(
    result: Result, breach: Breach, known: Container[tuple[str, str, str, Memory, Span]]
) -> Placed:
    """What a split shows that the base refuses; ``known`` is what others show that it does."""
    kind = (result.reader, result.case.writer, breach.kind)
    memories = dict.fromkeys((result.memory, Memory.SEQUENTIAL))
    spans = [result.span, *(one for one in Span if one is not Span.RACE)]
    if any((*kind, memory, span) in known for memory in memories for span in spans):
        return Placed(Origin.BEFORE, reason="in splits of one level, which are all that it does")
    return Placed(Origin.NEW)


def _with_patch(lineage: Lineage, shift: int, result: Result, breach: Breach) -> Placed:
    def shows(source: Source) -> Shown:
        if source is lineage.base:
            return Shown.NOTHING
        there = _broken(source, shift, result.case, result.memory, result.bound, (result.reader,))
        same = (result.reader, result.span, breach.kind) in there
        return Shown.IDENTICAL if same else Shown.NOTHING

    try:
        return along(lineage, shows)
    except ExplorerError as error:
        return Placed(Origin.NEW, reason=f"not told with which patch: {error}")


def _within(executable: Path, shift: int, case: Case) -> bool:
    """Whether a case is within what the code of an explorer claims to do, at a chunk shift."""
    return bool(within_limit(executable, shift, [case]))
