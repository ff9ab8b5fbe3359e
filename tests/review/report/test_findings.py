# SPDX-License-Identifier: GPL-2.0-or-later
import json
from dataclasses import replace

import pytest
from msgspec import to_builtins

from models.case.extent import Extent, Tried
from models.case.finding import Finding
from models.case.findings import Findings
from models.case.reference import run_case
from models.diagnosis import causes
from models.diagnosis.reproducer import Reproducer
from models.diagnosis.where.rank import Suspect
from models.sweep.cases import FIRST, Group, Surroundings
from review.bundle.findings import cause
from review.report import findings
from review.run.diagnosis import Diagnosis
from specs.callers import Contract

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


def told(found: Findings) -> list[Diagnosis]:
    """The diagnoses of findings, without shrinking or running anything."""
    return [
        Diagnosis(cause, cause.smallest, Reproducer("", "nothing was run"))
        for cause in causes.causes(found)
    ]


def tried() -> Tried:
    done = Tried()
    for group in (GROUP, replace(GROUP, marks=0), Group(2, 3, 2, 0, Surroundings.ALONE, 0, True,
                                                        False, failing=0)):  # fmt: skip
        done.run.count(group, group.starts())
    return done


TRIED = tried()


def text(*names: str) -> list[str]:
    found = Findings()
    extent = Extent()
    extent.count(GROUP, GROUP.starts()[:7])
    found.add_case([finding(name) for name in names], extent)
    return list(findings.lines(told(found), {"port": TRIED}))


def test_it_says_what_broke_where_and_how_often() -> None:
    told = "\n".join(text("lru"))
    assert "port breaks lru" in told
    assert "what lru says" in told and "the detail" in told
    assert "7 cases; s=2: 3 to 1" in told
    assert "store(index=0, order=3, entry=v:17)" in told


def test_it_says_where_it_fails_and_where_it_holds() -> None:
    told = "\n".join(text("lru"))
    assert "holds for 1 other splits that were run" in told
    assert "marks           fails for 0; holds for none" in told
    assert "No reproducer: nothing was run." in told


def test_nothing_is_said_of_dimensions_that_make_no_difference() -> None:
    found, alone = Findings(), Tried()
    alone.run.count(GROUP, GROUP.starts())
    extent = Extent()
    extent.count(GROUP, GROUP.starts())
    found.add_case([finding("lru")], extent)
    lines = "\n".join(findings.lines(told(found), {"port": alone}))
    assert "Finding 1" in lines and "In the splits where it fails" not in lines


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


def test_json_names_the_property_the_case_and_the_extent() -> None:
    found = Findings()
    found.add(replace(finding("lru"), operation=None), (2, 3, 1))
    (one,) = told(found)
    as_json = json.loads(json.dumps(to_builtins(cause(one, {"port": TRIED}))))
    assert as_json["property"] == "lru"
    (extent,) = as_json["extent"]
    assert (extent["order"], extent["new_order"]) == (3, 1)
    assert (extent["failed"], extent["run"]) == (1, 32)
    assert as_json["smallest"]["operations"][0] == "store(index=0, order=3, entry=v:17)"
    assert as_json["reproducer"]["reason"] == "nothing was run"


def test_its_class_and_a_known_deviation_are_told() -> None:
    found = Findings()
    extent = Extent()
    extent.count(GROUP, GROUP.starts()[:7])
    one = replace(finding("split-requests"), contract=Contract.DOCUMENTATION)
    found.add_case([replace(one, deviations=("split-limit",))], extent)
    (diagnosis,) = told(found)
    shown = " ".join("\n".join(findings.lines([diagnosis], {"port": TRIED})).split())
    assert "No caller may ask for this: it breaks only what the documentation promises." in shown
    assert "It is a known deviation, split-limit:" in shown
    record = to_builtins(cause(diagnosis, {"port": TRIED}))
    assert (record["contract"], record["deviations"]) == ("documentation only", ("split-limit",))
    assert "No caller" not in "\n".join(text("lru"))


def test_a_line_outside_of_functions_is_named_without_one() -> None:
    outside, inside = (Suspect("a.c", 3, name, ("it ended here",)) for name in ("", "f"))
    assert findings.suspect_text(outside) == "a.c:3: it ended here"
    assert findings.suspect_text(inside) == "a.c:3 in f: it ended here"


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("asks for 68,174,084, 4,363,141,380 are needed",) * 2,
        ("on slots 0, 1, 2, 3, 4, 5, 6, not 7", "on slots 0 and 6 more, not 7"),
        ("got 0x2, 0x6, 1,000, 7, 8, 9, -1", "got 0x2 and 6 more"),
        ("slots 1,2,3,4,5,6,7,8",) * 2,
    ],
)
def test_of_a_long_list_of_numbers_only_how_many_there_are(detail: str, told: str) -> None:
    assert findings.short(detail) == told
