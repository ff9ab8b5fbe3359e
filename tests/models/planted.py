# SPDX-License-Identifier: GPL-2.0-or-later
"""A copy of the port with planted defects: ``LOAD`` at 9000 + n runs defect n of ``defects.c``."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

from models.kernel.source import Source, port_source
from xarray_model.operations import Code, Operation, encode

VALUE = 3
POINTER = 0x1000
BASE = 9000


def planted(folder: Path) -> Source:
    """The port in ``folder``, its ``xa_load`` renamed to make room for the one with defects."""
    port = port_source()
    for name in port.sha256:
        text = (port.directory / name).read_text()
        if name.startswith("lib/"):
            text = re.sub(r"\bxa_load\b", "sound_xa_load", text)
        if name == "include/linux/xarray.h":
            text += "\nvoid *sound_xa_load(struct xarray *xa, unsigned long index);\n"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "lib/defects.c").write_bytes(Path(__file__).with_name("defects.c").read_bytes())
    names = [*port.sha256, "lib/defects.c"]
    return replace(
        port,
        name="planted",
        directory=folder,
        units=(*port.units, "lib/defects.c"),
        sha256={name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names},
    )


def defect_case(number: int, entry: int = VALUE) -> bytes:
    """A case with one node (on the LRU if ``entry`` is a value) that runs defect ``number``."""
    return encode(
        [
            Operation(Code.STORE, index=1, entry=entry),
            Operation(Code.LOAD, index=BASE + number),
            Operation(Code.SNAPSHOT),
        ]
    )


SOUND = encode(
    [
        Operation(Code.STORE, index=5, entry=POINTER),
        Operation(Code.LOAD, index=5),
        Operation(Code.SNAPSHOT),
    ]
)
