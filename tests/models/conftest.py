# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of this folder share."""

from pathlib import Path

import pytest

from models.subject import build
from tests.models.planted import planted
from tests.tools import has_sanitizers


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The driver with planted defects at chunk shift 2."""
    return _build(tmp_path_factory, sanitize=False)


@pytest.fixture(scope="session")
def broken_sanitized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with the sanitizers; skips where there are none."""
    if not has_sanitizers():
        pytest.skip("needs the compiler's address and undefined-behaviour sanitizers")
    return _build(tmp_path_factory, sanitize=True)


def _build(factory: pytest.TempPathFactory, *, sanitize: bool) -> Path:
    folder = factory.mktemp("planted")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XASPLIT_CACHE", str(folder / "cache"))
        return build.build(planted(folder / "source"), 2, sanitize=sanitize)
