"""What the float64 spectrum engine certifies about an instance, each statement with its truth.

A statement is one certified count (at most, at least) or one end of a certified
interval. It is decided by the exact characteristic polynomial (planted
instances) or by a decided count in balls (networks), at the very float64 that
the engine spoke about.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from random import Random

from properties.adversarial_networks import Whole
from properties.adversaries import Planted, spectra
from verify.ball import ball, working_precision
from verify.hessian.dense import dense_hessian
from verify.hessian.structured import loss_hessian
from verify.logistic import LOGISTIC
from verify.spectrum.balls import count_above
from verify.spectrum.exact import characteristic, roots_above, roots_at
from verify.spectrum.floating import search
from verify.spectrum.floating.core import mirrored
from verify.spectrum.floating.problem import Problem
from verify.spectrum.floating.search import Interval
from verify.spectrum.tracking import Sharpness

Oracle = Callable[[float], tuple[int, int] | None]
"""mu -> (eigenvalues above mu, eigenvalues at mu), exact; None where it is not decided."""

BITS = (256, 1024, 4096)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the engine certified, and whether it is so (None: the oracle cannot tell)."""

    text: str
    holds: bool | None


def planted_oracle(instance: Planted) -> Oracle:
    """By the exact characteristic polynomial."""
    polynomial = characteristic(dense_hessian(instance.hessian()))

    def count(mu: float) -> tuple[int, int]:
        shift = Fraction(mu)
        return roots_above(polynomial, shift), roots_at(polynomial, shift)

    return count


def whole_oracle(instance: Whole) -> Oracle:
    """By balls, at growing precision; a decided count proves that mu is no eigenvalue."""
    network, data = instance.network(), instance.data()
    hessians = {}

    def count(mu: float) -> tuple[int, int] | None:
        for bits in BITS:
            with working_precision(bits):
                if bits not in hessians:
                    hessians[bits] = loss_hessian(network, data, ball, LOGISTIC)
                found = count_above(hessians[bits], ball(Fraction(mu)))
            if found is not None:
                return found, 0
        return None

    return count


def _block_norms(base: Planted) -> list[float]:
    """|r_i|, rounded."""
    parts = [(base.slope[i:j], base.slope[i:j] * base.x[i:j]) for i, j in base.spans]
    return [math.hypot(float(first.sum()), float(second.sum())) for first, second in parts]


def shifts(random: Random, base: Planted) -> set[float]:
    """Places to count at: next to eigenvalues of H, of R and of partial sums, and between."""
    spectrum = spectra(base)
    values = spectrum[-1].tolist()
    top = max(map(abs, values)) or 1.0

    def beside(value: float, least: int, most: int) -> float:
        size = random.choice([abs(value), top]) or top
        return value + random.choice([-1, 1]) * size * 2.0 ** -random.randint(least, most)

    places = [beside(value, 20, 52) for value in random.choices(values, k=5)]
    places += [beside(values[-1], 38, 52)]
    between = random.sample([*pairwise(values)], len(values) > 1)
    places += [low + (high - low) / 2 for low, high in between]
    partial = [float(random.choice(part)) for part in random.choices(spectrum, k=2)]
    places += [beside(value, 8, 53) for value in partial]
    places += [random.choice([-1, 1]) * beside(size, 8, 52) for size in _block_norms(base)[:2]]
    places += [random.uniform(-1.5, 1.5) * top]
    places += [random.choice([-1, 1]) * top * 2.0 ** -random.uniform(1, 80)]
    return set(places)


def _at_most(count: int, mu: float, oracle: Oracle, what: str) -> Statement:
    truth = oracle(mu)
    holds = None if truth is None else truth[0] <= count
    return Statement(text=f"{what}: at most {count} above {mu.hex()}, exactly {truth}", holds=holds)


def _at_least(count: int, mu: float, oracle: Oracle, what: str) -> Statement:
    truth = oracle(mu)
    holds = None if truth is None else truth[0] >= count
    return Statement(
        text=f"{what}: at least {count} above {mu.hex()}, exactly {truth}", holds=holds
    )


def counted(problem: Problem, mu: float, oracle: Oracle) -> Iterator[Statement]:
    """The statements of both counts at mu."""
    most, least = search.at_most(problem, mu), search.at_least(problem, mu)
    if most is not None:
        yield _at_most(most, mu, oracle, "count")
    if least is not None:
        yield _at_least(least, mu, oracle, "count")


def sharpened(problem: Problem, mu: float, oracle: Oracle) -> Iterator[Statement]:
    """The same with the least shift that the bound allows, for the cores at mu and mirrored.

    The engine never goes so far; it is where a bound that is too small shows first.
    """
    for form in (problem.high, mirrored(problem.high)):
        count = _barely(form, mu, 1.0)
        if count is not None:
            moved = math.nextafter(mu + problem.radius, math.inf)
            yield _at_most(count, moved, oracle, "pivots")
    for form in (problem.low, mirrored(problem.low)):
        count = _barely(form, mu, -1.0)
        if count is not None:
            moved = math.nextafter(mu - problem.radius, -math.inf)
            yield _at_least(count, moved, oracle, "pivots")


def _barely(form: search.Core, mu: float, sign: float) -> int | None:
    first = search.pivots(form, mu, 0.0)
    if first is None or not first.bound < search.LARGEST_SHIFT:
        return None
    shift = first.bound * 1.001
    found = search.pivots(form, mu, sign * shift)
    return found.above if found is not None and found.bound <= shift else None


def enclosed(found: Interval | Sharpness, j: int, oracle: Oracle) -> Iterator[Statement]:
    """The statements lo <= lambda_j <= hi."""
    below, above = oracle(found.lo), oracle(found.hi)
    holds = None if below is None else below[0] + below[1] >= j
    yield Statement(text=f"lambda_{j} >= {found.lo.hex()}, exactly {below}", holds=holds)
    holds = None if above is None else above[0] < j
    yield Statement(text=f"lambda_{j} <= {found.hi.hex()}, exactly {above}", holds=holds)
