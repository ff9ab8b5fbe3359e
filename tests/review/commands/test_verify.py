# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit verify``: true bundles are confirmed, forged ones are not, whatever their hashes."""

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from review.verify import recheck
from review.verify.account import HOW, Account
from review.verify.report import conclusion
from tests.review import forge
from tests.review.forge import Change
from tests.review.verifying import rejected, verified

pytestmark = pytest.mark.usefixtures("one_theorem")


@pytest.mark.parametrize("solvers", [("cvc5",), ("bitwuzla", "cvc5"), ()])
def test_the_ports_bundle_is_confirmed_by_any_solvers(
    solvers: tuple[str, ...], good_bundle: Path
) -> None:
    words = [word for solver in solvers for word in ("--solver", solver)]
    status, text = verified(good_bundle, "--strict", *words)
    assert status == 0
    last = " ".join(text.rpartition("\n\n")[2].split())
    assert last.startswith("Rechecked and confirmed: ") and "Everything" not in text
    for told in (" files by their hashes; ", "12 claims, 1 exit status decided again from the",
                 "4 obligations made anew and put to solvers; 1 theorem"):  # fmt: skip
        assert told in last
    rest = json.loads(verified(good_bundle, "--json")[1])["rest_on_the_review"]
    assert rest > 100
    assert last.endswith(
        f"Not rechecked: {rest} results of searches and measurements, which rest on the review."
    )


def test_what_could_not_be_rechecked_is_in_the_last_line() -> None:
    account = Account()
    assert conclusion(account, Counter()) == (
        "Rechecked and confirmed: nothing. Not rechecked: nothing."
    )
    for kind in HOW:
        account.confirm(kind, "x")
    account.skip("schedule", "x", "no kernel")
    account.interrupted = True
    told = conclusion(account, Counter({"searches and measurements": 5, "proofs of C code": 2}))
    assert all(way in told for way in HOW.values())
    assert told.endswith(
        "Not rechecked: 1 schedule told above and 7 results of searches and measurements and proofs"
        " of C code, which rest on the review and what Ctrl-C cut short."
    )


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


def test_ctrl_c_keeps_what_was_found(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(recheck, "check_obligations", interrupted)
    status, text = verified(good)
    assert status == 1 and "12 claims" in text and "what Ctrl-C cut short" in text
    assert json.loads(verified(good, "--json")[1])["interrupted"] is True
