# SPDX-License-Identifier: GPL-2.0-or-later
"""SARIF: the fields that readers of it need, the right lines, and fingerprints that last."""

import json
import re
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.case.finding import Finding
from models.case.origins import Placed
from models.diagnosis.where.rank import NOT_ASKED
from models.kernel.source import port_source
from models.readers.explore import Found
from review.report import locate, sarif
from review.run.review_result import ReviewResult
from specs.origin import Origin
from specs.readers import PROMISES
from tests import kernels
from tests.kernels import Kernel
from tests.review import small
from xarray_model.operations import Code, Operation


@pytest.fixture
def bad(tmp_path: Path) -> ReviewResult:
    return small.reviewed(small.broken(), tmp_path)


def results(done: ReviewResult) -> list[dict[str, Any]]:
    """The results of a file that is checked against what SARIF 2.1.0 requires."""
    told = json.loads(sarif.dumps(done))
    assert told["version"] == "2.1.0" and told["$schema"].endswith("sarif-2.1.0.json")
    (run,) = told["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "xasplit" and driver["version"]
    rules = [one["id"] for one in driver["rules"]]
    assert len(set(rules)) == len(rules)
    assert all(one["shortDescription"]["text"] for one in driver["rules"])
    assert run["invocations"] == [{"executionSuccessful": done.complete}]
    for one in run["results"]:
        assert rules[one["ruleIndex"]] == one["ruleId"]
        assert one["level"] in ("error", "warning", "note")
        assert one["message"]["text"]
        (location,) = one["locations"]
        place = location["physicalLocation"]
        uri = place["artifactLocation"]["uri"]
        assert not uri.startswith("/") and ".." not in uri and " " not in uri
        assert place["region"]["startLine"] >= 1
        assert re.fullmatch("[0-9a-f]{64}", one["partialFingerprints"]["xasplit/v1"])
    return list(run["results"])


def test_a_clean_review_has_no_results() -> None:
    assert results(small.reviewed(small.clean(), Path())) == []


def test_a_finding_is_at_its_function_in_the_tested_source(bad: ReviewResult) -> None:
    (one,) = results(bad)
    place = one["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "lib/xarray_split.c"
    line = place["region"]["startLine"]
    text = (small.planted().directory / "lib/xarray_split.c").read_text().splitlines()[line - 1]
    assert re.match(r"void xas_split\(", text)
    assert one["level"] == "error" and one["ruleId"] == "node-count"
    assert "split-nodes-outside" in one["message"]["text"]


def test_a_finding_of_the_port_is_in_this_project(bad: ReviewResult) -> None:
    (diagnosis,) = bad.search.diagnoses
    (tested,) = bad.implementations
    search = replace(bad.search, implementations=[replace(tested, name="port")])
    mine = replace(diagnosis, smallest=replace(diagnosis.smallest, implementation="port"))
    search.__dict__.update(diagnoses=[mine], wheres=[NOT_ASKED])
    (one,) = results(ReviewResult(bad.options, search, complete=True))
    uri = one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "models/port/lib/xarray_split.c"
    assert one["partialFingerprints"] != results(bad)[0]["partialFingerprints"]


def test_where_to_look_first_is_told_as_a_ranking(bad: ReviewResult) -> None:
    (one,) = results(bad)
    suspects = bad.search.wheres[0].suspects
    told = one["relatedLocations"]
    assert len(told) == len(suspects) > 0
    for place, (related, suspect) in enumerate(zip(told, suspects, strict=True), 1):
        physical = related["physicalLocation"]
        assert related["id"] == place
        assert physical["artifactLocation"]["uri"] == suspect.file
        assert physical["region"] == {"startLine": suspect.line}
        assert "no proof" in related["message"]["text"]
        assert suspect.why[0] in related["message"]["text"]


@pytest.mark.parametrize(
    ("origin", "state", "level"),
    [
        (Placed(Origin.NEW, ("patch 2 of 4",), "XArray: split"), "new", "error"),
        (Placed(Origin.WORSE, ("patch 1 of 4",)), "updated", "error"),
        (Placed(Origin.BEFORE), "unchanged", "note"),
        (Placed(Origin.UNDECIDED, reason="the base hangs"), None, "error"),
    ],
)
def test_where_a_finding_comes_from(
    origin: Placed, state: str | None, level: str, bad: ReviewResult
) -> None:
    bad.search = replace(bad.search)
    found = small.broken()
    vars(bad.search).update(diagnoses=found.diagnoses, origins=[origin], wheres=[NOT_ASKED])
    (one,) = results(bad)
    assert (one.get("baselineState"), one["level"]) == (state, level)
    assert one["properties"]["origin"]["origin"] == origin.origin.value
    assert one["properties"]["origin"]["since"] == list(origin.since)
    assert f"Origin: {origin}" in one["message"]["text"]


def test_what_readers_broke_is_told_but_not_what_is_documented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = small.explored(tmp_path)
    assert results(done) == []
    monkeypatch.setattr(Found, "documented", False)
    (one,) = results(done)
    assert one["level"] == "error" and one["ruleId"] in PROMISES
    assert one["locations"][0]["logicalLocations"][0]["name"] == "xas_split"


def test_a_fingerprint_lasts_from_version_to_version(bad: ReviewResult) -> None:
    (before,) = results(bad)
    old = bad.search
    (tested,) = old.implementations
    (diagnosis,) = deepcopy(old.diagnoses)
    diagnosis.cause.failures[0].cases += 7
    newer = replace(diagnosis, smallest=replace(diagnosis.smallest, implementation="Linux 7"))
    search = replace(old, implementations=[replace(tested, name="Linux 7")])
    search.__dict__.update(diagnoses=[newer], wheres=[NOT_ASKED])
    (after,) = results(ReviewResult(bad.options, search, complete=True))
    assert "Linux 7" in after["message"]["text"]
    assert before["partialFingerprints"] == after["partialFingerprints"]
    newer.cause.first = (replace(newer.smallest, property="lru"),)
    (other,) = results(ReviewResult(bad.options, search, complete=True))
    assert other["partialFingerprints"] != after["partialFingerprints"]


def test_an_incomplete_review_says_so(bad: ReviewResult) -> None:
    bad.complete = False
    assert results(bad)


PORT = port_source()


@pytest.mark.parametrize(
    ("name", "path", "text"),
    [
        ("xas_split", "lib/xarray_split.c", "void xas_split("),
        ("xas_split_alloc", "lib/xarray_split.c", "void xas_split_alloc("),
        ("xas_try_split", "lib/xarray_split.c", "void xas_try_split("),
        ("xas_store", "lib/xarray.c", "void *xas_store("),
    ],
)
def test_definitions_are_found_not_calls(name: str, path: str, text: str) -> None:
    found = locate.of_function(PORT, name)
    assert (found.path, found.function) == (path, name)
    assert (PORT.directory / path).read_text().splitlines()[found.line - 1].startswith(text)


def test_every_function_that_an_operation_runs_is_in_the_port() -> None:
    for code in Code:
        one = Finding("port", 2, "x", "", "", 0, (Operation(code),), b"", b"")
        found = locate.of_finding(PORT, one)
        assert found.function == locate.function(one)
        line = (PORT.directory / found.path).read_text().splitlines()[found.line - 1]
        assert found.function in line and not line.rstrip().endswith(";")


def test_a_definition_over_several_lines(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    text = "/* f() { */\nint f(int);\n#define f(x) {}\nstatic inline\nvoid *f(int a,\n\tint b)\n{\n"
    (tmp_path / "lib/a.c").write_text(text)
    source = replace(PORT, directory=tmp_path, units=("lib/a.c",), sha256={"lib/a.c": "0"})
    assert locate.of_function(source, "f") == locate.Location("lib/a.c", 5, "f")
    assert locate.of_function(source, "g") == locate.Location("lib/xarray.c", 1, "")


def test_a_finding_of_the_request_is_at_the_request() -> None:
    split, shown = Operation(Code.SPLIT, 0, 3, 0, 4), Operation(Code.SNAPSHOT)
    one = Finding("port", 2, "split-requests", "", "", 0, (split, shown), b"", b"")
    assert locate.function(one) == "xas_split_alloc"
    assert locate.function(replace(one, property="node-count", operation=1)) == "xas_split"
    assert locate.function(replace(one, property="node-count", operation=None)) == "xas_split"
    assert locate.function(replace(one, operations=(shown,))) == "xas_split"


@pytest.mark.kernel
@kernels.each
def test_lines_of_a_kernel(kernel: Kernel) -> None:
    source = kernel.source
    for name in ("xas_split", "xas_split_alloc", "xas_store"):
        found = locate.of_function(source, name)
        line = (source.directory / found.path).read_text().splitlines()[found.line - 1]
        assert found.path == "lib/xarray.c" and re.match(rf"void \*?{name}\(", line)
    for code in Code:
        one = Finding("Linux", 6, "x", "", "", 0, (Operation(code),), b"", b"")
        missing = {"xas_try_split", "xas_try_split_min_order"}
        assert locate.of_finding(source, one).function or locate.function(one) in missing
