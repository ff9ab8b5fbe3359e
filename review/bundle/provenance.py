# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the code under test came from: commits, and the hashes of patches."""

from __future__ import annotations

from pathlib import Path

from models.kernel.commit import commit
from models.kernel.ranges import end_of
from review.bundle.folder import sha256
from review.run.review_result import ReviewOptions


def commits(options: ReviewOptions) -> dict[str, str]:
    """The commit of each kernel that comes from a git repository, by what the user named."""
    found = {named: commit(named, options.rev and end_of(options.rev)) for named in options.kernels}
    return {named: one for named, one in found.items() if one is not None}


def mailboxes(options: ReviewOptions) -> dict[str, str]:
    """The SHA-256 of each mailbox, by what the user named."""
    return {named: sha256(Path(named).expanduser().read_bytes()) for named in options.mailboxes}
