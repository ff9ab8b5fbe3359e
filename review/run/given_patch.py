# SPDX-License-Identifier: GPL-2.0-or-later
"""A patch on standard input, and the tree that it is for: looked at before anything is loaded."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from models.kernel.commit import git
from models.kernel.mailbox import Mail, SeriesError, read_mailbox
from models.kernel.series import OWN_FILES
from models.kernel.source import Letter

_SUBJECT = re.compile(rb"(?im)^Subject:")


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


@dataclass(frozen=True, slots=True)
class GivenPatch:
    """A patch, or a mailbox of them, that was taken apart in a folder: its mails in order, none if
    it is a cover letter, and what the series is."""

    folder: Path
    mails: Sequence[Mail]
    letter: Letter

    @property
    def touched(self) -> list[str]:
        """The files of the XArray that it changes."""
        return sorted({name for one in self.mails for name in one.files if name in OWN_FILES})


@contextmanager
def taken_apart(patch: bytes) -> Iterator[GivenPatch]:
    """The patch, once; its folder is there until the end.

    Raises click.ClickException when it cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="xasplit-patch-") as name:
        folder = Path(name)
        box = folder / "standard-input"
        box.write_bytes(patch)
        try:
            given = GivenPatch(folder, *read_mailbox(box, folder))
        except SeriesError as error:
            # A cover letter is a mail.
            if "no patch in it" not in str(error) or not _SUBJECT.search(patch):
                told = str(error).replace(str(box), "standard input")
                raise click.ClickException(told) from None
            given = GivenPatch(folder, (), Letter(""))
        yield given


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
