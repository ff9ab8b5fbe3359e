# SPDX-License-Identifier: GPL-2.0-or-later
import struct
from pathlib import Path

import pytest

from benchmarks.group import Settings
from benchmarks.result import NotRun
from benchmarks.sweep import _HEAD, _run, loop, write
from models.kernel.source import port_source
from models.subject.build import build
from models.subject.implementation import Implementation
from models.sweep.sweep import Unit
from tests.tools import needs

S = 1
UNIT = Unit(S, 1, 0, 3)


@needs("gcc")
def test_the_loop_compares_every_answer(tmp_path: Path) -> None:
    source = port_source()
    one = Implementation("port", source, False, {S: build(source, S)})
    path, program = tmp_path / "cases", loop(S, tmp_path)
    settings = Settings(tmp_path, quick=True)
    assert write(UNIT, one, path) == sum(len(starts) for _, starts in UNIT.groups())
    assert _run(program, path, settings) > 0
    data = bytearray(path.read_bytes())
    struct.pack_into("<B", data, _HEAD.size, data[_HEAD.size] ^ 1)
    path.write_bytes(data)
    with pytest.raises(NotRun, match="another answer than the model"):
        _run(program, path, settings)
