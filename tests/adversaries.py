"""Adversarial instances for the float64 spectrum engine: made to be rounded badly.

A `Planted` instance gives weights and slopes directly, as float64 taken exactly,
so its Hessian is an exact rational matrix. Each family is a function of a random
source and aims at one step of proofs_notes/floating.md. Networks with data are in
adversarial_networks.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
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


def paired(random: Random) -> Planted:
    """R outweighs G by far: eigenvalues come in pairs near +-|r_i|."""
    base = plain(random, k=random.randint(1, 4))
    tiny = 2.0 ** -random.choice([8, 13, 20, 23, 26, 40, 60])
    return replace(base, w=base.w * tiny, b=base.b * tiny, a=base.a * tiny)


def touching(random: Random) -> Planted:
    """lambda_max lies within about 1e-12 of max |r_i|."""
    base = plain(random, k=random.randint(1, 3))
    return replace(base, p=base.p * 2.0 ** -random.choice([36, 38, 40, 42, 46, 52]))


def shared(random: Random) -> Planted:
    """Three or more neurons share a range: +-|r| are eigenvalues exactly."""
    base = plain(random, k=4)
    copies = random.choice([3, 3, 4])
    return replace(base, spans=base.spans[:1] * copies + base.spans[copies:])


def repeated(random: Random) -> Planted:
    """Neurons occur twice or four times, some rescaled by a power of two or by any factor."""
    base = plain(random, k=random.randint(1, 2))
    copies = 4 // len(base.spans)
    t = floats(random.choice([1.0, 32.0, random.uniform(0.1, 10)]) for _ in range(copies))
    w, b, a = (np.outer(*pair).ravel() for pair in ((t, base.w), (t, base.b), (1 / t, base.a)))
    return replace(base, w=w, b=b, a=a, spans=base.spans * copies)


def hollow(random: Random) -> Planted:
    """e = a r + mu (w, b) nearly cancels at an eigenvalue mu."""
    base = plain(random, k=random.randint(1, 4))
    for _ in range(3):
        values = spectra(base)[-1]
        mu = float(random.choice(list(values[np.abs(values) > 1e-9 * np.abs(values).max()])))
        r = [(base.slope[i:j] * base.x[i:j]).sum() for i, j in base.spans]
        s = [base.slope[i:j].sum() for i, j in base.spans]
        base = replace(base, w=-base.a * floats(r) / mu, b=-base.a * floats(s) / mu)
    nudge = [floats(nudged(random, value) for value in part.tolist()) for part in (base.w, base.b)]
    return replace(base, w=nudge[0], b=nudge[1])


def scaled(random: Random) -> Planted:
    """Neurons, weights and slopes of very different magnitude."""
    base = plain(random, k=random.randint(1, 4))
    far = random.choice([8, 20, 60])
    t = powers(random, base.w.size, -far, far)
    return replace(
        base,
        w=base.w * t,
        b=base.b * t,
        a=base.a * powers(random, base.w.size, -far, far),
        p=base.p * powers(random, base.x.size, -random.choice([0, 30, 90]), 0),
        slope=base.slope * 2.0 ** random.randint(-30, 10),
        x=base.x * 2.0 ** random.randint(-20, 20),
    )


def far_off(random: Random) -> Planted:
    """x far from 0 and within a few units in the last place of each other."""
    base = plain(random)
    unit = random.choice([2.0**-33, 2.0**-20, 1e-3])
    x = np.sort(floats(1e6 + unit * random.randint(0, 6) for _ in base.x))
    w = base.w if random.random() < 1 / 2 else base.w * 2.0**20
    return replace(base, x=x, w=w, b=-w * 1e6 + random.choice([0, 1e-4, 1]) * base.b)


def crowded(random: Random) -> Planted:
    """Many data in few cells: p of all magnitudes, or centred so that first moments cancel."""
    n = random.randint(3, 40)
    base = plain(random, n=n, k=random.randint(0, 2))
    p = random.choice([base.p, powers(random, n, -60, -6), powers(random, n, -180, -6)])
    x = random.choice([base.x, np.sort(base.x * 2.0**-26 + 1), np.sort(base.x * 2.0**-45 + 3)])
    if random.random() < 1 / 2:
        x, p = np.sort(np.concatenate([x, -x])), np.concatenate([p, p[::-1]])
        base = replace(base, slope=np.tile(base.slope, 2), spans=spans(random, 2 * n, base.w.size))
    return replace(base, x=x, p=p)


def lopsided(random: Random) -> Planted:
    """Cells in which one faint datum lies far off: the centre of the cell is off by roundings."""
    base = plain(random, n=random.randint(3, 8), k=random.randint(1, 2))
    n, far = base.x.size, random.randint(0, 45)
    close = random.choice([0.0, 2.0**-52, 2.0**-30])
    x = random.uniform(1, 3) * (1 + close * floats(random.randint(0, 3) for _ in range(n)))
    x[0] = random.choice([-1, 1]) * 2.0**far
    p = base.p.copy()
    p[0] = 2.0 ** -random.randint(far, 2 * far + 60)
    order = np.argsort(x)
    return replace(base, x=x[order], p=p[order], spans=((0, n),) * len(base.spans))


def faint(random: Random) -> Planted:
    """Weights that vanish or lie at the edge of the range."""
    base = plain(random, n=random.randint(1, 9))
    edge = [0.0, 2.0**-200, 3.0 * 2.0**-200, 2.0**-150, 2.0**-90]
    p = floats(random.choice([*edge, value]) for value in base.p.tolist())
    slope = floats(random.choice([0.0, 2.0**-200, value, value]) for value in base.slope.tolist())
    return replace(base, p=p, slope=slope)


def idle(random: Random) -> Planted:
    """Dead neurons, neurons with w = 0, a = 0 or b = 0, neurons that are always active."""
    base = plain(random, k=4)
    w, b, a = (
        part * floats(random.randint(0, 1) for _ in part) for part in (base.w, base.b, base.a)
    )
    whole = (0, base.x.size)
    ranges = tuple(random.choice([(0, 0), whole, span]) for span in base.spans)
    return replace(base, w=w, b=b, a=a, spans=ranges)


def twins(random: Random) -> Planted:
    """Symmetric under x -> -x up to roundings: eigenvalues in clusters."""
    base = plain(random, n=random.randint(1, 3), k=random.randint(1, 2))
    n = base.x.size
    x = np.sort(np.concatenate([np.abs(base.x), -np.abs(base.x)]))
    half = tuple((0, j) for _, j in base.spans)
    tiny = random.choice([0.0, 2.0**-50, 2.0**-40, 2.0**-30])
    mirrored = tuple((2 * n - j, 2 * n) if j else (0, 0) for _, j in half)
    return replace(
        base,
        x=x,
        p=np.concatenate([base.p, base.p[::-1] * (1 + tiny)]) * 2.0 ** -random.choice([0, 20, 40]),
        slope=np.concatenate([base.slope, base.slope[::-1]]),
        w=np.concatenate([base.w, -base.w]),
        b=np.tile(base.b, 2),
        a=np.concatenate([base.a, base.a * (1 + tiny)]),
        spans=half + mirrored,
    )


def doubled(random: Random) -> Planted:
    """The same x several times."""
    base = plain(random, n=random.randint(2, 9), k=random.randint(0, 3))
    return replace(base, x=np.sort(floats(random.choice(list(base.x[:2])) for _ in base.x)))


def minimal(random: Random) -> Planted:
    """One datum, at most one neuron."""
    return plain(random, n=1, k=random.randint(0, 1))


def steep(random: Random) -> Planted:
    """Kinks within roundings of the data: w x + b nearly vanishes though w and b are large."""
    base = plain(random, k=random.randint(1, 4))
    w = base.w * powers(random, base.w.size, 10, 30)
    at = floats(nudged(random, random.choice(list(base.x))) for _ in base.spans)
    return replace(base, w=w, b=-w * at, a=base.a * 2.0 ** -random.choice([0, 10, 30]))


PLANTED: dict[str, Callable[[Random], Planted]] = {
    family.__name__: family
    for family in (
        plain,
        paired,
        touching,
        shared,
        repeated,
        hollow,
        scaled,
        far_off,
        crowded,
        lopsided,
        faint,
        idle,
        twins,
        doubled,
        minimal,
        steep,
    )
}
