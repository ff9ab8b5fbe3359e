# SPDX-License-Identifier: GPL-2.0-or-later
"""What a seeded defect is: a name, one line on what is wrong, one change of one file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class MutantError(Exception):
    """A mutant no longer fits the source that it changes; the message says which and why."""


class Check(Enum):
    """What has to catch a mutant."""

    SWEEP = "sweep"
    MACHINE = "machine"
    """Only a history shows it: a store, erase, mark or iteration that no split case reaches."""
    HIGH = "sweep of high orders"
    """Only entries of order 31 and more show it, or indices beside 2^31, 2^32 and 2^63."""


class Part(Enum):
    """What a mutant is a mutant of, with the folder that its file is named from."""

    PORT = "port"
    MODEL = "model"
    DRIVER = "driver"


_MODELS = Path(__file__).resolve().parent.parent
_FOLDERS = {
    Part.PORT: _MODELS / "port",
    Part.MODEL: _MODELS.parent / "xarray_model",
    Part.DRIVER: _MODELS / "driver",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One seeded defect.

    ``text`` stands exactly once in ``file`` and ``replacement`` takes its place.  Each property of
    ``caught_by`` must be found broken.  ``chunk_shift``: where it is tried; ``one_level``: it is
    tried as an implementation that refuses what needs more than one new level.
    """

    name: str
    wrong: str
    file: str
    text: str
    replacement: str
    caught_by: tuple[str, ...]
    check: Check = Check.SWEEP
    part: Part = Part.PORT
    chunk_shift: int = 3
    one_level: bool = False

    @property
    def folder(self) -> Path:
        """The folder that ``file`` is named from."""
        return _FOLDERS[self.part]

    def changed(self) -> str:
        """The file's contents with the defect; MutantError unless the text stands there once."""
        contents = (self.folder / self.file).read_text()
        if (found := contents.count(self.text)) != 1:
            raise MutantError(
                f"mutant {self.name}: {self.part.value}/{self.file} has its text {found} times"
            )
        return contents.replace(self.text, self.replacement)
