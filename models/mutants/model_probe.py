# SPDX-License-Identifier: GPL-2.0-or-later
"""Judges whichever model is first on the path: run in a process of its own by ``run.py``.

The argument is a JSON object: ``model`` (the folder that the model must come from), ``executable``
(the driver built against the unchanged port), ``chunk_shift`` and ``properties``, which are looked
for until all are found broken.  Prints a JSON object: the property and a detail of each that was.
"""

from __future__ import annotations

import json
import sys
from itertools import zip_longest
from pathlib import Path

import xarray_model
from models.kernel.source import port_source
from models.mutants import checks
from models.subject.implementation import Implementation


def main() -> None:
    """Compare the model with the port and with the specs, and print what they find."""
    task = json.loads(sys.argv[1])
    s, wanted = task["chunk_shift"], set(task["properties"])
    if Path(xarray_model.__file__).parent != Path(task["model"]):
        sys.exit(f"the model comes from {xarray_model.__file__}")
    port = Implementation("port", port_source(), False, {s: Path(task["executable"])})
    details: dict[str, str] = {}
    for compared, judged in zip_longest(checks.sweep(port, checks.ladder(s)), checks.model(s)):
        for found in (compared, judged):
            details.update({name: one.detail for name, one in found.items()})
        if wanted <= details.keys():
            break
    print(json.dumps(details))


if __name__ == "__main__":
    main()
