# SPDX-License-Identifier: GPL-2.0-or-later
from specs.races import KNOWN, known


def test_a_race_is_known_by_its_field_and_both_functions() -> None:
    assert known("marks", "xas_find_chunk", "node_set_mark") is KNOWN[0]
    assert known("slots", "xas_find_chunk", "node_set_mark") is None
    assert known("marks", "xas_find_chunk", "xas_store") is None
    assert known("marks", "xas_find", "node_set_mark") is None


def test_every_known_race_has_a_reason_and_says_whose() -> None:
    assert all("The kernel gives" in one.why for one in KNOWN)
