# SPDX-License-Identifier: GPL-2.0-or-later
"""Running ``xasplit verify``, and what it says."""

import json

from click.testing import CliRunner

from review import verify


def verified(*arguments: object) -> tuple[int, str]:
    """The exit status, and what was printed: on standard output, or the error's line."""
    words = [str(one) for one in arguments]
    done = CliRunner().invoke(verify.command, words, standalone_mode=False)
    if done.exception is not None:
        told = getattr(done.exception, "message", None)
        assert told is not None, repr(done.exception)
        assert "\n" not in told
        return 2, told
    return int(done.return_value), done.stdout


def rejected(*arguments: object) -> list[tuple[str, str, str]]:
    """What is not confirmed: its kind, name and remark."""
    status, text = verified(*arguments, "--json")
    told = json.loads(text)
    assert status == (0 if told["confirmed_all"] else 1)
    return [tuple(one.values()) for one in told["not_confirmed"]]


def impossible(*arguments: object) -> list[tuple[str, str, str]]:
    status, text = verified(*arguments, "--json")
    assert status == 0
    return [tuple(one.values()) for one in json.loads(text)["not_rechecked"]]
