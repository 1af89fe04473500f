"""Instances on R^d, d = 1 .. 5, for the theorem family in several dimensions.

Some are drawn there, with hyperplanes that miss the data by construction; the others
are near-extremal instances of the line placed beside an axis and turned, and shapes that
need a second dimension. Nothing is filtered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from properties import blocks, shapes
from properties.parts import CALM, HALF, NEAR, grids, ints, signs, units, weigh
from verify.judge import EXACT_SIZE
from verify.quantities import Instance
from verify.space.embedding import Matrix, embedded, reflection
from verify.space.examples import Neuron, assemble
from verify.space.model import Point

Strategies = Mapping[str, SearchStrategy[Instance]]
MOST = 5
"""The largest d that is drawn."""

HEIGHTS = tuple(Fraction(2) ** e for e in (0, -2, 3, -10))
"""Units of the coordinates across a line on which an instance of R^1 lies."""


def dot(w: Point, x: Point) -> Fraction:
    """<w, x>."""
    return sum((u * v for u, v in zip(w, x, strict=True)), Fraction(0))


def output(neurons: Sequence[Neuron], x: Point) -> Fraction:
    """sum_i a_i relu(w_i . x + b_i), exactly."""
    return sum((a * z for a, w, b in neurons if (z := dot(w, x) + b) > 0), Fraction(0))


def draw_turn(draw: DrawFn, d: int) -> Matrix:
    """A rational reflection of R^d, one in four along an axis."""
    normal = draw(st.lists(ints(-2, 2), min_size=d, max_size=d))
    if not any(normal) or draw(ints(0, 3)) == 3:
        normal = [1, *[0] * (d - 1)]
    return reflection(normal)


def draw_place(draw: DrawFn, d: int, reach: int) -> tuple[int, ...]:
    """d integers from -reach to reach."""
    return tuple(draw(st.lists(ints(-reach, reach), min_size=d, max_size=d)))


def _offset(draw: DrawFn, w: Sequence[int], places: Sequence[Sequence[int]]) -> Fraction:
    """b in units of the grid: half an integer, or nearly such that a datum is met; never quite."""
    step = draw(ints(-12, 12))
    if draw(ints(0, 3)) < 3:
        return step + HALF
    met = places[step % len(places)]
    return NEAR * (1 if step < 0 else -1) - sum(u * v for u, v in zip(w, met, strict=True))


def draw_neurons(
    draw: DrawFn, grid: Fraction, places: Sequence[Sequence[int]], most: int
) -> list[Neuron]:
    """Up to `most` neurons that meet no datum; one in four repeats a hyperplane, on either side."""
    outer, inner = draw(units), draw(units)
    neurons: list[Neuron] = []
    for _ in range(draw(ints(0, most))):
        a = draw(ints(-8, 8)) * outer
        if neurons and draw(ints(0, 3)) == 3:
            scale = Fraction(draw(st.sampled_from((1, -1, -2, 3))), 2)
            _, w, b = neurons[-1]
            neurons.append((a, tuple(scale * v for v in w), scale * b))
            continue
        direction = draw_place(draw, len(places[0]), 3)
        offset = _offset(draw, direction, places)
        neurons.append((a, tuple(v * inner for v in direction), offset * grid * inner))
    return neurons


def calmed(neurons: Sequence[Neuron], x: Sequence[Point]) -> list[Neuron]:
    """The neurons with every a divided by one power of two, so that |f - c| <= CALM on the data."""
    top = max(abs(output(neurons, at)) for at in x)
    shift = 1 << math.ceil(top / CALM).bit_length() if top > CALM else 1
    return [(a / shift, w, b) for a, w, b in neurons]


def draw_bias(draw: DrawFn, neurons: Sequence[Neuron], x: Sequence[Point]) -> Fraction:
    """c: small, or such that f is 0 or nearly 0 at one datum."""
    kind, step = draw(ints(0, 2)), draw(ints(-40, 40))
    if kind == 0:
        return Fraction(step, 8)
    return Fraction(step * (kind - 1), 1 << 10) - output(neurons, x[0])


@st.composite
def networks_on_space(draw: DrawFn) -> Instance:
    """Up to 4 neurons and 6 data in 1 to 5 dimensions, repeated data among them."""
    d, grid = draw(ints(1, MOST)), draw(grids)
    places = [draw_place(draw, d, 8) for _ in range(draw(ints(1, 6)))]
    if len(places) > 1 and draw(ints(0, 3)) == 3:
        places[-1] = places[0]
    points = [tuple(grid * v for v in place) for place in places]
    neurons = calmed(draw_neurons(draw, grid, places, 4), points)
    return assemble(points, signs(draw, len(points)), neurons, draw_bias(draw, neurons, points))


def _heights(draw: DrawFn, instance: Instance, d: int) -> list[Point]:
    """Coordinates across the line: none, equal ones, two opposite ones in turn, or any."""
    kind, unit, n = draw(ints(0, 5)), draw(st.sampled_from(HEIGHTS)), instance.data.n
    if kind < 2:
        return [(Fraction(0),) * (d - 1)] * n
    if kind == 5:
        return [tuple(unit * v for v in draw_place(draw, d - 1, 4)) for _ in range(n)]
    level = tuple(unit * v for v in draw_place(draw, d - 1, 4))
    sides = [1 if kind < 4 or j % 4 < 2 else -1 for j in range(n)]
    return [tuple(side * v for v in level) for side in sides]


def _dimension(draw: DrawFn, instance: Instance) -> int:
    """d such that H is small enough to be judged exactly, which stationary points need."""
    room = (EXACT_SIZE - 1) // max(instance.network.k, 1) - 2
    return draw(ints(1, min(MOST, room)))


@st.composite
def beside_a_line(draw: DrawFn, strategy: SearchStrategy[Instance]) -> Instance:
    """An instance of the line in 1 to 5 dimensions: its f and its active neurons are kept."""
    instance = draw(strategy)
    d = _dimension(draw, instance)
    return embedded(instance, _heights(draw, instance, d), draw_turn(draw, d))


@st.composite
def aslant(draw: DrawFn, strategy: SearchStrategy[Instance]) -> Instance:
    """An instance of the line with all data on one line that its neurons see at an angle.

    z, f and |x_j| are kept, and with them all that the theorems speak about.
    """
    instance = draw(strategy)
    net, rest = instance.network, (Fraction(0),) * (max(_dimension(draw, instance), 2) - 2)
    cosine, sine = (Fraction(v, 25) for v in draw(st.sampled_from(((7, 24), (15, 20)))))
    points = [(x * cosine, x * sine, *rest) for x in instance.data.x]
    w = [(value / cosine, Fraction(0), *rest) for value in net.w]
    neurons = list(zip(net.a, w, net.b, strict=True))
    kept = {name: getattr(instance, name) for name in ("gamma", "eta", "q")}
    turn = draw_turn(draw, len(points[0]))
    return assemble(points, instance.data.y, neurons, net.c, matrix=turn, **kept)


@st.composite
def on_a_line(draw: DrawFn, strategy: SearchStrategy[Instance]) -> Instance:
    """An instance of the line with affine heights, so that stationary points stay stationary."""
    instance = draw(strategy)
    d = _dimension(draw, instance)
    slopes, levels = (draw_place(draw, d - 1, 2) for _ in range(2))
    heights = [
        tuple(s * x / 2 + t for s, t in zip(slopes, levels, strict=True)) for x in instance.data.x
    ]
    return embedded(instance, heights, draw_turn(draw, d))


@st.composite
def fans(draw: DrawFn, *, calm: bool) -> Instance:
    """Two labels at each of two or four points that differ across one or two twin neurons.

    The mean over a tail is shorter than its data are. `calm`: f = 0 on the data.
    """
    x, norm = draw(shapes.points)
    height, a = Fraction(draw(ints(1, 32)), 16), draw(shapes.sizes) * draw(shapes.scales)
    sides = (1, -1) if draw(ints(0, 1)) else (1,)
    d = draw(ints(2, 3))
    rest = (Fraction(0),) * (d - 2)
    w = abs(a) * norm / x * draw(shapes.tunings)
    neurons = [(a, (side * w, Fraction(0), *rest), Fraction(0)) for side in sides]
    corners = [(side * x, sign * height, *rest) for side in sides for sign in (1, -1)]
    f = Fraction(0) if calm else draw(shapes.outputs_at_data)
    labels = [1] * len(corners) + [-1] * len(corners)
    bias = f - output(neurons, corners[0])
    return assemble(corners * 2, labels, neurons, bias, matrix=draw_turn(draw, d))


@st.composite
def obliques(draw: DrawFn) -> Instance:
    """One datum that a nearly balanced neuron sees at an angle."""
    length, norm = draw(shapes.points)
    cosine, sine = draw(st.sampled_from(((3, 4), (4, 3), (7, 24), (24, 7))))
    hypotenuse = Fraction(5 if cosine < 5 and sine < 5 else 25)
    d, a = draw(ints(2, MOST)), Fraction(draw(shapes.sizes))
    x = tuple(v * length / hypotenuse for v in (cosine, sine)) + (Fraction(0),) * (d - 2)
    w = (abs(a) * norm / x[0] * draw(shapes.tunings), *(Fraction(0),) * (d - 1))
    neurons = [(a, w, Fraction(0))]
    y = draw(st.sampled_from((1, 1, -1))) * shapes.sign_of(a.numerator)
    bias = draw(shapes.outputs_at_data) - output(neurons, x)
    return assemble([x], [y], neurons, bias, matrix=draw_turn(draw, d))


@st.composite
def cancelling(draw: DrawFn) -> Instance:
    """Pairs of neurons that cancel everywhere, and both labels at each datum: stationary."""
    d, grid = draw(ints(1, MOST)), draw(grids)
    places = [draw_place(draw, d, 8) for _ in range(draw(ints(1, 3)))]
    points = [tuple(grid * v for v in place) for place in places]
    neurons: list[Neuron] = []
    for a, w, b in draw_neurons(draw, grid, places, 2):
        scale = Fraction(draw(ints(1, 16)), 4)
        neurons += [(a, w, b), (-a / scale, tuple(scale * v for v in w), scale * b)]
    return assemble(points * 2, [1] * len(points) + [-1] * len(points), neurons, Fraction(0))


@st.composite
def on_hyperplanes(draw: DrawFn) -> Instance:
    """Networks whose first neuron, and perhaps others, meet a datum."""
    d, grid = draw(ints(1, MOST)), draw(grids)
    points = [tuple(grid * v for v in draw_place(draw, d, 8)) for _ in range(draw(ints(1, 5)))]
    neurons: list[Neuron] = []
    for index in range(draw(ints(1, 3))):
        w = tuple(Fraction(v, 2) for v in draw_place(draw, d, 3))
        met = points[draw(ints(0, len(points) - 1))] if index else points[0]
        neurons.append((Fraction(draw(ints(-16, 16)), 4), w, -dot(w, met)))
    bias = draw_bias(draw, neurons, points)
    return assemble(points, signs(draw, len(points)), neurons, bias, formal=True)


@st.composite
def with_a_law(draw: DrawFn, strategy: SearchStrategy[Instance]) -> Instance:
    """q = p/P, or any weights >= 0 of which one at least is positive."""
    instance = draw(strategy)
    if draw(ints(0, 2)) < 2:
        return instance
    n = instance.data.n
    q = [Fraction(weight, 8) for weight in draw(st.lists(ints(0, 12), min_size=n, max_size=n))]
    q[draw(ints(0, n - 1))] += 1
    return replace(instance, q=tuple(q))


@st.composite
def with_a_level(draw: DrawFn, strategy: SearchStrategy[Instance]) -> Instance:
    """gamma: absent, 0, or |f_j| of some datum, so that a datum is uncertain in most draws."""
    instance = draw(strategy)
    kind = draw(ints(0, 3))
    if kind < 2:
        return replace(instance, gamma=None if kind == 0 else Fraction(0))
    network, data = instance.network, instance.data
    neurons = list(zip(network.a, network.w, network.b, strict=True))
    at = data.x[draw(ints(0, data.n - 1))]
    return replace(instance, gamma=abs(output(neurons, at) + network.c))


def space_domains(domains: Strategies) -> Strategies:
    """The domains on R^d, named after those of the line, some of whose instances they place."""
    faint = beside_a_line(shapes.nearly_stationary)
    plain = weigh(
        (8, networks_on_space()),
        (9, beside_a_line(domains["plain"])),
        (3, fans(calm=False)),
        (3, obliques()),
        (2, faint),
    )
    stationary = weigh(
        (3, on_a_line(domains["stationary"])),
        (3, fans(calm=True)),
        (2, cancelling()),
        (1, on_a_line(blocks.bumps_between_blocks())),
    )
    own = weigh((3, networks_on_space()), (4, fans(calm=False)))
    return {
        "space-plain": plain,
        "space-levels": weigh(
            (6, beside_a_line(domains["levels"])),
            (5, with_a_level(own)),
            (1, beside_a_line(shapes.crowds)),
            (1, aslant(domains["levels"])),
            (2, aslant(shapes.lopsided_twins)),
        ),
        "space-weighted": with_a_law(plain),
        "space-stationary": stationary,
        "space-on-kink": weigh((1, on_hyperplanes()), (1, beside_a_line(domains["on-kink"]))),
    }
