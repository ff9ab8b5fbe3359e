# SPDX-License-Identifier: GPL-2.0-or-later
"""Text that others wrote, made safe to print."""

from __future__ import annotations


def clean(text: str) -> str:
    """The text with U+FFFD for characters that do not print, which could steer a terminal."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in text)
