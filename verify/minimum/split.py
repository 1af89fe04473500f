"""Another start for the split of the fit: the one that keeps every activation set most clearly.

Where neurons share a set, or one is always active, the data leave a choice of (w, b, c).
A float linear programme proposes it; verify/minimum/point.py corrects and decides.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from verify.ball import as_fraction
from verify.minimum.point import beside
from verify.minimum.space import ONE, Space
from verify.model import Network

Floats = NDArray[np.float64]


def _unit(space: Space) -> Fraction:
    """X = max(1, |x|), in which slopes are measured."""
    return max([ONE, *(abs(x) for x in space.x)])


def _outputs(network: Network, space: Space) -> Floats:
    """The D x (2k + 1) matrix from |a_i| (w_i X, b_i) and c to coordinates in the basis."""
    table = [[float(as_fraction(entry)) for entry in row] for row in space.coordinates.tolist()]
    known, unit = np.array(table), float(_unit(space))
    index = {span: 2 * position + 1 for position, span in enumerate(space.sets)}
    columns = np.zeros((space.dimension, 2 * network.k + 1))
    columns[:, -1] = known[:, 0]
    for i, (span, a) in enumerate(zip(space.spans, network.a, strict=True)):
        if span in index:
            side = 1.0 if a > 0 else -1.0
            columns[:, 2 * i] = side * known[:, index[span]] / unit
            columns[:, 2 * i + 1] = side * known[:, index[span] + 1]
    return columns


def _signs(network: Network, space: Space) -> Floats:
    """Rows over the same unknowns and a margin t: each says |a_i z_i| >= t with the right sign."""
    unit, rows = _unit(space), []
    for i, span in enumerate(space.spans):
        inside, outside = beside(span, len(space.x))
        for side, places in ((1.0, inside), (-1.0, outside)) if inside else ():
            for place in places:
                row = np.zeros(2 * network.k + 2)
                row[2 * i : 2 * i + 2] = -side * float(space.x[place] / unit), -side
                row[-1] = 1.0
                rows.append(row)
    return np.array(rows).reshape(-1, 2 * network.k + 2)


def clearest(network: Network, space: Space, near: Floats) -> Network | None:
    """The network with the given a whose live neurons keep their sets by the largest margin.

    `near` are float coordinates of the fit. None where no split keeps them, as floats see it.
    """
    from scipy.optimize import linprog

    size = 2 * network.k + 1
    goal = np.append(np.zeros(size), -1.0)
    found = linprog(
        goal,
        A_ub=_signs(network, space),
        b_ub=np.zeros(len(_signs(network, space))),
        A_eq=np.hstack([_outputs(network, space), np.zeros((space.dimension, 1))]),
        b_eq=near,
        bounds=[(None, None)] * size + [(0.0, 1.0)],
    )
    if found.x is None or not found.x[-1] > 0:
        return None
    values, unit = [Fraction(value) for value in found.x.tolist()], _unit(space)
    w, b = list(network.w), list(network.b)
    for i, (start, stop) in enumerate(space.spans):
        if start < stop:
            size_of_a = abs(network.a[i])
            w[i], b[i] = values[2 * i] / (size_of_a * unit), values[2 * i + 1] / size_of_a
    return Network(w=w, b=b, a=network.a, c=values[-2])
