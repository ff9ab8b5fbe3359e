# SPDX-License-Identifier: GPL-2.0-or-later
"""Which seeded defects of the port's split a kernel's own test of the split catches.

``check_split()`` of the kernel's ``lib/test_xarray.c`` is compiled against the port, once without
and once with each defect, and run in its own range of orders and in the series' raised one.
Only at chunk shift 3: at 6 the raised range builds trees of 130,000 nodes, once for each pair of
orders and each defect.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from models.kernel import cache
from models.kernel import source as sources
from models.kernel.source import Source, port_source
from models.mutants.catalogue import MUTANTS
from models.mutants.mutant import Mutant, Part
from models.subject.baseline import TEST, Baseline, NoTest, build_test, run_program

CHUNK_SHIFT = 3
"""Where the test is run: at the lowest that the checks of the kernel's test hold at."""
RANGES = (2, 4)
"""Orders below so many chunk shifts: what the test tries before the series, and with it."""
SECONDS = 5.0

_PROGRAM = Path(sources.__file__).with_name("check_split.c")
_FUNCTION = re.compile(r"^static noinline void check_split\(.*?^\}", re.MULTILINE | re.DOTALL)
_RANGE = re.compile(r"\border < \d+ \* XA_CHUNK_SHIFT\b")


@dataclass(frozen=True, slots=True)
class Caught:
    """What a kernel's ``check_split()`` catches: names of defects, by range.

    A defect is caught by a check that fails, and also when the run crashes, hangs, warns or breaks
    what the program around the test watches.
    ``sound``: it passes on the port without a defect, in both ranges; else nothing follows.
    """

    kernel: str
    sound: bool
    defects: tuple[str, ...]
    caught: dict[int, tuple[str, ...]]

    def missed(self, levels: int) -> list[str]:
        """The defects that pass the test in this range."""
        return [name for name in self.defects if name not in self.caught[levels]]


def split_defects() -> list[Mutant]:
    """The defects of the port's split that show at ``CHUNK_SHIFT``."""
    return [
        mutant
        for mutant in MUTANTS
        if mutant.part is Part.PORT
        and mutant.file == "lib/xarray_split.c"
        and mutant.chunk_shift == CHUNK_SHIFT
        and mutant.usual
        and not mutant.one_level
        and mutant.theme != "try-split"
    ]


def run(kernel: Source, mutants: Sequence[Mutant] | None = None) -> Caught:
    """Run the ``check_split()`` of ``kernel`` on the port and on each of the ``mutants``.

    Raises NoTest when the kernel has no such test that could be run on another XArray, BuildError
    when it or a mutant does not compile.
    """
    defects = split_defects() if mutants is None else list(mutants)
    test = _test(kernel)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        without, *runs = pool.map(lambda one: _runs(test, one), [None, *defects])
    caught = {
        levels: tuple(
            mutant.name
            for mutant, done in zip(defects, runs, strict=True)
            if not done[levels].holds or done[levels].warnings
        )
        for levels in RANGES
    }
    sound = all(one.holds for one in without.values())
    return Caught(kernel.name, sound, tuple(mutant.name for mutant in defects), caught)


def _test(kernel: Source) -> Path:
    """The kernel's test in the user's cache, its range of orders replaced by a variable."""
    if not kernel.has_kernel_test:
        raise NoTest(f"{kernel.name} came without {TEST}")
    text = (kernel.directory / TEST).read_text(errors="replace")
    body = _FUNCTION.search(text)
    if body is None or not _RANGE.search(body[0]):
        raise NoTest(f"{kernel.name}: its {TEST} has no check_split() with a range of orders")
    raised = _RANGE.sub("order < levels * XA_CHUNK_SHIFT", body[0])
    text = text[: body.start()] + raised + text[body.end() :]
    key = hashlib.sha256(text.encode()).hexdigest()

    def fill(folder: Path) -> None:
        (folder / "test_xarray.c").write_text(text)

    return cache.entry("check-split", key, fill) / "test_xarray.c"


def _runs(test: Path, mutant: Mutant | None) -> dict[int, Baseline]:
    """How the test goes in each range, on the port with a defect or without."""
    port = port_source()
    if mutant is not None:
        files = {name: (port.directory / name).read_bytes() for name in port.sha256}
        files[mutant.file] = mutant.changed().encode()
        port = sources.keep(f"mutant {mutant.name}", files, mutant.name)
    # The rest of the file calls what is not declared, and is not linked.
    lenient = ("-Wno-error=implicit-function-declaration", "-Wno-error=int-conversion")
    flags = ("-D__KERNEL__", f'-DXASPLIT_TEST="{test}"', *lenient)
    executable = build_test(port, CHUNK_SHIFT, str(_PROGRAM), flags)
    return {
        levels: run_program(
            executable,
            port,
            CHUNK_SHIFT,
            seconds=SECONDS,
            environment={"XASPLIT_LEVELS": str(levels)},
        )
        for levels in RANGES
    }
