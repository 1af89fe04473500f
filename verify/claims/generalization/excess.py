"""K6: the excess risk as a mean divergence, and as training loss plus noise; shared assumptions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from verify.ball import NotExact, ball, magnitude, rational
from verify.claim import Assumption, Claim, Constants, Control, Margin, Proof, Sides
from verify.claims.generalization.kl import TRUTH
from verify.claims.generalization.witnesses import ONE, F, constant
from verify.hessian.case import Case
from verify.quantities import Quantities
from verify.statistics.risk import (
    correlation,
    excess_by_noise,
    excess_risk,
    expected_loss,
    noise,
)


def _levels(quantities: Quantities) -> bool:
    low, high = quantities.instance.extra.get("low"), quantities.instance.gamma
    return low is not None and high is not None and 0 <= low < high


LEVELS = Assumption(id="levels", text="the levels are 0 <= low < gamma", holds=_levels)


def _identity(*, reverse: bool) -> Margin:
    """Sides 10^-digits E and |E - [R(f) - R(f0)]| + |E - [L(f) - L(f0)] - <xi, f - f0>|, E mean D.

    Data with f_j = f0_j add exactly 0 to each part and are left out.
    """

    def margin(quantities: Quantities, constants: Constants) -> Sides:
        rows = zip(quantities.data.in_order.y, quantities.truth, quantities.outs, strict=True)
        moved = [row for row in rows if row[1] != row[2]]
        if not moved:
            return Sides(larger=quantities.zero, smaller=quantities.zero)
        if quantities.number is rational:
            raise NotExact("a divergence of different rational outputs is irrational")
        labels, truth, outs = zip(*moved, strict=True)
        excess = excess_risk(outs, truth) if reverse else excess_risk(truth, outs)
        moves = [f - f0 for f0, f in zip(truth, outs, strict=True)]
        more = ball(constants["noise"] - 1) * correlation(noise(labels, truth), moves)
        by_noise = excess_by_noise(labels, truth, outs) + more
        by_risk = expected_loss(truth, outs) - expected_loss(truth, truth)
        agreement = ball(F(1, 10 ** int(constants["digits"])))
        return Sides(
            larger=agreement * excess,
            smaller=magnitude(excess - by_risk) + magnitude(excess - by_noise),
        )

    return margin


def _identity_cases(factor: Fraction, *, reverse: bool = False) -> Callable[[], tuple[Case, ...]]:
    def cases() -> tuple[Case, ...]:
        from sympy import Rational

        from verify.statistics.symbolic import identity_steps

        steps = identity_steps(Rational(factor.numerator, factor.denominator), reverse=reverse)
        return tuple(Case(name=s.name, difference=s.difference, proved=s.proved) for s in steps)

    return cases


EXCESS_IDENTITY = Claim(
    id="excess-identity",
    label="Theorems 3.6, 3.7, excess risk (K6)",
    title="the excess risk at fixed design",
    statement=(
        "R(f) - R(f0) = mean_j D(f0_j||f_j) = [L(f) - L(f0)] + {noise} <xi, f - f0>_n for every"
        " labels; on an instance the three agree to {digits} digits"
    ),
    domain="risk",
    assumptions=(TRUTH,),
    constants={"noise": ONE, "digits": F(20)},
    margin=_identity(reverse=False),
    controls=(
        Control(
            id="k6-noise",
            text="the noise term counts 11/10 times",
            why="K6 is an identity",
            constants={"noise": F(11, 10)},
            proof=_identity_cases(F(11, 10)),
            witness=constant(ONE, F(0), high=F(3, 2)),
        ),
        Control(
            id="k6-swapped",
            text="D(f0||f) becomes D(f||f0)",
            why="the truth is the law of the labels",
            margin=_identity(reverse=True),
            proof=_identity_cases(ONE, reverse=True),
            witness=constant(ONE, F(0), high=F(3, 2)),
        ),
    ),
    proofs=(
        Proof(
            shows="the terms of a datum agree for both labels and in the mean, all real f0, f",
            cases=_identity_cases(ONE),
            whole=True,
        ),
    ),
    equalities=(constant(ONE, ONE, high=F(3, 2)),),
    note="norm-gap",
)
