# SPDX-License-Identifier: GPL-2.0-or-later
"""What rechecking a bundle came to: what is confirmed, what is not, and what could not be done."""

from __future__ import annotations

from dataclasses import dataclass, field

from review.report.layout import counts


@dataclass(frozen=True, slots=True)
class RecheckedItem:
    """Something that a bundle says: its kind, its name, and what came of it in one line."""

    kind: str
    name: str
    remark: str = ""


@dataclass
class Account:
    """Everything that was rechecked.

    ``impossible``: what could not be rechecked here, for want of a kernel, a solver or permission.
    """

    confirmed: list[RecheckedItem] = field(default_factory=list)
    rejected: list[RecheckedItem] = field(default_factory=list)
    impossible: list[RecheckedItem] = field(default_factory=list)
    interrupted: bool = False

    def confirm(self, kind: str, name: str, remark: str = "") -> None:
        """It is as the bundle says."""
        self.confirmed.append(RecheckedItem(kind, name, remark))

    def reject(self, kind: str, name: str, remark: str) -> None:
        """It is not, or could not be shown to be."""
        self.rejected.append(RecheckedItem(kind, name, remark))

    def skip(self, kind: str, name: str, remark: str) -> None:
        """Something is missing here to find out."""
        self.impossible.append(RecheckedItem(kind, name, remark))

    def judge(self, kind: str, name: str, problem: str, remark: str = "") -> None:
        """Confirm it unless there is a problem."""
        if problem:
            self.reject(kind, name, problem)
        else:
            self.confirm(kind, name, remark)

    def holds(self, *, strict: bool) -> bool:
        """Whether all is confirmed that could be rechecked; if ``strict``, all there is."""
        return not (self.rejected or self.interrupted or (strict and self.impossible))


HOW = {
    "file": "by their hashes",
    "claim": "decided again from the evidence listed",
    "exit status": "decided again from the evidence listed",
    "counterexample": "replayed",
    "schedule": "replayed",
    "origin": "found again on the base and after each patch",
    "reproducer": "compiled and run",
    "obligation": "made anew and put to solvers",
    "theorem": "by the answers to their obligations",
    "theorem family": "by the answers to their obligations",
}
"""In which way each kind of item is rechecked."""


def rechecked(items: list[RecheckedItem]) -> str:
    """How many of each kind, and how: ``12 claims decided again from the evidence listed; ...``."""
    ways: dict[str, list[RecheckedItem]] = {}
    for item in items:
        ways.setdefault(HOW[item.kind], []).append(item)
    return (
        "; ".join(f"{counts(one.kind for one in some)} {way}" for way, some in ways.items())
        or "nothing"
    )
