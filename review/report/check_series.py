# SPDX-License-Identifier: GPL-2.0-or-later
"""The check of a whole series: a review with a time, and its verdict in a line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from review.bundle.folder import sha256
from review.report import summary
from review.report.whole import whole
from review.run import subjects
from review.run.named import NamedKernels
from review.run.review_result import ReviewOptions
from review.run.workers import Workers


@dataclass(frozen=True, slots=True)
class SeriesVerdict:
    """``status`` is pass, warn or fail, as b4 has it; the bundle is in ``place``."""

    status: str
    summary: str
    details: str
    place: Path
    exit_status: int


def reviewed(
    named: NamedKernels,
    patches: bytes,
    seconds: float | None,
    workers: Workers,
    out: Path | None,
    parent: Path,
    *,
    fresh: bool,
) -> SeriesVerdict:
    """Review a kernel with the series that ``named`` tells, or with ``patches``, a mailbox, applied
    to it, for so many seconds.  The bundle is ``out``, or a new folder in ``parent``.

    Raises click.ClickException when the series cannot be opened, applied or built.
    """
    boxes: tuple[str, ...] = ()
    if patches:
        # Where the bundle's command finds it again.
        parent.mkdir(parents=True, exist_ok=True)
        box = parent / f"series-{sha256(patches)[:12]}.mbx"
        box.write_bytes(patches)
        boxes = (str(box),)
    options = ReviewOptions(
        kernels=named.kernels, rev=named.rev, mailboxes=boxes, seconds=seconds, base=named.base,
        examples=None,
    )  # fmt: skip
    sources = subjects.reviewed(replace(named, mailboxes=boxes))
    done, place, _ = whole(options, sources, workers, out, fresh=fresh, parent=parent)
    status = "fail" if done.failed else "warn" if done.status else "pass"
    told = " ".join(summary.verdict(done).split())
    lines = [*summary.lines(done), "", f"The bundle: {place}; report.txt and report.html in it"]
    return SeriesVerdict(status, told, "\n".join(lines), place, done.status)
