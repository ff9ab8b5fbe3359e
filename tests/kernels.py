# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernels under test: Debian's source packages, and the paths that ``XASPLIT_KERNELS`` names.

``@kernels.each`` runs a test once for every one of them, with its argument ``kernel``.  A test of
what only some have asks for one: ``named("6.12")``, ``having(try_split=True)``.  Where there is
none the test is skipped, and the reason says what is missing.
"""

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from models.kernel.source import Source, open_source

VARIABLE = "XASPLIT_KERNELS"
"""The environment variable with further kernels: paths of trees or tarballs, colons between."""


@dataclass(frozen=True)
class Kernel:
    """A kernel under test, not opened before it is asked for."""

    path: Path

    @property
    def release(self) -> str:
        """The release that the file's name tells, such as "6.12" or "7.3.4"; else nothing."""
        found = re.match(r"linux-(?:source-)?(\d+(?:\.\d+)+)", self.path.name)
        return found[1] if found else ""

    @property
    def name(self) -> str:
        """What reports of tests call it."""
        return self.release or self.path.name

    @property
    def source(self) -> Source:
        """The kernel, opened once in a process."""
        return _open(self.path)

    def is_release(self, release: str) -> bool:
        """Whether it is of a release such as "7.3": 7.3 and 7.3.4 are, 7.30 is not."""
        return f"{self.release}.".startswith(f"{release}.")


@cache
def _open(path: Path) -> Source:
    return open_source(path)


def _release(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path.name)]


def kernels(further: str, folder: Path = Path("/usr/src")) -> tuple[Kernel, ...]:
    """Every kernel of Debian's packages in a folder, then those that ``further`` names."""
    installed = sorted(folder.glob("linux-source-*.tar.xz"), key=_release)
    named = [Path(path) for path in further.split(":") if path]
    return tuple(map(Kernel, dict.fromkeys([*installed, *named])))


ALL = kernels(os.environ.get(VARIABLE, ""))

OLDER = [one for one in ALL if one.path.parent == Path("/usr/src")][:-1]
"""Debian's kernels but the newest: they have what that has, and ``make long`` runs them."""
PARAMETERS = [
    pytest.param(one, id=one.name, marks=[pytest.mark.long] * (one in OLDER)) for one in ALL
] or [pytest.param(None, marks=pytest.mark.skip("needs a kernel, such as linux-source-6.12"))]
"""Every kernel under test, for a fixture or ``parametrize``."""

each = pytest.mark.parametrize("kernel", PARAMETERS)
"""Runs a test once for every kernel under test."""


def named(release: str) -> Kernel:
    """The kernel of a release that Debian has, such as "6.12"; skips without it."""
    for one in ALL:
        if one.is_release(release):
            return one
    pytest.skip(f"needs linux-source-{release}")


def having(*, try_split: bool) -> Kernel:
    """Some kernel that has xas_try_split(), or has it not; skips where there is none."""
    for one in reversed(ALL):
        if one.source.capabilities.try_split == try_split:
            return one
    pytest.skip(
        f"needs a kernel with xas_try_split() in {VARIABLE}"
        if try_split
        else "needs a kernel without xas_try_split(), such as linux-source-6.12"
    )
