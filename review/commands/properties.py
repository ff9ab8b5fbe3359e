# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit properties``: everything that is checked, by name, as the specs state it."""

from __future__ import annotations

import click

from review.commands.options import json_option
from review.report.output import show
from review.report.properties import answer


@click.command("properties", short_help="Everything that is checked, by name.")
@json_option
def command(as_json: bool) -> int:
    """Print every property, promise, theorem and claim, as the specs state them.

    \b
    Examples:
      xasplit properties
      xasplit properties --json
    """
    show(answer(), as_json=as_json)
    return 0
