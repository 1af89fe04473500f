"""(K1) to (K5): bounds of the excess divergence of a network against a truth, datum by datum.

One factory for six claims: statement, constant, sides, proof and false variants
come from verify/inequalities; the margin is the sum over the data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from verify.ball import NotExact, rational
from verify.claim import Assumption, Claim, Constants, Control, Margin, Proof, Sides
from verify.claims.common import instance
from verify.hessian.case import Case
from verify.inequalities.lemma import Lemma, Variant, false_form, sides_at
from verify.inequalities.lemmas import LEMMAS
from verify.quantities import Instance, Quantities

TRUTH = Assumption(
    id="truth",
    text="a truth f0_j is given at each datum",
    holds=lambda quantities: quantities.instance.truth is not None,
)


def _margin(lemma: Lemma) -> Margin:
    """Both sides summed over the data; exactly 0 where f = f0 on all of them."""

    def margin(quantities: Quantities, constants: Constants) -> Sides:
        stated = replace(lemma, constant=constants["constant"])
        pairs = list(zip(quantities.truth, quantities.outs, strict=True))
        if quantities.number is rational and any(f0 != f for f0, f in pairs):
            raise NotExact("a divergence of different rational outputs is irrational")
        larger, smaller = quantities.zero, quantities.zero
        for f0, f in pairs:
            more, less = sides_at(stated, f0, f)
            larger, smaller = larger + more, smaller + less
        return Sides(larger=larger, smaller=smaller)

    return margin


def _cases(lemma: Lemma) -> Callable[[], tuple[Case, ...]]:
    def cases() -> tuple[Case, ...]:
        from verify.inequalities.proofs import lemma_steps

        return tuple(
            Case(name=step.name, difference=step.difference, proved=step.proved)
            for step in lemma_steps(lemma)
        )

    return cases


def at(f0: Fraction, f: Fraction) -> Instance:
    """One datum and no neuron: output f against truth f0."""
    return replace(instance((0,), (1,), (), f), truth=(f0,))


def _control(lemma: Lemma, variant: Variant) -> Control:
    return Control(
        id=variant.id,
        text=variant.text,
        why=variant.why,
        constants={} if variant.constant is None else {"constant": variant.constant},
        margin=None if variant.sides is None else _margin(false_form(lemma, variant)),
        proof=_cases(false_form(lemma, variant)),
        witness=at(*variant.witness),
    )


def _claim(lemma: Lemma) -> Claim:
    return Claim(
        id=lemma.id,
        label=f"Theorems 3.6, 3.7, divergence ({lemma.label})",
        title=lemma.title,
        statement=f"D(f0||f): {lemma.statement} at every datum, t = |f - f0|",
        domain="truth",
        assumptions=(TRUTH,),
        constants={"constant": lemma.constant},
        margin=_margin(lemma),
        controls=tuple(_control(lemma, variant) for variant in lemma.variants),
        proofs=(
            Proof(shows=f"{lemma.label} for all real f0 and f", cases=_cases(lemma), whole=True),
        ),
        equalities=(at(Fraction(1, 3), Fraction(1, 3)),),
    )


KL_CLAIMS: tuple[Claim, ...] = tuple(_claim(lemma) for lemma in LEMMAS)
