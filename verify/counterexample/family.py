"""The ramp networks of one dataset as the margin grows: how large a margin is flat enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from verify.ball import Truth, approximate, ball, working_precision
from verify.counterexample.analysis import Analysis, analyse
from verify.counterexample.ramps import BALANCED, HALF, ramp_network, shown
from verify.hessian.structured import loss_hessian
from verify.logistic import LOGISTIC, softness
from verify.model import Dataset, InputError
from verify.spectrum.balls import count_above
from verify.spectrum.engine import MAX_BITS

FIRST_BITS = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastMargin:
    """The least of the margins 1, 2, 4, .. whose ramp network has lambda_max < 2/eta, certified.

    `previous` is the power of two before it (None: it is 1) and `previous_is_above`
    whether lambda_max > 2/eta is certified there (None: undecided).
    """

    eta: Fraction
    margin: Fraction
    previous: Fraction | None
    previous_is_above: Truth
    analysis: Analysis


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginRow:
    """Base 10 logarithms at one margin, to float64: for plotting."""

    margin: Fraction
    log10_lambda_max: float
    log10_bound: float
    log10_limit: float
    """log10(B m^power e^{-m}); -inf where no label changes."""


def is_above(data: Dataset, level: Fraction, *, margin: Fraction, omega: Fraction) -> Truth:
    """Whether lambda_max of the balanced ramp network is above `level`, by one certified count.

    A level far below lambda_max would cost the count its precision; there the
    curvature of the bias c alone, s(m) <= lambda_max, answers. Precision is
    raised until the count is decided; None beyond 16384 bits.
    """
    network, bits = ramp_network(data, margin=margin, omega=omega), FIRST_BITS
    while bits <= MAX_BITS:
        with working_precision(bits):
            if softness(ball(margin)) > ball(level):
                return True
            count = count_above(loss_hessian(network, data, ball, LOGISTIC), ball(level))
        if count is not None:
            return count > 0
        bits *= 2
    return None


def least_margin(
    data: Dataset, *, eta: Fraction, omega: Fraction = HALF, digits: int = 30
) -> LeastMargin:
    """The least margin among 1, 2, 4, .. whose balanced ramp network is certified below 2/eta.

    It exists for every eta > 0, because lambda_max tends to 0. Raises InputError
    for eta <= 0, and as `analyse` does.
    """
    if eta <= 0:
        raise InputError(f"eta is {shown(eta)}; a number above 0 is needed")
    level, margin = 2 / eta, Fraction(1)
    previous: Fraction | None = None
    previous_is_above: Truth = None
    while (above := is_above(data, level, margin=margin, omega=omega)) is not False:
        previous, previous_is_above, margin = margin, above, 2 * margin
    return LeastMargin(
        eta=eta,
        margin=margin,
        previous=previous,
        previous_is_above=previous_is_above,
        analysis=analyse(data, margin=margin, omega=omega, digits=digits),
    )


def margins_table(
    data: Dataset,
    margins: Sequence[Fraction],
    *,
    omega: Fraction = HALF,
    scaling: str = BALANCED,
) -> tuple[MarginRow, ...]:
    """One row for each margin, at any margin whose e^{-m} a ball can hold (10^12 and beyond)."""
    return tuple(
        _row(analyse(data, margin=margin, omega=omega, scaling=scaling, digits=18))
        for margin in margins
    )


def _row(found: Analysis) -> MarginRow:
    with working_precision(256 + 2 * int(found.margin).bit_length()):
        decade, m = ball(10).log(), ball(found.margin)
        law = found.limit.ball.log() + found.power * m.log() - m
        return MarginRow(
            margin=found.margin,
            log10_lambda_max=approximate(found.lambda_max.ball.log() / decade),
            log10_bound=approximate(found.bound.ball.log() / decade),
            log10_limit=approximate(law / decade) if found.sign_changes else -math.inf,
        )
