# SPDX-License-Identifier: GPL-2.0-or-later
"""Mutants of the checks themselves, held against cases whose verdict is known, with progress."""

from __future__ import annotations

import hashlib
import pickle
import tempfile
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from models.mutants.catalogue import MUTANTS
from models.mutants.machine_made import controls
from models.mutants.machine_made.controls import Control
from models.mutants.machine_made.python_changes import PythonChange, drawn
from review.run.attempt import one_line
from review.run.progress import Meter
from review.run.results import Results, tools
from review.run.workers import Workers

KIND = "mutants of checks"


@dataclass
class ChangedChecks:
    """What came of the mutants of ``named``, by ``fates``: what killed each, "" for nothing;
    ``right`` and ``wrong`` count the controls, ``left`` were not run."""

    named: str
    sample: int | None
    seed: int
    right: int = 0
    wrong: int = 0
    fates: list[tuple[PythonChange, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def survivors(self) -> list[PythonChange]:
        """Those that nothing killed."""
        return [one for one, told in self.fates if not told]


def fates(
    named: str, sample: int | None, seed: int, workers: Workers, results: Results
) -> ChangedChecks:
    """Make mutants of what is named (``controls.MODULES``) and judge them.  On Ctrl-C what was not
    run is ``left``."""
    done = ChangedChecks(named, sample, seed)
    changes = drawn(controls.modules(named), sample, seed)
    try:
        known = results.of("controls of checks", (tools(),), _controls)
    except KeyboardInterrupt:
        done.left = [f"{one.name}: not run" for one in changes]
        return done
    done.wrong = sum(bool(one.broken) for one in known)
    done.right = len(known) - done.wrong
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="xasplit-controls-") as folder:
        path = Path(folder) / "controls"
        # Those that are wrong first: they kill most.
        path.write_bytes(pickle.dumps(sorted(known, key=lambda one: not one.broken)))
        _judge(changes, path, named != "specs", found, done, workers, results)
    done.fates = [(one, found[one.text]) for one in changes if one.text in found]
    return done


def _judge(
    changes: Sequence[PythonChange],
    path: Path,
    model: bool,
    found: dict[str, str],
    done: ChangedChecks,
    workers: Workers,
    results: Results,
) -> None:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    ahead = iter(changes)
    futures: dict[Future[str], PythonChange] = {}
    with workers.executor() as pool, Meter(f"mutants of {done.named}", len(changes)) as meter:
        try:
            while True:
                while len(futures) < 2 * pool.jobs and (change := next(ahead, None)):
                    earlier = results.known(KIND, (digest, change.text, model))
                    results.count(KIND, earlier)
                    if earlier is not None:
                        found[change.text] = str(earlier.value)
                        meter.advance()
                    else:
                        futures[pool.submit(_fate, change, path, model)] = change
                if not futures:
                    return
                for future in pool.wait(futures):
                    change = futures.pop(future)
                    if (error := future.exception()) is not None:
                        done.left.append(f"{change.name}: {one_line(error)}")
                    else:
                        found[change.text] = future.result()
                        results.keep(KIND, (digest, change.text, model), future.result())
                    alive = sum(not told for told in found.values())
                    meter.advance(f"{alive} survive")
        except KeyboardInterrupt:
            pool.stop()
            done.left += [f"{one.name}: not run" for one in (*futures.values(), *ahead)]


def _fate(change: PythonChange, path: Path, model: bool) -> str:
    return controls.fate(change, path.read_bytes(), model=model)


def _controls() -> list[Control]:
    """Every seeded defect's cases, and right ones."""
    defects = list(MUTANTS)
    found = list(controls.right())
    with Meter("controls", len(defects)) as meter:
        for defect in defects:
            found += controls.wrong([defect])
            meter.advance(f"{len(found)} cases")
    return found
