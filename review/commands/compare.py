# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit compare``: what a second review finds fixed, new, worse or unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.commands.options import json_option

if TYPE_CHECKING:
    from review.bundle.format import Manifest


@click.command("compare", short_help="What a second review finds fixed, new or worse.")
@click.argument("first", metavar="A", type=click.Path(path_type=Path))
@click.argument("second", metavar="B", type=click.Path(path_type=Path))
@json_option
def command(first: Path, second: Path, as_json: bool) -> int:
    """Compare bundle B with bundle A: two versions of a series, or of a kernel.

    A finding of A that B has not is fixed only if B is complete and searched in the same way.  A
    regression is a finding that is new or breaks more, a claim that held and does not hold any
    more or is less certain, a theorem that is no longer proved, a reader that is newly broken.

    \b
    Examples:
      xasplit review --kernel ~/linux --rev v6.18 --mbox v1.mbox --out v1
      xasplit review --kernel ~/linux --rev v6.18 --mbox v2.mbox --out v2
      xasplit compare v1 v2
      xasplit compare v1 v2 --json

    Exit status: 0 nothing is worse, 1 something is, 2 a bundle cannot be read or was changed.
    """
    # Not before: what is wrong with the usage is told at once.
    from review.compare import report
    from review.compare.difference import Direction, changes
    from review.report.output import show

    old, new = _read(first), _read(second)
    found = changes(old, new)
    show(report.answer((first, second), (old, new), found), as_json=as_json)
    return int(any(one.way is Direction.WORSE for one in found))


def _read(place: Path) -> Manifest:
    """The manifest of a bundle that is whole; click.ClickException for any other."""
    from models.case.strict_json import FormatError
    from review.bundle.format import MANIFEST
    from review.bundle.read import Bundle

    try:
        with Bundle(place) as one:
            for line in one.damage():
                if line:
                    raise click.ClickException(f"{place}: not as it was written: {line}")
            return one.manifest
    except FormatError as error:
        raise click.ClickException(f"{place}: {error}") from None
    except OSError as error:
        text = f"{place}: {error.strerror}; a bundle is a folder with a {MANIFEST}"
        raise click.ClickException(text) from None
