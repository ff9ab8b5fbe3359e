# SPDX-License-Identifier: GPL-2.0-or-later
"""``results.sarif``: what fails, at its file and line in the tested source, as SARIF 2.1.0.

The rule of a result is the property or promise that breaks.  Fingerprints are of the kind of
source, function, place and properties, so that a service knows a finding again in another version.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from msgspec import to_builtins

from models.case.finding import site
from models.case.origins import Placed
from models.diagnosis.where.rank import Suspect
from models.kernel.printable import clean
from review import __version__
from review.bundle.findings import origin_record
from review.bundle.folder import sha256
from review.report import findings, locate
from review.report.locate import Location
from review.run import evidence, readers
from review.run.review_result import ReviewResult
from specs.callers import Contract
from specs.origin import Origin
from specs.readers import PROMISES

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_WRITERS = {
    "split": "xas_split",
    "folio-uniform": "xas_split",
    "try-split": "xas_try_split",
    "folio-nonuniform": "xas_try_split",
}
"""The function that a writer runs, if it is not ``xas_store``."""
_STATES = {Origin.NEW: "new", Origin.WORSE: "updated", Origin.BEFORE: "unchanged"}
"""What SARIF calls where something comes from."""
_RANKED = "Look here first, {} in a ranking of lines, which is no proof"


@dataclass(frozen=True, slots=True)
class _Result:
    """One result; ``key`` is what its fingerprint is made of."""

    rule: str
    statement: str
    level: str
    text: str
    implementation: str
    location: Location
    key: tuple[str, ...]
    origin: Placed | None = None
    suspects: tuple[Suspect, ...] = ()

    def place(self, path: str, line: int, function: str) -> dict[str, Any]:
        """A location: in a kernel's tree, or in this project's if it is the port's."""
        folder = "" if _kind(self.implementation) == "kernel" else "models/port/"
        record: dict[str, Any] = {
            "physicalLocation": {
                "artifactLocation": {"uri": folder + path},
                "region": {"startLine": line},
            }
        }
        if function:
            record["logicalLocations"] = [{"name": function, "kind": "function"}]
        return record


def dumps(done: ReviewResult) -> str:
    """The file's text."""
    found = [*_findings(done), *_deviations(done), *_readers(done)]
    statements = {one.rule: one.statement for one in found}
    rules = sorted(statements)
    driver = {
        "name": "xasplit",
        "version": __version__,
        "rules": [
            {"id": rule, "shortDescription": {"text": clean(statements[rule])}} for rule in rules
        ],
    }
    run = {
        "tool": {"driver": driver},
        "results": [_record(one, rules.index(one.rule)) for one in found],
        "invocations": [{"executionSuccessful": done.complete}],
        "columnKind": "unicodeCodePoints",
    }
    record = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(record, indent=2, sort_keys=True) + "\n"


def _record(one: _Result, number: int) -> dict[str, Any]:
    location = one.location
    record: dict[str, Any] = {}
    if one.origin is not None:
        if one.origin.origin in _STATES:
            record["baselineState"] = _STATES[one.origin.origin]
        record["properties"] = {"origin": to_builtins(origin_record(one.origin))}
    if one.suspects:
        record["relatedLocations"] = [
            {
                **one.place(each.file, each.line, each.function),
                "id": place,
                "message": {
                    "text": clean(f"{_RANKED.format(place)}: {findings.suspect_text(each)}")
                },
            }
            for place, each in enumerate(one.suspects, 1)
        ]
    return {
        **record,
        "ruleId": one.rule,
        "ruleIndex": number,
        "level": one.level,
        "message": {"text": clean(one.text)},
        "locations": [one.place(location.path, location.line, location.function)],
        "partialFingerprints": {"xasplit/v1": sha256("\n".join(one.key).encode())},
    }


def _findings(done: ReviewResult) -> Iterator[_Result]:
    sources = {one.name: one.source for one in done.search.implementations}
    search = done.search
    for one, origin, where in zip(search.diagnoses, search.origins, search.wheres, strict=True):
        smallest = one.smallest
        location = locate.of_finding(sources[smallest.implementation], smallest)
        names = sorted(one.cause.properties)
        text = f"{smallest.implementation}: {smallest.detail} ({smallest.statement})."
        text += f" Breaks {', '.join(one.cause.properties)};"
        text += f" {findings.extent_text(one.cause.extent.splits)}."
        text += "" if origin is None else f" Origin: {findings.origin_text(origin)}"
        text += "".join(f" {line}" for line in findings.remarks(smallest))
        if one.reproducer.code:
            text += f" Reproducer:\n{one.reproducer.code}"
        key = ("finding", _kind(smallest.implementation), location.function, site(smallest), *names)
        yield _Result(
            smallest.property,
            smallest.statement,
            _level(smallest.contract, origin),
            text,
            smallest.implementation,
            location,
            key,
            origin,
            where.suspects,
        )


def _level(contract: Contract, origin: Placed | None) -> str:
    if origin is not None and not origin.counts:
        return "note"
    return "error" if contract is Contract.CALLERS else "warning"


def _deviations(done: ReviewResult) -> Iterator[_Result]:
    """Known deviations outside the split, which a review sets aside and tells of."""
    sources = {one.name: one.source for one in done.search.implementations}
    for one in sorted(done.search.known, key=lambda one: one.implementation):
        name, known = one.implementation, one.known
        location = locate.of_finding(sources[name], known.finding)
        text = f"{name}: {known.deviation.statement}. {known.deviation.cause}."
        key = ("deviation", _kind(name), location.function, known.deviation.name)
        statement = known.finding.statement
        yield _Result(known.deviation.property, statement, "warning", text, name, location, key)


def _readers(done: ReviewResult) -> Iterator[_Result]:
    """Promises that a reader without a lock broke, but for what nobody may rely on."""
    sources = {one.name: one.source for one in done.search.implementations}
    for name, report in done.explored.items():
        for shift, one in readers.smallest(report):
            if one.documented:
                continue
            result, breach = one.result, one.breach
            writer = result.case.writer
            location = locate.of_function(sources[name], _WRITERS.get(writer, "xas_store"))
            text = f"{name}: reader {result.reader} against {result.case} at chunk shift {shift},"
            text += f" {result.memory.value} memory: {breach.text}"
            key = ("reader", _kind(name), writer, result.reader, breach.promise, result.span.value)
            statement = PROMISES[breach.promise].statement
            level = "error" if one.counts else "note"
            origin = one.origin
            yield _Result(breach.promise, statement, level, text, name, location, key, origin)


def _kind(implementation: str) -> str:
    """Which of the port's two ways to split, or a kernel, whatever its version."""
    ports = (evidence.PORT, evidence.RECURSIVE)
    return implementation if implementation in ports else "kernel"
