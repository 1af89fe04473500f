"""Networks and datasets in R^d over exact rationals, and what follows from them exactly.

`network` and `dataset` return the univariate types where d = 1, so that this room
never gives a second answer there. Numbers are read as in verify.model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import fmpq, fmpq_mat

from verify.ball import display, rational
from verify.model import Dataset, InputError, Network, exact

Point = tuple[Fraction, ...]
Preactivations = tuple[tuple[fmpq, ...], ...]
"""z_ij = w_i . x_j + b_i, one row for each datum in the order of the sorted data."""


def _row(values: object, name: str) -> Point:
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise InputError(f"{name} is {values!r:.60}; a list of coordinates is needed")
    row = tuple(exact(value, f"{name}[{index}]") for index, value in enumerate(values))
    if not row:
        raise InputError(f"{name} is empty; at least one coordinate is needed")
    return row


def _rows(values: object, name: str) -> tuple[Point, ...]:
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise InputError(f"{name} is {values!r:.60}; a list of lists of numbers is needed")
    rows = tuple(_row(row, f"{name}[{index}]") for index, row in enumerate(values))
    for index, row in enumerate(rows):
        if len(row) != len(rows[0]):
            lengths = f"{name}[0] has {len(rows[0])} coordinates and {name}[{index}] has {len(row)}"
            raise InputError(f"{lengths}; they must be equal in number")
    return rows


@dataclass(frozen=True, kw_only=True)
class SpaceNetwork:
    """f(x) = sum_i a_i relu(w_i . x + b_i) + c with k neurons on R^d, exact and rational.

    `w` is a sequence of k rows of d numbers; `b` and `a` have length k. `d` need be
    given only where k = 0. Raises InputError for ragged rows, unequal lengths, and
    anything that is not a finite number.
    """

    w: Sequence[Point]
    b: Sequence[Fraction]
    a: Sequence[Fraction]
    c: Fraction
    d: int = 0

    def __post_init__(self) -> None:
        rows = _rows(self.w, "w")
        outer = Network(w=(Fraction(0),) * len(rows), b=self.b, a=self.a, c=self.c)
        for name in ("b", "a", "c"):
            object.__setattr__(self, name, getattr(outer, name))
        object.__setattr__(self, "w", rows)
        width = len(rows[0]) if rows else self.d
        if width < 1 or self.d not in (0, width):
            told = f"d is {self.d} and the rows of w have {width} coordinates"
            raise InputError(f"{told}; d is at least 1 and equal to their number")
        object.__setattr__(self, "d", width)

    @property
    def k(self) -> int:
        """The number of neurons."""
        return len(self.w)

    def __call__(self, x: Sequence[object]) -> Fraction:
        """f(x), exactly, at a point of d coordinates."""
        at = _row(x, "x")
        if len(at) != self.d:
            raise InputError(f"x has {len(at)} coordinates; the network takes {self.d}")
        total = self.c
        for w, b, a in zip(self.w, self.b, self.a, strict=True):
            z = sum((u * v for u, v in zip(w, at, strict=True)), b)
            total += a * z if z > 0 else 0
        return total


@dataclass(frozen=True, kw_only=True)
class SpaceDataset:
    """Points x_j of R^d with labels y_j = -1 or +1, in the given order.

    Raises InputError for no data, ragged rows, unequal lengths, another label, or a
    number that is not finite.
    """

    x: Sequence[Point]
    y: Sequence[int]

    def __post_init__(self) -> None:
        rows = _rows(self.x, "x")
        object.__setattr__(self, "y", Dataset(x=(Fraction(0),) * len(rows), y=self.y).y)
        object.__setattr__(self, "x", rows)

    @property
    def n(self) -> int:
        """The number of data."""
        return len(self.x)

    @property
    def d(self) -> int:
        """The number of coordinates."""
        return len(self.x[0])

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Positions of the data in lexicographic order (stable): equal data are neighbours."""
        return tuple(sorted(range(self.n), key=self.x.__getitem__))

    @cached_property
    def in_order(self) -> SpaceDataset:
        """The same data in lexicographic order."""
        return SpaceDataset(x=[self.x[j] for j in self.order], y=[self.y[j] for j in self.order])


def network(
    *,
    w: Sequence[Sequence[object]],
    b: Sequence[object],
    a: Sequence[object],
    c: object,
    d: int = 0,
) -> Network | SpaceNetwork:
    """A network from rows of weights: the univariate `Network` where they have one entry."""
    found = SpaceNetwork(w=w, b=b, a=a, c=c, d=d)  # type: ignore[arg-type] # __post_init__ reads them
    if found.d > 1:
        return found
    return Network(w=[row[0] for row in found.w], b=found.b, a=found.a, c=found.c)


def dataset(*, x: Sequence[Sequence[object]], y: Sequence[object]) -> Dataset | SpaceDataset:
    """A dataset from rows of coordinates: the univariate `Dataset` where they have one entry."""
    found = SpaceDataset(x=x, y=y)  # type: ignore[arg-type] # __post_init__ reads them
    return found if found.d > 1 else Dataset(x=[row[0] for row in found.x], y=found.y)


def lifted(network: Network | SpaceNetwork, d: int) -> SpaceNetwork:
    """A network of R^d as it stands, or one without neurons as a constant on R^d.

    Raises InputError where the network takes another number of inputs.
    """
    if network.k == 0:
        return SpaceNetwork(w=(), b=(), a=(), c=network.c, d=d)
    inputs = network.d if isinstance(network, SpaceNetwork) else 1
    if inputs != d or not isinstance(network, SpaceNetwork):
        told = f"the network takes {inputs} inputs and the data have {d} coordinates"
        raise InputError(f"{told}; they must be equal in number")
    return network


def preactivations(network: SpaceNetwork, data: SpaceDataset) -> Preactivations:
    """z_ij = w_i . x_j + b_i, exactly: n rows of k rationals."""
    if network.k == 0:
        return ((),) * data.n
    points = [[*map(rational, row), fmpq(1)] for row in data.in_order.x]
    neurons = [[*map(rational, w), rational(b)] for w, b in zip(network.w, network.b, strict=True)]
    table = (fmpq_mat(points) * fmpq_mat(neurons).transpose()).table()
    return tuple(map(tuple, table))


def active_sets(z: Preactivations, k: int, *, closed: bool = False) -> tuple[tuple[int, ...], ...]:
    """For each of the k neurons the sorted data with z > 0 (z >= 0 with `closed`)."""
    found: list[list[int]] = [[] for _ in range(k)]
    for j, row in enumerate(z):
        for members, value in zip(found, row, strict=True):
            if value > 0 or (closed and value == 0):
                members.append(j)
    return tuple(map(tuple, found))


def on_hyperplanes(z: Preactivations, data: SpaceDataset) -> tuple[tuple[int, int], ...]:
    """Every (neuron i, datum j) with w_i . x_j + b_i = 0 exactly, in the caller's numbering."""
    pairs = (
        (i, data.order[j]) for j, row in enumerate(z) for i, value in enumerate(row) if value == 0
    )
    return tuple(sorted(pairs))


def refuse_hyperplanes(pairs: tuple[tuple[int, int], ...], data: SpaceDataset) -> None:
    """Raise InputError that names the first neuron and datum with w . x + b = 0."""
    neuron, datum = pairs[0]
    at = ", ".join(display(value) for value in data.x[datum])
    others = f" and {len(pairs) - 1} more such pairs" if len(pairs) > 1 else ""
    remedy = "move it off the hyperplane, or ask for the formal Hessian (--at-kinks formal)"
    raise InputError(
        f"neuron {neuron} has w . x + b = 0 at datum {datum} (x = ({at})){others}:"
        f" the loss is not twice differentiable there; {remedy}"
    )
