"""The integers that a Coq certificate is about: a network and its data, sorted by x."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from verify.model import Dataset, InputError, Network

LONGEST = 1024
"""Bits of a common denominator that are accepted; float64 of ordinary size need about 70."""
MOST_PAIRS = 1_000_000
"""Pairs (neuron, datum): a million take Coq about a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Neurons (w, b, a) and c over `den`, points (x, y) with x over `grid`, x increasing."""

    den: int
    neurons: tuple[tuple[int, int, int], ...]
    offset: int
    grid: int
    points: tuple[tuple[int, int], ...]

    @property
    def scale(self) -> int:
        """The common denominator of all f(x_j)."""
        return self.den * self.den * self.grid

    def active(self, i: int, x: int) -> bool:
        """Whether neuron i is active at x/grid."""
        w, b, _ = self.neurons[i]
        return w * x + b * self.grid > 0


def integers(network: Network, data: Dataset) -> Subject:
    """The subject of a certificate. Raises InputError beyond MOST_PAIRS or LONGEST."""
    pairs = network.k * data.n
    if pairs > MOST_PAIRS:
        raise InputError(
            f"k n is {pairs}; a certificate for Coq is written for k n up to {MOST_PAIRS}"
        )
    parameters = (*network.w, *network.b, *network.a, network.c)
    den, grid = _common(parameters, "the network"), _common(data.x, "the data")
    w, b, a = ([_over(den, v) for v in values] for values in (network.w, network.b, network.a))
    ordered = data.in_order
    return Subject(
        den=den,
        neurons=tuple(zip(w, b, a, strict=True)),
        offset=_over(den, network.c),
        grid=grid,
        points=tuple((_over(grid, x), y) for x, y in zip(ordered.x, ordered.y, strict=True)),
    )


def _common(values: Iterable[Fraction], name: str) -> int:
    common = math.lcm(*(value.denominator for value in values))
    if common.bit_length() > LONGEST:
        raise InputError(
            f"{name}: the common denominator has {common.bit_length()} bits; "
            f"a certificate for Coq takes at most {LONGEST}"
        )
    return common


def _over(common: int, value: Fraction) -> int:
    return value.numerator * (common // value.denominator)


def gather(active: Sequence[bool], values: Sequence[int]) -> int:
    """The sum of the values where `active` holds."""
    return sum(value for on, value in zip(active, values, strict=True) if on)
