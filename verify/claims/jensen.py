"""(J): the mean slope is bounded by the training loss, mean |l'| <= 1 - e^{-L} <= min(1, L)."""

from __future__ import annotations

from fractions import Fraction

from verify.ball import Enclosure, Scalar, exponential, loss_remainder, minimum
from verify.claim import Claim, Constants, Control, Proof, Sides
from verify.claims.common import CONSTANT, instance
from verify.hessian.case import Case
from verify.logistic import sigmoid
from verify.quantities import Quantities


def _first_gap(quantities: Quantities) -> tuple[Scalar, Scalar]:
    """(mean sigma(m_j) - e^{-L}, L) for the margins m_j = y_j f_j.

    |l'_j| = 1 - sigma(m_j) and e^{-L} is the geometric mean of sigma(m_j): the gap
    is arithmetic minus geometric mean. Both are taken relative to the largest
    sigma(m_j), so that equal margins give exactly 0, the equality case.
    """
    number, n = quantities.number, quantities.n
    margins = [y * f for y, f in zip(quantities.data.in_order.y, quantities.outs, strict=True)]
    first = max(margins)
    losses = {m: quantities.loss.value(1, number(m)) for m in set(margins)}
    shift = {m: losses[m] - losses[first] if m != first else number(Fraction(0)) for m in losses}
    arithmetic = sum((exponential(-shift[m]) for m in margins), quantities.zero) / n
    mean_shift = sum((shift[m] for m in margins), quantities.zero) / n
    gap = sigmoid(number(first)) * (arithmetic - exponential(-mean_shift))
    return gap, losses[first] + mean_shift


def margin(quantities: Quantities, constants: Constants) -> Sides:
    """The least gap of the chain mean |l'| <= jensen (1 - e^{-L}) <= min(cap, loss L)."""
    number = quantities.number
    first, loss = _first_gap(quantities)
    flat = exponential(-loss)
    bound = loss - loss_remainder(loss)
    gap = first + number(constants["jensen"] - 1) * bound
    gap = minimum(gap, number(constants["cap"] - 1) + flat)
    gap = minimum(gap, number(constants["loss"] - 1) * loss + loss_remainder(loss))
    return Sides(larger=bound, smaller=bound - gap, gap=Enclosure.of(gap))


def _slope_cases() -> tuple[Case, ...]:
    from verify.hessian.symbolic import logistic_cases

    return logistic_cases()


CONTROLS = (
    Control(
        id="meanl-L/2",
        text="min(1, L) becomes L/2",
        why="at f = 0 the mean slope is 1/2 and L = log 2 < 7/10",
        constants={"loss": Fraction(1, 2)},
        witness=instance(("3/4",), (1,), (), 0),
    ),
    Control(
        id="J-loss",
        text="min(1, L) becomes (99/100) L",
        why="for a small loss mean |l'| is L to first order",
        constants={"loss": Fraction(99, 100)},
        witness=instance(("3/4",), (1,), (), 10),
    ),
    Control(
        id="J-cap",
        text="the bound 1 becomes 99/100",
        why="a datum that is badly wrong has slope nearly 1",
        constants={"cap": Fraction(99, 100)},
        witness=instance(("3/4",), (-1,), (), 10),
    ),
    Control(
        id="J-jensen",
        text="1 - e^{-L} becomes (999/1000) (1 - e^{-L})",
        why="equal margins give equality",
        constants={"jensen": Fraction(999, 1000)},
        witness=CONSTANT,
    ),
)

JENSEN = Claim(
    id="jensen",
    label="Appendix, loss and slope (J)",
    title="the training loss bounds the mean slope",
    statement="mean_j |l'_j| <= {jensen} (1 - e^(-L)) <= min({cap}, {loss} L)",
    domain="plain",
    assumptions=(),
    constants={"jensen": Fraction(1), "cap": Fraction(1), "loss": Fraction(1)},
    margin=margin,
    controls=CONTROLS,
    proofs=(
        Proof(
            shows="|l'| = 1 - e^{-l}, and l', l'' are the derivatives of l",
            cases=_slope_cases,
            whole=False,
        ),
    ),
    equalities=(CONSTANT,),
)
