"""The proofs of the bounds of D(f0||f), by the rules of `rules`; proofs_notes/kl-bounds.md.

Every lemma says M(f0, f) >= 0, M the larger side minus the smaller one. Its proof
moves f from f0 to the right and to the left, f = f0 + v and f = f0 - v with v >= 0:
M and its first derivatives in v vanish at v = 0, and the derivative of the lemma's
order is >= 0 for every f0 and v. Together the two sides cover all f0 and f.

For (K3) the proof shows more: D >= s(m) t^2 / 2 for every m with |f0| <= m and
|f| <= m. On the way |u| <= m for each u between f0 and f, because [-m, m] is an
interval; the cone writes u = z - w and m = z + w with z, w >= 0, which is every
pair with |u| <= m (z = (m + u)/2, w = (m - u)/2).
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from verify.inequalities.lemma import Lemma
from verify.inequalities.rules import Cone, rise, same, vanishes
from verify.inequalities.step import Step
from verify.inequalities.terms import Terms

F0, M = sp.symbols("f0 m", real=True)
V, Z, W = sp.symbols("v z w", nonnegative=True)
DIRECTIONS = {"f = f0 + v": 1, "f = f0 - v": -1}
PLAIN = Cone(free=(F0,), slack=(V,))


def _sigma(u: sp.Expr) -> sp.Expr:
    return 1 / (1 + sp.exp(-u))


def _softness(u: sp.Expr) -> sp.Expr:
    return sp.exp(u) / (1 + sp.exp(u)) ** 2


def divergence(f0: sp.Expr, f: sp.Expr) -> sp.Expr:
    """KL(Bern sigma(f0) || Bern sigma(f)) by its definition."""
    p, q = _sigma(f0), _sigma(f)
    return p * sp.log(p / q) + (1 - p) * sp.log((1 - p) / (1 - q))


def bregman(f0: sp.Expr, f: sp.Expr) -> sp.Expr:
    """l(f) - l(f0) - sigma(f0) (f - f0) with l(u) = log(1 + e^u)."""
    return sp.log(1 + sp.exp(f)) - sp.log(1 + sp.exp(f0)) - _sigma(f0) * (f - f0)


def symbolic_terms(side: int) -> Terms:
    """The terms of a bound at f = f0 + side * v, with D in its Bregman form and m for the max."""
    f = F0 + side * V
    return Terms(
        divergence=bregman(F0, f),
        reverse=bregman(f, F0),
        gap=_sigma(f) - _sigma(F0),
        distance=V,
        soft_truth=_softness(F0),
        soft_output=_softness(f),
        soft_far=_softness(M),
        above=sp.exp(V) - 1 - V,
        below=sp.exp(-V) - 1 + V,
    )


def _cone(side: int, bounded: bool) -> Cone:
    if not bounded:
        return PLAIN
    point = {F0: Z - W - side * V, M: Z + W}
    return Cone(free=(), slack=(Z, W, V), point=point)


def _definition_steps(where: str, side: int) -> Iterator[Step]:
    """KL is the Bregman form, for any two arguments: the first is f0, the second moves."""
    f = F0 + side * V
    pair = (divergence(F0, f), bregman(F0, f))
    return same(f"{where}: KL is a Bregman divergence", *pair, V, PLAIN)


def lemma_steps(lemma: Lemma) -> tuple[Step, ...]:
    """Every step of the proof of a lemma, or of a false variant of it."""
    constant = sp.Rational(lemma.constant.numerator, lemma.constant.denominator)
    found: list[Step] = []
    for where, side in DIRECTIONS.items():
        larger, smaller = lemma.sides(symbolic_terms(side), constant)
        found += _definition_steps(where, side)
        cone = _cone(side, lemma.bounded)
        found += rise(f"{where}: the gap", larger - smaller, V, lemma.order, cone)
    return tuple(found)


def evaluation_steps() -> tuple[Step, ...]:
    """What `divergence` evaluates: its closed forms, and the series for tiny t."""
    found: list[Step] = []
    for where, side in DIRECTIONS.items():
        h, f, p = side * V, F0 + side * V, _sigma(F0)
        found += _definition_steps(where, side)
        closed = sp.log(1 + p * (sp.exp(h) - 1)) - p * h
        found += same(f"{where}: the closed form of D", closed, bregman(F0, f), V, PLAIN)
        mirrored = bregman(-F0, -f)
        found += same(f"{where}: D(-f0||-f) = D(f0||f)", mirrored, bregman(F0, f), V, PLAIN)
        gap = _softness(F0) * (sp.exp(h) - 1) / (_sigma(-F0) + p * sp.exp(h))
        found.append(vanishes(f"{where}: the closed form of the gap", gap - _sigma(f) + p, PLAIN))
    two_forms = _softness(F0) - 1 / (2 + sp.exp(F0) + sp.exp(-F0))
    found.append(vanishes("s(u) = 1 / (2 + e^u + e^-u)", two_forms, PLAIN))
    above, below, square = sp.exp(V) - 1 - V, sp.exp(-V) - 1 + V, V**2 / 2
    found += rise("e^t - 1 - t >= t^2/2", above - square, V, 2, PLAIN)
    found += rise("e^t - 1 - t <= e^t t^2/2", square * sp.exp(V) - above, V, 2, PLAIN)
    found += rise("e^-t - 1 + t <= t^2/2", square - below, V, 2, PLAIN)
    found += rise("e^-t - 1 + t >= t^2/2 (1 - t/3)", below - square * (1 - V / 3), V, 3, PLAIN)
    return tuple(found)
