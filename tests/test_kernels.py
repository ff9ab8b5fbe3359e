# SPDX-License-Identifier: GPL-2.0-or-later
"""Which kernels are tested, and that a test which cannot be run is told."""

from pathlib import Path
from typing import Any, Literal

import pytest

from tests import conftest, kernels
from tests.kernels import Kernel

TESTS = Path(__file__).parent


def test_what_is_installed_comes_before_what_is_named(tmp_path: Path) -> None:
    for name in ("linux-source-6.12.tar.xz", "linux-source-6.1.tar.xz", "linux-config-6.1"):
        (tmp_path / name).touch()
    found = kernels.kernels("/a/linux-7.3.4-xarray.tar.xz::/b/my-tree", tmp_path)
    assert [one.name for one in found] == ["6.1", "6.12", "7.3.4", "my-tree"]
    assert found[2].path == Path("/a/linux-7.3.4-xarray.tar.xz")


def test_a_kernel_that_is_named_too_is_tested_once(tmp_path: Path) -> None:
    path = tmp_path / "linux-source-6.12.tar.xz"
    path.touch()
    assert kernels.kernels(str(path), tmp_path) == (Kernel(path),)


def test_releases() -> None:
    assert Kernel(Path("linux-7.3.4-xarray.tar.xz")).is_release("7.3")
    assert Kernel(Path("linux-source-6.1.tar.xz")).is_release("6.1")
    assert not Kernel(Path("linux-source-6.12.tar.xz")).is_release("6.1")
    assert not Kernel(Path("my-tree")).is_release("6.1")


def test_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "ALL", ())
    with pytest.raises(pytest.skip.Exception, match=r"linux-source-6\.1$"):
        kernels.named("6.1")
    with pytest.raises(pytest.skip.Exception, match="XASPLIT_KERNELS"):
        kernels.having(try_split=True)


def test_no_test_has_a_kernel_of_its_own() -> None:
    places = [path for path in TESTS.rglob("*.py") if "/usr/src" in path.read_text()]
    assert {path.name for path in places} == {"kernels.py", "test_kernels.py"}


@pytest.mark.parametrize(
    ("may_skip", "excused"),
    [("", False), ("spin", False), ("spin linux-source-6.1", True), ("linux-source-6", False)],
)
def test_what_may_be_missing(may_skip: str, excused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(conftest.MAY_SKIP, may_skip)
    assert conftest.excused("needs linux-source-6.1, or another") == excused


@pytest.mark.parametrize("must", [False, True])
def test_what_could_have_been_installed_is_not_skipped(
    must: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(conftest.MAY_SKIP, raising=False)
    if must:
        monkeypatch.setenv(conftest.MAY_SKIP, "")
    assert reported("skipped", ("a.py", 1, "Skipped: needs spin")) == (
        ("failed", "may not be skipped: Skipped: needs spin")
        if must
        else ("skipped", ("a.py", 1, "Skipped: needs spin"))
    )
    assert reported("passed", None) == ("passed", None)
    assert reported("skipped", "known") == ("skipped", "known")  # an expected failure


def reported(outcome: Literal["passed", "skipped"], told: Any) -> tuple[str, Any]:
    """Outcome and reason of a report, after the hook."""
    hook = conftest.pytest_runtest_makereport()
    next(hook)
    with pytest.raises(StopIteration) as ended:
        hook.send(pytest.TestReport("a", ("a.py", 1, "a"), {}, outcome, told, "call"))
    report = ended.value.value
    return report.outcome, report.longrepr


def test_what_make_quick_leaves_out_is_there() -> None:
    assert not [name for name in conftest.SLOW if not (TESTS / f"{name}.py").exists()]
