# SPDX-License-Identifier: GPL-2.0-or-later
"""Verdicts that rest on proofs of C code follow from the evidence in a bundle."""

from dataclasses import replace
from pathlib import Path

from proofs.c.cases import Case, Harness
from proofs.c.report import Outcome, Report, Verdict
from review.bundle.read import Bundle
from review.report.write import write
from review.verify.account import Account
from review.verify.check_claims import check
from tests.review import small


def test_what_is_proved_of_c_code_is_decided_again_from_the_bundle(tmp_path: Path) -> None:
    place = tmp_path / "bundle"
    place.mkdir()
    done = small.reviewed(small.clean(), place)
    done.options = replace(done.options, thorough=True)
    outcome = Outcome(Case(Harness.SPLIT, 1, 2, 1, 0), Verdict.PROVED)
    done.c_proofs = [Report("port", "cbmc 6.6.0", [outcome])]
    write(done, place)
    account = Account()
    with Bundle(place) as bundle:
        assert "--thorough" in bundle.manifest.options.command
        check(bundle.manifest, account)
        (proof,) = (one for one in bundle.manifest.all_evidence if one.check == "c:split")
        assert proof.extent.proved is not None and proof.target == "port"
    assert account.rejected == []
