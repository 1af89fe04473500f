"""The logistic loss l(f, y) = log(1 + e^{-y f}) and its derivatives in f.

    l'  = -y sigma(-y f)              sigma(t) = 1 / (1 + e^{-t})
    l'' = s(f) = sigma(f) sigma(-f)   = 1 / ((1 + e^f)(1 + e^{-f}))

A loss is a value, `Loss`, so that other losses with l', l'' >= 0 can take its
place (verify.losses). Scalars are balls or exact rationals; arrays are float64. The forms used
here neither overflow nor cancel, for |f| up to 1e6 and far beyond.
Source: the paper's Appendix C; proofs_notes/hessian.md proves the derivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from verify.ball import NotExact, Scalar

Floats = NDArray[np.float64]
Target = int | Fraction
AtScalar = Callable[[Target, Scalar], Scalar]
AtArray = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A convex loss of the output f with target y: the value, its slope l' and curvature l'' in f.

    The scalar functions take (y, f), y a label in {-1, 1} or, for a loss of
    regression, any rational; they raise NotExact when f is rational but the result
    is not. The float functions take arrays (y, f) of
    one shape and return that shape.
    """

    name: str
    value: AtScalar
    slope: AtScalar
    curvature: AtScalar
    float_value: AtArray
    float_slope: AtArray
    float_curvature: AtArray


def _only_zero(f: fmpq) -> None:
    # e^f is transcendental at every rational f but 0 (Lindemann).
    if f != 0:
        raise NotExact("the logistic function is irrational at a rational f other than 0")


def sigmoid(t: Scalar) -> Scalar:
    """sigma(t) = 1 / (1 + e^{-t})."""
    if isinstance(t, fmpq):
        _only_zero(t)
        return fmpq(1, 2)
    return 1 / (1 + (-t).exp())


def softness(f: Scalar) -> Scalar:
    """s(f) = sigma(f) sigma(-f): 1/4 at 0, falling in |f|; s(gamma) is the paper's Gamma(gamma)."""
    if isinstance(f, fmpq):
        _only_zero(f)
        return fmpq(1, 4)
    return 1 / (2 + f.exp() + (-f).exp())


def _value(y: Target, f: Scalar) -> Scalar:
    if isinstance(f, fmpq):
        raise NotExact("the logistic loss is irrational at every rational f")
    margin = f * int(y)
    if margin < 0:
        return margin.exp().log1p() - margin
    return (-margin).exp().log1p()


def _slope(y: Target, f: Scalar) -> Scalar:
    label = int(y)
    return -label * sigmoid(-label * f)


def _curvature(y: Target, f: Scalar) -> Scalar:  # noqa: ARG001 - one signature for every loss
    return softness(f)


def _float_value(y: Floats, f: Floats) -> Floats:
    margin = y * f
    return np.log1p(np.exp(-np.abs(margin))) + np.maximum(-margin, 0.0)


def _float_slope(y: Floats, f: Floats) -> Floats:
    tail = np.exp(-np.abs(f))
    return -y * np.where(y * f >= 0, tail, 1.0) / (1.0 + tail)


def _float_curvature(y: Floats, f: Floats) -> Floats:  # noqa: ARG001 - one signature
    tail = np.exp(-np.abs(f))
    return np.asarray(tail / (1.0 + tail) ** 2)


LOGISTIC = Loss(
    name="logistic",
    value=_value,
    slope=_slope,
    curvature=_curvature,
    float_value=_float_value,
    float_slope=_float_slope,
    float_curvature=_float_curvature,
)
