# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that some tests need and the README does not ask for."""

import shutil
import subprocess
from functools import cache

import pytest

from models.subject.build import compiler
from proofs.c import cbmc


def needs(name: str) -> pytest.MarkDecorator:
    """Skips where a program is not installed."""
    return pytest.mark.skipif(shutil.which(name) is None, reason=f"needs {name}")


COMPILERS = ("gcc", pytest.param("clang", marks=needs("clang")))
"""The compilers that code under test is to be compiled by, for ``parametrize``."""


@cache
def has_sanitizers() -> bool:
    """Whether a program can be linked with the compiler's sanitizers."""
    flags = ["-fsanitize=address,undefined", "-x", "c", "-", "-o", "/dev/null"]
    done = subprocess.run(
        [*compiler(), *flags],
        input=b"int main(void) { return 0; }",
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def _cbmc() -> bool:
    try:
        cbmc.find()
    except cbmc.MissingError:
        return False
    return True


needs_cbmc = pytest.mark.skipif(not _cbmc(), reason="needs cbmc")
"""Skips without a model checker for C: `.ci/cbmc` provides one."""
