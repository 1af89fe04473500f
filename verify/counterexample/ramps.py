"""Networks that interpolate any labels with one margin: a constant and one ramp per sign change.

Source: Theorem 3.1; proofs_notes/flat-overfit.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from verify.model import Dataset, InputError, Network

BALANCED, OUTER_FIXED, UNIT_OUTER = "balanced", "outer-fixed", "unit-outer"
SCALINGS = (BALANCED, OUTER_FIXED, UNIT_OUTER)
"""How |a w| is split between a and w: |a| = w; |a| fixed as m grows; |a| = 1."""

HALF = Fraction(1, 2)
ROOT_BITS = 53

EXAMPLE = Dataset(
    x=[Fraction(tenths, 10) for tenths in (-9, -6, -2, 1, 3, 8)], y=(1, -1, -1, 1, -1, 1)
)
"""The example of the note: six data, four sign changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignChange:
    """Neighbouring distinct data at `left` < `right` with labels `label` and -label."""

    left: Fraction
    right: Fraction
    label: int

    @property
    def width(self) -> Fraction:
        """The width of the gap."""
        return self.right - self.left


def sign_changes(data: Dataset) -> tuple[SignChange, ...]:
    """The gaps over which the label changes, from left to right.

    Raises InputError where one x carries both labels.
    """
    points = [(data.x[j], data.y[j], j) for j in data.order]
    gaps = []
    for (left, label, i), (right, other, j) in pairwise(points):
        if label == other:
            continue
        if left == right:
            first, second = sorted((i, j))
            where = f"x[{first}] and x[{second}] are both {shown(left)} with opposite labels"
            raise InputError(f"{where}: they cannot be interpolated; distinct x are needed")
        gaps.append(SignChange(left=left, right=right, label=label))
    return tuple(gaps)


def shown(value: Fraction) -> str:
    """A rational as text for a message, whatever its size."""
    try:
        return f"{value!s:.60}"
    except ValueError:  # Python does not spell integers of more than 4300 digits
        return "a number of more than 4300 digits"


def near_root(square: Fraction) -> Fraction:
    """A dyadic number of 53 bits below the root of a positive rational: relative error <= 2^-52."""
    size = square.numerator.bit_length() - square.denominator.bit_length()
    shift = ROOT_BITS - size // 2
    while (root := _scaled_root(square, shift)).bit_length() > ROOT_BITS:
        shift -= 1
    return root * Fraction(2) ** -shift


def _scaled_root(square: Fraction, shift: int) -> int:
    """floor(2^shift sqrt(square))."""
    return math.isqrt(math.floor(square * Fraction(4) ** shift))


def check_setting(margin: Fraction, omega: Fraction, scaling: str) -> None:
    """Raises InputError unless margin > 0, 0 < omega < 1 and the scaling is known."""
    if margin <= 0:
        raise InputError(f"the margin is {shown(margin)}; a number above 0 is needed")
    if not 0 < omega < 1:
        raise InputError(f"omega is {shown(omega)}; a number strictly between 0 and 1 is needed")
    if scaling not in SCALINGS:
        raise InputError(f"the scaling is {scaling!r:.60}; one of {', '.join(SCALINGS)} is needed")


def _weights(steepness: Fraction, margin: Fraction, scaling: str) -> tuple[Fraction, Fraction]:
    """(|a|, w) whose product is exactly margin * steepness."""
    product = margin * steepness
    if scaling == BALANCED:
        w = near_root(product)
        return product / w, w
    outer = Fraction(1) if scaling == UNIT_OUTER else near_root(steepness)
    return outer, product / outer


def steepness(gap: SignChange, omega: Fraction) -> Fraction:
    """|a w| / margin of the two neurons of a ramp: 2 / (omega Delta)."""
    return 2 / (omega * gap.width)


def _ramp(
    gap: SignChange, margin: Fraction, omega: Fraction, scaling: str
) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    """The neurons (w, b, a) that lead from label * margin to its negative inside the gap."""
    size, w = _weights(steepness(gap, omega), margin, scaling)
    inset = (1 - omega) / 2 * gap.width
    yield w, -w * (gap.left + inset), -gap.label * size
    yield w, -w * (gap.right - inset), gap.label * size


def ramp_network(
    data: Dataset,
    *,
    margin: Fraction,
    omega: Fraction = HALF,
    scaling: str = BALANCED,
) -> Network:
    """A network with y_j f(x_j) = margin exactly for every datum, and 2 neurons per sign change.

    On the middle fraction `omega` of a gap of width Delta in which the label
    changes, f is linear, with |a w| = 2 margin / (omega Delta) exactly; elsewhere
    it is constant. Balanced means |a| = w up to a relative 2^-51, because the
    root is irrational; "outer-fixed" is |a| = sqrt(2 / (omega Delta)) nearly and
    "unit-outer" |a| = 1. Equal x with equal labels count as one point. Raises
    InputError for equal x with opposite labels and for settings out of range.
    """
    check_setting(margin, omega, scaling)
    neurons = [n for gap in sign_changes(data) for n in _ramp(gap, margin, omega, scaling)]
    w, b, a = zip(*neurons, strict=True) if neurons else ((), (), ())
    return Network(w=w, b=b, a=a, c=margin * data.in_order.y[0])
