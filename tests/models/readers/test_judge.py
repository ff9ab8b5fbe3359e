# SPDX-License-Identifier: GPL-2.0-or-later
"""The explorer's questions, and that nothing but the specs answers them."""

from pathlib import Path

import pytest

from models.kernel.source import port_source
from models.readers import explorer, judge
from models.readers.build import build
from models.readers.explorer import Case, Problem, Trouble
from specs.readers import Memory
from specs.timeline import Broken, Timeline

OLD, NEW = "4096", "8192"
FACTS = [[str(index), OLD, "1", "-1", "7"] for index in (2, 3)]
FACTS += [[str(index), NEW, "0", "2", "-1"] for index in (2, 3)]
FACTS.sort()


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (("entry", f"3 {OLD} 0", "F0"), "holds\t2 3"),
        (("entry", f"3 {NEW} 0", "F1"), "holds\t3 3"),
        (("entry", f"3 {OLD} 7", "F0"), "broken\tload-other\tindex 3 gives F0"),
        (("entry", f"3 {NEW} -1", "F1"), "broken\tload-other\tindex 3 gives F1"),
        (("entry", "3 0 0", "NULL"), "broken\tload-null\tindex 3 gives NULL"),
        (("held", "3 2050", "sibling of 2"),
         "broken\tload-internal\tindex 3 gives the internal entry sibling of 2"),
        (("held", f"3 {NEW}", "F1"), "holds"),
        (("retry", "3 0"), "holds"),
        (("retry", "3 7"),
         "broken\tretry-transient\tindex 3 gives retry when no writer is under way"),
        (("restarts", "-1"),
         "broken\tretry-transient\tstill retries when no writer is under way"),
        (("unchanged", f"3 {OLD} 0", "F0"), "holds"),
        (("unchanged", f"3 {OLD} 7", "F0"),
         "broken\treload-truth\tindex 3 is said to hold F0 still"),
        (("changed", f"3 {NEW} 0", "F1"), "holds"),
        (("changed", f"3 {NEW} 7", "F1"),
         "broken\treload-truth\tindex 3 reloads as F1 when nothing changes"),
        (("order", "3 1 0"), "holds"),
        (("order", "3 1 7"), "broken\torder-bound\tindex 3 holds an entry of order 1"),
        (("folio", f"3 {NEW} 2 0", "F1"), "broken\tfolio-covers\tindex 3 gives F1, which is 2..2"),
        (("step", "3 3"), "holds"),
        (("step", "3 2"), "broken\tnext-steps\tis at index 2, not 3"),
        (("back", "0 0 0 1 3 2 2 2"),
         "broken\tfind-order\tgoes from index 2 to the entry of 2..2 at 2"),
        (("back", "0 1 0 0 3 2 2 3"), "holds"),
        (("passed", "0 0 0 0 3 4"), "broken\tunordered-covers\tpasses index 3 by"),
        (("passed", "0 0 1 0 3 4"), "broken\tfind-covers\tpasses index 3 by"),
        (("passed", "0 0 0 0 3 3"), "holds"),
    ],
)  # fmt: skip
def test_each_question_has_its_answer(asked: tuple[str, str], answer: str) -> None:
    assert judge.Judge(Memory.WEAK, FACTS).answer(*asked) == f"{answer}\n"


@pytest.mark.parametrize("asked", [("dance", "1 2"), ("entry", "3"), ("order", "one")])
def test_what_is_no_question_is_refused(asked: tuple[str, str]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        judge.Judge(Memory.WEAK, FACTS).answer(*asked)


SPLIT = Case("split", 2, 0, 4, 5)


def test_the_explorer_knows_of_no_promise_that_the_specs_do_not_judge(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the specs say decides: whatever it is."""

    def judged(self: Timeline, index: int, entry: object, known: int) -> Broken:
        return ("load-foreign", "as the test says") if index == 6 and known >= 0 else None

    executable = build(port_source(), 2)
    judge.known.cache_clear()
    assert not explorer.run(executable, SPLIT, Memory.WEAK, ("load",)).results[-1].breaches
    monkeypatch.setattr(Timeline, "judge_entry", judged)
    judge.known.cache_clear()
    answer = explorer.run(executable, SPLIT, Memory.WEAK, ("load",))
    judge.known.cache_clear()
    found = [(one.promise, one.start, one.text) for one in answer.results[1].breaches]
    assert found == [("load-foreign", 6, "as the test says")]
    assert not answer.results[0].breaches


def test_what_was_answered_is_not_asked_again_on_the_other_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, int] = {}
    answer = judge.Judge._answer

    def counted(self: judge.Judge, kind: str, words: str, *names: str) -> str:
        made = answer(self, kind, words, *names)
        # What is broken is told by names, and asked again.
        if made.startswith("holds"):
            asked[f"{kind} {words}"] = asked.get(f"{kind} {words}", 0) + 1
        return made

    executable, readers = build(port_source(), 2), ("load", "get-order", "marked")
    case = Case("split", 3, 2, 8, 8)
    apart: list[object] = []
    for memory in Memory:
        judge.known.cache_clear()
        answers = explorer.run(executable, case, memory, readers)
        apart += [one.breaches for one in answers.results]
    judge.known.cache_clear()
    monkeypatch.setattr(judge.Judge, "_answer", counted)
    together: list[object] = []
    for memory in Memory:
        answers = explorer.run(executable, case, memory, readers)
        together += [one.breaches for one in answers.results]
    assert together == apart and any(together)
    # With the first question the others' answers are told.
    again = [one for one, count in asked.items() if count > 1 and not one.startswith("passed")]
    assert len(asked) > 50 and len(again) == 1


def test_a_judge_that_has_no_answer_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(self: judge.Judge, kind: str, words: str, *names: str) -> str:
        return "perhaps\n"

    monkeypatch.setattr(judge.Judge, "answer", answer)
    problem = explorer.run(build(port_source(), 2), SPLIT, Memory.WEAK, ("load",)).problem
    assert problem is not None and problem.trouble is Trouble.UNFOLLOWED
    assert problem.text == "no answer to what a reader sees: perhaps"


RESULT = "result\\tload\\t{}\\t2\\t2\\t0\\t0\\t4\\t0\\t1\\t0.1\\t0.0\\t0\\t1\\tff\\n"
TOLD = "stores\\t1\\nfact\\t2\\t4096\\t0\\t-1\\t-1\\n" + "".join(
    RESULT.format(span) for span in ("before", "after", "race")
)


@pytest.mark.parametrize(
    ("last", "problem"),
    [
        ("ask\\tentry\\t2 4096 0\\tF0\\n", Problem(Trouble.CRASH, "find", "ended with status 3")),
        ("ask\\tdance\\t2\\n",
         Problem(Trouble.UNFOLLOWED, "find", "it asks what means nothing: 'dance'")),
    ],
)  # fmt: skip
def test_what_was_told_before_the_explorer_ends_at_a_question_is_kept(
    last: str, problem: Problem, tmp_path: Path
) -> None:
    executable = tmp_path / "explorer"
    executable.write_text(f"#!/bin/sh\nread line\nprintf '{TOLD}{last}'\nexit 3\n")
    executable.chmod(0o755)
    answer = explorer.run(executable, SPLIT, Memory.WEAK, ("load", "find"))
    assert answer.problem == problem
    assert [one.reader for one in answer.results] == ["load"] * 3
