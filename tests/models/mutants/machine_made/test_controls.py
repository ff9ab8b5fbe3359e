# SPDX-License-Identifier: GPL-2.0-or-later
import pickle
from pathlib import Path

import pytest

from models.mutants.catalogue import MUTANTS
from models.mutants.machine_made import controls
from models.mutants.machine_made.python_changes import PythonChange, drawn

TEXT = '''\
"""A module."""

MOST = 3


def judge(node, most=MOST):
    """Whether it holds."""
    if node.count < 0 and not node.free:
        yield "count"
    node.seen += 1
    return [one for one in node.slots if one > 4]
'''


def made(tmp_path: Path) -> list[PythonChange]:
    path = tmp_path / "module.py"
    path.write_text(TEXT)
    return drawn([("module", path)], None, 1)


def test_functions_are_changed_and_constants_outside_are_not(tmp_path: Path) -> None:
    texts = [one.text for one in made(tmp_path)]
    assert len(set(texts)) == len(texts) > 12
    assert all("MOST = 3" in text for text in texts)
    for part in (
        "node.count <= 0 and (not node.free)",
        "node.count < 0 or not node.free",
        "if not node.free:",
        "node.count < 1 and",
        "if False:",
        "node.seen += 0",
        "return []",
        "[one for one in node.slots]",
    ):
        assert any(part in text for text in texts), part


def test_a_sample_is_drawn_by_its_seed() -> None:
    modules = controls.modules("geometry")
    assert [name for name, _ in modules] == ["xarray_model.geometry"]
    first, again, other = (drawn(modules, 5, seed) for seed in (1, 1, 2))
    assert first == again != other and len(first) == 5


def change(module: str, old: str, new: str) -> PythonChange:
    package, _, name = module.partition(".")
    path = dict(controls.modules({"specs": "specs"}.get(package, "geometry")))[module]
    text = path.read_text()
    assert text.count(old) >= 1 and name
    return PythonChange(module, 1, "by hand", text.replace(old, new, 1))


@pytest.fixture(scope="module")
def known() -> bytes:
    """A seeded defect's cases, and right ones at chunk shift 1."""
    (defect,) = (one for one in MUTANTS if one.name == "canonical-first")
    found = [*controls.wrong([defect]), *controls.right([1])]
    assert {one.defect for one in found} == {"canonical-first", ""}
    assert not any(one.broken for one in found if not one.defect)
    return pickle.dumps(found)


def test_a_spec_that_lets_a_wrong_case_pass_is_killed(known: bytes) -> None:
    weak = change("specs.publication", "yield ORDER.broken", "ORDER.broken")
    told = controls.fate(weak, known, model=False)
    assert told == "canonical-first: publish-order passes"


def test_a_spec_that_is_the_same_in_other_words_survives(known: bytes) -> None:
    same = change("specs.publication", '"""', '"""In other words: ')
    assert controls.fate(same, known, model=False) == ""


def test_a_changed_geometry_is_answered_otherwise(known: bytes) -> None:
    wrong = change("xarray_model.geometry", "order % s", "order % (s + 1)")
    assert controls.fate(wrong, known, model=True) != ""


def test_a_defect_that_histories_find_has_a_case_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controls, "HISTORIES", 60)
    controls._drawn.cache_clear()
    (defect,) = (one for one in MUTANTS if one.name == "cmpxchg-always-stores")
    (case, *_) = controls.wrong([defect])
    assert case.defect == defect.name and "refines" in case.broken
    controls._drawn.cache_clear()


def test_what_does_not_end_or_import_is_killed(
    known: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controls, "SECONDS", 1)
    endless = PythonChange("specs.publication", 1, "by hand", "while True: pass")
    assert controls.fate(endless, known, model=False) == "it ends its process"
    broken = PythonChange("specs.publication", 1, "by hand", "raise RuntimeError('no')")
    assert controls.fate(broken, known, model=False) == "RuntimeError: no"
