"""An instance of the line placed in R^d: on an axis, beside it, and turned, all in rationals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from fractions import Fraction

from verify.quantities import Instance
from verify.space.model import Point, SpaceDataset, SpaceNetwork
from verify.space.quantities import SpaceInstance

Matrix = tuple[Point, ...]


def reflection(normal: Sequence[int]) -> Matrix:
    """I - 2 v v^T / |v|^2 for integers v, not all 0: orthogonal, symmetric and rational."""
    square = sum(v * v for v in normal)
    return tuple(
        tuple(Fraction(int(i == j)) - Fraction(2 * u * v, square) for j, v in enumerate(normal))
        for i, u in enumerate(normal)
    )


def turned(matrix: Matrix, point: Point) -> Point:
    """The image of a point."""
    return tuple(
        sum((u * v for u, v in zip(row, point, strict=True)), Fraction(0)) for row in matrix
    )


def embedded(instance: Instance, heights: Sequence[Point], matrix: Matrix) -> SpaceInstance:
    """The instance with datum j at (x_j, heights_j), neurons along the first axis, then turned.

    f on the data and which neuron is active where do not change. With heights 0 and an
    orthogonal matrix nothing that the theorems speak about does.
    """
    network, data = instance.network, instance.data
    flat = (Fraction(0),) * (len(matrix) - 1)
    pairs = zip(data.x, heights, strict=True)
    kept = {f.name: getattr(instance, f.name) for f in fields(Instance)[2:]}
    return SpaceInstance(
        network=SpaceNetwork(
            w=[turned(matrix, (w, *flat)) for w in network.w],
            b=network.b,
            a=network.a,
            c=network.c,
            d=len(matrix),
        ),
        data=SpaceDataset(x=[turned(matrix, (x, *height)) for x, height in pairs], y=data.y),
        **kept,
    )


def along(instance: Instance, matrix: Matrix) -> SpaceInstance:
    """The instance on a line through the origin of R^d, the image of the first axis."""
    flat = (Fraction(0),) * (len(matrix) - 1)
    return embedded(instance, (flat,) * instance.data.n, matrix)
