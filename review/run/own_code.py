# SPDX-License-Identifier: GPL-2.0-or-later
"""A hash of our own code, as far as what is kept depends on it."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_PORT = _ROOT / "models" / "port"
_FOLDERS = {
    "answer": (),
    "proofs of C code": ("proofs",),
    "plots": ("models", "review", "specs", "xarray_model"),
    "scripts": ("proofs", "xarray_model"),
    "verdicts": ("models", "specs", "xarray_model"),
}
"""What makes the entries of a kind; a solver's answer depends on its script only."""
_REST = ("models", "review/run", "specs", "xarray_model")


@cache
def own_code(kind: str) -> str:
    """The hash of what makes the entries of this kind and of what runs it; without the port, which
    is code under test."""
    digest = hashlib.sha256()
    folders = _FOLDERS.get(kind, _REST)
    for text in (sys.version, version("hypothesis")) if folders else ():
        digest.update(f"{text} ".encode())
    for folder in folders:
        for path in sorted((_ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".c", ".h") and _PORT not in path.parents:
                digest.update(f"{path.relative_to(_ROOT)} ".encode())
                digest.update(_content(path, path.stat().st_mtime_ns))
    return digest.hexdigest()


@cache
def _content(path: Path, _: int) -> bytes:
    """The hash of a file, as it was then: many kinds depend on the same."""
    return hashlib.sha256(path.read_bytes()).digest()
