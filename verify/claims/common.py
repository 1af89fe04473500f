"""What the claims of the theorem family share: assumptions and exact extremal instances."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from verify.claim import Assumption
from verify.model import Dataset, Network
from verify.quantities import Instance, Quantities


def _differentiable(quantities: Quantities) -> bool:
    return quantities.instance.formal or not quantities.on_kinks


DIFFERENTIABLE = Assumption(
    id="differentiable",
    text="no datum lies on a kink (w_i x_j + b_i is never 0), so the Hessian exists",
    holds=_differentiable,
)


def _positive_law(quantities: Quantities) -> bool:
    q = quantities.instance.q
    return q is None or (len(q) == quantities.n and min(q) >= 0 and sum(q) > 0)


PROBABILITY = Assumption(
    id="probability", text="q >= 0 on the data and sum q > 0", holds=_positive_law
)


def instance(
    x: Sequence[object],
    y: Sequence[int],
    neurons: Sequence[tuple[object, object, object]],
    c: object,
    *,
    formal: bool = False,
    gamma: Fraction | None = None,
) -> Instance:
    """An exact instance from data and neurons (a, w, b); strings are exact rationals."""
    a, w, b = zip(*neurons, strict=True) if neurons else ((), (), ())
    network = Network(w=w, b=b, a=a, c=c)  # type: ignore[arg-type]
    return Instance(network=network, data=Dataset(x=x, y=y), formal=formal, gamma=gamma)  # type: ignore[arg-type]


def symmetric_four(a: Fraction, w: Fraction, f: Fraction = Fraction(0)) -> Instance:
    """Two mirrored neurons on x = +-3/4 with both labels at each, and output f on the data.

    For f = 0 the gradient vanishes, R = 0 and v_q is an eigenvector: equality in
    T*, T-grad, T-stat; balanced (and equal to TV) where w = 5a/3.
    """
    neurons = ((a, w, 0), (a, -w, 0))
    return instance(("3/4", "3/4", "-3/4", "-3/4"), (1, -1, 1, -1), neurons, f - a * w * 3 / 4)


def one_steep(m: int) -> Instance:
    """One datum at 3/4 with f = 0 and one balanced neuron of weight m: T's gap falls like 1/m^2."""
    return instance(("3/4",), (1,), ((m, Fraction(5 * m, 3), 0),), Fraction(-5 * m * m, 4))


SHARP = symmetric_four(Fraction(1), Fraction(5, 3))
UNBALANCED = symmetric_four(Fraction(1), Fraction(2))
CONSTANT = instance(("1/2", "-1/2"), (1, -1), (), 0)
"""No neuron: lambda_max = P = 1/4, and (1, -1) labels make it stationary."""

STEEP = one_steep(16)
DEAD = instance(("3/4",), (1,), ((1, 1, -10),), 0)
BEYOND = instance(("3/4",), (1,), ((100, 1, -1),), 0)
CONFIDENT = instance(("-3/4", "3/4"), (1, 1), ((10, "50/3", 0),), 0)
CERTAIN_TWO = instance(("3/4",), (1,), ((2, "10/3", 0),), -3)
ON_KINK = instance(
    ("3/4",) * 8 + ("-3/4",) * 8 + (0,) * 3,
    (1, -1) * 8 + (1,) * 3,
    (("3/4", "5/4", 0), ("3/4", "-5/4", 0)),
    "-45/64",
    formal=True,
)
"""Three data exactly on both kinks."""

CANCELLING_ON_KINK = instance(
    ("3/4", "3/4", "-3/4", "-3/4") * 4 + (0,) * 3,
    (1, -1) * 8 + (1,) * 3,
    tuple((a, w, 0) for a in (4, -4) for w in ("20/3", "-20/3")),
    0,
    formal=True,
)
"""Steep neurons that cancel, f = 0 everywhere, and three data on their common kink."""


def lopsided(copies: int, m: int) -> Instance:
    """Many equal data at 3/4, one at -3/4, a mirrored pair with far-out kinks: T-gamma's limit."""
    n, scale = copies + 1, Fraction(5 * m, 4)
    b = scale - Fraction(3, 4) * scale * n * n
    neurons = ((m, scale * n * n, b), (m, -scale * n * n, b))
    x = (Fraction(3, 4),) * copies + (Fraction(-3, 4),)
    return instance(x, (1,) * n, neurons, -m * scale, gamma=Fraction(0))
