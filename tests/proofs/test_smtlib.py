# SPDX-License-Identifier: GPL-2.0-or-later
"""Scripts are the same in every run, whatever else was made before them."""

import shutil
import subprocess
from pathlib import Path

import pytest
import z3

from proofs.obligation import Obligation, refute
from proofs.smtlib import CHECK, negation, premises, question, statuses


def made() -> str:
    a, b = z3.Ints("a b")
    goal = a * b + 1 > 0
    assert isinstance(goal, z3.BoolRef)
    return negation(Obligation("o", (), goal), "QF_NIA")


def test_a_term_that_others_refer_to_is_written_as_before() -> None:
    before = made()
    a, b = z3.Ints("a b")
    others = [a * b + number for number in range(3)]
    assert others and made() == before


x = z3.BitVec("x", 8)
HELD, BROKEN = Obligation("o", (x != 0,), z3.ULT(0, x)), refute("c", "broken", [], x == 1)


def test_a_script_says_what_it_must_answer() -> None:
    scripts = [negation(HELD, "QF_BV"), negation(BROKEN, "QF_BV"), premises(HELD, "QF_BV")]
    assert [statuses(script) for script in scripts] == [("unsat",), ("sat",), ("sat",)]
    assert all(script.splitlines()[1].startswith("(set-info :status ") for script in scripts)


def test_a_solver_is_asked_without_being_told() -> None:
    script = negation(HELD, "QF_BV")
    assert "status" not in question(script) and CHECK not in question(script)
    rest = script.replace("(set-info :status unsat)\n", "").removesuffix(CHECK)
    assert question(script) == rest


@pytest.mark.parametrize("solver", ["z3", "cvc5"])
@pytest.mark.parametrize("status", ["sat", "unsat"])
def test_a_solver_by_itself_notices_a_wrong_status(
    solver: str, status: str, tmp_path: Path
) -> None:
    program = shutil.which(solver)
    if program is None:
        pytest.skip(f"no {solver} program here (Debian's package {solver})")
    file = tmp_path / "o.smt2"
    script = negation(HELD, "QF_BV")
    file.write_text(script.replace("status unsat", f"status {status}"))
    ran = subprocess.run([program, file], capture_output=True, text=True, check=False)
    assert (ran.returncode != 0) is (status == "sat")
    assert ran.stdout == "unsat\n" or ran.returncode
