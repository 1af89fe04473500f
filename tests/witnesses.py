"""The stored witnesses of false variants and an independent evaluation of them in mpmath.

witnesses.json holds networks, data and rational bounds lhs <= lhs_upper <
rhs_lower <= rhs, which show that "lhs >= rhs" is false there. Nothing of the
library is used here: every number comes from the definitions, with a dense
Hessian and conditional expectations, to 50 digits.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
from mpmath import mp, mpf

DIGITS = 50
STORED: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "witnesses.json").read_text(encoding="utf-8")
)

Weight = Callable[[mpf, mpf, mpf], mpf]


def as_mpf(value: object) -> mpf:
    exact = Fraction(str(value))
    return mpf(exact.numerator) / exact.denominator


def weight_of_g(mass: mpf, excess: mpf, mean: mpf) -> mpf:
    """Pr^2 E[|X - t| | tail] sqrt(1 + E[X | tail]^2)."""
    return mass**2 * excess * mp.sqrt(1 + mean**2)


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """One network on one dataset; `q` defaults to p/P, relu'(0) = 0."""

    x: Sequence[mpf]
    y: Sequence[int]
    w: Sequence[mpf]
    b: Sequence[mpf]
    a: Sequence[mpf]
    c: mpf
    q: Sequence[mpf] | None = None

    @property
    def neurons(self) -> list[tuple[mpf, mpf, mpf]]:
        return list(zip(self.w, self.b, self.a, strict=True))

    def f(self, x: mpf) -> mpf:
        return self.c + sum(a * max(w * x + b, mpf(0)) for w, b, a in self.neurons)

    def slopes(self) -> list[mpf]:
        pairs = zip(self.x, self.y, strict=True)
        return [-y / (1 + mp.exp(y * self.f(x))) for x, y in pairs]

    def p(self) -> list[mpf]:
        tails = [mp.exp(-abs(self.f(x))) for x in self.x]
        return [tail / (1 + tail) ** 2 / len(tails) for tail in tails]

    def law(self) -> list[mpf]:
        weights = self.q or self.p()
        return [weight / sum(weights) for weight in weights]

    def rows(self) -> mpmath.matrix:
        """grad f(x_j) in rows, (w, b, a) per neuron and then c."""
        table = []
        for x in self.x:
            parts = (
                [a * x, a, w * x + b] if w * x + b > 0 else [0] * 3 for w, b, a in self.neurons
            )
            table.append([*(entry for part in parts for entry in part), 1])
        return mp.matrix(table)

    def R(self) -> mpmath.matrix:
        matrix = mp.zeros(3 * len(self.w) + 1)
        for i, (w, b, _) in enumerate(self.neurons):
            for x, slope in zip(self.x, self.slopes(), strict=True):
                if w * x + b > 0:
                    for row, entry in ((3 * i, x), (3 * i + 1, mpf(1))):
                        matrix[row, 3 * i + 2] += slope * entry / len(self.x)
                        matrix[3 * i + 2, row] += slope * entry / len(self.x)
        return matrix

    def lambda_max(self) -> mpf:
        rows = self.rows()
        H = rows.T * mp.diag(self.p()) * rows + self.R()
        return max(mpmath.eigsy(H, eigvals_only=True))

    def largest_r(self) -> mpf:
        return max(mpmath.eigsy(self.R(), eigvals_only=True))

    def residual(self, norm: Callable[[mpf], mpf] = lambda x: mp.sqrt(1 + x**2)) -> mpf:
        pairs = zip(self.x, self.slopes(), strict=True)
        return sum(abs(slope) * norm(x) for x, slope in pairs) / len(self.x)

    def loss(self) -> mpf:
        margins = (y * self.f(x) for x, y in zip(self.x, self.y, strict=True))
        return sum(mp.log1p(mp.exp(-margin)) for margin in margins) / len(self.x)

    def v(self) -> mpmath.matrix:
        return self.rows().T * mp.matrix(self.law())

    def inverse_d(self) -> mpf:
        return 1 / sum(q**2 / p for q, p in zip(self.law(), self.p(), strict=True))

    def tail(self, t: mpf, side: int, law: Sequence[mpf], *, closed: bool, weight: Weight) -> mpf:
        """The weight of the data beyond t on one side; 0 without such data."""
        beyond = [
            (q, x)
            for q, x in zip(law, self.x, strict=True)
            if side * (x - t) > 0 or (closed and x == t)
        ]
        mass = sum((q for q, _ in beyond), mpf(0))
        if mass == 0:
            return mpf(0)
        mean = sum(q * x for q, x in beyond) / mass
        return weight(mass, abs(mean - t), mean)

    def path_sum(
        self,
        *,
        weight: Weight = weight_of_g,
        law: Sequence[mpf] | None = None,
        closed: bool = False,
        pick: Callable[[mpf, mpf], mpf] = lambda own, other: own,  # noqa: ARG005
    ) -> mpf:
        """sum |a_i w_i| pick(weight on the active side, weight on the other side)."""
        total, q = mpf(0), law or self.law()
        for w, b, a in self.neurons:
            if w != 0:
                own, other = (
                    self.tail(-b / w, side, q, closed=closed, weight=weight)
                    for side in ((1, -1) if w > 0 else (-1, 1))
                )
                total += abs(a * w) * pick(own, other)
        return total


def evaluated(stored: dict[str, Any]) -> Evaluated:
    """A stored witness in mpmath, at the precision in force."""
    x, w, b, a = ([as_mpf(value) for value in stored[name]] for name in ("x", "w", "b", "a"))
    return Evaluated(x=x, y=stored["y"], w=w, b=b, a=a, c=as_mpf(stored["c"]))


def _t(e: Evaluated) -> mpf:
    return e.lambda_max() + e.residual()


def _star(e: Evaluated) -> mpf:
    return e.lambda_max() + e.largest_r()


def _bound(e: Evaluated, S: mpf, *, slope: str = "2", P: str | None = None) -> mpf:
    return (sum(e.p()) if P is None else as_mpf(P)) * (1 + as_mpf(slope) * S)


def _uniform(e: Evaluated) -> mpf:
    return e.path_sum(law=[mpf(1) / len(e.x)] * len(e.x))


def _true_bound(e: Evaluated) -> mpf:
    return _bound(e, e.path_sum())


def _one(_x: mpf) -> mpf:
    return mpf(1)


def _of_weight(weight: Weight) -> Callable[[Evaluated], mpf]:
    return lambda e: _bound(e, e.path_sum(weight=weight))


def _of_pick(pick: Callable[[mpf, mpf], mpf]) -> Callable[[Evaluated], mpf]:
    return lambda e: _bound(e, e.path_sum(pick=pick))


FALSE: dict[str, tuple[Callable[[Evaluated], mpf], Callable[[Evaluated], mpf]]] = {
    "T-const2": (_t, lambda e: _bound(e, e.path_sum(), slope="2001/1000")),
    "T-drop-residual": (Evaluated.lambda_max, _true_bound),
    "T-res-coeff": (
        lambda e: e.lambda_max() + as_mpf("99/100") * e.residual(),
        _true_bound,
    ),
    "T-res-no-sqrt": (lambda e: e.lambda_max() + e.residual(_one), _true_bound),
    "T-res-absx": (lambda e: e.lambda_max() + e.residual(abs), _true_bound),
    "TS-const2": (_star, lambda e: _bound(e, e.path_sum(), slope="2001/1000")),
    "g-Pr-power1": (_star, _of_weight(lambda m, z, x: m * z * mp.sqrt(1 + x**2))),
    "g-1+E^2": (_star, _of_weight(lambda m, z, x: m**2 * z * (1 + x**2))),
    "Gamma-too-large-third": (_star, lambda e: _bound(e, e.path_sum(), P="1/3")),
    "g-max": (_t, _of_pick(max)),
    "g-wrong-side": (_t, _of_pick(lambda _own, other: other)),
    "TV-drop-weight": (_t, _of_pick(lambda _own, _other: mpf(1))),
    "q-uniform": (_t, lambda e: _bound(e, _uniform(e))),
    "P-forget-softness": (_t, lambda e: _bound(e, _uniform(e), P="1/4")),
    "Gamma-to-quarter": (_t, lambda e: _bound(e, e.path_sum(), P="1/4")),
    "meanl-L/2": (lambda e: e.loss() / 2, lambda e: e.residual(_one)),
    "tail-closed": (_star, lambda e: _bound(e, e.path_sum(closed=True))),
}
"""For every stored witness the two sides of the false statement lhs >= rhs."""
