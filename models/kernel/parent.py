# SPDX-License-Identifier: GPL-2.0-or-later
"""A patch that comes by itself: the commit of a repository that it applies to."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from models.kernel.commit import git
from models.kernel.mailbox import Mail

NEAREST = 400
"""How many commits, the latest of the branch that is checked out and of all, are looked at."""
_INDEX = re.compile(
    r"^diff --git a/.* b/(?P<file>.*)\n(?:(?!diff --git ).*\n)*?index (?P<old>[0-9a-f]{7,64})\.\.",
    re.MULTILINE,
)


def parent(tree: Path, mail: Mail, files: Sequence[str]) -> str | None:
    """The hash of the latest commit in which each of ``files`` has the content that the patch was
    made from, as the patch tells by git's hash of it; None where none of those looked at has, or
    the patch does not tell.

    The branch that is checked out comes before others: a series that is applied there is found, and
    so is one on another branch.
    """
    before = blobs(mail)
    wanted = {name: before[name] for name in files if set(before.get(name, "0")) != {"0"}}
    if not wanted:
        return None
    latest = [git(tree, "rev-list", f"-n{NEAREST}", *which) for which in (["HEAD"], ["--all"])]
    commits = list(dict.fromkeys(line for text in latest for line in text.splitlines()))
    asked = [f"{commit}:{name}" for commit in commits for name in wanted]
    answers = _objects(tree, asked)
    for commit in commits:
        if all(answers.get(f"{commit}:{name}", "").startswith(old) for name, old in wanted.items()):
            return commit
    return None


def blobs(mail: Mail) -> Mapping[str, str]:
    """git's hash, perhaps short, of what each file was before a patch; nothing but zeros for a file
    that it makes."""
    text = mail.diff.read_text(errors="replace")
    return {one["file"]: one["old"] for one in _INDEX.finditer(text)}


def _objects(tree: Path, names: Sequence[str]) -> dict[str, str]:
    """The hash of each object that has one of these names."""
    command = ["git", "-C", str(tree), "cat-file", "--batch-check=%(objectname)"]
    done = subprocess.run(
        command, input="".join(f"{one}\n" for one in names), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    found = zip(names, done.stdout.splitlines(), strict=False)
    return {name: answer for name, answer in found if not answer.endswith(" missing")}
