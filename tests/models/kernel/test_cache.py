# SPDX-License-Identifier: GPL-2.0-or-later
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from models.kernel import cache

pytestmark = pytest.mark.usefixtures("own_cache")


def writer(text: str) -> Callable[[Path], None]:
    def fill(folder: Path) -> None:
        (folder / "file").write_text(text)

    return fill


def test_an_entry_is_made_once() -> None:
    first = cache.entry("kind", "key", writer("one"))
    second = cache.entry("kind", "key", writer("two"))
    assert first == second
    assert (second / "file").read_text() == "one"


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_text("")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.entry("kind", "key", fail)
    assert list((tmp_path / "cache" / "kind").iterdir()) == []
    assert (cache.entry("kind", "key", writer("later")) / "file").read_text() == "later"


def test_two_that_make_the_same_entry_at_once(tmp_path: Path) -> None:
    both = Barrier(2)

    def fill(folder: Path) -> None:
        (folder / "file").write_text("same")
        both.wait(10)

    with ThreadPoolExecutor(2) as pool:
        paths = list(pool.map(lambda _: cache.entry("kind", "key", fill), range(2)))
    assert paths[0] == paths[1]
    assert [path.name for path in (tmp_path / "cache" / "kind").iterdir()] == ["key"]


def test_the_platform_says_where_without_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XASPLIT_CACHE")
    assert cache.directory().name == "xasplit"
    assert cache.directory().is_absolute()


def test_a_relative_folder_is_made_absolute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XASPLIT_CACHE", "here")
    assert cache.directory() == Path.cwd() / "here"
