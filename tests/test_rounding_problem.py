"""Which networks and weights the float64 engine takes on, and its counts against balls."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from verify.ball import ball, working_precision
from verify.hessian.structured import loss_hessian
from verify.logistic import LOGISTIC
from verify.model import Dataset, InputError, Network
from verify.operators.layout import OutOfRange, arrange
from verify.spectrum import balls
from verify.spectrum.floating import problem as problems
from verify.spectrum.floating import search
from verify.spectrum.floating.outputs import outputs
from verify.spectrum.floating.problem import HEAVIEST, Problem, logistic_problem, problem

NETWORK = Network(w=[1.5, -1, 0.5, 0], b=[0.25, 0.625, -4, 1], a=[1, -0.75, 2, 0.5], c=0.125)
DATA = Dataset(x=[0.75, -2, 0.25, 0.5, 2, 0.375, -1], y=[1, -1, -1, 1, 1, -1, 1])


def _float_problem(network: Network, data: Dataset, **options: bool) -> Problem:
    w, b, a, c = network.floats()
    return logistic_problem(w, b, a, float(c), *data.floats(), **options)


@pytest.mark.parametrize("c", [0.125, 3.0, -60.0, -800.0])
def test_counts_of_a_network_agree_with_balls(c: float) -> None:
    network = replace(NETWORK, c=Fraction(c))
    chosen = _float_problem(network, DATA)
    decided = 0
    with working_precision(3000):
        h = loss_hessian(network, DATA, ball, LOGISTIC)
        top = float(balls.largest(h, Fraction(1, 10**9)).hi)
        for share in (-1.1, -0.4, -0.1, -0.01, 0.003, 0.02, 0.1, 0.3, 0.7, 0.999, 1.001):
            truth = balls.count_above(h, ball(Fraction(share * top)))
            found = search.count_above(chosen, share * top)
            assert found in (None, truth)
            decided += found is not None
    assert decided >= (10 if top > 2.0**-90 else 0)


def test_data_on_kinks_are_refused_unless_formal() -> None:
    network = Network(w=[1.0, 2.0], b=[-0.5, -1.5], a=[1, 1], c=0)
    with pytest.raises(InputError, match=r"neuron 0 has w x \+ b = 0 at datum 3 .x = 0.5"):
        _float_problem(network, DATA)
    chosen = _float_problem(network, DATA, formal=True)
    with working_precision(200):
        h = loss_hessian(network, DATA, ball, LOGISTIC)
        for mu in (0.03, 0.1, 0.4, 0.8):
            assert search.count_above(chosen, mu) == balls.count_above(h, ball(Fraction(mu)))


HUGE, SMALL = 2.0**201, 2.0**-201


@pytest.mark.parametrize("name", ["w", "b", "a", "c"])
@pytest.mark.parametrize("size", [HUGE, SMALL])
def test_parameters_out_of_range_are_refused(name: str, size: float) -> None:
    value = Fraction(size)
    values = value if name == "c" else [value, *getattr(NETWORK, name)[1:]]
    with pytest.raises(OutOfRange, match=r"^a[n ].* is neither 0 nor .*in \[2\^-200, 2\^200\]$"):
        _float_problem(replace(NETWORK, **{name: values}), DATA)


def test_outputs_that_are_not_known_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    near = Network(w=[2.0**30], b=[0.0], a=[2.0**12], c=0)
    far = Network(w=[2.0**40], b=[0.0], a=[2.0**20], c=0)
    assert _float_problem(near, Dataset(x=[1, -1], y=[1, 1])).radius > 0
    with pytest.raises(OutOfRange, match=r"^the outputs of the network are too large"):
        _float_problem(far, Dataset(x=[1, -1], y=[1, 1]))
    w, b, a, c = near.floats()
    layout = arrange(w, b, np.array([-1.0, 1.0]), np.ones(2))
    _, bound = outputs(w, b, a, float(c), layout.x, layout.start, layout.stop)
    monkeypatch.setattr(problems, "COARSE", max(bound))
    assert _float_problem(near, Dataset(x=[1, -1], y=[1, 1])).radius > 0
    monkeypatch.setattr(problems, "COARSE", math.nextafter(max(bound), 0.0))
    with pytest.raises(OutOfRange, match=r"^the outputs of the network are too large"):
        _float_problem(near, Dataset(x=[1, -1], y=[1, 1]))


@pytest.mark.parametrize("wrong", range(6))
def test_weights_out_of_range_are_refused(wrong: int) -> None:
    x = np.array([1.0, 2.0])
    layout = arrange(np.ones(2), np.ones(2), x, np.ones(2))
    values = [np.array([0.25, 0.5]) for _ in range(6)]
    network = (values[3], values[4], values[5])
    assert problem(layout, network, (values[0], values[1]), (values[2], x * 0.0)).radius > 0
    values[wrong] = np.array([0.25, SMALL])
    network = (values[3], values[4], values[5])
    with pytest.raises(
        OutOfRange, match=r"^a parameter, weight or slope is neither 0 nor in \[2\^-200, 2\^200\]$"
    ):
        problem(layout, network, (values[0], values[1]), (values[2], x * 0.0))


def test_heavy_weights_are_refused() -> None:
    x, heavy = np.array([1.0, 2.0]), np.array([0.5, HEAVIEST])
    layout = arrange(np.ones(1), np.ones(1), x, np.ones(2))
    network = (np.ones(1), np.ones(1), np.ones(1))
    assert problem(layout, network, (heavy, heavy), (x, x * 0.0)).radius > 0
    with pytest.raises(OutOfRange, match=r"^a weight of the loss is above 2\^20"):
        problem(layout, network, (heavy, heavy * (1.0 + 2.0**-52)), (x, x * 0.0))


@pytest.mark.parametrize(("k", "n"), [(1, 3), (3, 1)])
def test_too_many_data_or_neurons_are_refused(
    k: int, n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, one, network = np.arange(1.0, n + 1), np.ones(n), (np.ones(k),) * 3
    layout = arrange(np.ones(k), np.ones(k), x, one)
    monkeypatch.setattr(problems, "MOST", 4)
    assert problem(layout, network, (one, one), (one, one)).radius > 0
    monkeypatch.setattr(problems, "MOST", 3)
    with pytest.raises(OutOfRange, match="or there are 2"):
        problem(layout, network, (one, one), (one, one))
    if n == 3:
        with pytest.raises(OutOfRange):
            logistic_problem(*network, 0.0, x, one)
