# SPDX-License-Identifier: GPL-2.0-or-later
"""Every word is of exactly one kind."""

from __future__ import annotations

import pytest

from xarray_model import entries as e


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        (0, "pointer"),
        (0x1000, "pointer"),
        (e.mk_value(0), "value"),
        (e.mk_value((1 << 63) - 1), "value"),
        (e.mk_sibling(0), "sibling"),
        (e.mk_sibling(62), "sibling"),
        (e.RETRY, "other"),
        (e.ZERO, "other"),
        (e.mk_node(0), "node"),
        (e.mk_node(4160), "node"),
        (e.mk_error(e.ENOMEM), "error"),
        (e.mk_error(4095), "error"),
    ],
)
def test_kinds(word: int, kind: str) -> None:
    assert word < 1 << 64
    found = {
        "value": e.is_value(word),
        "sibling": e.is_sibling(word, 6),
        "node": e.is_node(word),
        "error": e.is_error(word),
    }
    assert {name for name, is_it in found.items() if is_it} == {kind} - {"pointer", "other"}
    assert e.is_internal(word) is (kind in ("sibling", "node", "error", "other"))


def test_payloads() -> None:
    assert e.sibling_offset(e.mk_sibling(5)) == 5
    assert e.node_ordinal(e.mk_node(7)) == 7
    assert not e.is_sibling(e.mk_sibling(3), 2)
