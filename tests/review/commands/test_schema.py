# SPDX-License-Identifier: GPL-2.0-or-later
"""The manifest's JSON Schema: the one in the documentation, with every field that a bundle has."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from review.bundle.format import MANIFEST
from review.commands.schema import command, schema

PAGE = Path(__file__).parents[3] / "docs" / "manifest.schema.json"


def test_the_documentation_has_what_the_types_say() -> None:
    assert PAGE.read_text() == schema(), "xasplit schema > docs/manifest.schema.json"


def test_json_is_what_it_is_in_any_case() -> None:
    for options in ([], ["--json"]):
        assert CliRunner().invoke(command, options).output == schema()


def test_it_has_exactly_the_fields_of_a_bundle(bad_bundle: Path) -> None:
    told: dict[str, Any] = json.loads((bad_bundle / MANIFEST).read_text())
    known = json.loads(schema())["$defs"]

    def check(value: Any, kind: dict[str, Any]) -> int:
        """How many objects there are, each with the fields of its type."""
        kinds = [kind, *kind.get("anyOf", ())]
        kinds = [known[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in kinds]
        if isinstance(value, list):
            items = next(one["items"] for one in kinds if "items" in one)
            return sum(check(one, items) for one in value)
        named = [one for one in kinds if "properties" in one]
        if not isinstance(value, dict) or not named:
            return 0
        assert value.keys() == named[0]["properties"].keys()
        assert named[0]["additionalProperties"] is False
        return 1 + sum(check(one, named[0]["properties"][name]) for name, one in value.items())

    assert check(told, known["Manifest"]) > 100
    assert known["FindingRecord"]["properties"].keys() == told["findings"][0].keys()
