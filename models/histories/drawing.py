# SPDX-License-Identifier: GPL-2.0-or-later
"""Running a machine such that a seed draws the same cases wherever it is run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.database import ExampleDatabase
from hypothesis.errors import Flaky
from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.stateful import run_state_machine_as_test

from models.histories.batch import Broken, Expired
from models.histories.machine import ArrayMachine


def draw(
    machine: type[ArrayMachine],
    *,
    examples: int,
    steps: int,
    seeded: int | None,
    phases: Sequence[Phase],
    database: ExampleDatabase | None = None,
) -> None:
    """Draw ``examples`` cases of ``steps`` steps; what is found is in the machine's batch.

    ``seeded`` None draws nothing new: only what the database remembers is run again.
    """
    options = settings(
        max_examples=examples,
        stateful_step_count=steps,
        phases=phases,
        database=database,
        deadline=None,
        derandomize=False,
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    if seeded is not None:
        machine = seed(seeded)(machine)
    # Hypothesis also draws constants that it reads in the modules that happen to be loaded, so the
    # same seed would draw other cases in another command, or in an installed package.
    with (
        patch.object(HypothesisProvider, "_maybe_draw_constant", _no_constant),
        suppress(Broken, Flaky, Expired),
    ):
        run_state_machine_as_test(machine, settings=options)


def _no_constant(*_: object, **__: object) -> None:
    """Instead of a constant: none, so that a number is drawn evenly."""
