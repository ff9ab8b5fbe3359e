# SPDX-License-Identifier: GPL-2.0-or-later
"""Bounded proofs of the C code of a source: its files and ours preprocessed for the model checker,
and the same harnesses as programs, which guard what the model checker is made to believe."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from functools import cache as remember
from pathlib import Path

from models.kernel import cache
from models.kernel.source import Source
from models.subject.build import (
    OWN,
    SANITIZE,
    BuildError,
    asserting,
    compile_source,
    compiled,
    compiler,
    compiler_version,
    flags_of,
    preprocessing,
    run_compiler,
    stand_ins,
)
from models.subject.implementation import Implementation
from proofs.c import cases as table
from proofs.c import cbmc, run
from proofs.c.bounds import checked
from proofs.c.cases import Case
from proofs.c.report import Outcome, Report, Verdict
from proofs.keeping import NOWHERE, Keeping

SAMPLE = 5_000
"""Inputs that are drawn for a harness as a program where the model checker says that all holds."""
_SECONDS = 60.0
"""Wall time that such a program may take; they take some hundredths of it."""
_TRACTABLE = run.FOLDER / "tractable.h"
_SLOT = run.FOLDER / "slot.h"
_MAIN = run.FOLDER / "main.c"


def cases_of(implementation: Implementation) -> list[Case]:
    """The cases for an implementation: what it offers and supports."""
    source = implementation.source
    if not source.configuration.multi or source.configuration.bits != 64:
        return []
    if source.is_port and source.defines:
        return table.downward()
    return table.cases(one_level=implementation.one_level, try_split=source.capabilities.try_split)


def prove(
    implementation: Implementation,
    cases: list[Case],
    *,
    jobs: int | None = None,
    keeping: Keeping = NOWHERE,
    on_progress: run.Progress | None = None,
    seconds: float = table.SECONDS,
) -> Report:
    """Decide cases of an implementation.  Raises MissingError where there is no model checker."""
    source = implementation.source
    return run.prove(
        implementation.name,
        cases,
        preparing(source),
        cbmc.find(),
        jobs=jobs,
        keeping=keeping,
        seconds=seconds,
        on_progress=on_progress,
        guard=lambda outcome: guard(source, outcome),
    )


def prove_all(
    implementations: Sequence[Implementation],
    jobs: int,
    store: Keeping,
    on_progress: run.Progress | None = None,
) -> list[Report]:
    """Decide all cases of each implementation.  Raises MissingError."""
    reports: list[Report] = []
    for one in implementations:
        if cases := cases_of(one):
            made = prove(one, cases, jobs=jobs, keeping=store, on_progress=on_progress)
            reports.append(made)
            if made.interrupted:
                break
    return reports


def preparing(source: Source) -> run.Prepare:
    """What gives the text of a case: the files under test, unchanged, and the harness."""
    command = compiler()

    def text(s: int, unit: str, defines: tuple[str, ...]) -> bytes:
        seen = ["-isystem", str(run.FOLDER), *preprocessing(source, s, *defines)]
        given = [*command, *flags_of(source), *seen, "-include", str(_TRACTABLE)]
        try:
            # Without lines that name the folder: texts are alike wherever the source lies.
            made = run_compiler(source, [*given, "-E", "-P", unit], source.directory)
        except BuildError as error:
            raise run.PrepareError(str(error)) from None
        return made

    @remember
    def units(s: int, nodes: int) -> tuple[tuple[str, bytes], ...]:
        defines = ("XASPLIT_CBMC=1", f"NODE_COUNT={nodes}")
        return tuple((unit, checked(text(s, unit, defines))) for unit in source.units)

    def prepare(case: Case) -> run.Texts:
        defines = (*case.defines, f'HARNESS="{case.harness}.c"', *_lacking(source))
        return [*units(case.s, case.nodes), ("harness.c", text(case.s, str(_MAIN), defines))]

    return prepare


def _lacking(source: Source) -> tuple[str, ...]:
    return () if source.capabilities.get_order else ("WITHOUT_ORDER=1",)


def program(source: Source, case: Case) -> Path:
    """The harness of a case as a program, with sanitizers.  Raises BuildError."""
    command = compiler()
    defines = (f'HARNESS="{case.harness}.c"', *_lacking(source))
    flags = (*flags_of(source), *SANITIZE)
    seen = asserting(source, case.s)
    ours = ["-isystem", str(run.FOLDER), *asserting(source, case.s, *defines)]
    digest = hashlib.sha256(repr((command, compiler_version(command), flags, ours[2:])).encode())
    digest.update(repr(sorted(source.sha256.items())).encode() + stand_ins())
    for path in sorted(run.FOLDER.glob("*.[ch]")):
        digest.update(path.name.encode() + path.read_bytes())

    def fill(folder: Path) -> None:
        objects = []
        for unit in source.units:
            given = [*command, *flags, "-include", str(_SLOT), *seen]
            text = run_compiler(source, [*given, "-E", unit], source.directory)
            objects.append(str(folder / f"{Path(unit).stem}.o"))
            target = ["-c", "-x", "cpp-output", "-", "-o", objects[-1]]
            compile_text = [*command, *flags, *target]
            run_compiler(source, compile_text, source.directory, checked(text))
        objects.append(compiled(source, command, (*flags, *OWN), ours, str(_MAIN)))
        compile_source(source, [*command, *flags, *objects, "-o", str(folder / "harness")])
        for path in folder.glob("*.o"):
            path.unlink()

    return cache.entry("harnesses", digest.hexdigest(), fill) / "harness"


def guard(source: Source, outcome: Outcome) -> None:
    """Run the harness as a program: on the inputs of a counterexample, which must fail there too,
    and where all holds on inputs that are drawn, which must pass."""
    if outcome.verdict not in (Verdict.PROVED, Verdict.REFUTED):
        return
    refuted = outcome.verdict is Verdict.REFUTED
    if refuted and outcome.inputs is None:
        outcome.native, outcome.confirmed = "not run: the model checker gave no inputs", False
        return
    given = outcome.inputs or {}
    words = (
        [f"{name}={value}" for name, value in given.items()] if refuted else [f"sample={SAMPLE}"]
    )
    try:
        harness = program(source, outcome.case)
        done = subprocess.run(
            [str(harness), *outcome.case.native, *words],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except BuildError as error:
        outcome.native, outcome.confirmed = f"not run: {error}", False if refuted else None
        return
    except subprocess.TimeoutExpired:
        outcome.native, outcome.confirmed = "does not end", refuted or None
        outcome.contradicted = not refuted
        return
    failed = done.returncode not in (0, 2, 3)
    outcome.native = _said(done)
    if refuted:
        outcome.confirmed = failed
        return
    drawn = done.stdout.strip().rpartition("passed ")[2]
    # Where no input gets past what is assumed the proof is one of nothing.
    passed = done.returncode == 0 and drawn.isdigit() and int(drawn) > 0
    outcome.contradicted = not passed


def _said(done: subprocess.CompletedProcess[str]) -> str:
    for line in [*done.stderr.splitlines(), *done.stdout.splitlines()]:
        if any(word in line for word in ("runtime error", "ERROR: AddressSanitizer", "failed ")):
            return line.strip()[:200]
    if done.returncode == 3:
        return "what the harness assumes does not hold"
    last = done.stdout.strip().splitlines()
    return last[-1] if last else f"exit status {done.returncode}"
