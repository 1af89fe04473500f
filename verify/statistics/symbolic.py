"""The machine proof of K6 and of R(f) - R(f0) = mean D, datum by datum and for both labels.

Both sides are sums over the data of one term each, so that the identity of the terms for all real
f0 and f proves the identity for every network, every data and every labels. f moves from f0 to the
right and to the left; what is equal at f = f0 and has equal derivatives is equal.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from verify.inequalities.proofs import DIRECTIONS, F0, PLAIN, V, divergence
from verify.inequalities.rules import same
from verify.inequalities.step import Step


def _loss(label: int, f: sp.Expr) -> sp.Expr:
    return sp.log(1 + sp.exp(-label * f))


def identity_steps(noise: sp.Rational, *, reverse: bool = False) -> Iterator[Step]:
    """The steps of D = l(f, y) - l(f0, y) + noise xi (f - f0), and of its mean over labels.

    They hold for noise = 1; `reverse` exchanges the arguments of D.
    """
    chance = 1 / (1 + sp.exp(-F0))
    for where, side in DIRECTIONS.items():
        f = F0 + side * V
        risk = divergence(f, F0) if reverse else divergence(F0, f)
        gained = {label: _loss(label, f) - _loss(label, F0) for label in (1, -1)}
        for label, gain in gained.items():
            xi = int(label == 1) - chance
            split = gain + noise * xi * side * V
            yield from same(f"{where}, label {label:+d}", risk, split, V, PLAIN)
        expected = chance * gained[1] + (1 - chance) * gained[-1]
        yield from same(f"{where}, mean over labels", risk, expected, V, PLAIN)
