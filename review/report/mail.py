# SPDX-License-Identifier: GPL-2.0-or-later
"""Mails as files, for ``git send-email`` and ``mutt -H``: plain text, and nothing attached."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import localtime, parseaddr
from pathlib import Path

import click

from models.kernel.commit import git
from models.kernel.posted import Address as Who
from models.kernel.posted import Posted
from models.kernel.printable import clean
from review.report.layout import WIDTH, wrap_words

_MOST_REFERENCES = 8
"""Mails before the one that is answered that are named: a line of a header has an end."""

_LONGEST = 480
"""Characters of a line: in UTF-8 that is less than the 998 bytes that a mail allows, unless they
are of the rarest."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Whom a mail is from and to, and what it answers: the Message-IDs of that mail and of those
    before it, "" and none where it answers none."""

    subject: str
    sender: Who
    to: tuple[Who, ...] = ()
    cc: tuple[Who, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()


def writer(named: str | None, tree: str | Path = ".") -> Who:
    """Who writes: as named, ``Name <address>``, or as git is told for a tree, or for where one is.

    Raises click.UsageError when nobody is.
    """
    if named is not None:
        who = parseaddr(named)
        if "@" not in who[1]:
            raise click.UsageError(f"{named!r} is no 'Name <address>'")
        return who
    for place in (tree, "."):
        if address := git(place, "config", "user.email"):
            return git(place, "config", "user.name"), address
    raise click.UsageError("who writes?  git config user.email, or --from 'Name <address>'")


def answer(posted: Posted, sender: Who) -> Heading:
    """The heading of an answer to all whom a mail was from and to."""
    subject = posted.subject or "the series"
    to = (posted.reply_to,) if posted.reply_to[1] else ()
    left = {one[1].lower(): one for one in posted.others}
    for one in (*to, sender):
        left.pop(one[1].lower(), None)
    again = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    before = (*posted.references[:1], *posted.references[1:][-_MOST_REFERENCES:])
    references = (*before, posted.message_id) if posted.message_id else ()
    return Heading(again, sender, to, tuple(left.values()), posted.message_id, references)


def message(heading: Heading, body: Iterable[str]) -> bytes:
    """The mail.  It has no Message-ID: whoever sends it gives it one."""
    made = EmailMessage()
    made["From"] = _address(heading.sender)
    made["Date"] = localtime()
    made["Subject"] = " ".join(heading.subject.split())
    for name, some in (("To", heading.to), ("Cc", heading.cc)):
        if some:
            made[name] = tuple(map(_address, some))
    text = clean("\n".join(_cut(line.rstrip()) for line in body))
    made.set_content(f"{text.strip()}\n", cte="7bit" if text.isascii() else "8bit")
    # The library would encode a long Message-ID as if it were words.
    threaded = ""
    if heading.in_reply_to:
        ids = "\n ".join(heading.references)
        threaded = f"In-Reply-To: {heading.in_reply_to}\nReferences: {ids}\n"
    return threaded.encode() + made.as_bytes()


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} [...]"


def _address(who: Who) -> Address:
    name, _, domain = who[1].rpartition("@")
    return Address(who[0], name, domain)


def attribution(posted: Posted) -> list[str]:
    """The line before what is quoted."""
    who = posted.sender[0] or posted.sender[1]
    if not who:
        return []
    when = f"On {posted.date}, " if posted.date else ""
    return wrap_words(f"{when}{who} wrote:", "")


def quoted(lines: Iterable[str]) -> Iterator[str]:
    """Lines of a mail that is answered."""
    return (f"> {line}".rstrip() for line in lines)


def paragraph(text: str) -> list[str]:
    """A paragraph, and an empty line."""
    return [*wrap_words(text, ""), ""]


def indented(lines: Iterable[str]) -> Iterator[str]:
    """Lines that stand for themselves, longer ones wrapped, and an empty line."""
    for line in lines:
        yield from textwrap.wrap(
            line, WIDTH, initial_indent="  ", subsequent_indent="      ",
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    yield ""


def picture(lines: Sequence[str]) -> list[str]:
    """A picture, if it is no wider than a mail."""
    if not lines:
        return []
    if max(map(len, lines)) > WIDTH:
        return paragraph("(The arrays are too wide for a mail; xasplit show draws them.)")
    return [*lines, ""]


def write(folder: Path, mails: Sequence[tuple[str, bytes]]) -> list[Path]:
    """Write mails to files of a folder, by name; where one of them is already, none is.

    Raises click.UsageError.
    """
    paths = [folder / name for name, _ in mails]
    for path in paths:
        if path.exists():
            raise click.UsageError(f"{path} is there already: name another folder with --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, (_, content) in zip(paths, mails, strict=True):
            path.write_bytes(content)
    except OSError as error:
        raise click.UsageError(f"cannot write to {folder}: {error.strerror}") from None
    return paths
