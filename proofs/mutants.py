# SPDX-License-Identifier: GPL-2.0-or-later
"""Textual mutants of the geometry, each with the theorem that must refute it.

The theorems run the geometry's own functions, so a mistake in any of them must make some theorem
fail.  A mutant is put in place in the running process, hence only ever in a worker's.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from proofs import catalogue
from proofs.explore import EndlessPathError
from proofs.run import decide, scripts
from proofs.solvers import Verdict
from xarray_model import geometry


@dataclass(frozen=True, slots=True)
class Mutant:
    """In ``function`` the text ``old``, found once, becomes ``new``; ``theorem`` refutes it."""

    function: str
    old: str
    new: str
    theorem: str

    def source(self) -> str:
        """The geometry's source with the change; ``ValueError`` unless ``old`` is there once."""
        code = inspect.getsource(getattr(geometry, self.function))
        if code.count(self.old) != 1:
            raise ValueError(f"{self.function}: {self.old!r} is there {code.count(self.old)} times")
        whole = inspect.getsource(geometry)
        return whole.replace(code, code.replace(self.old, self.new))


MUTANTS = (
    Mutant("chunk_size", "1 << s", "2 << s", "S3.bytes"),
    Mutant("node_shift", "order - order % s", "order", "N4.shift"),
    Mutant("node_shift", "order % s", "order % (s + 1)", "N4.shift"),
    Mutant("slots_of", "1 << (order % s)", "2 << (order % s)", "S3.canonical"),
    Mutant("slots_of", "1 << (order % s)", "1 << ((order + 1) % s)", "S3.canonical"),
    Mutant("slots_of", "1 << (order % s)", "order % s + 1", "S3.canonical"),
    Mutant("offset_of", "((1 << s) - 1)", "(1 << s)", "S1.step"),
    Mutant("offset_of", "index >> shift", "index >> (shift + 1)", "S1.step"),
    Mutant("offset_of", "& ((1 << s) - 1)", "& ((1 << (s - 1)) - 1)", "S1.step"),
    Mutant("canonical_slot", "slots_of(order, s) - 1", "slots_of(order, s)", "S3.canonical"),
    Mutant("canonical_slot", "offset - (offset &", "offset - (0 &", "S1.leaf"),
    Mutant("canonical_slot", "offset - (offset &", "offset | (offset &", "S1.leaf"),
    Mutant("first_index", "<< order", "<< (order + 1)", "S1.leaf"),
    Mutant("first_index", "(index >> order) << order", "index", "S1.leaf"),
    Mutant("last_index", "((1 << order) - 1)", "(1 << order)", "S1.leaf"),
    Mutant("last_index", "first_index(index, order) +", "index +", "S1.leaf"),
    Mutant("split_depth", "// s", "// s + 1", "N1.depth"),
    Mutant("split_depth", "node_shift(new_order, s)", "new_order", "N1.depth"),
    Mutant("split_nodes", "slots_of(order, s)", "slots_of(new_order, s)", "N1.loop"),
    Mutant("split_nodes", "node_shift(new_order, s)", "node_shift(new_order, s) + s", "N1.loop"),
    Mutant("split_nodes", "target < shift", "target <= shift", "N1.loop"),
    Mutant("split_nodes", "+ level", "+ 1", "N1.loop"),
    Mutant("split_nodes", "nodes * (1 << s) + level", "nodes + level", "N1.loop"),
    Mutant("split_nodes", "(1 << s)", "(1 << (s - 1))", "N1.loop"),
    Mutant("split_nodes", "shift = shift - s", "shift = shift - 1", "N1.loop"),
    Mutant("split_nodes", "shift = shift - s", "shift = shift", "N1.loop"),
    Mutant("one_level_limit_exceeded", "2 * s", "s", "N1.one-level"),
    Mutant("one_level_limit_exceeded", "2 * s <= order", "2 * s < order", "N1.one-level"),
    Mutant("try_split_min_order", "else order - 1", "else order", "N5.step"),
    Mutant("try_split_min_order", "else order - 1", "else order - s", "N5.step"),
    Mutant("try_split_min_order", "order % s == 0", "order % s == 1", "N5.step"),
    Mutant("try_split_nodes", "new_order < order", "new_order <= order", "N5.walk"),
    Mutant("try_split_nodes", "nodes + split_depth(order, lower, s)", "nodes + 1", "N5.walk"),
    Mutant("try_split_nodes", "order = lower", "order = new_order", "N5.walk"),
    Mutant("max_index", "width <= shift + s", "width < shift", "O1.domain"),
    Mutant("max_index", "1 << (shift + s)", "1 << shift", "O1.long"),
    Mutant("node_bytes", "40", "32", "N2.bytes64"),
    Mutant("node_bytes", "24", "8", "N2.bytes64"),
    Mutant("node_bytes", "8 * slots", "4 * slots", "N2.bytes64"),
)
"""One for each thing that a function computes."""


class Fate(StrEnum):
    """What became of a mutant."""

    REFUTED = "refuted"
    UNDEFINED = "undefined"
    """A literal of it does not fit, or it goes below zero on plain numbers."""
    ENDLESS = "endless"
    SURVIVED = "survived"


@contextmanager
def in_place(mutant: Mutant) -> Iterator[None]:
    """The geometry with the mutant, for the time of the block."""
    original = inspect.getsource(geometry)
    changed = mutant.source()
    try:
        exec(compile(changed, geometry.__file__, "exec"), geometry.__dict__)
        yield
    finally:
        exec(compile(original, geometry.__file__, "exec"), geometry.__dict__)


def judge(mutant: Mutant, s: int, limit: float, solver: str = "z3") -> Fate:
    """What the mutant's theorem says of it at chunk shift ``s``: refuted if any obligation is."""
    logic = catalogue.by_name()[mutant.theorem].logic
    try:
        with in_place(mutant):
            made = scripts(mutant.theorem, s)
    except EndlessPathError:
        return Fate.ENDLESS
    except OverflowError:
        return Fate.UNDEFINED
    for script in made:
        if script.broken:
            continue  # a control: refuted in any case
        if decide(solver, script.negation, logic, limit).verdict is Verdict.REFUTED:
            return Fate.REFUTED
    return Fate.SURVIVED
