# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder that a bundle is written to, and what was written there."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path

import click

from review.bundle.format import MANIFEST, Artefact, ArtefactKind


def sha256(data: bytes) -> str:
    """The hash of these bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


class BundleFolder:
    """Writes artefacts to a folder and keeps the list of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.artefacts: list[Artefact] = []

    def add(self, path: str, kind: ArtefactKind, content: str | bytes) -> Artefact:
        """Write a file; ``path`` is from the folder, with ``/``.  OSError when it cannot be."""
        data = content.encode() if isinstance(content, str) else content
        self._write(path, data)
        made = Artefact(path, kind, len(data), sha256(data))
        self.artefacts.append(made)
        return made

    def close(self, manifest: str) -> None:
        """Write the manifest, which makes a bundle of the folder: always the last."""
        self._write(MANIFEST, manifest.encode())

    def _write(self, path: str, data: bytes) -> None:
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        # Under its own name only when it is whole.
        part = target.with_name(f".{target.name}.part")
        part.write_bytes(data)
        part.replace(target)


def choose(named: Path | None, parent: Path = Path()) -> Path:
    """The folder for a new bundle: the one named, or a fresh numbered one in ``parent``, by default
    the current folder.

    Raises click.UsageError when there are files in it already, or it cannot be made.
    """
    try:
        if named is None:
            parent.mkdir(parents=True, exist_ok=True)
            return _numbered(parent)
        named.mkdir(parents=True, exist_ok=True)
        if any(named.iterdir()):
            raise click.UsageError(
                f"{named} is not empty: name a new folder with --out, or go on with --resume."
            )
        return named
    except OSError as error:
        raise click.UsageError(
            f"cannot write to {named or parent.absolute()}: {error.strerror}"
        ) from None


def _numbered(parent: Path) -> Path:
    for number in itertools.count(1):
        folder = parent / f"xasplit-review-{number:03}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise AssertionError
