# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine: operation sequences that Hypothesis composes, and shrinks when a property breaks.

The rules run the model and follow the abstract array, from which they choose what to do next.  The
implementation runs the whole case when it is complete (``models/case/trial.py``), since a message
to its process at every step would take most of the time.  Each case ends with an array that is
drained.
"""

from __future__ import annotations

from models.histories.rules.callers import Callers
from models.histories.rules.kept_cursor import KeptCursor
from models.histories.rules.looking import Looking
from models.histories.rules.marking import Marking
from models.histories.rules.memory import Memory
from models.histories.rules.plain import Plain
from models.histories.rules.prepared import Prepared
from models.histories.rules.storing import Storing

RULES = (
    "store",
    "store_large",
    "overwrite",
    "erase",
    "destroy",
    "exchange",
    "alloc",
    "alloc_cyclic",
    "store_range",
    "split",
    "split_failing",
    "try_split",
    "merge",
    "caller",
    "set_mark",
    "clear_mark",
    "get_mark",
    "load",
    "find",
    "find_marked",
    "find_plain",
    "step",
    "cursor_set",
    "cursor_look",
    "cursor_change",
    "conflict",
    "split_alloc",
    "split_careless",
    "change_between",
    "split_alone",
    "let_go",
    "create_range",
    "fail",
    "count_alloc",
)
"""Every rule; ``try_split`` fires only where the implementation has it."""


class ArrayMachine(Storing, Plain, Callers, Prepared, Marking, Looking, KeptCursor, Memory):
    """One case; a subclass for each batch names it."""
