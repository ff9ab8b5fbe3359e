# SPDX-License-Identifier: GPL-2.0-or-later
"""Since which commit of a kernel's history something is there: what a ``Fixes:`` tag names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from models.kernel.commit import commit, git
from models.kernel.source import OPTIONAL, REQUIRED, Source, SourceError, open_source
from models.subject.build import BuildError

_FILES = (*REQUIRED, *(name for name in OPTIONAL if name.endswith(".h")))
_MOST_NAMED = 4


class State(Enum):
    """What a commit shows."""

    THERE = auto()
    NOT = auto()
    """It does not, or has no such function, or no XArray."""
    UNKNOWN = auto()
    """It does not compile here."""


@dataclass(frozen=True, slots=True)
class Since:
    """The commit that something is there since, by 12 digits of its hash, with its subject; or both
    "" and the ``reason`` why none is named.  ``tried``: how many commits were run."""

    commit: str = ""
    subject: str = ""
    reason: str = ""
    tried: int = 0

    def __str__(self) -> str:
        """As a tag, or why there is none."""
        if self.commit:
            return f'Fixes: {self.commit} ("{self.subject}")'
        return f"No Fixes tag: {self.reason}."


def since(
    named: str,
    rev: str | None,
    offers: Callable[[Source], bool],
    shows: Callable[[Source], bool],
    tell: Callable[[str], None],
) -> Since:
    """Look for it among the commits that change the XArray, up to ``rev`` or what is checked out.

    ``offers``: whether a source has the function that goes wrong; ``shows``: whether it goes wrong
    there; BuildError where that does not compile.  ``tell`` is told of each commit that is tried.
    """
    if commit(named, rev) is None:
        return Since(reason="the kernel that was named is no git repository, and has no history")
    states: dict[str, State] = {}

    def ask(one: str) -> State:
        if one not in states:
            states[one] = _state(named, one, offers, shows)
            tell(f"commit {one[:12]}: {states[one].name.lower()}")
        return states[one]

    return _up_to(named, rev or "HEAD", ask, states)


def _up_to(named: str, rev: str, ask: Callable[[str], State], states: dict[str, State]) -> Since:
    listed = git(named, "rev-list", "--reverse", "--topo-order", rev, "--", *_FILES)
    commits = listed.split()
    if not commits or ask(commits[-1]) is not State.THERE:
        return Since(reason="it comes of what is not committed, or of another file", tried=1)
    before, after = -1, len(commits) - 1
    while after - before > 1:
        middle = (before + after) // 2
        nearest = sorted(range(before + 1, after), key=lambda one: abs(one - middle))
        place = next((n for n in nearest if ask(commits[n]) is not State.UNKNOWN), None)
        if place is None:
            break
        if ask(commits[place]) is State.THERE:
            after = place
        else:
            before = place
    return _named(named, commits[before + 1 : after + 1], ask, states)


def _named(
    named: str, left: list[str], ask: Callable[[str], State], states: dict[str, State]
) -> Since:
    """What is said of the commits that it may have come with, the last of which shows it."""
    found = left[-1]
    # Histories branch: the one before in the list need not be its parent.
    parents = git(named, "rev-list", "--parents", "-n1", found).split()[1:]
    state = [ask(one) for one in parents]
    subject = git(named, "show", "--no-patch", "--format=%s", found)
    tried = len(states)
    if len(left) > 1 or State.UNKNOWN in state:
        some = ", ".join(one[:12] for one in left[-_MOST_NAMED:])
        text = f"it came with one of {len(left)} commits, of which all but the last do not compile"
        return Since(reason=f"{text} here: {some}", tried=tried)
    if not parents:
        text = f"it is there since the first commit of the history that was given, {found[:12]}"
        return Since(reason=text, tried=tried)
    if State.THERE in state:
        # A merge: it came with one of the branches.
        return _up_to(named, parents[state.index(State.THERE)], ask, states)
    return Since(found[:12], subject, tried=tried)


def _state(
    named: str, one: str, offers: Callable[[Source], bool], shows: Callable[[Source], bool]
) -> State:
    try:
        source = open_source(Path(named), one)
    except SourceError:
        return State.NOT
    if not offers(source):
        return State.NOT
    try:
        return State.THERE if shows(source) else State.NOT
    except BuildError:
        return State.UNKNOWN
