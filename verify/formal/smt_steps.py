"""Single algebraic steps of the proofs as polynomial inequalities in finitely many real variables.

A step says: where all polynomials of `given` are >= 0, `shown` is >= 0. It has one constant; with
`false` in its place the step is false. Roots and exponentials stand as variables of which only
what the proof uses is given, such as r >= 0 and r^2 >= 1 + x^2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Real = Any
"""A rational or a symbol of the solver; both know + - * and integers."""


def _no_condition(_: Sequence[Real]) -> Sequence[Real]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: the claim whose proof it belongs to, its variables, and its polynomials."""

    id: str
    claim: str
    text: str
    variables: tuple[str, ...]
    shown: Callable[[Sequence[Real], Real], Real]
    given: Callable[[Sequence[Real]], Sequence[Real]] = _no_condition
    true: Fraction = Fraction(1)
    false: Fraction = Fraction(1001, 1000)


def _squares(values: Sequence[Real]) -> Real:
    return sum(value * value for value in values)


def _products(one: Sequence[Real], two: Sequence[Real]) -> Real:
    return sum(u * v for u, v in zip(one, two, strict=True))


def _names(letters: str, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{j}" for letter in letters for j in range(1, count + 1))


def _cauchy_schwarz(n: int) -> Step:
    def shown(v: Sequence[Real], c: Real) -> Real:
        product = _products(v[:n], v[n:])
        return _squares(v[:n]) * _squares(v[n:]) - c * product * product

    return Step(
        id=f"cauchy-schwarz-{n}",
        claim="master",
        text=f"(sum u v)^2 <= (sum u^2) (sum v^2) for {n} terms",
        variables=_names("uv", n),
        shown=shown,
    )


def _weighted(n: int) -> Step:
    """q = t p, so that q^2/p = t^2 p."""

    def shown(v: Sequence[Real], c: Real) -> Real:
        mass, t = v[:n], v[n:]
        mean = _products(mass, t)
        return sum(mass) * _products(mass, [x * x for x in t]) - c * mean * mean

    return Step(
        id=f"least-D-{n}",
        claim="master",
        text=f"1 <= D(q) P for {n} data, with q_j = t_j p_j",
        variables=_names("pt", n),
        given=lambda v: v[:n],
        shown=shown,
    )


def _jensen(n: int) -> Step:
    """E = e^-L, A_j = e^-l_j >= E (1 - d_j) with deviations d_j of sum 0: the tangent at L."""

    def given(v: Sequence[Real]) -> Sequence[Real]:
        level, powers, free = v[0], v[1 : n + 1], v[n + 1 :]
        deviations = [*free, 0 - sum(free)]
        return [level, *(a - level * (1 - d) for a, d in zip(powers, deviations, strict=True))]

    return Step(
        id=f"jensen-tangent-{n}",
        claim="jensen",
        text=f"the mean of {n} values e^-l is at least e^-L, by the tangent at the mean",
        variables=("E", *_names("A", n), *_names("d", n - 1)),
        given=given,
        shown=lambda v, c: sum(v[1 : n + 1]) - c * n * v[0],
    )


INEQUALITIES: tuple[Step, ...] = (
    Step(
        id="am-gm",
        claim="master",
        text="alpha^2 + s^2 >= 2 alpha s for one neuron, s = |a| |beta|",
        variables=("alpha", "s"),
        shown=lambda v, c: _squares(v) - c * v[0] * v[1],
        true=Fraction(2),
        false=Fraction(2001, 1000),
    ),
    Step(
        id="imbalance",
        claim="master",
        text="alpha^2 + s^2 >= 2 alpha s + (alpha - s)^2",
        variables=("alpha", "s"),
        shown=lambda v, c: _squares(v) - 2 * v[0] * v[1] - c * (v[0] - v[1]) * (v[0] - v[1]),
    ),
    *map(_cauchy_schwarz, (2, 3)),
    *map(_weighted, (2, 3)),
    *map(_jensen, (2, 3)),
    Step(
        id="block-norm",
        claim="block-norm",
        text="2 (v1 x + v2) v3 <= r |v|^2 where r >= 0 and r^2 >= 1 + x^2",
        variables=("x", "r", "v1", "v2", "v3"),
        given=lambda v: [v[1], v[1] * v[1] - 1 - v[0] * v[0]],
        shown=lambda v, c: v[1] * _squares(v[2:]) - c * 2 * (v[2] * v[0] + v[3]) * v[4],
    ),
    Step(
        id="triangle",
        claim="t",
        text="|r + s| <= R + S in the plane, where R >= |r| and S >= |s|",
        variables=("r1", "r2", "R", "s1", "s2", "S"),
        given=lambda v: [
            v[2],
            v[5],
            v[2] * v[2] - _squares(v[:2]),
            v[5] * v[5] - _squares(v[3:5]),
        ],
        shown=lambda v, c: (v[2] + v[5]) * (v[2] + v[5]) - c * _squares([v[0] + v[3], v[1] + v[4]]),
    ),
    Step(
        id="rayleigh",
        claim="master",
        text="lam m >= k m^2 + rho m and m >= 1 give lam >= k m + rho",
        variables=("lam", "k", "rho", "m"),
        given=lambda v: [v[3] - 1, v[1], v[0] * v[3] - v[1] * v[3] * v[3] - v[2] * v[3]],
        shown=lambda v, c: v[0] - c * v[1] * v[3] - v[2],
    ),
    Step(
        id="residual-cap",
        claim="t-star",
        text="lam >= k m + rho, rho m >= -r (m - 1), m >= 1, r >= 0 give lam + r >= k m",
        variables=("lam", "k", "rho", "m", "r"),
        given=lambda v: [
            v[3] - 1,
            v[4],
            v[0] - v[1] * v[3] - v[2],
            v[2] * v[3] + v[4] * (v[3] - 1),
        ],
        shown=lambda v, c: v[0] + c * v[4] - v[1] * v[3],
        false=Fraction(99, 100),
    ),
    Step(
        id="gradient-cap",
        claim="t-grad",
        text="2 |alpha| <= 1 + |alpha|^2",
        variables=("alpha",),
        shown=lambda v, c: 1 + v[0] * v[0] - c * v[0],
        true=Fraction(2),
        false=Fraction(2001, 1000),
    ),
    Step(
        id="law-below-softness",
        claim="t-gamma",
        text="u^2 <= u p where 0 <= u <= p, so that sum u^2/p <= sum u",
        variables=("u", "p"),
        given=lambda v: [v[0], v[1] - v[0]],
        shown=lambda v, c: v[0] * v[1] - c * v[0] * v[0],
    ),
    Step(
        id="softness-falls",
        claim="t-gamma",
        text="1/s = 2 + E + 1/E grows in E >= 1: E^2 F + F >= F^2 E + E for E >= F >= 1",
        variables=("E", "F"),
        given=lambda v: [v[0] - v[1], v[1] - 1],
        shown=lambda v, c: v[0] * v[0] * v[1] + v[1] - c * (v[1] * v[1] * v[0] + v[0]),
    ),
    Step(
        id="merged-kinks",
        claim="tv",
        text="|jump| min(g+, g-) <= A g+ + B g-, where |jump| <= A + B, for neurons of both sides",
        variables=("A", "B", "g", "h", "m", "jump"),
        given=lambda v: [*v[:5], v[2] - v[4], v[3] - v[4], v[0] + v[1] - v[5]],
        shown=lambda v, c: v[0] * v[2] + v[1] * v[3] - c * v[5] * v[4],
    ),
    Step(
        id="quarter",
        claim="kl-quadratic",
        text="s <= 1/4: (1 + E)^2 >= 4 E for E = e^t",
        variables=("E",),
        given=lambda v: [v[0]],
        shown=lambda v, c: (1 + v[0]) * (1 + v[0]) - c * v[0],
        true=Fraction(4),
        false=Fraction(4001, 1000),
    ),
    Step(
        id="pinsker",
        claim="kl-pinsker",
        text="1/(q (1 - q)) >= 4 for 0 < q < 1, the slope of D - 2 (p - q)^2",
        variables=("q",),
        given=lambda v: [v[0], 1 - v[0]],
        shown=lambda v, c: 1 - c * v[0] * (1 - v[0]),
        true=Fraction(4),
        false=Fraction(4001, 1000),
    ),
    Step(
        id="chi-square",
        claim="kl-chi",
        text="log(p/q) <= p/q - 1 and its mirror give D <= (p - q)^2/(q (1 - q))",
        variables=("p", "q", "log1", "log2"),
        given=lambda v: [
            *(v[0], 1 - v[0], v[1], 1 - v[1]),
            v[0] - v[1] - v[2] * v[1],
            v[1] - v[0] - v[3] * (1 - v[1]),
        ],
        shown=lambda v, c: (
            (v[0] - v[1]) * (v[0] - v[1])
            - c * v[1] * (1 - v[1]) * (v[0] * v[2] + (1 - v[0]) * v[3])
        ),
    ),
    Step(
        id="cells",
        claim="gaps",
        text="four cells with both labels each hold at least 8 data",
        variables=_names("n", 4),
        given=lambda v: [count - 2 for count in v],
        shown=lambda v, c: sum(v) - c,
        true=Fraction(8),
        false=Fraction(9),
    ),
    Step(
        id="flat-gradient",
        claim="flat-overfit",
        text="a^2 x^2 + a^2 + w^2 d^2 <= a^2 (1 + X^2) + w^2 W^2 where x^2 <= X^2 and d^2 <= W^2",
        variables=("a", "w", "x", "X", "d", "W"),
        given=lambda v: [v[3] * v[3] - v[2] * v[2], v[5] * v[5] - v[4] * v[4]],
        shown=lambda v, c: (
            v[0] * v[0] * (1 + v[3] * v[3])
            + v[1] * v[1] * v[5] * v[5]
            - c * (v[0] * v[0] * (v[2] * v[2] + 1) + v[1] * v[1] * v[4] * v[4])
        ),
    ),
    Step(
        id="flat-softness",
        claim="flat-overfit",
        text="s(m) <= e^-m: (1 + E)^2 >= E^2 for E = e^m",
        variables=("E",),
        given=lambda v: [v[0]],
        shown=lambda v, c: (1 + v[0]) * (1 + v[0]) - c * v[0] * v[0],
    ),
    Step(
        id="flat-spread",
        claim="flat-overfit",
        text="|m - t| + |m + t| >= 2 m: labels of both kinds are 2 m apart",
        variables=("m", "t", "A", "B"),
        given=lambda v: [
            *(v[2] - v[0] + v[1], v[2] + v[0] - v[1]),
            *(v[3] - v[0] - v[1], v[3] + v[0] + v[1]),
        ],
        shown=lambda v, c: v[2] + v[3] - c * v[0],
        true=Fraction(2),
        false=Fraction(2001, 1000),
    ),
    Step(
        id="ramp-kink",
        claim="flat-overfit",
        text="u + (1 - omega) (v - u)/2 <= v for 0 <= omega <= 1 and u <= v: kinks lie in the gap",
        variables=("u", "v", "omega"),
        given=lambda v: [v[1] - v[0], v[2], 1 - v[2]],
        shown=lambda v, c: v[1] - v[0] - c * (1 - v[2]) * (v[1] - v[0]),
        true=Fraction(1, 2),
        false=Fraction(1001, 1000),
    ),
)
