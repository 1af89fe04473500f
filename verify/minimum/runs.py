"""Gradient descent started beside a certified minimum: what the thresholds predict, watched.

The runs are float64 and prove nothing; the sharpness of the network that each one
ends at is certified.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from verify.ball import Enclosure
from verify.dynamics.descent import Parameters, loss_and_gradient
from verify.minimum.analysis import Minimum
from verify.model import Network, exact
from verify.spectrum import lambda_max

NUDGE = 1e-3
"""Standard deviation of the random displacement of w, b and a at the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The network after `steps` steps of size eta, and its certified sharpness there.

    `drift` is max_j |f(x_j) - f*(x_j)| against the fit, `slope` the largest entry of
    the gradient in magnitude; both are float64.
    """

    eta: float
    steps: int
    network: Network
    loss: float
    slope: float
    drift: float
    sharpness: Enclosure


def _start(found: Minimum, seed: int) -> Parameters:
    draw = np.random.default_rng(seed)
    parts = (found.point.w, found.point.b, found.point.a)
    w, b, a = (
        np.array([float(value) for value in part]) + NUDGE * draw.standard_normal(len(part))
        for part in parts
    )
    return w, b, a, np.array(float(found.point.c))


def follow(found: Minimum, eta: float, steps: int, seed: int) -> Run:
    """Gradient descent with step size eta from a seeded start about NUDGE from the minimum."""
    x, y = found.data.floats()
    parameters = _start(found, seed)
    for _ in range(steps):
        _, gradient = loss_and_gradient(parameters, x, y)
        moved = [p - eta * g for p, g in zip(parameters, gradient, strict=True)]
        parameters = (moved[0], moved[1], moved[2], moved[3])
    loss, gradient = loss_and_gradient(parameters, x, y)
    w, b, a, c = parameters
    network = Network(w=w.tolist(), b=b.tolist(), a=a.tolist(), c=exact(c.item(), "c"))
    pairs = zip(found.space.x, found.fit.outs, strict=True)
    return Run(
        eta=eta,
        steps=steps,
        network=network,
        loss=loss,
        slope=max(float(np.abs(part).max(initial=0)) for part in gradient),
        drift=max(abs(float(network(x) - Fraction(float(f)))) for x, f in pairs),
        sharpness=lambda_max(network, found.data, width=Fraction(1, 10**10)),
    )
