# SPDX-License-Identifier: GPL-2.0-or-later
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.kernel.source import port_source
from models.mutants.machine_made import argued, making, suite
from models.mutants.machine_made.suite import Fate
from review.commands import mutants
from review.report import machine_made as report
from review.report.output import as_object
from review.run.machine_made import FATES, Adequacy, adequacy, scope
from review.run.results import Results
from review.run.store import ResultStore
from review.run.workers import Workers

FUNCTION = "xas_try_split_min_order"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first cases at chunk shift 1 alone."""
    monkeypatch.setattr(suite, "FIRST", (1,))
    monkeypatch.setattr(suite, "HISTORIES", ())
    monkeypatch.setattr(suite, "LADDER", ())
    monkeypatch.setattr(suite, "READERS", ())
    monkeypatch.setattr(suite, "whole_units", lambda _: [])


def results(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Results:
    monkeypatch.setenv("XASPLIT_RESULTS", str(folder / "results"))
    return Results(ResultStore())


def test_mutants_are_run_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A larger sample has the smaller, and what came of that is known."""
    first = adequacy(
        port_source(), scope(FUNCTION, 3, 1), Workers(2), results(tmp_path, monkeypatch)
    )
    assert len(first.fates) == 3 and not first.left
    assert first.made == first.broken + first.same + first.twice + 3
    again = results(tmp_path, monkeypatch)
    more = adequacy(port_source(), scope(FUNCTION, 5, 1), Workers(2), again)
    assert more.fates[:3] == first.fates and len(more.fates) == 5
    assert again.taken[FATES] == 3
    killed = [one for one in more.fates if one.ours.killed]
    assert killed and all(one.ours.stage == "first cases at 1" for one in killed)

    told = as_object(report.answer(more))
    read = json.loads(json.dumps(told, default=str))
    (ours,) = read["suites"]
    assert (ours["mutants"], ours["killed"]) == (5, len(killed))
    assert len(read["mutants"]) == 5


def test_ctrl_c_keeps_what_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = results(tmp_path, monkeypatch)
    keep = kept.keep

    def interrupt(kind: str, parts: object, value: object) -> None:
        keep(kind, parts, value)
        if kind == FATES:
            raise KeyboardInterrupt

    monkeypatch.setattr(kept, "keep", interrupt)
    done = adequacy(port_source(), scope(FUNCTION, 4, 2), Workers(1), kept)
    assert len(done.fates) == 1 and len(done.left) == 3
    assert done.left[0].endswith("not run")


def test_a_survivor_is_told_unless_it_is_known_why(monkeypatch: pytest.MonkeyPatch) -> None:
    source = port_source()
    change = making.changes(source, [FUNCTION])[0]
    alive = Fate(change, suite.Kill(differing=2), suite.Kill("debug=on", ("BUG",)))
    done = Adequacy(source, scope(FUNCTION, None, 1), fates=[alive])
    assert report.unexplained(done) == [alive]
    text = "\n".join(map(str, (line for part in report.answer(done) for line in part.text)))
    assert f"survives: {change.name}" in text and "but the kernel's test" in text
    assert report.unexplained(replace(done, fates=[replace(alive, same=True)])) == []
    monkeypatch.setattr(report, "reasons", lambda: {change.name: "it is so"})
    assert report.unexplained(done) == []


def test_the_list_has_a_reason_for_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(argued, "LIST", tmp_path / "list")
    (tmp_path / "list").write_text("# what it is\na+1.0 since it is so\n")
    assert argued.reasons.__wrapped__() == {"a+1.0": "since it is so"}
    (tmp_path / "list").write_text("a+1.0\n")
    with pytest.raises(ValueError, match="no reason"):
        argued.reasons.__wrapped__()


@pytest.mark.parametrize(
    "words",
    [
        ["--machine-made"],
        ["--port"],
        ["--machine-made", "--port", "--where", "sibling-mask"],
        ["--machine-made", "--port", "--functions", "no_such_function"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line(words: list[str]) -> None:
    done = CliRunner().invoke(mutants.command, words)
    assert done.exit_code in (1, 2) and "Error: " in done.output
    assert "Traceback" not in done.output


def test_the_command_tells_and_exits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XASPLIT_RESULTS", str(tmp_path / "results"))
    from review.run import subjects

    monkeypatch.setattr(subjects, "port_sources", lambda: [port_source()])
    words = ["--machine-made", "--port", "--functions", FUNCTION, "--sample", "2", "--json"]
    done = CliRunner().invoke(mutants.command, words, standalone_mode=False)
    told = json.loads(done.stdout)["sources"][0]
    assert len(told["mutants"]) == 2
    assert done.return_value == int(bool(told["unexplained"]))
