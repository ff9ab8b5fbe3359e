# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that some tests need and the README does not ask for."""

import shutil

import pytest


def needs(name: str) -> pytest.MarkDecorator:
    """Skips where a program is not installed."""
    return pytest.mark.skipif(shutil.which(name) is None, reason=f"needs {name}")


COMPILERS = ("gcc", pytest.param("clang", marks=needs("clang")))
"""The compilers that code under test is to be compiled by, for ``parametrize``."""
