# SPDX-License-Identifier: GPL-2.0-or-later
"""Options of commands that write mails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from_option = click.option(
    "--from", "sender", metavar="WHO", help="Who writes.  [default: as git is told]"
)


def out_option(folder: str) -> Callable[[Any], Any]:
    """``--out``, by default ``folder``."""
    return click.option(
        "--out",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(folder),
        show_default=True,
        help="The folder for what is written; nothing in it is overwritten.",
    )
