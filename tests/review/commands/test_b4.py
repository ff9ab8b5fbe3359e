# SPDX-License-Identifier: GPL-2.0-or-later
"""The real b4, without a network, on a local tree: what docs/b4.md shows is what it says."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_string, policy
from pathlib import Path

import pytest

from tests import kernels
from tests.kernel_tree import git

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "b4.md"
SCRIPTS = Path(sys.executable).parent
b4 = pytest.importorskip("b4", reason="needs b4")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A kernel's tree with b4's branch of two patches: one wrong, one right."""
    source = kernels.named("7.3").source
    folder = tmp_path_factory.mktemp("b4")
    tree = folder / "linux"
    for name in source.sha256:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes((source.directory / name).read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        patch.setenv("PATH", f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}")
        patch.setenv("PYTHONPATH", str(ROOT))
        git(tree, "init", "--quiet", "--initial-branch=master")
        git(tree, "config", "user.name", "A Developer")
        git(tree, "config", "user.email", "developer@example.org")
        git(tree, "config", "b4.prep-perpatch-check-cmd", "xasplit check --b4")
        git(tree, "add", "--force", ".")
        git(tree, "commit", "--quiet", "--message=base")
        said(tree, "prep", "--new", "topic", "--fork-point", "master")
        path = tree / "lib/xarray.c"
        text = path.read_text()
        wrong = re.sub(
            r"(void xas_split_alloc\(.*?\|=) __GFP_ACCOUNT", r"\1 0", text, count=1, flags=re.S
        )
        assert wrong != text
        path.write_text(wrong)
        git(tree, "commit", "--quiet", "--all", "--message=XArray: request without a flag")
        path.write_text(f"{wrong}\n/* The end. */\n")
        git(tree, "commit", "--quiet", "--all", "--message=XArray: say where it ends")
        yield tree


def said(tree: Path, *words: str) -> str:
    """What b4 says, without colours and hashes."""
    done = subprocess.run(
        [SCRIPTS / "b4", "--offline-mode", "--no-stdin", *words],
        cwd=tree, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr)
    return re.sub(r"\b[0-9a-f]{12}\b", "0123456789ab", text)


def shown(name: str) -> str:
    """What the page shows of a command."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", PAGE.read_text(), re.S)
    assert found
    return found[1]


def test_prep_checks_each_patch(tree: Path) -> None:
    text = said(tree, "prep", "--check")
    wrong, right = text.split("XArray: request without a flag\n")[1].split("XArray: say where")
    assert "xasplit: ERROR: request-account" in wrong and "new with patch 1 of 1" in wrong
    assert "ERROR" not in right and "request-account broke before" in right
    told = text[text.index("Checking") :]
    assert shown("b4 prep --check") == "".join(f"    {line}\n" for line in told.splitlines())


def test_reviews_read_the_json_of_a_patch(tree: Path) -> None:
    from b4.review import checks

    git(tree, "checkout", "--quiet", "--force", "b4/topic")
    text = git(tree, "format-patch", "-1", "--stdout", "HEAD~1")
    mail = message_from_string(text, policy=policy.default)
    command = "xasplit check --b4-json"
    (one,) = checks.run_perpatch_checks([("id", mail)], [command], str(tree))["id"]
    assert (one["tool"], one["status"]) == ("xasplit", "fail")
    assert shown("b4 review") == f"    {one['tool']}: {one['status']}: {one['summary']}\n"
    assert "The smallest, at chunk shift" in one["details"]
