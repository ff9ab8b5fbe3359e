# SPDX-License-Identifier: GPL-2.0-or-later
"""``results.junit.xml``: the results as CI services read them.  What is undecided is skipped.

There are no times in it, so that the same review gives the same file.
"""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from review.report.layout import xml_text
from review.report.results import Suite, suites
from review.run.review_result import ReviewResult
from specs.claims import Outcome


def dumps(done: ReviewResult) -> str:
    """The file's text."""
    found = suites(done)
    root = Element("testsuites", {"name": "xasplit review", **_counts(found)})
    for suite in found:
        record = SubElement(root, "testsuite", {"name": xml_text(suite.name), **_counts([suite])})
        for one in suite.results:
            fields = {"classname": xml_text(f"xasplit.{suite.name}"), "name": xml_text(one.name)}
            case = SubElement(record, "testcase", fields)
            detail = xml_text(one.detail)
            if one.outcome is Outcome.FAILS:
                SubElement(case, "failure", {"message": detail}).text = detail
            elif one.outcome is Outcome.UNDECIDED:
                SubElement(case, "skipped", {"message": detail})
    ElementTree.indent(root)
    text = ElementTree.tostring(root, "unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _counts(found: list[Suite]) -> dict[str, str]:
    return {
        "tests": str(sum(len(one.results) for one in found)),
        "failures": str(sum(one.count(Outcome.FAILS) for one in found)),
        "errors": "0",
        "skipped": str(sum(one.count(Outcome.UNDECIDED) for one in found)),
    }
