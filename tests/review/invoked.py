# SPDX-License-Identifier: GPL-2.0-or-later
"""Running a command of which errors in one line are expected."""

import click
from click.testing import CliRunner


def invoked(command: click.Command, *arguments: object) -> tuple[int, str]:
    """The exit status, and what was printed: on standard output, or the error's line."""
    words = [str(one) for one in arguments]
    done = CliRunner().invoke(command, words, standalone_mode=False)
    if done.exception is not None:
        told = getattr(done.exception, "message", None)
        assert told is not None, repr(done.exception)
        assert "\n" not in told
        return 2, told
    return int(done.return_value), done.stdout
