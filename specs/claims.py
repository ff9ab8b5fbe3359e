# SPDX-License-Identifier: GPL-2.0-or-later
"""The claims table: what the cover letter claims or asks, and what decides each.

A claim is decided by named checks.  A verdict never says more than was done: a check without a
result leaves the claim undecided, one failure makes it fail, and otherwise the weakest result tells
how far the claim was checked.  It counts as proved for all only when every theorem that together
implies it is proved, and every check on real trees and code holds besides.

The names of the checks: ``sweep:P`` and ``machine:P`` are the property P of ``specs/registry.py``
judged throughout the exhaustive sweep and the stateful machines, ``theorem:T`` a theorem of
``proofs/``, and the rest are described in ``OTHER_CHECKS``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from specs.origin import Origin
from specs.strength import WORDS, Extent, Proved, Strength

OTHER_CHECKS = {
    "sweep:agreement": "model and implementation answer each case of the sweep with the same bytes",
    "machine:agreement": "model and implementation agree on every step of every history",
    "large:1G-4K": "one split of an order-18 entry to order 0 at chunk shift 6, node by node",
    "upstream:1G-4K": "what a one-level implementation does with that split",
    "count:table": "nodes and bytes of direct, staged and try_split splits, computed and measured",
    "recursive:agreement": "iterative and recursive split answer every case with the same bytes",
    "recursive:stack": "depth and stack use of the recursive split, measured",
    "rcu:readers": "every reader against every writer, all interleavings in small scope",
    "deviations:nr-values": "order-0 stores of the other kind into larger entries, on each source",
    "upstream-test:defects": "seeded defects that the kernel's own test catches, old range and new",
    "c:split": "split_alloc and split of the compiled source, every input at small sizes",
    "c:no_memory": "split_alloc with a failing request, every input at small sizes",
    "c:merge": "a split and the store that undoes it, every input at small sizes",
    "c:lookup": "load, get_order and get_mark after a split, every input at small sizes",
    "c:try_split": "try_split with memory and without, every input at small sizes",
}
"""Checks that are not a property or a theorem, each with what it does."""

OF_KERNELS = frozenset({"upstream:1G-4K", "deviations:nr-values", "upstream-test:defects"})
"""Those that ask something of a kernel, and have no result without one."""


class Outcome(Enum):
    """What a check found."""

    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"
    """It ended without a result: unknown, timeout, skipped, interrupted."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The result of one check on one target.

    ``extent`` says how much of what was run, of which its strength follows; ``target`` names the
    implementation or what else was checked; ``detail`` gives numbers, or the first counterexample.
    ``origin`` says of a failure where it comes from, None where no base is known; ``broke`` are the
    properties that broke, of a check that is not named by one.  What would hold though nothing was
    run is undecided.
    """

    check: str
    outcome: Outcome
    extent: Extent
    target: str
    detail: str = ""
    origin: Origin | None = None
    broke: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.outcome is Outcome.HOLDS and self.strength is None:
            object.__setattr__(self, "outcome", Outcome.UNDECIDED)
            detail = f"nothing was run; {self.detail}" if self.detail else "nothing was run"
            object.__setattr__(self, "detail", detail)

    @property
    def counts(self) -> bool:
        """Whether it is a failure, and none that was there before."""
        return self.held(everything=False)

    def held(self, *, everything: bool) -> bool:
        """Whether it is a failure that is held against the code: with ``everything`` also one that
        was there before."""
        return self.outcome is Outcome.FAILS and (everything or self.origin is not Origin.BEFORE)

    @property
    def strength(self) -> Strength | None:
        """How far the result reaches if it holds; None if nothing was run."""
        return self.extent.strength


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim or question, put so that it holds or fails.

    ``checks``: all of them must hold; ``proofs``: theorems that, with the checks, decide it for all
    sizes (empty when none could).  ``bounded``: proofs of the compiled source at small sizes, which
    only a thorough review has: one that fails decides the claim, one that holds is told.
    """

    id: str
    statement: str
    checks: tuple[str, ...]
    proofs: tuple[str, ...] = ()
    bounded: tuple[str, ...] = ()


class Decision(Enum):
    """How a claim stands."""

    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim's standing and what it rests on.

    ``source`` is whose it is; ``limited``: it is decided within one level of new nodes only, since
    more is refused.  ``strength`` is None unless it holds, and ``checked`` then says how far trees
    and code were checked besides any proof; ``missing`` names the checks without a result and the
    theorems that would make more of it.
    """

    claim: Claim
    decision: Decision
    strength: Strength | None
    checked: Strength | None
    rests_on: tuple[Evidence, ...]
    missing: tuple[str, ...]
    source: str = ""
    limited: bool = False

    @property
    def before(self) -> bool:
        """Whether it fails only by what was there before."""
        return self.decision is Decision.FAILS and not any(one.counts for one in self.rests_on)

    def __str__(self) -> str:
        decision = self.decision.value + (" within one level" if self.limited else "")
        if self.strength is None:
            return f"{decision}, as before" if self.before else decision
        words = WORDS[self.strength]
        if self.strength is Strength.PROVED:
            words += self._of_formulas
            words += f"; trees and code {self._checked}"
        else:
            words = self._checked
        return f"{decision} ({words}{self._of_source})"

    @property
    def _of_source(self) -> str:
        """What is proved of the compiled source besides."""
        bounds = [one.extent.what for one in self.rests_on if one.strength is Strength.INPUTS]
        told = " and ".join(dict.fromkeys(bounds))
        return f"; of the source {WORDS[Strength.INPUTS]}: {told}" if told else ""

    @property
    def _of_formulas(self) -> str:
        """Which of its theorems are not about the model's own code."""
        names = sorted(
            one.check.partition(":")[2]
            for one in self.rests_on
            if one.extent.proved is Proved.FORMULA
        )
        return f", of a formula by {', '.join(names)}" if names else ""

    @property
    def _checked(self) -> str:
        """How far trees and code were checked; of what is sampled, how many of how many."""
        assert self.checked is not None
        weakest = [
            one
            for one in self.rests_on
            if one.check in self.claim.checks and one.strength is self.checked
        ]
        words = WORDS[self.checked]
        if self.checked is not Strength.SAMPLED or not weakest:
            return words
        one = min(weakest, key=lambda each: each.extent.ran)
        return f"{words}, {one.extent.count} by {one.check}"


def _sweep(*properties: str) -> tuple[str, ...]:
    return tuple(f"sweep:{name}" for name in properties)


def _theorems(*ids: str) -> tuple[str, ...]:
    return tuple(f"theorem:{name}" for name in ids)


_UPDATE = (
    "update-reported",
    "update-split-node",
    "update-valid",
    "update-array",
    "update-lock",
    "update-unlinked",
)

CLAIMS: dict[str, Claim] = {
    claim.id: claim
    for claim in (
        Claim(
            "C1",
            "1G to 4K is a split from shift 18 to shift 0: one-level code refuses it, the series"
            " performs it",
            ("upstream:1G-4K", "large:1G-4K"),
        ),
        Claim(
            "C2",
            "split_alloc allocates exactly the nodes that a split over any number of levels needs",
            _sweep("split-requests", "split-cursor", "split-result"),
            _theorems("N1", "N4"),
            ("c:split",),
        ),
        Claim(
            "C3",
            "the split builds the right tree from the allocated nodes and leaves none over",
            _sweep(
                "split-no-allocation",
                "split-no-leftover",
                "split-new-nodes",
                "split-entries",
                "split-outside",
                "split-nodes-outside",
                "agreement",
            ),
            _theorems("N3", "S1", "S2", "S3"),
            ("c:split", "c:lookup"),
        ),
        Claim(
            "C4",
            "storing at the original order restores the array and frees the subtree",
            _sweep("split-merge", "live-nodes"),
            _theorems("X1"),
            ("c:merge",),
        ),
        Claim(
            "C5",
            "nothing leaks: a failed allocation frees what it took and leaves the array untouched",
            _sweep(
                "split-failure",
                "split-unchanged",
                "split-no-leftover",
                "live-nodes",
                "lru-stray",
            ),
            (),
            ("c:no_memory",),
        ),
        Claim(
            "Q1",
            "as many nodes as are allocated at once are needed: the count is minimal, and what"
            " splitting in stages costs is tabled",
            ("count:table", *_sweep("split-requests")),
            _theorems("N1", "N2", "N4", "N5"),
        ),
        Claim(
            "Q2",
            "a recursive split builds the same tree, with a stack of bounded depth",
            ("recursive:agreement", "recursive:stack"),
            _theorems("E1"),
        ),
        Claim(
            "Q3",
            "a split keeps the shadow-node LRU right, and reports every node once it is final",
            _sweep("lru", "lru-stray", "node-count", "node-nr-values", *_UPDATE),
        ),
        Claim(
            "Q4",
            "readers without a lock see the old entry or the new one at every moment of a split",
            ("rcu:readers", *_sweep("publish-order", "publish-visible", "publish-all")),
        ),
        Claim(
            "Q5",
            "marks, counts and reports are right for every kind of entry and every index inside it",
            _sweep(
                "split-marks",
                "sibling-mark",
                "null-mark",
                "child-mark",
                "array-mark",
                "node-count",
                "node-nr-values",
                "split-index",
                *_UPDATE,
            ),
            _theorems("M1", "V1", "S1"),
            ("c:split", "c:try_split"),
        ),
        Claim(
            "U1",
            "nr_values counts values and their siblings, and stays right when an order-0 cursor"
            " stores the other kind into a larger entry",
            ("machine:node-nr-values", "deviations:nr-values"),
        ),
        Claim(
            "T1",
            "the raised range of the kernel's own test catches the defects that a multi-level split"
            " can have",
            ("upstream-test:defects",),
        ),
    )
}
"""Every claim by its id, in the order of the facts."""


def decide(claim: Claim, evidence: Iterable[Evidence]) -> Verdict:
    """The verdict on a claim from all the evidence at hand; what does not bear on it is ignored."""
    bearing = {*claim.checks, *claim.proofs, *claim.bounded}
    found = tuple(item for item in evidence if item.check in bearing)
    failed = tuple(item for item in found if item.outcome is Outcome.FAILS)
    if failed:
        return Verdict(claim, Decision.FAILS, None, None, failed, ())
    checks = _strength(claim.checks, found)
    proofs = _strength(claim.proofs, found)
    missing = tuple(
        name for name in (*claim.checks, *claim.proofs) if _strength((name,), found) is None
    )
    if checks is None:
        return Verdict(claim, Decision.UNDECIDED, None, None, found, missing)
    checked = min(checks, Strength.COMPLETE)
    proved = bool(claim.proofs) and proofs is Strength.PROVED
    strength = Strength.PROVED if proved else checked
    return Verdict(claim, Decision.HOLDS, strength, checked, found, missing)


def _strength(names: Iterable[str], found: Iterable[Evidence]) -> Strength | None:
    """The weakest strength over these checks; None when one has no result that holds."""
    strengths: list[Strength] = []
    for name in names:
        results = [item for item in found if item.check == name]
        held = [item.strength for item in results if item.outcome is Outcome.HOLDS]
        known = [strength for strength in held if strength is not None]
        if not results or len(known) < len(results):
            return None
        strengths += known
    return min(strengths, default=None)
