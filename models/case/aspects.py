# SPDX-License-Identifier: GPL-2.0-or-later
"""What a property is about, and which mistakes drag others along: several properties that break
in one operation need not have one cause."""

from __future__ import annotations

from enum import Enum


class Aspect(Enum):
    """What a property is about, and which mistakes drag others along: several properties that break
    in one operation need not have one cause."""

    END = "how the case ended"
    ENTRIES = "which slots hold what"
    ALLOCATION = "which nodes are taken and given back"
    VALUES = "how many slots are filled, and with values"
    MARKS = "marks"
    LINKS = "the fields by which nodes are found"
    UPDATE = "the update callback and the shadow-node LRU"
    PUBLICATION = "in which order readers see it"
    REQUESTS = "what requests for memory carry"
    ANSWERS = "what is answered"
    ANY = "that something is wrong"


_ABOUT = {
    Aspect.ALLOCATION: "split-result split-requests split-cursor split-no-allocation"
    " split-no-leftover split-no-warning split-new-nodes split-failure split-refusal live-nodes"
    " split-unchanged lookup-pure try-split-refuses try-split-accepts try-split-requests"
    " try-split-no-leftover try-split-failure try-split-min-order split-takes cursor-held nomem"
    " create-range-result create-range-spare",
    Aspect.ENTRIES: "node-shift slot-error slot-kind leaf-child sibling-target sibling-run"
    " split-outside split-nodes-outside split-index tree child-shift root-lowest head node-empty"
    " split-merge create-range-slots",
    Aspect.VALUES: "node-count node-nr-values",
    Aspect.MARKS: "sibling-mark null-mark child-mark array-mark split-marks marks-only free-mark",
    Aspect.LINKS: "node-parent node-array child-offset",
    Aspect.UPDATE: "update-reported update-split-node update-final update-valid update-array"
    " update-lock update-removed update-unlinked update-quiet lru lru-stray",
    Aspect.PUBLICATION: "publish-order publish-visible publish-all publish-elsewhere",
    Aspect.ANSWERS: "answer-load answer-order answer-mark answer-find answer-find-marked"
    " answer-pause answer-step answer-store answer-store-error cursor-load cursor-find"
    " cursor-find-marked cursor-step cursor-pause cursor-find-conflict answer-find-after"
    " answer-extract answer-insert answer-cmpxchg answer-reserve"
    " answer-alloc answer-alloc-cyclic answer-alloc-next",
    Aspect.REQUESTS: "request-flags request-account request-lru",
    Aspect.ANY: "refines split-entries snapshot agrees-with-model index-independent-log drained"
    " array-flags array-wrapped",
}
_ASPECTS = {name: aspect for aspect, names in _ABOUT.items() for name in names.split()}


_EVERYTHING = frozenset(Aspect)
_DRAGS = {
    Aspect.END: _EVERYTHING,
    Aspect.ENTRIES: _EVERYTHING - {Aspect.END},
    Aspect.ALLOCATION: frozenset({Aspect.UPDATE, Aspect.PUBLICATION, Aspect.ANSWERS, Aspect.ANY}),
    Aspect.VALUES: frozenset({Aspect.UPDATE, Aspect.ANY}),
    Aspect.MARKS: frozenset({Aspect.ANSWERS, Aspect.ANY}),
    Aspect.LINKS: frozenset({Aspect.ANSWERS, Aspect.ANY}),
    Aspect.UPDATE: frozenset({Aspect.ANY}),
    Aspect.PUBLICATION: frozenset({Aspect.ANSWERS, Aspect.ANY}),
    Aspect.REQUESTS: frozenset(),
    Aspect.ANSWERS: frozenset({Aspect.ANY}),
    Aspect.ANY: frozenset[Aspect](),
}


def drags(one: Aspect, other: Aspect) -> bool:
    """Whether a mistake in one aspect may break another one in the same operation."""
    return one is not other and other in _DRAGS[one]


def aspect(name: str) -> Aspect:
    """What the property of that name is about; how a case ended for those of no spec."""
    return _ASPECTS.get(name, Aspect.END)


def unspecific(name: str) -> bool:
    """Whether a property says that something is wrong in the array, but hardly what."""
    return aspect(name) is Aspect.ANY
