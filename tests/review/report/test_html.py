# SPDX-License-Identifier: GPL-2.0-or-later
import re
import shutil
import subprocess
import sys
from copy import deepcopy
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from models.case.finding import Finding
from models.case.origins import Placed
from models.measure.timing import Timed
from models.readers import schedule
from models.readers.explorer import ExplorerError
from review.report import html, html_findings, html_steps
from review.run.review_result import ReviewOptions, ReviewResult
from review.run.search_result import SearchResult, SearchState
from specs.claims import CLAIMS
from specs.origin import Origin
from tests.review import small, told
from tests.review.report.pages import Page, problems
from xarray_model.operations import Code, Operation


@pytest.fixture(scope="module")
def good() -> str:
    return told.good_page()


@pytest.fixture(scope="module")
def bad() -> str:
    return told.bad_page()


def timeless(page: str) -> str:
    """The page without what was measured by a clock."""
    return re.sub(r'<(\w+) class="time">.*?</\1>', "", page, flags=re.DOTALL)


def rows(page: str, name: str) -> list[str]:
    """The rows of the table that has ``name`` in its caption, tags left out."""
    for table in re.findall("<table.*?</table>", page, flags=re.DOTALL):
        caption = re.search("<caption>(.*?)</caption>", table, flags=re.DOTALL)
        if caption is not None and name in caption[1]:
            found = re.findall("<tr.*?</tr>", table, flags=re.DOTALL)
            return [unescape(" ".join(re.sub("<[^>]*>", " ", row).split())) for row in found]
    raise AssertionError(f"no table {name}")


def test_pages_are_as_they_must_be(good: str, bad: str) -> None:
    assert problems(good) == []
    assert problems(bad) == []


def test_the_result_comes_first(good: str, bad: str) -> None:
    # The theorems of these reviews are not all proved.
    assert 'class="result bad"' in good and "Not everything holds" in good
    assert "Tested: Linux 6.18. Not everything holds: 1 finding" in Page(bad).text()
    done = ReviewResult(ReviewOptions(proofs=False), small.clean(), complete=True)
    clean = html.page(done, {})
    assert 'class="result good"' in clean and "Nothing that was checked fails" in clean
    done.complete = False
    early = html.page(done, {})
    assert 'class="result open"' in early and "INCOMPLETE" in early
    assert problems(early) == []


def test_every_claim_has_its_verdict(good: str) -> None:
    told_of = rows(good, "Each claim")[1:]
    assert [row.split()[0] for row in told_of] == list(CLAIMS)
    done = told.full(small.clean())
    for row, one in zip(told_of, done.verdicts, strict=True):
        assert str(one) in row and one.claim.statement in row


def test_every_file_is_there_with_its_hash(bad: str) -> None:
    (one,) = small.broken().implementations
    for path, digest in one.source.sha256.items():
        assert f"{path} {digest}" in rows(bad, "Files of Linux 6.18")


def test_each_solver_has_a_verdict_and_a_time(good: str) -> None:
    assert rows(good, "Theorems")[1:] == [
        "N1.proved ✓ proved proved 0.50 s proved 0.50 s 1 and 1 what N1.proved says",
        "N1.refuted ✗ disagreement proved 0.50 s refuted 0.50 s 1 and 1 what N1.refuted says",
        "N1.late ? timeout proved 0.50 s timeout 0.50 s 1 and 1 what N1.late says",
    ]
    assert "1 of 3 theorems proved" in Page(good).text()


def test_a_finding_is_told_whole(bad: str) -> None:
    (one,) = small.broken().diagnoses
    text = Page(bad).text()
    for said in (one.smallest.detail, one.smallest.statement, "node-count", "Where it fails"):
        assert said in text
    assert one.reproducer.code and one.reproducer.code.split("\n")[0] in text
    assert [
        name for name in re.findall('<svg[^>]*aria-labelledby="([^ ]*)', bad) if "finding" in name
    ] == ["finding-1-before-title", "finding-1-after-title"]
    assert 'class="differs">!count' in bad
    assert "What a right split does" not in text


def several() -> ReviewResult:
    """A review with four findings: there before, known of kernels, and two that are neither."""
    done = deepcopy(told.full(small.broken()))
    (one,) = done.search.diagnoses
    known = replace(one, smallest=replace(one.smallest, deviations=("split-filled-early",)))
    done.search.diagnoses = [one, known, one, one]
    new, before = Placed(Origin.NEW, ("patch 2 of 4",), "A title"), Placed(Origin.BEFORE)
    done.search.origins = [before, new, new, new]
    done.search.wheres *= 4
    return done


def test_what_is_new_comes_first_and_the_first_is_open() -> None:
    page = html.page(several(), {})
    assert problems(page) == []
    shown = re.findall(r'<details class="finding"( open)?>\n<summary><h3 id="finding-(\d)"', page)
    assert shown == [(" open", "3"), ("", "4"), ("", "2"), ("", "1")]
    assert page.index("<h3>There before</h3>") > page.index('id="finding-2"')
    assert page.index('id="finding-1"') > page.index("<h3>There before</h3>")
    heads = re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    assert heads[:3] == ["Findings", "Claims", "A split, step by step"]
    assert Page(page).text().count('new with patch 2 of 4, "A title".') == 3


def test_the_line_to_look_at_is_marked_beside_the_picture(bad: str) -> None:
    (where,) = small.broken().wheres
    first = where.suspects[0]
    source = small.broken().implementations[0].source
    text = (source.directory / first.file).read_text().splitlines()[first.line - 1]
    marked = re.findall(r'<mark class="same">(.*?)</mark>', bad)
    assert [unescape(one) for one in marked] == [f" {text}"]
    beside = bad.index('<div class="beside">')
    assert beside < bad.index("<mark") < bad.index('id="finding-1-after-title"')


def test_claims_have_a_column_for_each_source(good: str) -> None:
    done = told.full(small.clean())
    heads, *told_of = rows(good, "Each claim")
    assert heads == " ".join(["claim statement", *done.columns])
    assert good.count('data-label="port"') == len(told_of)


def test_the_case_of_a_finding_is_shown_step_by_step(bad: str, good: str) -> None:
    text = Page(bad).text()
    assert "The case of finding 1 as it should go" in text
    assert "Step 1: after operation 0, store(" in text
    assert "A split of order 5 to order 1" in Page(good).text()
    done = several()
    (store, *_), found = done.search.diagnoses[0].smallest.operations, done.search.diagnoses
    small_one = replace(found[2].smallest, operations=(store,), operation=None)
    found[2] = replace(found[2], smallest=small_one)
    # What is no split is passed over.
    assert html_steps.of(done, [3, 4]).title == "The case of finding 4 as it should go"
    assert html_steps.of(done, [3]).title.startswith("A split of order 5")
    assert good.count('<div class="step">') == good.count('<input type="radio"') == 4


def test_of_many_steps_the_first_and_the_last_are_shown() -> None:
    done = deepcopy(told.full(small.broken()))
    (one,) = done.search.diagnoses
    many = [Operation(Code.STORE, index, 0, entry=4) for index in range(4, 24)]
    smallest = replace(one.smallest, operations=(*many, *one.smallest.operations), operation=None)
    done.search.diagnoses = [replace(one, smallest=smallest)]
    shown = html_steps.of(done, [1])
    assert len(shown.steps) == html_steps.MOST and shown.left_out == 10
    assert "split" in shown.steps[-1].caption


def test_with_no_finding_a_right_split_is_drawn(good: str) -> None:
    text = Page(good).text()
    assert "None." in text
    assert "Split of order 6 to order 0 at index 0, chunk shift 2" in text
    assert "64 x the same node" in text


def test_the_numbers_tell_what_was_not_measured(good: str) -> None:
    assert rows(good, "What splits between")[1].startswith("2M to 4K 6")
    tables = re.findall("<table.*?</table>", good, flags=re.DOTALL)
    assert sum("it ended by SIGSEGV" in table for table in tables) == 2
    (work,) = [row for row in rows(good, "Work of a split")[2:] if row.startswith("1G to 4K 6 ")]
    # Instructions are counted under valgrind: a cell of two words where there is none.
    assert ("not measured" in work) is (shutil.which("valgrind") is None)
    assert len(work.replace("not measured", "-").split()) == 10


def test_readers_and_their_schedules_are_told(good: str) -> None:
    table = rows(good, "Each reader against each writer")
    assert table[0] == "reader split"
    by_reader = dict(row.split(" ", 1) for row in table[1:])
    assert by_reader["get-order"] == "? unreliable order-true"
    assert by_reader["load"] == "✓ holds"
    schedule = rows(good, "One execution")
    assert schedule[0] == "writer reader" and len(schedule) > 4
    assert "xasplit rcu --replay" in Page(good).text()


def test_implementations_that_readers_see_alike_are_told_together() -> None:
    done = told.full(small.clean())
    done.explored = {"one": told.explored(), "two": told.explored()}
    assert "one and two" in Page(html.page(done, {})).text()
    without = replace(told.explored(), results=told.explored().results[:40])
    done.explored = {"one": told.explored(), "two": without}
    text = Page(html.page(done, {})).text()
    assert "one and two" not in text and " two " in text


def test_an_execution_that_does_not_replay_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ExplorerError("it breaks nothing")

    monkeypatch.setattr(schedule, "of", fails)
    text = Page(html.page(told.full(small.clean()), {})).text()
    assert "Not replayed: it breaks nothing" in text


def test_the_page_is_in_the_bundle_with_its_times(tmp_path: Path) -> None:
    page = (small.bundle(small.clean(), tmp_path) / "report.html").read_text(encoding="utf-8")
    assert problems(page) == []
    assert "times-6-title" in page


def test_what_was_not_done_is_said_and_never_passes() -> None:
    done = ReviewResult(
        ReviewOptions(), SearchResult(small.clean().implementations, SearchState(), 1, False)
    )
    page = html.page(done, {})
    text = Page(page).text()
    assert problems(page) == []
    assert "None so far." in text and "Not decided in this review." in text
    assert "Not measured in this review." in text and "Not run." in text
    assert "holds" not in " ".join(rows(page, "Each claim"))


def test_all_text_is_escaped() -> None:
    done = deepcopy(told.full(small.broken()))
    (one,) = done.search.diagnoses
    source = replace(
        done.implementations[0].source, name=told.HOSTILE,
        sha256={told.HOSTILE: told.HOSTILE},
    )  # fmt: skip
    done.search.implementations[0] = replace(
        done.implementations[0], name=told.HOSTILE, source=source
    )
    done.search.broken.append(told.HOSTILE)
    smallest = replace(one.smallest, detail=told.HOSTILE, implementation=told.HOSTILE)
    done.search.diagnoses[0] = replace(
        one,
        smallest=smallest,
        reproducer=replace(one.reproducer, code=told.HOSTILE, failed=told.HOSTILE),
    )
    assert done.proofs is not None
    done.proofs.theorems["N1.late"].statement = told.HOSTILE
    done.explored = {told.HOSTILE: done.explored["port"]}
    page = html.page(done, {told.HOSTILE: told.TIMES["port"]})
    assert problems(page) == []
    assert "<script" not in page and "\x00" not in page and "\u202e" not in page
    assert Page(page).text().count("<script>alert(1)</script>") > 10


def test_only_times_differ_between_reviews_that_are_the_same(good: str) -> None:
    slow = {"port": [replace(one, seconds=2 * one.seconds) for one in told.TIMES["port"]]}
    later = html.page(told.full(small.clean(), seconds=7.5), slow)
    assert later != good
    assert timeless(later) == timeless(good)
    assert html.page(told.full(small.clean()), told.TIMES) == good
    assert len(timeless(good)) > 0.8 * len(good)


def test_a_page_without_times_has_no_plot_of_them(good: str) -> None:
    assert good.count('class="time">') == 2 * 3 + 2
    assert "times-6-title" in good
    assert "times-6-title" not in html.page(told.full(small.clean()), {"port": list[Timed]()})


def test_plots_are_imported_only_when_a_bundle_is_written() -> None:
    script = "import sys, review.commands.review; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_the_array_before_is_one_of_the_word_size_of_the_finding() -> None:
    store, split = Operation(Code.STORE, 0, 1, entry=4), Operation(Code.SPLIT, 0, 1, entry=8)
    one = Finding("port (bits=32)", 6, "refines", "", "", 1, (store, split), b"", b"", bits=32)
    for bits in (32, 64):
        before = html_findings.array_before(replace(one, bits=bits))
        assert before is not None and before[1].bits == bits
