"""Certified sharpness of float64 arrays, and of a network while it is trained."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verify.model import Dataset, InputError, Network, exact
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
    """lo <= lambda_max <= hi, proved; which engine did it, and why not float64.

    The ends are doubles: they cannot be nearer than about 4e-16 relative, nor 1e-308.
    """

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
    check_arrays(w, b, a, x, y)
    check_width(width)
    level = exact(c, "c")
    c = _nearest(level)
    start = None if near is None else Interval(lo=near.lo, hi=near.hi)
    reason = f"its error bounds prove no enclosure of width {width:.1e}"
    try:
        problem = logistic_problem(w, b, a, c, x, y, formal=formal)
        found = search.largest(problem, width, start)
        if found is not None:
            return Sharpness(lo=found.lo, hi=found.hi, engine=FLOAT64)
    except OutOfRange as error:
        reason = str(error)
    network = Network(w=w.tolist(), b=b.tolist(), a=a.tolist(), c=level)
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


def _nearest(level: Fraction) -> float:
    """The double that equals `level`; InputError if none does, because rounding would be silent."""
    try:
        if Fraction(float(level)) == level:
            return float(level)
    except OverflowError:
        pass
    raise InputError("c is no float64; a number that float64 holds exactly is needed")


def check_width(width: float) -> None:
    """Raise InputError unless 0 < width < 1."""
    if not 0.0 < width < 1.0:
        raise InputError(f"width is {width}; a relative width between 0 and 1 is needed")


def check_arrays(w: Floats, b: Floats, a: Floats, x: Floats, y: Floats) -> None:
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
    wrong = np.abs(y) != 1.0
    if wrong.any():
        at = int(np.argmax(wrong))
        raise InputError(f"y[{at}] is {y[at]:g}; a label is -1 or 1")


class SharpnessTracker:
    """lambda_max along training, certified at each call and started from the last answer.

        tracker = SharpnessTracker(x, y)
        sharpness = tracker(w, b, a, c)   # arrays of shape (k,), (k,), (k,) and a number
        sharpness = tracker(model)        # a torch Sequential(Linear(1, k), ReLU(), Linear(k, 1))

    x and y hold n finite numbers and n labels -1 or 1 (arrays or tensors of n
    entries). `width` is the relative width of the answer, a `Sharpness`;
    `formal` takes relu'(0) = 0 at a datum on a kink instead of raising
    InputError. float32 is taken at its exact value.
    """

    def __init__(self, x: object, y: object, *, width: float = 1e-9, formal: bool = False) -> None:
        check_width(width)
        self._x, self._y = _vector(x, "x").copy(), _vector(y, "y").copy()
        self._width, self._formal = width, formal
        self._last: Sharpness | None = None

    def __call__(self, *parameters: object) -> Sharpness:
        """The certified sharpness at these parameters; raises as `certified_lambda_max` does."""
        values = _of_model(parameters[0]) if len(parameters) == 1 else parameters
        if len(values) != 4:
            raise InputError(f"{len(values)} arguments; w, b, a, c or one torch model are needed")
        w, b, a, c = (_vector(value, name) for value, name in zip(values, "wbac", strict=True))
        if c.size != 1:
            raise InputError(f"c has {c.size} entries; one number is needed")
        found = certified_lambda_max(
            w,
            b,
            a,
            c.item(),
            self._x,
            self._y,
            width=self._width,
            near=self._last,
            formal=self._formal,
        )
        self._last = found
        return found


def _vector(values: object, name: str) -> Floats:
    """Float64 of shape (entries,) from an array, a list or a tensor."""
    detach = getattr(values, "detach", None)
    if detach is not None:
        values = detach().cpu().numpy()
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "iuf" or array.dtype.itemsize > 8:
            raise TypeError
        if array.dtype.kind in "iu" and array.size and max(map(abs, array.flat)) > 1 << 53:
            raise TypeError
        return np.ascontiguousarray(array.reshape(-1), dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"{name} is {values!r:.60}; an array of float64 numbers is needed"
        ) from None


def _of_model(model: object) -> tuple[object, ...]:
    """(w, b, a, c) of a torch model of the one supported architecture, else InputError."""
    state: dict[str, Any] = getattr(model, "state_dict", dict)()
    names = ("0.weight", "0.bias", "2.weight", "2.bias")
    shapes = [tuple(state[name].shape) for name in names] if set(state) == set(names) else []
    layers = [type(layer).__name__ for layer in getattr(model, "children", tuple)()]
    k = shapes[1][0] if shapes else 0
    if layers != ["Linear", "ReLU", "Linear"] or shapes != [(k, 1), (k,), (1, k), (1,)]:
        found = type(model).__name__
        needed = "w, b, a, c or a torch Sequential(Linear(1, k), ReLU(), Linear(k, 1)) is needed"
        raise InputError(f"the network is a {found} that is not supported; {needed}")
    return tuple(state[name] for name in names)
