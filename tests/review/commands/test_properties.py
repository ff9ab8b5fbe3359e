# SPDX-License-Identifier: GPL-2.0-or-later
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from review.cli import main
from review.report.output import readable
from review.report.properties import answer
from specs.claims import OTHER_CHECKS
from specs.registry import PROPERTIES

PAGE = Path(__file__).parents[3] / "docs" / "properties.md"


def page() -> str:
    return "".join(f"{line}\n" for line in readable(answer()))


def test_the_page_is_what_the_specs_state() -> None:
    assert PAGE.read_text() == page(), "run: xasplit properties > docs/properties.md"


def test_a_property_that_is_not_on_the_page_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OTHER_CHECKS, "planted:check", "a check | of the test")
    told = page()
    assert told != PAGE.read_text()
    assert "| `planted:check` | a check \\| of the test |" in told


def test_json_has_every_property() -> None:
    told = json.loads(CliRunner().invoke(main, ["properties", "--json"]).stdout)
    names = {name for stated in told.values() for name in stated}
    assert names >= set(PROPERTIES)
