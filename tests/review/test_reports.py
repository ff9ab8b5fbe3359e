# SPDX-License-Identifier: GPL-2.0-or-later
"""The reports in docs/reports are true: of the kernel that they are about, each test fails there
and nowhere else, and passes with right code."""

import re
import subprocess
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from models.diagnosis.reproducer import right_at
from models.kernel.format_patch import Patch, checkpatch
from models.kernel.source import Source
from models.readers import schedule
from models.subject.baseline import TEST, run_test
from review.report.layout import WIDTH
from review.run import case_files, reporting
from review.run.case_files import WrittenCase
from tests import kernels

FOLDER = Path(__file__).parents[2] / "docs" / "reports"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
ARRAY = "static DEFINE_XARRAY(array);\n"
CALLS = re.compile(r"(?s)\tcheck_split\(&array\);\n(.*?)\n\tcheck_workingset")


@pytest.fixture(scope="module")
def source() -> Source:
    return kernels.named("7.3").source


def patch_of(name: str) -> Path:
    (path,) = (FOLDER / name).glob("0001-*.patch")
    return path


def patched(name: str, source: Source, folder: Path) -> str:
    """The kernel's test with the patch of a report."""
    (folder / TEST).parent.mkdir(parents=True)
    (folder / TEST).write_bytes((source.directory / TEST).read_bytes())
    subprocess.run(["git", "apply", patch_of(name)], cwd=folder, check=True)
    return (folder / TEST).read_text()


def block(text: str, source: Source) -> str:
    """The functions that a patch adds."""
    at = (source.directory / TEST).read_text().index(ARRAY)
    return text[at : text.index(ARRAY)]


def call(text: str) -> str:
    """The call that it adds."""
    found = CALLS.search(text)
    assert found
    return found[1]


def function(name: str) -> str:
    return f"check_{name.replace('-', '_')}"


@pytest.fixture(scope="module")
def texts(source: Source, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The kernel's test with each patch by itself: each applies."""
    return {name: patched(name, source, tmp_path_factory.mktemp(name)) for name in NAMES}


def test_there_is_one_of_each_defect() -> None:
    assert len(NAMES) == 6


def test_every_test_fails_in_the_kernel_and_no_other_does(
    source: Source, texts: dict[str, str]
) -> None:
    """All in one program, compiled and run once; each fails as often as its report tells."""
    text = (source.directory / TEST).read_text()
    assert call(text) == ""
    whole = text.replace(ARRAY, "".join(block(one, source) for one in texts.values()) + ARRAY)
    at = whole.index("\tcheck_split(&array);\n") + len("\tcheck_split(&array);\n")
    whole = whole[:at] + "".join(map(call, texts.values())) + whole[at:]
    done = run_test(reporting.with_test(source, whole))
    assert done.run is not None and not done.ended
    failed: dict[str, int] = {}
    for place, count in done.failures.items():
        name = place.partition(":")[0]
        failed[name] = failed.get(name, 0) + count
    told = {
        function(name): int(found[1].replace(",", ""))
        for name in NAMES
        if (found := re.search(r"- ([\d,]+) fail in ", (FOLDER / name / MAIL).read_text()))
    }
    assert failed == told and set(told) == {*map(function, NAMES)}


MAIL = "0000-report.eml"


@pytest.mark.parametrize("name", NAMES)
def test_they_pass_with_right_code(name: str, source: Source, texts: dict[str, str]) -> None:
    code = block(texts[name], source).partition("#else")[0].partition("#ifdef")[2]
    code = code.partition("\n")[2] or block(texts[name], source)
    assert right_at(source, code, 6)
    if name == NAMES[0]:  # The control: one check more, that fails.
        wrong = code.replace(
            "	xa_destroy(xa);\n", "	XA_BUG_ON(xa, 1);\n	xa_destroy(xa);\n"
        )
        assert wrong != code and not right_at(source, wrong, 6)


@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_about_this_kernel_and_says_who_can_meet_it(name: str, source: Source) -> None:
    mail = message_from_bytes((FOLDER / name / MAIL).read_bytes(), policy=policy.default)
    body = mail.get_content()
    assert mail["Subject"] == (FOLDER / name / "subject.txt").read_text().strip()
    for file in ("lib/xarray.c", "include/linux/xarray.h"):
        assert source.sha256[file][:24] in body
    assert (FOLDER / name / "callers.txt").read_text().strip() in body
    assert patch_of(name).name in " ".join(body.split())
    assert "No Fixes tag: " in body and "Reviewed-by" not in body
    assert max(map(len, body.splitlines())) <= WIDTH


@pytest.mark.parametrize("name", [one for one in NAMES if (FOLDER / one / "case.txt").exists()])
def test_a_case_is_the_known_deviation_that_it_is_named_after(name: str, source: Source) -> None:
    case = case_files.load(str(FOLDER / name / "case.txt"))
    assert isinstance(case, WrittenCase) and case.chunk_shift in reporting.KERNELS
    found = reporting.case_defect(source, case.chunk_shift, case.operations)
    assert found.known is not None and found.known.name == name


@pytest.mark.parametrize(
    "name", [one for one in NAMES if (FOLDER / one / "schedule.json").exists()]
)
def test_a_schedule_shows_what_it_tells(name: str, source: Source) -> None:
    told = schedule.loads((FOLDER / name / "schedule.json").read_bytes())
    assert schedule.replay(told, source).reproduced
    assert (FOLDER / name / "test.c").exists()


@pytest.mark.long
def test_checkpatch_finds_nothing_in_the_patches() -> None:
    """That of another kernel, since the one that they are for came without."""
    kernel = kernels.named("6.12").path
    for name in NAMES:
        path = patch_of(name)
        assert checkpatch(kernel, None, Patch(path.name, path.read_bytes()))[0] is True, name
