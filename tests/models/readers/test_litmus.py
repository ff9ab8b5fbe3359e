# SPDX-License-Identifier: GPL-2.0-or-later
"""herd7 is not needed here: the files' form is checked, and their results against the explorer."""

import re
from pathlib import Path

import pytest

from models.kernel.source import port_source
from models.readers import explorer, litmus
from models.readers.build import build
from models.readers.explorer import ExplorerError
from models.readers.litmus import SHAPES, Shape
from specs.readers import Memory

PROCESS = re.compile(r"P(\d)\(([^)]*)\)\n\{\n((?:\t[^\n]*;\n|\n)+)\}", re.MULTILINE)


@pytest.fixture(scope="module")
def port() -> Path:
    return build(port_source(), 2)


def test_results_are_the_explorers_and_of_both_kinds(port: Path, tmp_path: Path) -> None:
    answered = {name: (expected, found) for name, memory, expected, found in
                explorer.litmus(port) if memory is Memory.WEAK}  # fmt: skip
    paths = litmus.write(port, tmp_path / "new")
    assert [path.stem for path in paths] == [shape.name for shape in SHAPES]
    results = set()
    for path, shape in zip(paths, SHAPES, strict=True):
        (result,) = re.findall(r"^ \* Result: (\w+)$", path.read_text(), re.MULTILINE)
        expected, found = answered[shape.shape]
        assert expected == found and result == {"seen": "Sometimes", "never": "Never"}[found]
        results.add(result)
    assert results == {"Never", "Sometimes"}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_the_form_is_that_of_the_kernels_files(shape: Shape) -> None:
    text = litmus.text(shape, "Never")
    assert text.startswith(f"C {shape.name}\n\n(*\n * Result: Never\n")
    assert all(len(line.expandtabs()) <= 74 for line in text.splitlines())
    _, rest = text.split("*)\n\n", 1)
    init = rest[: rest.index("}\n")]
    places = set(re.findall(r"(\w+)=", init))
    processes = {number: (names, body) for number, names, body in PROCESS.findall(rest)}
    assert set(processes) == {"0", "1"}
    for names, body in processes.values():
        parameters = re.findall(r"\*(\w+)(?:,|$)", names)
        assert set(parameters) <= places and all(re.search(rf"\b{p}\b", body) for p in parameters)
    (asked,) = re.findall(r"^exists \((.*)\)$", rest, re.MULTILINE)
    for process, register, value in re.findall(r"(\d):(\w+)=(\w+)", asked):
        assert f"int {'*' if value in places else ''}{register};" in processes[process][1]
        assert value in places or value.isdigit()


def test_a_shape_that_the_explorer_does_not_have_is_told(
    port: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(litmus, "SHAPES", (*SHAPES, Shape("x", "no such", "", "", "", "", "")))
    with pytest.raises(ExplorerError, match="no such"):
        litmus.answers(port)
