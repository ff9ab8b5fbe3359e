# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit properties``: everything that is checked, by name, as the specs state it."""

from __future__ import annotations

import json

import click

from review.commands.options import json_option
from review.report.properties import markdown, sections


@click.command("properties", short_help="Everything that is checked, by name.")
@json_option
def command(as_json: bool) -> int:
    """Print every property, promise, theorem and claim, as the specs state them.

    \b
    Examples:
      xasplit properties
      xasplit properties --json
    """
    click.echo(json.dumps(sections(), indent=2) if as_json else markdown(), nl=as_json)
    return 0
