# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit compare``: what is fixed, new, worse or unchanged, and what cannot be told."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from review.bundle import format as manifests
from review.commands import compare
from review.compare.pairing import Pairing
from tests.review import forge
from tests.review.forge import Change, finding
from tests.review.invoked import invoked


@pytest.fixture
def other(good_bundle: Path, tmp_path: Path) -> Path:
    """Another copy of the port's bundle."""
    return Path(shutil.copytree(good_bundle, tmp_path / "other"))


def compared(first: Path, second: Path, *words: str) -> tuple[int, str]:
    """The exit status, and what was printed: on standard output, or the error's line."""
    return invoked(compare.command, first, second, *words)


def changed(first: Path, second: Path, way: str) -> list[tuple[str, str, str, str]]:
    """What changed in this way: kind, name, before and after."""
    status, text = compared(first, second, "--json")
    told = json.loads(text)
    assert status == told["regression"] == any(x["way"] == "worse" for x in told["changes"])
    return [tuple(one.values())[1:] for one in told["changes"] if one["way"] == way]


def kinds(found: list[tuple[str, str, str, str]]) -> set[str]:
    return {one[0] for one in found}


def clear(told: dict[str, Any]) -> None:
    """A bundle without its findings, and the artefacts that go with them."""
    told["findings"] = []
    told["artefacts"] = [
        one for one in told["artefacts"] if one["kind"] not in ("counterexample", "reproducer")
    ]


def emptied(place: Path) -> Path:
    for path in (place / "counterexamples").iterdir():
        path.unlink()
    return forge.edit(place, clear)


def test_the_same_bundle_twice(bad_bundle: Path, good_bundle: Path) -> None:
    for place in (bad_bundle, good_bundle):
        status, text = compared(place, place)
        assert status == 0 and "No regression." in text and "Worse" not in text
    assert "node-count" in compared(bad_bundle, bad_bundle)[1]
    ways = {
        one["way"] for one in json.loads(compared(good_bundle, good_bundle, "--json")[1])["changes"]
    }
    assert ways == {"unchanged"}


def test_a_finding_that_is_gone_is_fixed(bad_bundle: Path, bad: Path) -> None:
    emptied(bad)
    ((kind, name, before, after),) = changed(bad_bundle, bad, "better")
    assert (kind, after) == ("finding", "fixed")
    assert name.startswith("Linux 6.18: node-count") and before.startswith("counterexamples/")
    assert compared(bad_bundle, bad)[0] == 0
    ((_, _, _, told),) = changed(bad, bad_bundle, "worse")
    assert told.startswith("new: counterexamples/")
    assert compared(bad, bad_bundle)[1].endswith("A REGRESSION.\n")


def deviating(told: dict[str, Any]) -> None:
    told["known_deviations"].append(
        dict.fromkeys(("property", "statement", "cause"), "said")
        | {"implementation": "Linux 6.18", "name": "pause-at-top", "cases": 0, "set_aside": 2}
    )


def test_known_deviations_are_compared(bad_bundle: Path, bad: Path) -> None:
    forge.edit(bad, deviating)
    name = ("deviation", "Linux 6.18: pause-at-top")
    assert changed(bad_bundle, bad, "worse") == [(*name, "", "new")]
    assert changed(bad, bad_bundle, "better") == [(*name, "still there", "gone")]
    assert (*name, "", "still there") in changed(bad, bad, "unchanged")
    other = [("deviation", "Linux 6.18: pause-at-top", "still there", "not asked for")]
    incomplete = forge.edit(
        Path(shutil.copytree(bad_bundle, bad.parent / "incomplete")),
        lambda told: told.update(complete=False),
    )
    assert [one for one in changed(bad, incomplete, "cannot be told") if one[0] == "deviation"] == (
        other
    )


def seed(told: dict[str, Any]) -> None:
    told["options"]["seed"] = 2
    command = told["options"]["command"]
    command[command.index("--seed") + 1] = "2"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda told: told.update(complete=False), "the second review is incomplete"),
        (seed, "the searches differ (seed 1, then 2)"),
        (lambda told: told["tested"][0].update(name="port"), "was not tested again"),
    ],
)
def test_what_was_not_looked_for_in_the_same_way_is_not_fixed(
    change: Change, why: str, bad_bundle: Path, bad: Path
) -> None:
    emptied(bad)
    forge.edit(bad, change)
    (found,) = (one for one in changed(bad_bundle, bad, "cannot be told") if one[0] == "finding")
    assert why in found[3]
    assert "finding" not in kinds(changed(bad_bundle, bad, "better"))


def test_names_of_versions_and_files_do_not_matter(bad_bundle: Path, bad: Path) -> None:
    def rename(told: dict[str, Any]) -> None:
        text = json.dumps(told).replace("Linux 6.18", "Linux 6.19 + 3 patches")
        told.clear()
        told.update(json.loads(text))
        told["tested"][0]["files"]["lib/xarray.c"] = "0" * 64

    forge.edit(bad, rename)
    ((name, _),) = [
        one[1:3] for one in changed(bad_bundle, bad, "unchanged") if one[0] == "finding"
    ]
    assert name.startswith("Linux 6.19 + 3 patches: ")
    assert "other code" in compared(bad_bundle, bad)[1]


def test_a_finding_that_shows_elsewhere_is_the_same_one(bad_bundle: Path, bad: Path) -> None:
    forge.edit(bad, lambda told: told["findings"][0]["smallest"].update(chunk_shift=3))
    assert "finding" in kinds(changed(bad_bundle, bad, "unchanged"))
    forge.edit(bad, finding(properties=["node-count"]))
    assert "finding" in kinds(changed(bad_bundle, bad, "unchanged"))


def test_a_finding_that_breaks_more_is_worse(bad_bundle: Path, bad: Path) -> None:
    forge.edit(bad, finding(properties=["node-count", "split-nodes-outside", "lru"]))
    ((_, _, _, told),) = changed(bad_bundle, bad, "worse")
    assert told == "now breaks lru too"


def test_another_place_is_another_finding(bad_bundle: Path, bad: Path) -> None:
    forge.edit(bad, finding(site="split by several levels"))
    assert kinds(changed(bad_bundle, bad, "worse")) == {"finding"}
    assert kinds(changed(bad_bundle, bad, "better")) == {"finding"}


def claim(decision: str, strength: str | None, name: str = "C5") -> Change:
    def change(told: dict[str, Any]) -> None:
        one = next(one for one in told["claims"] if one["id"] == name)
        verdict = f"{decision} ({strength})" if strength else decision
        one.update(decision=decision, strength=strength, verdict=verdict)

    return change


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        (("holds", "proved"), ("fails", None), "worse"),
        (("holds", "sampled"), ("undecided", None), "worse"),
        (("holds", "proved"), ("holds", "complete"), "worse"),
        (("holds", "sampled"), ("holds", "complete"), "better"),
        (("fails", None), ("holds", "sampled"), "better"),
        (("undecided", None), ("holds", "sampled"), "better"),
        (("fails", None), ("undecided", None), "cannot be told"),
        (("undecided", None), ("fails", None), "cannot be told"),
        (("fails", None), ("fails", None), "unchanged"),
    ],
)
def test_claims(
    before: tuple[str, str | None], after: tuple[str, str | None], way: str,
    good: Path, other: Path,
) -> None:  # fmt: skip
    forge.edit(good, claim(*before))
    forge.edit(other, claim(*after))
    assert "C5" in {one[1] for one in changed(good, other, way)}


def test_claims_that_are_left_out(good_bundle: Path, good: Path) -> None:
    held = {one["id"] for one in forge.manifest_of(good)["claims"] if one["decision"] == "holds"}
    forge.edit(good, lambda told: told["claims"].clear())
    worse = changed(good_bundle, good, "worse")
    assert {one[1] for one in worse} == held and held


def test_theorems(good_bundle: Path, good: Path) -> None:
    forge.edit(good, lambda told: told["theorems"]["theorems"][0].update(status="timeout"))
    ((kind, _, before, after),) = changed(good_bundle, good, "worse")
    assert (kind, before, after) == ("theorem", "proved", "timeout")
    assert kinds(changed(good, good_bundle, "better")) == {"theorem"}
    forge.edit(good, lambda told: told["theorems"].update(theorems=[]))
    assert ("proved", "missing") in [one[2:] for one in changed(good_bundle, good, "worse")]


def readers(*verdicts: str) -> Change:
    """A table of one writer against as many readers."""

    def change(told: dict[str, Any]) -> None:
        table = [
            {"reader": f"reader-{number}", "writer": "split", "memory": "weak", "verdict": verdict,
             "executions": 1, "states": 1, "complete": True, "bounds": []}
            for number, verdict in enumerate(verdicts)
        ]  # fmt: skip
        told["readers"] = [
            {"name": "port", "executions": 1, "states": 1, "collision_probability": 0.0,
             "not_explored": [], "unsupported": 0,
             "findings": [], "table": table}
        ]  # fmt: skip

    return change


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        ("holds", "FAILS find-covers", "worse"),
        ("FAILS find-covers", "holds", "better"),
        ("FAILS find-covers", "FAILS old-or-new", "worse"),
        ("holds; limit reached", "fails with no race find-covers; limit reached", "worse"),
        ("unreliable order-true", "holds", "unchanged"),
    ],
)
def test_readers(before: str, after: str, way: str, good: Path, other: Path) -> None:
    forge.edit(good, readers(before))
    forge.edit(other, readers(after))
    assert "reader" in kinds(changed(good, other, way))


def test_a_prefix_that_does_not_compile_any_more(good_bundle: Path, good: Path) -> None:
    forge.edit(good, lambda told: told.update(does_not_compile=["patch 2: error"]))
    assert kinds(changed(good_bundle, good, "worse")) == {"patch"}
    assert kinds(changed(good, good_bundle, "better")) == {"patch"}


def test_an_incomplete_bundle_is_told(good_bundle: Path, good: Path) -> None:
    forge.edit(good, lambda told: told.update(complete=False))
    assert "INCOMPLETE review" in compared(good_bundle, good)[1]


@pytest.mark.parametrize(
    "make",
    [
        lambda place: (place / "report.txt").write_text("x"),
        lambda place: (place / "manifest.json").write_text("{"),
        lambda place: (place / "manifest.json").unlink(),
        lambda place: (place / "link").symlink_to("/etc/passwd"),
    ],
)
def test_what_cannot_be_read(make: Callable[[Path], object], good_bundle: Path, good: Path) -> None:
    make(good)
    assert compared(good_bundle, good)[0] == compared(good, good_bundle)[0] == 2


def named(name: str, source: str = "s", digit: str = "0") -> manifests.Tested:
    return manifests.Tested(name, source, "", "", False, {"lib/xarray.c": digit * 64}, None)


def pairs(
    first: list[manifests.Tested], second: list[manifests.Tested]
) -> list[tuple[str, str | None]]:
    found = Pairing(first, second)
    return [(one.name, found.second(one.name)) for one in first]


def test_implementations_are_paired_by_what_they_are() -> None:
    port, other = named("port"), named("port", digit="1")
    v1, v2 = named("Linux 6.18", "a + 3 patches", "2"), named("Linux 6.19", "b", "3")
    assert pairs([port, v1], [v2, other]) == [("port", "port"), ("Linux 6.18", "Linux 6.19")]
    assert pairs([v1], [other]) == [("Linux 6.18", None)]
    more = named("Linux 6.12", "c", "4")
    assert pairs([v1], [more, named("Linux 6.18", "d", "5")]) == [("Linux 6.18", "Linux 6.18")]
    assert pairs([v1], [more, named("Linux 7", "e", "2")]) == [("Linux 6.18", "Linux 7")]
    assert pairs([v1], [more, v2]) == [("Linux 6.18", None)]
