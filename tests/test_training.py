"""Training runs: checkpoints, divergence, taking up, schedules and starts."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.training_cases import drawn
from verify.dynamics import descent, run
from verify.dynamics.run import Run, geometric, linear, train
from verify.dynamics.start import parts, start
from verify.dynamics.walk import loss_and_gradient, outputs
from verify.dynamics.walker import prepare
from verify.model import Dataset, InputError


def test_the_order_of_the_data_does_not_matter() -> None:
    case = drawn(5, 30, 8)  # distinct x
    order = np.random.default_rng(0).permutation(30)
    runs = [
        train(case.theta, x, y, eta=0.5, at=np.array([200]))
        for x, y in ((case.x, case.y), (case.x[order], case.y[order]))
    ]
    assert runs[0].theta.tobytes() == runs[1].theta.tobytes()
    f = outputs(runs[0].theta[0], case.x)
    assert f[order].tobytes() == outputs(runs[0].theta[0], case.x[order]).tobytes()


def same(first: Run, second: Run) -> bool:
    return all(
        np.asarray(getattr(first, name)).tobytes() == np.asarray(getattr(second, name)).tobytes()
        for name in ("steps", "theta", "loss", "status", "end")
    )


def test_checkpoints_do_not_disturb_a_run() -> None:
    case = drawn(20, 30, 10, scale=0.5)
    many = train(case.theta, case.x, case.y, eta=0.5, at=linear(1000, 50))
    few = train(case.theta, case.x, case.y, eta=0.5, at=geometric(1000, 2))
    assert few.steps.tolist() == [0, 1, 1000]
    assert few.theta[-1].tobytes() == many.theta[-1].tobytes()
    other = train(case.theta, case.x, case.y, eta=0.5000001, at=geometric(1000, 2))
    assert not same(few, other)


def test_a_run_can_be_taken_up_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    case = drawn(20, 30, 10, scale=0.5)

    def trained(**more: Any) -> Run:
        return train(case.theta, case.x, case.y, eta=0.8, at=linear(1000, 7), **more)

    whole, kept = trained(), []
    monkeypatch.setattr(run, "CHUNK", 37 * 50)
    monkeypatch.setattr(run, "KEEP_EVERY", 0.0)
    assert same(trained(keep=kept.append), whole)
    assert len(kept) > 25
    assert {part.status for part in kept} == {"running"}
    assert kept[0].steps.tolist() == [0, 37]
    for part in kept[:: len(kept) // 6]:
        assert same(trained(so_far=part), whole)


EXPLODING, ETA = drawn(20, 30, 14, scale=0.1), 110.0


def exploding(at: NDArray[np.int64]) -> Run:
    return train(EXPLODING.theta, EXPLODING.x, EXPLODING.y, eta=ETA, at=at)


def test_divergence_is_a_result() -> None:
    case, found = EXPLODING, exploding(linear(1000, 1000))
    assert (found.status, found.end) == ("diverged", 4)
    assert found.steps.tolist() == [0, 1, 2, 3]
    last = case.theta
    for step in range(found.end + 1):
        f = outputs(last, case.x)
        excess = np.maximum(-case.y * f, 0).mean()
        assert (excess <= descent.EXPLODED * max(1.0, found.loss[0])) == (step < found.end)
        last = last - ETA * loss_and_gradient(last, case.x, case.y)[1]
    sparse = exploding(np.array([0, 1000]))
    assert (sparse.status, sparse.end, sparse.steps.tolist()) == ("diverged", 4, [0])


def test_divergence_at_the_last_checkpoint_is_noticed_there() -> None:
    found = exploding(np.array([0, 4]))
    assert (found.status, found.end, found.steps.tolist()) == ("diverged", 4, [0])
    before = exploding(np.array([0, 3]))
    assert (before.status, before.end, before.steps.tolist()) == ("ok", 3, [0, 3])


def test_no_unfinished_run_is_kept_that_has_diverged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CHUNK", 1.0)
    monkeypatch.setattr(run, "KEEP_EVERY", 0.0)
    kept: list[Run] = []
    case = EXPLODING
    found = train(case.theta, case.x, case.y, eta=ETA, at=np.array([0, 9]), keep=kept.append)
    assert (found.status, found.end) == ("diverged", 4)
    assert [part.end for part in kept] == [1, 2, 3]


def test_a_start_without_a_finite_loss_has_diverged_at_once() -> None:
    theta = np.array([1e200, 0.0, -1e200, 0.0])
    found = train(theta, np.ones(1), np.ones(1), eta=0.1, at=geometric(10, 2))
    assert (found.status, found.end) == ("diverged", 0)
    assert found.theta.shape == (0, 4)


def test_a_spike_is_not_divergence() -> None:
    case = drawn(40, 40, 12, scale=0.7)
    found = train(case.theta, case.x, case.y, eta=8.0, at=linear(300, 300))
    assert found.status == "ok"
    assert found.loss.max() > 2 * found.loss[0]


def test_schedules() -> None:
    assert geometric(1000, 4).tolist() == [0, 1, 10, 100, 1000]
    assert geometric(5, 50).tolist() == [0, 1, 2, 3, 4, 5]
    assert geometric(7, 1).tolist() == [0, 7]
    assert geometric(0, 3).tolist() == [0]
    assert linear(10, 5).tolist() == [0, 2, 4, 6, 8, 10]
    assert linear(2, 9).tolist() == [0, 1, 2]
    assert geometric(2_000_000, 20)[-1] == 2_000_000


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: geometric(-1, 3), "steps is -1"),
        (lambda: linear(10, 0), "0 checkpoints"),
        (lambda: start("none", k=3, seed=0), "initialization is 'none'; uniform or torch"),
        (lambda: start("torch", k=0, seed=0), "k is 0"),
        (lambda: start("torch", k=1, seed=-1), "seed is -1"),
        (lambda: prepare(np.zeros(5), np.zeros(1), np.ones(1)), r"theta has shape \(5,\)"),
        (lambda: prepare(np.zeros(1), np.zeros(1), np.ones(1)), "k >= 1"),
        (lambda: prepare(np.zeros(4), np.zeros((1, 1)), np.ones(1)), "x is float64 of shape"),
        (lambda: prepare(np.zeros(4), np.zeros(1, int), np.ones(1)), "x is int64 of shape"),
        (lambda: prepare(np.full(4, np.nan), np.zeros(1), np.ones(1)), "nan"),
        (lambda: prepare(np.zeros(4), np.zeros(1), np.zeros(1)), "a label is -1 or 1"),
        (lambda: prepare(np.zeros(4), np.zeros(0), np.zeros(0)), "x has 0 entries"),
        (lambda: _train(eta=0.0), "eta is 0.0"),
        (lambda: _train(eta=math.nan), "eta is nan"),
        (lambda: _train(at=np.array([], dtype=np.int64)), "increasing list"),
        (lambda: _train(at=np.array([3, 3])), "increasing list"),
        (lambda: _train(at=np.array([-1, 3])), "increasing list"),
    ],
)
def test_bad_arguments_are_refused(call: Any, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        call()


def _train(**change: Any) -> Run:
    given = {"eta": 0.1, "at": np.array([1]), **change}
    return train(np.zeros(4), np.zeros(1), np.ones(1), **given)


def test_the_starts_follow_their_laws() -> None:
    k = 4000
    root = 1 / math.sqrt(k)
    laws = {"uniform": (0.5, 0.5, 0.5 * math.sqrt(3 / k)), "torch": (1.0, 1.0, root)}
    for name, widths in laws.items():
        *vectors, c = parts(start(name, k=k, seed=3))
        for values, width in zip(vectors, widths, strict=True):
            assert np.abs(values).max() <= width
            assert min(-values.min(), values.max()) > 0.99 * width
            assert abs(values.std() - width / math.sqrt(3)) < 0.02 * width
        assert np.abs(np.corrcoef(vectors) - np.eye(3)).max() < 0.06
        assert start(name, k=k, seed=3).tobytes() != start(name, k=k, seed=4).tobytes()
        assert (c[0] == 0) == (name == "uniform")
    biases = [float(parts(start("torch", k=4, seed=s))[3][0]) for s in range(400)]
    assert 0.98 / 2 < max(biases) <= 1 / 2


def test_the_torch_start_has_the_law_of_torch() -> None:
    torch = pytest.importorskip("torch")
    k = 3000
    hidden, output = torch.nn.Linear(1, k), torch.nn.Linear(k, 1)
    mine = parts(start("torch", k=k, seed=0))
    theirs = [hidden.weight, hidden.bias, output.weight]
    for values, tensor in zip(mine, theirs, strict=False):
        other = tensor.detach().numpy().ravel()
        assert np.abs(values).max() == pytest.approx(np.abs(other).max(), rel=0.01)
        assert values.std() == pytest.approx(other.std(), rel=0.05)


def test_the_shipped_recipe_and_the_walk_start_at_the_same_point() -> None:
    w, b, a, c = descent.initial(5, 9)
    assert start("uniform", k=5, seed=9).tolist() == [*w, *b, *a, float(c)]


def test_training_follows_the_plain_loop() -> None:
    data = Dataset(x=[Fraction(j, 7) for j in range(-7, 8)], y=[(-1) ** j for j in range(15)])
    network = descent.train(data, k=6, eta=0.2, steps=300, seed=1)
    mine = train(start("uniform", k=6, seed=1), *data.floats(), eta=0.2, at=np.array([300]))
    np.testing.assert_allclose(mine.theta[0], np.hstack(network.floats()), rtol=0, atol=1e-11)
