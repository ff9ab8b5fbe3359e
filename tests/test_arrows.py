# SPDX-License-Identifier: GPL-2.0-or-later
"""Imports point down only: review, then models and proofs, then specs, then the model."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "xarray_model": set[str](),
    "specs": {"xarray_model"},
    "models": {"specs", "xarray_model"},
    "proofs": {"specs", "xarray_model"},
    "review": {"models", "proofs", "specs", "xarray_model"},
}


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
    assert not wrong("review", "import models.build, proofs.run")
