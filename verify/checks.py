"""Runners that turn a claim into evidence without a search.

Symbolic proofs, equality cases, stored witnesses of false variants, and single
instances such as the real data.
"""

from __future__ import annotations

from dataclasses import replace

from verify.claim import Claim, Control, Proof, Verdict, variant
from verify.evidence import Evidence, instance_document, margin_document, versions
from verify.judge import FINE_LADDER, Judgement, Stages, judge
from verify.quantities import Instance


def judged(claim: Claim, judgement: Judgement, *, method: str) -> Evidence:
    """The evidence of one judgement on one instance."""
    return Evidence(
        claim=claim.id,
        method=method,
        verdict=judgement.verdict.name,
        statement=claim.stated(),
        admitted=int(judgement.verdict is not Verdict.VACUOUS),
        undecided=int(judgement.verdict is Verdict.UNDECIDED),
        margin=margin_document(judgement.margin),
        scaled=judgement.scaled,
        bits=judgement.bits,
        detail=judgement.reason,
        versions=versions(),
    )


def proof_evidence(claim: Claim, proof: Proof) -> Evidence:
    """PROVED for a whole proof, CERTIFIED for a step, ERROR where a case is left over."""
    cases = proof.cases()
    left = [case for case in cases if not case.proved]
    good = Verdict.PROVED if proof.whole else Verdict.CERTIFIED
    detail = f"{proof.shows}: {len(cases) - len(left)} of {len(cases)} cases are proved"
    if left:
        detail += f"; {left[0].name} leaves {left[0].difference:.80}"
    return Evidence(
        claim=claim.id,
        method="symbolic",
        verdict=(good if cases and not left else Verdict.ERROR).name,
        statement=claim.stated(),
        tried=len(cases),
        admitted=len(cases) - len(left),
        detail=detail,
        versions=versions(),
    )


def equality_evidence(claim: Claim, instance: Instance) -> Evidence:
    """CERTIFIED where the margin is exactly 0; ERROR where the claim is not sharp as it says.

    The judgement is in rationals, or in balls by a form without cancellation.
    """
    judgement = judge(claim, instance, ladder=())
    if judgement.margin is None:
        judgement = judge(claim, instance)
    margin = judgement.margin
    is_zero = margin is not None and margin.lo == 0 and margin.hi == 0
    return replace(
        judged(claim, judgement, method="exact"),
        verdict=(Verdict.CERTIFIED if is_zero else Verdict.ERROR).name,
        detail="the margin is exactly 0" if is_zero else "equality is not attained",
        witness=instance_document(instance),
    )


def witness_evidence(claim: Claim, control: Control) -> Evidence:
    """The stored witness of a false variant, replayed: REFUTED is what is wanted."""
    false = variant(claim, control)
    return replace(
        judged(false, judge(false, control.witness), method="witness"),
        claim=claim.id,
        control=control.id,
        detail=f"{control.text}: {control.why}",
        witness=instance_document(control.witness),
    )


def false_proof_evidence(claim: Claim, control: Control) -> Evidence | None:
    """The false symbolic variant of a control: REFUTED where a case is left over."""
    if control.proof is None:
        return None
    cases = control.proof()
    left = [case for case in cases if not case.proved]
    detail = f"{len(left)} of {len(cases)} cases are left unproved"
    return Evidence(
        claim=claim.id,
        control=control.id,
        method="symbolic",
        verdict=(Verdict.REFUTED if left else Verdict.PROVED).name,
        statement=variant(claim, control).stated(),
        tried=len(cases),
        admitted=len(cases),
        detail=detail + (f", such as {left[0].name}" if left else ""),
        versions=versions(),
    )


def instance_evidence(
    claim: Claim, instance: Instance, subject: str, balls: Stages | None = None
) -> Evidence:
    """A claim on one named instance, judged finely enough that its margin can be printed."""
    judgement = judge(claim, instance, ladder=FINE_LADDER, balls=balls)
    return replace(judged(claim, judgement, method="instance"), subject=subject)
