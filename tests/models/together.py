# SPDX-License-Identifier: GPL-2.0-or-later
"""Sources with several defects at once: a changed copy of a source, made at run time."""

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from models.kernel.source import Source

Edit = tuple[str, str, str]
"""File, what stands in it, and what takes its place wherever it stands."""


def with_defects(source: Source, name: str, edits: Iterable[Edit], folder: Path) -> Source:
    """A copy of ``source`` in ``folder``, with all the edits made."""
    copy = folder / "copy"
    shutil.copytree(source.directory, copy)
    hashes = dict(source.sha256)
    for file, text, replacement in edits:
        contents = (copy / file).read_text()
        assert contents.count(text), (file, text, contents.count(text))
        (copy / file).write_text(contents.replace(text, replacement))
        hashes[file] = hashlib.sha256((copy / file).read_bytes()).hexdigest()
    return replace(source, name=name, version="", directory=copy, sha256=hashes)
