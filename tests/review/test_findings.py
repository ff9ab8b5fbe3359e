# SPDX-License-Identifier: GPL-2.0-or-later
import json
from dataclasses import replace

from models.cases import FIRST, Group, Surroundings
from models.finding import Finding, Findings
from models.reference import run_case
from review import findings

GROUP = Group(2, 3, 1, 0, Surroundings.ALONE, 1, True, False, failing=0)


def finding(broken: str) -> Finding:
    operations = GROUP.operations(FIRST)
    results = run_case(operations, 2).results
    wrong = bytearray(results)
    wrong[-9] ^= 1
    return Finding(
        "port", 2, broken, f"what {broken} says", "the detail", 3, tuple(operations), results,
        bytes(wrong),
    )  # fmt: skip


def text(*names: str) -> list[str]:
    found = Findings()
    for name in names:
        found.add(finding(name), (2, 3, 1), 7)
    return list(findings.lines(found))


def test_it_says_what_broke_where_and_how_often() -> None:
    told = "\n".join(text("lru"))
    assert "port breaks lru" in told
    assert "what lru says" in told and "the detail" in told
    assert "7 cases; s=2: 3 to 1" in told
    assert "store(index=0, order=3, entry=v:17)" in told


def test_properties_that_one_case_breaks_are_one_finding() -> None:
    told = "\n".join(text("lru", "refines"))
    assert "Finding 1: port breaks lru, refines" in told and "Finding 2" not in told


def test_operations_after_the_one_that_shows_it_are_left_out() -> None:
    assert not any(line.startswith("     4 ") for line in text("lru"))


def test_lines_fit_a_mail() -> None:
    assert max(map(len, text("lru", "refines"))) <= 74


def test_extents_are_told_by_chunk_shift() -> None:
    assert (
        findings.extent_text({(2, 4, 1), (1, 2, 0), (2, 4, 0)})
        == "s=1: 2 to 0; s=2: 4 to 0, 4 to 1"
    )
    many = {(3, 9, new) for new in range(9)}
    assert findings.extent_text(many).endswith("and 3 more")


def test_json_names_the_property_and_the_case() -> None:
    found = Findings()
    found.add(replace(finding("lru"), operation=None), (2, 3, 1))
    told = json.loads(json.dumps(findings.as_json(found.sorted()[0])))
    assert told["property"] == "lru"
    assert told["extent"] == [{"chunk_shift": 2, "order": 3, "new_order": 1}]
    assert told["smallest"]["operations"][0] == "store(index=0, order=3, entry=v:17)"
