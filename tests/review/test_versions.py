# SPDX-License-Identifier: GPL-2.0-or-later
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.sweep import Unit, UnitResult
from review import versions
from review.cli import main
from tests.kernel_tree import change, git, make_kernel
from tests.review.bundle import small

COUNT = "	unsigned long nodes = 0;\n"
ONE_LEVEL = """	(void)entry;
	if (WARN_ON(xas->xa_shift + 2 * XA_CHUNK_SHIFT <= order)) {
		xas_set_err(xas, -ENOMEM);
		return;
	}
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three releases: one that is right, one of one level without try_split, one that is wrong."""
    monkeypatch.setenv("XASPLIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(versions, "WHOLE", ((2, 2, 1), (2, 4, 1)))
    monkeypatch.setattr(versions, "SAMPLED", ((6, 6, 0),))
    tree = make_kernel(tmp_path / "linux")
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
    return tree


def test_tells_what_holds_fails_and_is_not_supported(tree: Path) -> None:
    command = ["versions", "--kernel", str(tree), "right", "old", "wrong"]
    done = CliRunner().invoke(main, [*command, "--json"], standalone_mode=False)
    right, old, wrong = json.loads(done.stdout)["versions"]
    assert done.return_value == 1
    names = [one["name"] for one in (right, old, wrong)]
    assert names == ["Linux 6.99.1", "Linux 6.99.2", "Linux 6.99.3"]

    def said(one: dict[str, dict[str, dict[str, str]]], part: str) -> set[str]:
        return set(one["properties"][part].values())

    parts = ["split by one level at most", "split by several levels", "walk of xas_try_split"]
    assert [said(right, part) for part in parts] == [{"hold"}] * 3
    assert [said(old, part) for part in parts] == [{"hold"}, {"not supported"}, {"not supported"}]
    assert "fail" in said(wrong, parts[0]) and "fail" in said(wrong, parts[1])
    assert wrong["properties"][parts[0]]["split-requests"] == "fail"
    assert right["deviations"] == []


def test_nothing_holds_where_cases_were_left_out() -> None:
    search = small.clean()
    port = search.implementations[0]
    part = versions.Section("splits", (Unit(2, 3, 1),))
    whole = versions.cells(part, search.result, port)
    assert set(whole.values()) == {versions.Cell.HOLD}
    coverage = {
        key: replace(one, covered=one.covered - 1) for key, one in search.result.coverage.items()
    }
    cut = versions.cells(part, UnitResult(coverage=coverage), port)
    assert cut.keys() == whole.keys() and {"no-crash", "ends", "lru"} <= cut.keys()
    assert set(cut.values()) == {versions.Cell.UNDECIDED}


def test_prints_one_table(tree: Path) -> None:
    command = ["versions", "--kernel", str(tree), "right", "wrong"]
    done = CliRunner().invoke(main, command, standalone_mode=False, env={"COLUMNS": "120"})
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "property Linux 6.99.1 Linux 6.99.3" in lines
    assert "split-requests hold fail" in lines
    assert any(line.startswith("Run: at chunk shift 2 every case") for line in lines)


@pytest.fixture
def broken(tree: Path) -> Path:
    """A release more, that does not compile."""
    change(tree, "Makefile", "SUBLEVEL = 3", "SUBLEVEL = 4")
    change(tree, "lib/xarray.c", COUNT, "	unsigned long nodes = ;\n")
    git(tree, "tag", "broken")
    return tree


def test_one_that_does_not_compile_has_a_column_that_says_so(broken: Path) -> None:
    command = ["versions", "--kernel", str(broken), "broken", "right"]
    done = CliRunner().invoke(main, [*command, "--json"], standalone_mode=False)
    bad, good = json.loads(done.stdout)["versions"]
    assert done.return_value == 1
    assert bad["name"] == "Linux 6.99.4" and good["does_not_compile"] is None
    assert "does not compile: lib/xarray.c:" in bad["does_not_compile"]
    assert {cell for part in bad["properties"].values() for cell in part.values()} == {
        "does not compile"
    }
    assert {cell for part in good["properties"].values() for cell in part.values()} == {"hold"}
    done = CliRunner().invoke(main, command, standalone_mode=False, env={"COLUMNS": "120"})
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "property Linux 6.99.4 Linux 6.99.1" in lines
    assert any(line.endswith("properties does not compile hold") for line in lines)
    assert sum("broken does not compile: lib/xarray.c:" in line for line in lines) == 1


def test_nothing_that_compiles_is_an_error(broken: Path) -> None:
    done = CliRunner().invoke(main, ["versions", "--kernel", str(broken), "broken"])
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
