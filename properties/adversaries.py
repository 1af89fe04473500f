"""Adversarial instances for the float64 spectrum engine: made to be rounded badly.

A `Planted` instance gives weights and slopes directly, as float64 taken exactly,
so its Hessian is an exact rational matrix. Each family is a function of a random
source and aims at one step of proofs_notes/floating.md: those of planted instances
are in adversarial_weights.py, those of networks with data in adversarial_networks.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

import numpy as np

from verify.ball import Scalar, rational
from verify.hessian.structured import StructuredHessian, span_sums
from verify.model import exact
from verify.operators.layout import Floats, Layout
from verify.spectrum.floating.problem import Problem, problem

Span = tuple[int, int]


def floats(values: Iterable[float]) -> Floats:
    """A float64 array."""
    return np.array(list(values), dtype=np.float64)


def _rationals(values: Floats) -> tuple[Scalar, ...]:
    return tuple(rational(exact(value)) for value in values.tolist())


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Sorted x, p, slope (n,), neurons w, b, a (k,) and their ranges: H is exactly rational."""

    x: Floats
    p: Floats
    slope: Floats
    w: Floats
    b: Floats
    a: Floats
    spans: tuple[Span, ...]

    def problem(self) -> Problem:
        """What the engine is asked; p and the slope are known exactly."""
        zero = np.zeros(self.x.size)
        ends = np.array(self.spans, dtype=np.int64).reshape(-1, 2).T.copy()
        order, y = np.arange(self.x.size), np.ones(self.x.size)
        layout = Layout(order=order, x=self.x, y=y, start=ends[0], stop=ends[1], kink=None)
        return problem(layout, (self.w, self.b, self.a), (self.p, self.p), (self.slope, zero))

    def hessian(self) -> StructuredHessian:
        """The same H in exact rationals."""
        x, slope, zero = _rationals(self.x), _rationals(self.slope), rational(0)
        moments = [s * at for s, at in zip(slope, x, strict=True)]
        first, second = (span_sums(values, self.spans, zero) for values in (moments, slope))
        r = tuple(zip(first, second, strict=True))
        w, b, a = (_rationals(values) for values in (self.w, self.b, self.a))
        return StructuredHessian(x=x, p=_rationals(self.p), w=w, b=b, a=a, r=r, spans=self.spans)


def number(random: Random) -> float:
    """A float of moderate size, with many digits or with few."""
    return random.choice([random.uniform(-2, 2), random.randint(-8, 8) / 4])


def numbers(random: Random, count: int) -> Floats:
    return floats(number(random) for _ in range(count))


def nudged(random: Random, value: float) -> float:
    """The value or a neighbour at most two units in the last place away; 0 stays 0."""
    for _ in range(random.randint(0, 2) if value else 0):
        value = math.nextafter(value, random.choice([-math.inf, math.inf]))
    return value


def clustered(random: Random, at: float, count: int) -> Floats:
    """Places beside `at` and farther from 0: equal, neighbouring doubles, or more apart."""
    close = random.choice([0.0, 2.0**-52, 2.0**-51, 2.0 ** -random.randint(0, 54)])
    return at * (1 + close * floats(random.random() * 2 for _ in range(count)))


def powers(random: Random, count: int, low: float, high: float) -> Floats:
    """2 to random powers, times a factor with many digits."""
    return floats(random.uniform(1, 2) * 2.0 ** random.randint(low, high) for _ in range(count))


def spans(random: Random, n: int, k: int) -> tuple[Span, ...]:
    """Ranges of k neurons: prefixes, suffixes, all data or none."""
    edges = [random.randint(0, n) for _ in range(k)]
    return tuple(random.choice([(0, edge), (edge, n) if edge < n else (0, 0)]) for edge in edges)


def spectra(base: Planted) -> list[Floats]:
    """Eigenvalues in float64 of R + sum over the first m data, for m = 0 .. n."""
    k = base.w.size
    rows = np.zeros((base.x.size, 3 * k + 1))
    rows[:, 3 * k] = 1.0
    matrix = np.zeros((3 * k + 1, 3 * k + 1))
    for i, (start, stop) in enumerate(base.spans):
        x = base.x[start:stop]
        rows[start:stop, 3 * i] = base.a[i] * x
        rows[start:stop, 3 * i + 1] = base.a[i]
        rows[start:stop, 3 * i + 2] = base.w[i] * x + base.b[i]
        pull = (base.slope[start:stop] @ x, base.slope[start:stop].sum())
        matrix[3 * i + 2, 3 * i : 3 * i + 2] = matrix[3 * i : 3 * i + 2, 3 * i + 2] = pull
    found = [np.linalg.eigvalsh(matrix)]
    for weight, row in zip(base.p, rows, strict=True):
        matrix = matrix + weight * np.outer(row, row)
        found.append(np.linalg.eigvalsh(matrix))
    return found


def plain(random: Random, *, n: int | None = None, k: int | None = None) -> Planted:
    """Up to 6 data, up to 4 neurons, all entries of moderate size."""
    n = random.randint(1, 6) if n is None else n
    k = random.randint(0, 4) if k is None else k
    return Planted(
        x=np.sort(numbers(random, n)),
        p=floats(random.uniform(2.0**-60, 0.25) / n for _ in range(n)),
        slope=floats(random.uniform(-1, 1) / n for _ in range(n)),
        w=numbers(random, k),
        b=numbers(random, k),
        a=numbers(random, k),
        spans=spans(random, n, k),
    )
