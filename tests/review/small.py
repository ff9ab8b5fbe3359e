# SPDX-License-Identifier: GPL-2.0-or-later
"""Small reviews for the tests of bundles: a clean one, and one of a port with a seeded defect."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from models.kernel.source import Source, port_source
from models.readers import explorer
from models.readers.build import build
from models.readers.explore import Report
from models.readers.explorer import Case
from models.subject.implementation import examine
from models.sweep.sweep import Unit, run_unit
from review.report.proofs import decide
from review.report.write import write
from review.run.review_result import ReviewOptions, ReviewResult
from review.run.search_result import SearchResult, SearchState
from review.run.stages import OBLIGATIONS
from specs.readers import Memory
from tests.models.together import with_defects

THEOREM = "N1.depth"


@cache
def clean() -> SearchResult:
    """A sweep of a few cases on the port in both ways, where nothing breaks."""
    ports = [examine(port_source(recursive), (2, 6)) for recursive in (False, True)]
    return SearchResult(ports, SearchState(result=run_unit(Unit(2, 3, 1), ports)), 1, True)


@cache
def planted() -> Source:
    """A port that counts one slot too many in the node that it splits; it passes for a kernel."""
    line = "	unsigned int values = node->nr_values;\n"
    edits = [("lib/xarray_split.c", line, f"{line}	node->count++;\n")]
    folder = Path(tempfile.mkdtemp(prefix="xasplit-test-"))
    atexit.register(shutil.rmtree, folder)
    return with_defects(port_source(), "planted", edits, folder)


@cache
def broken() -> SearchResult:
    """The same sweep on that port."""
    one = replace(examine(planted(), (2, 6)), name="Linux 6.18")
    return SearchResult([one], SearchState(result=run_unit(Unit(2, 3, 1), [one])), 1, True)


def reviewed(search: SearchResult, place: Path, *, proofs: bool = False) -> ReviewResult:
    """A review of what a sweep found, with one theorem if ``proofs``."""
    done = ReviewResult(
        ReviewOptions(proofs=proofs), search, complete=True, durations={"search": 1.0}
    )
    if proofs:
        done.proofs = decide((THEOREM,), (6,), export=place / OBLIGATIONS)
    return done


def bundle(search: SearchResult, place: Path, *, proofs: bool = False) -> Path:
    """The bundle of such a review."""
    place.mkdir(parents=True, exist_ok=True)
    write(reviewed(search, place, proofs=proofs), place)
    return place


def explored(place: Path) -> ReviewResult:
    """A review that explored one reader of the port, which may pass an index by."""
    place.mkdir(parents=True, exist_ok=True)
    done = reviewed(clean(), place)
    source = port_source()
    executable = build(source, 2)
    answer = explorer.run(executable, Case("split", 1, 0, 2, 2), Memory.WEAK, ("find",))
    results = tuple((2, result) for result in answer.results)
    done.explored = {"port": Report(source, {2: executable}, results, 0, (), 0.0)}
    return done


def with_schedule(place: Path) -> Path:
    """The bundle of that review."""
    write(explored(place), place)
    return place
