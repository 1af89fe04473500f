"""Extremal instances on R^d that no line contains, exact and turned by a rational reflection."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from verify.space.embedding import Matrix, reflection, turned
from verify.space.model import Point, SpaceDataset, SpaceNetwork
from verify.space.quantities import SpaceInstance

TURN: Matrix = reflection((1, -2))
"""It takes the first axis to the direction (3/5, 4/5)."""

Neuron = tuple[Fraction, Point, Fraction]
"""(a, w, b)."""


def assemble(
    x: Sequence[Point],
    y: Sequence[int],
    neurons: Sequence[Neuron],
    c: Fraction,
    *,
    matrix: Matrix | None = None,
    **extra: object,
) -> SpaceInstance:
    """An instance from data and neurons (a, w, b), both turned by the matrix if there is one."""
    d = len(x[0])
    turn = matrix or tuple(tuple(Fraction(int(i == j)) for j in range(d)) for i in range(d))
    network = SpaceNetwork(
        w=[turned(turn, w) for _, w, _ in neurons],
        b=[b for _, _, b in neurons],
        a=[a for a, _, _ in neurons],
        c=c,
        d=d,
    )
    data = SpaceDataset(x=[turned(turn, point) for point in x], y=y)
    return SpaceInstance(network=network, data=data, **extra)  # type: ignore[arg-type]


def oblique(m: int) -> SpaceInstance:
    """One datum of norm 3/4 with f = 0, seen at an angle by one steep balanced neuron."""
    neuron = (Fraction(m), (Fraction(25 * m, 9), Fraction(0)), Fraction(0))
    return assemble([(Fraction(9, 20), Fraction(3, 5))], [1], [neuron], Fraction(-5 * m * m, 4))


def fan(m: int, *, mirrored: bool = False) -> SpaceInstance:
    """Both labels and f = 0 at (3/4, +-1), and at (-3/4, +-1) with a mirrored neuron; turned.

    E[X | tail] has norm 3/4 and |X| is 5/4 everywhere; v_q is an eigenvector: equality.
    """
    sides = (1, -1) if mirrored else (1,)
    corners = [(side * Fraction(3, 4), Fraction(height)) for side in sides for height in (1, -1)]
    neurons = [
        (Fraction(m), (side * Fraction(5 * m, 3), Fraction(0)), Fraction(0)) for side in sides
    ]
    bias = Fraction(-5 * m * m, 4)
    return assemble(
        corners * 2, [1] * len(corners) + [-1] * len(corners), neurons, bias, matrix=TURN
    )


FAN, BOTH_FANS, STEEP = fan(1), fan(1, mirrored=True), oblique(16)
BEHIND = assemble(
    [(Fraction(1), Fraction(0)), (Fraction(0), Fraction(-1))],
    [1, 1],
    [(Fraction(1), (Fraction(-3), Fraction(-4)), Fraction(-10))],
    Fraction(0),
)
"""A neuron on {u . x < -2}, u = (3/5, 4/5): it sees no datum, and u . x > -2 holds for both."""
