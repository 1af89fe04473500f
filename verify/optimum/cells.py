"""The neurons of the line, sorted by the data that they see. Float64: it guides, nothing more.

Source: proofs_notes/optimum.md, 3 and 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from verify.model import Dataset

Floats = NDArray[np.float64]

GRID = 10**9
FARTHEST = 1000 * GRID


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Neurons that see the same data: their kinks are anchor - side * width * share.

    0 <= share <= 1, or 0 <= share where the cell is `endless`. `e` of shape (n,) marks the
    data seen, `base` their distance from the anchor, 0 elsewhere.
    """

    side: int
    anchor: Fraction
    width: Fraction
    endless: bool
    e: Floats
    base: Floats

    def kink(self, steps: int) -> Fraction:
        """The kink at the share steps / GRID, moved by one step if it would lie on a datum."""
        inside = max(1, steps if self.endless else min(steps, GRID - 1))
        return self.anchor - self.side * self.width * Fraction(inside, GRID)

    def ramp(self, steps: int) -> Floats:
        """d of the neuron there, without the cancellation of x - kink near the anchor."""
        return self.base + steps / GRID * float(self.width) * self.e

    def start(self) -> Sequence[int]:
        """The first places to try: the ends, where the best kinks were in all cases seen.

        Neurons that see one x only are all alike.
        """
        if self.endless:
            return (0,)
        return (0, GRID) if self.base.any() else (GRID // 2,)


Place = tuple[Cell, int]
"""One neuron: a cell and its share of the width in steps of 1 / GRID."""


def inner(cell: Cell, data: Dataset) -> Floats:
    """xi xi' + e e', of shape (n, n)."""
    xi = cell.e * data.floats()[0]
    return np.outer(xi, xi) + np.outer(cell.e, cell.e)


def cells(data: Dataset) -> Iterator[Cell]:
    """All cells of a dataset sorted by x, with two distinct x at least."""
    places = sorted(set(data.x))
    for side in (1, -1):
        for behind, anchor in pairwise([None, *places[::side]]):
            assert anchor is not None
            away = [side * (at - anchor) for at in data.x]
            yield Cell(
                side=side,
                anchor=anchor,
                width=places[-1] - places[0] if behind is None else abs(anchor - behind),
                endless=behind is None,
                e=np.array([float(distance >= 0) for distance in away]),
                base=np.array([max(0.0, float(distance)) for distance in away]),
            )


def worst(cell: Cell, data: Dataset, z: Floats, nu: Floats) -> tuple[int, float]:
    """The place where |nu'd| is largest against what the dual inequality allows, and the ratio.

    (A + B t)^2 / (a0 + 2 a1 t + a2 t^2) has one stationary point besides its zero.
    """
    base, along = cell.base, float(cell.width) * cell.e
    value, slope = nu @ base, nu @ along
    a0, a1, a2 = base @ z @ base, base @ z @ along, along @ z @ along
    allowed = 4 / data.n**2 * np.sum(inner(cell, data) * z)
    last = FARTHEST if cell.endless else GRID
    # A neuron that sees one x only has d = 0 at its anchor.
    first = 0 if a0 > 0 else 1
    places = [first, last]
    bottom = value * a2 - slope * a1
    if bottom != 0:
        at = GRID * float(slope * a0 - value * a1) / float(bottom)
        places += [round(at)] if first < at < last else []

    def ratio(steps: int) -> float:
        t = steps / GRID
        return float(abs(value + slope * t) / np.sqrt(allowed * (a0 + 2 * a1 * t + a2 * t * t)))

    best = max(places, key=ratio)
    return best, ratio(best)
