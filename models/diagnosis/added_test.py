# SPDX-License-Identifier: GPL-2.0-or-later
"""A reproducer as a part of a kernel's ``lib/test_xarray.c``: its function, and the call of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FUNCTION = re.compile(r"^static noinline void (check_\w+)\(struct xarray \*xa\)$", re.MULTILINE)
_HELPER = re.compile(r"^static (?:inline )?[\w ]+\W(check_\w+)[(\[;]", re.MULTILINE)
_LIST = re.compile(r"^static LIST_HEAD\((check_\w+)\);", re.MULTILINE)
_INIT = re.compile(r"^module_init\((\w+)\);", re.MULTILINE)
_CALL = re.compile(r"^\tcheck_\w+\(&(\w+)\);\n", re.MULTILINE)
_MULTI = re.compile(r"\bxa_store_order\(|\bXA_STATE_ORDER\(|\bxas_set_order\(|\bxa_store_range\(")


class NotAdded(Exception):
    """A function cannot be added to a kernel's test; the message is one line."""


@dataclass(frozen=True, slots=True)
class AddedTest:
    """A kernel's test with a function more, and how that is called there."""

    text: str
    function: str


def added(test: str, code: str, only_at: int | None = None) -> AddedTest:
    """The text of a kernel's test with the functions of ``code``, of which the last, ``static
    noinline void check_NAME(struct xarray *xa)``, is called after all others are.

    What stores entries of several indices is there with CONFIG_XARRAY_MULTI alone; ``only_at``: the
    chunk shift at which it is called, None where it holds at any.  Raises NotAdded.
    """
    functions = _FUNCTION.findall(code)
    if not functions:
        raise NotAdded("there is no 'static noinline void check_NAME(struct xarray *xa)' in it")
    for name in dict.fromkeys([*_HELPER.findall(code), *_LIST.findall(code), *functions]):
        free = _free(name, test)
        code = re.sub(rf"\b{name}\b", free, code)
    function = _FUNCTION.findall(code)[-1]
    begin, calls = _place(test)
    array = calls[1]
    defined = re.search(rf"^(?:static )?DEFINE_XARRAY\w*\({array}\b.*\n", test, re.MULTILINE)
    if defined is None or defined.start() > begin:
        raise NotAdded(f"the array {array} of the test is not defined before its checks")
    whole = f"{code.strip()}\n"
    if _MULTI.search(code):
        none = f"static noinline void {function}(struct xarray *xa)\n{{\n}}\n"
        whole = f"#ifdef CONFIG_XARRAY_MULTI\n{whole}#else\n{none}#endif\n"
    call = f"\t{function}(&{array});\n"
    if only_at is not None:
        call = f"\tif (XA_CHUNK_SHIFT == {only_at})\n\t{call}"
    at = calls.end()
    # Behind all other functions; in kernels the array is defined just before what runs them.
    place = begin if test[defined.end() : begin].strip() else defined.start()
    text = test[:place] + f"{whole}\n" + test[place:at] + call + test[at:]
    return AddedTest(text, function)


def _free(name: str, test: str) -> str:
    """The name, or one like it that the test does not have."""
    free, number = name, 1
    while re.search(rf"\b{free}\b", test):
        number += 1
        free = f"{name}_{number}"
    return free


def _place(test: str) -> tuple[int, re.Match[str]]:
    """Where the function that runs all checks begins, and the last call of one with an array."""
    init = _INIT.search(test)
    if init is None:
        raise NotAdded("the test has no module_init()")
    begin = re.search(rf"^static int (?:__init )?{init[1]}\(void\)\n", test, re.MULTILINE)
    if begin is None:
        raise NotAdded(f"the test has no function {init[1]}()")
    end = test.find("\n}\n", begin.start())
    calls = [*_CALL.finditer(test, begin.start(), end)]
    if not calls:
        raise NotAdded(f"{init[1]}() calls no check of an array")
    return begin.start(), calls[-1]
