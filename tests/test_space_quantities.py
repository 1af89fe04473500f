"""Every quantity on R^d against an evaluation from the definitions, and what must not change it."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from mpmath import mp
from space_oracle import DIGITS, Oracle, drawn

from verify.ball import as_fraction, ball, rational, working_precision
from verify.losses import SQUARE
from verify.space.embedding import reflection, turned
from verify.space.examples import BOTH_FANS, FAN, assemble
from verify.space.hessian import dense_hessian
from verify.space.model import SpaceDataset, SpaceNetwork
from verify.space.quantities import SpaceInstance, SpaceQuantities, is_dead, parameters

WIDTH = Fraction(1, 1 << 80)
NAMES = ("lambda_max", "largest_r", "v_squared", "rho", "inverse_D", "residual")
CASES = [(seed, d) for d in (1, 2, 3, 5) for seed in range(4)]


def of(instance: SpaceInstance, number=ball) -> SpaceQuantities:
    return SpaceQuantities(instance=instance, number=number, width=WIDTH)


def assert_holds(enclosure, value) -> None:
    """The ball is narrow and a 40-digit value lies in it, up to that value's own error."""
    wide = enclosure + arb(0, 1e-32)
    assert wide.contains(arb(mp.nstr(value, DIGITS)).mid())
    assert float(enclosure.rad()) <= 1e-18 * max(1.0, abs(float(value)))


@pytest.mark.parametrize(("seed", "d"), CASES)
@pytest.mark.parametrize("has_law", [False, True])
def test_quantities_agree_with_the_definitions(seed, d, has_law) -> None:
    q = tuple(Fraction(j % 3, 4) for j in range(1, 6)) if has_law else None
    instance = drawn(100 * d + seed, d=d, q=q)
    with mp.workdps(DIGITS), working_precision(192):
        oracle, found = Oracle(instance), of(instance)
        for name in NAMES:
            assert_holds(getattr(found, name), getattr(oracle, name))
        assert_holds(found.P, sum(oracle.p))
        assert_holds(found.S, oracle.path_sum())
        assert_holds(found.TV, oracle.variation())
        assert_holds(found.gradient_residual, oracle.gradient_residual())


@pytest.mark.parametrize(("seed", "d"), CASES)
def test_the_hessian_is_that_of_finite_differences(seed, d) -> None:
    instance = drawn(seed, d=d, k=2, n=4)
    net, data = instance.network, instance.data
    x, y = np.array(data.x, dtype=float), np.array(data.y, dtype=float)

    def loss(theta: np.ndarray) -> float:
        blocks = theta[:-1].reshape(net.k, d + 2)
        z = np.maximum(x @ blocks[:, :d].T + blocks[:, d], 0)
        return float(np.logaddexp(0, -y * (z @ blocks[:, d + 1] + theta[-1])).mean())

    neurons = zip(net.w, net.b, net.a, strict=True)
    theta = np.array([float(v) for w, b, a in neurons for v in (*w, b, a)] + [float(net.c)])
    step, size = 1e-4, theta.size
    moves = step * np.eye(size)
    matrix = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            values = (
                s * t * loss(theta + s * moves[i] + t * moves[j]) for s in (1, -1) for t in (1, -1)
            )
            matrix[i, j] = sum(values) / (4 * step * step)
    with working_precision(96):
        found = np.array([[float(arb(v)) for v in row] for row in dense_hessian(of(instance).h)])
    assert np.abs(found - matrix).max() < 1e-5
    assert np.abs(found).max() > 1e-2


def test_an_example_by_hand() -> None:
    """Both labels at (3/4, +-1) turned, a = 1, w = (5/3, 0), f = 0: all by hand in the note."""
    exact = of(FAN, rational)
    assert as_fraction(exact.P) == Fraction(1, 4)
    assert as_fraction(exact.S) == Fraction(25, 16)
    assert as_fraction(exact.lambda_max) == Fraction(33, 32)
    assert as_fraction(exact.v_squared) == 1 + 2 * Fraction(25, 16)
    assert exact.largest_r == 0
    assert exact.is_stationary
    assert exact.TV == 0
    assert as_fraction(of(BOTH_FANS, rational).TV) == Fraction(25, 32)


def test_turning_the_space_changes_nothing() -> None:
    turn = reflection((1, -2, 2))
    instance = drawn(5, d=3, k=4, n=6)
    net, data = instance.network, instance.data
    moved = SpaceInstance(
        network=SpaceNetwork(w=[turned(turn, w) for w in net.w], b=net.b, a=net.a, c=net.c),
        data=SpaceDataset(x=[turned(turn, x) for x in data.x], y=data.y),
    )
    with working_precision(192):
        one, other = of(instance), of(moved)
        for name in (*NAMES, "P", "S", "TV", "gradient_residual"):
            assert getattr(one, name).overlaps(getattr(other, name)), name


def test_hyperplanes_are_merged_from_both_sides() -> None:
    """relu(z) - relu(-z) is linear, relu(z) + relu(-z) bends twice as much as relu(z)."""
    x = [(Fraction(v), Fraction(v * v)) for v in (-2, -1, 1, 2)]
    w, minus = (Fraction(3), Fraction(4)), (Fraction(-6), Fraction(-8))
    b = Fraction(-21, 2)

    def with_law(*neurons):
        instance = assemble(x, [1, -1, 1, -1], neurons, Fraction(0), q=(Fraction(1),) * 4)
        with working_precision(128):
            return of(instance).TV

    a = Fraction(5)
    single = with_law((a, w, b))
    assert single > 1
    assert with_law((a, w, b), (-a / 2, minus, -2 * b)) == 0
    assert with_law((a, w, b), (a / 2, minus, -2 * b)).overlaps(2 * single)
    assert not with_law((a, w, b), (a / 2, minus, 2 * b)).overlaps(2 * single)


def test_other_losses_are_taken_from_the_instance() -> None:
    instance = drawn(3, d=2, k=2, n=4, loss=SQUARE, targets=tuple(map(Fraction, (1, 2, 0, -1))))
    exact = of(instance, rational)
    assert as_fraction(exact.P) == 1
    targets = [instance.targets[j] for j in instance.data.order]
    assert [as_fraction(s) for s in exact.slopes] == [
        f - t for f, t in zip(exact.outs, targets, strict=True)
    ]
    matrix = np.array([[float(arb(v)) for v in row] for row in dense_hessian(exact.h)])
    with working_precision(160):
        assert abs(float(of(instance).lambda_max) - np.linalg.eigvalsh(matrix)[-1]) < 1e-11


def test_size_and_death() -> None:
    assert parameters(drawn(0, d=4, k=3)) == 19
    assert not is_dead(FAN)
    far = SpaceNetwork(w=[[1, 1]], b=[-100], a=[1], c=1)
    assert is_dead(SpaceInstance(network=far, data=FAN.data))
