"""Every claim is attacked by the targeted search; its proofs and equality cases are replayed."""

import json
import secrets

import pytest

from properties.campaign import search
from properties.domains import DOMAINS
from verify.checks import equality_evidence, proof_evidence
from verify.claim import Verdict
from verify.claims import CLAIMS
from verify.evidence import MAX_UNDECIDED, instance_document
from verify.judge import judge
from verify.quantities import Instance

ADMITTED_SHARE = 0.5
"""At least this share of the instances meets the assumptions: the strategies are made for that."""


def readable(instance: Instance) -> str:
    """An instance as the two JSON files that `flatcert check` accepts, and its options."""
    document = instance_document(instance)
    files = "\n".join(
        f"{name}.json: {json.dumps(document.pop(name))}" for name in ("network", "data")
    )
    return f"{files}\noptions: {document}"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_no_instance_refutes_a_claim(claim, effort) -> None:
    seed = secrets.randbits(32) if effort.seed is None else effort.seed
    found = search(claim, DOMAINS[claim.domain], examples=effort.examples, seed=seed)
    assert found.violation is None, f"{claim.id} is refuted (seed {seed}) by\n" + readable(
        found.violation
    )
    assert found.admitted >= ADMITTED_SHARE * effort.examples
    assert found.undecided <= MAX_UNDECIDED * found.tried


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_proofs_and_equality_cases_hold(claim) -> None:
    for proof in claim.proofs:
        assert proof_evidence(claim, proof).verdict in {"PROVED", "CERTIFIED"}
    for example in claim.equalities:
        assert equality_evidence(claim, example).verdict == "CERTIFIED"


def test_stationary_instances_are_admitted_and_have_variation() -> None:
    claim = next(claim for claim in CLAIMS if claim.id == "t-stat")
    counted: list[Instance] = []

    def note(instance: Instance) -> bool:
        has_variation = any(
            a != 0 and w != 0 and any(w * x + b > 0 for x in instance.data.x)
            for w, b, a in zip(
                instance.network.w, instance.network.b, instance.network.a, strict=True
            )
        )
        if has_variation and judge(claim, instance).verdict is Verdict.CERTIFIED:
            counted.append(instance)
        return True

    strategy = DOMAINS["stationary"].filter(note)
    search(claim, strategy, examples=400, seed=1)
    assert len(counted) >= 200


def test_a_false_claim_is_caught_shrunk_and_readable() -> None:
    from dataclasses import replace
    from fractions import Fraction

    true = next(claim for claim in CLAIMS if claim.id == "t-star")
    false = replace(true, constants={**true.constants, "slope": Fraction(3)})
    found = search(false, DOMAINS[false.domain], examples=400, seed=1)
    assert found.violation is not None
    assert found.violation.network.k <= 3
    assert "network.json" in readable(found.violation)
    assert judge(false, found.violation).verdict is Verdict.REFUTED
    assert judge(true, found.violation).verdict is Verdict.CERTIFIED


def test_the_search_reports_admitted_instances_only() -> None:
    claim = next(claim for claim in CLAIMS if claim.id == "flat-overfit")
    found = search(claim, DOMAINS[claim.domain], examples=60, seed=3)
    assert found.admitted + found.undecided <= found.tried
    assert found.least_instance is not None
    assert judge(claim, found.least_instance).verdict is Verdict.CERTIFIED
