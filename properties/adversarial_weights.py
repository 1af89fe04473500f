"""Adversarial weights and slopes for the float64 spectrum engine; their Hessian is exactly known.

See adversaries.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np

from properties.adversaries import (
    Planted,
    clustered,
    floats,
    nudged,
    plain,
    powers,
    spans,
    spectra,
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


def beside(random: Random) -> Planted:
    """A faint datum far off shares a cell with a cluster just beside the kink of a steep neuron."""
    base = plain(random, n=random.randint(3, 6), k=random.randint(1, 3))
    n, k = base.x.size, base.w.size
    at, far = random.choice([-1, 1]) * 2.0 ** -random.uniform(0, 45), 2.0 ** random.uniform(-3, 3)
    cluster = clustered(random, at, n - 1)
    off = abs(at) * floats(2.0 ** -random.uniform(-20, 10) for _ in range(k))
    w = -floats(2.0 ** random.uniform(-2, 12) for _ in off) / off
    return replace(
        base,
        x=np.sort(floats([-far, *cluster])),
        p=floats([2.0 ** -random.choice([random.randint(0, 190), 190]), *base.p[1:]]),
        slope=base.slope * 2.0 ** -random.choice([0, 20, 60]),
        w=w,
        b=-w * (cluster.max() + off),
        a=base.a * powers(random, k, -60, 0),
        spans=((0, n),) * k,
    )


def remote(random: Random) -> Planted:
    """Data at one place and some up to 2^80 away on both sides, mostly the fainter the farther."""
    base = plain(random, n=random.randint(3, 9), k=random.randint(1, 2))
    x, p = base.x.copy(), base.p.copy()
    x[2:] = x[0] * (1 + 2.0 ** -random.randint(20, 54) * floats(range(x.size - 2)))
    for j in range(random.randint(1, 2)):
        far = random.randint(0, 80)
        x[j] = random.choice([-1, 1]) * random.uniform(1, 2) * 2.0**far
        p[j] = 2.0 ** -random.randint(min(far, 100), min(2 * far + 60, 190))
    order = np.argsort(x)
    edges = [random.choice([0, 0, 1]) for _ in base.spans]
    w = base.w * 2.0 ** random.randint(-40, 40)
    ranges = tuple((edge, x.size) for edge in edges)
    return replace(base, x=x[order], p=p[order], w=w, spans=ranges)


def bunched(random: Random) -> Planted:
    """Up to 40 data in one cell, p from 2^-190 to 1, in clusters a relative 2^-50 to 2^-20 wide."""
    n = random.randint(3, 40)
    base = plain(random, n=n, k=random.randint(1, 2))
    near = [number * 2.0 ** -random.randint(0, 60) for number in base.x[:3].tolist()]
    close = 2.0 ** -random.randint(20, 50)
    x = floats(random.choice(near) * (1 + close * random.random()) for _ in range(n))
    p = powers(random, n, -random.choice([10, 60, 120, 190]), -1)
    w, a = base.w * 2.0 ** random.randint(0, 60), base.a * 2.0 ** -random.randint(0, 60)
    return replace(base, x=np.sort(x), p=p, w=w, a=a, spans=((0, n),) * base.w.size)


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
        beside,
        remote,
        bunched,
    )
}
