"""Exact rational replays of the float64 engine: what a stage is off by, and what it claims.

A judge runs one stage on given doubles and returns gaps (what, error, bound), error in exact
rationals from the stage's definition. The stage is right on these operands if no error exceeds
its bound. Judges take the modules as an argument, so that a module with a seeded bug can be judged.
"""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
from flint import arb, ctx, fmpq, fmpz
from numpy.typing import NDArray

Operands = dict[str, list[float]]
"""Doubles by name; row ranges and signs are small integers in the same form."""

ROOT = Path(__file__).parent.parent
MODULES = {
    "exactly": "verify.operators.exactly",
    "layout": "verify.operators.layout",
    **{
        name: f"verify.spectrum.floating.{name}"
        for name in (
            "core",
            "exponential",
            "outputs",
            "weights",
            "rows",
            "pivots",
            "problem",
            "search",
        )
    },
}
"""In the order of their imports."""
PRECISION = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The modules of the engine that are judged."""

    exactly: ModuleType
    layout: ModuleType
    core: ModuleType
    exponential: ModuleType
    outputs: ModuleType
    weights: ModuleType
    rows: ModuleType
    pivots: ModuleType
    problem: ModuleType
    search: ModuleType


def engine() -> Engine:
    """The engine as it is imported, compiled unless NUMBA_DISABLE_JIT is set."""
    return Engine(**{name: importlib.import_module(path) for name, path in MODULES.items()})


def edited(file: str, old: str, new: str) -> Engine:
    """A private copy of the engine in plain Python, with one edit that must match exactly once."""
    shown = ModuleType("verify.kernel")
    shown.__dict__["kernel"] = lambda function: function
    places = {path: sys.modules.get(path) for path in ("verify.kernel", *MODULES.values())}
    built = {}
    try:
        sys.modules["verify.kernel"] = shown
        for name, path in MODULES.items():
            where = ROOT / (path.replace(".", "/") + ".py")
            text = where.read_text(encoding="utf-8")
            if name == file:
                assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {where}"
                text = text.replace(old, new)
            built[name] = sys.modules[path] = ModuleType(path)
            exec(compile(text, str(where), "exec"), built[name].__dict__)
    finally:
        for path, module in places.items():
            if module is None:
                sys.modules.pop(path, None)
            else:
                sys.modules[path] = module
    return Engine(**built)


class Gap(NamedTuple):
    """What was compared, by how much it is off, and by how much it may be off."""

    what: str
    error: fmpq
    bound: fmpq

    def ratio(self) -> float:
        """error / bound, infinite where there is an error and no room for one."""
        if self.error == 0:
            return 0.0
        return ratio_of(self.error, self.bound) if self.bound > 0 else math.inf


def ratio_of(error: fmpq, bound: fmpq) -> float:
    """error / bound as a double that is above 1 exactly if the quotient is."""
    near = float(arb(error / bound).mid())
    if error > bound:
        return max(near, math.nextafter(1.0, 2.0))
    return min(near, 1.0)


def exact(value: float) -> fmpq:
    """The rational that a double is."""
    return fmpq(*float(value).as_integer_ratio())


def rationals(values: Iterable[float]) -> list[fmpq]:
    return [exact(value) for value in values]


def total(values: Iterable[fmpq]) -> fmpq:
    return sum(values, fmpq(0))


def rounded(value: fmpq) -> float:
    """The double nearest to a rational, ties to even: int / int is correctly rounded."""
    return int(value.p) / int(value.q)


def claim(what: str, holds: bool) -> Gap:
    """A statement without room for an error."""
    return Gap(what, fmpq(0 if holds else 1), fmpq(0))


def floats(values: Iterable[float]) -> NDArray[np.float64]:
    return np.array(list(values), dtype=np.float64)


def ints(values: Iterable[float]) -> NDArray[np.int64]:
    return np.array(list(values), dtype=np.int64)


def root(value: fmpq) -> fmpq:
    """The square root from below, relative error under 2^-150."""
    scale = max(0, 300 - int(value.p).bit_length() + int(value.q).bit_length())
    scale += scale % 2
    return fmpq(fmpz(math.isqrt((int(value.p) << scale) // int(value.q))), fmpz(1 << scale // 2))


def enclosed(value: arb) -> tuple[fmpq, fmpq]:
    """Rationals below and above a ball."""

    def dyadic(point: arb) -> fmpq:
        mantissa, exponent = point.man_exp()
        return fmpq(mantissa) * fmpq(2) ** int(exponent)

    return dyadic(value.lower()), dyadic(value.upper())


def judge_two_sum(e: Engine, given: Operands) -> list[Gap]:
    a, b = given["a"][0], given["b"][0]
    high, low = e.exactly.two_sum(a, b)
    truth = exact(a) + exact(b)
    return [
        Gap("pair", abs(exact(high) + exact(low) - truth), fmpq(0)),
        claim("rounded", high == rounded(truth)),
    ]


def judge_two_product(e: Engine, given: Operands) -> list[Gap]:
    a, b = given["a"][0], given["b"][0]
    high, low = e.exactly.two_product(a, b)
    truth = exact(a) * exact(b)
    return [
        Gap("pair", abs(exact(high) + exact(low) - truth), fmpq(0)),
        claim("rounded", high == rounded(truth)),
    ]


def judge_sign(e: Engine, given: Operands) -> list[Gap]:
    w, x, b = (given[name][0] for name in "wxb")
    truth = exact(w) * exact(x) + exact(b)
    found = e.exactly.sign_of_affine(w, x, b)
    return [claim("sign", (found > 0) - (found < 0) == (truth > 0) - (truth < 0))]


def judge_decay(e: Engine, given: Operands) -> list[Gap]:
    found = exact(e.exponential.decay(given["t"][0]))
    with ctx.workprec(PRECISION):
        low, high = enclosed((-arb(given["t"][0])).exp())
    error = max(abs(found - low), abs(found - high))
    return [Gap("decay", error, exact(e.exponential.EXP_ERROR) * low)]


def exact_outputs(given: Operands) -> list[fmpq]:
    """f at each datum: the affine parts of the neurons that are active there, and c."""
    w, b, a, x = (rationals(given[name]) for name in "wbax")
    outs = []
    for j, at in enumerate(x):
        seen = [i for i in range(len(w)) if given["start"][i] <= j < given["stop"][i]]
        outs.append(total(a[i] * (w[i] * at + b[i]) for i in seen) + exact(given["c"][0]))
    return outs


def judge_outputs(e: Engine, given: Operands) -> list[Gap]:
    parts = [floats(given[name]) for name in "wba"]
    where = ints(given["start"]), ints(given["stop"])
    f, bound = e.outputs.outputs(*parts, given["c"][0], floats(given["x"]), *where)
    return [
        Gap(f"f[{j}]", abs(exact(f[j]) - truth), exact(bound[j]))
        for j, truth in enumerate(exact_outputs(given))
    ]


def _curvature_and_slope(f: fmpq, y: float, n: int) -> Iterator[tuple[fmpq, fmpq]]:
    """Rational enclosures of l''(f)/n = sigma(f) sigma(-f)/n and l'(f)/n = -y sigma(-y f)/n."""
    with ctx.workprec(PRECISION):
        wrong, right = (1 / (1 + (arb(f) * sign).exp()) for sign in (int(y), -int(y)))
        yield enclosed(wrong * right / n)
        yield enclosed(-int(y) * wrong / n)


def judge_logistic(e: Engine, given: Operands) -> list[Gap]:
    """l'' is monotone on both sides of 0 and l' everywhere: the ends, and 0, are the extremes."""
    y, n = given["y"], len(given["y"])
    found = e.weights.logistic(floats(given["f"]), floats(given["bound"]), floats(y))
    gaps, floor = [], exact(e.core.FLOOR)
    for j, (low, high, slope, radius) in enumerate(zip(*map(rationals, found), strict=True)):
        near, reach = exact(given["f"][j]), exact(given["bound"][j])
        ends = [near - reach, near + reach, *([fmpq(0)] if abs(near) <= reach else [])]
        curved, steep = zip(*(_curvature_and_slope(f, y[j], n) for f in ends), strict=True)
        most, least = max(pair[1] for pair in curved), min(pair[0] for pair in curved)
        centre, half = (high + low) / 2, (high - low) / 2
        off = max(most - centre, centre - least if low > 0 else fmpq(0))
        gaps.append(Gap(f"p[{j}]", off, half))
        gaps.append(claim(f"low[{j}] is 0 or at least FLOOR", low == 0 or low >= floor))
        off = max(abs(value - slope) for pair in steep for value in pair)
        gaps.append(Gap(f"slope[{j}]", off, radius))
        gaps.append(claim(f"slope[{j}] in range", slope == 0 or abs(slope) >= floor))
    return gaps


def judge_extent(e: Engine, given: Operands) -> list[Gap]:
    """Both numbers are only rounded: a few u."""
    names = ("weight", "bias", "rx", "r1")
    block, softness = map(exact, e.pivots.extent(*(floats(given[name]) for name in names)))
    weight, bias, rx, r1 = (rationals(given[name]) for name in names)
    squares = [p * p + q * q for p, q in zip(rx, r1, strict=True)]
    longest, soft = (
        root(max(squares)),
        total((w * s) ** 2 for w, s in zip(weight, bias, strict=True)),
    )
    unit = exact(e.core.UNIT)
    return [
        Gap("max |r|", abs(block - longest), 3 * unit * longest),
        Gap("entry at c", abs(softness - soft), 8 * unit * soft),
    ]


def judge_block_sums(e: Engine, given: Operands) -> list[Gap]:
    """The true slopes are anywhere within their radius: `sign` says at which end."""
    data = [floats(given[name]) for name in ("x", "slope", "radius")]
    start, stop = given["start"], given["stop"]
    rx, r1, bound = e.weights.block_sums(*data, ints(start), ints(stop))
    x, slope, radius = (rationals(values) for values in data)
    true = [s + int(g) * r for s, r, g in zip(slope, radius, given["sign"], strict=True)]
    gaps = []
    for i in range(len(start)):
        seen = range(int(start[i]), int(stop[i]))
        off = abs(total(true[j] * x[j] for j in seen) - exact(rx[i]))
        off += abs(total(true[j] for j in seen) - exact(r1[i]))
        gaps.append(Gap(f"r[{i}]", off, exact(bound)))
        sizes = [abs(exact(value)) for value in (rx[i], r1[i])]
        gaps.append(
            claim(f"r[{i}] in range", all(s == 0 or s >= exact(e.core.FLOOR) for s in sizes))
        )
    return gaps
