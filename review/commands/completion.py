# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit completion``: what a shell needs to complete commands and options, by click."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", short_help="Completion of commands and options in your shell.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    The script asks xasplit itself what may follow, so it need not be made again with a new version.

    \b
    Examples:
      xasplit completion bash > ~/.local/share/bash-completion/completions/xasplit
      xasplit completion zsh > ~/.zfunc/_xasplit     (a folder in $fpath, before compinit)
      xasplit completion fish > ~/.config/fish/completions/xasplit.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    made = kind(context.find_root().command, {}, "xasplit", "_XASPLIT_COMPLETE")
    click.echo(made.source())
