"""Every false variant is refuted: by its stored witness, by its false proof, and by the search."""

import secrets

import pytest

from properties.campaign import search
from properties.domains import DOMAINS
from verify.checks import false_proof_evidence, witness_evidence
from verify.claim import variant
from verify.claims import CLAIMS

PAIRS = [(claim, control) for claim in CLAIMS for control in claim.controls]
IDS = [f"{claim.id}/{control.id}" for claim, control in PAIRS]


@pytest.mark.parametrize(("claim", "control"), PAIRS, ids=IDS)
def test_the_stored_witness_refutes_a_false_variant(claim, control) -> None:
    assert witness_evidence(claim, control).verdict == "REFUTED"
    proof = false_proof_evidence(claim, control)
    assert proof is None or proof.verdict == "REFUTED"


SEARCHED = [(claim, control) for claim, control in PAIRS if control.unsearchable is None]


@pytest.mark.parametrize(
    ("claim", "control"), SEARCHED, ids=[f"{claim.id}/{c.id}" for claim, c in SEARCHED]
)
def test_the_search_finds_a_violation_by_itself(claim, control, effort) -> None:
    false = variant(claim, control)
    seed = secrets.randbits(32) if effort.seed is None else effort.seed
    found = search(
        false, DOMAINS[false.domain], examples=effort.control_examples, seed=seed, shrink=False
    )
    assert found.violation is not None, f"not found in {found.tried} instances (seed {seed})"


def test_most_variants_are_searched() -> None:
    assert len(SEARCHED) >= 55
