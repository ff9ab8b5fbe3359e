# SPDX-License-Identifier: GPL-2.0-or-later
"""How it is told where to look first for a finding."""

from __future__ import annotations

from collections.abc import Iterator

from models.diagnosis.where.rank import Suspect, Where


def where_lines(where: Where) -> Iterator[str]:
    """Where to look first, a line each; or why that is not told."""
    if where.reason:
        yield f"Where to look first was not ranked: {where.reason}."
        return
    if not where.suspects:
        return
    compared = f"{where.failing} failing and {where.passing} passing cases"
    yield f"Look here first (a ranking of lines from {compared}, no proof):"
    for place, one in enumerate(where.suspects, 1):
        yield f"  {place}. {suspect_text(one)}"


def suspect_text(one: Suspect) -> str:
    """``lib/xarray.c:1071 in xas_split (patch 2 of 4, @@ -1,2 +1,3 @@): it ended here``"""
    named = f"{one.file}:{one.line} in {one.function}"
    if one.hunk is not None:
        named += f" ({one.hunk.label}, {one.hunk.header})"
    return f"{named}: {'; '.join(one.why)}"
