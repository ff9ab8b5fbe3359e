# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m benchmarks.historical KERNEL``: each fault that the kernel's XArray once had is put
back into a kernel that has the fix, and looked for; the table goes to ``docs/historical.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
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
31 and more, histories, readers without a lock in small arrays, the families of small arrays run
whole; each of them has {limit:.0f} seconds. Seconds are of one machine that did other work too, in
one process, without what it takes to compile.

What a fix is called, and its id, were not looked up: no repository of the kernel's history was at
hand. An id stands only where it was known for certain. "Debian" means that the title stands in the
changelogs of Debian's kernel packages; "memory" that it is told as remembered, and may not be to
the letter. *Exact*: what the fix added is taken out again. *Reconstruction*: the code is another by
now, and something else has the same effect.

{caught} of {all} are caught.

| fault | the fix | known from | kind | caught by | in | seconds |
|---|---|---|---|---|---|---|
"""


def rows(tried: Iterable[tuple[Historical, Caught]]) -> Iterator[str]:
    """The rows of the table."""
    for one, found in tried:
        commit = f"`{one.commit}` " if one.commit else ""
        known = "Debian" if one.known_from.startswith("Debian") else "memory"
        nothing = f"**nothing**{': ' if one.note else ''}{one.note}"
        broken = ", ".join(f"`{name}`" for name in found.broken) or nothing
        yield (
            f"| {one.subject}: {one.text} | {commit}{one.fix} | {known} | {one.kind} | {broken}"
            f" | {found.stage or 'no stage'} | {found.seconds:.1f} |"
        )


def page(kernel: str, tried: Iterable[tuple[Historical, Caught]]) -> str:
    """The document."""
    known = list(tried)
    counts = {"caught": sum(bool(found.broken) for _, found in known), "all": len(known)}
    head = _HEAD.format(kernel=kernel, limit=LIMIT, **counts)
    return head + "\n".join(rows(known)) + "\n"


def main(named: str) -> int:
    """Look for all of them in a kernel; 0 if all are caught, 1 if not, 2 if it cannot be told."""
    tried = []
    try:
        kernel = name_of(open_source(named))
        for number, one in enumerate(HISTORICAL, 1):
            found = caught(put_back(one, named))
            tried.append((one, found))
            told = ", ".join(found.broken) or "NOT CAUGHT"
            print(
                f"{number}/{len(HISTORICAL)} {one.name}: {told}, {found.seconds:.1f} s", flush=True
            )
    except (SourceError, SeriesError) as error:
        print(f"benchmarks.historical: {error}", file=sys.stderr)
        return 2
    DOC.write_text(page(kernel, tried))
    return 0 if all(found.broken for _, found in tried) else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.historical KERNEL")
    sys.exit(main(sys.argv[1]))
