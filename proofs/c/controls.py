# SPDX-License-Identifier: GPL-2.0-or-later
"""Negative controls: seeded defects of the port, each with a case that must end in a counterexample
to the property that names it.

The defects are those that the sweeps and histories must catch, too, by their names there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Control:
    """With ``defect`` in the port ``case`` must fail, and ``property`` must be among what fails.

    ``often``: it is tried whenever tests run, as one of a few; ``make long`` tries all.
    """

    defect: str
    case: str
    property: str
    often: bool = False


CONTROLS = (
    Control("one-node-too-few", "split-s2-3to1", "split-requests"),
    Control("one-node-too-many", "split-s1-1to0", "split-requests", often=True),
    Control("node-held-back", "split-s1-2to0", "split-cursor"),
    Control("allocates-under-lock", "split-s1-1to0", "split-no-allocation"),
    Control("warns-when-deep", "split-s1-2to0", "split-no-warning"),
    Control("refuses-deep", "split-s1-2to0", "split-result"),
    Control("assertion-too-strict", "split-s2-3to1", "no-assertion"),
    Control("leaf-siblings-uncounted", "split-s2-3to1", "node-nr-values"),
    Control("count-one-low", "split-s1-1to0", "node-count"),
    Control("mark-lost-in-leaf", "split-s1-1to0", "split-marks", often=True),
    Control("mark-not-propagated", "split-s1-2to0", "child-mark"),
    Control("mark-on-sibling", "split-s2-3to1", "sibling-mark"),
    Control("parent-of-topmost", "split-s1-1to0", "node-parent"),
    Control("offset-of-topmost", "split-s1-1to0", "child-offset"),
    Control("shift-of-inner", "split-s1-2to0", "child-shift"),
    Control("array-not-set", "split-s1-1to0", "node-array"),
    Control("sibling-chain", "split-s2-3to1", "sibling-target"),
    Control("sibling-mask", "split-s2-3to1", "split-entries"),
    Control("last-slot-empty", "split-s1-1to0", "split-entries"),
    Control("one-slot-too-many", "split-s2-3to2", "split-outside"),
    Control("split-node-unreported", "split-s1-1to0", "update-split-node"),
    Control("topmost-unreported", "split-s1-1to0", "update-reported"),
    Control("reported-before-values", "split-s1-1to0", "update-valid"),
    Control("reported-without-lock", "split-s1-1to0", "update-lock"),
    Control("kept-on-failure", "no_memory-s1-2to0-fail2", "split-failure", often=True),
    Control("leak-on-failure", "no_memory-s1-2to0-fail2", "live-nodes"),
    Control("double-free-on-failure", "no_memory-s1-2to0-fail2", "freed-once"),
    Control("try-failure-error", "try_split-s1-2to1", "try-split-failure"),
    Control("try-accepts-lower", "try_split-s2-2to0", "try-split-refuses", often=True),
    Control("try-min-order", "try_split-s2-2to0", "try-split-min-order"),
    Control("try-always-allocates", "try_split-s2-3to2", "try-split-requests"),
    Control("load-stops-at-sibling", "lookup-s2-3to2", "answer-load"),
    Control("order-by-slots", "lookup-s3-6to5", "answer-order"),
    Control("mark-of-sibling-slot", "lookup-s2-3to1", "answer-mark"),
    Control("merge-leaks-subtree", "merge-s1-1to0", "live-nodes"),
    Control("merge-stale-count", "merge-s2-3to2", "node-count"),
    Control("removal-unreported", "merge-s1-1to0", "update-removed"),
)
