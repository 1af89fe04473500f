"""The step size beyond which no stable stationary point follows a truth (claims t-stat and tv)."""

from __future__ import annotations

import numpy as np

from verify.dynamics.truth import Truth, design
from verify.operators.network import evaluate
from verify.operators.weights import total_variation

KNOTS = 2001


def exclusion(truth: Truth, n: int) -> tuple[float, float, float]:
    """P, TV with q = p/P, and eta* of a network that follows f0 with KNOTS kinks."""
    knots = np.linspace(-1.0, 1.0, KNOTS + 1)
    heights = truth(knots)
    slopes = np.diff(heights) / np.diff(knots)
    a = np.diff(slopes, prepend=0.0)
    a[0] = slopes[0]
    x = design(n)
    w = np.ones(KNOTS)
    state = evaluate(w, -knots[:-1], a, float(heights[0]), x, np.ones(n), formal=True)
    softness, variation = float(state.p.sum()), total_variation(state)
    return softness, variation, 2.0 / (softness * (1.0 + 2.0 * variation))
