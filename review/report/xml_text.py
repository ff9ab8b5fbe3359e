# SPDX-License-Identifier: GPL-2.0-or-later
"""Text for XML, which cannot hold every character."""

from __future__ import annotations

import re

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """The text with U+FFFD for the characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
