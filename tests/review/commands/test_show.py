# SPDX-License-Identifier: GPL-2.0-or-later
import json
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from models.case.counterexample import Counterexample, dumps
from models.case.finding import Finding
from models.case.reference import SplitKind, run_case
from review.cli import run
from review.commands.show import command
from specs.stream import cut
from xarray_model.operations import Code, Operation
from xarray_model.snapshot import decode


def show(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_a_small_split() -> None:
    result = show("3", "1", "--chunk-shift", "2", "--index", "13")
    assert result.exit_code == 0
    assert result.output == dedent("""\
        Split of order 3 to order 1 at index 13, chunk shift 2

        store(index=13, order=3, entry=ptr1)
        split(index=13, order=3, new_order=1, entry=ptr2)

        before                             | after
        ---------------------------------- | ----------------------------------
        array  chunk shift 2  marks none   | array  chunk shift 2  marks none
            live nodes 1                   !     !live nodes 3
        head -> root  shift 2  count 2     | head -> root  shift 2  count 2
            nr_values 0                    |     nr_values 0
          [0..1]  NULL                     |   [0..1]  NULL
          [2]  ptr1                        !   [2..3]  !2 x the same node
          [3]  sib->2                      |       shift 0  offset 2..3
                                           |       count 4  nr_values 0
                                           |     [0..3]  2 x [ptr2 + 1 sib]
        """)


def test_sizes_are_orders() -> None:
    result = show("1G", "4K")
    assert result.output.startswith("Split of order 18 to order 0 at index 0, chunk shift 6\n")
    assert "!live nodes 4,162" in result.output
    assert max(map(len, result.output.splitlines())) <= 72
    assert show("1G", "64K", "--page-size", "64K").output.startswith("Split of order 14 to order 0")


def test_the_svg_says_in_words_what_it_draws(tmp_path: Path) -> None:
    path = tmp_path / "split.svg"
    result = show("5", "0", "--chunk-shift", "2", "--svg", path)
    assert result.exit_code == 0 and result.output == ""
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    words = root.findtext("{http://www.w3.org/2000/svg}desc") or ""
    assert "4 x the same node" in words and "split(index=0, order=5" in words


def test_json_is_one_object_of_both_arrays() -> None:
    record = json.loads(show("5", "0", "--chunk-shift", "2", "--json").output)
    before, after = record["arrays"]
    assert (before["caption"], after["caption"]) == ("before", "after")
    assert before["rows"][0]["below"]["rows"][0]["below"] is None
    assert after["rows"][0]["below"]["rows"][0]["below"]["title"] == "root.slot 0"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("4K", "1G"), "larger than the old order"),
        (("0", "0"), "an entry of order 0 cannot be split"),
        (("40", "0"), "nodes, more than the 50,000 that are drawn"),
        (("1", "0", "3"), "name two orders, or one file of a case"),
        (("nothing.json",), "nothing.json: No such file"),
        (("nothing.json", "--index", "3"), "go with two orders"),
        (("3", "0", "--chunk-shift", "9"), "9 is not in the range"),
        (("3", "0", "--index", "-1"), "-1 is not in the range"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(
    arguments: tuple[str, ...],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["xasplit", "show", *arguments])
    with pytest.raises(SystemExit) as ended:
        run()
    output = capsys.readouterr()
    assert ended.value.code == 2
    assert output.out == "" and output.err.count("\n") == 1
    assert message in output.err


OPERATIONS = (
    Operation(Code.STORE, 0, 3, entry=4),
    Operation(Code.SNAPSHOT),
    Operation(Code.SPLIT, 0, 3, 0, entry=35),
    Operation(Code.SNAPSHOT),
)
EXPECTED = run_case(OPERATIONS, 2).results


def written(folder: Path, actual: bytes, expected: bytes = EXPECTED) -> Path:
    finding = Finding("port", 2, "nr", "is right", "was 9", 3, OPERATIONS, expected, actual)
    path = folder / "case.json"
    path.write_text(dumps(Counterexample(finding, SplitKind.ITERATIVE, {}, "0.1.0")))
    return path


def wrong() -> bytes:
    data = cut(OPERATIONS, EXPECTED)[3].snapshot or b""
    picture = decode(data)
    node = replace(picture.nodes[1], nr_values=9)
    changed = replace(picture, nodes=(picture.nodes[0], node, *picture.nodes[2:])).encode()
    return EXPECTED[: -len(data)] + changed


def test_a_counterexample(tmp_path: Path) -> None:
    folder = tmp_path / ("a-folder-with-a-long-name" * 3)
    folder.mkdir()
    path = written(folder, wrong())
    result = show(path)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[:2] == ["port breaks nr, chunk shift 2", "nr: is right"]
    assert "    2 split(index=0, order=3, new_order=0, entry=v:17)" in lines
    assert "operation 3: was 9" in lines
    assert "before (operation 1):" in lines and "  [0]  ptr1" in lines
    assert "root.slot 0: nr_values: expected 4, actual 9" in lines
    (marked,) = [line for line in lines if " ! " in line]
    assert "!nr_values 9" in marked
    assert f"again: xasplit replay {path}" in lines


def test_a_case_that_a_person_wrote(tmp_path: Path) -> None:
    path = tmp_path / "case.txt"
    path.write_text("store(13, 3)\nset_mark(13, 0)\nsplit(13, 3 to 1, ptr2)\nload(13)\n")
    result = show(path, "--chunk-shift", "2")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    lines = lines[lines.index("") + 1 :]
    assert lines[:4] == [
        "store(index=13, order=3, entry=ptr1)",
        "set_mark(index=13, mark=0)",
        "split(index=13, order=3, new_order=1, entry=ptr2)",
        "load(index=13)",
    ]
    assert lines[5].startswith("before ") and lines[5].endswith("| after")
    assert "2 x [ptr2 + 1 sib]" in result.output
    alone = CliRunner().invoke(command, ["-"], "load(0)\n")
    assert "at the end" in alone.output and "standard input: 1 operation, chunk" in alone.output
    refused = CliRunner().invoke(command, ["-"], "split(0, 1 to 0)\n")
    assert refused.exit_code == 1 and "outside the contract" in refused.output


def test_a_counterexample_whose_process_died(tmp_path: Path) -> None:
    for end in (8, 11):  # also in the middle of an answer
        result = show(written(tmp_path, EXPECTED[:end]))
        assert result.exit_code == 0
        assert "operation 1 was not completed" in result.output


def test_a_counterexample_with_an_answer_that_is_no_snapshot(tmp_path: Path) -> None:
    head = len(EXPECTED) - len(cut(OPERATIONS, EXPECTED)[3].snapshot or b"")
    other = bytearray(EXPECTED)
    other[head] = 200
    assert show(written(tmp_path, bytes(other))).exit_code == 0
    shift = bytes([1, *[0] * 23])
    result = show(written(tmp_path, EXPECTED[:head] + shift))
    assert "array: chunk shift: expected 2, actual 1" in result.output


def test_equal_answers_have_nothing_marked(tmp_path: Path) -> None:
    result = show(written(tmp_path, EXPECTED))
    assert result.exit_code == 0
    assert "!" not in result.output


def test_a_damaged_file_is_one_line(tmp_path: Path) -> None:
    path = written(tmp_path, wrong())
    path.write_text(path.read_text().replace('"store"', '"stroe"'))
    result = show(path)
    assert result.exit_code == 1
    assert "operations[0].op: 'stroe' is unknown" in result.output
    assert result.output.count("\n") == 1


def test_no_array_no_svg(tmp_path: Path) -> None:
    case = (Operation(Code.LOAD, 3),)
    finding = Finding("port", 2, "load", "is right", "d", 0, case, bytes(8), b"\1" + bytes(7))
    path = tmp_path / "case.json"
    path.write_text(dumps(Counterexample(finding, SplitKind.ITERATIVE, {}, "0.1.0")))
    assert "load(index=3): expected 0, got 1" in show(path).output
    result = show(path, "--svg", tmp_path / "x.svg")
    assert "no array to draw" in result.output and not (tmp_path / "x.svg").exists()
