# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit replay``: verdicts and exit statuses."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from models import counterexample
from models.counterexample import Counterexample
from models.finding import Finding
from models.kernel.source import port_source
from models.reference import SplitKind, run_case
from review import replay
from tests import kernels
from tests.kernels import Kernel
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
    assert json.loads(text)[0]["holds"] is True


def test_a_file_about_a_kernel_needs_the_kernel(tmp_path: Path) -> None:
    status, text = run(str(write(tmp_path / "a.json", "Linux 6.12")))
    assert status == 2
    assert "--kernel" in text


def test_no_counterexample(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("{}")
    assert run(str(tmp_path / "b.json"))[0] == 2
    assert run(str(tmp_path / "c.json"))[0] == 2


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
