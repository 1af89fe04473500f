"""A float search for the flattest rescaling: the minimum of a smoothed lambda_max, cooled.

It proposes; verify/minimum/gauge.py evaluates both bounds in balls. In an orthonormal
frame of V, weighted by P^(1/2), lambda_max(K(s)) is that of a D x D matrix to which
each activation set contributes a 2 x 2 matrix, summed over its neurons.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import arb
from numpy.typing import NDArray

from verify.ball import maximum
from verify.hessian.structured import StructuredHessian

Floats = NDArray[np.float64]
SMOOTHINGS = tuple(10.0**-power for power in range(1, 10))
"""Temperatures of the smoothed maximum, relative to lambda_max."""
REACH = 40.0
"""How far log s may move from its start, so that no exponential overflows."""
MOST_STEPS = 300
"""Iterations at one temperature."""
NEGLIGIBLE = 1e-15
"""Share below which an eigenvector is left out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proposal:
    """Factors t (length k) near the best, and vectors q over the inputs for the lower bound."""

    factors: tuple[Fraction, ...]
    vectors: tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Frame:
    """K(s) in the frame Q (m x d), divided by the largest p.

    `root` (m) are the roots of p, `constant` (d) is the column of c, `plane` (sets, d, 2)
    the columns ((x - x0)/X, 1) of each set; neuron i belongs to set `owner[i]` and adds
    s outer[i] + inner[i] inner[i]^T / s there, in shapes (k', 2, 2) and (k', 2).
    """

    Q: Floats
    root: Floats
    constant: Floats
    plane: Floats
    owner: NDArray[np.intp]
    outer: Floats
    inner: Floats

    def start(self) -> Floats:
        """log s that gives the two parts of each neuron one trace."""
        plane = self.plane[self.owner]
        outer = np.einsum("kdc,kce,kde->k", plane, self.outer, plane)
        inner = (np.einsum("kdc,kc->kd", plane, self.inner) ** 2).sum(axis=1)
        return np.asarray(np.log(inner / outer) / 2)

    def top(self, logs: Floats, heat: float) -> tuple[float, Floats, Floats, Floats]:
        """Smoothed lambda_max of K(exp(logs)), its gradient, eigenvectors and their weights."""
        s = np.exp(logs)[:, None, None]
        crossed = self.inner[:, :, None] * self.inner[:, None, :]
        blocks = np.zeros((len(self.plane), 2, 2))
        np.add.at(blocks, self.owner, s * self.outer + crossed / s)
        spread = (self.plane @ blocks).transpose(1, 0, 2).reshape(len(self.constant), -1)
        flat = self.plane.transpose(1, 0, 2).reshape(len(self.constant), -1)
        values, vectors = np.linalg.eigh(np.outer(self.constant, self.constant) + spread @ flat.T)
        shares = np.exp((values - values[-1]) / heat)
        value = float(values[-1] + heat * np.log(shares.sum()))
        shares /= shares.sum()
        kept = shares > NEGLIGIBLE
        vectors, shares = vectors[:, kept], shares[kept]
        seen = (self.plane.transpose(0, 2, 1) @ vectors)[self.owner]
        outer = np.einsum("kcv,kce,kev->kv", seen, self.outer, seen, optimize=True) @ shares
        inner = (np.einsum("kc,kcv->kv", self.inner, seen) ** 2) @ shares
        return value, s[:, 0, 0] * outer - inner / s[:, 0, 0], vectors, shares


def _floats(values: list[arb]) -> Floats:
    return np.array([float(value) for value in values], dtype=np.float64)


def _frame(h: StructuredHessian, live: list[int]) -> _Frame:
    most = arb(maximum(h.p, arb(0))).mid()
    root = np.sqrt(_floats([arb(p) / most for p in h.p]))
    spans = sorted({h.spans[i] for i in live})
    place = {span: position for position, span in enumerate(spans)}
    columns = [root[:, None]]
    middles, reaches = [], []
    for start, stop in spans:
        middle = (arb(h.x[start]) + arb(h.x[stop - 1])).mid() / 2
        reach = arb(maximum([abs(h.x[at] - middle) for at in (start, stop - 1)], arb(0))).mid()
        reach = reach if reach > 0 else arb(1)
        pair = np.zeros((len(root), 2))
        at = slice(start, stop)
        pair[at, 0] = _floats([(arb(x) - middle) / reach for x in h.x[at]]) * root[at]
        pair[at, 1] = root[at]
        columns.append(pair)
        middles.append(middle)
        reaches.append(reach)
    Q, triangle = np.linalg.qr(np.hstack(columns))
    outer, inner = [], []
    for i in live:
        middle, reach = middles[place[h.spans[i]]], reaches[place[h.spans[i]]]
        a = arb(h.a[i])
        rows = _floats([a * reach, a * middle, a])
        outer.append(
            [[rows[0] ** 2, rows[0] * rows[1]], [rows[0] * rows[1], rows[1] ** 2 + rows[2] ** 2]]
        )
        inner.append(_floats([h.w[i] * reach, h.w[i] * middle + h.b[i]]))
    return _Frame(
        Q=Q,
        root=root,
        constant=triangle[:, 0],
        plane=triangle[:, 1:].reshape(len(triangle), -1, 2).transpose(1, 0, 2),
        owner=np.array([place[h.spans[i]] for i in live]),
        outer=np.array(outer),
        inner=np.array(inner),
    )


def _cooled(frame: _Frame) -> tuple[Floats, Floats, Floats]:
    """Near-optimal log s, and eigenvectors there with their weights."""
    from scipy.optimize import minimize

    logs = frame.start()
    bounds = [(log - REACH, log + REACH) for log in logs.tolist()]
    scale = frame.top(logs, 1.0)[0]
    for heat in SMOOTHINGS:

        def objective(at: Floats, heat: float = heat * scale) -> tuple[float, Floats]:
            value, slope, _, _ = frame.top(at, heat)
            return value / scale, slope / scale

        options = {"gtol": 1e-13, "ftol": 1e-16, "maxiter": MOST_STEPS}
        logs = minimize(objective, logs, jac=True, bounds=bounds, options=options).x
    _, _, vectors, shares = frame.top(logs, SMOOTHINGS[-1] * scale)
    return logs, vectors, shares


def _plain(h: StructuredHessian) -> Proposal:
    """No change, and the vector p of T-stat: always valid, seldom sharp."""
    p = [arb(value).mid() for value in h.p]
    most = arb(maximum(p, arb(0))).mid()
    vector = tuple(Fraction(float(value / most)) for value in p)
    return Proposal(factors=(Fraction(1),) * len(h.a), vectors=(vector,))


def propose(h: StructuredHessian) -> Proposal:
    """Factors and vectors for H = G (r = 0); plain ones where float64 cannot hold the numbers."""
    live = [i for i, (start, stop) in enumerate(h.spans) if start < stop]
    if not live:
        return _plain(h)
    with np.errstate(all="ignore"):
        try:
            frame = _frame(h, live)
            logs, vectors, shares = _cooled(frame)
        except (np.linalg.LinAlgError, ValueError):
            return _plain(h)
        weighted = frame.root[:, None] * (frame.Q @ vectors) * np.sqrt(shares)
        roots = np.exp(logs / 2)
    if not (np.isfinite(weighted).all() and np.isfinite(roots).all() and weighted.any()):
        return _plain(h)
    factors = [Fraction(1)] * len(h.a)
    for i, root in zip(live, roots.tolist(), strict=True):
        factors[i] = Fraction(root)
    columns = ([Fraction(entry) for entry in column] for column in weighted.T.tolist())
    return Proposal(factors=tuple(factors), vectors=tuple(tuple(column) for column in columns))
