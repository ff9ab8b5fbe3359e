# SPDX-License-Identifier: GPL-2.0-or-later
"""Released kernels compile under the headers, unmodified, and run."""

import subprocess
from pathlib import Path

import pytest

from models import kernel as package
from models.case.reference import run_case
from models.driver.worker import Worker
from models.subject import build
from tests import kernels
from tests.kernels import Kernel
from tests.tools import COMPILERS
from xarray_model.geometry import CHUNK_SHIFTS
from xarray_model.operations import Code, Operation, encode

HEADERS = Path(package.__file__).with_name("include")
pytestmark = pytest.mark.kernel


@kernels.each
@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("shift", CHUNK_SHIFTS)
def test_library_and_test_compile(
    kernel: Kernel, compiler: str, shift: int, tmp_path: Path
) -> None:
    """The kernel's own test too, with and without the assertions of XA_DEBUG."""
    flags = ["-std=gnu11", "-fno-strict-aliasing", f"-DXA_CHUNK_SHIFT={shift}", "-D__KERNEL__"]
    flags += ["-DCONFIG_XARRAY_MULTI=1", "-Wall", "-Werror=implicit-function-declaration"]
    flags += ["-isystem", str(HEADERS), "-isystem", "include", "-fsyntax-only"]
    for extra in ([], ["-DXA_DEBUG"]):
        command = [compiler, *flags, *extra, "lib/xarray.c", "lib/test_xarray.c"]
        done = subprocess.run(
            command, cwd=kernel.source.directory, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


@kernels.each
@pytest.mark.parametrize("shift", CHUNK_SHIFTS)
def test_a_split_by_one_level_agrees_with_the_model(kernel: Kernel, shift: int) -> None:
    """The marks of this split come out right in both releases, since whole nodes are marked."""
    order = 2 * shift - 1
    index = min(3, (1 << order) - 1)
    case = [
        Operation(Code.STORE, order=order, entry=0x1000),
        Operation(Code.SET_MARK, index=index, mark=1),
        Operation(Code.SPLIT, index=index, order=order, new_order=0, entry=0x2000),
        Operation(Code.SNAPSHOT),
        Operation(Code.STORE, order=order, entry=0x3000),
        Operation(Code.SNAPSHOT),
    ]
    with Worker(build.build(kernel.source, shift, cflags=("-O0", "-g0"))) as worker:
        result = worker.run([encode(case)])
    assert result.abnormal == []
    assert result.results == run_case(case, shift).results


@kernels.each
def test_what_the_releases_declare(kernel: Kernel) -> None:
    source = kernel.source
    assert source.has_kernel_test
    if kernel.release:
        first = tuple(map(int, kernel.release.split(".")[:2]))
        assert source.capabilities.try_split == (first >= (6, 15))
    if kernel.release and source.version:  # a tarball may come without the Makefile
        assert f"{source.version}.".startswith(f"{kernel.release}.")
