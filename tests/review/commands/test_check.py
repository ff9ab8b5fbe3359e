# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit check`` on a tree made of the port, with one unit and no readers."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from models.diagnosis.where.rank import Suspect, Where
from models.kernel import series
from models.kernel.mailbox import Mail, read_mailbox
from models.kernel.source import Letter
from models.readers import explore
from models.sweep.sweep import Unit
from review.cli import run
from review.commands.run_options import STOP
from review.report import check_series
from review.run import checking, given_patch, subjects
from review.run import search as searches
from review.run.named import NamedKernels
from tests.kernel_tree import change, git, mailbox

FILE = "lib/xarray.c"
COUNT = "	unsigned long nodes = 0;\n"
ONE_MORE = "	unsigned long nodes = 1;\n"


EXPLORE = checking._explore
WHERE = Where((Suspect(FILE, 7, "xas_split", ("it runs where it fails",)),))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "quick_units", lambda *_: [Unit(1, 1, 0)])
    monkeypatch.setattr(searches, "complete_units", lambda *_: [])
    monkeypatch.setattr(searches, "sampled_units", lambda *_, **__: [])
    monkeypatch.setattr(searches, "FEW_HISTORIES", 0)
    monkeypatch.setattr(checking, "SHIFTS", (1,))
    monkeypatch.setattr(checking, "_explore", lambda *_: None)
    monkeypatch.setattr(checking, "located", lambda found, *_, **__: [WHERE] * len(found))
    monkeypatch.setattr(subjects, "with_known", lambda one: one)


Check = Callable[..., tuple[int, str, str]]


@pytest.fixture
def check(tree: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Check:
    """Runs the command in the tree: status, standard output, standard error."""
    monkeypatch.chdir(tree)

    def checked(*words: str, patch: Path | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["xasplit", "check", *words])
        with (patch or Path("/dev/null")).open() as given, pytest.raises(SystemExit) as ended:
            monkeypatch.setattr(sys, "stdin", given)
            run()
        out, err = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, out, err

    return checked


@pytest.fixture
def wrong(tree: Path, tmp_path: Path) -> Path:
    change(tree, FILE, COUNT, ONE_MORE, "XArray: one node more")
    return mailbox(tree, tmp_path / "wrong")


@pytest.fixture
def right(tree: Path, tmp_path: Path) -> Path:
    change(tree, FILE, COUNT, COUNT + "	/* nothing */\n", "XArray: a comment")
    return mailbox(tree, tmp_path / "right")


def test_a_tree_as_it_stands(check: Check) -> None:
    status, out, _ = check()
    assert (status, out) == (
        0,
        f"nothing new breaks in {Unit(1, 1, 0).total():,} cases and 0 histories\n\n",
    )


def test_what_was_not_committed_is_held_against_the_last_commit(tree: Path, check: Check) -> None:
    path = tree / FILE
    path.write_text(path.read_text().replace(COUNT, ONE_MORE))
    status, out, _ = check("--json")
    told = json.loads(out)
    assert status == 1 and told["verdict"] == "fail"
    assert [one["origin"]["origin"] for one in told["findings"]] == ["new"]
    git(tree, "commit", "--quiet", "--all", "--message=wrong")
    path.write_text(path.read_text() + "/* more */\n")
    status, out, _ = check("--json")
    told = json.loads(out)
    assert (status, told["verdict"], told["findings"]) == (0, "warn", [])
    assert told["before"]


def test_a_patch_on_top_of_what_it_was_made_from(tree: Path, tmp_path: Path, check: Check) -> None:
    """Though something else is checked out."""
    change(tree, FILE, COUNT, COUNT + "	/* one */\n")
    change(tree, FILE, COUNT + "	/* one */\n", ONE_MORE + "	/* one */\n", "XArray: wrong")
    (tmp_path / "patch").write_text(git(tree, "format-patch", "-1", "--stdout"))
    git(tree, "branch", "topic")
    git(tree, "reset", "--quiet", "--hard", "base")
    status, out, err = check("--b4", patch=tmp_path / "patch")
    assert status == 1
    assert err == ""
    (line,) = out.splitlines()
    assert line.startswith("ERROR: ") and "new with patch 1 of 1" in line
    assert "split(index=0, order=1, new_order=0, entry=ptr1)" in line
    assert "look at lib/xarray.c:7 in xas_split: it runs where it fails" in line


def test_a_patch_is_taken_apart_once(
    wrong: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def counted(box: Path, scratch: Path) -> tuple[list[Mail], Letter]:
        read.append(box)
        return read_mailbox(box, scratch)

    for module in (given_patch, series):
        monkeypatch.setattr(module, "read_mailbox", counted)
    assert check(patch=wrong)[0] == 1
    assert len(read) == 1


def test_a_right_patch_says_nothing_to_b4(right: Path, check: Check) -> None:
    assert check("--b4", patch=right) == (0, "", "")


def test_json_for_reviews(wrong: Path, right: Path, check: Check) -> None:
    for patch, word in ((wrong, "fail"), (right, "pass")):
        _, out, err = check("--b4-json", patch=patch)
        (one,) = json.loads(out)
        assert (one["tool"], one["status"], err) == ("xasplit", word, "")
        assert one["summary"] and ("Finding 1" in one["details"]) == (word == "fail")


def test_a_patch_of_something_else_passes_at_once(
    tree: Path, tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(tree, "mm/filemap.c", "line 7\n", "line seven\n")
    other = mailbox(tree, tmp_path / "other")
    monkeypatch.setattr(checking, "check", None)
    assert check("--b4", patch=other) == (0, "", "")
    assert check(patch=other) == (0, "nothing of the XArray is changed\n", "")
    _, out, _ = check("--b4-json", patch=other)
    assert json.loads(out)[0]["status"] == "pass"


def test_nothing_heavy_is_loaded_for_it(tree: Path) -> None:
    code = "import sys\nfrom review.commands import check\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"hypothesis", "matplotlib", "z3", "rich", "jinja2"} & {*done.stdout.split()}


def test_what_does_not_compile_is_a_failure(tree: Path, tmp_path: Path, check: Check) -> None:
    change(tree, FILE, COUNT, "	unsigned long nodes = ;\n")
    box = mailbox(tree, tmp_path / "box")
    status, out, _ = check("--b4", patch=box)
    assert status == 1 and out.startswith("ERROR: it does not compile: ")


def test_what_cannot_be_told_is_no_pass(wrong: Path, tree: Path, check: Check) -> None:
    wrong.write_text(wrong.read_text().replace("index ", "index 1234"))
    change(tree, FILE, COUNT, "	unsigned long wanted = 0;\n")
    status, out, err = check("--b4", patch=wrong)
    assert status == 2 and err == ""
    assert out.startswith("not checked: it does not apply to what is checked out: ")
    _, out, _ = check("--b4-json", patch=wrong)
    assert json.loads(out)[0]["status"] == "warn"
    status, out, err = check(patch=wrong)
    assert (status, out) == (2, "") and err.startswith("xasplit: it does not apply")


def test_what_the_time_does_not_suffice_for_is_no_pass(
    right: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_FOR_CASES", -1.0)
    monkeypatch.setattr(searches, "FEW_HISTORIES", 1)
    status, out, _ = check("--time", "1h", patch=right)
    assert status == 2 and out.startswith("undecided: first cases: the time was over")
    assert "first histories: the time was over" in out and "nothing new" not in out
    status, out, _ = check("--b4", "--time", "1h", patch=right)
    assert status == 2 and out.startswith("not checked: first cases: the time was over")


def test_what_is_no_mail_is_no_patch(tmp_path: Path, check: Check) -> None:
    given = tmp_path / "given"
    given.write_bytes(bytes(range(256)))
    status, _, err = check(patch=given)
    assert status == 2 and "standard input" in err and "no patch" in err
    given.write_text("Subject: [PATCH 0/2] XArray: a cover letter\n\nNo diff.\n")
    assert check(patch=given)[:2] == (0, "nothing of the XArray is changed\n")


def test_it_is_no_kernel_tree(
    tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, _, err = check()
    assert status == 2 and "name it with --kernel" in err


def test_one_property_decides(tree: Path, check: Check) -> None:
    change(tree, FILE, COUNT, ONE_MORE)
    assert check("--property", "split-requests")[0] == 1
    assert check("--property", "split-marks")[0] == 0
    status, _, err = check("--property", "split-request")
    assert status == 2 and "do you mean split-requests" in err


def test_one_promise_to_readers_decides(
    tree: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No case is run, and readers are explored further than they are otherwise; another promise
    that is broken says nothing."""
    monkeypatch.setattr(checking, "_explore", EXPLORE)
    asked: list[object] = []

    def broken(promise: str) -> SimpleNamespace:
        result = SimpleNamespace(case=SimpleNamespace(writer="split"))
        breach = SimpleNamespace(promise=promise)
        return SimpleNamespace(breach=breach, result=result, counts=True, documented=False)

    def explored(_: object, shifts: object, **__: object) -> SimpleNamespace:
        asked.append(shifts)
        found = [(1, broken("find-order"))]
        return SimpleNamespace(found=lambda: found, executions=7, unexplored=())

    monkeypatch.setattr(explore, "explore", explored)
    status, out, _ = check("--property", "find-order", "--bisect")
    assert (status, out.strip()) == (
        1, "promises to readers are broken: find-order (split)",
    )  # fmt: skip
    status, out, _ = check("--property", "load-null", "--bisect")
    assert (status, out.strip()) == (0, "load-null holds in 7 executions of readers")
    assert asked == [checking.PROMISE_AT] * 2


def test_a_promise_that_many_readers_saw_broken_before_is_one(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_explore", EXPLORE)
    result = SimpleNamespace(case=SimpleNamespace(writer="split"))
    seen = [
        (1, SimpleNamespace(breach=SimpleNamespace(promise=promise), result=result, counts=False,
                            documented=False))
        for promise in ("find-order", "find-order", "load-null")
    ]  # fmt: skip
    report = SimpleNamespace(found=lambda: seen, executions=7, unexplored=())
    monkeypatch.setattr(explore, "explore", lambda *_, **__: report)
    assert "2 promises to readers broke before" in check()[1]


def test_bisection(tree: Path, check: Check) -> None:
    asked = ("--property", "split-requests", "--bisect")
    assert check(*asked)[0] == 0
    change(tree, FILE, COUNT, ONE_MORE)
    assert check(*asked)[0] == 1
    change(tree, FILE, ONE_MORE, "	unsigned long nodes = ;\n")
    assert check(*asked)[0] == 125
    assert check("--bisect")[0] == STOP
    assert check("--property", "none", "--bisect")[0] == STOP


@dataclass
class Reviewed:
    """What a review of a series was asked, instead of one."""

    named: NamedKernels | None = None
    patches: bytes = b""

    def __call__(
        self, named: NamedKernels, patches: bytes, *rest: object, fresh: bool
    ) -> check_series.SeriesVerdict:
        self.named, self.patches = named, patches
        return check_series.SeriesVerdict("fail", "NOT RIGHT: 1 finding new.", "all", Path("b"), 1)


@pytest.fixture
def reviewed(monkeypatch: pytest.MonkeyPatch) -> Reviewed:
    made = Reviewed()
    monkeypatch.setattr(check_series, "reviewed", made)
    return made


def test_the_series_that_b4_tracks(
    tree: Path, tmp_path: Path, check: Check, reviewed: Reviewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "tracking.json"
    monkeypatch.setenv("B4_TRACKING_FILE", str(file))
    file.write_text('{"series": {"first-patch-commit": "1234", "change-id": "topic"}}')
    status, out, _ = check("--series", "--b4-json")
    (one,) = json.loads(out)
    assert (status, one["status"], one["details"]) == (1, "fail", "all")
    assert reviewed.named is not None and reviewed.named.rev == "1234~1..b4/review/topic~1"
    file.write_text('{"series": {}}')
    status, out, _ = check("--series", "--b4-json")
    assert status == 2 and json.loads(out)[0]["status"] == "warn"


def test_a_series_on_standard_input(wrong: Path, check: Check, reviewed: Reviewed) -> None:
    assert check("--series", patch=wrong)[:2] == (1, "all\n")
    assert reviewed.patches == wrong.read_bytes()


def test_which_series(check: Check) -> None:
    status, _, err = check("--series")
    assert status == 2 and "which series?" in err
