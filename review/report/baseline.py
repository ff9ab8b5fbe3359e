# SPDX-License-Identifier: GPL-2.0-or-later
"""What a kernel's own test says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from models.subject.baseline import Baseline
from models.subject.radix_tree import FOLDER, Run
from review.report.output import Part, fields, shown

_SHOWN = 5
"""Failing checks that are told of a run, and warnings."""


def answer(one: Baseline) -> Iterator[Part]:
    """A run: the result, then what broke, the first first."""
    yield from (Part(name, value) for name, value in asdict(one).items())
    yield from fields(one, "holds")
    yield shown(*_lines(one))


def other(one: Run) -> Iterator[Part]:
    """A program of the kernel's other test: the result, and what broke."""
    yield from (Part(name, value) for name, value in asdict(one).items())
    yield from fields(one, "holds")
    verdict = "passes" if one.holds else "FAILS"
    lines = [f"{one.name}, {FOLDER}: {one.program}, chunk shift {one.chunk_shift}: {verdict}"]
    count = "" if one.run is None else f"{one.passed:,} of {one.run:,} checks pass, "
    lines.append(f"  {count}{one.seconds:.1f} s")
    yield shown(*lines, *([f"  {one.wrong}"] if one.wrong else []))


def _lines(one: Baseline) -> Iterator[str]:
    words = (one.configuration.text, "sanitizers" if one.sanitized else "")
    how = "".join(f", {text}" for text in words if text)
    verdict = "passes" if one.holds else "FAILS"
    yield f"{one.name}, chunk shift {one.chunk_shift}{how}: {verdict}"
    result = "no result" if one.run is None else f"{one.passed:,} of {one.run:,} checks pass"
    yield f"  {result}, {one.seconds:.1f} s"
    yield from (f"  {text}" for text in (one.undefined, one.ended) if text)
    for word, places in (("fails", one.failures), ("warns", one.warnings)):
        for place, times in list(places.items())[:_SHOWN]:
            yield f"  {place} {word}{f', {times:,} times' if times > 1 else ''}"
        if len(places) > _SHOWN:
            yield f"  and {len(places) - _SHOWN} other places"
