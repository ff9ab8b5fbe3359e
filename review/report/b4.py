# SPDX-License-Identifier: GPL-2.0-or-later
"""What b4's review commands read; imports next to nothing: most patches leave the XArray alone."""

from __future__ import annotations

import json

TOOL = "xasplit"
"""What results are told under."""


def result(status: str, summary: str, details: str = "") -> str:
    """A list of one result; ``status`` is pass, warn or fail."""
    one = {"tool": TOOL, "status": status, "summary": summary, "url": "", "details": details}
    return json.dumps([one])
