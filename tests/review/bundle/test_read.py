# SPDX-License-Identifier: GPL-2.0-or-later
"""Bundles of strangers: whatever is not as it was written is refused in a line that names it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.case.strict_json import FormatError
from review.bundle import read
from review.bundle.format import MANIFEST
from review.bundle.read import Bundle, Changed
from tests.review.forge import edit, manifest_of


def damage(place: Path) -> list[str]:
    with Bundle(place) as one:
        return [line for line in one.damage() if line]


def refused(place: Path) -> str:
    """The one line with which a bundle is refused."""
    with pytest.raises(FormatError) as error:
        damage(place)
    assert "\n" not in str(error.value) and str(error.value).isprintable()
    return str(error.value)


def files(place: Path) -> list[str]:
    return sorted(p.relative_to(place).as_posix() for p in place.rglob("*") if p.is_file())


def test_a_bundle_is_read_as_it_was_written(good_bundle: Path, bad_bundle: Path) -> None:
    assert damage(good_bundle) == damage(bad_bundle) == []
    with Bundle(good_bundle) as one:
        told = one.manifest
        assert told.complete and told.theorems is not None and told.theorems.theorems
        assert [x.name for x in told.tested] == ["port", "port (recursive)"]
        assert {x.path for x in told.obligations} <= {x.path for x in told.artefacts}
    with Bundle(bad_bundle) as one:
        (finding,) = one.manifest.findings
        assert (finding.property, finding.site) == ("node-count", "horizontal split")
        assert finding.counterexample is not None and one.read(finding.counterexample)


@pytest.mark.parametrize("name", ["good", "bad"])
def test_any_byte_of_any_artefact_counts(name: str, request: pytest.FixtureRequest) -> None:
    place: Path = request.getfixturevalue(name)
    for path in files(place):
        if path == MANIFEST:
            continue
        whole = (place / path).read_bytes()
        for at in (0, len(whole) // 2, len(whole) - 1):
            changed = bytearray(whole)
            changed[at] ^= 1
            (place / path).write_bytes(changed)
            (line,) = damage(place)
            assert line.startswith(f"{path}: ")
        (place / path).write_bytes(whole)
    assert damage(place) == []


def test_any_byte_of_the_manifest_counts(good: Path) -> None:
    whole = (good / MANIFEST).read_bytes()
    changed = 0
    for at in {0, len(whole) - 1, *range(0, len(whole), 97)}:
        data = bytearray(whole)
        data[at] ^= (1, 2, 0x80)[at % 3]
        (good / MANIFEST).write_bytes(data)
        with pytest.raises(FormatError) as error:
            Bundle(good)
        assert str(error.value).startswith(f"{MANIFEST}: ")
        changed += isinstance(error.value, Changed)
    assert changed > 50


def test_what_is_missing_cut_short_or_added_is_named(good: Path) -> None:
    path = files(good)[1]
    whole = (good / path).read_bytes()
    (good / path).write_bytes(whole[:-1])
    assert damage(good) == [f"{path}: shorter than the {len(whole)} bytes that the manifest lists"]
    (good / path).write_bytes(whole + b"x")
    assert damage(good) == [f"{path}: longer than the {len(whole)} bytes that the manifest lists"]
    (good / path).unlink()
    assert damage(good) == [f"{path}: missing"]
    (good / path).write_bytes(whole)
    (good / "obligations" / "extra.smt2").write_text("")
    assert damage(good) == ["obligations/extra.smt2: not listed in the manifest"]


def test_a_huge_file_is_not_read_beyond_its_stated_size(good: Path) -> None:
    path = files(good)[1]
    with (good / path).open("r+b") as stream:
        stream.truncate(1 << 40)
    (line,) = damage(good)
    assert line.startswith(f"{path}: longer")


def test_a_huge_manifest_is_not_read(good: Path) -> None:
    with (good / MANIFEST).open("r+b") as stream:
        stream.truncate(1 << 40)
    assert "larger than 16 MiB" in refused(good)


def link_file(place: Path) -> None:
    path = place / files(place)[1]
    shutil.move(path, place.parent / "elsewhere")
    path.symlink_to(place.parent / "elsewhere")


def link_folder(place: Path) -> None:
    shutil.move(place / "obligations", place.parent / "elsewhere")
    (place / "obligations").symlink_to(place.parent / "elsewhere")


def link_manifest(place: Path) -> None:
    shutil.move(place / MANIFEST, place.parent / "elsewhere")
    (place / MANIFEST).symlink_to(place.parent / "elsewhere")


def pipe_file(place: Path) -> None:
    path = place / files(place)[1]
    path.unlink()
    os.mkfifo(path)


def pipe_manifest(place: Path) -> None:
    (place / MANIFEST).unlink()
    os.mkfifo(place / MANIFEST)


def folder_for_file(place: Path) -> None:
    (place / MANIFEST).unlink()
    (place / MANIFEST).mkdir()


def device(place: Path) -> None:
    (place / "null").symlink_to("/dev/null")


def strange_name(place: Path) -> None:
    (place / "a\x1b[2J").write_text("")


def not_utf8(place: Path) -> None:
    (place / os.fsdecode(b"a\xff")).write_text("")


@pytest.mark.parametrize(
    "make",
    [link_file, link_folder, link_manifest, pipe_file, pipe_manifest, folder_for_file, device,
     strange_name, not_utf8],
)  # fmt: skip
def test_only_plain_files_with_plain_names(make: Callable[[Path], None], good: Path) -> None:
    make(good)
    assert refused(good)


def test_the_folder_itself_may_be_a_link(good: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(good)
    assert damage(tmp_path / "link") == []


def test_too_many_files(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.bundle.untrusted.MOST_FILES", 3)
    assert "more than 3" in refused(good)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"format":' * 3_000,
        b"[1]",
        b'"text"',
        b"{}",
        b'{"format": "xasplit bundle"}',
        b'{"format": "xasplit bundle", "version": 1}',
        b'{"format": "xasplit bundle", "version": 6}',
        b'{"format": "xasplit bundle", "version": true}',
        b'{"format": "xasplit bundle", "version": 6, "version": 6}',
        b'{"format": "xasplit bundle", "version": 6, "a": NaN}',
        b'{"format": "xasplit bundle", "version": 6, "a": 1e999}',
        b'{"format": "xasplit bundle", "version": 6, "a": ' + b"9" * 5_000 + b"}",
        b'{"format": "xasplit bundle", "version": 6, "sha256": "x"}',
    ],
)
def test_what_is_no_manifest(text: bytes, good: Path) -> None:
    (good / MANIFEST).write_bytes(text)
    assert refused(good).startswith(MANIFEST)


def first(name: str, **changes: object) -> Callable[[dict[str, Any]], object]:
    """A change of the first record of a list."""
    return lambda told: told[name][0].update(changes)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        *(
            (first("artefacts", path=path), "is not a path")
            for path in ("../x", "/etc/passwd", "a\\b", "a/../b", "./a", "a//b", "", ".", "a/",
                         "x" * 300, "a/b/c/d/e/f/g/h/i", "é")
        ),
        (first("artefacts", path="a\0b"), "do not print"),
        (first("artefacts", path="a\x1b[2Jb"), "do not print"),
        (first("artefacts", path=7), "must be a string"),
        (first("artefacts", path="manifest.json"), "manifest is no artefact"),
        (first("artefacts", bytes=1 << 40), "must be in 0.."),
        (first("artefacts", bytes=-1), "must be in 0.."),
        (first("artefacts", bytes=1.5), "must be an integer"),
        (first("artefacts", bytes=True), "must be an integer"),
        (first("artefacts", sha256="00"), "64 hexadecimal digits"),
        (first("artefacts", kind="program"), "not one of"),
        (first("artefacts", kind="report"), "are not those"),
        (first("artefacts", more=1), "unknown field"),
        (lambda told: told["artefacts"].append(told["artefacts"][0]), "no path twice"),
        (lambda told: told["artefacts"].append(told["artefacts"][-1]), "no path twice"),
        (lambda told: told["artefacts"].reverse(), "must be sorted"),
        (lambda told: told.pop("claims"), "lacks the field 'claims'"),
        (lambda told: told.update(more=1), "unknown field 'more'"),
        (lambda told: told.update(claims={}), "must be an array"),
        (lambda told: told.update(complete=1), "must be true or false"),
        (lambda told: told.update(exit_status=3), "must be in 0..2"),
        (lambda told: told["run"].update(seconds={"a": "b"}), "must be a number"),
        (lambda told: told.update(numbers={"a": [[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}), "too deeply"),
        (lambda told: told["options"].update(seed=2), "not the command of these options"),
        (first("claims", decision="perhaps"), "not one of"),
        (first("claims", statement="\x1b[2J"), "do not print"),
        (first("evidence", outcome="good"), "not one of"),
        (first("evidence", strength="certain"), "not one of"),
        (first("evidence", strength="proved"), "does not follow from what was run"),
        (first("evidence", ran=1), "does not follow from what was run"),
        (first("evidence", ran=0, strength=None), "holds, though nothing was run"),
        (first("obligations", expected="maybe"), "must be sat of a control"),
        (first("obligations", path="obligations/x.smt2"), "not the path of this obligation"),
        (first("obligations", answers={"mine": "unsat"}), "unknown solver"),
        (first("obligations", answers={"z3": "yes"}), "not one of"),
        (first("obligations", chunk_shift=7), "must be in 1..6"),
        (first("tested", files={"lib/xarray.c": "00"}), "64 hexadecimal digits"),
        (lambda told: told["tested"].append(told["tested"][0]), "the same name"),
    ],
)  # fmt: skip
def test_each_field_is_checked(
    change: Callable[[dict[str, Any]], object], told: str, good: Path
) -> None:
    line = refused(edit(good, change))
    assert line.startswith(MANIFEST) and told in line


def test_files_are_told_of_once(bad: Path) -> None:
    assert "are not those" in refused(edit(bad, lambda told: told.update(findings=[])))


def test_a_stranger_is_only_told_of_what_was_tested(bad: Path) -> None:
    assert "not among what was tested" in refused(
        edit(bad, first("findings", implementation="Linux 9"))
    )


def test_artefacts_have_a_limit_together(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.bundle.format.MOST_IN_ALL", 100)
    assert "larger than" in refused(edit(good, lambda told: None))


def test_no_bundle_at_all(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Bundle(tmp_path)
    with pytest.raises(NotADirectoryError):
        (tmp_path / "file").write_text("")
        Bundle(tmp_path / "file")


def test_a_file_that_changes_after_it_was_checked(good: Path) -> None:
    path = files(good)[1]
    with Bundle(good) as one:
        assert not any(one.damage())
        (good / path).write_bytes(b"x" * len((good / path).read_bytes()))
        with pytest.raises(Changed):
            one.read(path)


def test_descriptors_are_given_back(good: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        assert damage(good) == []
        (good / "x\x01").write_text("")
        refused(good)
        (good / "x\x01").unlink()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_forger_makes_bundles_that_are_read(good: Path) -> None:
    assert manifest_of(good)
    assert damage(edit(good, lambda told: None)) == []
    assert read.MOST_BYTES == 16 << 20
