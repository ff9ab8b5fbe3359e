# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit replay``: verdicts and exit statuses."""

import codecs
import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.case import counterexample
from models.case.counterexample import MOST_BYTES, Counterexample
from models.case.finding import Finding
from models.case.reference import SplitKind, run_case
from models.case.text import parse_case
from models.kernel import source as sources
from models.kernel.configuration import CHECKED
from models.kernel.source import port_source
from review.commands import replay
from review.commands.run_options import STOP
from review.run.case_files import at_width, unfit
from tests import kernels
from tests.kernel_tree import change, git, mailbox
from tests.kernels import Kernel
from tests.models.histories.test_machine import patched
from xarray_model.operations import Code, Operation

CASE = (Operation(Code.STORE, 0, 1, entry=4), Operation(Code.SNAPSHOT))


def write(path: Path, name: str = "port", operations: tuple[Operation, ...] = CASE) -> Path:
    answer = run_case(CASE, 2).results
    finding = Finding(name, 2, "node-count", "a statement", "detail", 0, CASE, answer, answer)
    example = Counterexample(finding, SplitKind.ITERATIVE, port_source().sha256, "0.1")
    path.write_text(counterexample.dumps(example))
    return path


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(replay.command, arguments, standalone_mode=False)
    if done.exception is not None:
        return 2, getattr(done.exception, "message", repr(done.exception))
    return done.return_value, done.output


def test_it_holds(tmp_path: Path) -> None:
    status, text = run(str(write(tmp_path / "a.json")))
    assert status == 0
    assert "holds." in text
    status, text = run(str(write(tmp_path / "a.json")), "--json")
    assert status == 0
    assert json.loads(text)["subjects"][0]["holds"] is True


def test_a_file_about_a_kernel_needs_the_kernel(tmp_path: Path) -> None:
    status, text = run(str(write(tmp_path / "a.json", "Linux 6.12")))
    assert status == 2
    assert "--kernel" in text


WRITTEN = "chunk shift 2\nstore(0, order=2)\nset_mark(1, 0)\nsplit(3, 2 to 0, v:17)\nfind(0)\n"


def test_a_case_that_a_person_wrote(tmp_path: Path) -> None:
    path = tmp_path / "case.txt"
    path.write_text(WRITTEN)
    status, text = run(str(path))
    assert status == 0
    assert text.startswith("port: 4 operations at chunk shift 2: nothing breaks.\n")
    assert f"with {CHECKED.sentence}" in " ".join(text.split())
    done = CliRunner().invoke(
        replay.command, ["-", "--chunk-shift", "3"], WRITTEN, standalone_mode=False
    )
    assert done.output.startswith("port: 4 operations at chunk shift 3: nothing breaks.\n")
    status, text = run(str(path), "--json")
    (told,) = json.loads(text)["subjects"]
    assert status == 0 and told["holds"] and told["chunk_shift"] == 2
    assert told["operations"][2] == "split(index=3, order=2, new_order=0, entry=v:17)"


def test_a_written_case_that_breaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = patched(tmp_path, "lib/xarray_split.c", "values -= slots;", "values -= 1;")
    monkeypatch.setattr(replay, "port_source", lambda: bad)
    path = tmp_path / "case.txt"
    # Nobody wrote a snapshot: each step is looked at all the same.
    path.write_text("chunk shift 2\n\nstore(0, 1, v:3)\nsplit(0, 1 to 0)\nload(0)\n")
    status, text = run(str(path))
    assert status == 1
    assert text.startswith("patched: 3 operations at chunk shift 2: something breaks.")
    assert "line 4, split(index=0, order=1, new_order=0, entry=ptr1)" in text
    assert "node-nr-values" in text and "expected" in text and "Traceback" not in text
    told = json.loads(run(str(path), "--json")[1])["subjects"][0]
    assert {(one["property"], one["line"]) for one in told["broken"]} >= {("node-nr-values", 4)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("store(0)\nsplit(0, 2 to 0)", "line 2, split(index=0, order=2, new_order=0, entry=ptr1):"),
        ("split(0, 2 to 0)", "outside the contract of what it calls: no entry of order 2"),
        ("cursor_load()", "line 1, cursor_load(): outside the contract"),
        ("store(0, 2)\nlook(0)", "line 2: there is no operation 'look'"),
        ("store(0, 50)\nsplit(0, 50 to 0)", "nodes, more than the 50,000 that are run"),
        ("\udcff", "neither a counterexample nor text"),
    ],
)
def test_a_written_case_that_is_none(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "case.txt"
    path.write_bytes(text.encode(errors="surrogateescape"))
    status, said = run(str(path))
    assert status == 2 and "\n" not in said
    assert str(path) in said and told in said


def test_what_a_source_does_not_have_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = port_source()
    old = replace(port, version="6.12", capabilities=sources.Capabilities(False, True))
    monkeypatch.setattr(replay, "port_source", lambda: old)
    path = tmp_path / "case.txt"
    path.write_text("store(0, 2)\ntry_split(0, 2 to 1)")
    status, said = run(str(path))
    assert status == 2 and "Linux 6.12 has no xas_try_split" in said


def test_no_counterexample(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("{}")
    assert run(str(tmp_path / "b.json"))[0] == 2
    assert run(str(tmp_path / "c.json"))[0] == 2
    status, said = run(str(write(tmp_path / "a.json")), "--chunk-shift", "2")
    assert status == 2 and "which has its chunk shift" in said
    with (tmp_path / "huge.json").open("wb") as stream:
        stream.truncate(MOST_BYTES + 2)
    assert "larger than 64 MiB" in run(str(tmp_path / "huge.json"))[1]


def test_a_case_of_wider_words_is_not_run_and_no_pass(tmp_path: Path) -> None:
    top = Operation(Code.STORE, (1 << 64) - 2, 1, entry=4)
    answer = run_case([top], 2).results
    finding = Finding("port", 2, "node-count", "a statement", "detail", 0, (top,), answer, answer)
    path = tmp_path / "wide.json"
    example = Counterexample(finding, SplitKind.ITERATIVE, port_source().sha256, "0.1")
    path.write_text(counterexample.dumps(example))
    status, text = run(str(path), "--config", "bits=32", "--json")
    told = json.loads(text)
    assert status == 2 and told["subjects"] == []
    (line,) = told["not_run"]
    assert line.startswith("not run: bits=32: index 0xfffffffffffffffe of store(")
    wide, last = Operation(Code.FIND, 0, argument=(1 << 64) - 1), Operation(Code.STORE, 0, 40)
    assert (
        unfit(at_width([wide], 32), 32) == ""
        and "order" in unfit([last], 32)
        and not unfit([last], 64)
    )


def test_a_byte_order_mark_is_told(tmp_path: Path) -> None:
    for name, text in (("a.json", "{}"), ("case.txt", "store(0)")):
        (tmp_path / name).write_bytes(codecs.BOM_UTF8 + text.encode())
        status, said = run(str(tmp_path / name))
        assert status == 2 and "byte order mark" in said and "without one" in said


@pytest.mark.kernel
@kernels.each
def test_a_deviation_still_breaks(kernel: Kernel, tmp_path: Path) -> None:
    operations = (
        Operation(Code.STORE, 0, 1, entry=4),
        Operation(Code.STORE, 0, 0, entry=1),
        Operation(Code.SNAPSHOT),
    )
    answer = run_case(operations, 2).results
    finding = Finding(
        "Linux", 2, "node-nr-values", "a statement", "detail", 1, operations, answer, answer
    )
    path = tmp_path / "k.json"
    example = Counterexample(finding, SplitKind.ONE_LEVEL, {}, "0.1")
    path.write_text(counterexample.dumps(example))
    status, text = run(str(path), "--kernel", str(kernel.path))
    assert status == 1
    assert "still breaks" in text


INCLUDE = "#include <linux/slab.h>\n"


def series(tree: Path, box: Path, *changes: tuple[str, str]) -> Path:
    for old, new in changes:
        change(tree, "lib/xarray.c", old, new)
    return mailbox(tree, box)


def on_series(tree: Path, box: Path, *more: str) -> tuple[int, str]:
    case = box.with_suffix(".case")
    case.write_text("store(0)\n")
    options = ["--chunk-shift", "2", "--kernel", str(tree), "--mbox", str(box), *more]
    return run(str(case), *options)


def test_a_series_may_include_what_lib_code_includes(tree: Path, tmp_path: Path) -> None:
    added = INCLUDE + "#include <linux/cleanup.h>\n#include <linux/kmemleak.h>\n"
    assert on_series(tree, series(tree, tmp_path / "box", (INCLUDE, added)))[0] == 0


def test_a_header_without_a_stand_in_is_the_tools_limit(tree: Path, tmp_path: Path) -> None:
    added = INCLUDE + "#include <linux/xyzzy.h>\n"
    box = series(tree, tmp_path / "box", (INCLUDE, added))
    for more in ([], ["--each-patch"]):
        status, said = on_series(tree, box, *more)
        assert status == 2
        assert said.startswith("the tool has no stand-in for linux/xyzzy.h, which lib/xarray.c of")
    assert on_series(tree, box, "--include-empty", "linux/xyzzy.h")[0] == 0
    (tmp_path / "given/linux").mkdir(parents=True)
    (tmp_path / "given/linux/xyzzy.h").write_text("#error it is read\n")
    assert "it is read" in on_series(tree, box, "--include", str(tmp_path / "given"))[1]


def test_a_changed_signature_is_called_otherwise_by_the_tool(tree: Path, tmp_path: Path) -> None:
    old = "void xas_try_split(struct xa_state *xas, void *entry, unsigned int order"
    for name in ("include/linux/xarray.h", "lib/xarray.c"):
        change(tree, name, old, old + ", gfp_t gfp")
    status, said = on_series(tree, mailbox(tree, tmp_path / "box"))
    assert status == 2
    assert said.startswith("the tool calls xas_try_split otherwise than linux + 2 patches declares")


def test_a_prefix_that_does_not_compile_by_its_own_fault_fails(tree: Path, tmp_path: Path) -> None:
    use = "int twice(int x);\nint twice(int x) { return doubled(x); }\n"
    box = series(
        tree,
        tmp_path / "box",
        (INCLUDE, INCLUDE + use),
        ("int twice(int x);\n", "static int doubled(int x) { return 2 * x; }\nint twice(int x);\n"),
    )
    assert on_series(tree, box)[0] == 0
    status, said = on_series(tree, box, "--each-patch")
    assert status == 1
    assert "1 of 2 patches does not compile: lib/xarray.c:" in said
    assert "'doubled'" in said and "stand-ins" not in said


VALUES = "	unsigned int values = node->nr_values;\n"
SPLITS = "store(0, 2)\nsplit(0, 2 to 0)\n"


def test_with_which_patch_it_came_and_where_to_look(tree: Path, tmp_path: Path) -> None:
    change(tree, "lib/xarray.c", VALUES, VALUES + "	node->count += 0;\n")
    change(tree, "lib/xarray.c", "count += 0;", "count++;", "XArray: Count it")
    box = mailbox(tree, tmp_path / "box")
    written, kept = tmp_path / "case", tmp_path / "kept.json"
    written.write_text(SPLITS)
    operations = (*parse_case(SPLITS).operations, Operation(Code.SNAPSHOT))
    right = run_case(operations, 2).results
    finding = Finding("Linux", 2, "node-count", "a statement", "", 2, operations, right, right)
    example = Counterexample(finding, SplitKind.ITERATIVE, {}, "0.1")
    kept.write_text(counterexample.dumps(example))
    series = ["--kernel", str(tree), "--mbox", str(box)]
    for options in ([str(written), "--chunk-shift", "2"], [str(kept)]):
        status, text = run(*options, *series)
        said = " ".join(text.split())
        assert status == 1
        assert 'new with patch 2 of 2, "[PATCH 2/2] XArray: Count it".' in said
        assert "Look here first" in said and "no proof" in said
        assert "lib/xarray.c:" in said and "(patch 2 of 2, @@" in said
    status, text = run(str(kept), *series, "--json")
    (told,) = json.loads(text)["subjects"]
    assert status == 1 and told["still"]["origin"]["since"] == ["patch 2 of 2"]
    assert told["where"]["lines"][0]["brought_by"] == "patch 2 of 2"


def test_what_was_there_before_does_not_count(tree: Path, tmp_path: Path) -> None:
    change(tree, "lib/xarray.c", VALUES, VALUES + "	node->count++;\n")
    later = tmp_path / "later"
    shutil.copytree(tree, later)
    change(later, "lib/xarray.c", "node->count++;", "node->count += 1;")
    path = tmp_path / "case.txt"
    path.write_text(SPLITS)
    options = [str(path), "--chunk-shift", "2", "--kernel", str(later), "--base", str(tree)]
    status, text = run(*options)
    assert status == 0 and "something breaks" in text and "there before." in text
    assert "Look here first" not in text
    assert run(*options, "--all")[0] == 1


def test_git_bisect_names_the_commit(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect that came after commits that do not compile."""
    code = "	unsigned long nodes = 0;\n"
    (tmp_path / "case.txt").write_text("chunk shift 1\nstore(0, 1)\nsplit(0, 1 to 0)\n")
    change(tree, "lib/xarray.c", code, "	unsigned long nodes = ;\n", "does not compile")
    change(tree, "lib/xarray.c", "nodes = ;", "nodes = 0; /* right */", "compiles")
    change(tree, "lib/xarray.c", "nodes = 0; /* right */", "nodes = 1;", "the defect")
    change(tree, "lib/xarray.c", "nodes = 1;", "nodes = 1; /* still */", "a comment")
    git(tree, "bisect", "start", "HEAD", "base")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[3]))
    command = ["xasplit", "replay", "--bisect", str(tmp_path / "case.txt")]
    told = git(tree, "bisect", "run", *command)
    assert "is the first bad commit" in told
    assert git(tree, "log", "-1", "--format=%s", "refs/bisect/bad") == "the defect\n"


def test_bisection_asks_for_the_files_own_property(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something else that breaks is another defect; a file that is none is no commit's fault."""
    monkeypatch.chdir(tree)
    change(tree, "lib/xarray.c", "	unsigned long nodes = 0;\n", "	unsigned long nodes = 1;\n")
    case = parse_case("store(0, 2)\nsplit(0, 2 to 0)\n").operations
    answer = run_case(case, 1).results
    for name, wanted in (("split-requests", 1), ("split-marks", 0)):
        finding = Finding("Linux 6.99.1", 1, name, "told", "told", 1, case, answer, answer)
        example = Counterexample(finding, SplitKind.ITERATIVE, {}, "0.1")
        (tmp_path / "file.json").write_text(counterexample.dumps(example))
        assert run(str(tmp_path / "file.json"), "--bisect")[0] == wanted
    (tmp_path / "file.json").write_text("{}")
    assert run(str(tmp_path / "file.json"), "--bisect")[0] == STOP


def test_a_schedule_is_explored_whole(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its choices have no meaning in other code: the reader is explored, also in a bisection."""
    monkeypatch.chdir(tree)
    root = Path(__file__).resolve().parents[3]
    file = str(root / "docs/reports/next-marked-sibling/schedule.json")
    name = "include/linux/xarray.h"
    status, text = run(file, "--kernel", str(tree))
    assert status == 0 and "holds in every execution" in text
    change(tree, name, "if (held && !xa_is_internal(held)) {", "if (held) {")
    status, text = run(file, "--kernel", str(tree), "--json")
    told = json.loads(text)
    assert (status, told["promise"]) == (1, "load-internal")
    assert told["subjects"] == [{"source": "Linux 6.99.1", "holds": False}]
    assert run(file, "--bisect")[0] == 1
    change(tree, name, "if (held) {", "if (held {")
    assert run(file, "--bisect")[0] == 125
    (tmp_path / "wrong.json").write_text('{"format": "xasplit schedule"}')
    assert run(str(tmp_path / "wrong.json"), "--bisect")[0] == STOP
