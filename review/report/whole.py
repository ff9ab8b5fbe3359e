# SPDX-License-Identifier: GPL-2.0-or-later
"""A review from its options to the bundle that is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from models.kernel.configuration import CHECKED, parse_configuration
from models.kernel.source import Source
from review.bundle import folder, resuming
from review.report import c_proofs, proofs
from review.report.write import write
from review.run import stages, subjects
from review.run.checkpoint import Checkpoint
from review.run.review_result import ReviewOptions, ReviewResult
from review.run.search import ELSEWHERE_AT
from review.run.store import ResultStore
from review.run.workers import Workers
from xarray_model.geometry import CHUNK_SHIFTS


def whole(
    options: ReviewOptions,
    sources: Sequence[Source],
    workers: Workers,
    out: Path | None,
    resume: Path | None = None,
    *,
    fresh: bool = False,
    parent: Path = Path(),
) -> tuple[ReviewResult, Path, dict[str, Any]]:
    """Review ``sources``, which are those that ``options`` name, and leave a bundle: what came of
    it, the bundle's folder and its manifest.

    The folder is ``out``, or one that is chosen in ``parent``; with ``resume`` the incomplete
    bundle that is gone on with.  ``fresh`` takes nothing over from earlier runs.  Raises
    click.ClickException when something cannot be built, or has changed since what is
    resumed was begun.
    """
    built, broken = subjects.implementations(sources, CHUNK_SHIFTS, options.sanitize)
    wanted = [parse_configuration(one, CHECKED) for one in options.configurations]
    others, not_run = subjects.elsewhere(built, wanted, ELSEWHERE_AT, options.sanitize)
    tested = {one.name: dict(one.source.sha256) for one in built}
    if resume is None:
        checkpoint, place = Checkpoint(options, tested), folder.choose(out, parent)
    else:
        checkpoint = resuming.begun(resume)
        if checkpoint.tested != tested:
            raise click.UsageError(f"what {resume} tested has changed since: start a new review.")
        place = resuming.cleared(resume)
    store = ResultStore(fresh=fresh)
    store.trim()
    done = stages.run(
        options,
        built,
        broken,
        workers,
        place,
        checkpoint,
        store,
        proofs.decide,
        others,
        c_proofs.decide,
    )
    done.not_run = not_run
    written = write(done, place)
    resuming.keep(written, checkpoint)
    return done, place, written
