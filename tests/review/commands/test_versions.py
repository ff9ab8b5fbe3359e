# SPDX-License-Identifier: GPL-2.0-or-later
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from models.case.known import Deviating
from models.sweep.sweep import Unit
from review.cli import main
from review.run import subjects, versions
from tests.kernel_tree import change, git, make_kernel
from tests.review import small

COUNT = "	unsigned long nodes = 0;\n"
ONE_LEVEL = """	(void)entry;
	if (WARN_ON(xas->xa_shift + 2 * XA_CHUNK_SHIFT <= order)) {
		xas_set_err(xas, -ENOMEM);
		return;
	}
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory, objects: Path) -> Iterator[Path]:
    """Four releases: one that is right, one of one level without try_split, one that is wrong, and
    one that does not compile."""
    folder = tmp_path_factory.mktemp("versions")
    tree = make_kernel(folder / "linux")
    git(tree, "tag", "right")
    change(tree, "Makefile", "SUBLEVEL = 1", "SUBLEVEL = 2")
    change(tree, "lib/xarray.c", "	(void)entry;\n	for (unsigned long nodes", ONE_LEVEL
           + "	for (unsigned long nodes")  # fmt: skip
    for name in ("xas_try_split", "xas_try_split_min_order"):
        for file in ("include/linux/xarray.h", "lib/xarray.c"):
            text = (tree / file).read_text()
            (tree / file).write_text(text.replace(f"{name}(", f"old{name[3:]}("))
    git(tree, "commit", "--quiet", "--all", "--message=old")
    git(tree, "tag", "old")
    git(tree, "reset", "--quiet", "--hard", "right")
    change(tree, "Makefile", "SUBLEVEL = 1", "SUBLEVEL = 3")
    change(tree, "lib/xarray.c", COUNT, COUNT + "	nodes = 1;\n")
    git(tree, "tag", "wrong")
    change(tree, "Makefile", "SUBLEVEL = 3", "SUBLEVEL = 4")
    change(tree, "lib/xarray.c", COUNT, "	unsigned long nodes = ;\n")
    git(tree, "tag", "broken")
    git(tree, "reset", "--quiet", "--hard", "wrong")
    change(tree, "lib/xarray.c", "	nodes = 1;\n", "	nodes = 0 + 1;\n")
    git(tree, "tag", "later")
    (folder / "cache").mkdir()
    (folder / "cache" / "objects").symlink_to(objects)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XASPLIT_CACHE", str(folder / "cache"))
        patch.setattr(versions, "SHIFTS", (1,))
        patch.setattr(versions, "WHOLE", ((1, 1, 0), (1, 3, 1)))
        patch.setattr(versions, "SAMPLED", ((1, 2, 0),))
        yield tree


NAMES = ("right", "old", "wrong", "broken")


@pytest.fixture(scope="module")
def told(tree: Path) -> tuple[dict[str, Any], str]:
    """What the command tells of all of them as JSON, and as text of what it then had."""
    command = ["versions", "--kernel", str(tree), *NAMES]
    compare = versions.compare
    had: list[versions.Versions] = []

    def kept(*given: Any) -> versions.Versions:
        if not had:
            had.append(compare(*given))
        return had[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(versions, "compare", kept)
        done = CliRunner().invoke(main, [*command, "--json"], standalone_mode=False)
        text = CliRunner().invoke(main, command, standalone_mode=False, env={"COLUMNS": "160"})
    assert done.return_value == text.return_value == 1
    return json.loads(done.stdout), text.stdout


def said(one: dict[str, dict[str, dict[str, str]]], part: str) -> set[str]:
    return set(one["properties"][part].values())


PARTS = ["split by one level at most", "split by several levels", "walk of xas_try_split"]


def test_tells_what_holds_fails_and_is_not_supported(told: tuple[dict[str, Any], str]) -> None:
    right, old, wrong, _ = told[0]["versions"]
    names = [one["name"] for one in (right, old, wrong)]
    assert names == ["Linux 6.99.1", "Linux 6.99.2", "Linux 6.99.3"]
    assert [said(right, part) for part in PARTS] == [{"hold", "never judged"}] * 3
    assert said(old, PARTS[0]) == {"hold", "never judged"}
    assert [said(old, part) for part in PARTS[1:]] == [{"not supported"}, {"not supported"}]
    assert "fail" in said(wrong, PARTS[0]) and "fail" in said(wrong, PARTS[1])
    assert wrong["properties"][PARTS[0]]["split-requests"] == "fail"
    assert right["deviations"] == []


def test_what_a_part_never_judged_does_not_hold_in_it(told: tuple[dict[str, Any], str]) -> None:
    right = told[0]["versions"][0]["properties"]
    assert right[PARTS[0]]["try-split-requests"] == "never judged"
    assert right[PARTS[0]]["cursor-pause"] == "never judged"
    assert right[PARTS[2]]["split-requests"] == "never judged"
    assert right[PARTS[0]]["split-requests"] == right[PARTS[2]]["try-split-requests"] == "hold"


def test_nothing_holds_where_cases_were_left_out() -> None:
    search = small.clean()
    port = search.implementations[0]
    part = versions.Section("splits", (Unit(2, 3, 1),))
    whole = versions.cells(part, search.result, port)
    assert set(whole.values()) == {versions.VersionCell.HOLD, versions.VersionCell.UNJUDGED}
    coverage = {
        key: replace(one, covered=one.covered - 1) for key, one in search.result.coverage.items()
    }
    cut = versions.cells(part, replace(search.result, coverage=coverage), port)
    assert cut.keys() == whole.keys() and {"no-crash", "ends", "lru"} <= cut.keys()
    assert set(cut.values()) == {versions.VersionCell.UNDECIDED}


def test_a_known_deviation_leaves_undecided_what_it_breaks_and_no_more() -> None:
    search = small.clean()
    port = search.implementations[0]
    part = versions.Section("splits", (Unit(2, 3, 1),))
    met = {port.name: Counter({"step-inside": 3})}
    told = versions.cells(part, replace(search.result, met=met), port)
    assert told["answer-step"] is versions.VersionCell.UNDECIDED
    assert told["split-requests"] is versions.VersionCell.HOLD


def test_prints_one_table(told: tuple[dict[str, Any], str]) -> None:
    lines = [" ".join(line.split()) for line in told[1].splitlines()]
    assert "property Linux 6.99.1 Linux 6.99.2 Linux 6.99.3 Linux 6.99.4" in lines
    assert "split-requests hold hold fail does not compile" in lines
    assert any(line.startswith("Run: at chunk shift 2 every case") for line in lines)


def test_one_that_does_not_compile_has_a_column_that_says_so(
    told: tuple[dict[str, Any], str],
) -> None:
    bad, good = told[0]["versions"][3], told[0]["versions"][0]
    assert bad["name"] == "Linux 6.99.4" and good["does_not_compile"] is None
    assert "does not compile: lib/xarray.c:" in bad["does_not_compile"]
    assert {cell for part in PARTS for cell in said(bad, part)} == {"does not compile"}
    lines = [" ".join(line.split()) for line in told[1].splitlines()]
    assert sum("broken does not compile: lib/xarray.c:" in line for line in lines) == 1


def test_what_came_with_a_range_and_what_was_there_before(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [versions.Section(PARTS[0], (Unit(1, 1, 0),))]
    monkeypatch.setattr(versions, "SHIFTS", (1,))
    monkeypatch.setattr(versions, "sections", lambda _: few)
    # Their cases are run at chunk shifts of their own, and say nothing here.
    monkeypatch.setattr(versions, "known", lambda _: Deviating())
    monkeypatch.setattr(subjects, "with_known", lambda one: one)
    command = ["versions", "--kernel", str(tree), "right..wrong", "wrong..later", "--json"]
    done = CliRunner().invoke(main, command, standalone_mode=False)
    told = json.loads(done.stdout)
    assert done.return_value == 1
    new, before = (one["properties"][PARTS[0]] for one in told["versions"])
    assert new["split-requests"] == "fail" and before["split-requests"] == "fail as before"
    assert "fail" not in before.values()
    names = [one["name"] for one in told["versions"]]
    placed = {
        (names.index(one["implementation"]), one["origin"]["origin"]): one
        for one in told["findings"]
    }
    assert set(placed) == {(0, "new"), (1, "there before")}
    assert placed[0, "new"]["origin"]["since"]
    first = placed[0, "new"]["where"]["lines"][0]
    assert (
        first["file"] == "lib/xarray.c"
        and first["brought_by"] in placed[0, "new"]["origin"]["since"]
    )
    assert placed[1, "there before"]["where"]["lines"] == []


def test_what_was_there_before_counts_only_if_asked_for() -> None:
    table = {"split": {"one": {"node-count": versions.VersionCell.BEFORE}}}
    done = versions.Versions({}, table, [], {}, 0.0, finished=True)
    assert not done.failed
    assert replace(done, everything=True).failed


def test_nothing_that_compiles_is_an_error(tree: Path) -> None:
    done = CliRunner().invoke(main, ["versions", "--kernel", str(tree), "broken"])
    assert done.exit_code != 0
    assert (
        done.output.startswith("Error: Not one of them compiles: ")
        and "lib/xarray.c:" in done.output
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "Name kernels with --kernel"),
        (["--kernel", "a", "--kernel", "b", "v1"], "Revisions go with one --kernel"),
        (["--kernel", "{tree}", "v6.1"], "no revision v6.1"),
    ],
)
def test_what_is_wrong_is_told(tree: Path, arguments: list[str], told: str) -> None:
    words = [argument.format(tree=tree) for argument in arguments]
    done = CliRunner().invoke(main, ["versions", *words])
    assert done.exit_code != 0 and told in done.output
