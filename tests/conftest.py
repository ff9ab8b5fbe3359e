# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of several folders share."""

from pathlib import Path

import pytest

from tests.kernel_tree import make_kernel


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that nothing is in yet."""
    monkeypatch.setenv("XASPLIT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def tree(tmp_path: Path, own_cache: None) -> Path:
    """A kernel tree made of the port, and a cache that nothing is in yet."""
    return make_kernel(tmp_path / "linux")
