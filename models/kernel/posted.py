# SPDX-License-Identifier: GPL-2.0-or-later
"""A series as it was posted: whom its mails are from and to, and the hunks of each patch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from pathlib import Path

from models.kernel.mailbox import Mail, read_mailbox
from models.kernel.printable import clean

_ID = re.compile(r"<[^<>\s]{3,900}>")
_ADDRESS = re.compile(r"[!-~]+@[A-Za-z0-9.-]+")
_HUNK = re.compile(r"@@ -\d+(?:,(?P<old>\d+))? \+(?P<start>\d+)(?:,(?P<new>\d+))? @@")
_FILE = re.compile(r"\+\+\+ (?:b/)?([^\t\n]+)")

Address = tuple[str, str]
"""A name, "" if there is none, and an address."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """A hunk of a patch: the file that it changes, its first line as in the diff, the number of its
    first line in the new file, and its lines, each with the sign in front."""

    file: str
    header: str
    start: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Posted:
    """A mail of a series: its ``subject`` with all tags, its Message-ID and those of the mails
    before it with angle brackets ("" or none where it has none), and when and by whom it was sent,
    as its headers say; the ``hunks`` of its patch, none of a cover letter."""

    subject: str
    message_id: str
    references: tuple[str, ...]
    date: str
    sender: Address
    reply_to: Address
    others: tuple[Address, ...]
    hunks: tuple[Hunk, ...]


@dataclass(frozen=True, slots=True)
class Posting:
    """A whole series: its ``patches`` in order, and the cover letter, None if there is none."""

    cover: Posted | None
    patches: tuple[Posted, ...]

    @property
    def first(self) -> Posted:
        """What an answer to the whole series answers."""
        return self.cover or self.patches[0]


def posting(boxes: Sequence[Path], scratch: Path) -> Posting:
    """The series in these mailboxes, its patches numbered on from one box to the next.  What is
    taken out of them is put under ``scratch``.  Raises SeriesError as ``read_mailbox``."""
    read = [read_mailbox(box, scratch) for box in boxes]
    mails = [mail for found, _ in read for mail in found]
    own = {mail.letter.message_id for mail in mails}
    ids = [letter.message_id for _, letter in read]
    covers = [one for one in ids if one and one not in own]
    parts = sorted({part for mail in mails for part in mail.diff.parent.glob("[0-9]*")})
    letters = (_posted(part, None) for part in parts if covers and not part.suffix)
    cover = next((one for one in letters if one.message_id == covers[0]), None)
    return Posting(cover, tuple(_posted(mail.diff.with_suffix(""), mail) for mail in mails))


def _posted(part: Path, mail: Mail | None) -> Posted:
    content = part.read_bytes()
    bare = content.startswith((b"diff --git ", b"--- ", b"Index: "))
    headers = BytesHeaderParser().parsebytes(b"" if bare else content)
    senders, replies, others = (_addresses(headers, *names) for names in _WHO)
    sender = (senders or [("", "")])[0]
    found = _ID.findall(_text(headers, "Message-ID"))
    before = _ID.findall(_text(headers, "References")) or _ID.findall(_text(headers, "In-Reply-To"))
    return Posted(
        _text(headers, "Subject"),
        found[0] if found else "",
        tuple(dict.fromkeys(before)),
        _text(headers, "Date"),
        sender,
        (replies or [sender])[0],
        tuple(others),
        () if mail is None else tuple(_hunks(mail.diff.read_text(errors="replace").split("\n"))),
    )


_WHO = (("From",), ("Reply-To",), ("To", "Cc"))


def _text(headers: Message, name: str) -> str:
    """What a header says, on one line; "" if it is not there."""
    return " ".join(_values(headers, name)[:1])


def _values(headers: Message, *names: str) -> list[str]:
    wanted = {name.lower() for name in names}
    return [_decoded(value) for name, value in headers.raw_items() if name.lower() in wanted]


def _decoded(value: object) -> str:
    """A header's text, decoded; mailboxes have UTF-8 as it stands, too."""
    text = str(value).encode(errors="surrogateescape").decode(errors="replace")
    with suppress(MessageError, LookupError, ValueError):  # Otherwise as it stands.
        text = str(make_header(decode_header(text)))
    return clean(" ".join(text.split()))


def _addresses(headers: Message, *names: str) -> list[Address]:
    found = getaddresses(_values(headers, *names))
    return [(name, address) for name, address in found if _ADDRESS.fullmatch(address)]


def _hunks(lines: Sequence[str]) -> Iterator[Hunk]:
    """The hunks of a unified diff; what stands between them is passed over."""
    file, at = "", 0
    while at < len(lines):
        if found := _FILE.match(lines[at]):
            file = found[1]
        begins = _HUNK.match(lines[at])
        if not begins:
            at += 1
            continue
        header, start = lines[at], at + 1
        old, new = (int(begins[name] or 1) for name in ("old", "new"))
        at = start
        while at < len(lines) and (old > 0 or new > 0 or lines[at].startswith("\\")):
            sign = lines[at][:1] or " "
            old -= sign in " -"
            new -= sign in " +"
            at += 1
        yield Hunk(file, header, int(begins["start"]), tuple(map(clean, lines[start:at])))
