# SPDX-License-Identifier: GPL-2.0-or-later
"""Every index of a node's slots is checked, and nothing else is changed."""

import pytest

from proofs.c.bounds import checked


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (b"a = node->slots[i];", b"a = node->slots[proof_slot(i)];"),
        (b"x->n->slots [o--] = 0;", b"x->n->slots [proof_slot(o--)] = 0;"),
        (b"one.slots[t[2] + 1]", b"one.slots[proof_slot(t[2] + 1)]"),
        (b"a->slots[b->slots[1]]", b"a->slots[proof_slot(b->slots[proof_slot(1)])]"),
        (b"f(&n->slots[0], n->slots[1])", b"f(&n->slots[proof_slot(0)], n->slots[proof_slot(1)])"),
        (b"void *slots[(1UL << 2)];", b"void *slots[(1UL << 2)];"),
        (b"n->marks[0][1] = new->slots;", b"n->marks[0][1] = new->slots;"),
    ],
)
def test_where_it_is_checked(text: bytes, made: bytes) -> None:
    assert checked(text) == made


def test_a_bracket_that_is_never_closed_is_told() -> None:
    with pytest.raises(ValueError, match="never closed"):
        checked(b"n->slots[1")
