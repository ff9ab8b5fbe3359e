# SPDX-License-Identifier: GPL-2.0-or-later
"""A patch on standard input, and the tree that it is for: looked at before anything is loaded."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click

from models.kernel.commit import git
from models.kernel.mailbox import Mail, SeriesError, read_mailbox
from models.kernel.series import OWN_FILES

BOX = "standard-input"
"""The file that a patch is written to."""


def tree_of(kernel: str | None) -> str:
    """The tree that is meant: the one that is named, or the git tree that one stands in.

    Raises click.UsageError when there is neither.
    """
    if kernel is not None:
        return kernel
    top = git(".", "rev-parse", "--show-toplevel")
    for path in (top, "."):
        if path and (Path(path) / "lib" / "xarray.c").is_file():
            return path
    raise click.UsageError("this is not in a kernel's tree: go to one, or name it with --kernel")


def touched(patch: bytes) -> list[str]:
    """The files of the XArray that a patch, or a mailbox of them, changes; none if it is a cover
    letter.  Raises click.ClickException when it cannot be read."""
    try:
        with tempfile.TemporaryDirectory(prefix="xasplit-patch-") as folder:
            found = mails(patch, Path(folder))
    except SeriesError as error:
        if "no patch in it" in str(error):
            return []
        raise click.ClickException(str(error)) from None
    return sorted({name for one in found for name in one.files if name in OWN_FILES})


def mails(patch: bytes, folder: Path) -> list[Mail]:
    """The patches of a mailbox, which is written to ``folder`` too.  SeriesError."""
    box = folder / BOX
    box.write_bytes(patch)
    try:
        return read_mailbox(box, folder)[0]
    except SeriesError as error:
        raise SeriesError(str(error).replace(str(box), "standard input")) from None


def tracked(file: Path) -> str:
    """The range of commits of a series that b4 tracks, by the file that it names in
    ``B4_TRACKING_FILE``: from before the first patch to the last, on b4's branch of the review.

    Raises click.ClickException when the file does not say that.
    """
    try:
        series = json.loads(file.read_text())["series"]
        first, change = series["first-patch-commit"], series["change-id"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise click.ClickException(
            f"{file}, which B4_TRACKING_FILE names, does not tell the series: {error!r}"
        ) from None
    # The last commit of the branch is b4's own.
    return f"{first}~1..b4/review/{change}~1"
