# SPDX-License-Identifier: GPL-2.0-or-later
"""The user's cache: kernel sources and built drivers, each under the hash of its inputs."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs


def directory() -> Path:
    """The cache's folder: ``$XASPLIT_CACHE``, or where the platform keeps a user's caches."""
    named = os.environ.get("XASPLIT_CACHE")
    return Path(named).absolute() if named else platformdirs.user_cache_path("xasplit")


def entry(kind: str, key: str, fill: Callable[[Path], None]) -> Path:
    """The folder of ``kind`` and ``key``, made by ``fill`` if the cache does not have it yet.

    ``fill`` gets an empty folder; what it raises is passed on and nothing is kept.  Processes that
    fill the same entry at once each do the work, and the first one to finish is used by all.
    """
    final = directory() / kind / key
    if final.is_dir():
        return final
    final.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{key[:8]}-", dir=final.parent))
    try:
        fill(draft)
        with contextlib.suppress(OSError):
            draft.rename(final)
        if not final.is_dir():
            raise OSError(f"cannot write to the cache {final.parent}")
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return final
