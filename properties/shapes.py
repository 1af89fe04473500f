"""Near-extremal shapes: families in which the theorems are nearly equalities.

A false variant that is off by 1/1000 dies only near them. Each family is a
function of a fixed number of small integers, so that a targeted search climbs
in them; an integer that tunes has a wide zone in which it changes nothing, so
that exact balance is frequent.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from properties.parts import HALF, Neuron, assemble, ints, output, spread_labels
from verify.quantities import Instance

RATIONAL_ROOTS = tuple(
    (Fraction(p, q), Fraction(r, q))
    for p, q, r in ((3, 4, 5), (4, 3, 5), (5, 12, 13), (12, 5, 13), (8, 15, 17), (15, 8, 17))
)
"""Pairs (x, sqrt(1 + x^2)) of rationals."""

ZERO, FINE = Fraction(0), Fraction(1, 1 << 10)
Point = tuple[Fraction, Fraction]
"""(x, sqrt(1 + x^2)) with x > 0; the root may be a near one."""


def root(square: Fraction) -> Fraction:
    """A rational within 2^-30 below the square root of `square` >= 0."""
    return Fraction(isqrt((square.numerator << 60) // square.denominator), 1 << 30)


def point(kind: int, step: int) -> Point:
    """A point with a rational root, or the dyadic step/16 with a near one."""
    if kind < len(RATIONAL_ROOTS):
        return RATIONAL_ROOTS[kind]
    x = Fraction(step, 16)
    return x, root(1 + x * x)


def beyond(step: int, zone: int) -> int:
    """0 for |step| <= zone, else how far step lies outside, with its sign."""
    return max(step - zone, 0) + min(step + zone, 0)


def detuning(step: int) -> Fraction:
    """A factor near 1, and exactly 1 for half of -40..40."""
    return 1 + beyond(step, 20) * FINE


def level(step: int) -> Fraction:
    """A value of f: 0 for half of -96..96, then small, then up to 6."""
    coarse = beyond(step, 72)
    return Fraction(coarse, 4) if coarse else beyond(step, 48) * FINE


def sign_of(step: int) -> int:
    """1 for a step >= 0, else -1."""
    return 1 if step >= 0 else -1


points: SearchStrategy[Point] = st.builds(point, ints(0, 7), ints(1, 64))
tunings: SearchStrategy[Fraction] = ints(-40, 40).map(detuning)
outputs_at_data: SearchStrategy[Fraction] = ints(-96, 96).map(level)
insets: SearchStrategy[int] = ints(-20, 20).map(lambda step: max(step, 0))
either_sign: SearchStrategy[int] = st.sampled_from((1, -1))


def twins(a: Fraction, w: Fraction, kink: Fraction) -> list[Neuron]:
    """A right-active neuron with its kink at `kink` and its mirror image."""
    return [(a, w, -w * kink), (a, -w, -w * kink)]


def steep(at: Point, a: int, tuning: Fraction, side: int, aligned: int, f: Fraction) -> Instance:
    """One datum, one nearly balanced neuron: T's gap falls like 1/a^2 where y a > 0, f = 0."""
    x, norm = at
    neurons = [(Fraction(a), side * abs(a) * norm / x * tuning, ZERO)]
    y = sign_of(a) if aligned else -sign_of(a)
    return assemble([side * x], [y], neurons, f - output(neurons, side * x))


def labels_at_twins(kind: int, a: Fraction) -> tuple[int, list[int]]:
    """(copies of x and of -x, their labels): both at each point, or one at each."""
    if kind < 4:
        copies = 2 if kind < 3 else 4
        return copies, [1, -1] * copies
    along = sign_of(a.numerator)
    return 1, [along if kind < 7 else -along, -along if kind == 8 else along]


def mirrored(
    at: Point, scale: int, unit: Fraction, tuning: Fraction, kind: int, inset: int, f: Fraction
) -> Instance:
    """Balanced twins and data +-x: equality where f = 0 and both labels are at each point.

    The kinks lie at 0 only where exact arithmetic can decide equality: elsewhere
    no precision tells g+ = g- from g+ > g-.
    """
    x, norm = at
    is_exact = f == 0 and norm * norm == 1 + x * x
    kink = x * FINE * (inset if is_exact else inset + 1)
    a = scale * unit
    neurons = twins(a, abs(a) * norm / (x - kink) * tuning, kink)
    copies, labels = labels_at_twins(kind, a)
    return assemble([x] * copies + [-x] * copies, labels, neurons, f - output(neurons, x))


def faint_twins(at: Point, a: int, tuning: Fraction, f: int, finer: int) -> Instance:
    """Twins with |alpha| near 1 and a small, both labels at +-x and f near 0: nearly stationary."""
    x = at[0]
    kink = x * FINE
    neurons = twins(Fraction(a, 128), root(Fraction(2)) / (x - kink) * tuning, kink)
    bias = Fraction(-sign_of(a) * f, 1 << finer) - output(neurons, x)
    return assemble([x, x, -x, -x], [1, -1, 1, -1], neurons, bias)


def confident(at: Point, a: int, top: int, side: int, copies: int, bits: int) -> Instance:
    """f = 0 on one side and `top` on the other: certain data do not bend the loss."""
    x, size = at[0] * side, Fraction(a, 8)
    neurons = [(size, top / (size * x), ZERO)]
    places = [-x] * (1 + copies // 2) + [x] * (1 + copies % 2)
    return assemble(places, spread_labels(bits, len(places)), neurons, ZERO)


def certain_crowd(at: Point, m: int, start: int, high: int, count: int, wrong: int) -> Instance:
    """Steep twins on data with f = 0, beside far data with a large output, at most one wrong."""
    x, norm = at
    kink = x * FINE
    neurons = twins(Fraction(m), m * norm / (x - kink), kink)
    neurons.append((Fraction(high), Fraction(1), Fraction(1 - start)))
    places = [x, x, -x, -x, *(Fraction(start + j) for j in range(count))]
    labels = [1, -1, 1, -1, *(-1 if j == wrong else 1 for j in range(count))]
    return assemble(places, labels, neurons, -output(neurons, x))


def dead(place: int, neuron: tuple[int, int, int], side: int, y: int, f: Fraction) -> Instance:
    """One datum and a neuron whose kink lies beyond it, dead or always active."""
    x = Fraction(place, 4)
    a, w, far = neuron
    neurons = [(Fraction(a), Fraction(side * w), Fraction(-side * w * far))]
    return assemble([x], [y], neurons, f - output(neurons, x))


def constant(places: Sequence[int], bits: int, c: int) -> Instance:
    """No neuron: lambda_max = P for any data and any c."""
    labels = spread_labels(bits, len(places))
    return assemble([Fraction(place, 4) for place in places], labels, [], Fraction(c, 8))


def one_point(place: int, parts: Sequence[tuple[int, int, int]]) -> Instance:
    """One x with both labels and f = 0 there: stationary for any neurons, H has rank one."""
    x = Fraction(place, 4)
    neurons = [
        (Fraction(a, 4), Fraction(w, 2), -Fraction(w, 2) * (x + t + HALF) + (w == 0))
        for a, w, t in parts
    ]
    return assemble([x, x], [1, -1], neurons, -output(neurons, x))


def lopsided(at: Point, copies: int, halves: int, nearness: int) -> Instance:
    """Many equal data at x, one at -x, steep twins whose kinks nearly touch them: T-gamma's limit.

    The weight of the twins is halves/2, their kinks are 1/(nearness n^2) inside the data.
    """
    x, norm = at
    a, gap = Fraction(halves, 2), Fraction(1, nearness * (copies + 1) ** 2)
    neurons = twins(a, a * norm / gap, x - gap)
    labels = [1] * (copies + 1)
    return assemble([x] * copies + [-x], labels, neurons, -output(neurons, x))


def on_kink_twins(
    at: Point, scale: int, unit: Fraction, copies: int, at_kink: int, bits: int, cancels: int
) -> Instance:
    """Balanced twins, both labels at +-x, and data on both kinks; `cancels`: f = 0 everywhere."""
    x, norm = at
    a = scale * unit
    neurons = twins(a, a * norm / x, ZERO)
    if cancels:
        neurons += twins(-a, a * norm / x, ZERO)
    places = [x, x, -x, -x] * copies + [ZERO] * at_kink
    labels = [1, -1] * (2 * copies) + spread_labels(bits, at_kink)
    return assemble(places, labels, neurons, -output(neurons, x), formal=True)


triples: SearchStrategy[tuple[int, int, int]] = st.tuples(ints(-16, 16), ints(-8, 8), ints(-32, 32))
scales: SearchStrategy[Fraction] = st.sampled_from((Fraction(1, 16), Fraction(1), Fraction(1, 128)))
sizes: SearchStrategy[int] = st.builds(int.__mul__, ints(1, 127), either_sign)

one_steep: SearchStrategy[Instance] = st.builds(
    steep, points, sizes, tunings, either_sign, ints(0, 3), outputs_at_data
)
four_mirrored: SearchStrategy[Instance] = st.builds(
    mirrored, points, sizes, scales, tunings, ints(0, 8), insets, outputs_at_data
)
steep_mirrored: SearchStrategy[Instance] = st.builds(
    mirrored,
    points,
    st.builds(int.__mul__, ints(32, 127), either_sign),
    st.just(Fraction(1)),
    tunings,
    ints(0, 3),
    insets,
    ints(-16, 16).map(lambda step: Fraction(beyond(step, 4), 2)),
)
stationary_twins: SearchStrategy[Instance] = st.builds(
    mirrored, points, sizes, scales, tunings, ints(0, 3), insets, st.just(ZERO)
)
one_balanced_point: SearchStrategy[Instance] = st.builds(
    one_point, ints(-16, 16), st.lists(triples, max_size=3)
)
nearly_stationary: SearchStrategy[Instance] = st.builds(
    faint_twins, points, sizes.map(lambda a: a % 33 - 16 or 1), tunings, ints(1, 64), ints(12, 20)
)
one_confident: SearchStrategy[Instance] = st.builds(
    confident, points, ints(1, 128), ints(1, 80), either_sign, ints(0, 3), ints(0, 31)
)
crowds: SearchStrategy[Instance] = st.builds(
    certain_crowd, points, ints(1, 64), ints(16, 24), ints(1, 128), ints(1, 4), ints(0, 9)
)
one_dead: SearchStrategy[Instance] = st.builds(
    dead,
    ints(-8, 8),
    st.tuples(ints(-64, 64), ints(1, 8), ints(3, 64)),
    either_sign,
    either_sign,
    outputs_at_data,
)
constants: SearchStrategy[Instance] = st.builds(
    constant, st.lists(ints(-16, 16), min_size=1, max_size=4), ints(0, 31), ints(-80, 80)
)
lopsided_twins: SearchStrategy[Instance] = st.builds(
    lopsided, points, ints(1, 160), ints(1, 16), ints(2, 8)
)
twins_on_kinks: SearchStrategy[Instance] = st.builds(
    on_kink_twins, points, ints(1, 127), scales, ints(1, 8), ints(1, 6), ints(0, 127), ints(0, 1)
)
