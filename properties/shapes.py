"""Near-extremal shapes: families in which the theorems are nearly equalities.

A false variant that is off by 1/1000 dies only near them. Each family has few
integer parameters, so that a targeted search climbs in them.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from properties.parts import Neuron, assemble, ints, output, signs
from verify.quantities import Instance

RATIONAL_ROOTS = tuple(
    (Fraction(p, q), Fraction(r, q))
    for p, q, r in ((3, 4, 5), (4, 3, 5), (5, 12, 13), (12, 5, 13), (8, 15, 17), (15, 8, 17))
)
"""Pairs (x, sqrt(1 + x^2)) of rationals."""

FINE = 1 << 10


def root(square: Fraction) -> Fraction:
    """A rational within 2^-30 below the square root of `square` >= 0."""
    return Fraction(isqrt((square.numerator << 60) // square.denominator), 1 << 30)


def draw_point(draw: DrawFn) -> tuple[Fraction, Fraction]:
    """(x, sqrt(1 + x^2)) with x > 0: a rational root, or a dyadic x with a near root."""
    kind = draw(ints(0, 7))
    if kind < len(RATIONAL_ROOTS):
        return RATIONAL_ROOTS[kind]
    x = Fraction(draw(ints(1, 64)), 16)
    return x, root(1 + x * x)


def draw_detuning(draw: DrawFn) -> Fraction:
    """A factor near 1, and exactly 1 in one draw of three."""
    return 1 + Fraction(draw(ints(-20, 20)), FINE) if draw(ints(0, 2)) else Fraction(1)


def draw_level(draw: DrawFn) -> Fraction:
    """A value of f on the data: 0, small, or moderate."""
    kind = draw(ints(0, 3))
    if kind < 2:
        return Fraction(0)
    return Fraction(draw(ints(-16, 16)), FINE if kind == 2 else 4)


@st.composite
def steep(draw: DrawFn) -> Instance:
    """One datum, one nearly balanced neuron of weight up to 127: T's gap falls like 1/M^2."""
    x, norm = draw_point(draw)
    m, side, y = draw(ints(1, 127)), draw(st.sampled_from((1, -1))), draw(st.sampled_from((1, -1)))
    a = draw(st.sampled_from((1, -1))) * Fraction(m)
    w = side * m * norm / x * draw_detuning(draw)
    neurons = [(a, w, Fraction(0))]
    f = draw_level(draw)
    return assemble([side * x], [y], neurons, f - output(neurons, side * x))


def twins(a: Fraction, w: Fraction, kink: Fraction) -> list[Neuron]:
    """A right-active neuron with its kink at `kink` and its mirror image."""
    return [(a, w, -w * kink), (a, -w, -w * kink)]


def draw_twins(draw: DrawFn, x: Fraction, norm: Fraction, kink: Fraction) -> list[Neuron]:
    """Twins on +-x: balanced, or with |alpha| near 1 and a small."""
    scale = Fraction(draw(ints(1, 127)), draw(st.sampled_from((16, 1, 128))))
    if draw(ints(0, 2)) == 2:
        w = root(Fraction(2)) / (x - kink) * (1 + Fraction(draw(ints(-20, 20)), 256))
    else:
        w = scale * norm / (x - kink) * draw_detuning(draw)
    return twins(draw(st.sampled_from((1, -1))) * scale, w, kink)


def draw_inset(draw: DrawFn, x: Fraction, norm: Fraction, f: Fraction) -> Fraction:
    """A kink of twins: 0 where exact arithmetic can decide equality, else a little above it.

    With kinks at 0 and irrational weights g+ = g- could not be told from g+ > g-.
    """
    is_exact = f == 0 and norm * norm == 1 + x * x
    return x * Fraction(draw(ints(0 if is_exact else 1, 20)), FINE)


@st.composite
def mirrored(draw: DrawFn) -> Instance:
    """Twins and data +-x, both labels at each (or any): equality where f = 0."""
    x, norm = draw_point(draw)
    f = draw_level(draw)
    neurons = draw_twins(draw, x, norm, draw_inset(draw, x, norm, f))
    if draw(ints(0, 2)) == 2:
        points, labels = [x, -x], signs(draw, 2)
    else:
        copies = draw(ints(1, 2))
        points, labels = [x, x, -x, -x] * copies, [1, -1, 1, -1] * copies
    return assemble(points, labels, neurons, f - output(neurons, x))


@st.composite
def balanced(draw: DrawFn) -> Instance:
    """`mirrored` with f = 0 and both labels at +-x: stationary, for any a and w."""
    x, norm = draw_point(draw)
    neurons = draw_twins(draw, x, norm, x * Fraction(draw(ints(0, 20)), FINE))
    return assemble([x, x, -x, -x], [1, -1, 1, -1], neurons, -output(neurons, x))


@st.composite
def one_point(draw: DrawFn) -> Instance:
    """One x with both labels and f = 0 there: stationary for any neurons, H has rank one."""
    x = Fraction(draw(ints(-16, 16)), 4)
    count = draw(ints(0, 3))
    parts = [draw(st.tuples(ints(-16, 16), ints(-8, 8), ints(-32, 32))) for _ in range(count)]
    neurons = [
        (Fraction(a, 4), Fraction(w, 2), -Fraction(w, 2) * (x + t + Fraction(1, 2)) + (w == 0))
        for a, w, t in parts
    ]
    return assemble([x, x], [1, -1], neurons, -output(neurons, x))


@st.composite
def confident(draw: DrawFn) -> Instance:
    """f = 0 on one side and large on the other: certain data do not bend the loss."""
    x = draw_point(draw)[0] * draw(st.sampled_from((1, -1)))
    a, top = Fraction(draw(ints(1, 128)), 8), draw(ints(1, 80))
    neurons = [(a, top / (a * x), Fraction(0))]
    points = [-x] * draw(ints(1, 2)) + [x] * draw(ints(1, 2))
    return assemble(points, signs(draw, len(points)), neurons, Fraction(0))


@st.composite
def certain_crowd(draw: DrawFn) -> Instance:
    """The steep mirrored pair with f = 0, beside a crowd of far data with a large output."""
    x, norm = draw_point(draw)
    kink = draw_inset(draw, x, norm, Fraction(1))
    m, crowd, start = Fraction(draw(ints(1, 64))), draw(ints(1, 6)), 16 + draw(ints(0, 8))
    neurons = twins(m, m * norm / (x - kink), kink)
    neurons.append((Fraction(draw(ints(1, 128))), Fraction(1), Fraction(1 - start)))
    points = [x, x, -x, -x, *(Fraction(start + j) for j in range(crowd))]
    labels = [1, -1, 1, -1, *signs(draw, crowd)]
    return assemble(points, labels, neurons, -output(neurons, x))


@st.composite
def dead(draw: DrawFn) -> Instance:
    """One datum and neurons whose kinks lie beyond it, dead or always active."""
    x = Fraction(draw(ints(-8, 8)), 4)
    parts = draw(
        st.lists(st.tuples(ints(-64, 64), ints(1, 8), ints(3, 64)), min_size=1, max_size=2)
    )
    neurons = [(Fraction(a), Fraction(w), Fraction(-w * t)) for a, w, t in parts]
    if draw(st.booleans()):
        neurons = [(a, -w, -b) for a, w, b in neurons]
    return assemble([x], signs(draw, 1), neurons, draw_level(draw) - output(neurons, x))


@st.composite
def constant(draw: DrawFn) -> Instance:
    """No neuron: lambda_max = P for any data and any c."""
    count = draw(ints(1, 4))
    points = [Fraction(draw(ints(-16, 16)), 4) for _ in range(count)]
    return assemble(points, signs(draw, count), [], Fraction(draw(ints(-80, 80)), 8))


near_extremal: SearchStrategy[Instance] = st.one_of(
    constant(), steep(), mirrored(), confident(), dead(), one_point()
)


@st.composite
def on_kink_mirrored(draw: DrawFn) -> Instance:
    """Mirrored neurons with balanced labels at +-x, and some data on both kinks."""
    x, norm = draw_point(draw)
    scale = Fraction(draw(ints(1, 64)), 32)
    neurons = twins(scale, scale * norm / x * draw_detuning(draw), Fraction(0))
    copies, at_kink = draw(ints(1, 8)), draw(ints(1, 6))
    points = [x, x, -x, -x] * copies + [Fraction(0)] * at_kink
    labels = [1, -1, 1, -1] * copies + signs(draw, at_kink)
    bias = draw_level(draw) - output(neurons, x)
    return assemble(points, labels, neurons, bias, formal=True)
