"""Adversarial networks with data for the float64 spectrum engine; their Hessian is known in balls.

See adversaries.py, which gives weights and slopes directly.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from properties.adversaries import Planted, clustered, floats, nudged, number, numbers, powers
from verify.logistic import LOGISTIC
from verify.model import Dataset, Network, active_spans, outputs
from verify.operators.layout import Floats
from verify.spectrum.floating.problem import Problem, logistic_problem

CLASH = floats([1, 1, -1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A network and data in float64; a datum may lie on a kink (then H is the formal Hessian)."""

    w: Floats
    b: Floats
    a: Floats
    c: float
    x: Floats
    y: Floats

    def problem(self) -> Problem:
        """What the engine makes of it; OutOfRange where it declines."""
        return logistic_problem(self.w, self.b, self.a, self.c, self.x, self.y, formal=True)

    def network(self) -> Network:
        """The same network in rationals."""
        return Network(w=self.w.tolist(), b=self.b.tolist(), a=self.a.tolist(), c=self.c)

    def data(self) -> Dataset:
        """The same data in rationals."""
        return Dataset(x=self.x.tolist(), y=self.y.tolist())

    def rounded(self) -> Planted:
        """H up to rounding: chooses where to look."""
        network, data = self.network(), self.data()
        f = np.clip(floats(float(value) for value in outputs(network, data)), -1e3, 1e3)
        y = floats(data.in_order.y)
        return Planted(
            x=np.sort(self.x),
            p=LOGISTIC.float_curvature(y, f) / f.size,
            slope=LOGISTIC.float_slope(y, f) / f.size,
            w=self.w,
            b=self.b,
            a=self.a,
            spans=active_spans(network, data),
        )


def ordinary(random: Random, *, n: int | None = None, k: int | None = None) -> Whole:
    """Up to 6 data, up to 4 neurons, moderate entries."""
    n = random.randint(1, 6) if n is None else n
    k = random.randint(0, 4) if k is None else k
    return Whole(
        w=numbers(random, k),
        b=numbers(random, k),
        a=numbers(random, k),
        c=number(random),
        x=numbers(random, n),
        y=floats(random.choice([-1, 1]) for _ in range(n)),
    )


def flat(random: Random) -> Whole:
    """f = 0 exactly: pairs of neurons cancel, one of each rescaled by a power of two."""
    base = ordinary(random, k=random.randint(1, 2))
    t = 2.0 ** random.randint(-3, 3)
    w, b = np.concatenate([base.w, base.w * t]), np.concatenate([base.b, base.b * t])
    return replace(base, w=w, b=b, a=np.concatenate([base.a, -base.a / t]), c=0.0)


def misfit(random: Random) -> Whole:
    """Confident and wrong: R outweighs G, eigenvalues come in pairs."""
    base = ordinary(random, k=random.randint(1, 4))
    tiny = 2.0 ** -random.choice([3, 10, 20])
    y = np.ones(base.x.size) * random.choice([-1, 1])
    c = -float(y[0]) * random.choice([3, 20, 27, 30, 36, 60])
    if random.random() < 1 / 2:
        y[0] = -y[0]
    return replace(base, w=base.w * tiny, b=base.b * tiny, a=base.a * tiny, c=c, y=y)


def saturated(random: Random) -> Whole:
    """|f| of 300 to 800 on some data or on all: p underflows, right and wrong labels."""
    base = ordinary(random, k=random.randint(1, 3))
    size = random.uniform(300, 800)
    if random.random() < 1 / 3:
        return replace(base, c=random.choice([-1, 1]) * size)
    steepness = floats([size, *[1.0] * (base.w.size - 1)])
    return replace(base, a=base.a * steepness)


def kinked(random: Random) -> Whole:
    """Data within two units in the last place of kinks, and on them."""
    base = ordinary(random, n=random.randint(1, 5), k=random.randint(1, 4))
    w = floats(value or 1.5 for value in base.w.tolist())
    kinks = (-base.b / w).tolist()
    near = floats(nudged(random, random.choice(kinks)) for _ in range(random.randint(1, 4)))
    near = floats(0.0 if abs(value) < 1e-30 else value for value in near.tolist())
    y = floats(random.choice([-1, 1]) for _ in range(base.x.size + near.size))
    return replace(base, w=w, x=np.concatenate([base.x, near]), y=y)


def distant(random: Random) -> Whole:
    """x near 1e6 and close together; kinks between them, outputs moderate after cancellation."""
    base = ordinary(random, k=random.randint(1, 3))
    unit = random.choice([2.0**-33, 2.0**-20, 1e-3, 1.0])
    x = floats(1e6 + unit * random.randint(-3, 3) for _ in base.x)
    w = base.w * random.choice([1.0, 2.0**-20, 2.0**20])
    b = -w * floats(nudged(random, random.choice(list(x))) for _ in base.w)
    return replace(base, x=x, w=w, b=b)


def rescaled(random: Random) -> Whole:
    """(t w, t b, a/t) with t up to 2^60: f stays, H does not."""
    base = ordinary(random, k=random.randint(1, 4))
    far = random.choice([5, 20, 60])
    t = 2.0 ** floats(random.randint(-far, far) for _ in base.w)
    return replace(base, w=base.w * t, b=base.b * t, a=base.a / t)


def packed(random: Random) -> Whole:
    """Up to 40 data in one or two cells, with p of very different size or nearly equal x."""
    n = random.randint(3, 40)
    base = ordinary(random, n=n, k=random.randint(1, 2))
    pack = random.choice([1.0, 2.0**-20, 2.0**-50])
    x = base.x * pack + random.choice([0.0, 1.0, 3.0])
    steepness = random.choice([1.0, 30.0, 200.0])
    return replace(base, x=x, b=np.abs(base.b), a=base.a * steepness)


def outlying(random: Random) -> Whole:
    """Data at one place and a confident one far off, in the same cell."""
    far, n = random.randint(6, 30), random.randint(3, 6)
    w = -random.randint(1, 64) * 2.0 ** (-far - 1)
    a, b = random.uniform(1, 80) / -(w * 2.0**far), random.uniform(0.5, 5)
    x = np.full(n, random.uniform(1, 3)) * (1 + 2.0 ** -random.choice([52, 60]))
    x[0] = -(2.0**far)
    y = floats([1, *[random.choice([-1, 1]) for _ in range(n - 1)]])
    c = -a * b + random.uniform(-1, 1)
    return Whole(w=floats([w]), b=floats([b]), a=floats([a]), c=c, x=x, y=y)


def ramps(random: Random) -> Whole:
    """The networks of Theorem 3.1: margin m on every datum, two steep neurons per sign change."""
    n, m = random.randint(2, 5), 2.0 ** random.randint(0, 9)
    x = floats(sorted(random.sample(range(-32, 33), n))) / 16
    y = floats(random.choice([-1, 1]) for _ in range(n))
    parts: list[tuple[float, float, float]] = []
    for j in range(n - 1):
        if y[j] != y[j + 1]:
            gap = float(x[j + 1] - x[j])
            w = math.sqrt(4 * m / gap)
            for side, at in ((1, x[j] + gap / 4), (-1, x[j] + 3 * gap / 4)):
                parts.append((w, -w * float(at), side * float(y[j + 1]) * 4 * m / gap / w))
    w, b, a = (floats(part) for part in zip(*parts, strict=True)) if parts else (floats([]),) * 3
    return Whole(w=w, b=b, a=a, c=float(m * y[0]), x=x, y=y)


def lazy(random: Random) -> Whole:
    """Dead neurons, w = 0, a = 0, neurons that are always active."""
    base = ordinary(random, k=4)
    w, a = (part * floats(random.randint(0, 1) for _ in part) for part in (base.w, base.a))
    b = floats(random.choice([value, 9.0, -9.0]) for value in base.b.tolist())
    return replace(base, w=w, b=b, a=a)


def single(random: Random) -> Whole:
    """One datum, at most one neuron."""
    return ordinary(random, n=1, k=random.randint(0, 1))


def cancelled(random: Random) -> Whole:
    """f is moderate after cancellation of terms that are up to 2^50 times as large."""
    base = ordinary(random, k=random.randint(1, 2))
    size = powers(random, base.w.size, 20, 50)
    a = base.a * size
    twin = floats(nudged(random, value) for value in (-a).tolist())
    w, b = np.tile(base.w, 2), np.tile(base.b, 2)
    return replace(base, w=w, b=b, a=np.concatenate([a, twin]))


def cornered(random: Random) -> Whole:
    """A cluster just beside the kinks of steep neurons, in one cell with confident data far off."""
    far = 2.0 ** random.uniform(-3, 3)
    at = random.choice([-1, 1]) * 2.0 ** -random.uniform(0, 45)
    cluster = clustered(random, at, random.randint(2, 5))
    x = floats([*random.choice([[], [-far], [-far, -0.7 * far]]), *cluster])
    y = floats(random.choice([-1, 1]) for _ in x)
    parts = []
    for faint in range(random.randint(1, 3)):
        off = abs(at) * 2.0 ** -random.uniform(-20, 10)
        steep, kink = 2.0 ** random.uniform(-2, 12) / off, cluster.max() + off
        a = random.uniform(20, 400) / (steep * abs(kink + far)) * random.choice([-1, 1])
        parts.append((-steep, steep * kink, number(random) * 2.0**-40 if faint else a))
    w, b, a = (floats(part) for part in zip(*parts, strict=True))
    return Whole(w=w, b=b, a=a, c=random.choice([0.0, number(random)]), x=x, y=y)


def overlooked(random: Random) -> Whole:
    """Two equal data between the kink of a steep neuron and a datum with f near 64 far off."""
    at = 2.0**-30 * random.uniform(1, 1.5)
    off = 2.0 ** random.uniform(-31, -10)
    w = -(2.0 ** random.randint(8, 12)) / off
    b, a = -w * (at + off), -(2.0 ** random.uniform(5, 7)) / w
    parts = (floats([part]) for part in (w, b, a))
    return Whole(**dict(zip("wba", parts, strict=True)), c=0.0, x=floats([-1, at, at]), y=CLASH)


def gathered(random: Random) -> Whole:
    """Up to 40 data in one cell, in clusters of relative width 2^-50 to 2^-20; |f| up to 130."""
    n, k = random.randint(3, random.choice([8, 40])), random.randint(1, 2)
    base = ordinary(random, n=n, k=k)
    places = floats(random.uniform(0, 130) for _ in range(3))
    close = 2.0 ** -random.randint(20, 50)
    x = floats(random.choice(places) * (1 + close * random.random()) for _ in range(n))
    t = powers(random, k, 0, 30)
    return replace(base, w=t / k, b=np.abs(base.b) * t, a=1 / t, x=x, c=-random.choice([0.0, 65.0]))


WHOLE: dict[str, Callable[[Random], Whole]] = {
    family.__name__: family
    for family in (
        ordinary,
        flat,
        misfit,
        saturated,
        kinked,
        distant,
        rescaled,
        packed,
        outlying,
        ramps,
        lazy,
        single,
        cancelled,
        cornered,
        overlooked,
        gathered,
    )
}
