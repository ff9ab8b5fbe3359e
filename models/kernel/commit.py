# SPDX-License-Identifier: GPL-2.0-or-later
"""Which commit a kernel is at, when it comes from a git repository."""

from __future__ import annotations

import subprocess
from pathlib import Path


def commit(named: str | Path, rev: str | None = None) -> str | None:
    """The full hash of the commit of ``rev``, or without one of what is checked out.

    With "-dirty" behind it when a tree differs from its commit; None when ``named`` is no git
    repository, or git is not there.
    """
    path = Path(named).expanduser()
    if not (path / ".git").exists() and not (rev is not None and path.is_dir()):
        return None
    found = git(path, "rev-parse", "--verify", "--quiet", f"{rev or 'HEAD'}^{{commit}}")
    if not found:
        return None
    files = ("lib/xarray.c", "include/linux/xarray.h")
    dirty = rev is None and git(path, "status", "--porcelain", "--", *files)
    return f"{found}-dirty" if dirty else found


def git(named: str | Path, *words: str) -> str:
    """What git prints in the repository ``named``, without white space around it; "" when it fails
    or is not there."""
    path = Path(named).expanduser()
    try:
        done = subprocess.run(
            ["git", "-C", str(path), *words], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
