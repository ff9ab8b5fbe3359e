# SPDX-License-Identifier: GPL-2.0-or-later
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from review.cli import main
from review.commands.completion import SHELLS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_asks_xasplit(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell], prog_name="xasplit")
    assert done.exit_code == 0
    assert f"_XASPLIT_COMPLETE={shell}_complete" in done.stdout


def test_in_bash_a_command_and_an_option_are_completed(tmp_path: Path) -> None:
    """As bash does it: the function that the script registers fills COMPREPLY."""
    tool = tmp_path / "xasplit"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m xasplit "$@"\n')
    tool.chmod(0o755)
    script = (
        'eval "$(xasplit completion bash)"; function="$(complete -p xasplit)"\n'
        'try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()\n'
        '  _xasplit_completion xasplit; echo "${COMPREPLY[@]}"; }\n'
        'case "$function" in *_xasplit_completion*) ;; *) exit 1;; esac\n'
        "try xasplit sc; try xasplit search --chunk; try xasplit completion f"
    )
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(
        [str(shutil.which("bash")), "--norc", "-c", script],
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("schema\n--chunk-shift\nfish\n", "")
