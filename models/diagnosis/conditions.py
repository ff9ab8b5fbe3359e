# SPDX-License-Identifier: GPL-2.0-or-later
"""Under which condition something goes wrong, and whether it does under two that are independent.

A condition allows certain values of each trait of a case, each by itself, and certain splits: "the
third mark is borne", "the index is in a later slot of an entry of several".  Cases that fail for
one reason mostly are all that meet one condition.  If some of those that meet the only condition
that allows all of them pass, and two conditions account for all exactly, there may be two reasons.
There are not if what meets the one never meets the other: one reason often shows for some kinds of
entries in some splits, and for others in others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from models.case.extent import CASES, COUNTED, ENTRIES, INDEX, MARKS, MEMORY, Cell, Trait

LEAST = 16
"""Cells of failing cases that must meet one condition only, of each, and of cases that pass though
a condition that allows all that fail allows them: a few may do so by chance where cases are drawn,
and for what conditions do not tell."""

_Mask: TypeAlias = int
"""Values, a bit each."""


_SPLIT = "split"
_COUNTED = Trait(CASES, COUNTED)
"""What has no traits that a condition could ask for, of thousands of splits."""
_CHOSEN = frozenset({_SPLIT, INDEX, MARKS, MEMORY})


class Two(NamedTuple):
    """The cells of failing cases that meet the one condition only, and the other only."""

    one: frozenset[Cell]
    other: frozenset[Cell]


def two(failed: Iterable[Cell], passed: Collection[Cell]) -> Two | None:
    """The two independent conditions under which the cases of ``failed`` fail and none of
    ``passed``; None if one accounts for them, or if it takes more.  They are looked for among the
    cases of one kind at a time, since each kind has traits of its own.  Of several ways that one is
    told in which the fewest cases that meet one condition only are most."""
    kinds: dict[Trait | None, list[Cell]] = {}
    for cell in sorted(failed):
        kinds.setdefault(_kind(cell), []).append(cell)
    for kind, cells in kinds.items():
        if kind != _COUNTED:
            found = _two(cells, (cell for cell in passed if _kind(cell) == kind))
            if found is not None:
                return found
    return None


def _kind(cell: Cell) -> Trait | None:
    return next((trait for trait in cell[1] if trait.dimension == CASES), None)


def _two(failed: Sequence[Cell], passed: Iterable[Cell]) -> Two | None:
    """The same for cases of one kind."""
    bits: dict[tuple[str, object], _Mask] = {}
    cells = {_mask(cell, bits): cell for cell in failed}
    whole = _all(cells)
    values = _values(bits)
    splits = {split for split, _ in failed}
    near = (cell for cell in passed if cell[0] in splits)
    met = [mask for cell in near if not (mask := _mask(cell, bits)) & ~whole]
    if len(met) < LEAST:
        return None
    best: tuple[int, _Mask, _Mask] | None = None
    tried: set[_Mask] = set()
    for bit in bits.values():
        some = _all(mask for mask in cells if mask & bit) if bit & whole else 0
        if not some or some in tried or _meets(met, some):
            continue
        tried.add(some)
        one = _widest(some, whole, met)
        rest = _all(mask for mask in cells if mask & ~one)
        if not rest or _meets(met, rest):
            continue
        other = _widest(rest, whole, met)
        only = [sum(bool(mask & ~each) for mask in cells) for each in (one, other)]
        together = sum(only) < len(cells)
        independent = together and _independent(one, other, values)
        if independent and min(only) >= LEAST and (best is None or min(only) > best[0]):
            best = min(only), one, other
    if best is None:
        return None
    _, one, other = best
    return Two(
        frozenset(cell for mask, cell in cells.items() if mask & ~other),
        frozenset(cell for mask, cell in cells.items() if mask & ~one),
    )


def _mask(cell: Cell, bits: dict[tuple[str, object], _Mask]) -> _Mask:
    """A bit for the split and for each trait; of the entry that is split and of the new one, one
    each."""
    split, traits = cell
    mask = bits.setdefault((_SPLIT, split), 1 << len(bits))
    for trait in traits:
        if trait.dimension == ENTRIES:
            old, _, new = trait.value.partition(" to ")
            mask |= bits.setdefault(("old", old), 1 << len(bits))
            mask |= bits.setdefault(("new", new), 1 << len(bits))
        else:
            mask |= bits.setdefault((trait.dimension, trait.value), 1 << len(bits))
    return mask


def _values(bits: Mapping[tuple[str, object], _Mask]) -> dict[str, _Mask]:
    """The bits of each dimension."""
    found: dict[str, _Mask] = {}
    for (dimension, _), bit in bits.items():
        found[dimension] = found.get(dimension, 0) | bit
    return found


def _independent(one: _Mask, other: _Mask, values: Mapping[str, _Mask]) -> bool:
    """Whether each of two conditions asks for more than the other in one dimension, in another one
    each, and both of what one who splits an entry chooses: what else the array holds, or that
    memory lacks, may hide what goes wrong in any case."""
    more = [
        [name for name, bits in values.items() if that & bits & ~this]
        for this, that in ((one, other), (other, one))
    ]
    return all(len(each) == 1 and each[0] in _CHOSEN for each in more) and more[0] != more[1]


def _all(masks: Iterable[_Mask]) -> _Mask:
    """The condition that allows these, and as little else as can be."""
    found = 0
    for mask in masks:
        found |= mask
    return found


def _meets(masks: Sequence[_Mask], condition: _Mask) -> bool:
    return any(not mask & ~condition for mask in masks)


def _widest(condition: _Mask, whole: _Mask, passed: Sequence[_Mask]) -> _Mask:
    """The condition with what else it can allow of ``whole`` so that nothing meets it that
    passes."""
    more = whole & ~condition
    while more:
        bit = more & -more
        more ^= bit
        if not _meets(passed, condition | bit):
            condition |= bit
    return condition
