# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of this folder share."""

import shutil
from pathlib import Path

import pytest

from models.kernel.source import Source
from models.sweep.sweep import Unit
from proofs import catalogue
from review.run import search, subjects
from review.run.named import NamedKernels
from tests.review import small


@pytest.fixture(autouse=True)
def usual_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reviews search no other configuration: tests of that say what they search."""
    monkeypatch.setattr(subjects, "elsewhere", lambda *_: ({}, []))


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep of two units, one whole and one sampled."""
    monkeypatch.setattr(search, "complete_units", lambda shifts, _: [Unit(shifts[0], 2, 1)])
    monkeypatch.setattr(search, "quick_units", lambda *_: [])
    monkeypatch.setattr(
        search, "sampled_units", lambda shifts, seed, *_: [Unit(shifts[0], 3, 1, 2, seed)]
    )


@pytest.fixture(scope="session")
def good_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the port, with a theorem."""
    return small.bundle(small.clean(), tmp_path_factory.mktemp("good"), proofs=True)


@pytest.fixture(scope="session")
def bad_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of a port with a defect, which passes for a kernel."""
    return small.bundle(small.broken(), tmp_path_factory.mktemp("bad"))


@pytest.fixture
def good(good_bundle: Path, tmp_path: Path) -> Path:
    """A copy of the port's bundle."""
    return Path(shutil.copytree(good_bundle, tmp_path / "good"))


@pytest.fixture
def bad(bad_bundle: Path, tmp_path: Path) -> Path:
    """A copy of the other."""
    return Path(shutil.copytree(bad_bundle, tmp_path / "bad"))


@pytest.fixture
def one_theorem(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no other theorem were promised than the one that the bundle has."""
    monkeypatch.setattr(catalogue, "promised", lambda names=(): (small.THEOREM,))


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """``--kernel planted`` names the port with the defect."""

    def sources(named: NamedKernels) -> list[Source]:
        return [small.planted()] if named.kernels else []

    monkeypatch.setattr(subjects, "kernel_sources", sources)
