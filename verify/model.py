"""Networks and datasets over exact rationals, and what follows from them exactly.

The network is f(x) = sum_i a_i relu(w_i x + b_i) + c on the real line. A float
is taken at its exact binary value; a string such as "1/3" or "0.1" is the exact
rational that it spells. Everything in this room is exact, so "active",
"on a kink" and "f(x_j) = m" are facts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from verify.ball import display

Number = int | float | str | Fraction
Span = tuple[int, int]

MAX_EXPONENT = 100_000
"""Largest power of ten that is even tried: beyond it one line of text could fill memory."""


class InputError(ValueError):
    """Bad input, said in one line: what is wrong, where, and what would be right."""


def exact(value: object, where: str = "the value") -> Fraction:
    """The exact rational behind a number; a string is read exactly, a float as its binary value.

    Raises InputError for anything that is not a finite number, naming `where`.
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, (bool, np.bool_)):
        raise InputError(f"{where} is {value}; a finite number is needed")
    if isinstance(value, (int, np.integer)):
        return Fraction(int(value))
    if isinstance(value, (float, np.floating)):
        if not math.isfinite(value):
            raise InputError(f"{where} is {value}; a finite number is needed")
        return Fraction(float(value))
    if isinstance(value, str):
        return _exact_text(value, where)
    shown = " ".join(repr(value).split())
    raise InputError(f"{where} is {shown:.60}; a finite number is needed")


def _exact_text(text: str, where: str) -> Fraction:
    _, _, exponent = text.lower().partition("e")
    digits = exponent.strip().lstrip("+-").replace("_", "").lstrip("0")
    if digits.isascii() and digits.isdecimal() and (len(digits) > 9 or int(digits) > MAX_EXPONENT):
        raise InputError(f"{where} is {text!r:.60}; its exponent is beyond {MAX_EXPONENT}")
    try:
        return Fraction(text)
    except ZeroDivisionError:
        raise InputError(f"{where} is {text!r:.60}; its denominator is zero") from None
    except ValueError:
        hint = 'a number, or a string such as "1/3" or "0.25", is needed'
        raise InputError(f"{where} is {text!r:.60}; {hint}") from None


def _named(value: Fraction) -> str:
    return str(value) if abs(value) < 10**20 and value.denominator < 10**20 else "another number"


def _exact_all(values: Iterable[object], name: str) -> tuple[Fraction, ...]:
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise InputError(f"{name} is {values!r:.60}; a list of numbers is needed")
    return tuple(exact(value, f"{name}[{index}]") for index, value in enumerate(values))


def _as_floats(values: object, name: str) -> NDArray[np.float64]:
    try:
        return np.array(values, dtype=np.float64)
    except OverflowError:
        raise InputError(f"{name} has an entry beyond float64 (about 1.8e308)") from None


@dataclass(frozen=True, kw_only=True)
class Network:
    """f(x) = sum_i a_i relu(w_i x + b_i) + c with k neurons and exact rational parameters.

    `w`, `b`, `a` are sequences of length k (k = 0 is allowed) of ints, floats,
    Fractions or strings; `c` is one such number. Raises InputError for unequal
    lengths and for anything that is not a finite number.
    """

    w: Sequence[Fraction]
    b: Sequence[Fraction]
    a: Sequence[Fraction]
    c: Fraction

    def __post_init__(self) -> None:
        for name in ("w", "b", "a"):
            object.__setattr__(self, name, _exact_all(getattr(self, name), name))
        object.__setattr__(self, "c", exact(self.c, "c"))
        if not len(self.w) == len(self.b) == len(self.a):
            lengths = f"{len(self.w)}, {len(self.b)} and {len(self.a)}"
            raise InputError(f"w, b and a have lengths {lengths}; they must be equal")

    @property
    def k(self) -> int:
        """The number of neurons."""
        return len(self.w)

    def __call__(self, x: Number) -> Fraction:
        """f(x), exactly."""
        at = exact(x, "x")
        terms = (
            a * z for w, b, a in zip(self.w, self.b, self.a, strict=True) if (z := w * at + b) > 0
        )
        return sum(terms, self.c)

    def kinks(self) -> tuple[Fraction | None, ...]:
        """-b_i / w_i for each neuron, None where w_i = 0."""
        return tuple(-b / w if w != 0 else None for w, b in zip(self.w, self.b, strict=True))

    def floats(self) -> tuple[NDArray[np.float64], ...]:
        """Float64 views (w, b, a, c), each entry rounded to nearest; c has shape ().

        Raises InputError for an entry beyond float64.
        """
        parts = (("w", self.w), ("b", self.b), ("a", self.a), ("c", self.c))
        return tuple(_as_floats(values, name) for name, values in parts)


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Points x_j on the real line with labels y_j = -1 or +1, in the given order.

    Raises InputError for no data, unequal lengths, another label, or a number
    that is not finite.
    """

    x: Sequence[Fraction]
    y: Sequence[int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", _exact_all(self.x, "x"))
        labels = _exact_all(self.y, "y")
        if len(self.x) != len(labels):
            message = f"x has {len(self.x)} entries and y has {len(labels)}"
            raise InputError(f"{message}; they must be equal in number")
        if not labels:
            raise InputError("the dataset is empty; at least one point is needed")
        for index, label in enumerate(labels):
            if label not in (-1, 1):
                raise InputError(f"y[{index}] is {_named(label)}; a label is -1 or 1")
        object.__setattr__(self, "y", tuple(int(label) for label in labels))

    @property
    def n(self) -> int:
        """The number of data."""
        return len(self.x)

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Positions of the data by increasing x (stable)."""
        return tuple(sorted(range(self.n), key=self.x.__getitem__))

    @cached_property
    def in_order(self) -> Dataset:
        """The same data sorted by x."""
        return Dataset(x=[self.x[j] for j in self.order], y=[self.y[j] for j in self.order])

    def floats(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Float64 views (x, y) of shape (n,), rounded to nearest; InputError beyond float64."""
        return _as_floats(self.x, "x"), _as_floats(self.y, "y")


def _first(count: int, holds: Callable[[int], bool]) -> int:
    """The least index in range(count) from which the monotone predicate holds, else count."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def active_spans(network: Network, data: Dataset, *, closed: bool = False) -> tuple[Span, ...]:
    """For each neuron the range [start, stop) of sorted data on which it is active.

    Active means w_i x + b_i > 0, decided exactly (>= 0 with `closed`). A span
    starts at 0 or stops at n, because activity is monotone in x.
    """
    x = data.in_order.x

    def span(w: Fraction, b: Fraction) -> Span:
        def active(j: int) -> bool:
            z = w * x[j] + b
            return z > 0 or (closed and z == 0)

        if w < 0:
            return 0, _first(len(x), lambda j: not active(j))
        start = _first(len(x), active)
        return (start, len(x)) if start < len(x) else (0, 0)

    return tuple(span(w, b) for w, b in zip(network.w, network.b, strict=True))


def data_on_kinks(network: Network, data: Dataset) -> tuple[tuple[int, int], ...]:
    """Every (neuron i, datum j) with w_i x_j + b_i = 0 exactly, in the caller's numbering.

    The loss is not twice differentiable at such a network (proofs_notes/notation.md).
    """
    opened, shut = (active_spans(network, data, closed=closed) for closed in (False, True))
    pairs = []
    for i, (inner, outer) in enumerate(zip(opened, shut, strict=True)):
        if inner != outer:
            positions = set(range(*outer)) - set(range(*inner))
            pairs += [(i, datum) for datum in sorted(data.order[at] for at in positions)]
    return tuple(pairs)


def kink_error(neuron: int, datum: int, x: Fraction, more: int = 0) -> InputError:
    """The refusal of a datum on a kink, and of `more` such pairs, as one line."""
    at = f"neuron {neuron} has w x + b = 0 at datum {datum} (x = {display(x)})"
    others = f" and {more} more such pairs" if more else ""
    remedy = "move it off the kink, or ask for the formal Hessian (--at-kinks formal)"
    return InputError(f"{at}{others}: the loss is not twice differentiable there; {remedy}")


def outputs(network: Network, data: Dataset) -> tuple[Fraction, ...]:
    """f(x_j) for the data sorted by x, exactly, in O(n + k) rational operations."""
    n = data.n
    slope, level = [Fraction(0)] * (n + 1), [Fraction(0)] * (n + 1)
    spans = active_spans(network, data)
    for (start, stop), w, b, a in zip(spans, network.w, network.b, network.a, strict=True):
        for step, at in ((a, start), (-a, stop)):
            slope[at] += step * w
            level[at] += step * b
    pairs = zip(data.in_order.x, accumulate(slope), accumulate(level), strict=False)
    return tuple(s * x + t + network.c for x, s, t in pairs)
