"""Weights on the inputs that keep the fit apart from every network with the given sets.

A neuron with activation set A is a positive combination of two hinges that depend on A
alone. So weights q on the inputs with sum q_j = 0 and s_A sum_A q_j hinge(x_j) >= 0 for both
hinges of each set, s_A the sign of its a_i, have sum q_j f(x_j) >= 0 for every network with
these sets and signs. Where the sum is negative for the fit on V, the one function that a
stationary point could have, there is none. A float linear programme proposes q; rationals
and balls decide. Source: proofs_notes/minimum.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from flint import arb
from numpy.typing import NDArray

from verify.ball import ball
from verify.minimum.fit import Fit
from verify.minimum.separation import on_kernel
from verify.minimum.space import ONE, ZERO, Space
from verify.model import Network, Span

Floats = NDArray[np.float64]
Row = list[Fraction]
TIGHT = 1e-7
"""Below this a condition of the linear programme is taken as an equality."""


def hinges(space: Space, span: Span) -> list[Row]:
    """Values on the inputs of functions whose positive combinations are all relu(w x + b) there.

    Affine functions positive on the set and negative beside it: those with zeros at the
    two inputs around the kink, or at both ends for a neuron that is always active.
    """
    (start, stop), x = span, space.x
    if (start, stop) == (0, len(x)):
        zeros, sides = (x[0], x[-1]), (1, -1)
        if len(x) == 1:
            return [[ONE]]
    else:
        cut = start or stop
        zeros, sides = (x[cut - 1], x[cut]), (1, 1) if start else (-1, -1)
    return [
        [side * (at - zero) if start <= j < stop else ZERO for j, at in enumerate(x)]
        for side, zero in zip(sides, zeros, strict=True)
    ]


def _conditions(network: Network, space: Space) -> tuple[list[Row], list[Row]]:
    """Rows r with r . q = 0, and rows with r . q >= 0; each largest entry is 1 in magnitude."""
    zero: list[Row] = [[ONE] * len(space.x)]
    positive: list[Row] = []
    for span in space.sets:
        signs = {
            1 if a > 0 else -1 for a, own in zip(network.a, space.spans, strict=True) if own == span
        }
        for row in hinges(space, span):
            size = max(abs(entry) for entry in row)
            if size > 0:
                scaled = [max(signs) * entry / size for entry in row]
                (zero if len(signs) == 2 else positive).append(scaled)
    return zero, positive


def _proposal(zero: Sequence[Row], positive: Sequence[Row], goal: Floats) -> Floats | None:
    from scipy.optimize import linprog

    matrix = np.array(positive, dtype=float)
    found = linprog(
        goal,
        A_ub=-matrix if positive else None,
        b_ub=np.zeros(len(positive)) if positive else None,
        A_eq=np.array(zero, dtype=float),
        b_eq=np.zeros(len(zero)),
        bounds=[(-1.0, 1.0)] * len(goal),
    )
    return None if found.x is None else np.asarray(found.x)


def _sum(row: Row, q: Sequence[Fraction]) -> Fraction:
    return sum((entry * weight for entry, weight in zip(row, q, strict=True)), ZERO)


def separates(network: Network, space: Space, fit: Fit, q: Sequence[Fraction]) -> bool:
    """Whether these weights prove that no network with these sets and signs outputs the fit."""
    zero, positive = _conditions(network, space)
    if any(_sum(row, q) != 0 for row in zero) or any(_sum(row, q) < 0 for row in positive):
        return False
    total = sum((ball(weight) * f for weight, f in zip(q, fit.outs, strict=True)), arb(0))
    return bool(total < 0)


def find_barrier(network: Network, space: Space, fit: Fit) -> tuple[Fraction, ...] | None:
    """Such weights at the distinct inputs, or None where none was found; None proves nothing."""
    zero, positive = _conditions(network, space)
    near = _proposal(zero, positive, np.array([float(f) for f in fit.outs]))
    if near is None:
        return None
    slack = np.array(positive, dtype=float).reshape(-1, len(near)) @ near
    tight = [row for row, value in zip(positive, slack.tolist(), strict=True) if value < TIGHT]
    q = tuple(on_kernel([*zero, *tight], near))
    return q if separates(network, space, fit, q) else None
