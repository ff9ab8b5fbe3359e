# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder of a bundle that a stranger made, read without following or waiting for anything.

Only plain files below the folder are read, and never more of one than it is said to hold.  The
folder itself may be a symbolic link, since it is the user who names it; nothing in it may.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from models.case.strict_json import FormatError
from models.driver.closing import Closing
from models.kernel.printable import clean
from review.bundle.format import LONGEST_PATH, MOST_FILES, PATH


def plain_path(text: str) -> str:
    """A path from the bundle's folder that stays in it, unchanged; ValueError for another."""
    if len(text) > LONGEST_PATH or not re.match(PATH, text):
        raise ValueError(f"{text[:80]!r} is not a path of a bundle")
    return text


class UntrustedFolder(Closing):
    """The folder, held open; a context manager.  OSError when it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._top = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def close(self) -> None:
        """Give the folder back."""
        os.close(self._top)

    def read(self, path: str, most: int) -> bytes:
        """What the file holds, as far as ``most`` bytes.

        ``path`` is one that ``plain_path`` accepts.  OSError when there is no such file,
        FormatError when it is no plain file.
        """
        *folders, name = path.split("/")
        opened: list[int] = []
        try:
            folder = self._top
            for one in folders:
                folder = _open(one, folder, path, stat.S_ISDIR, os.O_DIRECTORY)
                opened.append(folder)
            opened.append(file := _open(name, folder, path, stat.S_ISREG, os.O_NONBLOCK))
            return _read(file, most)
        finally:
            for descriptor in opened:
                os.close(descriptor)

    def files(self) -> Iterator[str]:
        """The path of each plain file.  FormatError for anything that is neither that nor a
        folder, for a name that a bundle does not have, and for too many files."""
        for number, path in enumerate(self._below(self._top, ""), 1):
            if number > MOST_FILES:
                raise FormatError(f"the folder has more than {MOST_FILES} files")
            yield path

    def _below(self, folder: int, prefix: str) -> Iterator[str]:
        with os.scandir(folder) as entries:
            names = [entry.name for _, entry in zip(range(MOST_FILES + 1), entries, strict=False)]
        for name in sorted(names):
            path = prefix + name
            shown = clean(path)[:80]
            try:
                plain_path(path)
            except ValueError:
                raise FormatError(f"{shown!r} is not a path of a bundle") from None
            mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
            if stat.S_ISREG(mode):
                yield path
            elif stat.S_ISDIR(mode):
                inner = _open(name, folder, path, stat.S_ISDIR, os.O_DIRECTORY)
                try:
                    yield from self._below(inner, f"{path}/")
                finally:
                    os.close(inner)
            else:
                raise FormatError(f"{shown} is {_what(mode)}, not a plain file")


def _open(name: str, folder: int, path: str, fits: Callable[[int], bool], flags: int) -> int:
    """The file or folder opened, if it is of the kind that is wanted."""
    mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    if not fits(mode):
        raise FormatError(f"{path}: {name} is {_what(mode)}")
    return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, dir_fd=folder)


def _read(file: int, most: int) -> bytes:
    parts = []
    while most > 0 and (part := os.read(file, min(most, 1 << 20))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _what(mode: int) -> str:
    for holds, name in (
        (stat.S_ISLNK, "a symbolic link"),
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISREG, "a file"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
    ):
        if holds(mode):
            return name
    return "a device"
