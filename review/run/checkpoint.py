# SPDX-License-Identifier: GPL-2.0-or-later
"""How far a review is, kept in the user's cache, so that ``--resume`` can go on with it.

It is not in the bundle: what is kept are Python objects, which nobody should load from a stranger.
"""

from __future__ import annotations

import contextlib
import pickle
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.kernel import cache
from models.readers import explore
from proofs.c import report as c_report
from proofs.report import Report
from review import __version__
from review.run.review_result import ReviewOptions
from review.run.search_result import SearchState

MOST = 8
"""Reviews that are kept; the oldest beyond go."""


class NoCheckpoint(Exception):
    """There is nothing to go on with; the message is one line that says why."""


@dataclass
class Checkpoint:
    """What a review was asked for, what it tests (hashes of files by implementation) and what is
    done of it.  ``proofs`` and ``explored`` are there once they are whole."""

    options: ReviewOptions
    tested: dict[str, dict[str, str]]
    so_far: SearchState = field(default_factory=SearchState)
    proofs: Report | None = None
    c_proofs: Sequence[c_report.Report] = ()
    explored: Mapping[str, explore.Report] = field(default_factory=dict)
    durations: dict[str, float] = field(default_factory=dict)


def save(name: str, kept: Checkpoint) -> None:
    """Keep it under a name, the hash of the manifest of the bundle that it led to so far; OSError
    when it cannot be written.  Beyond ``MOST`` the oldest are removed."""
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(pickle.dumps((__version__, kept)))
    part.replace(path)
    with contextlib.suppress(FileNotFoundError):  # another review may remove the same ones
        by_age = sorted(path.parent.iterdir(), key=lambda one: one.stat().st_mtime_ns)
        for old in by_age[:-MOST]:
            old.unlink()


def load(name: str) -> Checkpoint:
    """What was kept under this name.  Raises NothingKept."""
    try:
        made_by, kept = pickle.loads(_path(name).read_bytes())
    except FileNotFoundError:
        raise NoCheckpoint(
            "what it had done is not kept on this machine: start a new one"
        ) from None
    except Exception as error:  # a damaged pickle may raise anything
        raise NoCheckpoint(f"what it had done cannot be read ({type(error).__name__})") from None
    if made_by != __version__ or not isinstance(kept, Checkpoint):
        raise NoCheckpoint(f"it was begun by xasplit {made_by}: start a new one")
    return kept


def remove(name: str) -> None:
    """Keep it no longer."""
    _path(name).unlink(missing_ok=True)


def _path(name: str) -> Path:
    if not re.fullmatch("[0-9a-f]{64}", name):
        raise NoCheckpoint("its manifest has no hash")
    return cache.directory() / "reviews" / f"{name}.pickle"
