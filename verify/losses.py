"""Other convex losses than the logistic one: square and exponential.

    square         l = (f - y)^2 / 2    l' = f - y        l'' = 1       any target y
    exponential    l = e^{-y f}         l' = -y e^{-y f}  l'' = e^{-y f}  y in {-1, 1}

With l'' = 1 the Hessian of the square loss is rational at rational networks, so that
every verdict on it can be exact. Sources: proofs_notes/losses.md.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq

from verify.ball import NotExact, Scalar, rational
from verify.logistic import LOGISTIC, Floats, Loss, Target


def _residual(y: Target, f: Scalar) -> Scalar:
    return f - rational(y)


def _half_square(y: Target, f: Scalar) -> Scalar:
    return _residual(y, f) * _residual(y, f) / 2


def _one(y: Target, f: Scalar) -> Scalar:  # noqa: ARG001 - one signature for every loss
    return f * 0 + 1


def _exponential(y: Target, f: Scalar) -> Scalar:
    if isinstance(f, fmpq):
        if f != 0:
            raise NotExact("e^f is irrational at a rational f other than 0")
        return fmpq(1)
    return (-int(y) * f).exp()


def _falling(y: Target, f: Scalar) -> Scalar:
    return -int(y) * _exponential(y, f)


def _float_exponential(y: Floats, f: Floats) -> Floats:
    return np.asarray(np.exp(-y * f))


SQUARE = Loss(
    name="square",
    value=_half_square,
    slope=_residual,
    curvature=_one,
    float_value=lambda y, f: np.asarray((f - y) ** 2 / 2),
    float_slope=lambda y, f: np.asarray(f - y),
    float_curvature=lambda y, f: np.ones_like(y * f),
)

EXPONENTIAL = Loss(
    name="exponential",
    value=_exponential,
    slope=_falling,
    curvature=_exponential,
    float_value=_float_exponential,
    float_slope=lambda y, f: -y * _float_exponential(y, f),
    float_curvature=_float_exponential,
)

LOSSES = {loss.name: loss for loss in (LOGISTIC, SQUARE, EXPONENTIAL)}
