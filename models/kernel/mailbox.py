# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes a mailbox apart into patches, with git, and finds out which files each names."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, replace
from email.parser import BytesHeaderParser
from pathlib import Path

from models.kernel.printable import clean
from models.kernel.source import Letter

LARGEST = 64 << 20
"""Bytes of a mailbox; a larger one is no patch series."""

_NUMBER = re.compile(r"\[[^]]*?\b(\d+)/(\d+)\]")
_COVER = re.compile(r"\[[^]]*?\b0+/\d+\]")
_TAGS = re.compile(r"^(?:\s*\[[^]]*\])+\s*")
UNNAMED = "*** SUBJECT HERE ***"
"""What git writes as the subject of a cover letter that nobody wrote."""
LONGEST_SUBJECT = 46
"""Characters of a series' subject that are kept: it is a name in tables."""
_REPLY = re.compile(r"\s*(re|aw|sv)\s*:", re.IGNORECASE)


class SeriesError(Exception):
    """A series cannot be applied; the message is one line with patch, file and hunk or reason."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One patch as it came.

    ``subject`` and all of ``letter`` are "" for a bare diff; ``diff`` is where its text lies;
    ``files`` are those that it changes, ``moved`` those that it makes from another one: ("rename"
    or "copy", from, to).
    """

    subject: str
    diff: Path
    files: tuple[str, ...]
    moved: tuple[tuple[str, str, str], ...]
    letter: Letter


def git(
    folder: Path, *arguments: str | Path, stdin: bytes = b""
) -> subprocess.CompletedProcess[str]:
    """git in ``folder`` and no folder above it, deaf to the user's configuration and to variables
    that name another tree.  Raises SeriesError only when there is no git."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "LC_ALL": "C",
    }
    command = ["git", "-c", "core.quotePath=false", *map(str, arguments)]
    try:
        done = subprocess.run(
            command, input=stdin, cwd=folder, env=environment, capture_output=True, check=False
        )
    except FileNotFoundError:
        raise SeriesError("git is not installed: it is needed to apply a series") from None
    output, errors = (out.decode(errors="replace") for out in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(command, done.returncode, output, errors)


def must(done: subprocess.CompletedProcess[str], doing: str) -> str:
    """What git printed; SeriesError with git's reason when it failed while ``doing`` something."""
    if done.returncode != 0:
        raise SeriesError(f"{doing}: {reason(done.stderr)}")
    return done.stdout


def reason(messages: str) -> str:
    """The first error among git's messages, without its prefix."""
    lines = [line.strip() for line in messages.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("error: ", "fatal: "))]
    return (errors or lines or ["git fails"])[0].removeprefix("error: ").removeprefix("fatal: ")


def read_mailbox(box: Path, scratch: Path) -> tuple[list[Mail], Letter]:
    """The patches of a mailbox, in the order of their numbers if they have such; and what the
    series is, by its cover letter or else by its first patch.

    ``box`` is an mbox, what ``b4 am`` writes, one patch mail or a bare diff; cover letters and
    replies are passed over.  What is taken out of it is put under ``scratch``.  Raises SeriesError
    when there is no patch, when one is corrupt, or names a file outside the tree.
    """
    try:
        if box.stat().st_size > LARGEST:
            raise SeriesError(f"{box}: larger than {LARGEST >> 20} MiB, this is no patch series")
        content = box.read_bytes()
    except OSError as error:
        raise SeriesError(f"{box}: {error.strerror}") from None
    if content.startswith(b"\x1f\x8b"):
        raise SeriesError(f"{box}: compressed; unpack it first (gunzip)")
    parts = Path(tempfile.mkdtemp(prefix="box-", dir=scratch))
    mails, covers = [], []
    if content.strip():
        (parts / "box").write_bytes(content.lstrip())
        must(git(parts, "mailsplit", "-b", f"-o{parts}", "--", parts / "box"), str(box))
        for part in sorted(parts.glob("[0-9]*")):
            found = _mail(part, box)
            if isinstance(found, Mail):
                mails.append(found)
            elif found is not None:
                covers.append(found)
    if not mails:
        raise SeriesError(f"{box}: no patch in it")
    matches = [_NUMBER.search(mail.subject) for mail in mails]
    numbers = [(int(number[1]), number[2]) for number in matches if number]
    if len(numbers) == len(set(numbers)) == len(mails) and len({of for _, of in numbers}) == 1:
        mails = [mail for _, mail in sorted(zip(numbers, mails, strict=True), key=lambda x: x[0])]
    first = mails[0].letter
    if first.subject and len(mails) > 1:
        more = len(mails) - 1
        first = replace(
            first, subject=f"{first.subject} and {more} more patch{'es' if more > 1 else ''}"
        )
    return mails, covers[0] if covers else first


def _letter(subject: str, content: bytes) -> Letter:
    """What a mail says of the series."""
    headers = BytesHeaderParser().parsebytes(content)
    message_id, date = (
        clean(str(headers.get(name, ""))).strip() for name in ("Message-ID", "Date")
    )
    tags = " ".join(re.findall(r"\b(?:RFC|[vV]\d+)\b", " ".join(_TAGS.findall(subject))))
    bare = clean(_TAGS.sub("", subject)).strip()
    if len(bare) > LONGEST_SUBJECT:
        bare = bare[: LONGEST_SUBJECT - 3].rstrip() + "..."
    return Letter(f"{bare} ({tags})" if bare and tags else bare, message_id, date)


def _mail(part: Path, box: Path) -> Mail | Letter | None:
    """The patch of one mail; of a cover letter what it says of the series; None for a reply, or
    anything else without a patch."""
    content = part.read_bytes()
    diff = part.with_suffix(".diff")
    letter = Letter("")
    if content.startswith((b"diff --git ", b"--- ", b"Index: ")):
        subject, patch = "", content
    else:
        message = part.with_suffix(".message")
        done = git(part.parent, "mailinfo", "-k", "--quoted-cr=strip", message, diff, stdin=content)
        found = re.search(r"^Subject: (.*)$", done.stdout, re.MULTILINE)
        subject = " ".join(found[1].split()) if found else ""
        patch = diff.read_bytes() if done.returncode == 0 else b""
        letter = _letter(subject, content)
    if _REPLY.match(subject):
        return None
    if not re.search(rb"^(diff --git |--- )", patch, re.MULTILINE):
        return letter if _COVER.search(subject) and letter.subject != UNNAMED else None
    diff.write_bytes(patch)
    files, moved = _names(diff, patch.decode(errors="replace"), f'{box}: "{subject}"')
    return Mail(subject, diff, files, moved, letter)


def _names(
    diff: Path, text: str, where: str
) -> tuple[tuple[str, ...], tuple[tuple[str, str, str], ...]]:
    """``files`` and ``moved`` of a Mail; SeriesError when a name lies outside the tree."""
    output = must(git(diff.parent, "apply", "--numstat", "-z", diff), where)
    files = {record.split("\t", 2)[2] for record in output.split("\0") if record}
    moved = re.findall(r"^(rename|copy) from (.+)\n\1 to (.+)$", text, re.MULTILINE)
    # git strips the first part of a name, so a name that begins at the root is seen only here.
    pairs = re.findall(r"^--- ([^\t\n]+).*\n\+\+\+ ([^\t\n]+)", text, re.MULTILINE)
    rooted = {name for pair in pairs for name in pair if name.startswith("/")} - {"/dev/null"}
    for name in sorted(files | rooted | {name for move in moved for name in move[1:]}):
        if name.startswith("/") or ".." in name.split("/"):
            raise SeriesError(f"{where}: it names {name}, which lies outside the tree")
    return tuple(sorted(files)), tuple(moved)
