# SPDX-License-Identifier: GPL-2.0-or-later
"""Which model checker .ci/cbmc takes, and that it says so where there is none to be had."""

import shutil
import subprocess
from pathlib import Path

from tests.proofs.c.test_cbmc import stand_in

SCRIPT = Path(__file__).resolve().parents[1] / ".ci" / "cbmc"


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The script in a folder of its own, with nothing on PATH but what it needs, and no apt."""
    tools, here = folder / "bin", folder / ".ci"
    for place in (tools, here):
        place.mkdir(exist_ok=True)
    for name in ("bash", "sh", "dirname", "echo"):
        found = shutil.which(name)
        assert found is not None
        if not (tools / name).exists():
            (tools / name).symlink_to(found)
    shutil.copy(SCRIPT, here)
    return subprocess.run(
        [str(tools / "bash"), str(here / "cbmc")],
        env={"PATH": str(tools), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_named_is_taken_if_it_is_of_version_6(tmp_path: Path) -> None:
    (tmp_path / "named").mkdir()
    named = stand_in(tmp_path / "named", "exit 0")
    done = run(tmp_path, CBMC=named)
    assert (done.returncode, done.stdout) == (0, f"{named}\n")


def test_one_of_before_is_passed_over_for_the_one_on_path(tmp_path: Path) -> None:
    for name in ("old", "bin"):
        (tmp_path / name).mkdir()
    old = stand_in(tmp_path / "old", "exit 0", "5.95.1 (cbmc-5.95.1)")
    on_path = stand_in(tmp_path / "bin", "exit 0", "7.0.0")
    done = run(tmp_path, CBMC=old)
    assert (done.returncode, done.stdout) == (0, f"{on_path}\n")


def test_without_any_and_without_apt_it_says_why(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    old = stand_in(tmp_path / "old", "exit 0", "5.95.1 (cbmc-5.95.1)")
    done = run(tmp_path, CBMC=old)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "cbmc cannot be had: there is none of version 6 on PATH, and no apt\n"
