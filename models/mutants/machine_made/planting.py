# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs with a changed function: only what the change touches is compiled, and not optimised."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from models.kernel.source import Source
from models.mutants.machine_made.change import Change
from models.mutants.planted import with_contents
from models.subject.build import (
    OWN,
    BuildError,
    asserting,
    compiled,
    compiler,
    flags_of,
)

FAST = ("-O0", "-g0")
"""What runs for a moment only: what compiles fastest."""
_DRIVER = Path(__file__).resolve().parents[2] / "driver"


class Planted:
    """A source with a change, in a folder of its own, and the programs that are made of it there.

    ``change`` None leaves the source as it is; what is compiled here is compiled with ``how``.
    """

    def __init__(
        self, base: Source, change: Change | None, folder: Path, how: Sequence[str] = FAST
    ) -> None:
        self._how = how
        self.base = base
        self.change = change
        self.folder = folder
        self.source = base
        if change is not None:
            contents = change.applied((base.directory / change.file).read_bytes())
            text = contents.decode(errors="surrogateescape")
            self.source = with_contents(base, {change.file: text}, base.name, folder)

    @property
    def in_header(self) -> bool:
        """Whether all units see the change."""
        return self.change is None or self.change.file not in self.base.units

    def driver(self, shift: int) -> Path:
        """The driver against it.  BuildError if it does not compile."""
        target = self.folder / f"driver-{shift}"
        if not target.exists():
            seen = asserting(self.base, shift)
            flags = flags_of(self.base)
            own = _own(self.base, shift)
            self.link([*self.units(f"{shift}", flags, seen), *own], target, flags)
        return target

    def units(self, name: str, flags: Sequence[str], seen: Sequence[str]) -> list[str]:
        """The objects of the units of the source."""
        made = []
        for unit in self.base.units:
            if self.in_header or (self.change is not None and unit == self.change.file):
                made.append(self.unit(name, unit, flags, seen))
            else:
                made.append(_as_it_is(self.base, unit, tuple(flags), tuple(seen)))
        return made

    def unit(self, name: str, unit: str, flags: Sequence[str], seen: Sequence[str]) -> str:
        """The object of one C file, as the changed source has it."""
        target = str(self.folder / f"{name}-{Path(unit).stem}.o")
        run([*compiler(), *flags, *self._how, "-w", *seen, "-c", unit, "-o", target],
            self.source.directory)  # fmt: skip
        return target

    def again(self, how: Sequence[str]) -> Planted:
        """The same, compiled otherwise."""
        folder = self.folder / "".join(how).strip("-")
        folder.mkdir()
        return Planted(self.base, self.change, folder, how)

    def link(self, objects: Sequence[str], target: Path, flags: Sequence[str]) -> None:
        """Make a program of objects.  BuildError."""
        run([*compiler(), *flags, *objects, "-o", str(target)], self.source.directory)


def run(command: Sequence[str], folder: Path) -> None:
    """Run a compiler; BuildError, with no more than that it failed, for it is a mutant."""
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()
        raise BuildError(last[0] if last else "the compiler fails")


_objects: dict[object, list[str]] = {}
"""Objects that no change touches, in a process that runs mutants."""


def _own(source: Source, shift: int) -> list[str]:
    """The objects of the driver's own files."""
    key = (source.directory, source.configuration, source.defines, shift)
    if key not in _objects:
        flags, seen = (*flags_of(source), *OWN), asserting(source, shift)
        _objects[key] = [
            compiled(source, compiler(), flags, seen, str(path))
            for path in sorted(_DRIVER.glob("*.c"))
        ]
    return _objects[key]


def _as_it_is(source: Source, unit: str, flags: tuple[str, ...], seen: tuple[str, ...]) -> str:
    key = (source.directory, source.configuration, source.defines, unit, flags, seen)
    if key not in _objects:
        asked = (*flags, "-w", *FAST)
        _objects[key] = [compiled(source, compiler(), asked, seen, unit)]
    return _objects[key][0]
