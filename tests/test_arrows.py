# SPDX-License-Identifier: GPL-2.0-or-later
"""Imports point down only: review, then models and proofs, then specs, then the model; inside
models and review from each room to those above it in the list, and nowhere in a circle.  Files of C
in a room use each other's symbols in a line too."""

import ast
import re
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from models.kernel.source import port_source
from models.readers import build as explorer
from models.subject import build as driver
from review.cli import COMMANDS
from tests.tools import needs

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "xarray_model": set[str](),
    "specs": {"xarray_model"},
    "models": {"specs", "xarray_model"},
    "proofs": {"specs", "xarray_model"},
    "review": {"models", "proofs", "specs", "xarray_model"},
    "benchmarks": {"review", "models", "proofs", "specs", "xarray_model"},
}

ROOMS = {
    "models": (
        "port", "kernel", "driver", "subject", "case", "pictures", "measure", "readers", "sweep",
        "diagnosis", "histories", "mutants",
    ),
    "review": ("run", "bundle", "report", "verify", "compare", "commands"),
}  # fmt: skip
"""The rooms of a folder, from the ground up."""

_OF_EACH_OTHER = {f"xarray_model.{name}" for name in ("allocator", "array", "journal", "node")}
"""An array has nodes, and each node its array: they name each other's types."""


def imported(text: str) -> set[str]:
    """The top-level packages that a source imports anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def wrong(folder: str, text: str) -> set[str]:
    """Folders of the house that a source of ``folder`` may not import, and imports."""
    return (imported(text) & ALLOWED.keys()) - ALLOWED[folder] - {folder}


def sources() -> Iterator[tuple[str, Path]]:
    for folder in ALLOWED:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield folder, path


def test_no_import_goes_against_the_arrows() -> None:
    found = {
        str(path): bad for folder, path in sources() if (bad := wrong(folder, path.read_text()))
    }
    assert not found
    assert len(list(sources())) > 150


def test_the_model_imports_the_standard_library_only() -> None:
    others = {"z3", "cvc5", "bitwuzla", "hypothesis", "click", "rich", "jinja2", "matplotlib"}
    for path in sorted((ROOT / "xarray_model").rglob("*.py")):
        assert not imported(path.read_text()) & others, path


def test_one_that_does_is_noticed() -> None:
    assert wrong("proofs", "def f():\n    from models import build\n") == {"models"}
    assert wrong("specs", "import review.cli") == {"review"}
    assert not wrong("review", "import models.subject.build, proofs.run")


def modules(folder: str) -> dict[str, Path]:
    """The modules of a folder of the house, by their names."""
    paths = sorted((ROOT / folder).rglob("*.py"))
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}
    return {name.removesuffix(".__init__"): path for name, path in names.items()}


def uses(text: str, known: Mapping[str, object]) -> set[str]:
    """The modules, of those known, that a source imports anywhere in it, if only for types."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in known else node.module for name in names}
    return found & known.keys()


def against(name: str, used: set[str]) -> set[str]:
    """Modules of rooms that do not stand above the room of a module of that folder."""
    folder, room = name.split(".")[:2]
    rooms = ROOMS[folder]
    return {one for one in used if rooms.index(one.split(".")[1]) > rooms.index(room)}


@pytest.mark.parametrize(
    ("folder", "loose"),
    [("models", {"__init__.py"}), ("review", {"__init__.py", "cli.py"})],
)
def test_rooms_import_only_those_above_them(folder: str, loose: set[str]) -> None:
    outside = {f"{folder}.{name.removesuffix('.py')}" for name in loose}
    known = {name: path for name, path in modules(folder).items() if "." in name}
    known = {name: path for name, path in known.items() if name not in outside}
    assert {name.split(".")[1] for name in known} | {"port"} == {*ROOMS[folder], "port"}
    found = {
        name: wrong_ones
        for name, path in known.items()
        if (wrong_ones := against(name, uses(path.read_text(), known)))
    }
    assert not found
    assert {path.name for path in (ROOT / folder).iterdir() if path.is_file()} == loose


def test_nobody_imports_a_command_but_the_command_line() -> None:
    """Commands are found by name (``review.cli``); what several share is told by its name."""
    known = modules("review")
    commands = {name for name in known if name.startswith("review.commands.")}
    shared = {name for name in commands if name.endswith("options")}
    found = {
        name: bad
        for name, path in known.items()
        if (bad := (uses(path.read_text(), known) & commands) - shared)
    }
    assert not found
    assert commands - shared == {f"review.commands.{name}" for name in COMMANDS}


def test_no_files_import_each_other_in_a_circle() -> None:
    for folder in ALLOWED:
        known = modules(folder)
        graph = {name: uses(path.read_text(), known) - {name} for name, path in known.items()}
        for one in _OF_EACH_OTHER:
            graph[one] = graph.get(one, set()) - _OF_EACH_OTHER
        TopologicalSorter(graph).prepare()


def test_a_wrong_room_and_a_circle_are_noticed() -> None:
    known = modules("models")
    used = uses("from models.sweep import cases\nfrom models.kernel import source", known)
    assert against("models.case.x", used) == {"models.sweep.cases"}
    assert against("review.run.search", {"review.report.text"}) == {"review.report.text"}
    with pytest.raises(CycleError):
        TopologicalSorter({"a": {"b"}, "b": {"a"}}).prepare()


def symbols(objects: Mapping[str, Path]) -> dict[str, tuple[set[str], set[str]]]:
    """What each object defines for others, and what it uses of others."""
    command = ["nm", "--extern-only", "--format=posix", *map(str, objects.values())]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, tuple[set[str], set[str]]] = {name: (set(), set()) for name in objects}
    names = {f"{target}:": name for name, target in objects.items()}
    for line in text.splitlines():
        if line in names:
            defined, used = found[names[line]]
        else:
            symbol, kind, *_ = line.split()
            (used if kind == "U" else defined).add(symbol)
    return found


def uses_of_files(objects: Mapping[str, tuple[set[str], set[str]]]) -> dict[str, set[str]]:
    """The files whose symbols each file uses."""
    owner = {name: file for file, (defined, _) in objects.items() for name in defined}
    return {
        file: {owner[name] for name in used if name in owner} - {file}
        for file, (_, used) in objects.items()
    }


@cache
def of_room(room: str) -> dict[str, set[str]]:
    """The same of a room's own C, as it is compiled for the port."""
    source = port_source()
    if room == "readers":
        made = explorer.own_objects(source, 2)
    else:
        seen = driver.preprocessing(source, 2, "XA_DEBUG=1")
        given = (source, driver.compiler(), (*driver.FLAGS, *driver.OWN), seen)
        paths = sorted((ROOT / "models" / room).glob("*.c"))
        made = {path.name: Path(driver.compiled(*given, str(path))) for path in paths}
    return uses_of_files(symbols(made))


def in_circles(graph: Mapping[str, set[str]]) -> set[str]:
    """The files from which uses lead back to them."""
    reached = {file: set(used) for file, used in graph.items()}
    for _ in graph:
        for file, used in reached.items():
            reached[file] = used.union(*(reached[one] for one in used))
    return {file for file, used in reached.items() if file in used}


@needs("gcc")
@needs("nm")
@pytest.mark.parametrize("header", ["driver/driver.h", "readers/explorer.h"])
def test_files_of_c_use_only_those_above_them(header: str) -> None:
    """In the list at the top of their room's header, which has them all."""
    graph = of_room(header.partition("/")[0])
    listed = (ROOT / "models" / header).read_text().partition("*/\n#ifndef")[0]
    order = re.findall(r"\b\w+\.c\b", listed)
    assert sorted(order) == sorted(graph) and sum(map(len, graph.values())) > 40
    assert not in_circles(graph)
    for file, used in graph.items():
        assert used <= set(order[: order.index(file)]), file


def test_a_circle_of_c_files_is_noticed() -> None:
    made = {
        "a.c": ({"a"}, {"b", "printf"}),
        "b.c": ({"b"}, {"c"}),
        "c.c": ({"c"}, {"a"}),
        "d.c": ({"d"}, {"a"}),
    }
    assert in_circles(uses_of_files(made)) == {"a.c", "b.c", "c.c"}
