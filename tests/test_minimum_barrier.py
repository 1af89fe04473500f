"""Weights that keep the fit on V apart from every network with given sets and signs of a."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from tests.test_minimum import NEAR, certified
from verify.ball import working_precision
from verify.minimum import NoMinimum, certify_minimum, describe, document
from verify.minimum.barrier import hinges, separates
from verify.minimum.space import space_of
from verify.model import Dataset, Network

BARRED = {
    "one neuron, one input in its set": (
        [("2", "2", "-43/35")],
        (1, -1, "-5/7", -1, -1, "-2/7", 1, "-2/7", 1, "-5/7", "-5/7", "-2/7", 1, 1),
        (1, -1, -1, 1, -1, -1, -1, 1, -1, -1, 1, 1, -1, -1),
    ),
    "two share a gap": (
        [("-2", "-3", "159/5"), ("-2", "-1", "54/5"), ("-1", "1/2", "-21/4")],
        (11, 10, 10, 1, -2, 2, 11, -2, 10, 1, 10, 11, 11),
        (-1, -1, 1, 1, -1, 1, -1, 1, -1, 1, 1, 1, -1),
    ),
}


def barred(case: str) -> tuple[NoMinimum, Network, Dataset]:
    neurons, x, y = BARRED[case]
    a, w, b = zip(*neurons, strict=True)
    network, data = Network(w=w, b=b, a=a, c=0), Dataset(x=x, y=y)  # type: ignore[arg-type]
    found = certify_minimum(network, data)
    assert isinstance(found, NoMinimum)
    return found, network, data


def newton(found: NoMinimum) -> np.ndarray:
    """The values of the fit at the distinct inputs, by Newton's method in numpy."""
    space = found.space
    design, _, _ = np.linalg.svd(np.array(space.design(), dtype=float), full_matrices=False)
    plus, minus = (np.array(part, dtype=float) for part in (space.plus, space.minus))
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ beta))
        slope = design.T @ (minus * chance - plus * (1 - chance))
        bend = design.T @ (((plus + minus) * chance * (1 - chance))[:, None] * design)
        beta -= np.linalg.solve(bend, slope)
    return np.asarray(design @ beta)


def neuron_with(
    span: tuple[int, int], data: Dataset, draw: np.random.Generator
) -> tuple[Fraction, Fraction]:
    """A random (w, b) that is active on the inputs of the span and on no other."""
    x = sorted(set(data.x))
    while True:
        w = Fraction(int(draw.integers(-99, 100)), 8)
        at = x[int(draw.integers(len(x)))] + Fraction(int(draw.integers(1, 64)), 64)
        if space_of(Network(w=[w], b=[-w * at], a=[1], c=0), data).spans == (span,):
            return w, -w * at


@pytest.mark.parametrize("case", BARRED)
def test_a_barrier_has_every_network_on_one_side_and_the_fit_on_the_other(case: str) -> None:
    found, network, data = barred(case)
    assert found.barrier is not None
    q, x = np.array(found.barrier, dtype=float), found.space.x
    assert q @ newton(found) < -1e-6
    draw = np.random.default_rng(0)
    for _ in range(50):
        own = [neuron_with(span, data, draw) for span in found.space.spans]
        w, b = zip(*own, strict=True)
        other = Network(w=w, b=b, a=network.a, c=int(draw.integers(-9, 9)))
        assert space_of(other, data).spans == found.space.spans
        values = (weight * other(at) for weight, at in zip(found.barrier, x, strict=True))
        assert sum(values) >= 0
    reason = document(found)
    assert (reason["reason"], len(reason["weights"])) == ("barrier", len(x))
    assert "sum q_j f(x_j)" in describe(found)[3]


def test_weights_that_are_no_barrier_are_rejected() -> None:
    near, found = NEAR[2], certified(NEAR[2])
    m = len(found.space.x)
    with working_precision(256):
        for q in ([0] * m, [1] * m, [1, -1] + [0] * (m - 2), [-1] + [0] * (m - 2) + [1]):
            assert not separates(near.network, found.space, found.fit, [Fraction(v) for v in q])


@pytest.mark.parametrize("span", [(0, 4), (1, 4), (2, 4), (3, 4), (0, 1), (0, 2), (0, 3)])
def test_neurons_are_positive_combinations_of_the_two_hinges(span: tuple[int, int]) -> None:
    """And only these: the weights are solved for in rationals, at two inputs of the line."""
    x = [Fraction(v) for v in (-3, -1, 0, 2)]
    data = Dataset(x=x, y=(1, -1, 1, -1))
    seen = 0
    for w, b in product(range(-6, 7), range(-18, 19)):
        net = Network(w=[w], b=[Fraction(b, 2) + Fraction(1, 7)], a=[1], c=0)
        space = space_of(net, data)
        if space.spans == (span,):
            seen += 1
            rows = np.array(hinges(space, span), dtype=float)
            goal = np.array([float(net(at)) for at in x])
            weights, *_ = np.linalg.lstsq(rows.T, goal, rcond=None)
            assert np.allclose(weights @ rows, goal)
            if np.linalg.matrix_rank(rows) == 2:
                assert (weights > 0).all()
    assert seen
