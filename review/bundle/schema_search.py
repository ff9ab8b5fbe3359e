# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads what a manifest says of sweep and machines: findings, coverage, what was never met."""

from __future__ import annotations

import re

from models.case.finding import SITES
from models.case.strict_json import Reader
from review.bundle import fields
from review.bundle.entries import FindingEntry
from review.bundle.place import plain_path
from specs.callers import Contract


def finding(record: Reader) -> FindingEntry:
    """A finding; what is only told of it to people is checked and left out."""
    (number, implementation, name, statement, site, contract, origin, deviations, properties,
     consequences, cases, extent, traits, smallest, where, made, counterexample,
     file) = record.fields(
        "id", "implementation", "property", "statement", "site", "contract", "origin", "deviations",
        "properties", "consequences", "cases", "extent", "traits", "smallest", "where",
        "reproducer", "counterexample", "reproducer_file",
    )  # fmt: skip
    fields.texts(consequences)
    cases.number(fields.COUNT)
    fields.each(extent, _split)
    fields.each(traits, _trait)
    shift, operations, operation, detail, differences = smallest.fields(
        "chunk_shift", "operations", "operation", "detail", "differences"
    )
    fields.texts(differences)
    _where(where)
    done = fields.texts(operations)
    code, reason, made_at, harness, failed = made.fields(
        "code", "reason", "chunk_shift", "harness", "failed"
    )
    reason.text(), harness.text(), failed.text()
    one = FindingEntry(
        number.number(fields.MOST, 1),
        implementation.text(),
        name.text(),
        statement.text(),
        fields.texts(properties),
        site.text(),
        contract.parsed(Contract),
        origin.optional(fields.placed),
        fields.texts(deviations),
        fields.shift(shift),
        done,
        operation.optional(lambda place: place.number(len(done) - 1)),
        detail.text(),
        code.text(),
        fields.shift(made_at),
        counterexample.optional(lambda path: path.parsed(plain_path)),
        file.optional(lambda path: path.parsed(plain_path)),
    )
    if bool(one.code) is not (one.reproducer is not None):
        file.fail("must be given exactly when there is a reproducer")
    if one.site not in SITES and not re.fullmatch("[a-z_]{1,40}", one.site):
        site.fail("is no place that a finding can be at")
    return one


def _split(record: Reader) -> None:
    shift, *numbers = record.fields("chunk_shift", "order", "new_order", "failed", "run")
    fields.shift(shift)
    for one in numbers:
        one.number(fields.COUNT)


def _trait(record: Reader) -> None:
    dimension, value, *numbers = record.fields("dimension", "value", "failed", "run", "left_out")
    dimension.text(), value.text()
    for one in numbers:
        one.number(fields.COUNT)


def _where(record: Reader) -> None:
    reason, failing, passing, lines = record.fields("reason", "failing", "passing", "lines")
    reason.text(), failing.number(fields.COUNT), passing.number(fields.COUNT)
    fields.each(lines, _suspect)


def _suspect(record: Reader) -> None:
    file, line, function, why, brought_by, hunk = record.fields(
        "file", "line", "function", "why", "brought_by", "hunk"
    )
    file.text(), line.number(fields.COUNT), function.text(), fields.texts(why)
    brought_by.optional(lambda one: one.text()), hunk.optional(lambda one: one.text())


def coverage(record: Reader) -> None:
    """Checks how much of a family of cases was run, which is only told to people."""
    implementation, family, shift, sampled, covered, total = record.fields(
        "implementation", "family", "chunk_shift", "sampled", "covered", "total"
    )
    implementation.text(), family.text(), fields.shift(shift), fields.flag(sampled)
    # All cases of a sampled part can be more than any machine counts to.
    covered.number(fields.COUNT), total.number(1 << 128)


def judged(record: Reader) -> None:
    """Checks how often each property was judged, which is only told to people."""
    implementation, by, properties = record.fields("implementation", "by", "properties")
    implementation.text(), by.text()
    fields.mapping(properties, lambda one: one.number(fields.COUNT))


def known_deviation(record: Reader) -> tuple[str, str]:
    """The implementation that has a known deviation outside the split, and its name."""
    implementation, name, *texts, cases, times = record.fields(
        "implementation", "name", "property", "statement", "cause", "cases", "set_aside"
    )
    cases.number(fields.COUNT), times.number(fields.COUNT)
    for text in texts:
        text.text()
    return implementation.text(), name.text()


def machine(record: Reader) -> tuple[str, bool]:
    """Its implementation, and whether the machine left something untested."""
    implementation, histories, steps, rules, branches, unmet = record.fields(
        "implementation", "histories", "steps", "rules", "branches", "never_met"
    )
    histories.number(fields.COUNT), steps.number(fields.COUNT)
    for counts in (rules, branches):
        fields.mapping(counts, lambda one: one.number(fields.COUNT))
    for one in unmet.items(fields.MOST):
        shift, name = one.fields("chunk_shift", "name")
        fields.shift(shift), name.text()
    return implementation.text(), bool(unmet.value)
