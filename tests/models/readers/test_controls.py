# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from models.kernel.source import port_source
from models.readers import explorer
from models.readers.build import build
from models.readers.controls import CONTROLS, Control, check
from specs.readers import LIMITS, PROMISES


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_every_known_race_is_found_and_replays(control: Control) -> None:
    caught = check(control)
    assert len(caught) == 2
    for one in caught:
        assert one.as_expected, one
        if one.breach is None:
            continue
        executable = build(port_source(), control.shift, control.edits)
        _, broken = explorer.replay(
            executable,
            control.case,
            one.memory,
            one.reader,
            one.breach.start,
            one.breach.schedule,
        )
        assert one.breach.promise in broken


@pytest.mark.parametrize(
    "control", [one for one in CONTROLS if one.edits], ids=lambda control: control.name
)
def test_without_the_edit_nothing_of_the_kind_is_found(control: Control) -> None:
    executable = build(port_source(), control.shift)
    memory = control.memories[0]
    answer = explorer.run(executable, control.case, memory, control.readers)
    found = {breach.promise for result in answer.results for breach in result.breaches}
    assert not found & set(control.promises)


def test_every_promise_has_a_control_that_breaks_it() -> None:
    broken = {one.breach.promise for control in CONTROLS for one in check(control) if one.breach}
    # What nobody promises breaks without a defect; load-other is one where folios change hands.
    given = set(PROMISES) - {limit.promise for limit in LIMITS if not limit.writers}
    assert given - broken == set() and "load-other" in given
