# SPDX-License-Identifier: GPL-2.0-or-later
"""Several seeded defects planted in one copy of a source: of the port, or of a kernel."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from models.kernel.source import Source
from models.mutants.mutant import Mutant, MutantError
from models.mutants.planted import with_contents
from models.mutants.run import FLAGS
from models.subject.build import BuildError, build
from models.subject.implementation import Implementation

SHIFTS = (1, 2, 3)
"""Where they are tried."""


def changed(mutants: Sequence[Mutant], base: Source) -> dict[str, str] | None:
    """The contents of the files of ``base`` that the mutants change, with all of the changes; None
    if they change the same text.  MutantError unless each text stands there once."""
    places: dict[str, list[tuple[int, int, str]]] = {}
    contents: dict[str, str] = {}
    for one in mutants:
        text = contents.setdefault(one.file, (base.directory / one.file).read_text())
        if (found := text.count(one.text)) != 1:
            raise MutantError(f"mutant {one.name}: {one.file} has its text {found} times")
        start = text.index(one.text)
        places.setdefault(one.file, []).append((start, start + len(one.text), one.replacement))
    for name, edits in places.items():
        edits.sort(reverse=True)
        if any(one[0] < other[1] for one, other in pairwise(edits)):
            return None
        for start, end, replacement in edits:
            contents[name] = contents[name][:start] + replacement + contents[name][end:]
    return contents


def planted(mutants: Sequence[Mutant], base: Source) -> Implementation | None:
    """``base`` with all of these defects; None if they do not go together.

    What went wrong before is told apart if the lineage of ``base`` says what it was made from.
    """
    files = changed(mutants, base)
    if files is None:
        return None
    name = " + ".join(one.name for one in mutants) or base.name
    with tempfile.TemporaryDirectory(prefix="xasplit-mutants-") as folder:
        source = with_contents(base, files, name, Path(folder))
        try:
            built = {s: build(source, s, cflags=FLAGS) for s in SHIFTS}
        except BuildError:
            if len(mutants) < 2:
                raise
            return None
    return Implementation(name, base, False, built)
