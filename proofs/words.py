# SPDX-License-Identifier: GPL-2.0-or-later
"""Unsigned machine words over Z3 bit-vectors, on which the geometry's own functions run.

``CheckedWord`` is arithmetic that must be exact: every operation files what makes it so (no wrap,
no bit lost, shift amount below the width, divisor not zero) with the exploration that is running
(``proofs/explore.py``).  ``WrappingWord`` is C's ``unsigned int``: ``+ - * <<`` are modulo two to
the width on purpose, and only what C leaves undefined is filed.

Unlike Z3's own bit-vectors these words are unsigned throughout, never mix widths, never accept a
literal that does not fit, and their comparisons cannot be mistaken for a Python truth value:
``bool`` of a ``Truth`` asks the exploration which way to go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Protocol

import z3


class Exploration(Protocol):
    """What an operation on a symbolic word needs from whoever runs the code."""

    def decide(self, condition: z3.BoolRef) -> bool:
        """Which side of a branch on ``condition`` this path takes."""

    def require(self, condition: z3.BoolRef, why: str) -> None:
        """Record that this path is well defined only if ``condition`` holds."""


class Running:
    """The exploration that is running, if any."""

    current: ClassVar[Exploration | None] = None


def conjunction(conditions: Iterable[z3.BoolRef]) -> z3.BoolRef:
    """All of ``conditions``; SMT-LIB knows no ``and`` of fewer than two."""
    found = list(conditions)
    if not found:
        return z3.BoolVal(True)
    return found[0] if len(found) == 1 else z3.And(found)


def disjunction(conditions: Iterable[z3.BoolRef]) -> z3.BoolRef:
    """Any of ``conditions``; SMT-LIB knows no ``or`` of fewer than two."""
    found = list(conditions)
    if not found:
        return z3.BoolVal(False)
    return found[0] if len(found) == 1 else z3.Or(found)


def _is_symbolic(term: z3.BitVecRef) -> bool:
    """Whether an operation has an operand that is no literal, so that it is not to be computed.

    ``z3.simplify`` may print operators of its own, hence it only ever makes literals here.
    """
    return not all(z3.is_bv_value(term.arg(k)) for k in range(term.num_args()))


def _bits(term: z3.BitVecRef) -> int:
    """How many bits of a word can be other than zero, as far as its form shows."""
    if z3.is_bv_value(term):
        return max(1, int(term.as_long()).bit_length())
    extended = term.decl().kind() == z3.Z3_OP_ZERO_EXT
    return int(term.arg(0).size() if extended else term.size())


def _low(term: z3.BitVecRef, bits: int) -> z3.BitVecRef:
    """The low ``bits`` bits of a word."""
    if z3.is_bv_value(term):
        return z3.BitVecVal(term.as_long(), bits)
    if _bits(term) <= bits < term.size():
        return _extended(term.arg(0), bits)
    return z3.Extract(bits - 1, 0, term) if bits < term.size() else term


def _extended(term: z3.BitVecRef, width: int) -> z3.BitVecRef:
    return z3.ZeroExt(width - term.size(), term) if term.size() < width else term


def _narrowly(
    divide: Callable[[z3.BitVecRef, z3.BitVecRef], z3.BitVecRef],
    dividend: z3.BitVecRef,
    divisor: z3.BitVecRef,
) -> z3.BitVecRef:
    """A division by a literal in as few bits as the dividend really has.

    The high bits of a zero-extended word are zero and so are those of quotient and remainder, so
    this is exact (a test has the solvers prove it); it makes division by 3, 5 and 6 cheap.
    """
    bits = _bits(dividend)
    small = z3.is_bv_value(divisor) and 0 < divisor.as_long() < 1 << bits
    if small and not z3.is_bv_value(dividend):
        return _extended(divide(_low(dividend, bits), _low(divisor, bits)), dividend.size())
    return divide(dividend, divisor)


def _difference(minuend: z3.BitVecRef, subtrahend: z3.BitVecRef) -> z3.BitVecRef:
    """A difference that is required not to go below zero, in as few bits as the minuend really has.

    Exact wherever it is defined, which is an obligation of its own (a test has the solvers prove
    it); what is divided next is then divided in few bits too.
    """
    bits = _bits(minuend)
    return _extended(_low(minuend, bits) - _low(subtrahend, bits), minuend.size())


class Truth:
    """A symbolic truth value; using it in ``if``, ``while``, ``and``, ``or`` forks the path."""

    __slots__ = ("term",)

    def __init__(self, term: z3.BoolRef) -> None:
        self.term = term

    def __bool__(self) -> bool:
        simple = z3.simplify(self.term)
        if z3.is_true(simple):
            return True
        if z3.is_false(simple):
            return False
        if Running.current is None:
            raise TypeError("branch on a symbolic condition outside of an exploration")
        return Running.current.decide(self.term)


class CheckedWord:
    """An unsigned word whose operations must be exact."""

    __slots__ = ("term",)
    wraps: ClassVar[bool] = False

    def __init__(self, term: z3.BitVecRef) -> None:
        self.term = term if _is_symbolic(term) else z3.simplify(term)

    @property
    def width(self) -> int:
        """Bits of the word."""
        return int(self.term.size())

    def _operand(self, other: object) -> z3.BitVecRef:
        if isinstance(other, CheckedWord):
            if type(other) is not type(self) or other.width != self.width:
                raise TypeError(f"{self.width}-bit and {other.width}-bit words mixed")
            return other.term
        if isinstance(other, bool) or not isinstance(other, int):
            raise TypeError(f"not a word: {other!r}")
        if not 0 <= other < 1 << self.width:
            raise OverflowError(f"{other} does not fit an unsigned word of {self.width} bits")
        return z3.BitVecVal(other, self.width)

    def _require(self, condition: z3.BoolRef, why: str) -> None:
        if Running.current is not None:
            Running.current.require(condition, why)

    def _exact(self, condition: z3.BoolRef, why: str) -> None:
        if not self.wraps:
            self._require(condition, why)

    def __add__(self, other: object) -> Any:
        total = self.term + self._operand(other)
        self._exact(z3.UGE(total, self.term), "+ wraps")
        return type(self)(total)

    def __radd__(self, other: object) -> Any:
        return self + other

    def __sub__(self, other: object) -> Any:
        operand = self._operand(other)
        self._exact(z3.UGE(self.term, operand), "- goes below zero")
        literals = z3.is_bv_value(self.term) and z3.is_bv_value(operand)
        exact = not self.wraps and not literals
        return type(self)(_difference(self.term, operand) if exact else self.term - operand)

    def __rsub__(self, other: object) -> Any:
        return type(self)(self._operand(other)) - self

    def __mul__(self, other: object) -> Any:
        operand = self._operand(other)
        if isinstance(other, int):
            if other:
                most = z3.BitVecVal(((1 << self.width) - 1) // other, self.width)
                self._exact(z3.ULE(self.term, most), "* wraps")
        else:
            full = z3.ZeroExt(self.width, self.term) * z3.ZeroExt(self.width, operand)
            self._exact(z3.Extract(2 * self.width - 1, self.width, full) == 0, "* wraps")
        return type(self)(self.term * operand)

    def __rmul__(self, other: object) -> Any:
        return self * other

    def __floordiv__(self, other: object) -> Any:
        operand = self._operand(other)
        self._require(operand != 0, "// by zero")
        return type(self)(_narrowly(z3.UDiv, self.term, operand))

    def __mod__(self, other: object) -> Any:
        operand = self._operand(other)
        self._require(operand != 0, "% by zero")
        return type(self)(_narrowly(z3.URem, self.term, operand))

    def __rshift__(self, other: object) -> Any:
        amount = self._operand(other)
        self._require(z3.ULT(amount, self.width), ">> by the width or more")
        return type(self)(z3.LShR(self.term, amount))

    def __lshift__(self, other: object) -> Any:
        amount = self._operand(other)
        self._require(z3.ULT(amount, self.width), "<< by the width or more")
        result = self.term << amount
        self._exact(z3.LShR(result, amount) == self.term, "<< loses bits")
        return type(self)(result)

    def __rlshift__(self, other: object) -> Any:
        return type(self)(self._operand(other)) << self

    def __and__(self, other: object) -> Any:
        return type(self)(self.term & self._operand(other))

    def __rand__(self, other: object) -> Any:
        return self & other

    def __or__(self, other: object) -> Any:
        return type(self)(self.term | self._operand(other))

    def __ror__(self, other: object) -> Any:
        return self | other

    def __eq__(self, other: object) -> Any:
        return Truth(self.term == self._operand(other))

    def __ne__(self, other: object) -> Any:
        return Truth(self.term != self._operand(other))

    def __lt__(self, other: object) -> Any:
        return Truth(z3.ULT(self.term, self._operand(other)))

    def __le__(self, other: object) -> Any:
        return Truth(z3.ULE(self.term, self._operand(other)))

    def __gt__(self, other: object) -> Any:
        return Truth(z3.UGT(self.term, self._operand(other)))

    def __ge__(self, other: object) -> Any:
        return Truth(z3.UGE(self.term, self._operand(other)))

    __hash__ = None  # type: ignore[assignment]

    def __index__(self) -> int:
        raise TypeError("a symbolic word cannot be used as a number of Python's")


class WrappingWord(CheckedWord):
    """C's unsigned arithmetic: modulo two to the width, on purpose."""

    __slots__ = ()
    wraps = True


def literal(value: int, width: int = 64) -> Any:
    """The word of this value, which takes part in a computation as a symbolic one does."""
    return CheckedWord(z3.BitVecVal(value, width))


def variable(name: str, bits: int, width: int = 64, kind: type[CheckedWord] = CheckedWord) -> Any:
    """A symbolic word of ``width`` bits that takes the values below ``2**bits``.

    Typed ``Any`` because the geometry's signatures, which it is made for, speak of ``int``.
    """
    unknown = z3.BitVec(name, bits)
    return kind(unknown if bits == width else z3.ZeroExt(width - bits, unknown))
