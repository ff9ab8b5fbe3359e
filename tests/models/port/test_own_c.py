# SPDX-License-Identifier: GPL-2.0-or-later
"""Our own C under the compiler's analyzer, and the explorer's under the sanitizers; the driver runs
under them in ``test_worker.py``."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from models.kernel.source import port_source
from models.readers import build as rcu
from models.readers import explorer
from models.readers.explorer import Case, Merging, Problem, Trouble
from models.subject.build import FLAGS, preprocessing
from specs.readers import Memory
from tests.tools import has_sanitizers, needs

MODELS = Path(__file__).resolve().parents[3] / "models"
SPLIT = Case("split", 3, 2, 8, 8)


def analyzed(paths: list[Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """What gcc's analyzer says of these files; skips where it has none for C."""
    version = subprocess.run(["gcc", "-dumpversion"], capture_output=True, text=True, check=True)
    if int(version.stdout.partition(".")[0]) < 12:
        pytest.skip("needs gcc 12 or later, whose analyzer is made for C")
    seen = preprocessing(port_source(), 6, "XA_DEBUG=1", "XASPLIT_HAVE_GET_ORDER")
    seen[seen.index("include")] = str(port_source().directory / "include")
    warnings = ["-fanalyzer", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror"]
    command = ["gcc", *FLAGS, *warnings, *seen, "-c", *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


@needs("gcc")
@pytest.mark.parametrize("room", ["driver", "measure", "readers"])
def test_the_analyzer_finds_nothing(room: str, tmp_path: Path) -> None:
    paths = sorted((MODELS / room).glob("*.c"))
    done = analyzed(paths, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(tmp_path.glob("*.o"))) == len(paths)


@needs("gcc")
def test_the_analyzer_finds_memory_that_is_used_without_a_look(tmp_path: Path) -> None:
    shutil.copytree(MODELS / "readers", tmp_path / "readers")
    fatal = tmp_path / "readers" / "fatal.c"
    text = fatal.read_text()
    check = "	if (!room)\n		broken("
    assert text.count(check) == 1
    fatal.write_text(text.replace(check, f"	*(char *)room = 0;\n{check}"))
    done = analyzed([fatal], tmp_path)
    assert done.returncode and "null-dereference" in done.stderr


def test_memory_is_asked_for_in_one_place() -> None:
    """Where it is looked at whether there was any; the analyzer follows no pointer that is kept."""
    asked = {
        f"{path.parent.name}/{path.name}": found
        for room in ("driver", "measure", "readers")
        for path in (MODELS / room).glob("*.c")
        if (found := re.findall(r"\b(?:m|c|re)alloc(?:array)?\(|\bstrn?dup\(", path.read_text()))
    }
    assert asked == {"readers/fatal.c": ["reallocarray("]}


def test_no_handler_of_a_signal_jumps_but_where_it_may() -> None:
    """The driver's never does; the explorer's only out of the reader's own access."""
    for room in ("driver", "measure", "readers"):
        for path in (MODELS / room).glob("*.c"):
            text = path.read_text()
            assert "siglongjmp" not in text and "= setjmp" not in text, path
            if ".sa_handler" in text:
                assert "longjmp" not in text or path.parent.name == "driver", path
    driver = (MODELS / "driver" / "main.c").read_text()
    handler = driver.partition("static void tick(int signal)\n{")[2].partition("\n}\n")[0]
    assert "_exit(" in handler and not re.search(r"fail|printf|jmp|alloc", handler)


ENDLESS = '	for (;;)\n		__asm__ volatile("");\n'
FIND = "void *xas_find(struct xa_state *xas, unsigned long max)\n{\n"
START = "	void *held = xas_start(xas);\n"
LINE = "	XA_NODE_BUG_ON(node, last >= XA_CHUNK_SIZE);\n"


def sanitized(*edits: tuple[str, str, str]) -> Path:
    """The explorer of a changed port, its own sources under the sanitizers."""
    if not has_sanitizers():
        pytest.skip("needs the compiler's address and undefined-behaviour sanitizers")
    changed = {file: (old, new) for file, old, new in edits}
    return rcu.build(port_source(), 2, changed, sanitize=True)


def test_the_sanitizers_find_nothing_in_the_explorer() -> None:
    executable = sanitized()
    readers = ("load", "reload", "get-order", "find-ordered", "marked", "next")
    for case in (SPLIT, Case("try-split", 3, 0, 8, 12), Case("merge", 2, 0, 4, 4)):
        for merging in Merging:
            answer = explorer.run(
                executable, case, Memory.WEAK, readers, executions=40, merging=merging
            )
            assert answer.problem is None and len(answer.results) == 3 * len(readers)
    answer = explorer.run(executable, SPLIT, Memory.WEAK, ("find",))
    (breach,) = answer.results[-1].breaches
    events, broken = explorer.replay(
        executable, SPLIT, Memory.WEAK, "find", breach.start, breach.schedule
    )
    assert events and broken == ("unordered-covers",)
    assert len(explorer.litmus(executable)) >= 30


def test_the_sanitizers_find_a_write_beside_what_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(MODELS / "readers", tmp_path / "readers")
    memory = tmp_path / "readers" / "memory.c"
    text = memory.read_text()
    line = "	location->versions[0] = (struct version)"
    assert text.count(line) == 1
    memory.write_text(text.replace(line, f"	location->versions[8].time = 0;\n{line}"))
    monkeypatch.setattr(rcu, "_HERE", tmp_path / "readers")
    # To look up names for its report takes longer than a step of the writer may.
    monkeypatch.setenv("ASAN_OPTIONS", "symbolize=0")
    answer = explorer.run(sanitized(), SPLIT, Memory.WEAK, ("load",))
    assert answer.problem == Problem(Trouble.CRASH, "", "ended with status 1")


def test_the_sanitizers_find_nothing_where_the_code_under_test_goes_wrong() -> None:
    crash = f"{LINE}	if (order == 2)\n		*(volatile int *)8 = 1;\n"
    wrong = sanitized(
        ("lib/xarray_split.c", LINE, crash + "	if (order == 3)\n" + ENDLESS),
        ("lib/xarray_iter.c", FIND, FIND + ENDLESS),
        ("lib/xarray.c", START,
         f"{START}\n	if (xas->xa_index == 3)\n"
         "		return *(void *volatile *)8;\n"),
    )  # fmt: skip
    small = Case("split", 1, 0, 2, 2)
    told = {
        order: explorer.run(wrong, Case("split", order, 0, 1 << order, 1 << order), Memory.WEAK,
                            ("load",)).problem
        for order in (2, 3)
    }  # fmt: skip
    assert told == {
        2: Problem(Trouble.CRASH, "", "Segmentation fault"),
        3: Problem(Trouble.HANG, "", ""),
    }
    answer = explorer.run(wrong, small, Memory.WEAK, ("load", "find"))
    assert answer.problem is not None
    assert (answer.problem.trouble, answer.problem.reader) == (Trouble.HANG, "find")
    broken = {one.promise for result in answer.results for one in result.breaches}
    assert broken == {"reader-wild"}
