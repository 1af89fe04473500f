"""The Hessian that float64 speaks about exactly: rows of weighted data, neurons, blocks.

All entries are doubles taken at their exact values. Row m stands for the real
vector zeta_m = weight_m (place_m, bias_m), bias_m being 1 for a datum and 0 for
the spread of a cell; neuron i is active on the rows start_i .. stop_i - 1, all
or none of a prefix or a suffix. Then

    H = sum_m h_m h_m^T + R,   h_m = (T_i zeta_m on the active neurons, weight_m bias_m for c),

T_i = [[a, 0], [0, a], [w, b]] and R has the blocks [[0, r_i], [r_i^T, 0]].
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

UNIT = 2.0**-53
"""u: the relative error of one rounding to nearest in IEEE 754 double."""

FLOOR = 2.0**-200
"""Weights and blocks below it are replaced by it or by 0, so that nothing underflows."""

COVER = 1.0 + 2.0**-20
"""Covers the roundings in the evaluation of a bound: a sum of non-negative products of depth
below 2^31 has relative error below 2^-21 (proofs_notes/floating.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """Rows (m,), neurons (k,) and their row ranges; everything exact."""

    weight: Floats
    place: Floats
    bias: Floats
    w: Floats
    b: Floats
    a: Floats
    rx: Floats
    r1: Floats
    start: Ints
    stop: Ints

    @property
    def size(self) -> int:
        """The number of rows of H, 3k + 1."""
        return 3 * int(self.w.size) + 1


def mirrored(core: Core) -> Core:
    """The same H under x -> -x, the rows in reverse: a second chance for the recursion."""
    rows = core.weight.size
    sides = 2.0 * core.bias - 1.0
    return replace(
        core,
        weight=core.weight[::-1].copy(),
        place=(-core.place * sides)[::-1].copy(),
        bias=core.bias[::-1].copy(),
        w=-core.w,
        rx=-core.rx,
        start=rows - core.stop,
        stop=rows - core.start,
    )
