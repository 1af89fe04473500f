"""Inputs moved to [-1, 1] and back: V, f and its fit stay, and float proposals have a chance.

With x = middle + unit x' a neuron is w x + b = (w unit) x' + (b + w middle). V is the same
space of functions on the data, because it holds x 1_A and 1_A for each activation set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import arb

from verify.ball import ball
from verify.minimum.point import Point
from verify.model import Dataset, Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """The exact middle of the inputs, and a power of two of at least half their spread."""

    middle: Fraction
    unit: Fraction

    def data(self, data: Dataset) -> Dataset:
        """The data at x'."""
        return Dataset(x=[(x - self.middle) / self.unit for x in data.x], y=data.y)

    def network(self, network: Network) -> Network:
        """The same function of x'."""
        pairs = zip(network.w, network.b, strict=True)
        return Network(
            w=[w * self.unit for w in network.w],
            b=[b + w * self.middle for w, b in pairs],
            a=network.a,
            c=network.c,
        )

    def point(self, point: Point) -> Point:
        """A network of x', as one of x."""
        w = tuple(slope / ball(self.unit) for slope in point.w)
        shifts = (slope * ball(self.middle) for slope in w)
        b = tuple(arb(level - shift) for level, shift in zip(point.b, shifts, strict=True))
        return replace(point, w=w, b=b)

    def weights(self, weights: Sequence[Fraction]) -> list[Fraction]:
        """Weights on the generators 1, x' 1_A, 1_A, .. as weights on 1, x 1_A, 1_A, .."""
        found = [weights[0]]
        for slope, level in zip(weights[1::2], weights[2::2], strict=True):
            found += [slope / self.unit, level - slope * self.middle / self.unit]
        return found


def standard_of(data: Dataset) -> Standard:
    """Where the inputs of `data` lie."""
    low, high = min(data.x), max(data.x)
    spread = (high - low) / 2
    unit = Fraction(1)
    if spread > 0:
        unit = Fraction(2) ** (spread.numerator.bit_length() - spread.denominator.bit_length())
        while unit < spread:
            unit *= 2
    return Standard(middle=(low + high) / 2, unit=unit)
