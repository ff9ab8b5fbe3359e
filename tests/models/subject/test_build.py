# SPDX-License-Identifier: GPL-2.0-or-later
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.driver.worker import Worker
from models.kernel.source import Source, port_source
from models.subject import build
from models.subject.build import BuildError, ToolError, UnclearError
from tests.tools import COMPILERS
from xarray_model.geometry import CHUNK_SHIFTS
from xarray_model.operations import Code, Operation
from xarray_model.snapshot import decode

SNAPSHOT = Operation(Code.SNAPSHOT).encode()


def chunk_shift_of(executable: Path) -> int:
    with Worker(executable) as worker:
        return decode(worker.run([SNAPSHOT]).results).chunk_shift


def test_every_chunk_shift_is_built() -> None:
    built = build.build_all(port_source())
    assert {shift: chunk_shift_of(path) for shift, path in built.items()} == {
        shift: shift for shift in CHUNK_SHIFTS
    }


def test_what_was_built_is_reused(monkeypatch: pytest.MonkeyPatch) -> None:
    first = build.build(port_source(), 2)
    monkeypatch.setattr(build, "compile_source", lambda *_: pytest.fail("compiled again"))
    assert build.build(port_source(), 2) == first


def test_each_input_has_its_own_executable() -> None:
    port = port_source()
    paths = {
        build.build(port, 2),
        build.build(port, 3),
        build.build(port, 2, sanitize=True),
        build.build(port, 2, cflags=["-O1"]),
        build.build(port_source(recursive=True), 2),
    }
    assert len(paths) == 5


@pytest.mark.parametrize("name", COMPILERS)
@pytest.mark.parametrize("shift", [pytest.param(1, marks=pytest.mark.long), 6])
@pytest.mark.parametrize("sanitize", [False, pytest.param(True, marks=pytest.mark.long)])
def test_the_driver_has_no_warnings(
    name: str, shift: int, sanitize: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", name)
    flags = ["-Wall", "-Wextra", "-Wshadow", "-Werror"]
    assert build.build(port_source(), shift, sanitize=sanitize, cflags=flags).is_file()


def test_no_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match="no C compiler found") as caught:
        build.build(port_source(), 2)
    assert "\n" not in str(caught.value)


def test_a_named_compiler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler -m64")
    with pytest.raises(BuildError, match="no-such-compiler"):
        build.build(port_source(), 2)


def test_a_compiler_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "false")
    with pytest.raises(BuildError, match="does not work as a C compiler"):
        build.build(port_source(), 2)


def altered(tmp_path: Path, unit: str, text: str) -> Source:
    """The port with one more file."""
    port = port_source()
    shutil.copytree(port.directory, tmp_path / "port")
    (tmp_path / "port" / unit).write_text(text)
    return replace(
        port,
        directory=tmp_path / "port",
        units=(*port.units, unit),
        sha256={**port.sha256, unit: text},
    )


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("int f(void) { return }", BuildError, "port does not compile: lib/extra"),
        ("int f(void) { return lost_name; }", UnclearError, "compile: .*lost_name"),
        ("int f(void) { return lost(); }", UnclearError, "compile: .*lost"),
        ("#include <linux/not-there.h>", ToolError, "no stand-in for linux/not-there.h"),
        (
            "void f(void); void g(void); void g(void) { f(); }",
            UnclearError,
            "port does not link: undefined reference to f",
        ),
    ],
)
def test_what_does_not_compile_is_one_line(
    tmp_path: Path, text: str, kind: type[BuildError], says: str
) -> None:
    with pytest.raises(BuildError, match=says) as caught:
        build.build(altered(tmp_path, "lib/extra.c", text), 2)
    assert "\n" not in str(caught.value)
    assert type(caught.value) is kind


def test_a_chunk_shift_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="chunk shift 7"):
        build.build(port_source(), 7)


def kept_objects(cache: Path) -> int:
    return len(list((cache / "objects").glob("*/object.o")))


def test_what_preprocessing_makes_the_same_is_compiled_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XASPLIT_CACHE", str(tmp_path))
    port, recursive = port_source(), port_source(recursive=True)
    build.build(port, 2)
    kept = kept_objects(tmp_path)
    build.build(recursive, 2)
    again = kept_objects(tmp_path)
    assert again == kept + 1  # the file whose split is recursive now
    build.build(port, 3)
    assert kept_objects(tmp_path) >= again + len(port.units)


def test_a_file_is_preprocessed_again_only_if_it_or_a_header_is_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XASPLIT_CACHE", str(tmp_path / "cache"))
    port = port_source()
    run, files = build.run_compiler, []

    def counted(source: Source, command: list[str], *given: Any) -> bytes:
        if "-E" in command:
            files.append(command[-1])
        return run(source, command, *given)

    monkeypatch.setattr(build, "run_compiler", counted)

    def preprocessed(folder: str, added: str, *seen: str) -> list[str]:
        """What is, in a copy of the port to one of whose files a line is added."""
        copy = Path(shutil.copytree(port.directory, tmp_path / folder))
        with (copy / added).open("a") as file:
            file.write(f"/* {folder} */\n")
        files.clear()
        for unit in port.units:
            options = [*build.preprocessing(port, 2), *seen]
            build.compiled(port, [*build.compiler()], ["-O0"], options, unit, copy)
        return list(files)

    assert preprocessed("first", "lib/xarray_mark.c") == list(port.units)
    assert preprocessed("unit", "lib/xarray_mark.c") == ["lib/xarray_mark.c"]
    assert preprocessed("header", "include/linux/xarray.h") == list(port.units)
    assert preprocessed("own", "lib/xarray_internal.h") == list(port.units)
    given = tmp_path / "given" / "given.h"
    given.parent.mkdir()
    given.write_text("")
    assert preprocessed("with", "LICENSE.txt", "-include", str(given)) == list(port.units)
    assert preprocessed("again", "LICENSE.txt", "-include", str(given)) == []
    given.write_text("#define GIVEN\n")
    assert preprocessed("other", "LICENSE.txt", "-include", str(given)) == list(port.units)


def test_an_object_that_was_removed_is_made_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XASPLIT_CACHE", str(tmp_path))
    port = port_source()
    asked = (port, [*build.compiler()], ["-O0"], build.preprocessing(port, 2), port.units[0])
    made = Path(build.compiled(*asked))
    shutil.rmtree(made.parent)
    assert Path(build.compiled(*asked)) == made and made.exists()


def test_code_is_optimised_as_kernels_are_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CC", f"{COMPILERS[0]}")
    assert build.compiler()[1:] == ("-O2",)
    monkeypatch.setenv("CC", f"{COMPILERS[0]} -O1")
    assert build.compiler()[1:] == ("-O2", "-O1")
