# SPDX-License-Identifier: GPL-2.0-or-later
"""Shapes of this project as litmus tests in the kernel's format (``tools/memory-model``).

Each is a scenario that ``litmus.c`` runs too: the file's expected result is what the explorer
answered on weak memory, so that ``herd7 -conf linux-kernel.cfg`` can check our reading of the
kernel's memory model.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.readers import explorer
from models.readers.explorer import ExplorerError
from specs.readers import Memory


@dataclass(frozen=True, slots=True)
class Shape:
    """One litmus test: its ``name``, that of the explorer's ``shape``, and its text.

    ``init`` sets memory up, ``writer`` and ``reader`` are the two processes with their parameters,
    ``exists`` asks whether an outcome can be seen.
    """

    name: str
    shape: str
    description: str
    init: str
    writer: str
    reader: str
    exists: str


_SLOT = "int **slot, int *new"

_BARRIERS = (("", "", "", ""), ("-rmb", "+rmb", ", after a barrier", "\tsmp_rmb();\n"))
"""What is added to name, shape, words and reader: nothing, and a barrier between two loads."""
SHAPES = (
    Shape(
        "xarray-publish-slot",
        "MP+rel+addr",
        "A subtree is filled in and then linked; a reader follows the slot into it.",
        "slot=old; old=1; new=0;",
        f"P0({_SLOT})\n{{\n\tWRITE_ONCE(*new, 1);\n\trcu_assign_pointer(*slot, new);\n}}",
        "P1(int **slot)\n{\n\tint *r0;\n\tint r1;\n\n\trcu_read_lock();\n"
        "\tr0 = rcu_dereference(*slot);\n\tr1 = READ_ONCE(*r0);\n\trcu_read_unlock();\n}",
        "1:r0=new /\\ 1:r1=0",
    ),
    Shape(
        "xarray-publish-slot-plain",
        "MP+po+addr",
        "The same with a plain store to the slot, as RCU_INIT_POINTER() makes it.",
        "slot=old; old=1; new=0;",
        f"P0({_SLOT})\n{{\n\tWRITE_ONCE(*new, 1);\n\tWRITE_ONCE(*slot, new);\n}}",
        "P1(int **slot)\n{\n\tint *r0;\n\tint r1;\n\n\trcu_read_lock();\n"
        "\tr0 = rcu_dereference(*slot);\n\tr1 = READ_ONCE(*r0);\n\trcu_read_unlock();\n}",
        "1:r0=new /\\ 1:r1=0",
    ),
    Shape(
        "xarray-split-sibling",
        "MP+rel+sibling",
        "A new sibling is stored after its canonical slot; a reader goes from one to the other.",
        "sibling=none; none=1; canonical=0;",
        "P0(int **sibling, int *canonical)\n{\n\tWRITE_ONCE(*canonical, 1);\n"
        "\trcu_assign_pointer(*sibling, canonical);\n}",
        "P1(int **sibling)\n{\n\tint *r0;\n\tint r1;\n\n\trcu_read_lock();\n"
        "\tr0 = rcu_dereference(*sibling);\n\tr1 = READ_ONCE(*r0);\n\trcu_read_unlock();\n}",
        "1:r0=canonical /\\ 1:r1=0",
    ),
    *(
        Shape(
            f"xarray-split-slots{suffix}",
            f"split-slots{mark}",
            "A split within a node replaces the old sibling, then the canonical slot; an iteration"
            f" that found the new entry looks at the next slot{description}.",
            "canonical=0; sibling=0;",
            "P0(int *canonical, int *sibling)\n{\n\tsmp_store_release(sibling, 1);\n"
            "\tsmp_store_release(canonical, 1);\n}",
            "P1(int *canonical, int *sibling)\n{\n\tint r0;\n\tint r1;\n\n"
            f"\tr0 = READ_ONCE(*canonical);\n{barrier}\tr1 = READ_ONCE(*sibling);\n}}",
            "1:r0=1 /\\ 1:r1=0",
        )
        for suffix, mark, description, barrier in _BARRIERS
    ),
    *(
        Shape(
            f"xarray-mark-slot{suffix}",
            f"mark-slot{mark}",
            "The mark of a new entry is set before its slot is written; a marked search loads the"
            f" slot and then the mark word{description}.",
            "mark=0; slot=0;",
            "P0(int *mark, int *slot)\n{\n\tWRITE_ONCE(*mark, 1);\n"
            "\tsmp_store_release(slot, 1);\n}",
            "P1(int *mark, int *slot)\n{\n\tint r0;\n\tint r1;\n\n"
            f"\tr0 = READ_ONCE(*slot);\n{barrier}\tr1 = READ_ONCE(*mark);\n}}",
            "1:r0=1 /\\ 1:r1=0",
        )
        for suffix, mark, description, barrier in _BARRIERS
    ),
    Shape(
        "xarray-take-reference",
        "MP+rel+rmw",
        "A folio is unfrozen after its fields are set; a lookup takes a reference and looks.",
        "field=0; refs=0;",
        "P0(int *field, atomic_t *refs)\n{\n\tWRITE_ONCE(*field, 1);\n"
        "\tatomic_set_release(refs, 1);\n}",
        "P1(int *field, atomic_t *refs)\n{\n\tint r0;\n\tint r1;\n\n"
        "\tr0 = atomic_add_unless(refs, 1, 0);\n\tr1 = READ_ONCE(*field);\n}",
        "1:r0=1 /\\ 1:r1=0",
    ),
)
"""What is exported."""


def answers(executable: Path) -> dict[str, str]:
    """For each exported shape by name, the explorer's answer on weak memory: "Never" or
    "Sometimes".  Raises ExplorerError when the explorer gives none."""
    found = {
        name: "Sometimes" if seen == "seen" else "Never"
        for name, memory, _, seen in explorer.litmus(executable)
        if memory is Memory.WEAK
    }
    missing = [shape.shape for shape in SHAPES if shape.shape not in found]
    if missing:
        raise ExplorerError(f"the explorer does not answer the shape {missing[0]}")
    return {shape.name: found[shape.shape] for shape in SHAPES}


def text(shape: Shape, result: str) -> str:
    """The file of a shape whose expected ``result`` is "Never" or "Sometimes"."""
    description = _wrapped(shape.description)
    init = "\n".join(f"{one.strip()};" for one in shape.init.split(";") if one.strip())
    return (
        f"C {shape.name}\n\n(*\n * Result: {result}\n *\n{description}\n *)\n\n"
        f"{{\n{init}\n}}\n\n{shape.writer}\n\n{shape.reader}\n\nexists ({shape.exists})\n"
    )


def _wrapped(description: str) -> str:
    lines, line = [], " *"
    for word in description.split():
        if len(line) + 1 + len(word) > 72:
            lines.append(line)
            line = " *"
        line += f" {word}"
    return "\n".join([*lines, line])


def write(executable: Path, folder: Path) -> list[Path]:
    """Write every shape to ``folder``, one ``.litmus`` file each.

    Raises OSError when that fails, ExplorerError as ``answers``.
    """
    found = answers(executable)
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for shape in SHAPES:
        path = folder / f"{shape.name}.litmus"
        path.write_text(text(shape, found[shape.name]))
        made.append(path)
    return made
