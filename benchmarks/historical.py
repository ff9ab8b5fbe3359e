# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m benchmarks.historical KERNEL [FAULT]...``: each fault that the kernel's XArray once
had is put back into a kernel that has the fix, and looked for; the table goes to
``docs/historical.md``.  Where some are named, the rows of the others stay as they are."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from models.kernel.mailbox import SeriesError
from models.kernel.source import SourceError, open_source
from models.mutants.historical import HISTORICAL, LIMIT, Caught, Historical, caught, put_back
from models.subject.implementation import name_of

DOC = Path(__file__).resolve().parents[1] / "docs" / "historical.md"
_HEAD = """\
# Faults that the kernel's XArray once had

Made by `python -m benchmarks.historical KERNEL`. Each fault is a patch in
`models/mutants/historical/` that puts it back into {kernel}, which has the fix. It counts
as caught where something breaks that the kernel without the patch does not break in the same way.
The first of these stages that breaks anything is told: a few cases of every kind, entries of order
31 and more, readers without a lock at entries with siblings, histories, readers in small arrays,
the families of small arrays run whole; each of them has {limit:.0f} seconds. Seconds are of one
machine, in one process, without what it takes to compile; beside them stands its load of the minute
before, by which they are not to be compared with others, or a dash where that is older, of
when readers at siblings were no stage of their own.

What a fix is called, and its id, were not looked up: no repository of the kernel's history was at
hand. An id stands only where it was known for certain. "Debian" means that the title stands in the
changelogs of Debian's kernel packages; "memory" that it is told as remembered, and may not be to
the letter. *Exact*: what the fix added is taken out again. *Reconstruction*: the code is another by
now, and something else has the same effect.

{caught} of {all} are caught.

| fault | the fix | known from | kind | caught by | in | seconds | load |
|---|---|---|---|---|---|---|---|
"""


def row(one: Historical, found: Caught, load: float) -> str:
    """The row of the table; ``load`` is the machine's of the last minute."""
    commit = f"`{one.commit}` " if one.commit else ""
    known = "Debian" if one.known_from.startswith("Debian") else "memory"
    nothing = f"**nothing**{': ' if one.note else ''}{one.note}"
    broken = ", ".join(f"`{name}`" for name in found.broken) or nothing
    return (
        f"| {one.subject}: {one.text} | {commit}{one.fix} | {known} | {one.kind} | {broken}"
        f" | {found.stage or 'no stage'} | {found.seconds:.1f} | {load:.1f} |"
    )


def page(kernel: str, rows: Sequence[str]) -> str:
    """The document."""
    counts = {"caught": sum("| **nothing**" not in one for one in rows), "all": len(rows)}
    return _HEAD.format(kernel=kernel, limit=LIMIT, **counts) + "\n".join(rows) + "\n"


def kept(text: str, one: Historical) -> str | None:
    """The row of a fault that was looked for before, None where there is none."""
    rows = (line for line in text.splitlines() if line.startswith(f"| {one.subject}: "))
    return next(rows, None)


def main(named: str, names: Sequence[str]) -> int:
    """Look in a kernel for the faults of these names, or for all, and keep the rows of the others;
    0 if all of the table are caught, 1 if not, 2 if it cannot be told."""
    found: list[str] = []
    try:
        if wrong := set(names) - {one.name for one in HISTORICAL}:
            raise SourceError(f"there is no fault {', '.join(sorted(wrong))}")
        kernel = name_of(open_source(named))
        text = DOC.read_text() if names else ""
        for number, one in enumerate(HISTORICAL, 1):
            before = None if one.name in names else kept(text, one)
            if before is not None:
                found.append(before)
                continue
            now = caught(put_back(one, named))
            found.append(row(one, now, os.getloadavg()[0]))
            told = ", ".join(now.broken) or "NOT CAUGHT"
            print(f"{number}/{len(HISTORICAL)} {one.name}: {told}, {now.seconds:.1f} s", flush=True)
    except (SourceError, SeriesError) as error:
        print(f"benchmarks.historical: {error}", file=sys.stderr)
        return 2
    DOC.write_text(page(kernel, found))
    return int(any("| **nothing**" in one for one in found))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python -m benchmarks.historical KERNEL [FAULT]...")
    sys.exit(main(sys.argv[1], sys.argv[2:]))
