"""A second route to the bounds of D(f0||f), without symbols: certified boxes in (f0, h).

Here h = f - f0. On a box with centre (c, k) and radii (r, d) the mean value theorem gives

    M(f0, f0 + h) in M(c, c + k) + [-r, r] dM/df0 + [-d, d] dM/dh,

both slopes enclosed over the whole box. Boxes are halved until the enclosure is
positive. Where both sides agree (h = 0) no box can be decided, so that a cover
keeps away from it; it is a cross-check of statements and proofs on a compact set,
and proves nothing outside.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import arb

from verify.ball import ball
from verify.inequalities.lemma import Lemma, sides_at
from verify.inequalities.terms import Terms

ZERO = arb(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Enclosures over a box of a function and of its derivatives in f0 (h fixed) and in h."""

    value: arb
    truth: arb
    step: arb

    def __sub__(self, other: Slope) -> Slope:
        return Slope(
            value=self.value - other.value,
            truth=self.truth - other.truth,
            step=self.step - other.step,
        )

    def __mul__(self, other: Slope | int) -> Slope:
        right = _lifted(other)
        return Slope(
            value=self.value * right.value,
            truth=self.truth * right.value + self.value * right.truth,
            step=self.step * right.value + self.value * right.step,
        )

    __rmul__ = __mul__

    def __truediv__(self, other: Slope | int) -> Slope:
        right = _lifted(other)
        value = self.value / right.value
        return Slope(
            value=value,
            truth=(self.truth - value * right.truth) / right.value,
            step=(self.step - value * right.step) / right.value,
        )


def _lifted(value: Slope | int) -> Slope:
    return value if isinstance(value, Slope) else _constant(arb(value))


def _constant(value: arb) -> Slope:
    return Slope(value=value, truth=ZERO, step=ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """All (f0, h) with |f0 - truth| <= truth_radius and |h - step| <= step_radius; h is never 0."""

    truth: Fraction
    truth_radius: Fraction
    step: Fraction
    step_radius: Fraction

    def halves(self) -> tuple[Box, Box]:
        """Two boxes that make up this one, cut across its longer side."""
        if self.truth_radius >= self.step_radius:
            r = self.truth_radius / 2
            left = replace(self, truth=self.truth - r, truth_radius=r)
            return left, replace(left, truth=self.truth + r)
        d = self.step_radius / 2
        left = replace(self, step=self.step - d, step_radius=d)
        return left, replace(left, step=self.step + d)


def _hull(middle: Fraction, radius: Fraction) -> arb:
    return ball(middle - radius).union(ball(middle + radius))


def _soft(u: arb, truth: arb, step: arb) -> Slope:
    """s(u) where u has these derivatives; s' = s (1 - 2 sigma)."""
    s, tilt = 1 / (2 + u.exp() + (-u).exp()), 1 - 2 / (1 + (-u).exp())
    return Slope(value=s, truth=s * tilt * truth, step=s * tilt * step)


def _soft_far(f0: arb, f: arb) -> Slope:
    """s(max(|f0|, |f|)): of |f0| and |f| one or both, if the box does not tell which is larger."""
    first, second = _soft(f0, arb(1), ZERO), _soft(f, arb(1), arb(1))
    if abs(f0) > abs(f) or abs(f) > abs(f0):
        return first if abs(f0) > abs(f) else second
    # A maximum is Lipschitz: its slopes lie in the hull of those of both.
    return Slope(
        value=first.value.union(second.value),
        truth=first.truth.union(second.truth),
        step=first.step.union(second.step),
    )


def _divergence(one: arb, step: arb) -> arb:
    """D(one||one + step) over balls."""
    p = 1 / (1 + (-one).exp())
    return (p * step.expm1()).log1p() - p * step


def slopes(box: Box) -> Terms:
    """The terms of a bound with their slopes, over a whole box."""
    f0, h = _hull(box.truth, box.truth_radius), _hull(box.step, box.step_radius)
    f, sign = f0 + h, arb(1 if box.step > 0 else -1)
    t = sign * h
    soft_truth, soft_output = _soft(f0, arb(1), ZERO), _soft(f, arb(1), arb(1))
    low, high = soft_truth.value, soft_output.value
    gap = 1 / (1 + (-f).exp()) - 1 / (1 + (-f0).exp())
    return Terms(
        divergence=Slope(value=_divergence(f0, h), truth=gap - low * h, step=gap),
        reverse=Slope(value=_divergence(f, -h), truth=high * h - gap, step=high * h),
        gap=Slope(value=gap, truth=high - low, step=high),
        distance=Slope(value=t, truth=ZERO, step=sign),
        soft_truth=soft_truth,
        soft_output=soft_output,
        soft_far=_soft_far(f0, f),
        above=Slope(value=t.expm1() - t, truth=ZERO, step=sign * t.expm1()),
        below=Slope(value=(-t).expm1() + t, truth=ZERO, step=-sign * (-t).expm1()),
    )


def gap_over(lemma: Lemma, box: Box) -> arb:
    """An enclosure of larger - smaller over a box, by the mean value theorem."""
    larger, smaller = sides_at(lemma, box.truth, box.truth + box.step)
    over = lemma.sides(slopes(box), _constant(ball(lemma.constant)))
    slope = over[0] - over[1]
    spread = abs(slope.truth) * ball(box.truth_radius) + abs(slope.step) * ball(box.step_radius)
    gap: arb = larger - smaller + spread.union(-spread)
    return gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """How a cover ended: a count of boxes where M > 0, one where M < 0, and those left open."""

    proved: int
    negative: tuple[Box, ...]
    left: tuple[Box, ...]


def apart(near: Fraction, far: Fraction, top: Fraction) -> tuple[Box, Box]:
    """The two boxes of all |f0| <= top with near <= |h| <= far, where 0 < near < far."""
    middle, radius = (near + far) / 2, (far - near) / 2
    right = Box(truth=Fraction(0), truth_radius=top, step=middle, step_radius=radius)
    return right, replace(right, step=-middle)


def cover(lemma: Lemma, boxes: Sequence[Box], most: int) -> Cover:
    """Halve boxes until M > 0 on each, M < 0 on one, or `most` boxes have been looked at.

    Large boxes come first: else a false M would be followed along its zeros for ever.
    """
    waiting, proved = deque(boxes), 0
    negative: tuple[Box, ...] = ()
    for _ in range(most):
        if not waiting or negative:
            break
        box = waiting.popleft()
        gap = gap_over(lemma, box)
        if gap > 0:
            proved += 1
        elif gap < 0:
            negative = (box,)
        else:
            waiting += box.halves()
    return Cover(proved=proved, negative=negative, left=tuple(waiting))
