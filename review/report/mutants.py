# SPDX-License-Identifier: GPL-2.0-or-later
"""What was found of seeded defects: of each, of several at once, and where their lines are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from statistics import median

from models.diagnosis.where.rank import MOST
from models.kernel.configuration import CHECKED, Configuration
from models.mutants.mutant import Check
from models.mutants.run import Outcome
from models.mutants.told import NOT_PURE_OR_TWICE, TOLD, Sum, by_size
from models.mutants.told import Outcome as SetOutcome
from models.mutants.upstream import FOR_READERS
from models.mutants.where import GOAL, Ranked, share
from review.bundle.findings import suspects
from review.report.output import Column, Part, Table, table

Controls = Mapping[tuple[Check, int, Configuration], Mapping[str, str]]
"""What the unchanged port breaks, by check, chunk shift and configuration
(``models.mutants.run.controls``)."""

_OUTCOMES: list[Column[Outcome]] = [
    Column("name", "defect", lambda one: one.mutant.name),
    Column("wrong", "what is wrong", lambda one: one.mutant.wrong),
    Column("part", "", lambda one: one.mutant.part),
    Column("file", "", lambda one: one.mutant.file),
    Column("chunk_shift", "", lambda one: one.mutant.chunk_shift),
    Column("caught"),
    Column("caught_by", "caught by", lambda one: one.mutant.caught_by, lambda one: _caught(one)),
    Column("check", "in", lambda one: one.mutant.check.value),
    Column("configuration", "", lambda one: one.mutant.configuration.beside(CHECKED)),
    Column("missing"),
    Column("found"),
    Column("seconds", "seconds", lambda one: round(one.seconds, 3)),
    Column("build_seconds", "", lambda one: round(one.build_seconds, 3)),
]


def _caught(one: Outcome) -> object:
    return one.mutant.caught_by if one.caught else f"SURVIVES: {', '.join(one.missing)} not found"


def caught(
    outcomes: Sequence[Outcome], unchanged: Controls, not_run: Mapping[str, str]
) -> Iterator[Part]:
    """What caught each defect, and what the ``unchanged`` port breaks; ``not_run`` has the names of
    defects that this machine cannot run, with the reason."""
    yield table("mutants", Table(outcomes, _OUTCOMES))
    survived = [one.mutant.name for one in outcomes if not one.caught]
    usual = median(one.seconds for one in outcomes)
    yield Part("median_seconds", round(usual, 3))
    line = (
        f"{len(outcomes) - len(survived)} of {len(outcomes)} caught, median {usual:.2f} s to catch"
        f" one (slowest {max(one.seconds for one in outcomes):.2f} s), compiling not counted"
    )
    yield Part("survived", survived, [line])
    yield Part("not_run", not_run, [f"Not run: {name}: {why}" for name, why in not_run.items()])
    controls = [
        {
            "check": check.value,
            "chunk_shift": s,
            "configuration": built.beside(CHECKED),
            "found": found,
        }
        for (check, s, built), found in unchanged.items()
    ]
    lines = [
        f"The unchanged port in the {check.value} at chunk shift {s}"
        + (f", {built.beside(CHECKED)}: " if built != CHECKED else ": ")
        + (f"WRONG: it breaks {', '.join(found)}" if found else "it passes")
        for (check, s, built), found in unchanged.items()
    ]
    yield Part("unchanged_port", controls, lines)
    lines = [
        f"Not run: {change}: only readers see it, control {control} of xasplit rcu"
        for change, control in FOR_READERS.items()
    ]
    yield Part("for_readers", FOR_READERS, lines)


_Sums = tuple[int | str, Sum]
"""How many defects there are, or that it is all sets, with what was told of them."""


def _share(part: Callable[[Sum], int], whole: Callable[[Sum], int]) -> Callable[[_Sums], str]:
    """The text of a share."""
    return lambda row: f"{100 * part(row[1]) / whole(row[1]):.1f} %" if whole(row[1]) else "none"


_SUMS: list[Column[_Sums]] = [
    Column("size", "defects", itemgetter(0)),
    Column("sets", "sets", lambda row: len(row[1].outcomes)),
    Column("defects", "in all", lambda row: row[1].defects),
    Column("told", "told", lambda row: row[1].told,
           _share(lambda one: one.told, lambda one: one.defects)),
    Column("findings", "findings", lambda row: row[1].findings),
    Column("not_pure", "not pure", lambda row: row[1].not_pure,
           _share(lambda one: one.not_pure, lambda one: one.findings)),
    Column("twice", "twice", lambda row: row[1].twice,
           _share(lambda one: one.twice, lambda one: one.findings)),
]  # fmt: skip


def told_apart(outcomes: Sequence[SetOutcome], seed: int) -> Iterator[Part]:
    """What was told of sets of defects, by their size, in all, and what is wrong with each."""
    total = Sum([*outcomes])
    yield Part("seed", seed)
    sums: Table[_Sums] = Table([*by_size(outcomes).items(), None, ("all", total)], _SUMS)
    *sizes, in_all = sums.records()
    yield Part("sizes", sizes, [sums])
    yield Part("all", {key: value for key, value in in_all.items() if key != "size"})
    goals = {"told_percent": TOLD, "not_pure_or_twice_percent": NOT_PURE_OR_TWICE}
    yield Part("goals", goals)
    line = (
        f"The goals, {TOLD} % told and at most {NOT_PURE_OR_TWICE} % of findings not pure or told"
        f" twice, {'are met' if total.met else 'are NOT met'}."
    )
    yield Part("met", total.met, [line])
    sets = [
        {
            "defects": one.defects,
            "right": one.right,
            "not_told": one.untold,
            "told": one.told,
            "findings": [
                {"property": found.case.property, "shows": found.defects, "pure": found.pure}
                for found in one.findings
            ],
        }
        for one in outcomes
    ]
    yield Part("sets", sets, [line for one in outcomes for line in _wrong(one)])


def _wrong(outcome: SetOutcome) -> Iterator[str]:
    """What is wrong with what was told of a set, a line each; nothing if all is right."""
    if outcome.right:
        return
    yield f"Of {', '.join(outcome.defects)}:"
    for name in outcome.untold:
        yield f"  not told: {name}"
    for name, times in outcome.told.items():
        if times > 1:
            yield f"  told {times} times: {name}"
    for one in outcome.findings:
        if not one.pure:
            shows = ", ".join((*one.defects, *(["the port"] if one.port else []))) or "nothing"
            yield f"  not pure: {one.case.property}, whose smallest case shows {shows}"


def _first(one: Ranked) -> str:
    """The line that is named first, or why there is none."""
    first = one.told.suspects[:1]
    return f"{first[0].file}:{first[0].line} {first[0].function}" if first else one.told.reason


_RANKED: list[Column[Ranked]] = [
    Column("name", "defect", lambda one: one.mutant.name),
    Column("property", "property", lambda one: one.finding and one.finding.property),
    Column("planted", "", lambda one: [f"{file}:{line}" for file, line in sorted(one.planted)]),
    Column("place", "place", cell=lambda one: one.place or "-"),
    Column("reason", "named first", lambda one: one.told.reason, _first),
    Column("lines", "", lambda one: suspects(one.told).lines),
    Column("seconds", "seconds", lambda one: round(one.seconds, 3)),
]


def ranked(found: Sequence[Ranked]) -> Iterator[Part]:
    """On which place the planted line of each defect is, and how many are among the first."""
    yield table("defects", Table(found, _RANKED))
    among = sum(one.place is not None for one in found)
    yield Part("among_the_first", among)
    yield Part("of", len(found))
    yield Part("goal", GOAL)
    line = f"{among} of {len(found)} ({share(found):.0%}) have the planted line among the first"
    yield Part("share", round(share(found), 4), [f"{line} {MOST}; the goal is {GOAL:.0%}"])
