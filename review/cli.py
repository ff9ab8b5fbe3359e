# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: ``xasplit``."""

from __future__ import annotations

import ast
import os
import signal
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import click

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""

COMMANDS = (
    "count", "show", "check", "search", "replay", "prove", "review", "baseline", "versions", "rcu",
    "verify", "compare", "reply", "report", "schema", "properties", "mutants", "coverage", "man",
    "completion",
)  # fmt: skip
"""The commands, a file of ``commands/`` each; imported on demand, since solvers load slowly."""


class Commands(click.Group):
    """A group whose commands are imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of ``COMMANDS``."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name; None when there is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"review.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command is for, which its file says, without loading it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _short_help(name)) for name in COMMANDS])


def _short_help(name: str) -> str:
    tree = ast.parse((Path(__file__).parent / "commands" / f"{name}.py").read_text())
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    words = (word for call in calls for word in call.keywords)
    return str(ast.literal_eval(next(word.value for word in words if word.arg == "short_help")))


def _version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked or context.resilient_parsing:
        return
    from review.report.output import show
    from review.report.version import answer

    show(answer(), as_json=context.params["as_json"])
    context.exit()


@click.group("xasplit", cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    callback=_version,
    help="Show the version, those of the formats, and which optional tools are there.",
)
@click.option("--json", "as_json", is_flag=True, is_eager=True, help="The same as one JSON object.")
def main(as_json: bool) -> None:
    """Model checking and formal verification of the Linux XArray's entry split.

    \b
    Start with:
      xasplit count 1G 4K     what a split from 1 GiB to 4 KiB pages allocates
      xasplit show 1G 4K      the array before and after it, as a slot diagram
      xasplit check           quickly: what a patch or a tree makes worse
      xasplit search          look for counterexamples in the C port
      xasplit prove           decide the theorems by three solvers
      xasplit review          everything there is, ending with the claims' verdicts

    Exit status: 0 all properties hold, 1 one fails, 2 wrong usage or environment, or not all was
    run and nothing fails in what was.
    """
    if as_json:
        raise click.UsageError("--json stands after the command, or with --version.")


def _of_the_environment() -> tuple[type[Exception], ...]:
    """What is raised where the environment is at fault; imported when something is, for to load
    these takes as long as all that ``--help`` needs."""
    from concurrent.futures.process import BrokenProcessPool

    from models.driver.process import WorkerError

    return WorkerError, BrokenProcessPool, OSError


@cache
def _forked_end_at_once() -> None:
    def usual() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    os.register_at_fork(after_in_child=usual)


def run() -> None:
    """The entry point: what is wrong with the usage or the environment is one line, status 2.

    SIGTERM ends a command as Ctrl-C does; processes that it started end by it at once.
    """
    # What ends a job that a shell started in the background, where Ctrl-C is ignored.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _forked_end_at_once()
    try:
        status = main(prog_name="xasplit", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        status = 2
    except click.ClickException as error:
        click.echo(f"xasplit: {error.format_message()}", err=True)
        status = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("xasplit: interrupted", err=True)
        status = INTERRUPTED
    except Exception as error:
        if not isinstance(error, _of_the_environment()):
            raise
        click.echo(f"xasplit: {error}", err=True)
        status = 2
    sys.exit(status if isinstance(status, int) else 0)
