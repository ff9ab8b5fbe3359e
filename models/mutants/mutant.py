# SPDX-License-Identifier: GPL-2.0-or-later
"""What a seeded defect is: a name, one line on what is wrong, one change of one file.

Each is a patch to this repository, in ``defects/``, that ``git apply`` takes too: headers as of a
mail, what is wrong, and one hunk.  ``Subject`` is its name and ``Caught-by`` the properties that
must break; ``Check``, ``Chunk-shift``, ``One-level`` and ``Configuration`` are left out where they
are as usual.
"""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_string
from enum import Enum
from pathlib import Path

from models.kernel.configuration import CHECKED, Configuration, parse_configuration


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


_ROOT = Path(__file__).resolve().parents[2]
_FOLDERS = {
    Part.PORT: "models/port",
    Part.MODEL: "xarray_model",
    Part.DRIVER: "models/driver",
}
_LICENSE = "SPDX-License-Identifier"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One seeded defect.

    ``text`` stands exactly once in ``file`` and ``replacement`` takes its place.  Each property of
    ``caught_by`` must be found broken.  ``chunk_shift``: where it is tried; ``one_level``: it is
    tried as an implementation that refuses what needs more than one new level.  ``theme``: the
    folder that it is kept in.  ``configuration``: the one that shows it.
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
    theme: str = ""
    configuration: Configuration = CHECKED

    @property
    def usual(self) -> bool:
        """Whether it shows in the configuration that is checked unless told otherwise."""
        return self.configuration == CHECKED

    @property
    def folder(self) -> Path:
        """The folder that ``file`` is named from."""
        return _ROOT / _FOLDERS[self.part]

    def changed(self) -> str:
        """The file's contents with the defect; MutantError unless the text stands there once."""
        contents = (self.folder / self.file).read_text()
        if (found := contents.count(self.text)) != 1:
            raise MutantError(
                f"mutant {self.name}: {self.part.value}/{self.file} has its text {found} times"
            )
        return contents.replace(self.text, self.replacement)


def parse(patch: str, theme: str = "") -> Mutant:
    """The defect of a theme that a patch plants; MutantError if it is not of the form above."""
    headers = message_from_string(patch)
    given = {name: str(value) for name, value in headers.items() if name != _LICENSE}
    name = given.pop("Subject", "")
    wrong, mark, diff = str(headers.get_payload()).partition("\n--- a/")
    path, mark, hunk = diff.partition("\n@@ ")
    place = path.partition("\n")[0].rstrip()
    part = next((one for one, folder in _FOLDERS.items() if place.startswith(f"{folder}/")), None)
    lines = hunk.partition("\n-- \n")[0].splitlines(keepends=True)[1:]
    whole = name and mark and part and any(line[0] in "+-" for line in lines)
    if not whole or part is None or "\n@@ " in hunk:
        raise MutantError(f"mutant {name or 'without a Subject'}: no patch of one hunk of one file")
    try:
        caught_by = tuple(one.strip() for one in given.pop("Caught-by").split(","))
        check = Check[given.pop("Check", Check.SWEEP.name).upper()]
        chunk_shift = int(given.pop("Chunk-shift", "3"))
        one_level = {"yes": True, "no": False}[given.pop("One-level", "no")]
        told = given.pop("Configuration", CHECKED.text)
        configuration = parse_configuration(told, CHECKED)
    except (KeyError, ValueError) as error:
        raise MutantError(f"mutant {name}: its headers: {error}") from None
    if given:
        raise MutantError(f"mutant {name}: nobody reads its header {', '.join(given)}")
    file = place.removeprefix(f"{_FOLDERS[part]}/")
    contents = (_ROOT / place).read_text()
    text, replacement = _smallest(lines, contents)
    reason = " ".join(wrong.split())
    how = (check, part, chunk_shift, one_level)
    return Mutant(name, reason, file, text, replacement, caught_by, *how, theme, configuration)


def _smallest(hunk: list[str], contents: str) -> tuple[str, str]:
    """The lines that a hunk takes out and those that it puts there, with as much of its context as
    it takes for the former to stand in the file once."""
    changed = [number for number, line in enumerate(hunk) if line[0] in "+-"]
    first, last = changed[0], changed[-1] + 1
    while True:
        some = hunk[first:last]
        text = "".join(map(_bare, (line for line in some if line[0] != "+")))
        whole = first == 0 and last == len(hunk)
        if whole or (text and contents.count(text) == 1):
            return text, "".join(map(_bare, (line for line in some if line[0] != "-")))
        first, last = max(0, first - 1), min(len(hunk), last + 1)


def _bare(line: str) -> str:
    """A line of a hunk as it stands in the file; an editor may have taken the blank of an empty
    one."""
    return line[1:] if line[0] in "+- " else line
