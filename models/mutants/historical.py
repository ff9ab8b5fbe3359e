# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults that the kernel's XArray once had, put back into a kernel that has the fix.

Each is a patch to a kernel's own files in ``historical/``, in as few lines as a diff needs, with
what was wrong in our words.  ``Fix`` is the subject of the change that fixed it, ``Commit`` the id
of that change where it was known for certain, ``Known-from`` what the subject is known from: no
repository of the kernel's history was at hand.  ``Kind`` is "exact" where what the fix added is
taken out again, and "reconstruction" where the code is another by now, so that something else has
the same effect.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_string
from functools import partial
from pathlib import Path

from models.case.findings import Findings
from models.case.known import with_known
from models.histories.search import MachineReport, search
from models.kernel.series import apply_series
from models.kernel.source import Source
from models.mutants.checks import high
from models.readers.explore import explore
from models.subject.implementation import Implementation, examine
from models.sweep.families import Family
from models.sweep.sweep import Unit, complete_units, quick_units, run_unit

FOLDER = Path(__file__).resolve().parent / "historical"
SHIFTS = (1, 2, 6)
SIBLINGS, SMALL = (6,), (1, 2)
"""Chunk shifts of the histories and first cases, and of readers at siblings and of small arrays."""
LIMIT = 60.0
"""Seconds after which a stage is given up."""
_SEED = 1
_LICENSE = "SPDX-License-Identifier"


@dataclass(frozen=True, slots=True)
class Historical:
    """A fault; the fields are those of its file, ``text`` says what was wrong, ``diff`` puts it
    back.  ``commit`` is "" where the id was not known for certain."""

    name: str
    subject: str
    fix: str
    commit: str
    known_from: str
    kind: str
    text: str
    diff: str
    note: str = ""
    """Why it is not caught, as far as that is known; "" of one that is."""


def parse(name: str, content: str) -> Historical:
    """The fault that a file tells of.  ValueError where it is not written as they are."""
    first, _, mail = content.partition("\n")
    message = message_from_string(mail)
    text, found, diff = str(message.get_payload()).partition("\n--- ")
    kind, commit = message["Kind"], message["Commit"] or ""
    fields = [message[one] for one in ("Subject", "Fix", "Known-from")]
    if not first.startswith(_LICENSE) or not found or not text.strip() or not all(fields):
        raise ValueError(f"{name}: a header, what was wrong or the diff is missing")
    if kind not in ("exact", "reconstruction") or not re.fullmatch("([0-9a-f]{12})?", commit):
        raise ValueError(f"{name}: no such kind, or no id of 12 digits")
    subject, fix, known_from = fields
    said = " ".join(text.split())
    put = f"--- {diff}"
    return Historical(
        name, subject, fix, commit, known_from, kind, said, put, message["Note"] or ""
    )


HISTORICAL = tuple(parse(path.stem, path.read_text()) for path in sorted(FOLDER.glob("*.patch")))
"""All of them."""


def put_back(one: Historical, kernel: str | Path) -> Source:
    """A kernel, as ``open_source`` takes it, with a fault put back; the kernel is its base.

    Raises SeriesError where it does not apply, SourceError when the kernel cannot be opened.
    """
    with tempfile.TemporaryDirectory(prefix="xasplit-historical-") as folder:
        box = Path(folder) / f"{one.name}.patch"
        box.write_text(one.diff)
        return apply_series(kernel, None, [box]).source


@dataclass(frozen=True, slots=True)
class Caught:
    """What a fault broke first, by which ``stage``, and after how many seconds from when it was
    compiled; "" and the seconds of all stages where nothing broke."""

    stage: str
    broken: tuple[str, ...]
    seconds: float


def caught(source: Source, limit: float = LIMIT) -> Caught:
    """Look for what a source breaks that its base does not, in order of speed: a few cases of every
    kind, large entries, readers at siblings, histories, readers, the small families whole.

    Raises BuildError if it does not compile.
    """
    built = with_known(examine(source, SHIFTS))
    began = time.monotonic()
    stages: dict[str, Callable[[float], tuple[str, ...]]] = {
        "first cases": partial(_swept, built, quick_units(SHIFTS)),
        "large entries": partial(_swept, built, [one for s in SHIFTS for one in high(s)]),
        "readers at siblings": partial(_read, source, SIBLINGS),
        "histories": partial(_drawn, built),
        "readers": partial(_read, source, SMALL),
        "small families": partial(_swept, built, list(_small())),
    }
    for name, stage in stages.items():
        if found := stage(limit):
            return Caught(name, found, time.monotonic() - began)
    return Caught("", (), time.monotonic() - began)


def _small() -> Iterator[Unit]:
    """What is run whole of all but plain splits."""
    return (one for one in complete_units((1, 2)) if one.family is not Family.SPLITS)


def _own(findings: Findings) -> tuple[str, ...]:
    """The properties that broke, and neither as a known deviation nor as in the base."""
    return tuple(sorted({one.smallest.property for one in findings.own().breaches.values()}))


def _swept(one: Implementation, units: list[Unit], limit: float) -> tuple[str, ...]:
    end = time.monotonic() + limit
    for unit in units:
        if unit.offered(one) and (found := _own(run_unit(unit, [one]).findings)):
            return found
        if time.monotonic() > end:
            break
    return ()


def _read(source: Source, shifts: tuple[int, ...], limit: float) -> tuple[str, ...]:
    end = time.monotonic() + limit
    for s in shifts:
        found = explore(source, (s,), large=False).found()
        if broken := tuple(sorted({one.breach.promise for _, one in found if one.counts})):
            return broken
        if time.monotonic() > end:
            break
    return ()


def _drawn(one: Implementation, limit: float) -> tuple[str, ...]:
    def ends(report: MachineReport) -> None:
        if _own(report.findings):
            raise KeyboardInterrupt  # which a search takes as the wish that it end

    report = search(
        one, SHIFTS, examples=10_000, seed=_SEED, seconds=limit, remember=False, on_progress=ends
    )
    return _own(report.findings)
