# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the code under test came from: commits, and the hashes of patches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.kernel.commit import commit
from models.kernel.ranges import end_of
from review.bundle.folder import sha256
from review.run.review_result import ReviewOptions


def commits(options: ReviewOptions) -> dict[str, str]:
    """The commit of each kernel that comes from a git repository, by what the user named."""
    found = {named: commit(named, options.rev and end_of(options.rev)) for named in options.kernels}
    return {named: one for named, one in found.items() if one is not None}


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox as the user named it, what it holds, and where its copy is in the bundle."""

    named: str
    content: bytes
    file: str

    @property
    def sha256(self) -> str:
        """The hash of what it holds."""
        return sha256(self.content)


def mailboxes(options: ReviewOptions) -> dict[str, str]:
    """The SHA-256 of each mailbox, by what the user named."""
    return {one.named: one.sha256 for one in boxes(options)}


def boxes(options: ReviewOptions) -> list[Box]:
    """The mailboxes of the series, in the order in which they were applied."""
    return [
        Box(named, Path(named).expanduser().read_bytes(), f"series/{number:02}.mbx")
        for number, named in enumerate(options.mailboxes, 1)
    ]
