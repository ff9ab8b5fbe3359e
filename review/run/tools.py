# SPDX-License-Identifier: GPL-2.0-or-later
"""Which tools and packages are here that some of the work needs or is better with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

PATIENCE = 10.0
"""Seconds that a tool may take to say its version."""
NOT_FOUND = "not found"
_NUMBER = re.compile(r"\d+(?:\.\d+)+[\w.+-]*")


@dataclass(frozen=True, slots=True)
class Tool:
    """A program or package, what it is for here, and its version; None where it is not found, and
    the empty text where it is there and does not say."""

    name: str
    purpose: str
    version: str | None


_PROGRAMS = {
    "gcc": "compiles what is tested, or clang does",
    "clang": "a second compiler; sanitizers of its own",
    "git": "applies series, finds commits",
    "make": "builds a kernel's own radix-tree test",
    "objdump": "reads how much stack is used",
    "gcov": "coverage of the port",
    "valgrind": "counts instructions",
    "spin": "what the explorer is compared with in benchmarks",
    "cbmc": "bounded model checking of the C itself",
    "b4": "runs xasplit check on series",
}
_PACKAGES = {
    "z3-solver": "decides theorems",
    "cvc5": "decides theorems",
    "bitwuzla": "decides theorems of bit-vectors",
    "hypothesis": "draws histories",
    "distributed": "a search on a Dask cluster",
    "tree-sitter-c": "finds functions to make mutants of",
    "universalmutator": "makes mutants",
}


def found() -> list[Tool]:
    """The tools that are looked for, programs first."""
    with ThreadPoolExecutor(len(_PROGRAMS)) as asking:
        versions = [*asking.map(_of_program, _PROGRAMS)]
    programs = zip(_PROGRAMS.items(), versions, strict=True)
    return [
        *(Tool(name, purpose, known) for (name, purpose), known in programs),
        *(Tool(name, purpose, _of_package(name)) for name, purpose in _PACKAGES.items()),
    ]


def _of_program(name: str) -> str | None:
    path = shutil.which((name == "cbmc" and os.environ.get("CBMC")) or name)
    if path is None:
        return None
    said = _said([path, "-V" if name == "spin" else "--version"])
    # Packagers write a version of theirs in brackets before that of the program.
    number = _NUMBER.search(re.sub(r"\(.*?\)", "", said))
    return number[0] if number else ""


def _said(command: Sequence[str]) -> str:
    """The first line of what a program prints; empty where it fails or takes too long."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, errors="replace", check=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.partition("\n")[0]


def _of_package(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
