# SPDX-License-Identifier: GPL-2.0-or-later
"""The C port by itself: no warning in any build, and ``port_smoke.c`` under the sanitizers."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.tools import COMPILERS

ROOT = Path(__file__).resolve().parents[3]
PORT = ROOT / "models" / "port"
SHIMS = ROOT / "models" / "kernel" / "include"
SMOKE = Path(__file__).with_name("port_smoke.c")

VARIANTS = ("iterative", "recursive")
SHIFTS = (1, 2, 3, 4, 5, 6)
MOST = [pytest.param(s, marks=[pytest.mark.long] * (s in (3, 5))) for s in SHIFTS]
WARNINGS = ("-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow")
SANITIZERS = ("-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def compile_port(
    compiler: str, s: int, variant: str, *arguments: str | Path, port: Path = PORT
) -> subprocess.CompletedProcess[str]:
    command = [compiler, *WARNINGS, f"-DXA_CHUNK_SHIFT={s}", "-I", str(port / "include")]
    command += ["-isystem", str(SHIMS)]
    if variant == "recursive":
        command.append("-DXA_SPLIT_RECURSIVE")
    command += [str(argument) for argument in arguments]
    command += [str(source) for source in sorted((port / "lib").glob("*.c"))]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def run_smoke(
    folder: Path, compiler: str, s: int, variant: str, port: Path = PORT
) -> subprocess.CompletedProcess[str]:
    program = folder / "smoke"
    built = compile_port(
        compiler, s, variant, "-DXA_DEBUG", *SANITIZERS, SMOKE, "-o", program, port=port
    )
    assert built.returncode == 0, built.stderr
    return subprocess.run([program], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("debug", ["-UXA_DEBUG", "-DXA_DEBUG"])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("s", MOST)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_no_warning(compiler: str, s: int, variant: str, debug: str) -> None:
    result = compile_port(compiler, s, variant, "-fsyntax-only", debug)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("s", (pytest.param(1, marks=pytest.mark.long), 6))
@pytest.mark.parametrize("compiler", COMPILERS)
def test_no_warning_when_optimizing(compiler: str, s: int, variant: str, tmp_path: Path) -> None:
    result = compile_port(compiler, s, variant, "-O2", "-shared", "-fPIC", "-o", tmp_path / "port")
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(unsigned char)values;", "values;"),
        # The series' type for the number of nodes.
        ("	unsigned long nodes = 0;", "	unsigned int nodes = 0;"),
    ],
)
def test_a_warning_would_be_seen(old: str, new: str, tmp_path: Path) -> None:
    port = changed(tmp_path, "xarray_split.c", old, new)
    result = compile_port("gcc", 6, "iterative", "-fsyntax-only", port=port)
    assert "Wconversion" in result.stderr


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("s", MOST)
def test_splits_and_merges(s: int, variant: str, tmp_path: Path) -> None:
    compiler = "clang" if s % 2 and shutil.which("clang") else "gcc"
    result = run_smoke(tmp_path, compiler, s, variant)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    lines = result.stdout.splitlines()
    if s == 6:
        assert "split 18 to 0: 4161 nodes, 2396736 bytes" in lines
    nodes = 1 + 2**s
    assert any(line.startswith(f"split {2 * s} to 0: {nodes} nodes") for line in lines)


DEFECTS = {
    "slots that leave the values stay counted": (
        "xarray_split.c",
        "values -= slots;",
        "values -= 1;",
    ),
    "new entries lose the marks": (
        "xarray_split.c",
        "		if (new->marks[mark])\n",
        "		if (new->marks[mark] && mark)\n",
    ),
    "the callback is not told of inner nodes": (
        "xarray_split.c",
        "	split_set_marks(parent, offset, new);\n	xas_update(xas, child);\n",
        "	split_set_marks(parent, offset, new);\n",
    ),
    "a subtree is linked into the wrong slot": (
        "xarray_split.c",
        "child->offset = (unsigned char)offset;\n		RCU",
        "child->offset = (unsigned char)first;\n		RCU",
    ),
    "one node too many": (
        "xarray_split.c",
        "nodes; nodes--)",
        "nodes + 1; nodes--)",
    ),
    "a failed allocation leaks": (
        "xarray_split.c",
        "xas_set_err(xas, -ENOMEM);\n			xas_destroy(xas);",
        "xas->xa_alloc = NULL;\n			xas_set_err(xas, -ENOMEM);",
    ),
    "a store into a larger entry counts one slot": (
        "xarray.c",
        "	while (end < XA_CHUNK_SIZE && ",
        "	while (!entry && end < XA_CHUNK_SIZE && ",
    ),
    "the shift reaches the width of a word": (
        "xarray.c",
        "return span < BITS_PER_LONG ? (1UL << span) - 1 : ULONG_MAX;",
        "return (1UL << span) - 1;",
    ),
    "a pause goes on from the index inside the entry": (
        "xarray_iter.c",
        "xas_move(xas, xas_slot_behind(xas));",
        "xas->xa_index += (xas_slot_behind(xas) - xas->xa_offset) << xas->xa_node->shift;",
    ),
    "an erase leaves the marks": (
        "xarray.c",
        "	if (!entry)\n		xas_init_marks(xas);\n\n",
        "",
    ),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_does_not_pass(defect: str, tmp_path: Path) -> None:
    port = changed(tmp_path, *DEFECTS[defect])
    result = run_smoke(tmp_path, "gcc", 2, "iterative", port)
    assert result.returncode != 0


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    """A copy of the port with one piece of text replaced."""
    port = folder / "port"
    for path in sorted(PORT.rglob("*.[ch]")):
        target = port / path.relative_to(PORT)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text()
        if path.name == name:
            assert text.count(old) == 1, f"{name} no longer has {old!r} exactly once"
            text = text.replace(old, new)
        target.write_text(text)
    return port
