# SPDX-License-Identifier: GPL-2.0-or-later
"""What may be put to a solver: scripts that declare, assert and ask."""

import pytest

from proofs import run
from review.verify.script import logic
from tests.review import small

HEAD = "(set-logic QF_BV)\n"
END = "(check-sat)\n"


def test_the_scripts_of_the_proofs_only_ask() -> None:
    made = run.scripts(small.THEOREM, 6)
    for _, _, text in run.files(small.THEOREM, 6, made):
        assert logic(text) == text.splitlines()[0].removeprefix("(set-logic ").rstrip(")")


@pytest.mark.parametrize(
    "text",
    [
        "(declare-fun x () Bool)\n(assert x)\n",
        "; a remark (exit)\n(assert (= |a) (exit| |b;|))\n",
        '(assert (= "a"") (exit)" "b"))\n',
        "(set-info :status unsat)\n",
        "(define-fun f ((x Bool)) Bool x)(declare-const y Bool)(assert (f y))",
        "",
    ],
)
def test_what_only_asks(text: str) -> None:
    assert logic(f"{HEAD}{text}{END}") == "QF_BV"


@pytest.mark.parametrize(
    "text",
    [
        "(exit)", "(reset)", "(push 1)", "(get-model)", "(check-sat)", "(set-logic QF_BV)",
        '(echo "x")', "(set-option :produce-models true)", '(include "/etc/passwd")',
        "(set-info :source |x|)", "(set-info)", "()", "((assert) x)", "assert", ")", "(assert true",
        "|x", '"x', "(|exit|)", "(declare-datatypes () ())", "(assert (" + "(" * 3_000,
    ],
)  # fmt: skip
def test_what_does_more_or_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="it "):
        logic(f"{HEAD}{text}\n{END}")


@pytest.mark.parametrize(
    "text", ["", END, f"(set-logic ALL)\n{END}", f"(set-logic)\n{END}", HEAD, f"{END}{HEAD}"]
)
def test_a_beginning_and_an_end_are_needed(text: str) -> None:
    with pytest.raises(ValueError, match="it"):
        logic(text)
