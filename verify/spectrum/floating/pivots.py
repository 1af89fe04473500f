"""How many eigenvalues of the core lie above mu, by the pivots of S(mu): O(rows + k).

    #{eigenvalues of H above mu} = #{|r_i| above mu, see `blocks`} + #{negative eigenvalues of S},
    S = I - Z K Z^T,   S_lm = -zeta_l^T (U_m + V_l) zeta_m  for l > m,

as in proofs_notes/spectrum.md, with the weights drawn into S. `factor` gives
S - shift I = L D L^T + E and a bound of |E|, from which facts follow; without
the bound its count only chooses where to look. Every constant is derived in
proofs_notes/floating.md, section by section.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from verify.kernel import kernel
from verify.operators.exactly import two_product, two_sum
from verify.spectrum.floating.core import COVER, UNIT, Floats, Ints

CEILING = 2.0**250
"""No quantity of the recursion may exceed it, and no pivot may be smaller than LEAST_PIVOT:
then all that underflow can do stays below UNDERFLOW."""
LEAST_PIVOT = 2.0**-100
UNDERFLOW = 2.0**-200
GAP_UNSURE = 2.0**-20

Work = NDArray[np.float64]


@kernel
def gap(mu: float, rx: float, r1: float) -> tuple[float, float]:
    """d = mu^2 - |r|^2 to nearly full precision, and a bound of its relative error (Note, 3)."""
    p0, e0 = two_product(mu, mu)
    p1, e1 = two_product(rx, rx)
    p2, e2 = two_product(r1, r1)
    s, t1 = two_sum(p0, -p1)
    s, t2 = two_sum(s, -p2)
    d = s + (t2 + (t1 + (e0 - (e1 + e2))))
    if d == 0.0:
        return d, 1.0
    return d, UNIT + 64.0 * UNIT * UNIT * (p0 + p1 + p2) / abs(d)


@kernel
def extent(weight: Floats, bias: Floats, rx: Floats, r1: Floats) -> tuple[float, float]:
    """(max |r_i|, entry of H at c), rounded: where a search starts."""
    block, softness = 0.0, 0.0
    for i in range(rx.size):
        block = max(block, math.sqrt(rx[i] * rx[i] + r1[i] * r1[i]))
    for m in range(weight.size):
        softness += weight[m] * bias[m] * (weight[m] * bias[m])
    return block, softness


@kernel
def blocks(
    mu: float,
    w: Floats,
    b: Floats,
    a: Floats,
    rx: Floats,
    r1: Floats,
    start: Ints,
    stop: Ints,
    sums: Work,
) -> int:
    """Put C_i = (a^2/mu) I + e e^T/(mu d) into sums at the row where neuron i begins or ends.

    sums is (rows + 1, 12): U (3 entries), the bound of its error (3), V and its
    bound. Returns the number of |r_i| above |mu|, or -1 where one is too close.
    """
    rows = sums.shape[0] - 1
    outside = 0
    for i in range(w.size):
        d, error = gap(mu, rx[i], r1[i])
        if not error <= GAP_UNSURE:
            return -1
        if d < 0.0:
            outside += 1
        if start[i] >= stop[i]:
            continue
        first, second = a[i] * rx[i] + mu * w[i], a[i] * r1[i] + mu * b[i]
        above, below = abs(a[i] * rx[i]) + abs(mu * w[i]), abs(a[i] * r1[i]) + abs(mu * b[i])
        level, scale = a[i] * a[i] / mu, 1.0 / (mu * d)
        kappa = 10.0 * UNIT + 1.02 * error
        at, side = (start[i], 0) if stop[i] == rows else (stop[i] - 1, 6)
        c = level + first * first * scale
        sums[at, side] += c
        sums[at, side + 3] += kappa * (abs(level) + above * above * abs(scale)) + UNIT * abs(
            sums[at, side]
        )
        sums[at, side + 1] += first * second * scale
        sums[at, side + 4] += kappa * above * below * abs(scale) + UNIT * abs(sums[at, side + 1])
        c = level + second * second * scale
        sums[at, side + 2] += c
        sums[at, side + 5] += kappa * (abs(level) + below * below * abs(scale)) + UNIT * abs(
            sums[at, side + 2]
        )
    return outside


@kernel
def prepare(mu: float, weight: Floats, place: Floats, bias: Floats, sums: Work) -> float:
    """Running sums U forward and V backward; then per row, in place of U and V:

    columns 0-1 U zeta, 2-3 bounds of its error, 4-5 V zeta, 6-7 bounds, 8-11 the
    sums over later rows of (z1^2, z2^2, v1^2, v2^2), z the rounded zeta (Note, 5).
    Returns the largest entry of columns 0 to 7 in size.
    """
    top = 0.0
    u0, u1, u2 = 0.0, 0.0, 1.0 / mu
    e0, e1, e2 = 0.0, 0.0, UNIT * abs(u2)
    rows = weight.size
    for m in range(rows):
        z1, z2 = weight[m] * place[m], weight[m] * bias[m]
        u0, u1, u2 = u0 + sums[m, 0], u1 + sums[m, 1], u2 + sums[m, 2]
        e0 += sums[m, 3] + UNIT * abs(u0)
        e1 += sums[m, 4] + UNIT * abs(u1)
        e2 += sums[m, 5] + UNIT * abs(u2)
        sums[m, 0], sums[m, 1] = u0 * z1 + u1 * z2, u1 * z1 + u2 * z2
        s1, s2 = abs(z1), abs(z2)
        sums[m, 2] = (e0 + 5.0 * UNIT * abs(u0)) * s1 + (e1 + 5.0 * UNIT * abs(u1)) * s2
        sums[m, 3] = (e1 + 5.0 * UNIT * abs(u1)) * s1 + (e2 + 5.0 * UNIT * abs(u2)) * s2
    v0, v1, v2, e0, e1, e2 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    t0, t1, t2, t3 = 0.0, 0.0, 0.0, 0.0
    for m in range(rows - 1, -1, -1):
        z1, z2 = weight[m] * place[m], weight[m] * bias[m]
        v0, v1, v2 = v0 + sums[m, 6], v1 + sums[m, 7], v2 + sums[m, 8]
        e0 += sums[m, 9] + UNIT * abs(v0)
        e1 += sums[m, 10] + UNIT * abs(v1)
        e2 += sums[m, 11] + UNIT * abs(v2)
        sums[m, 4], sums[m, 5] = v0 * z1 + v1 * z2, v1 * z1 + v2 * z2
        s1, s2 = abs(z1), abs(z2)
        sums[m, 6] = (e0 + 5.0 * UNIT * abs(v0)) * s1 + (e1 + 5.0 * UNIT * abs(v1)) * s2
        sums[m, 7] = (e1 + 5.0 * UNIT * abs(v1)) * s1 + (e2 + 5.0 * UNIT * abs(v2)) * s2
        sums[m, 8], sums[m, 9], sums[m, 10], sums[m, 11] = t0, t1, t2, t3
        t0, t1 = t0 + z1 * z1, t1 + z2 * z2
        t2, t3 = t2 + sums[m, 4] * sums[m, 4], t3 + sums[m, 5] * sums[m, 5]
        for column in range(8):
            top = max(top, abs(sums[m, column]))
    return top


@kernel
def _image(
    state: Work, error: Work, r: Floats, t: Floats, c: Floats, e: Floats
) -> tuple[float, float, float]:
    """c = t + F r with error bounds e, and (r^T F r, the size of its terms, what F may be off)."""
    image, size, drift = 0.0, 0.0, 0.0
    for i in range(4):
        dot, span, slip = 0.0, 0.0, 0.0
        for j in range(4):
            dot += state[i, j] * r[j]
            span += abs(state[i, j]) * abs(r[j])
            slip += error[i, j] * abs(r[j])
        c[i] = t[i] + dot
        e[i] = 6.0 * UNIT * (abs(t[i]) + span) + 1.01 * UNIT * abs(c[i]) + slip
        image += r[i] * dot
        size += abs(r[i]) * span
        drift += abs(r[i]) * slip
    return image, size, drift


@kernel
def _update(state: Work, error: Work, z: Floats, d: float) -> float:
    """Add d z z^T to F and its rounding to the bound; the largest entry of F."""
    top = 0.0
    for i in range(4):
        for j in range(4):
            step = d * z[i] * z[j]
            state[i, j] += step
            error[i, j] += 2.02 * UNIT * abs(step) + UNIT * abs(state[i, j])
            top = max(top, abs(state[i, j]))
    return top


@kernel
def factor(
    weight: Floats, place: Floats, bias: Floats, shift: float, sums: Work
) -> tuple[int, float, float, int]:
    """(negative pivots, bound of |E|, det as a pair) for S - shift I = L D L^T + E (Note, 5).

    det S = mantissa 2^exponent, uncertified: it only helps to search.

    -1 negative pivots where a pivot is too small or a quantity leaves the range.
    """
    state, error = np.zeros((4, 4)), np.zeros((4, 4))
    r, t, c, e = np.zeros(4), np.zeros(4), np.zeros(4), np.zeros(4)
    negative, off, on, mantissa, exponent = 0, 0.0, 0.0, 1.0, 0
    p1, p2 = 0.0, 0.0
    for m in range(weight.size):
        r[0], r[1], r[2], r[3] = weight[m] * place[m], weight[m] * bias[m], sums[m, 4], sums[m, 5]
        t[0], t[1], t[2], t[3] = sums[m, 0], sums[m, 1], r[0], r[1]
        image, size, drift = _image(state, error, r, t, c, e)
        value = 0.0
        size += 1.0 + abs(shift)
        for i in range(2):
            value += r[i] * (t[i] + r[i + 2])
            size += abs(r[i]) * (abs(t[i]) + abs(r[i + 2]))
            drift += abs(r[i]) * (sums[m, 2 + i] + sums[m, 6 + i])
            e[i] += sums[m, 2 + i]
        d = 1.0 - value - shift - image
        top = max(e[0], e[1], e[2], e[3])
        if not (abs(d) >= LEAST_PIVOT and size < CEILING and top < CEILING):
            return -1, np.inf, mantissa, exponent
        negative += 1 if d < 0.0 else 0
        mantissa, scale = math.frexp(mantissa * d)
        exponent += scale
        on = max(on, drift + 14.0 * UNIT * size)
        off += sums[m, 6] * sums[m, 6] * p1 + sums[m, 7] * sums[m, 7] * p2
        p1, p2 = p1 + r[0] * r[0], p2 + r[1] * r[1]
        for i in range(4):
            off += e[i] * e[i] * sums[m, 8 + i]
            t[i] = c[i] / d
        if not _update(state, error, t, d) < CEILING:
            return -1, np.inf, mantissa, exponent
    return negative, (np.sqrt(12.0 * off) + on) * COVER + UNDERFLOW, mantissa, exponent
