# SPDX-License-Identifier: GPL-2.0-or-later
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.subject import build
from models.subject.radix_tree import Run
from review.cli import main
from review.run import radix_tree
from tests.kernel_tree import change, mailbox


def test_tells_that_it_passes(tree: Path) -> None:
    done = CliRunner().invoke(main, ["baseline", "--kernel", str(tree)], standalone_mode=False)
    assert done.return_value == 0
    assert "Linux 6.99.1 (linux), chunk shift 6: passes" in done.stdout
    assert "132 of 132 checks pass" in done.stdout


def test_runs_the_old_and_the_new_test_on_patched_code(tree: Path, tmp_path: Path) -> None:
    """Only the raised range meets a split over several levels."""
    deep = "	struct xa_node *node = split_take(xas, (*stack)->shift + XA_CHUNK_SHIFT);\n"
    change(tree, "lib/xarray.c", deep, deep + "	BUG();\n")
    change(tree, "lib/test_xarray.c", "2 * XA_CHUNK_SHIFT", "4 * XA_CHUNK_SHIFT")
    box = mailbox(tree, tmp_path / "series.mbx")
    command = ["baseline", "--kernel", str(tree), "--mbox", str(box), "--chunk-shift", "2"]
    done = CliRunner().invoke(main, [*command, "--json"], standalone_mode=False)
    old, new = json.loads(done.stdout)["runs"]
    assert old["holds"] and old["name"].endswith("(linux + 2 patches, test as before it)")
    assert not new["holds"] and "an assertion fails" in new["ended"]
    assert done.return_value == 1
    done = CliRunner().invoke(main, command, standalone_mode=False)
    assert "chunk shift 2: FAILS\n  no result" in done.stdout


def test_many_failures_are_cut_short(tree: Path, tmp_path: Path) -> None:
    lines = "".join("			XA_BUG_ON(xa, true);\n" for _ in range(7))
    last = "			xa_destroy(xa);\n"
    change(tree, "lib/test_xarray.c", last, lines + last)
    command = ["baseline", "--kernel", str(tree), "--chunk-shift", "1"]
    done = CliRunner().invoke(main, command, standalone_mode=False)
    assert done.stdout.count(" fails") == 5
    assert "and 2 other places" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "Name a kernel with --kernel"),
        (["--kernel", "/nowhere"], "no such file or folder"),
        (["--kernel", "{tree}", "--mbox", "{empty}"], "no patch in it"),
        (["--kernel", "{tree}", "--chunk-shift", "7"], "7 is not in the range"),
    ],
)
def test_what_is_wrong_is_told(tree: Path, tmp_path: Path, arguments: list[str], told: str) -> None:
    (tmp_path / "empty").write_text("")
    names = {"tree": tree, "empty": tmp_path / "empty"}
    command = ["baseline", *(argument.format(**names) for argument in arguments)]
    done = CliRunner().invoke(main, command)
    assert done.exit_code != 0 and told in done.output
    assert "Traceback" not in done.output


def test_the_other_test_is_run_where_a_tree_has_it(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["baseline", "--kernel", str(tree), "--radix-tree"]
    result = CliRunner().invoke(main, command, standalone_mode=False)
    assert (
        result.return_value == 2
        and "not run: tools/testing/radix-tree: linux came" in result.output
    )
    good = Run("Linux 6.99.1 (linux)", "main", 6, 9, 9, "", 1.0)
    bad = replace(good, wrong="it crashed")
    for runs, status, said in (
        ([good], 0, "main, chunk shift 6: passes"),
        ([bad], 1, "it crashed"),
    ):
        monkeypatch.setattr(radix_tree, "run_all", lambda *_, runs=runs: runs)
        result = CliRunner().invoke(main, command, standalone_mode=False)
        assert result.return_value == status and said in result.output
    result = CliRunner().invoke(main, [*command, "--json"], standalone_mode=False)
    assert [one["holds"] for one in json.loads(result.stdout)["radix_tree"]] == [False]


def test_a_configuration_that_cannot_be_built_is_no_pass(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "_makes_32_bits", lambda command: False)
    both = ["--config", "multi=off", "--config", "bits=32", "--chunk-shift", "3", "--json"]
    command = ["baseline", "--kernel", str(tree), *both]
    result = CliRunner().invoke(main, command, standalone_mode=False)
    told = json.loads(result.stdout)
    assert result.return_value == 2 and len(told["runs"]) == 1 and told["runs"][0]["holds"]
    assert told["not_run"] == [
        "not run: bits=32: no 32-bit program can be built here: install gcc-multilib"
    ]
    result = CliRunner().invoke(main, ["baseline", "--kernel", str(tree), *both[2:]])
    assert result.exit_code and "install gcc-multilib" in result.output
