"""Moments, tail weights, path sum and weighted total variation in float64, in O(n + k).

    alpha_i = E_q relu(w_i X + b_i),   beta_i = E_q 1_i (X, 1),
    S_q = sum_{w_i != 0} alpha_i |a_i| |beta_i|,
    TV_q = sum over distinct kinks t of |sum_{tau_i = t} a_i |w_i|| min(g_q^+(t), g_q^-(t))

Tails are taken from the activation pattern and are strict, as relu'(0) = 0 is;
g^+ and g^- at the kink of w x + b are |alpha| |beta| / |w| of the neurons
(w, b) and (-w, -b). Every term is >= 0, so nothing cancels except in the jumps
of f'. Source: the paper's Theorem 3.5; proofs_notes/notation.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verify.kernel import kernel
from verify.model import InputError
from verify.operators.exactly import sign_of_affine
from verify.operators.layout import Floats, Ints, OutOfRange
from verify.operators.network import State, vector
from verify.operators.sums import Sight, gather, see

Bools = NDArray[np.bool_]


def law(state: State, q: ArrayLike | None = None) -> Floats:
    """The probability vector (n,) on the sorted data: p/P, or q >= 0 normalized.

    `q` (n,) follows the caller's order of the data. Raises InputError for
    another length, a negative or infinite weight, or weights that are all 0, and
    OutOfRange where every p_j underflows to 0.
    """
    if q is None:
        weights = state.p
    else:
        weights = vector(q, "q")
        if weights.size != state.layout.n:
            raise InputError(f"q has {weights.size} entries; n = {state.layout.n} are needed")
        if (weights < 0).any():
            index = int(np.argmax(weights < 0))
            raise InputError(f"q[{index}] is {weights[index]:g}; a weight is at least 0")
        if not weights.any():
            raise InputError("every q is 0; at least one positive weight is needed")
        weights = weights[state.layout.order]
    if not weights.any():
        raise OutOfRange("every l''(f_j) underflows to 0, so p/P is not available in float64")
    scaled = weights / weights.max()
    return np.asarray(scaled / scaled.sum())


def _moments(sight: Sight, q: Floats) -> tuple[Floats, Floats]:
    sums = gather(sight, q, np.zeros(q.size))
    return sums[:, 2], sums[:, :2]


def moments(state: State, q: ArrayLike | None = None) -> tuple[Floats, Floats]:
    """(alpha, beta) of shapes (k,) and (k, 2) under the law of `q`; raises as `law` does."""
    return _moments(state.sight, law(state, q))


def path_sum(state: State, q: ArrayLike | None = None) -> float:
    """S_q >= 0 under the law of `q`; raises as `law` does."""
    alpha, beta = moments(state, q)
    terms = alpha * np.abs(state.a) * np.hypot(beta[:, 0], beta[:, 1])
    return float(terms[state.sight.w != 0].sum())


@kernel
def _on_kink(w: Floats, b: Floats, x: Floats, at: Ints) -> Bools:
    """Whether w x + b is exactly 0 at the datum at[i], for each neuron; not where there is none."""
    found = np.zeros(w.size, np.bool_)
    for i in range(w.size):
        found[i] = 0 <= at[i] < x.size and sign_of_affine(w[i], x[at[i]], b[i]) == 0
    return found


def _opposite(state: State) -> Sight:
    """The sight of the neurons (-w, -b): they are active where w x + b < 0.

    A datum on the kink, with all its repetitions, is on neither side.
    """
    w, b, layout = state.sight.w, state.sight.b, state.layout
    rising, dead = w > 0, layout.start == layout.stop
    turn = np.where(rising, np.where(dead, layout.n, layout.start), layout.stop)
    if layout.kink is not None:
        nearest = turn - rising
        hit = _on_kink(w, b, layout.x, nearest)
        at = layout.x[nearest[hit]]
        before, after = (np.searchsorted(layout.x, at, side) for side in ("left", "right"))
        turn[hit] = np.where(rising[hit], before, after)
    edge = np.where(rising, np.where(turn > 0, -turn, layout.n), turn)
    return see(layout.x, edge, -w, -b)


def tail_weights(state: State, q: ArrayLike | None = None) -> tuple[Floats, Floats]:
    """(g^+, g^-) at the kink of each neuron, shape (k,), 0 where w_i = 0; raises as `law` does."""
    weights, w = law(state, q), state.sight.w
    sloped = w != 0
    steepness = np.where(sloped, np.abs(w), 1.0)
    own, other = (
        np.where(sloped, alpha / steepness * np.hypot(beta[:, 0], beta[:, 1]), 0.0)
        for alpha, beta in (_moments(sight, weights) for sight in (state.sight, _opposite(state)))
    )
    return np.where(w > 0, own, other), np.where(w > 0, other, own)


def _odd_part(values: Floats) -> tuple[Ints, Ints]:
    """(m, e) with value = m 2^e and m an odd integer, or (0, 0): exact."""
    fraction, exponent = np.frexp(values)
    mantissa = np.ldexp(fraction, 53).astype(np.int64)
    lowest = np.where(mantissa == 0, 1, mantissa & -mantissa)
    _, shift = np.frexp(lowest.astype(np.float64))
    exponents = np.where(mantissa == 0, 0, exponent - 53 + shift - 1)
    return mantissa // lowest, exponents.astype(np.int64)


def same_kink(w: Floats, b: Floats) -> Ints:
    """A number 0, 1, .. for each neuron, equal exactly where -b/w is; all w other than 0.

    Decided on the reduced fraction of b/w: an odd numerator (or 0), an odd
    denominator and a power of 2.
    """
    (above, up), (below, down) = _odd_part(b), _odd_part(w)
    common = np.gcd(above, below) * np.sign(below)
    power = np.where(above == 0, 0, up - down)
    keys = np.stack([above // common, below // common, power])
    order = np.lexsort(keys)
    ranked = keys[:, order]
    number = np.zeros(w.size, np.int64)
    number[order[1:]] = np.cumsum((ranked[:, 1:] != ranked[:, :-1]).any(axis=0))
    return number


def total_variation(state: State, q: ArrayLike | None = None) -> float:
    """TV_q = int |f''| min(g^+, g^-) under the law of `q`; raises as `law` does.

    Jumps of coincident kinks are added before their absolute value is taken.
    """
    sloped = state.sight.w != 0
    g = np.minimum(*tail_weights(state, q))[sloped]
    w, b, a = state.sight.w[sloped], state.sight.b[sloped], state.a[sloped]
    number = same_kink(w, b)
    jump = np.bincount(number, weights=a * np.abs(w))
    first = np.unique(number, return_index=True)[1]
    return float((np.abs(jump) * g[first]).sum())
