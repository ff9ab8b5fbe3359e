# SPDX-License-Identifier: GPL-2.0-or-later
"""Going on with a review that was ended early."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from models.case.strict_json import FormatError
from review.bundle import manifest
from review.bundle.format import MANIFEST
from review.bundle.read import Bundle
from review.run import checkpoint
from review.run.checkpoint import Checkpoint, NoCheckpoint
from review.run.stages import OBLIGATIONS


def begun(place: Path) -> Checkpoint:
    """What the review that left the bundle in ``place`` had done.

    Raises click.UsageError when it is no incomplete bundle, or what it had done is not kept.
    """
    try:
        with Bundle(place) as bundle:
            found = bundle.manifest
        if found.complete:
            raise click.UsageError(f"the review in {place} is complete: there is nothing left.")
        return checkpoint.load(found.sha256)
    except (FormatError, NoCheckpoint, OSError) as error:
        raise click.UsageError(f"cannot go on with {place}: {error}") from None


def cleared(place: Path) -> Path:
    """The folder without what it listed, but for the obligations, which are there as they were
    decided.  What was kept for it is removed too: it leads to another manifest from now on."""
    with Bundle(place) as bundle:
        left = bundle.manifest
    for one in left.artefacts:
        if not one.path.startswith(f"{OBLIGATIONS}/"):
            (place / one.path).unlink(missing_ok=True)
    (place / MANIFEST).unlink()
    checkpoint.remove(left.sha256)
    return place


def keep(written: Mapping[str, Any], done: Checkpoint) -> None:
    """Keep what was done under the manifest that was written, unless nothing is left to do."""
    if not written["complete"]:
        checkpoint.save(manifest.digest(written), done)
