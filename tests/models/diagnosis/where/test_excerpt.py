# SPDX-License-Identifier: GPL-2.0-or-later
import difflib
from pathlib import Path

import pytest

from models.diagnosis.where import excerpt as excerpts
from models.diagnosis.where.blame import blame
from models.diagnosis.where.excerpt import Excerpt, excerpt
from models.diagnosis.where.rank import Suspect
from models.kernel.source import Source, port_source
from tests.models.diagnosis.where.test_blame import COUNT, FILE, line_of, series

VALUES = "unsigned int values = node->nr_values;"


@pytest.fixture
def made(tmp_path: Path) -> Source:
    return series(
        tmp_path,
        (VALUES, f"unsigned int brought = 1;\n\t{VALUES}\n\t(void)brought;"),
        (COUNT, "node->count = 1;"),
    )


def suspect(source: Source, text: str) -> Suspect:
    """The line that has this text, with the hunk that brought it."""
    place = FILE, line_of(source, text)
    return Suspect(*place, "f", (), blame(source).get(place))


def shown(source: Source, text: str) -> Excerpt:
    found = excerpt(source, suspect(source, text))
    assert found is not None
    return found


def test_a_hunk_is_the_one_that_diff_has(made: Source) -> None:
    found = shown(made, "brought = 1;")
    assert made.lineage is not None and made.lineage.steps[0].source is not None
    before, after = (
        (one.directory / FILE).read_text().splitlines()
        for one in (made.lineage.base, made.lineage.steps[0].source)
    )
    _, _, header, *lines = difflib.unified_diff(before, after, lineterm="")
    assert found.title == f"{FILE}, patch 1 of 2: {header}"
    assert [one.sign + one.text for one in found.lines] == lines
    assert [one.text for one in found.lines if one.meant] == ["\tunsigned int brought = 1;"]


def test_each_line_has_the_hunk_of_its_own_patch(made: Source) -> None:
    found = shown(made, "node->count = 1;")
    assert "patch 2 of 2" in found.title
    (meant,) = (one for one in found.lines if one.meant)
    assert (meant.sign, meant.kind, meant.text.strip()) == ("+", "brought", "node->count = 1;")
    assert any(one.kind == "taken" and COUNT in one.text for one in found.lines)


def test_what_no_series_brought_is_shown_with_what_is_around_it() -> None:
    found = shown(port_source(), COUNT)
    assert len(found.lines) == 5 and {one.sign for one in found.lines} == {" "}
    assert [one.meant for one in found.lines] == [False, False, True, False, False]
    assert COUNT in found.lines[2].text and "lines" in found.title


@pytest.mark.parametrize(("file", "line"), [(FILE, 10**6), (FILE, 0), ("no/such.c", 1)])
def test_a_line_that_is_not_there_is_not_shown(file: str, line: int) -> None:
    assert excerpt(port_source(), Suspect(file, line, "f", ())) is None


def test_a_long_hunk_is_cut_around_the_line(made: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = shown(made, "brought = 1;")
    monkeypatch.setattr(excerpts, "MOST", 3)
    found = shown(made, "brought = 1;")
    assert len(found.lines) == 3 and found.left_out == len(whole.lines) - 3
    assert sum(one.meant for one in found.lines) == 1
