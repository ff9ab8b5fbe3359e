# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit verify``: true bundles are confirmed, forged ones are not, whatever their hashes."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from models.kernel.source import Source
from proofs import catalogue, run
from proofs.solvers import Answer
from review import subjects, verify
from review.bundle import check_cases, check_obligations
from tests.review.bundle import forge, small
from tests.review.bundle.forge import Change, finding

CASE = "counterexamples/01-Linux-6.18-node-count.json"


@pytest.fixture(autouse=True)
def one_theorem(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no other theorem were promised than the one that the bundle has."""
    monkeypatch.setattr(catalogue, "promised", lambda names=(): (small.THEOREM,))


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """``--kernel planted`` names the port with the defect."""

    def sources(kernels: tuple[str, ...], *_: object, **__: object) -> list[Source]:
        return [small.planted()] if kernels else []

    monkeypatch.setattr(subjects, "kernel_sources", sources)


def verified(*arguments: object) -> tuple[int, str]:
    """The exit status, and what was printed: on standard output, or the error's line."""
    words = [str(one) for one in arguments]
    done = CliRunner().invoke(verify.command, words, standalone_mode=False)
    if done.exception is not None:
        told = getattr(done.exception, "message", None)
        assert told is not None, repr(done.exception)
        assert "\n" not in told
        return 2, told
    return int(done.return_value), done.stdout


def rejected(*arguments: object) -> list[tuple[str, str, str]]:
    """What is not confirmed: its kind, name and remark."""
    status, text = verified(*arguments, "--json")
    told = json.loads(text)
    assert status == (0 if told["confirmed_all"] else 1)
    return [tuple(one.values()) for one in told["not_confirmed"]]


def impossible(*arguments: object) -> list[tuple[str, str, str]]:
    status, text = verified(*arguments, "--json")
    assert status == 0
    return [tuple(one.values()) for one in json.loads(text)["not_rechecked"]]


@pytest.mark.parametrize("solvers", [("cvc5",), ("bitwuzla", "cvc5"), ()])
def test_the_ports_bundle_is_confirmed_by_any_solvers(
    solvers: tuple[str, ...], good_bundle: Path
) -> None:
    words = [word for solver in solvers for word in ("--solver", solver)]
    status, text = verified(good_bundle, "--strict", *words)
    assert status == 0
    assert "Everything is confirmed." in text and "4 obligations, 1 theorem" in text
    assert "rest on the review" in text


def test_a_changed_byte_is_named_and_nothing_is_rechecked(good: Path) -> None:
    (path,) = [path for path in good.rglob("*.smt2") if "premises" in path.name][:1]
    path.write_bytes(path.read_bytes().replace(b"sat", b"sAt", 1))
    (found,) = rejected(good)
    assert found[:2] == ("file", path.relative_to(good).as_posix())
    status, text = verified(good)
    assert status == 1 and "claim" not in text and text.endswith("NOT CONFIRMED.\n")


def test_a_changed_manifest_is_named(good: Path) -> None:
    path = good / "manifest.json"
    path.write_text(path.read_text().replace('"holds"', '"fails"', 1))
    ((kind, name, _),) = rejected(good)
    assert (kind, name) == ("file", "manifest.json")


@pytest.mark.parametrize(
    "make",
    [
        lambda place: (place / "manifest.json").unlink(),
        lambda place: (place / "manifest.json").write_text("{"),
        lambda place: os.mkfifo(place / "pipe"),
        lambda place: (place / "link").symlink_to("/etc/passwd"),
        lambda place: forge.edit(place, lambda told: told.pop("claims")),
    ],
)
def test_what_cannot_be_read_is_one_line(make: Callable[[Path], object], good: Path) -> None:
    make(good)
    assert verified(good)[0] == 2


def test_no_bundle(tmp_path: Path) -> None:
    assert verified(tmp_path / "none") == (
        2, f"{tmp_path}/none: No such file or directory; a bundle is a folder with a manifest.json"
    )  # fmt: skip
    assert "manifest.json" in verified(tmp_path)[1]


def path_of(place: Path, **wanted: object) -> str:
    """The obligation's file that the manifest tells this of."""
    told = forge.manifest_of(place)["obligations"]
    return str(next(one for one in told if all(one[k] == v for k, v in wanted.items()))["path"])


TRIVIAL = b"(set-logic QF_BV)\n; expected: unsat\n(assert false)\n(check-sat)\n"


def test_a_trivially_true_obligation_is_not_the_theorems(good: Path) -> None:
    path = path_of(good, expected="unsat")
    forge.replace(good, path, TRIVIAL)
    found = rejected(good, "--solver", "z3")
    assert found[0][1] == path
    assert "not the obligation that this version makes (z3 unsat)" in found[0][2]
    assert {one[0] for one in found} == {"obligation", "theorem", "theorem family"}


@pytest.mark.parametrize(
    "text",
    [
        b'(set-logic QF_BV)\n(set-option :regular-output-channel "%s")\n(check-sat)\n',
        b'(set-logic QF_BV)\n(include "%s")\n(check-sat)\n',
        b"(set-logic QF_BV)\n(exit)\n(check-sat)\n",
        b"(check-sat)\n",
        b"(set-logic ALL)\n(check-sat)\n",
        b"(set-logic QF_BV)\n" + b"(" * 5_000 + b")" * 5_000 + b"(check-sat)\n",
        b"(set-logic QF_BV)\n(assert false)\n",
        b"(set-logic QF_BV) \xff (check-sat)\n",
        b"no script",
        b"",
    ],
)
def test_a_script_that_does_more_than_ask_is_put_to_no_solver(
    text: bytes, good: Path, tmp_path: Path
) -> None:
    written = tmp_path / "written"
    path = path_of(good, expected="unsat")
    forge.replace(good, path, text.replace(b"%s", os.fsencode(written)))
    found = {one[1]: one[2] for one in rejected(good, "--solver", "cvc5")}
    assert "no solver was asked" in found[path]
    assert not written.exists()


def test_an_obligation_that_is_left_out_is_missed(good: Path) -> None:
    path = path_of(good, control=True)

    def drop(told: dict[str, Any]) -> None:
        told["obligations"] = [one for one in told["obligations"] if one["path"] != path]
        told["artefacts"] = [one for one in told["artefacts"] if one["path"] != path]

    (good / path).unlink()
    found = {one[1]: one[2] for one in rejected(forge.edit(good, drop), "--solver", "z3")}
    assert "missing" in found[path] and small.THEOREM in found


def test_an_obligation_of_no_theorem(good: Path) -> None:
    def rename(told: dict[str, Any]) -> None:
        for one in told["theorems"]["theorems"]:
            one["name"] = "N9.none"
        for one in (*told["obligations"], *told["artefacts"]):
            if one["path"].startswith("obligations/"):
                one["path"] = one["path"].replace(small.THEOREM, "N9.none")
            if "theorem" in one:
                one["theorem"] = "N9.none"

    (good / "obligations" / small.THEOREM).rename(good / "obligations" / "N9.none")
    found = rejected(forge.edit(good, rename), "--solver", "z3")
    assert any(one[2] == "this version of xasplit has no such theorem" for one in found)


def test_answers_are_found_again_not_believed(good: Path) -> None:
    def lie(told: dict[str, Any]) -> None:
        for one in told["obligations"]:
            one["answers"] = {"z3": "sat" if one["expected"] == "unsat" else "unsat"}

    found = rejected(forge.edit(good, lie), "--solver", "cvc5")
    assert [one for one in found if one[0] == "obligation" and "as the bundle says" in one[2]]
    assert any(one[0] == "theorem" for one in found)


def test_a_file_without_an_answer_is_not_confirmed_by_its_absence(good: Path) -> None:
    def forget(told: dict[str, Any]) -> None:
        for one in told["obligations"]:
            one["answers"] = {}

    found = rejected(forge.edit(good, forget), "--solver", "cvc5")
    assert ("theorem", small.THEOREM) in [one[:2] for one in found]


def test_a_solver_that_does_not_know_the_logic_confirms_nothing(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_obligations, "supports", lambda solver, logic: False)
    found = impossible(good, "--solver", "bitwuzla")
    assert len(found) == 4 and {one[2] for one in found} == {"bitwuzla does not know its logic"}
    assert verified(good, "--solver", "bitwuzla", "--strict")[0] == 1


def crashes(solver: str, script: str, logic: str, limit: float) -> Answer:
    """A solver that crashes."""
    os.abort()


def hangs(solver: str, script: str, logic: str, limit: float) -> Answer:
    """A solver that does not end."""
    while True:
        pass


@pytest.mark.parametrize(("function", "said"), [(crashes, "died"), (hangs, "timeout")])
def test_a_solver_may_crash_or_hang(
    function: Callable[..., Answer], said: str, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "decide", function)
    monkeypatch.setattr(run, "GRACE", 4.0)
    found = rejected(good, "--solver", "z3", "--timeout", "0.1")
    assert any("not decided again" in one[2] and said in one[2] for one in found)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda told: told["claims"][1].update(decision="fails", strength=None), "claim"),
        (lambda told: told["claims"][1].update(missing=["theorem:N1"]), "claim"),
        (lambda told: told["claims"][1].update(statement="anything"), "claim"),
        (lambda told: told["claims"][1].update(rests_on=[]), "claim"),
        (lambda told: told["claims"].pop(), "claim"),
        (lambda told: told["claims"][1].update(id="C9"), "claim"),
        (lambda told: told["evidence"].clear(), "claim"),
        (lambda told: told.update(exit_status=1 - told["exit_status"]), "exit status"),
        (lambda told: told.update(complete=False), "exit status"),
        (lambda told: told["theorems"]["theorems"][0].update(controls=7), "theorem"),
        (lambda told: told.update(theorems=None), "theorem family"),
    ],
)
def test_verdicts_must_follow_from_what_is_listed(change: Change, kind: str, good: Path) -> None:
    found = rejected(forge.edit(good, change), "--solver", "z3")
    assert kind in {one[0] for one in found}


def test_a_claim_made_better_than_its_evidence(good: Path) -> None:
    def better(told: dict[str, Any]) -> None:
        for one in told["claims"]:
            if one["decision"] == "undecided":
                one.update(decision="holds", verdict="holds (sampled)", strength="sampled")

    assert any(one[0] == "claim" for one in rejected(forge.edit(good, better)))


@pytest.mark.usefixtures("kernel")
def test_a_counterexample_is_replayed_on_its_source_alone(bad_bundle: Path) -> None:
    (case, code) = impossible(bad_bundle)
    assert case[0] == "counterexample" and "--kernel with Linux 6.18" in case[2]
    assert code[0] == "reproducer" and "--run-reproducers" in code[2]
    status, text = verified(bad_bundle, "--kernel", "planted", "--run-reproducers", "--strict")
    assert status == 0 and "1 counterexample, 1 reproducer" in " ".join(text.split())
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
        ("static noinline void check_x(struct xarray *xa)\n{\n\tXA_BUG_ON(xa, 1);\n}\n",
         "fails with the port too"),
        ('static noinline void check_x(struct xarray *xa)\n{\n}\n#include "/etc/passwd"\n',
         "does not compile"),
        ("int x;\n", "ValueError"),
    ],
)  # fmt: skip
def test_a_reproducer_must_tell_the_source_from_the_port(code: str, told: str, bad: Path) -> None:
    forge.replace(bad, CASE.replace(".json", ".c"), f"{code}\n".encode())
    forge.edit(bad, lambda all_of_it: all_of_it["findings"][0]["reproducer"].update(code=code))
    (found,) = rejected(bad, "--kernel", "planted", "--run-reproducers")
    assert found[0] == "reproducer" and told in found[2]
    assert "root:" not in found[2]
    assert not [one for one in rejected(bad, "--kernel", "planted") if one[0] == "reproducer"]


def test_a_reproducer_must_be_the_one_that_is_shown(bad: Path) -> None:
    forge.replace(bad, CASE.replace(".json", ".c"), b"int x;\n")
    (found,) = rejected(bad)
    assert found[0] == "reproducer" and "not the one that the manifest shows" in found[2]


@pytest.fixture
def raced(tmp_path: Path) -> Path:
    """A bundle with a schedule."""
    return small.with_schedule(tmp_path / "raced")


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


def test_ctrl_c_keeps_what_was_found(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(verify, "check_obligations", interrupted)
    status, text = verified(good)
    assert status == 1 and "12 claims" in text and "Interrupted" in text
    assert json.loads(verified(good, "--json")[1])["interrupted"] is True
