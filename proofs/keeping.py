# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers of solvers, and the obligations that they were put, from earlier runs.

An answer is a solver's to one script: its key is the hash of the script, with the solver and its
version.  Only decisions are kept.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import version
from typing import NamedTuple, Protocol

from proofs.smtlib import question
from proofs.solvers import Answer, Verdict

AGAIN = 24
"""One in so many kept answers is asked for again, and must come out as it was."""
_PACKAGES = {"z3": "z3-solver", "cvc5": "cvc5", "bitwuzla": "bitwuzla"}


class Kept(NamedTuple):
    """What is kept under a key, and when and where it was made."""

    text: str
    made: str


class Keeping(Protocol):
    """Where texts are kept, by kind and key; what code makes the texts of a kind it knows."""

    def get(self, kind: str, key: str) -> Kept | None:
        """What is kept under a key."""

    def put(self, kind: str, key: str, text: str) -> None:
        """Keep a text under a key."""


class _Nowhere:
    """Keeps nothing."""

    def get(self, kind: str, key: str) -> Kept | None:
        """Nothing."""

    def put(self, kind: str, key: str, text: str) -> None:
        """Do nothing."""


NOWHERE = _Nowhere()


@dataclass(frozen=True, slots=True)
class Script:
    """One obligation ready for the solvers; ``premises`` is empty without hypotheses."""

    name: str
    broken: str
    negation: str
    premises: str


class Memory:
    """Answers and scripts of earlier runs; ``draw`` chooses the answers that are asked for
    again."""

    def __init__(self, keeping: Keeping, draw: random.Random | None = None) -> None:
        self._keeping = keeping
        self._draw = draw or random.Random()

    def answer(self, solver: str, script: str, logic: str) -> Answer | None:
        """A solver's answer to a script, if it is kept and not to be asked for again."""
        known = self.known(solver, script, logic)
        return known if known is not None and self._draw.randrange(AGAIN) else None

    def known(self, solver: str, script: str, logic: str) -> Answer | None:
        """A solver's answer to a script, if it is kept."""
        kept = self._keeping.get("answer", _key(solver, script, logic))
        if kept is None:
            return None
        fields = json.loads(kept.text)
        answer = Answer(**{**fields, "verdict": Verdict(fields["verdict"])})
        return replace(answer, kept=kept.made)

    def note(self, answer: Answer, script: str, logic: str) -> str:
        """Keep an answer that decides; what is wrong with the one that was kept, or ""."""
        if answer.verdict not in (Verdict.PROVED, Verdict.REFUTED):
            return ""
        known = self.known(answer.solver, script, logic)
        if known is None or known.verdict is not answer.verdict:
            key = _key(answer.solver, script, logic)
            self._keeping.put("answer", key, json.dumps(asdict(answer)))
        if known is not None and known.verdict is not answer.verdict:
            return f"{known.kept} it said {known.verdict}, and now {answer.verdict}"
        return ""

    def scripts(self, name: str, s: int | None) -> list[Script] | None:
        """The scripts of a theorem at a chunk shift, None for any, if they are kept."""
        kept = self._keeping.get("scripts", _made(name, s))
        return None if kept is None else [Script(*fields) for fields in json.loads(kept.text)]

    def note_scripts(self, name: str, s: int | None, made: Sequence[Script]) -> None:
        """Keep the scripts of a theorem."""
        fields = [(one.name, one.broken, one.negation, one.premises) for one in made]
        self._keeping.put("scripts", _made(name, s), json.dumps(fields))


@cache
def _installed(package: str) -> str:
    """The version of a package: looked up once, and asked for with each answer."""
    return version(package)


def _key(solver: str, script: str, logic: str) -> str:
    return _hash((solver, _installed(_PACKAGES[solver]), logic, question(script)))


def _made(name: str, s: int | None) -> str:
    return _hash((name, str(s), _installed(_PACKAGES["z3"])))


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
