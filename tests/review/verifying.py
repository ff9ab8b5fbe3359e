# SPDX-License-Identifier: GPL-2.0-or-later
"""Running ``xasplit verify``, and what it says."""

import json

from review.commands import verify
from tests.review.invoked import invoked


def verified(*arguments: object) -> tuple[int, str]:
    """The exit status, and what was printed: on standard output, or the error's line."""
    return invoked(verify.command, *arguments)


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
