# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a bundle that anyone may have made: what it says, and whether its files are those it lists.

Nothing of it is believed before its hash is right, and nothing but plain files is ever opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.case.strict_json import FormatError, convert, parse
from models.driver.closing import Closing
from review.bundle import manifest as manifests
from review.bundle.folder import sha256
from review.bundle.format import FORMAT, MANIFEST, VERSION, Artefact, Manifest
from review.bundle.untrusted import UntrustedFolder

MOST_BYTES = 16 << 20
"""Size of the largest manifest."""


class Changed(FormatError):
    """A file is not the one that was written; the message is one line that names it."""


class Bundle(Closing):
    """A bundle whose manifest was read; a context manager, it holds the folder open."""

    def __init__(self, path: Path) -> None:
        """Raises FormatError, Changed when the manifest is not the one that was written, and
        OSError when the folder or the manifest cannot be opened."""
        self.path = path
        self._place = UntrustedFolder(path)
        try:
            self.manifest = _manifest(self._place.read(MANIFEST, MOST_BYTES + 1))
        except BaseException:
            self.close()
            raise
        self._listed = {one.path: one for one in self.manifest.artefacts}

    def close(self) -> None:
        """Give the folder back."""
        self._place.close()

    def damage(self) -> Iterator[str]:
        """A line for each artefact, in order: "" if it is the file that was listed; then one for
        each file that the manifest does not list.  FormatError for what is no plain file."""
        there = set(self._place.files())
        for one in self.manifest.artefacts:
            yield self._wrong(one) if one.path in there else f"{one.path}: missing"
        for path in sorted(there - self._listed.keys() - {MANIFEST}):
            yield f"{path}: not listed in the manifest"

    def _wrong(self, one: Artefact) -> str:
        try:
            self.read(one.path)
        except Changed as error:
            return str(error)
        except OSError as error:
            return f"{one.path}: {error.strerror}"
        return ""

    def read(self, path: str) -> bytes:
        """An artefact.  Raises Changed when it is not the one listed, OSError, FormatError."""
        one = self._listed[path]
        data = self._place.read(path, one.size + 1)
        if len(data) != one.size:
            text = "longer" if len(data) > one.size else "shorter"
            raise Changed(f"{path}: {text} than the {one.size} bytes that the manifest lists")
        if sha256(data) != one.sha256:
            raise Changed(f"{path}: its SHA-256 is not the one that the manifest lists")
        return data


def _manifest(data: bytes) -> Manifest:
    if len(data) > MOST_BYTES:
        raise FormatError(f"{MANIFEST}: larger than {MOST_BYTES >> 20} MiB")
    try:
        file = parse(data, "of a bundle", FORMAT, VERSION)
        if not _authentic(data, file):
            raise Changed("its hash is not that of what it says, so it was changed")
        manifest = convert(file, Manifest)
        manifest.check()
    except FormatError as error:
        raise type(error)(f"{MANIFEST}: {error}") from None
    except ValueError as error:
        raise FormatError(f"{MANIFEST}: {error}") from None
    return manifest


def _authentic(data: bytes, file: dict[str, Any]) -> bool:
    try:
        return manifests.authentic(data, file)
    except (ValueError, RecursionError):  # numbers that JSON has no text for; too deep
        return False
