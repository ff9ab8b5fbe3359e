# SPDX-License-Identifier: GPL-2.0-or-later
"""A verifier replays what a bundle shows."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from models.case.origins import Placed
from models.case.text import too_large
from review.verify import check_cases
from review.verify.account import Account
from specs.origin import Origin
from tests.review import forge, small
from tests.review.forge import Change, finding
from tests.review.verifying import impossible, rejected, verified
from xarray_model.operations import Code, Flag, Operation

pytestmark = pytest.mark.usefixtures("one_theorem")

CASE = "counterexamples/01-Linux-6.18-node-count.json"


@pytest.mark.usefixtures("kernel")
def test_a_counterexample_is_replayed_on_its_source_alone(bad_bundle: Path) -> None:
    (case, code) = impossible(bad_bundle)
    assert case[0] == "counterexample" and "--kernel with Linux 6.18" in case[2]
    assert code[0] == "reproducer" and "--run-reproducers" in code[2]
    status, text = verified(bad_bundle, "--kernel", "planted", "--run-reproducers", "--strict")
    assert status == 0 and "1 reproducer compiled and run" in " ".join(text.split())
    assert [one[0] for one in impossible(bad_bundle, "--kernel", "planted")] == ["reproducer"]


@pytest.mark.usefixtures("kernel")
def test_what_was_found_with_sanitizers_is_replayed_with_them(bad: Path) -> None:
    def sanitized(told: dict[str, Any]) -> None:
        told["options"]["sanitize"] = True
        told["options"]["command"].insert(2, "--sanitize")

    status, text = verified(forge.edit(bad, sanitized), "--kernel", "planted")
    assert status == 0 and "1 counterexample" in " ".join(text.split())


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize(
    "change",
    [
        finding(property="node-nr-values"),
        finding(statement="anything"),
        lambda told: told["findings"][0]["smallest"].update(chunk_shift=3),
        lambda told: told["findings"][0]["smallest"].update(detail="anything"),
        lambda told: told["findings"][0]["smallest"]["operations"].append("load(index=0)"),
        lambda told: told["tested"][0]["files"].update({"lib/xarray.c": "0" * 64}),
    ],
)
def test_a_finding_must_be_the_one_of_its_file(change: Change, bad: Path) -> None:
    forge.edit(bad, change)
    found = rejected(bad, "--kernel", "planted")
    assert found[0][:2] == ("counterexample", CASE)


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"\xff", "not UTF-8"),
        (b"{}", "is not a counterexample"),
    ],
)
def test_a_broken_counterexample_is_one_line(text: bytes, told: str, bad: Path) -> None:
    forge.replace(bad, CASE, text)
    (found,) = rejected(bad, "--kernel", "planted")
    assert found[1] == CASE and told in found[2] and found[2].isprintable()


def test_a_count_of_nodes_that_are_only_lent_is_replayed() -> None:
    """A request count that wraps in 32 bits shows after more requests than memory has room for."""
    count = Operation(Code.COUNT_ALLOC, 0, 37, 0, argument=138_547_332, flags=Flag.REPEATING)
    assert not check_cases.too_many([count], 5)
    assert check_cases.too_many([replace(count, flags=Flag.NONE)], 5)
    assert check_cases.too_many([replace(count, argument=1 << 29)], 5)
    assert too_large([count], 5) is None
    assert too_large([replace(count, argument=1 << 29)], 5) is not None


def same_finding(bad: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """A counterexample that is changed, and the manifest with it."""
    told = json.loads((bad / CASE).read_text())
    change(told)
    return forge.replace(bad, CASE, json.dumps(told).encode())


@pytest.mark.usefixtures("kernel")
def test_a_property_that_holds_is_no_finding(bad: Path) -> None:
    same_finding(bad, lambda told: told["property"].update(name="node-parent"))
    forge.edit(bad, finding(property="node-parent"))
    (found,) = rejected(bad, "--kernel", "planted")
    assert "node-parent holds, but" in found[2]


@pytest.mark.usefixtures("kernel")
def test_a_model_that_is_said_to_answer_otherwise(bad: Path) -> None:
    def other(told: dict[str, Any]) -> None:
        told["expected"]["answers"][0]["words"] = [7]

    (found,) = rejected(same_finding(bad, other), "--kernel", "planted")
    assert "the model does not answer" in found[2]


@pytest.mark.usefixtures("kernel")
def test_a_case_without_end_is_ended(bad: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_cases, "LIMIT", 3.0)
    monkeypatch.setattr(check_cases, "replayed", hangs_too)
    (found,) = rejected(bad, "--kernel", "planted")
    assert found[2] == "no end within 3 seconds"


def hangs_too(implementation: object, data: bytes) -> str:
    """A replay that does not end."""
    while True:
        pass


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("static noinline void check_x(struct xarray *xa)\n{\n}\n", "passes with the source"),
        pytest.param("static noinline void check_x(struct xarray *xa)\n{\n\tXA_BUG_ON(xa, 1);\n}\n",
                     "fails with the port too", marks=pytest.mark.long),
        ('static noinline void check_x(struct xarray *xa)\n{\n}\n#include "/etc/passwd"\n',
         "does not compile"),
        pytest.param("int x;\n", "ValueError", marks=pytest.mark.long),
    ],
)  # fmt: skip
def test_a_reproducer_must_tell_the_source_from_the_port(code: str, told: str, bad: Path) -> None:
    forge.replace(bad, CASE.replace(".json", ".c"), f"{code}\n".encode())
    forge.edit(bad, lambda all_of_it: all_of_it["findings"][0]["reproducer"].update(code=code))
    (found,) = rejected(bad, "--kernel", "planted", "--run-reproducers")
    assert found[0] == "reproducer" and told in found[2]
    assert "root:" not in found[2]


@pytest.mark.usefixtures("kernel")
def test_a_reproducer_is_run_only_where_that_is_asked_for(bad: Path) -> None:
    code = "int x;\n"
    forge.replace(bad, CASE.replace(".json", ".c"), f"{code}\n".encode())
    forge.edit(bad, lambda all_of_it: all_of_it["findings"][0]["reproducer"].update(code=code))
    assert [one[0] for one in impossible(bad, "--kernel", "planted")] == ["reproducer"]


def test_a_reproducer_must_be_the_one_that_is_shown(bad: Path) -> None:
    forge.replace(bad, CASE.replace(".json", ".c"), b"int x;\n")
    (found,) = rejected(bad)
    assert found[0] == "reproducer" and "not the one that the manifest shows" in found[2]


@pytest.fixture(scope="module")
def raced_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with a schedule."""
    return small.with_schedule(tmp_path_factory.mktemp("raced"))


@pytest.fixture
def raced(raced_bundle: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(raced_bundle, tmp_path / "raced"))


def schedule_of(place: Path) -> str:
    (entry,) = forge.manifest_of(place)["schedules"]
    return str(entry["path"])


def test_a_schedule_is_replayed(raced: Path) -> None:
    status, text = verified(raced, "--strict")
    assert status == 0 and "1 schedule" in text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda one: one.update(schedule="before"), "is not the command that replays"),
        (lambda one: one.update(version=2), "is of format version 2"),
        (lambda one: one.update(memory="sc"), "is not the command"),
        (lambda one: one["promise"].update(name="load-null"), "the manifest tells otherwise"),
        (lambda one: one["source"]["files"].update({"lib/xarray.c": "0" * 64}), "otherwise"),
    ],
)
def test_a_schedule_must_be_what_it_says(change: Change, told: str, raced: Path) -> None:
    path = schedule_of(raced)
    one = json.loads((raced / path).read_text())
    change(one)
    (found,) = rejected(forge.replace(raced, path, json.dumps(one).encode()))
    assert found[:2] == ("schedule", path) and told in found[2]


def test_a_schedule_that_breaks_nothing(raced: Path) -> None:
    path = schedule_of(raced)
    one = json.loads((raced / path).read_text())
    one["replay"] = one["replay"].replace(f" {one['schedule']}'", " before'")
    one["schedule"] = "before"
    (found,) = rejected(forge.replace(raced, path, json.dumps(one).encode()))
    assert found[2] == "it breaks nothing"


def test_a_schedule_of_another_port_cannot_be_replayed(raced: Path) -> None:
    path, other = schedule_of(raced), {"lib/xarray.c": "0" * 64}
    one = json.loads((raced / path).read_text())
    one["source"]["files"].update(other)
    forge.replace(raced, path, json.dumps(one).encode())
    forge.edit(raced, lambda told: told["tested"][0]["files"].update(other))
    (found,) = impossible(raced)
    assert found[2] == "it was found in another version of the port"


def test_a_schedule_without_its_file_cannot_be_replayed(raced: Path) -> None:
    path = schedule_of(raced)
    (raced / path).unlink()

    def forget(told: dict[str, Any]) -> None:
        told["schedules"][0].update(path=None, reason="it does not replay")
        told["artefacts"] = [one for one in told["artefacts"] if one["path"] != path]

    assert impossible(forge.edit(raced, forget))[0][0] == "schedule"


def test_an_origin_that_the_bundle_does_not_tell_is_not_judged() -> None:
    account = Account()
    placed = Placed(Origin.UNDECIDED, reason="the time was over")
    entry = SimpleNamespace(counterexample="one.json", origin=SimpleNamespace(placed=placed))
    checker = SimpleNamespace(account=account)
    assert check_cases._Checker._origin(cast(Any, checker), cast(Any, entry), False) is None
    assert account.holds(strict=False) and not account.confirmed
    assert account.impossible[0].remark == "the bundle does not tell: the time was over"
