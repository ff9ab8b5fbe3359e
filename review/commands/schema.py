# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit schema``: the format of a bundle's manifest, for other programs."""

from __future__ import annotations

import json
from typing import Any

import click
import msgspec

from review.bundle.format import Manifest


def schema() -> str:
    """The JSON Schema of a manifest, made from the types that it is read into."""
    made = _ordered(msgspec.json.schema(Manifest))
    return json.dumps(made, indent=1, sort_keys=True) + "\n"


def _ordered(value: Any) -> Any:
    """The same in one order, whichever version of msgspec made it."""
    if isinstance(value, dict):
        return {name: _ordered(one) for name, one in value.items()}
    if isinstance(value, list):
        return sorted(map(_ordered, value), key=str)
    return value


@click.command("schema", short_help="The JSON Schema of a bundle's manifest.")
@click.option("--json", "as_json", is_flag=True, help="As other commands: it is JSON in any case.")
def command(as_json: bool) -> None:
    """Print the JSON Schema of the manifest of a bundle, as docs/manifest.schema.json has it.

    What a schema cannot say, such as that each finding's file is listed, docs/bundle.md does.

    \b
    Examples:
      xasplit schema > manifest.schema.json
    """
    click.echo(schema(), nl=False)
