# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit reply``: the mails that answer a series, which git send-email and mutt can read."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from models.subject.implementation import examine
from models.sweep.sweep import Unit, run_unit
from review.commands.reply import command
from review.report.layout import WIDTH
from review.report.write import write
from review.run import subjects
from review.run.named import NamedKernels
from review.run.search_result import SearchResult, SearchState
from tests.kernel_tree import change, git, make_kernel
from tests.review import forge, small
from tests.review.invoked import invoked
from tests.tools import needs

COUNT = "	unsigned int values = node->nr_values;\n"
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A Reviewer"), ("EMAIL", "reviewer@example.org"))
}
ME = ("--from", "A Reviewer <reviewer@example.org>")


def series(folder: Path, *, wrong: bool) -> tuple[Path, Path]:
    """A kernel, and two patches for it with a cover letter, the second of them perhaps wrong."""
    tree = make_kernel(folder / "linux")
    # Its test has nothing that a reproducer needs; one of a kernel would take long to compile.
    git(tree, "rm", "--quiet", "lib/test_xarray.c")
    git(tree, "commit", "--quiet", "--message=no test")
    git(tree, "tag", "--force", "base")
    change(tree, "lib/xarray.c", COUNT, f"	/* the sum */\n{COUNT}", "XArray: a comment")
    more = "	node->count++;\n" if wrong else "	/* nothing */\n"
    change(tree, "lib/xarray.c", COUNT, COUNT + more, "XArray: count")
    text = git(
        tree, "format-patch", "--stdout", "--cover-letter", "--thread=shallow",
        "--to=list@example.org", "--cc=Jürgen Tester <j@example.org>", "base..HEAD",
    )  # fmt: skip
    (folder / "box").write_text(text.replace("*** SUBJECT HERE ***", "Count them all"))
    git(tree, "reset", "--quiet", "--hard", "base")
    return tree, folder / "box"


def reviewed(folder: Path, *, wrong: bool) -> Path:
    """The bundle of a small review of it."""
    tree, box = series(folder, wrong=wrong)
    named = NamedKernels(kernels=(str(tree),), mailboxes=(str(box),))
    (source,) = subjects.kernel_sources(named)
    one = replace(examine(source, (2, 6)), name="Count them all")
    found = SearchResult([one], SearchState(result=run_unit(Unit(2, 3, 1), [one])), 1, True)
    (folder / "bundle").mkdir()
    done = small.reviewed(found, folder / "bundle")
    done.options = replace(done.options, kernels=named.kernels, mailboxes=named.mailboxes)
    write(done, folder / "bundle")
    return folder / "bundle"


@pytest.fixture(scope="module")
def wrong_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reviewed(tmp_path_factory.mktemp("wrong"), wrong=True)


@pytest.fixture(scope="module")
def right_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reviewed(tmp_path_factory.mktemp("right"), wrong=False)


Reply = Callable[..., dict[str, EmailMessage]]


@pytest.fixture
def reply(tmp_path: Path) -> Reply:
    """The mails that the command writes, by name."""

    def replied(bundle: Path, *words: str) -> dict[str, EmailMessage]:
        folder = tmp_path / "out"
        status, _ = invoked(command, bundle, *ME, "--out", folder, *words)
        assert status == 0
        read = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        return {
            name: message_from_bytes(content, policy=policy.default)
            for name, content in read.items()
        }

    return replied


def text_of(one: EmailMessage) -> str:
    content = one.get_content()
    assert isinstance(content, str)
    return content


def posted(bundle: Path) -> list[EmailMessage]:
    """The mails of the series, the cover letter first."""
    box = bundle / "series" / "01.mbx"
    parts = box.read_bytes().split(b"\nFrom ")
    return [message_from_bytes(part.partition(b"\n")[2], policy=policy.default) for part in parts]


def test_the_wrong_patch_is_answered_below_its_hunk(wrong_bundle: Path, reply: Reply) -> None:
    ((name, one),) = reply(wrong_bundle).items()
    cover, _, patch = posted(wrong_bundle)
    assert name == "reply-0002.eml"
    assert one["Subject"] == f"Re: {patch['Subject']}"
    assert one["In-Reply-To"] == patch["Message-Id"]
    assert one["References"].split() == [cover["Message-Id"], patch["Message-Id"]]
    assert one["To"] == "Tester <tester@example.org>"
    assert one["Cc"] == "list@example.org, Jürgen Tester <j@example.org>"
    assert one["From"] == ME[1] and one["Message-ID"] is None
    body = text_of(one)
    quoted, remark = body.index("> +	node->count++;"), body.index("This breaks ")
    assert body.startswith("On ") and 0 < quoted < remark
    assert "the sum */" not in [line[2:] for line in body.splitlines() if line[:3] == "> +"]
    for told in (
        "node-count",
        "split(index=0",
        "expected  ",
        "static noinline void check_",
        "Look",
    ):
        assert told in body[remark:], told
    assert "fails (check failed in check_" in " ".join(body.split())


def test_our_own_words_have_72_columns(wrong_bundle: Path, reply: Reply) -> None:
    """What is quoted and code are as they are."""
    ((_, one),) = reply(wrong_bundle).items()
    prose, _, rest = text_of(one).partition("\nstatic ")
    prose += rest.partition("\n}\n\nWhat was run")[2]
    long = [line for line in prose.splitlines() if len(line) > WIDTH and line[:1] != ">"]
    assert not long


def test_nothing_new_is_said_as_that_and_no_more(right_bundle: Path, reply: Reply) -> None:
    ((name, one),) = reply(right_bundle).items()
    cover, *_ = posted(right_bundle)
    assert (name, one["In-Reply-To"]) == ("reply-0000.eml", cover["Message-Id"])
    body = text_of(one)
    assert body.startswith("Nothing new was found") and "> " not in body
    assert "readers without a lock: not run" in body and "of cases" not in body
    assert not any(tag in body for tag in ("Reviewed-by", "Tested-by", "Acked-by"))


def test_what_came_with_no_one_patch_answers_the_cover_letter(
    wrong_bundle: Path, tmp_path: Path, reply: Reply
) -> None:
    bundle = Path(shutil.copytree(wrong_bundle, tmp_path / "bundle"))
    since = ["patch 1 of 2", "patch 2 of 2"]
    forge.edit(bundle, lambda told: told["findings"][0]["origin"].update(since=since))
    mails = reply(bundle)
    assert "reply-0000.eml" in mails
    body = text_of(mails["reply-0000.eml"])
    assert "with patch 1 of 2 or patch 2 of 2" in " ".join(body.split())


def test_what_cannot_be_placed_is_not_blamed_on_the_series(
    wrong_bundle: Path, tmp_path: Path, reply: Reply
) -> None:
    bundle = Path(shutil.copytree(wrong_bundle, tmp_path / "bundle"))
    unknown = {"origin": "cannot be told", "since": [], "subject": "", "reason": "time was over"}
    forge.edit(bundle, lambda told: told["findings"][0]["origin"].update(unknown))
    body = " ".join(text_of(reply(bundle)["reply-0000.eml"]).split())
    assert "Whether the series brought this cannot be told: time was over." in body
    assert "With the series node-count is broken" in body and "breaks" not in body


def test_what_was_there_before_is_no_remark(
    wrong_bundle: Path, tmp_path: Path, reply: Reply
) -> None:
    """The control: the same finding, and nothing is said of it but in a line."""
    bundle = Path(shutil.copytree(wrong_bundle, tmp_path / "bundle"))

    def before(told: dict[str, Any]) -> None:
        for one in told["findings"]:
            one["origin"].update(origin="there before", since=[], subject="")

    forge.edit(bundle, before)
    ((name, one),) = reply(bundle).items()
    assert name == "reply-0000.eml" and "Nothing new was found" in text_of(one)
    assert "There before the series" in text_of(one)


def test_a_check_that_fails_without_a_finding_is_told(
    right_bundle: Path, tmp_path: Path, reply: Reply
) -> None:
    """As a large split by itself; the control is the same, there before."""
    bundle = Path(shutil.copytree(right_bundle, tmp_path / "bundle"))

    def failing(origin: str) -> forge.Change:
        def change(told: dict[str, Any]) -> None:
            failed = {"check": "large:1G-4K", "outcome": "fails", "detail": "a node is left"}
            told["evidence"] = [{**told["evidence"][0], **failed, "origin": origin}]
            told["evidence"][0]["target"] = told["tested"][0]["name"]

        return change

    forge.edit(bundle, failing("there before"))
    (one,) = reply(bundle).values()
    assert "Nothing new was found" in text_of(one)
    forge.edit(bundle, failing("new"))
    shutil.rmtree(tmp_path / "out")
    (one,) = reply(bundle).values()
    body = text_of(one)
    assert "large:1G-4K fails (new): a node is left" in body and "Nothing new" not in body


def test_two_causes_are_two_remarks_and_two_kernels_are_one(
    wrong_bundle: Path, tmp_path: Path, reply: Reply
) -> None:
    bundle = Path(shutil.copytree(wrong_bundle, tmp_path / "bundle"))

    def more(told: dict[str, Any]) -> None:
        (one,) = told["findings"]
        none = {"code": "", "reason": "none", "chunk_shift": 6, "harness": "", "failed": ""}
        bare = {**one, "counterexample": None, "reproducer_file": None, "reproducer": none}
        told["findings"] += [{**bare, "id": 2}, {**bare, "id": 3, "implementation": "another"}]
        told["tested"].append({**told["tested"][0], "name": "another"})

    forge.edit(bundle, more)
    ((_, one),) = reply(bundle).items()
    body = text_of(one)
    assert body.count("This breaks node-count") == 2
    assert body.count("> +	node->count++;") == 1


def test_a_promise_to_readers_and_what_does_not_compile(
    right_bundle: Path, tmp_path: Path, reply: Reply
) -> None:
    bundle = Path(shutil.copytree(right_bundle, tmp_path / "bundle"))

    def broken(origin: str, since: list[str], **more: object) -> dict[str, Any]:
        placed = {"origin": origin, "since": since, "subject": "", "reason": ""}
        return {
            "chunk_shift": 2, "case": "split 1 0 2 2", "memory": "sc", "reader": "for-each-marked",
            "race": True, "promise": "load-internal", "documented": False, "origin": placed,
            "start": 2, "schedule": "4:1", "text": "index 3 gives a sibling", **more,
        }  # fmt: skip

    def explored(told: dict[str, Any]) -> None:
        findings = [
            broken("there before", []),
            broken("new", [], documented=True),
            broken("new", ["patch 2 of 2"], promise="load-null"),
            broken("new", ["patch 2 of 2"], promise="load-null", start=3),
        ]
        (one,) = told["tested"]
        told["readers"] = [
            {
                "name": one["name"], "executions": 7, "states": 5, "collision_probability": 0.0,
                "not_explored": [], "unsupported": 0, "table": [], "findings": findings,
            }
        ]  # fmt: skip
        told["does_not_compile"] = ["patch 1 of 2: lib/xarray.c:7: expected ';'"]

    forge.edit(bundle, explored)
    mails = reply(bundle)
    assert list(mails) == ["reply-0000.eml", "reply-0002.eml"]
    assert "It does not compile: patch 1 of 2" in text_of(mails["reply-0000.eml"])
    body = " ".join(text_of(mails["reply-0002.eml"]).split())
    assert "xasplit rcu --replay '2 split 1 0 2 2 sc for-each-marked 2 4:1'" in body
    assert body.count("can see what it must not") == 1 and "load-internal" not in body


def test_nothing_is_overwritten(wrong_bundle: Path, tmp_path: Path) -> None:
    words = (wrong_bundle, *ME, "--out", tmp_path, "--json")
    status, told = invoked(command, *words)
    (one,) = json.loads(told)["messages"]
    assert status == 0 and one["findings"] and Path(one["file"]).exists()
    Path(one["file"]).write_text("mine")
    assert invoked(command, *words)[0] == 2
    assert Path(one["file"]).read_text() == "mine"


def test_who_writes_is_asked_for(
    wrong_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    status, told = invoked(command, wrong_bundle)
    assert status == 2 and "who writes?" in told
    assert invoked(command, wrong_bundle, "--from", "nobody")[0] == 2


def test_a_bundle_of_no_series(wrong_bundle: Path, tmp_path: Path) -> None:
    bundle = Path(shutil.copytree(wrong_bundle, tmp_path / "bundle"))

    def of_nothing(told: dict[str, Any]) -> None:
        for one in told["tested"]:
            one["base"] = None
        for one in (*told["findings"], *told["evidence"], *told["one_level"]):
            one["origin"] = None

    forge.edit(bundle, of_nothing)
    status, told = invoked(command, bundle, *ME, "--out", tmp_path / "out")
    assert status == 2 and "of no series" in told
    assert not (tmp_path / "out").exists()


def test_a_series_that_changes_no_code_is_one(
    right_bundle: Path, tmp_path: Path, reply: Reply
) -> None:
    bundle = Path(shutil.copytree(right_bundle, tmp_path / "bundle"))
    forge.edit(bundle, lambda told: told["tested"][0]["base"].update(steps=[]))
    assert list(reply(bundle)) == ["reply-0000.eml"]


def test_a_series_of_commits_is_matched_by_subject(
    wrong_bundle: Path, tmp_path: Path, reply: Reply
) -> None:
    bundle = Path(shutil.copytree(wrong_bundle, tmp_path / "bundle"))
    box = tmp_path / "box"
    shutil.move(bundle / "series" / "01.mbx", box)
    label = "commit 0123456789ab"

    def of_commits(told: dict[str, Any]) -> None:
        options = told["options"]
        at = options["command"].index("--mbox")
        del options["command"][at : at + 2]
        options["mboxes"] = []
        told["artefacts"] = [one for one in told["artefacts"] if one["kind"] != "series"]
        for one in told["findings"]:
            one["origin"].update(since=[label], subject="XArray: count")

    forge.edit(bundle, of_commits)
    status, told = invoked(command, bundle, *ME, "--out", tmp_path / "none")
    assert status == 2 and "--mbox" in told
    assert list(reply(bundle, "--mbox", str(box))) == ["reply-0002.eml"]


@pytest.fixture
def written(wrong_bundle: Path, tmp_path: Path) -> Path:
    assert invoked(command, wrong_bundle, *ME, "--out", tmp_path / "out")[0] == 0
    return tmp_path / "out" / "reply-0002.eml"


@needs("mutt")
def test_mutt_takes_it_as_a_draft(written: Path, tmp_path: Path, wrong_bundle: Path) -> None:
    sends = tmp_path / "sends"
    sends.write_text(f"#!/bin/sh\ncat > {tmp_path}/sent\n")
    sends.chmod(0o755)
    (tmp_path / "muttrc").write_text(f"set sendmail={sends}\nset copy=no\n")
    done = subprocess.run(
        ["mutt", "-F", tmp_path / "muttrc", "-H", written],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        env={**os.environ, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    sent = message_from_bytes((tmp_path / "sent").read_bytes(), policy=policy.default)
    there = message_from_bytes(written.read_bytes(), policy=policy.default)
    for name in ("In-Reply-To", "Subject", "To", "Cc"):
        assert sent[name] == there[name]
    assert sent["References"].split() == there["References"].split()
    assert text_of(sent).strip() == text_of(there).strip()


def has_send_email() -> bool:
    path = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=False)
    return (Path(path.stdout.strip()) / "git-send-email").exists()


@pytest.mark.skipif(not has_send_email(), reason="needs git-email")
def test_git_send_email_takes_it(written: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        ["git", "send-email", "--dry-run", "--confirm=never", "--smtp-server=/bin/true", written],
        cwd=tmp_path, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, **IDENTITY, "HOME": str(tmp_path)},
    )  # fmt: skip
    there = message_from_bytes(written.read_bytes(), policy=policy.default)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert f"In-Reply-To: {there['In-Reply-To']}" in said
    assert "Result: OK" in said
    (sent,) = (line for line in done.stdout.splitlines() if line.startswith("Sendmail: "))
    assert {"tester@example.org", "list@example.org", "j@example.org"} < {*sent.split()}
