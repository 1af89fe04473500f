"""The logistic fit on V, certified by Krawczyk's test.

In a basis of V the mean loss is F(beta) = (1/n) sum_j l((Phi beta)_j, y_j), strictly
convex. For a box X with midpoint m and any matrix Y let

    K = m - Y grad F(m) + (I - Y Hess F(X)) (X - m),

evaluated in balls. If K lies in the interior of X, then X holds exactly one zero of
grad F, and it lies in K. Source: R. Krawczyk (1969); proofs_notes/minimum.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import arb, arb_mat, fmpq_mat
from numpy.typing import NDArray

from verify.ball import ball, rational, working_precision
from verify.logistic import LOGISTIC, sigmoid, softness
from verify.minimum.space import Space

Floats = NDArray[np.float64]
MOST_STEPS = 200
INFLATIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """The unique minimizer of the loss over V: its coordinates in the basis (length D).

    `outs` are its values at the distinct inputs, `p` the weights l''/n there with
    equal inputs added up, `loss` the mean loss.
    """

    coordinates: tuple[arb, ...]
    outs: tuple[arb, ...]
    p: tuple[arb, ...]
    loss: arb
    bits: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _System:
    """grad F and Hess F for one space, in balls at the precision in force."""

    design: arb_mat
    space: Space

    def outs(self, beta: arb_mat) -> list[arb]:
        return list((self.design * beta).entries())

    def weights(self, outs: Sequence[arb]) -> list[arb]:
        n, counts = self.space.n, zip(outs, self.space.plus, self.space.minus, strict=True)
        return [arb(softness(f)) * (plus + minus) / n for f, plus, minus in counts]

    def gradient(self, beta: arb_mat) -> arb_mat:
        counts = zip(self.outs(beta), self.space.plus, self.space.minus, strict=True)
        slopes = [minus * sigmoid(f) - plus * sigmoid(-f) for f, plus, minus in counts]
        return self.design.transpose() * arb_mat(len(slopes), 1, slopes) / self.space.n

    def hessian(self, beta: arb_mat) -> arb_mat:
        weights = self.weights(self.outs(beta))
        rows = zip(weights, self.design.tolist(), strict=True)
        scaled = [p * entry for p, row in rows for entry in row]
        shape = self.design.nrows(), self.design.ncols()
        return self.design.transpose() * arb_mat(*shape, scaled)


def _loss(outs: Floats, plus: Floats, minus: Floats) -> float:
    return float(plus @ np.logaddexp(0, -outs) + minus @ np.logaddexp(0, outs))


def _newton_step(frame: Floats, outs: Floats, plus: Floats, minus: Floats) -> Floats:
    chance = np.exp(-np.logaddexp(0, -outs))
    gradient = frame.T @ (minus * chance - plus * (1 - chance))
    curvature = (frame.T * ((plus + minus) * chance * (1 - chance))) @ frame
    return np.linalg.solve(curvature, gradient)


def float_fit(space: Space) -> Floats | None:
    """The coordinates of the fit by damped Newton steps in float64, or None; a proposal only."""
    counts = np.array(space.plus, dtype=float), np.array(space.minus, dtype=float)
    frame, triangle = np.linalg.qr(np.array(space.design(), dtype=np.float64))
    beta = np.zeros(space.dimension)
    try:
        for _ in range(MOST_STEPS):
            step = _newton_step(frame, frame @ beta, *counts)
            loss = _loss(frame @ beta, *counts)
            sizes = (0.5**power for power in range(30))
            size = next((s for s in sizes if _loss(frame @ (beta - s * step), *counts) < loss), 0.0)
            beta = beta - size * step
            if size == 0.0:
                break
        found = np.linalg.solve(triangle, beta)
    except np.linalg.LinAlgError:
        return None
    return found if np.isfinite(found).all() else None


def _polished(system: _System, start: Sequence[Fraction]) -> arb_mat:
    """Newton's method on midpoints: each step doubles the correct digits of a good start."""
    beta = arb_mat(len(start), 1, [ball(value) for value in start]).mid()
    for _ in range(8):
        step = system.hessian(beta).mid().solve(system.gradient(beta).mid())
        beta = (beta - step).mid()
    return beta


def _krawczyk(system: _System, middle: arb_mat, bits: int) -> arb_mat | None:
    """A box that holds exactly one zero of grad F, or None where the test does not close."""
    inverse = system.hessian(middle).mid().inv().mid()
    shift = inverse * system.gradient(middle)
    size = middle.nrows()
    one = arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
    floor = arb(2) ** (32 - bits)
    reach = [
        abs(entry).upper() + floor * (1 + abs(at)).upper()
        for entry, at in zip(shift.entries(), middle.entries(), strict=True)
    ]
    for power in range(1, INFLATIONS + 1):
        box = middle + arb_mat(size, 1, [arb(0, radius * 4**power) for radius in reach])
        image = middle - shift + (one - inverse * system.hessian(box)) * (box - middle)
        pairs = zip(box.entries(), image.entries(), strict=True)
        if all(outer.contains_interior(inner) for outer, inner in pairs):
            return image
    return None


def certified_fit(space: Space, start: Floats, bits: int) -> Fit | None:
    """The fit with a proof of its existence and place, or None where the test does not close.

    `start` are coordinates near it. None is no statement about the labels; see
    verify/minimum/separation.py.
    """
    table = space.design()
    entries = [rational(entry) for row in table for entry in row]
    exact = fmpq_mat(len(table), space.dimension, entries)
    with working_precision(bits):
        system = _System(design=arb_mat(exact), space=space)
        try:
            middle = _polished(system, [Fraction(value) for value in start.tolist()])
            found = _krawczyk(system, middle, bits)
        except ZeroDivisionError:
            return None
        return None if found is None else _fit(system, found, bits)


def _fit(system: _System, beta: arb_mat, bits: int) -> Fit:
    space, outs = system.space, system.outs(beta)
    total = arb(0)
    for f, plus, minus in zip(outs, space.plus, space.minus, strict=True):
        for label, count in ((1, plus), (-1, minus)):
            if count:
                total += count * LOGISTIC.value(label, f)
    return Fit(
        coordinates=tuple(beta.entries()),
        outs=tuple(outs),
        p=tuple(system.weights(outs)),
        loss=total / space.n,
        bits=bits,
    )
