# SPDX-License-Identifier: GPL-2.0-or-later
"""Cases with a known verdict, and what changed checks, or a changed model, make of them.

Of each seeded defect of the port there is a case that the specs find wrong; the unchanged port
answers many rightly.  A changed spec is killed when its verdict on any of them differs: above all
when one that is wrong passes.  A changed model is killed when it answers otherwise than the C port
did, or the specs judge it.
"""

from __future__ import annotations

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import multiprocessing
import pickle
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, ModuleType

from models.case.trial import Trial
from models.mutants import checks
from models.mutants.machine_made.cases import Histories, answers, histories
from models.mutants.machine_made.python_changes import PythonChange
from models.mutants.mutant import Check, Mutant, Part
from models.mutants.run import mutated, port
from models.sweep.sweep import quick_units
from specs.judge import Judge
from xarray_model.operations import Operation

RIGHT_AT = (1, 2)
"""Chunk shifts of the cases that are answered rightly."""
HISTORIES, STEPS = 150, 40
"""Histories that are drawn at a chunk shift, and their steps."""
MOST_TRIED = 20
"""Histories in which a defect shows that are judged, at most."""
SECONDS = 20
"""CPU time that a changed module may take for all cases."""
_ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Control:
    """A case at a chunk shift, what was answered and logged, and the properties that break;
    ``defect`` names the seeded defect that was tried, "" for none."""

    defect: str
    chunk_shift: int
    one_level: bool
    operations: tuple[Operation, ...]
    answer: bytes
    log: bytes
    broken: frozenset[str]


def right(shifts: Sequence[int] = RIGHT_AT) -> Iterator[Control]:
    """Cases of every kind on the unchanged port, one of each group of the first cases."""
    for s in shifts:
        one = port(s)
        with Trial(one, s) as trial:
            for unit in quick_units([s]):
                if not unit.offered(one):
                    continue
                for group, starts in unit.groups():
                    case = group.operations(starts[0])
                    trial.everything(case, trial.expected(case))
                    yield _control("", one.one_level, s, case, trial)


def wrong(defects: Iterable[Mutant]) -> Iterator[Control]:
    """A case for each property that each defect is declared to break and that the specs judge: of
    the sweep, or of those histories that are drawn once."""
    for defect in defects:
        if defect.part is not Part.PORT or not defect.usual or defect.check is Check.HIGH:
            continue
        if defect.check is Check.MACHINE:
            yield from _in_histories(defect)
            continue
        one, s = mutated(defect), defect.chunk_shift
        found = {}
        for found in checks.rounds(one, defect.check, s):
            if found.keys() >= set(defect.caught_by):
                break
        with Trial(one, s) as trial:
            for name in defect.caught_by:
                if name not in found:
                    continue
                finding = found[name]
                trial.everything(finding.operations, finding.expected)
                if trial.hung is None:
                    told = _control(defect.name, one.one_level, s, finding.operations, trial)
                    if name in told.broken:
                        yield told


@cache
def _drawn(s: int) -> Histories:
    return histories(port(s), s, HISTORIES, STEPS, 1)


def _in_histories(defect: Mutant) -> Iterator[Control]:
    """Those of a defect that only histories find."""
    one, s = mutated(defect), defect.chunk_shift
    drawn = _drawn(s)
    left = set(defect.caught_by)
    told = zip(answers(drawn, one.executables[s], 1), drawn.answers, strict=False)
    differing = [number for number, (mine, theirs) in enumerate(told) if mine != theirs]
    with Trial(one, s) as trial:
        for number in differing[:MOST_TRIED]:
            trial.everything(drawn.cases[number], drawn.expected[number])
            if trial.hung is None:
                control = _control(defect.name, one.one_level, s, drawn.cases[number], trial)
                if left & control.broken:
                    left -= control.broken
                    yield control
            if not left:
                return


def _control(
    name: str, one_level: bool, s: int, case: Sequence[Operation], trial: Trial
) -> Control:
    broken = _verdict(s, one_level, case, trial.answer, trial.log)
    return Control(name, s, one_level, tuple(case), trial.answer, trial.log, broken)


def _verdict(
    s: int, one_level: bool, case: Sequence[Operation], answer: bytes, log: bytes
) -> frozenset[str]:
    try:
        judged = Judge(s, one_level=one_level).case(list(case), answer, log)
    except ValueError:
        # Cut short, since it did not come to its end.
        return frozenset()
    return frozenset(one.property for one in judged)


def fate(change: PythonChange, controls: bytes, *, model: bool) -> str:
    """What kills a changed module: the first control (pickled, all of them) that is judged, or with
    ``model`` answered, otherwise, or how it ends; "" if nothing does.  Runs in a process of its
    own."""
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_in_child, args=(change, controls, model, theirs))
    process.start()
    theirs.close()
    try:
        told = mine.recv()
    except EOFError:
        told = "it ends its process"
    process.join()
    process.close()
    assert isinstance(told, str)
    return told


def _in_child(change: PythonChange, controls: bytes, model: bool, answer: Connection) -> None:
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    gc.disable()
    for name in [*sys.modules]:
        if name.partition(".")[0] in ("specs", "models", "xarray_model"):
            del sys.modules[name]
    sys.meta_path.insert(0, _Instead(change))
    try:
        answer.send(_first_difference(controls, model))
    except Exception as error:  # whatever the change makes of it
        answer.send(f"{type(error).__name__}: {error}"[:200])


def _first_difference(controls: bytes, model: bool) -> str:
    """With the modules as they now are; they are imported anew."""
    from models.case.reference import run_case
    from specs.judge import Judge as Changed

    for number, one in enumerate(pickle.loads(controls)):
        name = one.defect or f"right case {number}"
        if model and not one.defect:
            if run_case(one.operations, one.chunk_shift).results != one.answer:
                return f"{name}: answered otherwise"
            continue
        try:
            judge = Changed(one.chunk_shift, one_level=one.one_level)
            judged = judge.case(list(one.operations), one.answer, one.log)
        except ValueError:
            judged = []
        broken = frozenset(each.property for each in judged)
        if broken != one.broken:
            lost = ", ".join(sorted(one.broken - broken))
            return f"{name}: {lost} passes" if lost else f"{name}: more breaks"
    return ""


class _Instead(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Gives one module other contents."""

    def __init__(self, change: PythonChange) -> None:
        self._change = change

    def find_spec(
        self, fullname: str, path: object, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module's, of this loader."""
        if fullname != self._change.module:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin="changed")

    def get_source(self, fullname: str) -> str:
        """The changed text."""
        return self._change.text

    def get_code(self, fullname: str) -> CodeType | None:
        """What it is compiled to."""
        return self.source_to_code(self._change.text, f"<{fullname}, changed>")


MODULES = {
    "specs": ("specs", ()),
    "geometry": ("xarray_model", ("geometry",)),
    "model": ("xarray_model", ()),
}
"""What is mutated, by what the user names: a package, and modules of it, () for all."""
_NO_PART = {"claims", "strength", "survey", "verdicts", "registry", "readers", "timeline", "races",
            "origin", "callers", "loops", "picture", "reader_state", "folio", "geometry",
            "split_recursive", "split_one_level", "journal"}  # fmt: skip
"""Modules that have no part in a verdict on a case, or that something else holds."""


def modules(named: str) -> list[tuple[str, Path]]:
    """The modules that are mutated, with their files."""
    package, some = MODULES[named]
    names = some or [
        path.stem for path in sorted((_ROOT / package).glob("*.py"))
        if path.stem not in _NO_PART and path.stem != "__init__"
    ]  # fmt: skip
    return [(f"{package}.{name}", _ROOT / package / f"{name}.py") for name in names]
