"""Small networks in float64, the same in exact numbers, and the absolute terms of every sum.

The operators are not certified, so results are compared up to TOLERANCE times
the sum of the absolute values of all terms: 90 roundings, where the sums have at
most 10 data and 6 neurons. An output f_j carries an error of a few roundings of
`size`, its own sum of absolute terms, and that is the relative error of l'_j and
p_j (|l''| <= |l'| and |s'| <= s); hence the factor `size`.
"""

from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from flint import arb
from numpy.typing import NDArray

from verify.ball import ball
from verify.model import Dataset, Network
from verify.operators.network import State, evaluate
from verify.quantities import Instance, Quantities

Floats = NDArray[np.float64]
BITS = 200
TOLERANCE = 1e-14
WIDTH = Fraction(1, 10**30)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A network and data in float64, and unnormalized weights q in the order of the data."""

    w: list[float]
    b: list[float]
    a: list[float]
    c: float
    x: list[float]
    y: list[int]
    q: list[float]

    def state(self) -> State:
        return evaluate(self.w, self.b, self.a, self.c, self.x, self.y, formal=True)

    def exactly(self, *, q: bool = False) -> Quantities:
        """The same numbers as exact rationals, in balls."""
        network = Network(w=self.w, b=self.b, a=self.a, c=self.c)
        data = Dataset(x=self.x, y=self.y)
        weights = tuple(Fraction(weight) for weight in self.q) if q else None
        instance = Instance(network=network, data=data, q=weights, formal=True)
        return Quantities(instance=instance, number=ball, width=WIDTH)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Absolute values of all terms: rows |g_j|, |f_j| and |r_i| before anything cancels."""

    order: list[int]
    rows: Floats
    size: float
    r: Floats

    def product(self, p: Floats, v: Floats) -> Floats:
        """|J|^T p |J| |v| + |R| |v|."""
        v = np.abs(v)
        out = self.rows.T @ (p * (self.rows @ v))
        for i, (rx, r1) in enumerate(self.r):
            out[3 * i : 3 * i + 3] += [rx * v[3 * i + 2], r1 * v[3 * i + 2], 0]
            out[3 * i + 2] += rx * v[3 * i] + r1 * v[3 * i + 1]
        return out


def exact_mask(case: Case) -> NDArray[np.bool_]:
    """1_ij for the sorted data, shape (n, k), in rationals."""
    x = [Fraction(value) for value in sorted(case.x)]
    pairs = [(Fraction(w), Fraction(b)) for w, b in zip(case.w, case.b, strict=True)]
    return np.array([[w * at + b > 0 for w, b in pairs] for at in x]).reshape(len(x), len(pairs))


def terms(case: Case) -> Terms:
    order = sorted(range(len(case.x)), key=lambda j: case.x[j])
    x = np.abs(np.array(case.x)[order])[:, None]
    w, b, a = (np.abs(np.array(part, dtype=float)) for part in (case.w, case.b, case.a))
    mask = exact_mask(case)
    z = mask * (x * w + b)
    rows = np.ones((x.size, 3 * a.size + 1))
    rows[:, 0:-1:3], rows[:, 1:-1:3], rows[:, 2:-1:3] = mask * x * a, mask * a, z
    size = 1 + float((z @ a).max(initial=0)) + abs(case.c)
    mean = mask.T / x.size
    return Terms(order=order, rows=rows, size=size, r=np.stack([mean @ x[:, 0], mean.sum(1)], 1))


def small(seed: int) -> Case:
    """Up to 6 neurons and 9 data; every other one on a coarse grid, where kinks coincide."""
    random = Random(seed)

    def draw() -> float:
        if seed % 2:
            return random.randint(-8, 8) / 4
        return random.choice([1, 1, 1, 4, 0.01]) * random.uniform(-2, 2)

    k, n = random.randint(0, 6), random.randint(1, 9)
    w, b, a = ([draw() for _ in range(k)] for _ in range(3))
    x = [draw() for _ in range(n)]
    return Case(
        w=w,
        b=b,
        a=a,
        c=draw(),
        x=[random.choice(x) for _ in x] if seed % 3 == 0 else x,
        y=[random.choice([-1, 1]) for _ in x],
        q=[float(random.randint(0, 3)) for _ in x[1:]] + [1.5],
    )


def _case(
    neurons: list[tuple[float, ...]],
    x: list[float],
    c: float = 0.25,
    q: list[float] | None = None,
) -> Case:
    w, b, a = (list(part) for part in zip(*neurons, strict=True)) if neurons else ([], [], [])
    y = [1 if j % 3 else -1 for j in range(len(x))]
    return Case(w=w, b=b, a=a, c=c, x=x, y=y, q=q or [1.0] * len(x))


STEPS = [0.5, -1.5, 2.0, -0.5, 1.0]
FAR = [1000.0 + j / 7 for j in range(8)]
SPECIAL: dict[str, Case] = {
    "no neurons": _case([], STEPS),
    "one datum": _case([(1.0, 0.3, 2.0), (-1.0, 0.75, 1.5), (0.0, 1.0, 1.0)], [0.5]),
    "dead": _case([(1.0, -5.0, 2.0), (-1.0, -5.0, 2.0), (0.0, -1.0, 2.0)], STEPS),
    "always active": _case([(1.0, 5.0, 0.1), (-1.0, 5.0, 0.2), (0.0, 1.0, 0.3)], STEPS),
    "flat": _case([(0.0, 0.5, -1.0), (0.0, -0.5, 1.0), (-0.0, 0.0, 1.0)], STEPS),
    "equal neurons": _case([(1.0, 0.3, 2.0)] * 4 + [(-1.0, -0.3, 2.0)], STEPS),
    "equal data": _case([(1.0, 0.3, 2.0), (-1.0, 1.3, 2.0)], [0.5] * 4 + [1.0] * 3),
    "kinks that coincide": _case(
        [(1.0, 0.3, 3.0), (2.0, 0.6, -1.0), (-0.5, -0.15, 1.0), (-3.0, -0.9, 0.5)], STEPS
    ),
    "jumps that cancel": _case([(1.0, 0.25, 3.0), (2.0, 0.5, -1.5), (-1.0, 2.0, 1.0)], STEPS),
    "data on kinks": _case([(1.0, 0.5, 2.0), (-2.0, 1.0, 1.0), (1.0, -2.0, 1.0)], STEPS * 2),
    "a = 0": _case([(1.0, 0.3, 0.0), (-1.0, 0.3, 0.0)], STEPS),
    "zero weights": _case([(1.0, 0.3, 1.0), (-1.0, 0.3, 1.0)], STEPS, q=[0.0, 0.0, 1.0, 0.0, 0.0]),
    "saturated": _case([(30.0, 9.0, 3.0), (-30.0, 9.0, -3.0)], STEPS),
    "far from the origin": _case([(1.0, -1000.3, 1.0), (-1.0, 1000.6, 1.0)], FAR, c=-0.3),
    "data within an ulp of kinks": _case(
        [(0.1, -(0.1 * 0.7), 1.0), (-0.9, 0.9 * 0.3, 1.0)], [0.7, 0.3, -0.4], q=[1.0, 1.0, 0.0]
    ),
    "one far datum without weight": _case([(-1.0, 1.0, 1.0)], [-1e6, 0.1, 0.9]),
    "steep ramp": _case([(1e5, -25000.0, 1e-3), (1e5, -25001.0, -1e-3)], STEPS),
}
CASES = {**{f"seed {seed}": small(seed) for seed in range(40)}, **SPECIAL}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def rounded(values: object) -> Floats:
    """Balls of high precision, nested in lists, as float64."""
    flat = np.array(values, dtype=object)
    return np.vectorize(lambda value: float(arb(value).mid()), otypes=[float])(flat)


def agree(result: Any, truth: Any, scale: Any) -> None:
    """Whether |result - truth| <= TOLERANCE * scale, entry by entry."""
    result, truth, scale = (np.asarray(value, dtype=float) for value in (result, truth, scale))
    assert result.shape == truth.shape == np.broadcast_shapes(truth.shape, scale.shape)
    excess = np.abs(result - truth) - TOLERANCE * scale
    assert (excess <= 0).all(), f"{result} is not {truth}: {excess.max()} above the tolerance"
