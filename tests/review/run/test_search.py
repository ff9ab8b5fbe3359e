# SPDX-License-Identifier: GPL-2.0-or-later
import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from models.case.counterexample import loads
from models.kernel.source import port_source
from models.mutants.mutant import Mutant
from models.mutants.run import mutated
from models.subject.implementation import Implementation
from models.sweep.sweep import Unit
from review.cli import main
from review.commands.run_options import Bounds
from review.run import campaign, search, subjects
from review.run.campaign import Effort
from review.run.diagnosis import OVER
from review.run.search_result import SearchResult, SearchState

ONE = ["--chunk-shift", "2", "--jobs", "1", "--examples", "20"]


def invoke(*arguments: str) -> tuple[int, str]:
    """The command's status and output; every error is the test's."""
    result = CliRunner().invoke(main, arguments, standalone_mode=False, catch_exceptions=False)
    return result.return_value, result.stdout


@pytest.mark.usefixtures("short")
def test_the_port_is_clean_and_the_seed_is_told() -> None:
    status, output = invoke("search", *ONE, "--seed", "7")
    assert status == 0
    assert "complete" in output and "sampled" in output
    assert "seed 7" in output and "no findings" in output


@pytest.mark.usefixtures("short")
def test_json_is_one_object_and_repeats_with_its_seed() -> None:
    told = [json.loads(invoke("search", *ONE, "--seed", "7", "--json")[1]) for _ in range(2)]
    for one in told:
        del one["seconds"]
        assert one["machines"][0]["steps"] > 20
    assert told[0] == told[1]
    assert told[0]["finished"] and told[0]["findings"] == []
    assert {one["covered"] for one in told[0]["coverage"] if not one["sampled"]} == {6144}


def test_a_finding_is_status_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The port itself, but its allocation asks for one node too few.
    mutant = Mutant(
        "few", "one node too few", "lib/xarray_split.c", "nodes; nodes--", "nodes > 1; nodes--",
        ("split-requests",), chunk_shift=2,
    )  # fmt: skip
    monkeypatch.setattr(search, "complete_units", lambda *_: [Unit(2, 2, 1)])
    monkeypatch.setattr(search, "quick_units", lambda *_: [])
    monkeypatch.setattr(search, "sampled_units", lambda *_: [])
    monkeypatch.setattr(subjects, "implementations", lambda *_: ([mutated(mutant)], []))
    status, output = invoke("search", *ONE, "--save", str(tmp_path))
    assert status == 1
    assert "few breaks" in output and "1 finding" in " ".join(output.split())


def test_what_was_ended_before_all_was_run_is_no_pass(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def ended(implementations: list[Implementation], *_: object) -> SearchResult:
        left = [Unit(2, 2, 1)]
        return SearchResult(implementations, SearchState(), 1, False, over=["x"], left=left)

    monkeypatch.setattr(search, "search", ended)
    status, output = invoke("search", *ONE, "--save", str(tmp_path))
    assert status == 2
    words = " ".join(output.split())
    assert "Not finished" in words and "nothing fails in what was run" in words
    assert "no findings" in words and "NOT COMPLETE" in words


def test_a_time_and_a_number_of_histories_both_bound_a_search() -> None:
    timed = Bounds(None, 50, 60.0, 1, None)
    assert timed.histories(2400) is None and Bounds(None, 50, None, 1, None).histories(2400) == 2400
    assert Bounds(0, 50, 60.0, 1, None).histories(2400) == 0
    assert search.effort(0, 50, 60.0).examples == 0
    assert search.effort(None, 50, 60.0).examples > 1 << 30
    assert 15.0 <= (Bounds(None, 50, 60.0, 1, None, timed.began - 50).left or 0) <= 60.0 / 4
    assert 59.0 < (timed.left or 0) <= 60.0


def test_histories_have_time_to_begin_and_to_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What does not end by itself is ended, and all that it did is lost."""
    asked: list[tuple[float, float]] = []

    def machines(_: object, __: object, effort: Effort, *given: Any, **named: Any) -> bool:
        asked.append((effort.seconds or 0, given[7] - time.monotonic()))
        return True

    for name in ("complete_units", "sampled_units", "quick_units"):
        monkeypatch.setattr(search, name, lambda *_: [])
    monkeypatch.setattr(campaign, "machines", machines)
    invoke("search", *ONE, "--time", "10m", "--save", str(tmp_path))
    (first, begun), *rest = asked
    assert 30 < first < 0.8 * begun < 60  # the sweep is not to wait for long
    assert rest and all(60 < seconds < 0.8 * left for seconds, left in rest)


def test_part_of_the_time_is_kept_for_what_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The sweep takes all that it is given, and is not finished: what it found is made smaller."""
    mutant = Mutant(
        "count", "planted", "lib/xarray_split.c", "	unsigned int values = node->nr_values;\n",
        "	unsigned int values = node->nr_values;\n	node->count++;\n", (), chunk_shift=2,
    )  # fmt: skip
    ends: list[float] = []

    def run(units: list[Unit], *given: Any, **named: Any) -> bool:
        if units == [Unit(2, 2, 1)]:
            return campaign_run(units, *given, **named)
        ends.append(given[7])
        return False

    campaign_run = campaign.run
    monkeypatch.setattr(campaign, "run", run)
    monkeypatch.setattr(search, "quick_units", lambda *_: [Unit(2, 2, 1)])
    monkeypatch.setattr(search, "complete_units", lambda *_: [Unit(2, 3, 1)])
    monkeypatch.setattr(search, "sampled_units", lambda *_: [])
    monkeypatch.setattr(search, "_SHARE_FOUND", 0.0)
    monkeypatch.setattr(subjects, "implementations", lambda *_: ([mutated(mutant)], []))
    status, output = invoke("search", *ONE, "--time", "1h", "--json", "--save", str(tmp_path))
    told = json.loads(output)
    assert status == 1 and not told["finished"] and ends
    assert ends[0] - time.monotonic() < 600
    (finding,) = told["findings"]
    assert len(finding["smallest"]["operations"]) <= 3
    assert "of 1 units" in " ".join(told["not_run"])
    assert OVER not in str(finding), finding["reproducer"]
    assert {one["covered"] for one in told["coverage"]} == {0}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kernel", "/nowhere"], "no such file or folder"),
        (["--kernel", "{folder}"], "not a kernel"),
        (["--rev", "v6.12"], "--rev goes with --kernel"),
        (["--kernel", "{file}"], "not a readable tarball"),
    ],
)
def test_what_is_no_kernel_is_one_line(tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "file").write_text("no tarball")
    names = {"folder": str(tmp_path), "file": str(tmp_path / "file")}
    filled = [argument.format(**names) for argument in arguments]
    result = CliRunner().invoke(main, ["search", *ONE, *filled])
    assert result.exit_code != 0
    message = result.stderr.strip().splitlines()[-1]
    assert words in message


def test_a_kernel_that_does_not_compile_is_one_line(tmp_path: Path) -> None:
    port = port_source().directory
    shutil.copytree(port / "include", tmp_path / "include")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/xarray.c").write_text("#include <linux/xarray.h>\nint broken(\n")
    result = CliRunner().invoke(main, ["search", *ONE, "--kernel", str(tmp_path)])
    assert result.exit_code != 0
    assert "does not compile" in result.stderr and "lib/xarray.c" in result.stderr


def test_the_smallest_cases_are_saved_and_can_be_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mutant = Mutant(
        "count", "planted", "lib/xarray_split.c", "	unsigned int values = node->nr_values;\n",
        "	unsigned int values = node->nr_values;\n	node->count++;\n", (), chunk_shift=2,
    )  # fmt: skip
    monkeypatch.setattr(search, "complete_units", lambda *_: [Unit(2, 2, 1)])
    monkeypatch.setattr(search, "sampled_units", lambda *_: [])
    monkeypatch.setattr(subjects, "implementations", lambda *_: ([mutated(mutant)], []))
    folder = tmp_path / "found"
    status, output = invoke("search", *ONE[:-1], "0", "--save", str(folder))
    assert status == 1 and "xasplit show FILE" in output
    path = folder / "count-node-count.json"
    assert loads(path.read_bytes()).finding.property == "node-count"
    assert "count" in invoke("show", str(path))[1]
