"""How operands of each stage of the float64 engine are drawn and kept admissible: k, n <= 3."""

from __future__ import annotations

import math
from random import Random

from tests import replay
from tests.replay import Operands
from tests.searching import number, numbers, positive, signs, spans

MOST = 3


def pair(random: Random) -> Operands:
    spread = random.choice([3, 30, 299])
    return {"a": [number(random, spread)], "b": [number(random, spread)]}


def affine(random: Random) -> Operands:
    """w x + b near 0: b is -w x rounded, a few ulps off, or anything."""
    w, x = number(random, 60), number(random, 60)
    b = -w * x * (1.0 + random.choice([0, 0, 1, -1, 2]) * 2.0**-52)
    return {"w": [w], "x": [x], "b": [random.choice([b, b, number(random), 0.0])]}


def decay(random: Random) -> Operands:
    j = random.choice([0, 1, 2, random.randint(0, 1009)])
    return {"t": [abs((j + random.choice([-0.5, 0.5, 0.0])) * math.log(2.0)) + random.random() / 9]}


def decay_tidy(given: Operands) -> Operands:
    return {"t": [min(abs(given["t"][0]), 700.0)]}


def _network(random: Random, k: int, n: int) -> Operands:
    return {name: numbers(random, k) for name in "wba"} | spans(random, k, n)


def outputs(random: Random) -> Operands:
    k, n = random.randint(1, MOST), random.randint(1, MOST)
    return _network(random, k, n) | {"c": [number(random)], "x": numbers(random, n)}


def cancelled(given: Operands) -> Operands:
    """c such that f vanishes at the first datum, up to the rounding of c."""
    given = positive()({**given, "c": [0.0]})
    f = replay.exact_outputs(given)
    return {**given, "c": [-replay.rounded(f[0])]}


def logistic(random: Random) -> Operands:
    """Ordinary outputs, those with p near FLOOR, and those beyond the exponential."""
    n = random.randint(1, MOST)
    ways = [(0, 30), (0, 30), (125, 150), (600, 2000)]
    f = [random.choice([-1, 1]) * random.uniform(*random.choice(ways)) for _ in range(n)]
    bound = [2.0 ** -random.choice([7, 7, 9, 40, 53, 1000]) for _ in range(n)]
    return {"f": f, "bound": bound, "y": signs(random, n)}


def logistic_tidy(given: Operands) -> Operands:
    bound = [min(abs(value), 2.0**-7) for value in given["bound"]]
    return {**given, "bound": bound, "f": [math.remainder(f, 4096.0) for f in given["f"]]}


def block_sums(random: Random) -> Operands:
    k, n = random.randint(1, MOST), random.randint(1, MOST)
    slope = numbers(random, n)
    faint = random.choice([2.0**-1000, 2.0**-52, 2.0**-10])
    radius = [abs(value) * faint for value in slope]
    data = {"x": numbers(random, n), "slope": slope, "radius": radius, "sign": signs(random, n)}
    return data | spans(random, k, n)


def balanced(given: Operands) -> Operands:
    """Three slopes for which both sums vanish, up to the rounding of the slopes."""
    given = positive("radius")({**given, "radius": [0.0] * 3})
    p, q, r = given["x"]
    return {**given, "slope": [(q - r) or 1.0, (r - p) or 1.0, (p - q) or 1.0]}


def three_data(random: Random) -> Operands:
    data = {"x": numbers(random, 3), "slope": numbers(random, 3), "radius": [0.0] * 3}
    whole = {"start": [0.0], "stop": [random.choice([2.0, 3.0])]}
    return data | {"sign": signs(random, 3)} | whole


def compress(random: Random) -> Operands:
    n = random.choice([2, 3, 3, 3, 3])
    base = number(random, 4)
    near = [base * (1.0 + random.random() * 2.0 ** -random.choice([50, 40, 8, 8])) for _ in "012"]
    edges = random.choice([[0.0, float(n)]] * 3 + [[0.0, 1.0, float(n)]])
    x = random.choice([numbers(random, n), near[:n]])
    upper = [float(random.randint(0, 1))]
    return {"x": x, "p": numbers(random, n, 9), "edges": edges, "upper": upper}


def crowded(random: Random) -> Operands:
    """Three data that are closer than their centre is exact: D1 may outweigh D2."""
    base = number(random, 4)
    near = [base * (1.0 + random.random() * 2.0 ** -random.choice([38, 44, 50])) for _ in "012"]
    upper = [float(random.randint(0, 1))]
    return {"x": near, "p": numbers(random, 3, 9), "edges": [0.0, 3.0], "upper": upper}


def gap(random: Random) -> Operands:
    mu = number(random)
    rx = random.choice([number(random), mu * (1.0 - 2.0 ** -random.randint(1, 30))])
    return {"mu": [mu], "rx": [rx], "r1": [number(random)]}


def closed(given: Operands) -> Operands:
    """r1 such that |r| = |mu|, up to its rounding, wherever |rx| < |mu|."""
    mu, r1 = replay.exact(given["mu"][0]) ** 2, list(given["r1"])
    for i, rx in enumerate(given["rx"]):
        rest = mu - replay.exact(rx) ** 2
        r1[i] = replay.rounded(replay.root(rest)) if rest > 0 else r1[i]
    return {**given, "r1": r1}


def blocks(random: Random) -> Operands:
    k, rows = random.randint(1, MOST), random.randint(1, MOST)
    given = _network(random, k, rows) | {"mu": [number(random)], "rows": [float(rows)]}
    return given | {"rx": numbers(random, k), "r1": numbers(random, k)}


def near_blocks(random: Random) -> Operands:
    given = blocks(random)
    reach = [1.0 - 2.0 ** -random.randint(1, 26) for _ in given["rx"]]
    return given | {"rx": [given["mu"][0] * factor for factor in reach]}


def _rows(random: Random, n: int) -> Operands:
    """Rows as `compress` makes them: data have bias 1, a spread has place 1 and bias 0."""
    bias = [random.choice([1.0, 1.0, 0.0]) for _ in range(n)]
    return {"weight": numbers(random, n), "place": numbers(random, n), "bias": bias}


def prepare(random: Random) -> Operands:
    n, faint = random.randint(1, MOST), random.choice([2.0**-60, 2.0**-52, 2.0**-10])
    sums = [
        value * (faint if at % 6 > 2 else 1.0) for at, value in enumerate(numbers(random, 12 * n))
    ]
    given = {"mu": [number(random)], "sums": sums + [0.0] * 12, "sign": signs(random, 6 * n + 6)}
    return given | _rows(random, n)


def cancelled_sums(given: Operands) -> Operands:
    """Three rows whose U vanishes at the last and whose V vanishes at the first."""
    sums = [*given["sums"], *[0.0] * 48][:48]
    for slot, value in enumerate([0.0, 0.0, 1.0 / given["mu"][0]]):
        sums[24 + slot] = -((value + sums[slot]) + sums[12 + slot])
        sums[6 + slot] = -(sums[30 + slot] + sums[18 + slot])
    return {**given, "sums": [0.0 if at % 6 > 2 else value for at, value in enumerate(sums)]}


def three_rows(random: Random) -> Operands:
    given = {"mu": [number(random)], "sums": numbers(random, 48), "sign": signs(random, 24)}
    return given | _rows(random, 3)


def _state(random: Random) -> Operands:
    faint = random.choice([0.0, 2.0**-52, 2.0**-10])
    error = [abs(value) * faint for value in numbers(random, 16)]
    return {"state": numbers(random, 16), "error": error, "sign": signs(random, 16)}


def image(random: Random) -> Operands:
    given = {"r": numbers(random, 4), "t": numbers(random, 4), "d": [number(random)]}
    return _state(random) | given


def update(random: Random) -> Operands:
    return _state(random) | {"z": numbers(random, 4), "d": [number(random)]}


def _shift(random: Random) -> list[float]:
    return [random.choice([0.0, 1.0, -1.0]) * 2.0 ** -random.randint(20, 45)]


def factor(random: Random) -> Operands:
    """U zeta and V zeta are known well or badly, so that each term of the bound has its turn."""
    n, faint = random.randint(1, MOST), random.choice([2.0**-60, 2.0**-52, 2.0**-10])
    columns = [
        value * (faint if at % 4 > 1 else 1.0) for at, value in enumerate(numbers(random, 8 * n))
    ]
    given = {"columns": columns, "sign": signs(random, 4 * n), "shift": _shift(random)}
    return given | _rows(random, n)


def whole(random: Random) -> Operands:
    given = blocks(random)
    return given | _rows(random, int(given["rows"][0])) | {"shift": _shift(random)}


def counts(random: Random) -> Operands:
    k, n = random.randint(0, 2), random.randint(1, MOST)
    given = {name: numbers(random, n, 2) for name in ("x", "p", "slope")}
    faint = {"faint": [2.0 ** -random.choice([50, 30, 12])], "sign": signs(random, 2)}
    return _network(random, k, n) | given | faint | {"mu": numbers(random, 4, 5)}


def enclosure(random: Random) -> Operands:
    """One crowded cell under neurons that see all of it."""
    cell, k = crowded(random), random.randint(1, 2)
    given = counts(random) | {"x": cell["x"], "p": cell["p"]}
    given |= {name: numbers(random, k) for name in "wba"}
    return given | {"start": [0.0] * k, "stop": [3.0] * k}


def counts_tidy(given: Operands) -> Operands:
    faint = min(abs(given["faint"][0]), 2.0**-8)
    return positive("p")({**given, "faint": [faint]})
