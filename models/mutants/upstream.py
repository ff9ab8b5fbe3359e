# SPDX-License-Identifier: GPL-2.0-or-later
"""Bugs that the XArray once had, re-created: as small defects of the port in ``defects/upstream``,
and as controls of the readers.

Each is named by the id of the change that fixed it upstream, where one is known, and by what was
wrong, in our words and not in those of that change, whose text was not at hand.  What it does to
the port is ours, since the port's code is another.
"""

from __future__ import annotations

FOR_READERS = {
    "63b1898fffcd": "sibling-to-node",
    "cbc02854331e": "sibling-to-sibling",
}
"""The races that only a reader next to a writer sees, which neither sweep nor machines can show:
by the id of the upstream change the control in ``models/readers/controls.py`` that re-creates it.

63b1898fffcd: ``xas_load`` next to ``xas_split`` returned the wrong page, since a reader that
follows a sibling found a node where it expects the entry.  cbc02854331e: a reader between two
stores of a merge met a sibling that points to a sibling, and followed one only."""
