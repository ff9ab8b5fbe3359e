# SPDX-License-Identifier: GPL-2.0-or-later
"""Series on the command line: what is reviewed, and what ends as one line."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from models.diagnosis import reproducer, shrink
from models.histories import batch
from models.histories import search as machines
from models.kernel.configuration import Configuration
from models.kernel.source import open_source, port_source
from models.subject.build import ToolError
from models.sweep.sweep import Unit
from review.cli import main
from review.report import search as search_report
from review.report.output import show
from review.run import search as searches
from review.run import subjects
from review.run.search_result import SearchResult
from tests.kernel_tree import change, mailbox

COUNT = "	unsigned long nodes = 0;\n"
LEAF = "		unsigned int canonical = offset - offset % new->slots;\n"


def search(tree: Path, *arguments: str | Path) -> Result:
    saved = tree.parent / "saved"
    command = ["search", "--kernel", tree, "--chunk-shift", "2", "--examples", "0", "--seed", "1"]
    words = [*command, "--save", saved, "--json", *arguments]
    return CliRunner().invoke(main, [str(word) for word in words], standalone_mode=False)


@pytest.mark.usefixtures("short")
def test_the_patched_kernel_is_tested_under_its_name(tree: Path, tmp_path: Path) -> None:
    change(tree, "lib/xarray.c", COUNT, COUNT + "	nodes = 1;\n", "XArray: one too many")
    box = mailbox(tree, tmp_path / "box")
    done = search(tree, "--mbox", box)
    told = json.loads(done.stdout)
    assert [one["name"] for one in told["implementations"]] == ["XArray: one too many"]
    assert {one["implementation"] for one in told["findings"]} == {"XArray: one too many"}
    assert done.return_value == 1
    assert search(tree).return_value == 0


@pytest.mark.usefixtures("short")
def test_every_prefix_is_tested_and_one_that_does_not_compile_is_named(
    tree: Path, tmp_path: Path
) -> None:
    change(tree, "lib/xarray.c", COUNT, COUNT + "	nodes = 1;\n")
    change(tree, "lib/xarray.c", "	nodes = 1;\n", "	nodes = \n")
    change(tree, "lib/xarray.c", "	nodes = \n", "	nodes = 0;\n")
    box = mailbox(tree, tmp_path / "box")
    done = search(tree, "--mbox", box, "--each-patch")
    told = json.loads(done.stdout)
    title = "XArray: change it and 2 more patches"
    first = f"{title}, 1 of 3 patches"
    assert [one["name"] for one in told["implementations"]] == [first, title]
    assert {one["implementation"] for one in told["findings"]} == {first}
    (broken,) = told["does_not_compile"]
    assert broken.startswith("linux + 2 of 3 patches does not compile: lib/xarray.c:")
    assert done.return_value == 1
    whole = search(tree, "--mbox", box)
    assert whole.return_value == 0 and json.loads(whole.stdout)["does_not_compile"] == []


@pytest.mark.usefixtures("short")
def test_only_a_prefix_that_does_not_compile_fails_too(tree: Path, tmp_path: Path) -> None:
    change(tree, "lib/xarray.c", COUNT, "	unsigned long nodes = ;\n")
    change(tree, "lib/xarray.c", "	unsigned long nodes = ;\n", COUNT + "	/* again */\n")
    done = search(tree, "--mbox", mailbox(tree, tmp_path / "box"), "--each-patch")
    assert json.loads(done.stdout)["findings"] == []
    assert done.return_value == 1


def test_a_whole_series_that_does_not_compile_is_an_error(tree: Path, tmp_path: Path) -> None:
    change(tree, "lib/xarray.c", COUNT, "	unsigned long nodes = ;\n")
    done = search(tree, "--mbox", mailbox(tree, tmp_path / "box"))
    assert done.exit_code == 1 and done.stdout == ""
    assert "linux + 1 patch does not compile: lib/xarray.c:" in str(done.exception)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What hangs is shrunk and reproduced in little time."""
    monkeypatch.setattr(machines, "HANG_SHRINKS", 4)
    monkeypatch.setattr(batch, "HANG_SHRINKS", 4)
    monkeypatch.setattr(shrink, "HANGING_TRIALS", 8)
    monkeypatch.setattr(reproducer, "SECONDS", 1.0)


@pytest.mark.usefixtures("short", "hasty")
def test_a_split_that_hangs_is_a_finding(tree: Path, tmp_path: Path) -> None:
    change(tree, "lib/xarray.c", LEAF, LEAF + "		for (volatile int x = 0; !x; );\n")
    done = search(tree, "--mbox", mailbox(tree, tmp_path / "box"))
    assert "ends" in {one["property"] for one in json.loads(done.stdout)["findings"]}
    assert done.return_value == 1


@pytest.mark.usefixtures("hasty")
def test_splits_that_hang_are_told_and_what_was_not_run_is_never_a_pass(
    tree: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every split hangs: told by sweep and machines, each unit costs little, nothing passes."""
    begins = "	unsigned int values = node->nr_values;\n"
    change(tree, "lib/xarray.c", begins, begins + "\n	for (volatile int x = 0; !x; );\n")
    units = [Unit(2, 2, 1)]
    monkeypatch.setattr(searches, "complete_units", lambda *_: units)
    monkeypatch.setattr(searches, "quick_units", lambda *_: units)
    monkeypatch.setattr(searches, "sampled_units", lambda *_: [Unit(2, 5, 1, 4)])
    ran: list[SearchResult] = []
    run = searches.search

    def watched(*given: Any, **named: Any) -> SearchResult:
        ran.append(run(*given, **named))
        return ran[-1]

    monkeypatch.setattr(searches, "search", watched)
    box = mailbox(tree, tmp_path / "box")
    done = search(tree, "--examples", "20", "--jobs", "1", "--mbox", box)
    told = json.loads(done.stdout)
    assert done.return_value == 1
    assert {one["property"] for one in told["findings"]} == {"ends"}
    whole = [one for one in told["coverage"] if not one["sampled"]]
    assert all(one["covered"] < one["total"] for one in whole)
    assert any("cases were not run" in line for line in told["not_run"])
    assert any("chunk shift 2 left out" in line for line in told["not_run"])
    # Splits that fail for lack of memory do end; none that is granted it was met.
    (machine,) = told["machines"]
    assert machine["histories"] >= 20 and "split: vertical 1" not in machine["branches"]
    (whole_search,) = ran
    show(search_report.answer(whole_search), as_json=False)
    words = " ".join(capsys.readouterr().out.split())
    assert "NOT COMPLETE" in words and "cases were not run, since others like them" in words
    assert "not all run for" in words
    assert "every split by one level and every split by several levels HANGS." in words


@pytest.mark.usefixtures("short")
def test_how_a_series_was_applied_is_told_apart_from_the_json(tree: Path, tmp_path: Path) -> None:
    (tree / "mm/filemap.c").write_text("changed\n")
    change(tree, "lib/test_xarray.c", "tests_run++;", "++tests_run;")
    done = search(tree, "--mbox", mailbox(tree, tmp_path / "box"))
    assert "left out, not of the XArray: mm/filemap.c" in done.stderr
    assert "the series changes tests only" in done.stderr
    assert json.loads(done.stdout)["findings"] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["search", "--mbox", "x"], "--mbox goes with --kernel"),
        (["search", "--rev", "x"], "--rev goes with --kernel"),
        (["search", "--kernel", "/", "--each-patch"], "--each-patch goes with --mbox"),
        (["review", "--kernel", "{tree}", "--mbox", "/nowhere"], "No such file or directory"),
    ],
)
def test_what_is_wrong_is_told(tree: Path, arguments: list[str], told: str) -> None:
    done = CliRunner().invoke(main, [word.format(tree=tree) for word in arguments])
    assert done.exit_code != 0 and told in done.output


def test_a_kernel_without_a_version_is_no_port(tmp_path: Path) -> None:
    for name in port_source().sha256:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((port_source().directory / name).read_bytes())
    single = Configuration(multi=False)
    subjects.check_runnable(open_source(tmp_path), single)
    with pytest.raises(ToolError, match="the port has no such option"):
        subjects.check_runnable(port_source(), single)
