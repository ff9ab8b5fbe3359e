# SPDX-License-Identifier: GPL-2.0-or-later
"""Headers of a kernel: those that stand in for its own, and those that a user gives besides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STAND_INS = Path(__file__).resolve().parent / "include"
"""The headers that stand in for the kernel's own."""
MOST = 2000
"""Headers that are taken from the folders of a user; more are a kernel's whole include/."""

_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*[<"]([\w./+-]+)[>"]', re.MULTILINE)


class HeaderError(Exception):
    """What the user gave cannot be used; the message is one line."""


@dataclass(frozen=True, slots=True)
class Given:
    """Headers that a user gives for what has no stand-in: ``folders`` are looked through in order,
    a header of ``empty`` (such as ``linux/foo.h``) is an empty file."""

    folders: tuple[Path, ...] = ()
    empty: tuple[str, ...] = ()

    def needed(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Those that the files of a source include and that have no stand-in, by the path that they
        get in its tree.  A stand-in, and a file of the source itself, goes before them.

        Raises HeaderError when one cannot be read, or there are too many.
        """
        taken: dict[str, bytes] = {}
        left = [content for name, content in files.items() if name.endswith((".c", ".h"))]
        while left:
            for found in _INCLUDE.findall(left.pop()):
                name = found.decode()
                path = f"include/{name}"
                if path in files or path in taken or (STAND_INS / name).exists():
                    continue
                content = b"" if name in self.empty else self._content(name)
                if content is not None:
                    taken[path] = content
                    left.append(content)
                if len(taken) > MOST:
                    raise HeaderError(
                        f"more than {MOST:,} headers are needed from {self.folders[0]}: a kernel's"
                        " own headers need one another; give a few that stand in for them"
                    )
        return taken

    def _content(self, name: str) -> bytes | None:
        if ".." in Path(name).parts or name.startswith("/"):
            return None
        for folder in self.folders:
            try:
                return (folder / name).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise HeaderError(f"{folder / name}: {error.strerror}") from None
        return None


NONE = Given()
