# SPDX-License-Identifier: GPL-2.0-or-later
"""A source with defects planted: a copy of it in which some files have other contents."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from models.kernel.source import Source


def with_contents(base: Source, contents: Mapping[str, str], name: str, folder: Path) -> Source:
    """A copy of ``base`` in ``folder``, called ``name``, in which the files of these names have
    these contents instead."""
    copy = folder / "source"
    shutil.copytree(base.directory, copy)
    hashes = dict(base.sha256)
    for file, text in contents.items():
        data = text.encode()
        (copy / file).write_bytes(data)
        hashes[file] = hashlib.sha256(data).hexdigest()
    return replace(base, name=name, directory=copy, sha256=hashes)
