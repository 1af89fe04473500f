"""SharpnessTracker: certified at every step, from arrays and from torch, and never misled."""

import math
from collections.abc import Iterator

import numpy as np
import pytest

from verify.dynamics.descent import initial, loss_and_gradient
from verify.model import InputError, Network
from verify.spectrum.tracking import Sharpness, SharpnessTracker, certified_lambda_max

X = np.linspace(-1.0, 1.0, 12)
Y = np.where(np.sin(5.0 * X) > 0.0, 1.0, -1.0)
K = 6


def trajectory(steps: int, eta: float = 0.8) -> Iterator[tuple[np.ndarray, ...]]:
    parameters = initial(K, 3)
    for _ in range(steps):
        yield parameters
        _, gradient = loss_and_gradient(parameters, X, Y)
        parameters = tuple(p - eta * g for p, g in zip(parameters, gradient, strict=True))


def by_numpy(w: np.ndarray, b: np.ndarray, a: np.ndarray, c: float) -> float:
    """lambda_max of the Hessian written out from its definition."""
    z = np.multiply.outer(X, w) + b
    active = (z > 0).astype(float)
    f = np.maximum(z, 0) @ a + float(c)
    p, slope = 1 / (2 + np.exp(f) + np.exp(-f)) / X.size, -Y / (1 + np.exp(Y * f)) / X.size
    rows = np.column_stack([active * a * X[:, None], active * a, np.maximum(z, 0), np.ones(X.size)])
    matrix = rows.T @ (p[:, None] * rows)
    for i in range(K):
        for offset, r in ((0, slope * X @ active[:, i]), (K, slope @ active[:, i])):
            matrix[offset + i, 2 * K + i] += r
            matrix[2 * K + i, offset + i] += r
    return float(np.linalg.eigvalsh(matrix)[-1])


def test_every_step_of_training_is_enclosed() -> None:
    tracker, widths = SharpnessTracker(X, Y), []
    for parameters in trajectory(40):
        found = tracker(*parameters)
        truth = by_numpy(*parameters)
        assert found.lo - 1e-13 <= truth <= found.hi + 1e-13
        assert found.engine == "float64"
        widths.append((found.hi - found.lo) / found.hi)
    assert max(widths) <= 1e-9


def test_a_jump_of_the_parameters_does_not_mislead_the_warm_start() -> None:
    tracker = SharpnessTracker(X.tolist(), Y.astype(int))
    for scale in (1.0, 1e4, 1e-3, 30.0):
        w, b, a, c = initial(K, 5)
        found = tracker(w * scale, b * scale, a, c)
        cold = certified_lambda_max(w * scale, b * scale, a, float(c), X, Y)
        assert max(found.lo, cold.lo) <= min(found.hi, cold.hi)


def test_a_wrong_neighbour_changes_the_time_and_not_the_truth() -> None:
    w, b, a, c = initial(K, 7)
    cold = certified_lambda_max(w, b, a, float(c), X, Y)
    for lo, hi in ((1e-9, 2e-9), (1e6, 2e6), (cold.hi, cold.hi), (-1.0, -0.5), (math.nan, 1.0)):
        near = Sharpness(lo=lo, hi=hi, engine="float64")
        found = certified_lambda_max(w, b, a, float(c), X, Y, near=near)
        assert max(found.lo, cold.lo) <= min(found.hi, cold.hi)
        assert found.hi - found.lo <= 1e-9 * found.hi


def test_saturation_is_left_to_balls_and_said() -> None:
    tracker = SharpnessTracker(np.array([0.0, 1.0]), np.array([1.0, 1.0]))
    found = tracker([1.0], [2.0], [900.0], -900.0)
    assert found.engine == "balls"
    assert found.reason
    network = Network(w=[1.0], b=[2.0], a=[900.0], c=-900.0)
    assert (network(0), network(1)) == (900, 1800)
    assert 0.0 == max(found.lo, 0.0) < found.hi < 1e-300


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0], [1.0], [1.0]), "3 arguments; w, b, a, c or one torch model are needed"),
        (([1.0], [1.0, 2.0], [1.0], 0.0), "w, b and a have lengths 1, 2 and 1; they must be equal"),
        (([math.nan], [1.0], [1.0], 0.0), "w[0] is nan; a finite number is needed"),
        (([1.0], [1.0], [1.0], math.inf), "c is inf; a finite number is needed"),
        (([1.0], [1.0], [1.0], 2**53 + 1), "c is 9007199254740993; an array of float64 numbers"),
        (([2**60 + 1], [1.0], [1.0], 0.0), "w is [1152921504606846977]; an array of float64"),
        (([1.0], [1.0], [1.0], np.longdouble(1) / 3), "an array of float64 numbers is needed"),
        (([1.0], [1.0], [1.0], [0.0, 1.0]), "c has 2 entries; one number is needed"),
        ((["x"], [1.0], [1.0], 0.0), "w is ['x']; an array of float64 numbers is needed"),
        (("model",), "the network is a str that is not supported"),
        (([0.5], [0.25], [1.0], 0.0), "neuron 0 has w x + b = 0 at datum 0 (x = -0.5)"),
    ],
)
def test_bad_parameters_get_one_clear_line(arguments: tuple[object, ...], message: str) -> None:
    tracker = SharpnessTracker([-0.5, 1.0], [1, -1])
    with pytest.raises(InputError) as caught:
        tracker(*arguments)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("x", "y", "width", "message"),
    [
        ([0.0, 1.0], [1, 0], 1e-9, "y[1] is 0; a label is -1 or 1"),
        ([0.0, 1.0], [1], 1e-9, "x has 2 entries and y has 1; equal numbers >= 1 are needed"),
        ([], [], 1e-9, "x has 0 entries and y has 0; equal numbers >= 1 are needed"),
        ([0.0], [1], 0.0, "width is 0.0; a relative width between 0 and 1 is needed"),
        ([0.0], [1], math.nan, "width is nan; a relative width between 0 and 1 is needed"),
    ],
)
def test_bad_data_get_one_clear_line(
    x: list[float], y: list[int], width: float, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        SharpnessTracker(x, y, width=width)([1.0], [3.0], [1.0], 0.0)
    assert str(caught.value) == message


def test_formal_takes_a_datum_on_a_kink() -> None:
    tracker = SharpnessTracker([-0.5, 1.0], [1, -1], formal=True)
    found = tracker([0.5], [0.25], [1.0], 0.0)
    other = certified_lambda_max(
        np.array([0.5]),
        np.array([0.25 - 2**-30]),
        np.ones(1),
        0.0,
        np.array([-0.5, 1]),
        np.array([1.0, -1]),
    )
    assert found.lo == pytest.approx(other.lo, rel=1e-6)


def test_torch_models_of_both_precisions_are_read() -> None:
    torch = pytest.importorskip("torch")
    for kind in (torch.float32, torch.float64):
        torch.manual_seed(0)
        layers = torch.nn.Linear(1, K), torch.nn.ReLU(), torch.nn.Linear(K, 1)
        model = torch.nn.Sequential(*layers).to(kind)
        found = SharpnessTracker(torch.tensor(X), torch.tensor(Y))(model)
        w, b = (
            part.detach().double().numpy().ravel() for part in (layers[0].weight, layers[0].bias)
        )
        a, c = (
            part.detach().double().numpy().ravel() for part in (layers[2].weight, layers[2].bias)
        )
        assert found.lo - 1e-13 <= by_numpy(w, b, a, c[0]) <= found.hi + 1e-13
        with pytest.raises(InputError, match="Sequential"):
            SharpnessTracker(X, Y)(torch.nn.Sequential(*layers, torch.nn.Tanh()))


def test_without_neurons_lambda_is_the_softness() -> None:
    found = SharpnessTracker([0.75, 0.75, -0.75, -0.75], [1, -1, 1, -1])([], [], [], 0.0)
    assert found.lo <= 0.25 <= found.hi
