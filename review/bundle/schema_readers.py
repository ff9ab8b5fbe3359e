# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads what a manifest says of readers without a lock, and of schedules."""

from __future__ import annotations

from models.case.strict_json import Reader
from review.bundle import fields
from review.bundle.entries import CellEntry, ScheduleEntry
from review.bundle.place import plain_path


def readers(record: Reader) -> tuple[CellEntry, ...]:
    """The cells of an implementation's table of readers."""
    name, executions, states, chance, missing, unsupported, table, findings = record.fields(
        "name", "executions", "states", "collision_probability", "not_explored", "unsupported",
        "table", "findings",
    )  # fmt: skip
    executions.number(fields.COUNT), states.number(fields.COUNT), unsupported.number(fields.COUNT)
    fields.real(chance)
    fields.texts(missing)
    for one in findings.items(fields.MOST):
        shift, race, documented, start, origin, *texts = one.fields(
            "chunk_shift", "race", "documented", "start", "origin",
            "case", "memory", "reader", "promise", "schedule", "text",
        )  # fmt: skip
        fields.shift(shift), fields.flag(race), fields.flag(documented), start.number(fields.COUNT)
        origin.optional(fields.placed)
        for text in texts:
            text.text()
    return fields.each(table, lambda one: _cell(name.text(), one))


def _cell(implementation: str, record: Reader) -> CellEntry:
    reader, writer, memory, verdict, executions, states, complete, bounds = record.fields(
        "reader", "writer", "memory", "verdict", "executions", "states", "complete", "bounds"
    )
    executions.number(fields.COUNT), states.number(fields.COUNT), fields.flag(complete)
    fields.each(bounds, lambda one: one.number(fields.COUNT))
    return CellEntry(
        implementation, reader.text(), writer.text(), fields.memory(memory), verdict.text()
    )


def schedule(record: Reader) -> ScheduleEntry:
    """A schedule's file, or why there is none."""
    path, reason, implementation, shift, writer, reader, memory, promise, documented = (
        record.fields(
            "path", "reason", "implementation", "chunk_shift", "writer", "reader", "memory",
            "promise", "documented",
        )
    )  # fmt: skip
    one = ScheduleEntry(
        path.optional(lambda there: there.parsed(plain_path)),
        implementation.text(),
        fields.shift(shift),
        writer.text(),
        reader.text(),
        fields.memory(memory),
        promise.text(),
        fields.flag(documented),
    )
    if (reason.optional(Reader.text) is None) is (one.path is None):
        reason.fail("must be given exactly when there is no file")
    return one
