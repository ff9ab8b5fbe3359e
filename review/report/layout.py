# SPDX-License-Identifier: GPL-2.0-or-later
"""How text is laid out: in the 72 columns of a mail, in XML."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable

WIDTH = 72
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def wrap(
    text: str, indent: str, first: str | None = None, *, break_long_words: bool = True
) -> list[str]:
    """The text in lines of a mail; ``first`` begins the first of them, ``indent`` the others."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=break_long_words,
    )


def wrap_words(text: str, indent: str, first: str | None = None) -> list[str]:
    """The same with words whole, also those that are longer than a line: names, paths, commands."""
    return wrap(text, indent, first, break_long_words=False)


def xml_text(text: str) -> str:
    """The text with U+FFFD for the characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def counts(kinds: Iterable[str]) -> str:
    """How many of each kind: ``463 obligations, 12 claims``."""
    many = Counter(kinds)
    parts = (f"{count} {kind if count == 1 else _plural(kind)}" for kind, count in many.items())
    return ", ".join(parts) or "nothing"


def _plural(kind: str) -> str:
    if kind.endswith("y"):
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith(("s", "ch")) else f"{kind}s"
