"""Theorem 3.1: a network that interpolates with margin m is flat like e^{-m} times a polynomial."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from verify.ball import Scalar, exponential, square_root
from verify.claim import Assumption, Claim, Constants, Control, Sides
from verify.claims.common import DIFFERENTIABLE, instance
from verify.quantities import Instance, Quantities


def margins(quantities: Quantities) -> list[Fraction]:
    """y_j f(x_j), exactly."""
    return [y * f for y, f in zip(quantities.data.in_order.y, quantities.outs, strict=True)]


def _one_margin(quantities: Quantities) -> bool:
    found = set(margins(quantities))
    return len(found) == 1 and min(found) > 0


def _inside(quantities: Quantities) -> bool:
    x = quantities.data.in_order.x
    return all(t is not None and x[0] <= t <= x[-1] for t in quantities.network.kinks())


INTERPOLATES = Assumption(
    id="interpolates",
    text="one margin m > 0: y_j f(x_j) = m for every j (training error 0)",
    holds=_one_margin,
)
INSIDE = Assumption(
    id="kinks-inside",
    text="every kink lies between the least and the greatest x_j",
    holds=_inside,
)


def bound(quantities: Quantities, constants: Constants) -> Scalar:
    """e^{-m} (1 + sqrt(1 + X^2) + sum_i (a_i^2 (1 + X^2) + w_i^2 D^2)), with the constants.

    X = max |x_j|, D = x_n - x_1. For the ramps of verify/counterexample.py this is
    the note's bound with a^2 and w^2 as they are.
    """
    number, x = quantities.number, quantities.data.in_order.x
    top, spread = max(abs(x[0]), abs(x[-1])) ** 2, (x[-1] - x[0]) ** 2
    net = quantities.network
    squares = sum(
        (
            constants["outer"] * a * a * (1 + top) + constants["inner"] * w * w * spread
            for a, w in zip(net.a, net.w, strict=True)
        ),
        Fraction(0),
    )
    level = number(constants["lead"] + squares)
    residual = number(constants["residual"]) * square_root(number(1 + top))
    rate = exponential(number(-constants["rate"] * max(margins(quantities))))
    return rate * (level + residual)


def margin(quantities: Quantities, constants: Constants) -> Sides:
    """The bound against lambda_max(H)."""
    return Sides(larger=bound(quantities, constants), smaller=quantities.lambda_max)


def _cancelling(x: Sequence[object], m: int, neuron: tuple[object, object, object]) -> Instance:
    """f = m on positive data, with one neuron and its negative: they move H but not f."""
    a, w, b = neuron
    return instance(x, (1,) * len(x), ((a, w, b), (-Fraction(str(a)), w, b)), m)


CLUSTER = (0, *(100 + Fraction(k, 1000) for k in range(40)))
NEAR = (0, *(10 + Fraction(k, 1000) for k in range(40)))
TINY = (0, *(Fraction(1, 100) + Fraction(k, 100000) for k in range(40)))
RARE = "one direction in parameter space attains it: a cluster of data and a cancelling pair"

CONTROLS = (
    Control(
        id="flat-residual",
        text="the coefficient of sqrt(1 + x_max^2) becomes 19/20",
        why="a cancelling pair of faint neurons on a far cluster leaves R alone",
        constants={"residual": Fraction(19, 20)},
        witness=_cancelling(CLUSTER, 8, ("1/1000", "1/1000", "-1/1000")),
        unsearchable=RARE,
    ),
    Control(
        id="flat-no-residual",
        text="the term sqrt(1 + x_max^2) is left out",
        why="R does not vanish when the network interpolates",
        constants={"residual": Fraction(0)},
        witness=_cancelling((0, 100), 5, ("1/1000", "1/1000", "-1/1000")),
    ),
    Control(
        id="flat-lead",
        text="the leading 1 is left out",
        why="the output bias couples to a cancelling pair near x = 0",
        constants={"lead": Fraction(0)},
        witness=_cancelling(TINY, 8, ("1/5", 20, "-1/5000")),
        unsearchable=RARE,
    ),
    Control(
        id="flat-outer",
        text="a^2 (1 + x_max^2) becomes 9/10 of it",
        why="a cancelling pair with large a on a cluster attains it",
        constants={"outer": Fraction(9, 10)},
        witness=_cancelling(NEAR, 8, (100, "1/1000", "-1/1000")),
        unsearchable=RARE,
    ),
    Control(
        id="flat-inner",
        text="w^2 D^2 becomes 9/10 of it",
        why="a cancelling pair with large w on a cluster attains it",
        constants={"inner": Fraction(9, 10)},
        witness=_cancelling(NEAR, 8, ("1/1000", 100, -1)),
        unsearchable=RARE,
    ),
    Control(
        id="flat-rate",
        text="e^{-m} becomes e^{-11 m/10}",
        why="lambda_max >= s(m), which falls like e^{-m}",
        constants={"rate": Fraction(11, 10)},
        witness=instance((0,), (1,), (), 30),
    ),
    Control(
        id="flat-any-margin",
        text="the data need not share one margin",
        why="a single uncertain datum keeps the loss curved",
        drops=("interpolates",),
        witness=instance((0, 1), (1, 1), ((-1, 20, -10),), 10),
        domain="plain",
    ),
    Control(
        id="flat-kinks-anywhere",
        text="kinks may lie outside the data",
        why="a neuron with a far kink has a large output and a small slope",
        drops=("kinks-inside",),
        witness=_cancelling((0, 1), 5, ("1/10", "1/10", 100)),
    ),
)

FLAT_OVERFIT = Claim(
    id="flat-overfit",
    label="Theorem 3.1",
    title="flat, yet overfitting: interpolation at infinity",
    statement=(
        "y_j f(x_j) = m for all j implies lambda_max(H) <= e^(-{rate} m) [{lead}"
        " + {residual} sqrt(1 + X^2) + sum_i ({outer} a_i^2 (1 + X^2) + {inner} w_i^2 D^2)],"
        " X = max |x_j|, D = x_n - x_1; any labels on distinct x have such a network for every m"
    ),
    domain="interpolators",
    assumptions=(DIFFERENTIABLE, INTERPOLATES, INSIDE),
    constants={
        "rate": Fraction(1),
        "lead": Fraction(1),
        "residual": Fraction(1),
        "outer": Fraction(1),
        "inner": Fraction(1),
    },
    margin=margin,
    controls=CONTROLS,
    uses=("hessian", "block-norm"),
)
