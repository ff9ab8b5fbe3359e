# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of several folders share."""

import os
import re
from collections.abc import Generator
from pathlib import Path

import pytest

from models.kernel import cache
from tests.kernel_tree import make_kernel

MAY_SKIP = "XASPLIT_MAY_SKIP"
"""The environment variable with what the machine cannot have, by spaces.  Where it is set, if only
to nothing, a test that is skipped for want of anything else fails."""


os.environ["XASPLIT_RESULTS"] = ""
"""What tests find out is found out anew: they plant defects in what judges, too."""


def excused(reason: str) -> bool:
    """Whether a test may be skipped for a reason, which names what is missing."""
    may_skip = os.environ.get(MAY_SKIP)
    return may_skip is None or bool({*re.findall(r"[\w.-]*\w", reason)} & {*may_skip.split()})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns skips into failures where all that is missing could have been installed."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and not excused(report.longrepr[2]):
        report.outcome, report.longrepr = "failed", f"may not be skipped: {report.longrepr[2]}"
    return report


SLOW = {
    "models/subject/test_baseline",
    "models/kernel/test_headers",
    "models/measure/test_programs",
    "models/readers/test_controls",
    "models/readers/test_exploration",
    "models/readers/test_explore",
    "models/readers/test_explorer",
    "models/subject/test_build",
    "models/mutants/test_coverage",
    "models/readers/test_interleave",
    "models/diagnosis/test_kernel_steps",
    "models/case/test_known",
    "models/histories/test_machine",
    "models/mutants/test_mutants",
    "models/case/test_origins",
    "models/port/test_own_c",
    "models/port/test_port",
    "models/readers/test_promela",
    "models/diagnosis/test_reproducer",
    "models/measure/test_stack_use",
    "models/sweep/test_sweep",
    "models/mutants/machine_made/test_argued",
    "models/mutants/machine_made/test_controls",
    "models/mutants/machine_made/test_suite",
    "models/mutants/test_upstream_test",
    "models/measure/test_work",
    "models/driver/test_worker",
    "proofs/test_mutants",
    "proofs/test_run",
    "proofs/test_words",
    "review/report/test_browser",
    "review/run/test_c_controls",
    "review/run/test_c_counterexample",
    "review/run/test_c_proofs",
    "review/verify/test_check_cases",
    "review/verify/test_check_obligations",
    "review/report/test_determinism",
    "review/report/test_heat",
    "review/report/test_html",
    "review/report/test_plots",
    "review/bundle/test_read",
    "review/report/test_results",
    "review/run/test_campaign",
    "review/test_cli",
    "review/run/test_evidence_upstream",
    "review/run/test_machine_made",
    "review/commands/test_mutants",
    "review/run/test_numbers",
    "review/commands/test_prove",
    "review/commands/test_replay",
    "review/commands/test_reply",
    "review/commands/test_report",
    "review/test_reports",
    "review/bundle/test_resuming",
    "review/commands/test_review",
    "review/run/test_saving",
    "review/run/test_search",
    "review/commands/test_series_origins",
    "review/commands/test_series_outcomes",
    "review/commands/test_several_defects",
    "review/run/test_subjects",
    "review/commands/test_verify",
    "review/commands/test_versions",
    "test_likeness",
    "test_wheel",
}
"""Files whose tests take many seconds of a processor: ``make quick`` leaves them out."""


SPREAD = {
    "models/kernel/test_headers",
    "models/mutants/test_coverage",
    "models/histories/test_machine",
    "models/mutants/test_mutants",
    "models/port/test_port",
    "models/diagnosis/test_reproducer",
    "proofs/test_mutants",
    "review/commands/test_several_defects",
}
"""Files whose tests share nothing and go to whichever process is free; those of others stay in one
process, as what they share is made once in each."""
SHARING = {
    "review/report/test_browser",
    "review/verify/test_check_cases",
    "review/verify/test_check_obligations",
    "review/report/test_determinism",
    "review/report/test_heat",
    "review/report/test_html",
    "review/report/test_pages",
    "review/report/test_plots",
    "review/bundle/test_read",
    "review/report/test_results",
    "review/report/test_sarif",
    "review/verify/test_script",
    "review/report/test_text",
    "review/report/test_write",
}
"""Files that share bundles and pages, and stay in one process together."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests of these files."""
    folder = Path(__file__).parent
    for item in items:
        name = str(item.path.relative_to(folder).with_suffix(""))
        if name in SLOW:
            item.add_marker(pytest.mark.slow)
        if name not in SPREAD:
            item.add_marker(pytest.mark.xdist_group("bundles" if name in SHARING else name))


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that nothing is in yet."""
    monkeypatch.setenv("XASPLIT_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def objects() -> Path:
    """The user's compiled objects, for tests with a cache of their own: most are the same in all.

    Of a scope that comes before any change of the environment.
    """
    folder = cache.directory() / "objects"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def tree(tmp_path: Path, own_cache: None, objects: Path) -> Path:
    """A kernel tree made of the port, and a cache that nothing is in yet but compiled objects."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "objects").symlink_to(objects)
    return make_kernel(tmp_path / "linux")
