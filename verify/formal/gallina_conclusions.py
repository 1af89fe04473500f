"""The conclusions of the Coq development's theorems, each beside the margin of its claim."""

from __future__ import annotations

from fractions import Fraction

from verify.ball import Scalar, ball, exponential, maximum, minimum, rational
from verify.claims.block_norm import squared_norm
from verify.claims.stationary import cells
from verify.counterexample.bounds import floor_of_all
from verify.counterexample.ramps import sign_changes
from verify.formal.gallina_drift import Conclusion, margin_of, step_size
from verify.formal.gallina_rows import lifted_root, training_loss
from verify.inequalities.lemma import Lemma, sides_at
from verify.inequalities.lemmas import ABOVE, BELOW, CHI, PINSKER, QUADRATIC, UNCERTAIN
from verify.logistic import sigmoid, softness
from verify.quantities import Quantities


def _square(pair: tuple[Scalar, Scalar]) -> Scalar:
    return pair[0] * pair[0] + pair[1] * pair[1]


def _top(quantities: Quantities) -> Scalar:
    """sqrt(1 + x_max^2)."""
    return lifted_root(rational(1 + max(x * x for x in quantities.data.x)))


def _largest_margin(quantities: Quantities) -> Fraction:
    pairs = zip(quantities.data.in_order.y, quantities.outs, strict=True)
    return max(y * f for y, f in pairs)


def _probabilities(quantities: Quantities) -> Scalar:
    terms = (sigmoid(quantities.number(f)) for f in quantities.outs)
    return sum(terms, quantities.zero)


def _positives(quantities: Quantities) -> Scalar:
    return rational(quantities.data.y.count(1))


def _uncalibrated(quantities: Quantities) -> tuple[Scalar, Scalar]:
    """Positive labels less probabilities where the first neuron is active, and first moments."""
    count = first = quantities.zero
    for j in range(*quantities.h.spans[0]):
        observed = rational(int(quantities.data.in_order.y[j] == 1))
        miss = observed - sigmoid(quantities.number(quantities.outs[j]))
        count, first = count + miss, first + miss * quantities.h.x[j]
    return count, first


def _moderate(quantities: Quantities) -> bool:
    """Elsewhere differences of terms like e^|f| or e^-|f| leave no digits."""
    return max(map(abs, quantities.outs)) <= 20


def _ramps_exist(quantities: Quantities) -> bool:
    return len(set(quantities.data.x)) == quantities.n and _largest_margin(quantities) > 0


def _level(quantities: Quantities) -> Scalar:
    """The bound of Theorem 3.1 for balanced ramps with omega = 1/2, by the note's formula."""
    margin, x = _largest_margin(quantities), quantities.data.in_order.x
    gaps = sign_changes(quantities.data)
    slope = Fraction(0)
    if gaps:
        least = min(gap.width for gap in gaps)
        reach = max(abs(x[0]), abs(x[-1]))
        slope = 4 * len(gaps) / (least / 2) * ((x[-1] - x[0]) ** 2 + 1 + reach**2)
    return exponential(ball(-margin)) * (1 + _top(quantities) + rational(slope * margin))


def _gamma_loss(quantities: Quantities) -> Scalar:
    """T-gamma with 2/eta given and the residual bounded by the loss."""
    stability = 2 / step_size(quantities)
    share = Fraction(quantities.n, 2 * len(quantities.uncertain))
    residual = _top(quantities) * (1 - exponential(-training_loss(quantities)))
    bound = rational(share) / softness(quantities.number(quantities.gamma))
    half = rational(Fraction(1, 2))
    return bound * (stability + residual) - half - quantities.uncertain_TV


def _flat_gap(quantities: Quantities) -> Scalar:
    """The claim's bound less v^T H v for the unit vector of the output bias, which is P."""
    from verify.claims.flat_overfit import FLAT_OVERFIT, bound

    return bound(quantities, FLAT_OVERFIT.constants) - quantities.P


DIVERGENCE = {
    **{"K1": PINSKER, "K2": QUADRATIC, "K3": UNCERTAIN},
    **{"K4_below": BELOW, "K4_above": ABOVE, "K5": CHI},
}
"""Bounds of D(f0||f); f0 and f are the first and the last output."""


def _bound(name: str, lemma: Lemma) -> Conclusion:
    def margin(quantities: Quantities) -> Scalar:
        larger, smaller = sides_at(lemma, quantities.outs[0], quantities.outs[-1])
        return larger - smaller

    return Conclusion(names=(f"Divergence.{name}",), margin=margin, admits=_moderate)


CONCLUSIONS: tuple[Conclusion, ...] = (
    *(_bound(name, lemma) for name, lemma in DIVERGENCE.items()),
    Conclusion(
        names=("BlockNorm.block_norm",),
        margin=lambda q: lifted_root(squared_norm(rational(q.data.in_order.x[0]))),
    ),
    Conclusion(names=("BlockNorm.block_attained",), margin=lambda _: rational(0)),
    Conclusion(
        names=("BlockNorm.rnorm_le_res",),
        margin=lambda q: q.residual - lifted_root(_square(q.h.r[0])),
        admits=lambda q: q.network.k > 0,
    ),
    Conclusion(
        names=("Jensen.jensen", "Jensen.jensen_cap"),
        margin=margin_of("jensen"),
        # For a smaller loss the claim's own enclosure of L - (1 - e^-L) is a wide one.
        admits=lambda q: training_loss(q) > ball(Fraction(1, 1000)),
    ),
    Conclusion(
        names=("Jensen.res_le_loss",),
        margin=lambda q: _top(q) * (1 - exponential(-training_loss(q))) - q.residual,
    ),
    Conclusion(names=("Master.master",), margin=margin_of("master")),
    Conclusion(names=("Master.norm2_vq",), margin=lambda _: rational(0)),
    Conclusion(names=("Master.pathsum_by_activity",), margin=lambda _: rational(0)),
    Conclusion(
        names=("Master.Dq_ge",),
        margin=lambda q: 1 / q.inverse_D - 1 / q.P,
        admits=_moderate,
    ),
    Conclusion(names=("TStar.T_star",), margin=margin_of("t-star")),
    Conclusion(
        names=("TStar.T_star_sharp",),
        margin=lambda q: (
            q.lambda_max + q.largest_r * (1 - 1 / q.v_squared) - q.v_squared * q.inverse_D
        ),
    ),
    Conclusion(names=("T.T",), margin=margin_of("t")),
    Conclusion(names=("T.T_soft",), margin=margin_of("t"), admits=lambda q: q.instance.q is None),
    Conclusion(
        names=("T.T_soft_TV",),
        margin=lambda q: q.lambda_max + q.residual - q.P * (1 + 2 * q.TV),
        admits=lambda q: q.instance.q is None,
    ),
    Conclusion(names=("TV.TV_le_pathsum",), margin=margin_of("tv")),
    Conclusion(
        names=("TGamma.T_gamma",),
        margin=margin_of("t-gamma"),
        scale=Fraction(2),
        admits=lambda q: len(q.uncertain) > 0,
    ),
    Conclusion(
        names=("TGamma.T_gamma_loss",), margin=_gamma_loss, admits=lambda q: len(q.uncertain) > 0
    ),
    Conclusion(names=("TGrad.T_grad",), margin=margin_of("t-grad")),
    Conclusion(
        names=("TGrad.betamax_le",),
        margin=lambda q: _top(q) - maximum((lifted_root(m.size) for m in q.moments), q.zero),
    ),
    Conclusion(names=("TStat.T_stat_law",), margin=margin_of("t-stat")),
    Conclusion(
        names=("TStat.T_stat",), margin=margin_of("t-stat"), admits=lambda q: q.instance.q is None
    ),
    Conclusion(
        names=("TStat.T_stat_TV",),
        margin=lambda q: q.lambda_max - q.P * (1 + 2 * q.TV),
        admits=lambda q: q.instance.q is None,
    ),
    Conclusion(
        names=("TStat.T_stat_stable",),
        margin=lambda q: (2 / (step_size(q) * q.P) - 1) / 2 - q.TV,
        admits=lambda q: q.instance.q is None,
    ),
    Conclusion(
        names=("TV.TV_distinct",),
        margin=lambda _: rational(0),
        admits=lambda q: len(q.kinks_under(q.q)) == sum(w != 0 for w in q.network.w),
    ),
    Conclusion(names=("ConditionalWeights.gplus_conditional",), margin=lambda _: rational(0)),
    Conclusion(names=("ConditionalWeights.gminus_conditional",), margin=lambda _: rational(0)),
    Conclusion(names=("Structure.no_saddle",), margin=lambda q: q.P),
    Conclusion(
        names=("Structure.residual_vanishes",),
        margin=lambda q: minimum(-q.h.r[0][0], -q.h.r[0][1]),
        admits=lambda q: q.network.k > 0,
    ),
    Conclusion(
        names=("Structure.calibrated_active",),
        margin=lambda q: minimum(*_uncalibrated(q)),
        admits=lambda q: q.network.k > 0,
    ),
    Conclusion(names=("Structure.calibrated",), margin=lambda q: _positives(q) - _probabilities(q)),
    Conclusion(
        names=("Gaps.few_gaps",),
        margin=lambda q: rational(Fraction(q.n, 2) - 1 - cells.occupied(q)),
        scale=Fraction(1, 2),
    ),
    Conclusion(names=("Counterexample.one_margin_flat",), margin=_flat_gap),
    Conclusion(
        names=("Counterexample.ramp_network_flat",),
        margin=lambda q: _level(q) - softness(ball(_largest_margin(q))),
        admits=_ramps_exist,
    ),
    Conclusion(
        names=("Counterexample.ramp_network_fits",),
        margin=lambda _: rational(0),
        admits=_ramps_exist,
    ),
    Conclusion(
        names=("CounterexampleFloor.one_margin_floor",),
        margin=lambda q: q.lambda_max - floor_of_all(q.data, _largest_margin(q)),
    ),
)
