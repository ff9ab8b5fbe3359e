# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel's own test as a suite that kills mutants.

The test is a list of calls, one for each of its parts.  A part that never comes by a function
cannot tell that the function is changed, so it is not run for its mutants; the others are, those
that take longest last.  What the test says of the unchanged source is no kill.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from models.kernel import cache
from models.kernel.configuration import CHECKED, USUAL, Configuration
from models.kernel.headers import STAND_INS
from models.kernel.source import Source
from models.mutants.machine_made.functions import functions, inside
from models.mutants.machine_made.planting import Planted, run
from models.subject.baseline import TEST, NoTest
from models.subject.build import (
    FLAGS,
    SANITIZE,
    BuildError,
    compiled,
    compiler,
    preprocessing,
)

CHUNK_SHIFT = 6
"""As kernels have it."""
_HOST = STAND_INS.with_name("host.c")
_PARTS = Path(__file__).with_name("kernel_test.c")
_TEST_FLAGS = ("-D__KERNEL__", "-Dxa_dump=test_xa_dump")
_LONG = 0.02
"""Share of all the time from which on a part is run after the others."""
OPTIMISED = ("-O1", "-g0")
"""How what runs for long is compiled."""
_PATIENCE, _LEAST = 10, 1.0
"""CPU time that a run may take: so many times what it takes on the unchanged source, and so many
seconds."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the test is built: for a configuration, and with sanitizers or not."""

    configuration: Configuration
    sanitize: bool = False

    @property
    def name(self) -> str:
        """What it is called in tables."""
        told = "debug=on" if self.configuration.debug else "debug=off"
        return f"{told}, sanitized" if self.sanitize else told


WAYS = (Way(USUAL), Way(CHECKED), Way(CHECKED, sanitize=True))
"""The three: as kernels usually are, with the library's assertions, and with these and the address
and undefined-behaviour sanitizers."""


@dataclass
class Said:
    """What a run said: hits, warnings, assertions, sanitizers' reports, each line of them and how
    often; how it ended, "" for well; how long each part took, in seconds of CPU time."""

    lines: Counter[str] = field(default_factory=Counter)
    ended: str = ""
    spent: dict[int, float] = field(default_factory=dict)
    entered: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The test, cut into parts: its file, what each part takes in each of ``WAYS``, what the
    unchanged source is told there, and the parts that come by each function, by its name."""

    test: Path
    parts: int
    spent: tuple[tuple[float, ...], ...]
    usual: tuple[Counter[str], ...]
    reach: dict[str, frozenset[int]]

    def wanted(self, function: str, way: int, *, long: bool) -> tuple[str, float] | None:
        """What is run for mutants of a function: which parts (``XASPLIT_PARTS``), the quick or the
        ``long`` ones, and how long that may take; None where there are none."""
        each = self.spent[way]
        most = _LONG * sum(each)
        some = {one for one in self.reach.get(function, ()) if (each[one] > most) == long}
        mask = "".join("01"[one in some] for one in range(self.parts))
        return (mask, _LEAST + _PATIENCE * sum(each[one] for one in some)) if some else None


def prepare(source: Source) -> Prepared:
    """Cut the test of a source into parts, and see what each comes by.  NoTest, BuildError."""
    if not source.has_kernel_test:
        raise NoTest(f"{source.name} came without {TEST}")
    test, parts = cut(source)
    with tempfile.TemporaryDirectory(prefix="xasplit-kernel-test-") as folder:
        planted = Planted(source, None, Path(folder), OPTIMISED)
        spent, usual = [], []
        for way in WAYS:
            said = execute(program(planted, test, way), "1" * parts, 600.0)
            if said.ended:
                raise BuildError(f"the test of {source.name} does not pass: {said.ended}")
            spent.append(tuple(said.spent.get(one, 0.0) for one in range(parts)))
            usual.append(said.lines)
        reach = _reach(planted, test, parts)
    return Prepared(test, parts, tuple(spent), tuple(usual), reach)


def kills(planted: Planted, prepared: Prepared) -> tuple[str, str]:
    """In which of ``WAYS`` the test tells of a change, by name, and what it says; "" and "" where
    it does not.  What takes too long is told by its end, "timed out".  BuildError."""
    assert planted.change is not None
    function = planted.change.function
    for long in (False, True):
        those = planted
        for number, way in enumerate(WAYS):
            if (asked := prepared.wanted(function, number, long=long)) is None:
                continue
            if long and those is planted:
                those = planted.again(OPTIMISED)
            said = execute(program(those, prepared.test, way), *asked)
            if said.ended:
                return way.name, said.ended
            if fresh := said.lines - prepared.usual[number]:
                return way.name, next(iter(fresh))
    return "", ""


def program(planted: Planted, test: Path, way: Way) -> Path:
    """The test in parts, built against a source.  BuildError."""
    how = (*FLAGS, *(SANITIZE if way.sanitize else ()), *way.configuration.flags)
    name = f"test-{way.configuration.debug:d}-{way.sanitize:d}"
    debug = ["XA_DEBUG=1"] if way.configuration.debug else []
    base = planted.base
    seen = preprocessing(base, CHUNK_SHIFT)
    library = planted.units(name, how, preprocessing(base, CHUNK_SHIFT, *debug))
    asked = [*seen, *_TEST_FLAGS]
    made = planted.folder / name
    if made.exists():
        return made
    if planted.in_header:
        tested = planted.unit(name, str(test), how, asked)
    else:
        tested = _shared(base, how, str(test), tuple(asked))
    others = [_shared(base, how, str(path), tuple(seen)) for path in (_HOST, _PARTS)]
    planted.link([*library, tested, *others], made, how)
    return made


def execute(made: Path, parts: str, seconds: float) -> Said:
    """Run some parts; whatever they do, this returns."""
    environment = {"XASPLIT_PARTS": parts, "XASPLIT_CPU": str(int(seconds * 1000))}
    said = Said()
    with subprocess.Popen(
        [str(made)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", env={**os.environ, **environment},
    ) as process:  # fmt: skip
        finished = False
        try:
            assert process.stdout is not None
            while line := process.stdout.readline(4096):
                finished |= _take(said, line)
                if said.lines.total() > _ENOUGH:
                    break
        finally:
            process.kill()
    said.ended = said.ended or _end(process.returncode, finished)
    return said


_ENOUGH = 10_000
_SAYS = re.compile(
    r"BUG at \w+:\d+|(?:WARNING|UNPROTECTED) .*|.*(?:runtime error: |AddressSanitizer: ).*"
)
_STOPS = re.compile(r"(?:ASSERTION|STOPPED) .*")
_TOLD = re.compile(r"(SPENT|ENTERED) (\d+) (\w+)")
_TOTAL = re.compile(r"XArray: \d+ of \d+ tests passed")


def _take(said: Said, line: str) -> bool:
    """Note what a line says; whether it is the last."""
    if told := _TOLD.match(line):
        if told[1] == "SPENT":
            said.spent[int(told[2])] = int(told[3]) / 1e6
        else:
            said.entered.append((int(told[2]), int(told[3], 16)))
    elif hit := _SAYS.match(line):
        said.lines[re.sub(r"0x[0-9a-f]+|=+\d+=+", "...", hit[0])] += 1
    elif stop := _STOPS.match(line):
        said.ended = stop[0]
    return _TOTAL.match(line) is not None


def _end(code: int, finished: bool) -> str:
    if code == -signal.SIGPROF:
        return TIMED_OUT
    if finished:
        return ""
    return f"it crashed: {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


TIMED_OUT = "timed out"


def cut(source: Source) -> tuple[Path, int]:
    """The test with a question before each of its parts, in the cache, and how many parts it
    has."""
    text = (source.directory / TEST).read_bytes()
    known = {one.name: one for one in functions(TEST, text)}
    entry = re.search(rb"^module_init\((\w+)\);", text, re.MULTILINE)
    main = known.get(entry[1].decode()) if entry else None
    if main is None:
        raise NoTest(f"{source.name}: its {TEST} has no function that is run first")
    begins = []
    for node in inside(main.node):
        if node.type == "expression_statement" and node.named_children:
            call = node.named_children[0]
            called = call.child_by_field_name("function")
            if called is not None and called.text is not None and called.text.decode() in known:
                begins.append(node.start_byte)
    for begin in reversed(begins):
        text = text[:begin] + b"if (xasplit_chosen()) " + text[begin:]
    text = b'_Bool xasplit_chosen(void);\n# 1 "lib/test_xarray.c"\n' + text

    def fill(folder: Path) -> None:
        (folder / "test_xarray.c").write_bytes(text)

    key = hashlib.sha256(text).hexdigest()
    return cache.entry("kernel-tests", key, fill) / "test_xarray.c", len(begins)


def _reach(planted: Planted, test: Path, parts: int) -> dict[str, frozenset[int]]:
    """The parts of the test that come by each function."""
    base, how = planted.base, (*FLAGS, *CHECKED.flags, "-no-pie")
    folder = planted.folder
    objects = []
    follow = "-finstrument-functions"
    wanted = [(unit, [*preprocessing(base, CHUNK_SHIFT, "XA_DEBUG=1"), follow])
              for unit in base.units]  # fmt: skip
    seen = preprocessing(base, CHUNK_SHIFT)
    wanted += [(str(test), [*seen, *_TEST_FLAGS, follow]), (str(_HOST), seen),
               (str(_PARTS), [*seen, "-DXASPLIT_REACH"])]  # fmt: skip
    for number, (unit, asked) in enumerate(wanted):
        objects.append(str(folder / f"reach-{number}.o"))
        run([*compiler(), *how, *OPTIMISED, "-w", *asked, "-c", unit, "-o", objects[-1]],
            base.directory)  # fmt: skip
    made = folder / "reach"
    planted.link(objects, made, how)
    listed = subprocess.run(
        ["nm", "--format=posix", str(made)], capture_output=True, text=True, check=True
    ).stdout
    names = {}
    for line in listed.splitlines():
        words = line.split()
        if len(words) > 2 and words[1] in "tTwW":
            names[int(words[2], 16)] = words[0].partition(".")[0]
    found: dict[str, set[int]] = {}
    for part, address in execute(made, "1" * parts, 600.0).entered:
        if address in names:
            found.setdefault(names[address], set()).add(part)
    return {name: frozenset(some) for name, some in found.items()}


_objects: dict[object, str] = {}


def _shared(source: Source, how: tuple[str, ...], unit: str, seen: tuple[str, ...]) -> str:
    """The object of a file that no change touches."""
    key = (source.directory, how, unit, seen)
    if key not in _objects:
        _objects[key] = compiled(source, compiler(), (*how, "-w", "-O1"), seen, unit)
    return _objects[key]
