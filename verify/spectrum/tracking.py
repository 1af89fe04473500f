"""Certified sharpness of float64 arrays, and of a network while it is trained."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from verify.model import Dataset, InputError, Network
from verify.operators.layout import OutOfRange
from verify.spectrum import balls
from verify.spectrum.engine import BALLS, FLOAT64, enclose, hessian_builder
from verify.spectrum.floating import search
from verify.spectrum.floating.problem import logistic_problem
from verify.spectrum.floating.search import Interval
from verify.spectrum.hint import guess

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharpness:
    """lo <= lambda_max <= hi in float64, proved; which engine did it, and why not float64."""

    lo: float
    hi: float
    engine: str
    reason: str = ""


def certified_lambda_max(
    w: Floats,
    b: Floats,
    a: Floats,
    c: float,
    x: Floats,
    y: Floats,
    *,
    width: float = 1e-9,
    near: Sharpness | None = None,
    formal: bool = False,
) -> Sharpness:
    """lambda_max of the network w, b, a (k,), c on data x, y (n,), within relative `width`.

    `near`, an enclosure at neighbouring parameters, only makes it quicker.
    Raises InputError for bad shapes, values and labels, and for a datum on a
    kink unless `formal`; PrecisionExhausted as `largest_eigenvalue` does.
    """
    check_arrays(w, b, a, c, x, y)
    start = None if near is None else Interval(lo=near.lo, hi=near.hi)
    reason = f"its error bounds do not close at width {width:.1e}"
    try:
        problem = logistic_problem(w, b, a, c, x, y, formal=formal)
        found = search.largest(problem, width, start)
        if found is not None:
            return Sharpness(lo=found.lo, hi=found.hi, engine=FLOAT64)
    except OutOfRange as error:
        reason = str(error)
    network = Network(w=w.tolist(), b=b.tolist(), a=a.tolist(), c=Fraction(c))
    data = Dataset(x=x.tolist(), y=y.tolist())
    build = hessian_builder(network, data, formal)
    exact_width = Fraction(width)
    slow = enclose(build, lambda h: balls.largest(h, exact_width, guess(h)), exact_width)
    lo, hi = float(slow.lo), float(slow.hi)
    return Sharpness(
        lo=math.nextafter(lo, -math.inf),
        hi=math.nextafter(hi, math.inf),
        engine=BALLS,
        reason=reason,
    )


def check_arrays(w: Floats, b: Floats, a: Floats, c: float, x: Floats, y: Floats) -> None:
    """Raise InputError unless shapes agree, numbers are finite and labels are -1 or 1."""
    for name, values in (("w", w), ("b", b), ("a", a), ("x", x), ("y", y)):
        if values.dtype != np.float64 or values.ndim != 1:
            kind = f"{values.dtype} of shape {values.shape}"
            raise InputError(f"{name} is {kind}; a one-dimensional float64 array is needed")
        if not np.isfinite(values).all():
            at = int(np.argmin(np.isfinite(values)))
            raise InputError(f"{name}[{at}] is {values[at]}; a finite number is needed")
    if not w.size == b.size == a.size:
        lengths = f"{w.size}, {b.size} and {a.size}"
        raise InputError(f"w, b and a have lengths {lengths}; they must be equal")
    if x.size != y.size or not x.size:
        raise InputError(
            f"x has {x.size} entries and y has {y.size}; equal numbers >= 1 are needed"
        )
    if not math.isfinite(c):
        raise InputError(f"c is {c}; a finite number is needed")
    wrong = np.abs(y) != 1.0
    if wrong.any():
        at = int(np.argmax(wrong))
        raise InputError(f"y[{at}] is {y[at]:g}; a label is -1 or 1")
