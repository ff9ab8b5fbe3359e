# SPDX-License-Identifier: GPL-2.0-or-later
"""A change of one file as a patch that git makes, and what the kernel's own checkpatch.pl says."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from models.kernel.folders import read_folders
from models.kernel.mailbox import git, must
from models.kernel.printable import clean

_SCRIPTS = re.compile(r"scripts/(?:checkpatch\.pl|spelling\.txt|const_structs\.checkpatch)")
_SAID = re.compile("ERROR|WARNING|CHECK")
_SECONDS = 60
IGNORED = "AVOID_BUG"
"""What it says of XA_BUG_ON too, by which the kernel's own test checks everything."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch as ``git format-patch`` names and writes it."""

    name: str
    content: bytes


def format_patch(
    file: str, old: bytes, new: bytes, message: str, who: tuple[str, str], *, signed: bool
) -> Patch:
    """The patch that makes ``new`` of ``old``, made in a scratch repository; ``who`` is its author
    by name and address, who signs it off if ``signed``.  SeriesError where git cannot."""
    with tempfile.TemporaryDirectory(prefix="xasplit-patch-") as folder:
        tree = Path(folder).resolve() / "tree"
        (tree / file).parent.mkdir(parents=True)
        name, address = who
        told = ["-c", f"user.name={name or address}", "-c", f"user.email={address}"]
        must(git(tree, "init", "--quiet", "--template="), "git init")
        for content, text in ((old, "base"), (new, message)):
            (tree / file).write_bytes(content)
            must(git(tree, "add", "--force", "--", file), "git add")
            sign = ["--signoff"] if signed and content is new else []
            commit = ["commit", "--quiet", "--cleanup=verbatim", "--file=-", *sign]
            must(git(tree, *told, *commit, stdin=text.encode()), "git commit")
        # The number of the scratch commit is nobody's.
        made = git(tree, *told, "format-patch", "-1", "--zero-commit", "--no-signature")
        path = tree / must(made, "git format-patch").strip()
        return Patch(path.name, path.read_bytes())


def checkpatch(named: str | Path, rev: str | None, patch: Patch) -> tuple[bool | None, list[str]]:
    """What the checkpatch.pl of a kernel says of a patch: whether it is clean, and lines on what is
    not; None, and the reason, where it was not run.  Raises SourceError."""
    files = read_folders(named, rev, ["scripts"], _SCRIPTS)
    if "scripts/checkpatch.pl" not in files:
        return None, ["the kernel that was named has no scripts/checkpatch.pl"]
    perl = shutil.which("perl")
    if perl is None:
        return None, ["perl is not installed"]
    with tempfile.TemporaryDirectory(prefix="xasplit-checkpatch-") as folder:
        for name, content in files.items():
            (Path(folder) / name).parent.mkdir(exist_ok=True)
            (Path(folder) / name).write_bytes(content)
        (Path(folder) / patch.name).write_bytes(patch.content)
        unsigned = [] if b"\nSigned-off-by: " in patch.content else ["--no-signoff"]
        asked = ["--no-tree", "--show-types", "--color=never", *unsigned]
        asked += [f"--ignore={IGNORED}", patch.name]
        try:
            done = subprocess.run(
                [perl, "scripts/checkpatch.pl", *asked],
                cwd=folder, capture_output=True, text=True, errors="replace", check=False,
                timeout=_SECONDS, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return None, [f"it did not end within {_SECONDS} seconds"]
    lines = [clean(line) for line in done.stdout.splitlines() if _SAID.match(line)]
    if not re.search(r"total: \d+ errors", done.stdout):
        said = (done.stderr.strip() or "nothing").splitlines()[0]
        return None, [f"it says {clean(said)}"]
    return done.returncode == 0, lines
