# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose fault a message of a compiler is: what gcc, clang and the linker say, word for word."""

from pathlib import Path

import pytest

from models.subject.build import HEADERS
from models.subject.compile_errors import blame

DRIVER = Path(__file__).resolve().parents[3] / "models/driver/splits.c"
NO_HEADER = (
    "the tool has no stand-in for linux/foo.h, which lib/xarray.c of K includes; pass --include"
    " DIR, where DIR/linux/foo.h is one, or --include-empty linux/foo.h if nothing of it is needed"
)


@pytest.mark.parametrize(
    ("said", "told", "tool", "unclear"),
    [
        (
            "lib/xarray.c:9:10: fatal error: linux/foo.h: No such file or directory\n",
            NO_HEADER,
            1,
            0,
        ),
        ("lib/xarray.c:9:10: fatal error: 'linux/foo.h' file not found\n", NO_HEADER, 1, 0),
        (
            f"{DRIVER}: In function 'x':\n{DRIVER}:7:2: error: too few arguments to function"
            " 'xas_try_split'\n",
            "the tool calls xas_try_split otherwise than K declares it: too few arguments to"
            " function 'xas_try_split'; it cannot test this source",
            1,
            0,
        ),
        (
            f"{DRIVER}:7:45: error: too few arguments to function call, expected 4, have 3\n"
            "        xas_try_split(&xas, entry, order);\n        ~~~~  ^\n",
            "the tool calls xas_try_split otherwise than K declares it: too few arguments to"
            " function call, expected 4, have 3; it cannot test this source",
            1,
            0,
        ),
        (
            f"{DRIVER}:7:2: error: implicit declaration of function 'xas_split'"
            " [-Werror=implicit-function-declaration]\n",
            "the tool uses xas_split, which K does not declare: it cannot test this source",
            1,
            0,
        ),
        (
            f"{HEADERS}/linux/slab.h:7:2: error: conflicting types for 'kfree'\n",
            "the tool's stand-in for linux/slab.h does not fit K: conflicting types for 'kfree'",
            1,
            0,
        ),
        (
            "lib/xarray.c:7:2: error: implicit declaration of function 'foo'\n",
            "K does not compile: lib/xarray.c:7: implicit declaration of function 'foo'; the tool's"
            " stand-ins do not declare foo either: if a header of the kernel does, pass --include"
            " DIR with it",
            1,
            1,
        ),
        (
            "lib/xarray.c:7:2: error: implicit declaration of function 'xas_foo'\n",
            "K does not compile: lib/xarray.c:7: implicit declaration of function 'xas_foo'",
            0,
            0,
        ),
        (
            "lib/xarray.c: In function 'f':\nlib/xarray.c:7:2: error: expected ';' before '}'\n",
            "K does not compile: lib/xarray.c:7: expected ';' before '}'",
            0,
            0,
        ),
        (
            f"/usr/bin/ld: a.o: in function `f':\n{DRIVER}:7: undefined reference to `xas_split'\n",
            "K declares xas_split, but does not define it",
            0,
            0,
        ),
        (
            "/usr/bin/ld: a.o: in function `f':\nlib/xarray.c:7: undefined reference to `foo'\n",
            "K does not link: undefined reference to foo; the tool's stand-ins do not declare foo"
            " either: if a header of the kernel does, pass --include DIR with it",
            1,
            1,
        ),
        (
            f"{DRIVER}:7:2: fatal error: stdio.h: No such file or directory\n",
            "the C library's stdio.h is not installed",
            1,
            0,
        ),
        ("", "K does not compile: the compiler says nothing", 0, 0),
    ],
)
def test_who_is_blamed(said: str, told: str, tool: int, unclear: int) -> None:
    found = blame("K", said)
    assert (found.text, found.tool, found.unclear) == (told, bool(tool), bool(unclear))
