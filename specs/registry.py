# SPDX-License-Identifier: GPL-2.0-or-later
"""Every property that the specs state, by name."""

from __future__ import annotations

from specs.answers import ANSWERS
from specs.array_flags import ARRAY_FLAGS
from specs.contract import CONTRACT
from specs.cursor import CURSOR
from specs.cursor_nodes import CURSOR_NODES
from specs.invariants import INVARIANTS
from specs.judge import REFINEMENT
from specs.property import Property, Register
from specs.publication import PUBLICATION
from specs.requests import REQUESTS
from specs.update import UPDATE

REGISTERS: dict[str, Register] = {
    "structural invariants": INVARIANTS,
    "refinement": REFINEMENT,
    "arrays with flags": ARRAY_FLAGS,
    "answers": ANSWERS,
    "kept cursor": CURSOR,
    "nodes on a kept cursor": CURSOR_NODES,
    "split contract": CONTRACT,
    "what requests carry": REQUESTS,
    "update protocol": UPDATE,
    "publications": PUBLICATION,
}
"""The properties of each spec, under a title for reports."""

PROPERTIES: dict[str, Property] = {
    name: stated for register in REGISTERS.values() for name, stated in register.items()
}
"""Every property by name; names are unique across the specs."""
