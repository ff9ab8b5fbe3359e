# SPDX-License-Identifier: GPL-2.0-or-later
"""Reproducers: a finding as a C function that kernel developers can paste into their test.

A reproducer is only given out when it was compiled and run both ways: it fails with the source that
has the finding, in that tree's own ``lib/test_xarray.c`` if it has one, and passes with the port.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.case.aspects import Aspect, aspect
from models.case.ends import ENDS, HANGS
from models.case.finding import Finding
from models.case.tree_size import MOST_NODES, split_nodes
from models.diagnosis.kernel_statements import NoCode
from models.diagnosis.kernel_steps import checked
from models.diagnosis.kernel_test import Look, function, looks
from models.diagnosis.reduction import reduce
from models.diagnosis.shrink import at, trial_of, trials
from models.kernel.headers import STAND_INS
from models.kernel.source import Source, port_source
from models.subject.build import (
    BuildError,
    asserting,
    compile_source,
    compiled,
    compiler,
    flags_of,
    preprocessing,
)
from models.subject.compile_errors import WRITTEN
from models.subject.implementation import Implementation
from xarray_model.errors import PreconditionError
from xarray_model.operations import Code, Operation

SECONDS = 2.0
"""CPU time that a program may take; most take a hundredth."""
_HOST = STAND_INS.with_name("host.c")
_SURROUNDINGS = Path(__file__).with_name("reproducer.c")
_TEST = "lib/test_xarray.c"
_SHIFTS = (6, 4)
"""The chunk shifts that kernels have."""
_WHICH = "XASPLIT_FUNCTION"
_ENDS = {name for name, _ in ENDS.values()}
_NO_END = "it does not end"


@dataclass(frozen=True, slots=True)
class Reproducer:
    """``code`` is the C function, "" if there is none, and ``reason`` why not.

    ``chunk_shift``: that of the kernel that shows it; ``harness``: what it was run in; ``failed``:
    what it said under the tested source.
    """

    code: str
    reason: str = ""
    chunk_shift: int = 6
    harness: str = ""
    failed: str = ""


def reproducer(implementation: Implementation, finding: Finding) -> Reproducer:
    """The reproducer of a finding that was shrunk."""
    if aspect(finding.property) is Aspect.REQUESTS:
        return Reproducer("", "test code cannot see what a request carries")
    moved = _for_kernels(implementation, finding)
    s = moved.chunk_shift
    name = re.sub(r"\W", "_", finding.property)
    told = Reproducer("", "", s)
    try:
        # Whether a node was reported shows in the LRU only if it has to move there or away.
        for operations in (_told(moved), *_other_kinds(_told(moved), finding.property)):
            ways = looks(operations, s, finding.bits)
            if finding.property in _ENDS or checked(operations[-1]):
                # The operations themselves show it: that is the plainest.
                ways = [*ways[-1:], *ways[:-1]]
            codes = [function(name, operations, s, way, finding.bits) for way in ways]
            told = _tried(implementation.source, finding.property, ways, codes, s)
            if told.code:
                break
    except NoCode as error:
        return Reproducer("", str(error), s)
    except PreconditionError as error:
        return Reproducer("", f"as test code its operations are no case, for {error}", s)
    except BuildError as error:
        said = re.sub(r"/\S*/", "", str(error))
        return Reproducer("", f"the test code does not compile: {said}", s)
    return told


def again(source: Source, code: str, s: int) -> tuple[str, str]:
    """Run a reproducer's C function again, at chunk shift ``s``: what went wrong with ``source``,
    and what with the port; "" where nothing did.

    The function may be anyone's: it is compiled and run as it stands, with the rights of the user.
    BuildError if it does not compile, ValueError if it is not one function to be called.
    """
    with tempfile.TemporaryDirectory(prefix="xasplit-reproducer-") as folder:
        try:
            tested = _program(source, [code], s, Path(folder) / "tested")
            right = _program(_right(source), [code], s, Path(folder) / "right")
        except BuildError as error:
            # Neither the tool's fault nor the source's, whatever the compiler's message looks like.
            raise BuildError(f"the reproducer does not compile: {error}") from error
        return _run(tested, 0), _run(right, 0)


def right_at(source: Source, code: str, s: int) -> bool:
    """Whether a reproducer's C function passes with the port at another chunk shift, in the
    configuration of ``source``."""
    with tempfile.TemporaryDirectory(prefix="xasplit-reproducer-") as folder:
        try:
            return not _run(_program(_right(source), [code], s, Path(folder) / "right"), 0)
        except BuildError:
            return False


def _other_kinds(operations: Sequence[Operation], name: str) -> Iterator[tuple[Operation, ...]]:
    """The same case with entries of other kinds, for a property of the update callback."""
    if aspect(name) is not Aspect.UPDATE:
        return
    for old, new in ((1, 4), (4, 1), (1, 1)):
        stores = (Code.STORE, Code.CURSOR_STORE)
        yield tuple(
            replace(one, entry=old if one.code in stores else new) if one.entry else one
            for one in operations
        )


def _for_kernels(implementation: Implementation, finding: Finding) -> Finding:
    """The finding at a chunk shift that kernels have, where it shows there in a tree that is not
    too large."""
    for s in _SHIFTS:
        moved = finding if s == finding.chunk_shift else at(implementation, finding, s)
        if moved is not None:
            with trial_of(implementation, moved, s) as trial:
                if moved is not finding:
                    return reduce(trial, moved, most=trials(moved))
                return moved
    return finding


def _told(finding: Finding) -> tuple[Operation, ...]:
    """The operations that a reproducer repeats: up to the one that shows it."""
    shown = finding.operations
    if finding.operation is not None:
        shown = shown[: finding.operation + 1]
    told: list[Operation] = []
    for number, one in enumerate(shown, 1):
        if one.code is Code.COUNT_ALLOC and number < len(shown):
            continue  # It leaves nothing behind.
        if one.code is Code.COUNT_ALLOC:
            # Test code can only ask for nodes that a split then uses.
            told.append(Operation(Code.STORE, 0, one.order, entry=4))
            told.append(Operation(Code.SPLIT, 0, one.order, one.new_order, entry=4))
        elif one.code is not Code.SNAPSHOT:
            told.append(one)
    nodes = sum(split_nodes(told, finding.chunk_shift))
    if nodes > MOST_NODES:
        raise NoCode(
            f"its splits take {nodes:,} nodes, more than the {MOST_NODES:,} that test code is"
            " made for"
        )
    return tuple(told)


def _tried(
    source: Source, name: str, ways: Sequence[Look], codes: Sequence[str], s: int
) -> Reproducer:
    """The first function that fails with the source and passes with the port.

    One that hangs shows nothing but that: the case of any other property came to its end.
    """
    harness = _TEST if source.has_kernel_test else "a program of the project"
    with tempfile.TemporaryDirectory(prefix="xasplit-reproducer-") as folder:
        # All of them in one program find the one; that one is then built and run by itself.
        right = _program(_right(source), codes, s, Path(folder) / "right")
        tested = _program(source, codes, s, Path(folder) / "tested")
        passed = [number for number in range(len(codes)) if not _run(right, number)]
        for number in passed:
            failed = _run(tested, number)
            if failed == _NO_END and name != HANGS:
                return Reproducer("", "test code for it hangs before it could show it", s, harness)
            if not failed:
                continue
            alone = codes[number : number + 1]
            tested_alone = _program(source, alone, s, Path(folder) / f"tested{number}")
            right_alone = _program(_right(source), alone, s, Path(folder) / f"right{number}")
            failed = _run(tested_alone, 0)
            if failed.startswith("signal") and name not in _ENDS:
                failed += ", before it looks"
            if failed and not _run(right_alone, 0):
                return Reproducer(alone[0], "", s, harness, failed)
    if not passed:
        return Reproducer("", "no test code for it passes with the port", s, harness)
    seen = ", ".join(dict.fromkeys(ways[number].name for number in passed))
    return Reproducer("", f"test code does not see it ({seen})", s, harness)


def _right(source: Source) -> Source:
    """The port, for the configuration of a source."""
    return port_source().configured(source.configuration)


def _program(source: Source, codes: Sequence[str], s: int, target: Path) -> Path:
    """A program that runs one of the functions on a source, chosen by the environment.

    BuildError if it does not compile.
    """
    around = source.directory / _TEST if source.has_kernel_test else _SURROUNDINGS
    text = [
        "#define xasplit_module_init unused_module_init",
        f'#include "{around}"',
        "#undef xasplit_module_init",
        "#include <stdlib.h>",
        "#include <linux/list.h>",
    ]
    calls = []
    for number, code in enumerate(codes):
        # As they stand if there is only one; else their names must not collide.
        own = code if len(codes) == 1 else re.sub(r"\bcheck_", f"check{number}_", code)
        text.append(own)
        (name,) = re.findall(r"^static noinline void (\w+)\(", own, re.MULTILINE)
        calls.append(f"\tcase {number}:\n\t\t{name}(&array);\n\t\tbreak;")
    text += [
        "int xasplit_module_init(void);\nint xasplit_module_init(void)\n{",
        f'\ttests_run = tests_passed = 0;\n\tswitch (atoi(getenv("{_WHICH}"))) {{',
        *calls,
        "\t}\n\texit(tests_run != tests_passed);\n}",
    ]
    target.mkdir()
    (target / WRITTEN).write_text("\n".join(text) + "\n")
    command, flags = compiler(), (*flags_of(source), "-O0", "-g0", "-w")
    seen = preprocessing(source, s)
    library = [
        compiled(source, command, flags, asserting(source, s), unit)
        for unit in (*source.units, str(_HOST))
    ]
    test = ["-D__KERNEL__", "-Dxa_dump=test_xa_dump", "-c", str(target / WRITTEN)]
    check = str(target / "check.o")
    compile_source(source, [*command, *flags, *seen, *test, "-o", check])
    compile_source(source, [*command, *flags, *library, check, "-o", str(target / "check")])
    return target / "check"


def _limits() -> None:
    # The lower limit tells that it was this one; the upper one ends what does not heed it.
    resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS), int(SECONDS) + 1))


def _run(program: Path, number: int) -> str:
    """What went wrong in a run of that function; "" if nothing did."""
    try:
        done = subprocess.run(
            [str(program)],
            stdin=subprocess.DEVNULL,
            env={**os.environ, _WHICH: str(number)},
            capture_output=True,
            timeout=4 * SECONDS,
            check=False,
            preexec_fn=_limits,
        )
    except subprocess.TimeoutExpired:
        return _NO_END
    if done.returncode == 0:
        return ""
    if -done.returncode == signal.SIGXCPU:
        return _NO_END
    if done.returncode < 0:
        return f"signal {-done.returncode}"
    lines = done.stdout[-4096:].decode(errors="replace").strip().splitlines()
    shown = [line for line in lines if re.match("BUG|ASSERTION|STOPPED|check failed", line)]
    return re.sub(r"/\S*/", "", (shown or lines or ["it failed"])[0])
