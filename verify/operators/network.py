"""A network on data in float64: outputs, mean loss and gradient, in O(n + k) after one sort.

    f_j = sum_i a_i relu(w_i x_j + b_i) + c,     L = (1/n) sum_j l(f_j, y_j)

Which neuron is active where is exact (`layout.arrange`); the numbers are
rounded and certify nothing. Per-datum arrays follow the data sorted by x.
Symbols: proofs_notes/notation.md; source of the sums: the paper's Appendix C.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from verify.logistic import LOGISTIC, Loss
from verify.model import InputError
from verify.operators.layout import Floats, Layout, OutOfRange, arrange
from verify.operators.sums import Sight, gather, see, spread


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A network (a (k,), c; w and b are in `sight`) on sorted data, and what follows from it.

    `f` (n,) are the outputs, `slope` = l'_j / n and `p` = l''_j / n have shape
    (n,), and `pull` (k, 3) holds (1/n) sum_j l'_j 1_ij (x_j, 1, relu(z_ij)).
    """

    layout: Layout
    sight: Sight
    a: Floats
    c: float
    loss: Loss
    f: Floats
    slope: Floats
    p: Floats
    pull: Floats

    @property
    def r(self) -> Floats:
        """r_i = (1/n) sum_j l'_j 1_ij (x_j, 1), shape (k, 2)."""
        return self.pull[:, :2]


def vector(values: ArrayLike, name: str) -> Floats:
    """A new float64 array of shape (length,).

    Raises InputError for other shapes, for what is not real, and for entries that are not finite.
    """
    try:
        given = np.asarray(values)
    except ValueError:
        raise InputError(f"{name} is no array of numbers; a list of numbers is needed") from None
    if given.dtype.kind not in "iuf":
        raise InputError(f"{name} holds {given.dtype}; an array of real numbers is needed")
    found = np.array(given, dtype=np.float64, order="C")
    if found.ndim != 1:
        raise InputError(f"{name} has shape {found.shape}; shape (length,) is needed")
    if not np.isfinite(found).all():
        index = int(np.argmin(np.isfinite(found)))
        raise InputError(f"{name}[{index}] is {found[index]}; a finite number is needed")
    return found


def _neurons(w: ArrayLike, b: ArrayLike, a: ArrayLike) -> tuple[Floats, Floats, Floats]:
    found = vector(w, "w"), vector(b, "b"), vector(a, "a")
    sizes = [part.size for part in found]
    if len(set(sizes)) != 1:
        lengths = f"{sizes[0]}, {sizes[1]} and {sizes[2]}"
        raise InputError(f"w, b and a have lengths {lengths}; they must be equal")
    return found


def _data(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    places, labels = vector(x, "x"), vector(y, "y")
    if places.size != labels.size:
        message = f"x has {places.size} entries and y has {labels.size}"
        raise InputError(f"{message}; they must be equal in number")
    if not places.size:
        raise InputError("the dataset is empty; at least one point is needed")
    if (odd := np.abs(labels) != 1).any():
        index = int(np.argmax(odd))
        raise InputError(f"y[{index}] is {labels[index]:g}; a label is -1 or 1")
    return places, labels


def _refuse_kink(layout: Layout, x: Floats) -> None:
    if layout.kink is not None:
        neuron, datum = layout.kink
        at = f"neuron {neuron} has w x + b = 0 at datum {datum} (x = {float(x[datum])!r})"
        remedy = "move it off the kink, or ask for the formal Hessian with formal=True"
        raise InputError(f"{at}: the loss is not twice differentiable there; {remedy}")


def _sight(layout: Layout, w: Floats, b: Floats) -> Sight:
    live = layout.start < layout.stop
    edge = np.where(live, np.where(w < 0, -layout.stop, layout.start), layout.n)
    return see(layout.x, edge, w, b)


def evaluate(
    w: ArrayLike,
    b: ArrayLike,
    a: ArrayLike,
    c: float,
    x: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss = LOGISTIC,
    formal: bool = False,
) -> State:
    """The state of the network w, b, a (k,), c on the data x, y (n,), in any order.

    Raises InputError for shapes, labels and entries that are not what they must
    be, and for a datum on a kink, unless `formal` takes it with relu'(0) = 0.
    Raises OutOfRange for w, b or x that `arrange` cannot decide, and where f
    overflows.
    """
    w, b, a = _neurons(w, b, a)
    bias = float(vector([c], "c")[0])
    places, labels = _data(x, y)
    layout = arrange(w, b, places, labels)
    if not formal:
        _refuse_kink(layout, places)
    sight = _sight(layout, w, b)
    with np.errstate(over="ignore", invalid="ignore"):
        f = spread(sight, a * w, a * b)[1] + bias
    if not np.isfinite(f).all():
        raise OutOfRange("an output f(x_j) is beyond float64 (about 1.8e308)")
    slope = loss.float_slope(layout.y, f) / layout.n
    return State(
        layout=layout,
        sight=sight,
        a=a,
        c=bias,
        loss=loss,
        f=f,
        slope=slope,
        p=loss.float_curvature(layout.y, f) / layout.n,
        pull=gather(sight, slope, np.zeros(layout.n)),
    )


def mean_loss(state: State) -> float:
    """L = (1/n) sum_j l(f_j, y_j)."""
    return float(state.loss.float_value(state.layout.y, state.f).mean())


def gradient(state: State) -> tuple[Floats, Floats, Floats, float]:
    """The gradient of L in (w, b, a, c), shapes (k,), (k,), (k,) and a float.

    It exists where no datum is on a kink; else it is the formal one, relu'(0) = 0.
    """
    first, mass, rise = state.pull.T
    return state.a * first, state.a * mass, rise.copy(), float(state.slope.sum())
