# SPDX-License-Identifier: GPL-2.0-or-later
"""The numbers as a JSON object, for the bundle's manifest."""

from __future__ import annotations

from dataclasses import asdict

from models.measure import costs
from models.measure.programs import Item
from models.measure.stack_use import Use
from models.measure.work import Stores, Work
from review.run.numbers import MINIMALITY, Measured, Numbers
from xarray_model import geometry


def as_json(numbers: Numbers) -> dict[str, object]:
    """All of it as a JSON object; what was not measured is a text that says why."""
    return {
        "compiler": numbers.compiler,
        "machine": numbers.machine,
        "computed": [
            {
                "split": row.split.name,
                "page_bytes": row.split.page,
                "order": row.split.order,
                "new_order": row.split.new_order,
                "chunk_shift": row.chunk_shift,
                "node_bytes": geometry.node_bytes(row.chunk_shift),
                "nodes": row.nodes,
                "bytes": row.bytes,
                "slab": asdict(costs.slab(row.chunk_shift, row.split.page)),
                "slab_pages": row.slab_pages,
                "ways": {way.name.lower(): asdict(cost) for way, cost in row.ways.items()},
            }
            for row in numbers.rows
        ],
        "minimality": f"theorem {MINIMALITY}",
        "measured": [_measured_json(one) for one in numbers.measured],
    }


def _measured_json(one: Measured) -> dict[str, object]:
    return {
        "implementation": one.name,
        "unlike_computed": one.unlike_computed,
        "stack_problems": one.stack_problems,
        "stack_detail": one.stack_detail,
        "work": [
            {**_item_json(s, item), **_work_json(found)} for (s, item), found in one.works.items()
        ],
        "instructions": [
            {
                **_item_json(s, item),
                **({"not_measured": found} if isinstance(found, str) else asdict(found)),
            }
            for (s, item), found in one.instructions.items()
        ],
        "stack": [
            {"compiler": name, "chunk_shift": s, **_stack_json(uses)}
            for (name, s), uses in one.stacks.items()
        ],
    }


def _item_json(s: int, item: Item) -> dict[str, object]:
    return {
        "chunk_shift": s,
        "way": item.way.name.lower(),
        "order": item.order,
        "new_order": item.new_order,
        "marks": item.marks,
    }


def _work_json(found: Work | str) -> dict[str, object]:
    if isinstance(found, str):
        return {"not_measured": found}
    return {
        "calls": found.calls,
        "nodes": found.nodes,
        "left": found.left,
        "peak": found.peak,
        "depth": found.depth,
        "deepest": found.deepest,
        "before_lock": _stores_json(found.alloc),
        "under_lock": _stores_json(found.under_lock),
        "most_in_one_call": _stores_json(found.most),
    }


def _stores_json(stores: Stores) -> dict[str, object]:
    sums = {"total": stores.total, "filling": stores.filling, "movable": stores.movable}
    return {**asdict(stores), **sums}


def _stack_json(uses: list[Use] | str) -> dict[str, object]:
    if isinstance(uses, str):
        return {"not_measured": uses}
    return {
        "splits": [
            {
                "order": use.item.order,
                "new_order": use.item.new_order,
                "levels": use.levels,
                "depth": use.depth,
                "written": use.written,
                "frames": None if use.frames is None else [asdict(one) for one in use.frames],
                "reserved": use.reserved,
                "per_level": use.per_level,
                "order_63_to_0": use.deepest_split,
            }
            for use in uses
        ]
    }
