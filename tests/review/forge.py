# SPDX-License-Identifier: GPL-2.0-or-later
"""Bundles as a stranger would forge them: changed, and with every hash made right again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from review.bundle import manifest
from review.bundle.folder import sha256
from review.bundle.format import MANIFEST

Change = Callable[[dict[str, Any]], object]
"""What is done to a manifest."""


def manifest_of(place: Path) -> dict[str, Any]:
    """The manifest, to be changed, without its own hash."""
    told: dict[str, Any] = json.loads((place / MANIFEST).read_text())
    del told["sha256"]
    return told


def sign(place: Path, told: dict[str, Any]) -> Path:
    """Write a manifest with its hash."""
    (place / MANIFEST).write_text(manifest.dumps(told))
    return place


def edit(place: Path, change: Change) -> Path:
    """Change the manifest of a bundle."""
    told = manifest_of(place)
    change(told)
    return sign(place, told)


def finding(**changes: object) -> Change:
    """Change fields of the first finding."""
    return lambda told: told["findings"][0].update(changes)


def replace(place: Path, path: str, data: bytes) -> Path:
    """Change an artefact, and list it as it is now."""
    (place / path).write_bytes(data)

    def listed(told: dict[str, Any]) -> None:
        (one,) = (one for one in told["artefacts"] if one["path"] == path)
        one.update(bytes=len(data), sha256=sha256(data))

    return edit(place, listed)
