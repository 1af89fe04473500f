"""A network at work on sorted data: what the kernels of `verify.dynamics.walk` read and write."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from verify.dynamics.start import parts
from verify.kernel import kernel
from verify.model import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Places = NDArray[np.uint32]


class Walker(NamedTuple):
    """A network, its data and room to work in; a named tuple, because kernels take no dataclass.

    w, b, a (k,) and c (1,) move. x, y (n,) are the data sorted by x, and `line`
    holds x twice, as right-active neurons see it and, mirrored, as left-active
    ones do: -inf, x_1, .., x_n, inf, -inf, -x_n, .., -x_1, inf. Neuron i is active
    from line[place_i + 1] to the end of its half. `tilts`, `levels`, `moments` and
    `masses` (2n + 3,) are indexed like `place`. f (n,) are the outputs, `slope` (n,)
    is l'_j / n, and `pull`, `mass` (k,) are the sums of slope_j x_j and of slope_j over
    the active data. The others are scratch; `bits` is the memory of `scale`.
    """

    w: Floats
    b: Floats
    a: Floats
    c: Floats
    x: Floats
    y: Floats
    line: Floats
    place: Places
    tilts: Floats
    levels: Floats
    moments: Floats
    masses: Floats
    f: Floats
    mirrored: Floats
    slope: Floats
    scale: Floats
    bits: Ints
    pull: Floats
    mass: Floats
    todo: Places


@kernel
def place_of(w: float, b: float, line: Floats) -> int:
    """The place of a neuron by bisection, whatever w and b are."""
    n = (line.size - 4) // 2
    low = 0 if w >= 0.0 else n + 2
    high = low + n
    speed, height = abs(w), -b
    while low < high:
        middle = (low + high) // 2
        if speed * line[middle + 1] > height:
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def places(w: Floats, b: Floats, line: Floats) -> Places:
    """The place of each neuron, shape (k,)."""
    found = np.empty(w.size, np.uint32)
    for i in range(w.size):
        found[i] = place_of(w[i], b[i], line)
    return found


def _check(theta: Floats, x: Floats, y: Floats) -> None:
    for name, values in (("theta", theta), ("x", x), ("y", y)):
        if values.dtype != np.float64 or values.ndim != 1:
            kind = f"{values.dtype} of shape {values.shape}"
            raise InputError(f"{name} is {kind}; a one-dimensional float64 array is needed")
        if not np.isfinite(values).all():
            at = int(np.argmin(np.isfinite(values)))
            raise InputError(f"{name}[{at}] is {values[at]}; a finite number is needed")
    if x.size != y.size or not x.size:
        sizes = f"x has {x.size} entries and y has {y.size}"
        raise InputError(f"{sizes}; equal numbers of at least one are needed")
    if (np.abs(y) != 1.0).any():
        at = int(np.argmax(np.abs(y) != 1.0))
        raise InputError(f"y[{at}] is {y[at]:g}; a label is -1 or 1")


def prepare(theta: Floats, x: Floats, y: Floats) -> Walker:
    """A walker at theta (3k + 1,), copied, on data x, y (n,) in any order.

    Raises InputError for other shapes, labels other than -1 and 1, and entries
    that are not finite.
    """
    w, b, a, c = parts(theta)
    _check(theta, x, y)
    order = np.argsort(x, kind="stable")
    at, k, n, end = x[order], w.size, x.size, np.array([np.inf])
    line = np.concatenate([-end, at, end, -end, -at[::-1], end])
    scale, table = np.zeros(n), 2 * n + 3
    return Walker(
        w=w.copy(),
        b=b.copy(),
        a=a.copy(),
        c=c.copy(),
        x=at,
        y=y[order],
        line=line,
        place=places(w, b, line),
        tilts=np.zeros(table),
        levels=np.zeros(table),
        moments=np.zeros(table),
        masses=np.zeros(table),
        f=np.zeros(n),
        mirrored=np.zeros(n),
        slope=np.zeros(n),
        scale=scale,
        bits=scale.view(np.int64),
        pull=np.zeros(k),
        mass=np.zeros(k),
        todo=np.zeros(k + 1, np.uint32),
    )


def position(walker: Walker) -> Floats:
    """theta (3k + 1,) of a walker, a copy."""
    return np.concatenate([walker.w, walker.b, walker.a, walker.c])
