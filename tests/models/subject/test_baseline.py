# SPDX-License-Identifier: GPL-2.0-or-later
from collections.abc import Callable
from pathlib import Path

import pytest

from models.kernel.configuration import Configuration
from models.kernel.source import open_source, port_source
from models.subject.baseline import NoTest, run_test
from models.subject.build import BuildError
from tests import kernels
from tests.kernels import Kernel

DEBUG = Configuration(debug=True)
Edit = Callable[[str, str, str], None]


@pytest.fixture
def edit(tree: Path) -> Edit:
    def change(name: str, old: str, new: str) -> None:
        text = (tree / name).read_text()
        assert text.count(old) == 1
        (tree / name).write_text(text.replace(old, new))

    return change


@pytest.mark.parametrize("shift", [2, 6])
def test_a_sound_kernel_passes(tree: Path, shift: int) -> None:
    done = run_test(open_source(tree), shift)
    assert done.holds
    orders = range(1, 2 * shift)
    assert done.run == done.passed == 2 * sum(orders)
    assert (done.failures, done.warnings, done.ended) == ({}, {}, "")
    assert done.name == "Linux 6.99.1 (linux)"


def test_what_fails_is_counted_by_place(tree: Path, edit: Edit) -> None:
    edit("lib/test_xarray.c", "!= (int)new_order", "!= (int)order")
    done = run_test(open_source(tree), 2)
    assert not done.holds
    assert done.run == 12 and done.passed == 6
    assert list(done.failures.values()) == [6]
    assert next(iter(done.failures)).startswith("check_split:")


def test_a_wrong_split_fails(tree: Path, edit: Edit) -> None:
    edit("lib/xarray.c", "unsigned int canonical = offset - offset % new->slots;",
         "unsigned int canonical = offset;")  # fmt: skip
    assert not run_test(open_source(tree), 3).holds


def test_a_crash_is_told(tree: Path, edit: Edit) -> None:
    edit("lib/xarray.c", "unsigned int canonical = offset - offset % new->slots;",
         "unsigned int canonical = *(volatile int *)8;")  # fmt: skip
    done = run_test(open_source(tree), 2)
    assert done.ended == "it crashed: SIGSEGV"
    assert not done.holds and done.run is None


def test_a_hang_is_told(tree: Path, edit: Edit) -> None:
    edit("lib/xarray.c", "unsigned int canonical = offset - offset % new->slots;",
         "unsigned int canonical = 0;\n	for (volatile int x = 0; !x; );")  # fmt: skip
    done = run_test(open_source(tree), 2, seconds=0.5)
    assert done.ended.startswith("it did not end within")
    assert not done.holds


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("	call_rcu(&node->rcu_head, radix_tree_node_rcu_free);\n",
         "	call_rcu(&node->rcu_head, radix_tree_node_rcu_free);\n"
         "	call_rcu(&node->rcu_head, radix_tree_node_rcu_free);\n", "a node is freed twice"),
        ("	node->count = XA_CHUNK_SIZE;\n",
         "	node->count = XA_CHUNK_SIZE;\n	*(char *)(node + 1) = 1;\n",
         "memory behind a node was overwritten"),
        ("	node->count = XA_CHUNK_SIZE;\n", "	node->count = XA_CHUNK_SIZE;\n	BUG();\n",
         "an assertion fails: lib/xarray.c:"),
        ("	node->count = XA_CHUNK_SIZE;\n", "	exit(4);\n",
         "it ended with status 4 and said no result"),
    ],
)  # fmt: skip
def test_what_ends_a_run_is_told(tree: Path, edit: Edit, old: str, new: str, told: str) -> None:
    edit(
        "lib/xarray.c",
        "#include <linux/slab.h>\n",
        "#include <linux/slab.h>\n#include <stdlib.h>\n",
    )
    edit("lib/xarray.c", old, new)
    done = run_test(open_source(tree), 2)
    assert told in done.ended
    assert not done.holds


def test_warnings_do_not_end_a_run(tree: Path, edit: Edit) -> None:
    edit("lib/xarray.c", "	node->count = XA_CHUNK_SIZE;\n",
         "	node->count = XA_CHUNK_SIZE;\n	WARN_ON(1);\n")  # fmt: skip
    done = run_test(open_source(tree), 2)
    (place,) = done.warnings
    assert place.startswith("lib/xarray.c:") and done.run == 12


def test_assertions_of_the_library(tree: Path, edit: Edit) -> None:
    edit("lib/xarray.c", "	node->count = XA_CHUNK_SIZE;\n",
         "	node->count = XA_CHUNK_SIZE;\n	XA_BUG_ON(xas->xa, true);\n")  # fmt: skip
    assert run_test(open_source(tree), 2).holds
    assert "an assertion fails" in run_test(open_source(tree), 2, configuration=DEBUG).ended


def test_what_cannot_be_run(tree: Path, edit: Edit) -> None:
    with pytest.raises(NoTest, match=r"port came without lib/test_xarray\.c"):
        run_test(port_source())
    edit("lib/test_xarray.c", "tests_run++;", "tests_run+;")
    with pytest.raises(BuildError, match=r"lib/test_xarray\.c:\d+"):
        run_test(open_source(tree))


@pytest.mark.kernel
@kernels.each
def test_released_kernels_pass_their_own_test(kernel: Kernel) -> None:
    done = run_test(kernel.source)
    assert done.holds and done.run is not None and done.run > 10**7
