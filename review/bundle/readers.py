# SPDX-License-Identifier: GPL-2.0-or-later
"""What exploring readers came to, as the bundle and ``--json`` have it."""

from __future__ import annotations

from collections.abc import Sequence

from models.readers.explore import Report
from models.readers.explorer import Span
from review.bundle.findings import origin_record
from review.bundle.format import BrokenPromise, CellRecord, ExploredReaders
from review.run.readers import ReaderCell, not_explored, smallest


def explored(name: str, report: Report, cells: Sequence[ReaderCell]) -> ExploredReaders:
    """Table, which has ``cells``, and findings of an implementation."""
    return ExploredReaders(
        name=name,
        executions=report.executions,
        states=report.states,
        collision_probability=report.chance,
        not_explored=tuple(not_explored(report)),
        unsupported=report.unsupported,
        table=tuple(
            CellRecord(
                cell.reader, cell.writer, cell.memory, cell.verdict, cell.executions, cell.states,
                cell.complete, tuple(cell.bounds),
            )
            for cell in cells
        ),
        findings=tuple(
            BrokenPromise(
                chunk_shift=shift,
                case=str(one.result.case),
                memory=one.result.memory,
                reader=one.result.reader,
                race=one.result.span is Span.RACE,
                promise=one.breach.promise,
                documented=one.documented,
                origin=origin_record(one.origin),
                start=one.breach.start,
                schedule=one.breach.schedule,
                text=one.breach.text,
            )
            for shift, one in smallest(report)
        ),
    )  # fmt: skip
