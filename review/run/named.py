# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels as the user names them; nothing is opened yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.kernel.configuration import CHECKED, Configuration
from models.kernel.headers import Given


@dataclass(frozen=True, slots=True)
class NamedKernels:
    """Kernels that the user names: paths of trees, tarballs or repositories; of these the revision
    or range, the series to apply, whether each prefix of it counts, and what they were made from.
    ``include`` and ``include_empty`` are headers that the tool has no stand-in for."""

    kernels: tuple[str, ...] = ()
    rev: str | None = None
    mailboxes: tuple[str, ...] = ()
    each_patch: bool = False
    base: str | None = None
    include: tuple[Path, ...] = ()
    include_empty: tuple[str, ...] = ()
    configurations: tuple[Configuration, ...] = (CHECKED,)
    """What they are compiled for, one after another."""

    @property
    def headers(self) -> Given:
        """The headers as what opens a kernel takes them."""
        return Given(self.include, self.include_empty)

    @property
    def ranged(self) -> bool:
        """Whether the revision is a range, which names a series."""
        return self.rev is not None and ".." in self.rev
