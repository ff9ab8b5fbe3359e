# SPDX-License-Identifier: GPL-2.0-or-later
"""Docs and sources say nothing of a kernel that was not run."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import kernels
from tests.kernels import Kernel

ROOT = Path(__file__).parents[1]
RUN = {"6.1", "6.12", "7.3"}
"""The kernels that tests run, where they are there."""
_NAMED = re.compile(
    r"\b(?:Linux|[Kk]ernels?|[Ff]rom|[Bb]efore|[Ss]ince|[Uu]ntil|[Uu]p to|in|on|of|and)\s+"
    r"v?([4-9]\.\d{1,2})(?![\d.]*[\w%])"
)


def named(text: str) -> set[str]:
    """The kernels that a text names."""
    return set(_NAMED.findall(text))


def told() -> Iterator[tuple[str, str]]:
    for folder in ("docs", "xarray_model", "specs", "models", "proofs", "review"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".md", ".py", ".c", ".h", ".j2"}:
                yield str(path.relative_to(ROOT)), path.read_text()
    yield "README.md", (ROOT / "README.md").read_text()


def test_only_kernels_that_are_run_are_named() -> None:
    wrong = {path: names for path, text in told() if (names := named(text) - RUN)}
    assert not wrong


def test_one_that_is_not_is_noticed() -> None:
    assert named("right from 6.14 on; in Linux 6.15, not in 6.12") == {"6.14", "6.15", "6.12"}
    assert not named("it took 7.3 s, 5.0 nodes and 6.5.2 of Spin")


@pytest.mark.kernel
@kernels.each
def test_what_is_said_of_their_capabilities(kernel: Kernel) -> None:
    if not any(map(kernel.is_release, RUN)):
        pytest.skip(f"nothing is said of Linux {kernel.name}")
    assert kernel.source.capabilities.try_split is kernel.is_release("7.3")
    assert kernel.source.capabilities.get_order
