# SPDX-License-Identifier: GPL-2.0-or-later
"""The man page, made from the help of the command line and of each command.

No library does that well: those that there are write a page a command and run its examples
together.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

_CLOSING = """\
.SH ENVIRONMENT
.TP
.B CC
The C compiler and its leading arguments; gcc or clang without it.
.TP
.B XASPLIT_CACHE
The folder of what is compiled and kept; xasplit in $XDG_CACHE_HOME without it.
.SH SEE ALSO
.BR b4 (1),
.BR git\\-bisect (1),
.BR gcc (1)"""


def page(group: click.Group, version: str) -> str:
    """The page of section 1 of a group and all its commands, as roff with the macros of man."""
    return "\n".join([*_lines(group, version), _CLOSING]) + "\n"


def _lines(group: click.Group, version: str) -> Iterator[str]:
    name = str(group.name)
    context = click.Context(group, info_name=name)
    title, *paragraphs = _paragraphs(group.help or "")
    yield '.\\" Made by: xasplit man'
    yield f'.TH {name.upper()} 1 "" "{name} {version}" "User Commands"'
    yield from (".SH NAME", f"{_plain(name)} \\- {_plain(_short(title))}")
    yield from (".SH SYNOPSIS", f".B {_plain(name)}", _plain(" ".join(_usage(group, context))))
    yield from (".SH DESCRIPTION", *_prose([title, *paragraphs]))
    yield from (".SH OPTIONS", *_options(group, context))
    yield ".SH COMMANDS"
    for one in group.list_commands(context):
        command = group.get_command(context, one)
        assert command is not None
        inner = click.Context(command, info_name=one, parent=context)
        yield from (f".SS {_plain(one)}", f".B {_plain(f'{name} {one}')}")
        yield _plain(" ".join(_usage(command, inner)))
        yield from (".PP", *_prose(_paragraphs(command.help or "")), *_options(command, inner))


def _usage(command: click.Command, context: click.Context) -> list[str]:
    return command.collect_usage_pieces(context)


def _paragraphs(text: str) -> list[str]:
    return inspect.cleandoc(text).split("\n\n")


def _short(paragraph: str) -> str:
    return " ".join(paragraph.split()).rstrip(".")


def _prose(paragraphs: list[str]) -> Iterator[str]:
    """Paragraphs; lines are kept of one that begins as click wants it for that."""
    for number, paragraph in enumerate(paragraphs):
        if number:
            yield ".PP"
        if paragraph.startswith("\b"):
            yield ".nf"
            yield from (_plain(line) for line in paragraph.splitlines()[1:])
            yield ".fi"
        else:
            yield _plain(" ".join(paragraph.split()))


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        names, told = record or ("", "")
        if told:
            yield from (".TP", f".B {_plain(names)}", _plain(" ".join(told.split())))


def _plain(text: str) -> str:
    """Text that roff prints as it is, copied and searched for as it was typed."""
    text = re.sub(r"[\\-]", lambda one: {"\\": "\\e", "-": "\\-"}[one[0]], text)
    return f"\\&{text}" if text.startswith((".", "'")) else text
