# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit man``: the man page, made from what ``--help`` says."""

from __future__ import annotations

import click

from review import __version__


@click.command("man", short_help="The man page, from the same texts as --help.")
@click.pass_context
def command(context: click.Context) -> None:
    """Print the man page of xasplit and all its commands, in roff.

    An installed wheel has it in share/man/man1 of its environment, from where pipx links it. What
    was installed otherwise gets it so:

    \b
    Examples:
      xasplit man | man -l -
      mkdir -p ~/.local/share/man/man1
      xasplit man > ~/.local/share/man/man1/xasplit.1
    """
    from review.report.manual import page

    group = context.find_root().command
    assert isinstance(group, click.Group)
    click.echo(page(group, __version__), nl=False)
