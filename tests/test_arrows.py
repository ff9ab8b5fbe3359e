# SPDX-License-Identifier: GPL-2.0-or-later
"""Imports point down only: review, then models and proofs, then specs, then the model; inside
models from each room to those above it in the list, and nowhere in a circle."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "xarray_model": set[str](),
    "specs": {"xarray_model"},
    "models": {"specs", "xarray_model"},
    "proofs": {"specs", "xarray_model"},
    "review": {"models", "proofs", "specs", "xarray_model"},
}

ROOMS = (
    "port", "kernel", "driver", "subject", "case", "pictures", "measure", "readers", "sweep",
    "diagnosis", "histories", "mutants",
)  # fmt: skip
"""The rooms of models, from the ground up."""

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


def against(room: str, used: set[str]) -> set[str]:
    """Modules of rooms that do not stand above a room of models."""
    return {name for name in used if ROOMS.index(name.split(".")[1]) > ROOMS.index(room)}


def test_the_rooms_of_models_import_only_those_above_them() -> None:
    known = {name: path for name, path in modules("models").items() if "." in name}
    assert {name.split(".")[1] for name in known} | {"port"} == set(ROOMS)
    found = {
        name: wrong_ones
        for name, path in known.items()
        if (wrong_ones := against(name.split(".")[1], uses(path.read_text(), known)))
    }
    assert not found
    loose = {path.name for path in (ROOT / "models").iterdir() if path.is_file()}
    assert loose == {"__init__.py"}


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
    assert against("case", used) == {"models.sweep.cases"}
    with pytest.raises(CycleError):
        TopologicalSorter({"a": {"b"}, "b": {"a"}}).prepare()
