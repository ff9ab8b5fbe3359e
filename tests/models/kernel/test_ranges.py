# SPDX-License-Identifier: GPL-2.0-or-later
from dataclasses import replace
from pathlib import Path

import pytest

from models.kernel.ranges import end_of, open_range, prefixes_of, with_base
from models.kernel.source import SourceError, open_source
from tests.kernel_tree import change, git

NODES = "unsigned long nodes = 0;"


def test_a_range_knows_each_commit_that_changes_code_and_where_it_left(tree: Path) -> None:
    main = git(tree, "branch", "--show-current").strip()
    git(tree, "checkout", "--quiet", "-b", "topic")
    change(tree, "lib/xarray.c", NODES, f"{NODES} /* one */", "XArray: one")
    change(tree, "mm/filemap.c", "line 7\n", "line seven\n", "mm: other")
    change(tree, "lib/xarray.c", "/* one */", "/* two */", "XArray: two")
    git(tree, "checkout", "--quiet", main)
    change(tree, "lib/xarray.c", NODES, f"{NODES} /* later, elsewhere */", "XArray: elsewhere")
    made = open_range(tree, f"{main}..topic")
    assert "/* two */" in (made.directory / "lib/xarray.c").read_text()
    lineage = made.lineage
    assert lineage is not None and made.title == f"{main}..topic"
    assert "elsewhere" not in (lineage.base.directory / "lib/xarray.c").read_text()
    assert [step.subject for step in lineage.steps] == ["XArray: one", "XArray: two"]
    commits = git(tree, "log", "--format=%H", "base..topic", "--", "lib").split()
    assert [step.label for step in lineage.steps] == [
        f"commit {one[:12]}" for one in reversed(commits)
    ]
    assert [step.source is None for step in lineage.steps] == [False, True]
    first, last = prefixes_of(made)
    assert first.prefix and not last.prefix and last is made
    assert first.lineage is not None and len(first.lineage.steps) == 1
    assert end_of(made.title) == "topic" and end_of("v6.18") == "v6.18"


def test_what_is_no_range_is_told(tree: Path) -> None:
    for rev, told in (("base..nowhere", "no revision nowhere"), ("gone..base", "no revision gone")):
        with pytest.raises(SourceError, match=told):
            open_range(tree, rev)


def test_another_kernel_as_the_base(tree: Path) -> None:
    base = open_source(tree)
    made = with_base(replace(base, name="changed"), base)
    assert made.lineage is not None and made.lineage.base is base
    assert [step.label for step in made.lineage.steps] == [""]
