# SPDX-License-Identifier: GPL-2.0-or-later
"""Where in the tested source a function is defined."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.case.finding import Finding, last_operation
from models.kernel.source import Source
from xarray_model.operations import Code


@dataclass(frozen=True, slots=True)
class Location:
    """A line (from 1) of a file, by its path in the tree, and the function that begins there;
    "" when it is not found and the line is the first."""

    path: str
    line: int
    function: str


_RUNS = {
    Code.STORE: "xas_store",
    Code.SPLIT: "xas_split",
    Code.TRY_SPLIT: "xas_try_split",
    Code.TRY_SPLIT_MIN_ORDER: "xas_try_split_min_order",
    Code.SET_MARK: "xas_set_mark",
    Code.CLEAR_MARK: "xas_clear_mark",
    Code.GET_MARK: "xas_get_mark",
    Code.LOAD: "xas_load",
    Code.GET_ORDER: "xa_get_order",
    Code.FIND: "xas_find",
    Code.FIND_MARKED: "xas_find_marked",
    Code.NEXT: "xas_next",
    Code.PREV: "xas_prev",
    Code.DESTROY: "xa_destroy",
    Code.COUNT_ALLOC: "xas_split_alloc",
    Code.CURSOR_RESET: "xas_reset",
    Code.CURSOR_LOAD: "xas_load",
    Code.CURSOR_FIND: "xas_find",
    Code.CURSOR_FIND_MARKED: "xas_find_marked",
    Code.CURSOR_NEXT: "xas_next",
    Code.CURSOR_PREV: "xas_prev",
    Code.CURSOR_PAUSE: "xas_pause",
    Code.CURSOR_SET_MARK: "xas_set_mark",
    Code.CURSOR_CLEAR_MARK: "xas_clear_mark",
    Code.CURSOR_GET_MARK: "xas_get_mark",
    Code.CURSOR_STORE: "xas_store",
    Code.CURSOR_SPLIT: "xas_split",
    Code.CURSOR_SPLIT_ALLOC: "xas_split_alloc",
    Code.CURSOR_SPLIT_ALONE: "xas_split",
    Code.CURSOR_CREATE_RANGE: "xas_create_range",
    Code.CURSOR_NOMEM: "xas_nomem",
    Code.CURSOR_DESTROY: "xas_destroy",
    Code.CURSOR_FIND_CONFLICT: "xas_find_conflict",
    Code.FIND_AFTER: "xa_find_after",
    Code.FIND_AFTER_MARKED: "xa_find_after",
    Code.EXTRACT: "xa_extract",
    Code.EXTRACT_MARKED: "xa_extract",
    Code.INSERT: "xa_insert",
    Code.CMPXCHG: "xa_cmpxchg",
    Code.RESERVE: "xa_reserve",
    Code.RELEASE: "xa_release",
    Code.STORE_RANGE: "xa_store_range",
    Code.ALLOC: "__xa_alloc",
    Code.ALLOC_CYCLIC: "__xa_alloc_cyclic",
}
"""The function under test that an operation runs: ``models/driver/PROTOCOL.md``."""

_WHILE_ALLOCATING = {
    "split-requests",
    "split-cursor",
    "split-failure",
    "split-refusal",
    "split-no-warning",
}
"""Properties of ``xas_split_alloc``."""


def of_finding(source: Source, finding: Finding) -> Location:
    """The function that the operation of a finding runs."""
    return of_function(source, function(finding))


def function(finding: Finding) -> str:
    """The name of that function; ``xas_split`` when the operations do not tell."""
    last = last_operation(finding)
    for one in reversed(finding.operations[: last + 1]):
        if one.code in (Code.SPLIT, Code.CURSOR_SPLIT) and finding.property in _WHILE_ALLOCATING:
            return "xas_split_alloc"
        if one.code in _RUNS:
            return _RUNS[one.code]
    return "xas_split"


def of_function(source: Source, name: str) -> Location:
    """Where a function is defined; the beginning of ``lib/xarray.c`` if it is nowhere."""
    headers = [path for path in source.sha256 if path.endswith(".h")]
    for path in (*source.units, *sorted(headers)):
        text = (source.directory / path).read_text(errors="replace")
        # A definition: from the first column, with a body after its arguments.
        found = re.search(rf"^[A-Za-z_][^;{{}}()#=]*\b{name}\s*\([^;{{}}]*\)\s*{{", text, re.M)
        if found is not None:
            at = text.index(name, found.start())
            return Location(path, text.count("\n", 0, at) + 1, name)
    return Location("lib/xarray.c", 1, "")
