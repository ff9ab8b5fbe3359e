# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/deviations.md says of each known deviation what it is and which kernels have it."""

from pathlib import Path

from models.case.deviations import DEVIATIONS
from tests.models.case.test_known import KERNELS

PAGE = Path(__file__).parents[3] / "docs" / "deviations.md"
RELEASES = ("6.1", "6.12", "7.3")


def test_the_page_is_the_list() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{one.name}` | {'the split' if one.on_split else 'beside it'} | {one.statement}"
        f" | {one.cause} | `{one.property}` | "
        + " | ".join("yes" if one.name in KERNELS[release] else "no" for release in RELEASES)
        + " |"
        for one in DEVIATIONS
    ]
