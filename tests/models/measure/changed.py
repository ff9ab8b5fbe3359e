# SPDX-License-Identifier: GPL-2.0-or-later
"""A copy of the port with one text of one file replaced."""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

from models.kernel.source import Source, port_source

SPLIT = "lib/xarray_split.c"


def changed(
    folder: Path, *changes: tuple[str, str], file: str = SPLIT, recursive: bool = False
) -> Source:
    """The port in ``folder`` with ``changes``, each of a text that stands once in ``file``."""
    source = port_source(recursive)
    shutil.copytree(source.directory, folder, dirs_exist_ok=True)
    text = (folder / file).read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / file).write_text(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return replace(source, name="changed", directory=folder, sha256={**source.sha256, file: digest})
