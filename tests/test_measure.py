"""Where data come from, what is measured along a run, and the two failure signatures."""

import math
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray

from verify.dynamics import measure as room
from verify.dynamics.grid import Sweep
from verify.dynamics.measure import COLUMNS, measure, risks, verdict
from verify.dynamics.run import Run, geometric, train
from verify.dynamics.start import parts, start
from verify.dynamics.sweep import perform
from verify.dynamics.truth import Truth, design, labels, law
from verify.model import InputError
from verify.spectrum.balls import PrecisionExhausted

Floats = NDArray[np.float64]


def test_the_truth_is_the_wave_of_its_name() -> None:
    x = np.array([0.0, 1 / 3, -1.0])
    np.testing.assert_allclose(Truth()(x), [0.0, 1.5, 1.5], atol=1e-12)
    np.testing.assert_allclose(
        Truth(shape="cos", height=2.5, waves=1.0)(x), [2.5, 1.25, -2.5], atol=1e-12
    )


def test_the_law_mixes_in_flips() -> None:
    f0 = np.array([-800.0, -1.0, 0.0, math.log(3), 800.0])
    sigma = np.array([0.0, 1 / (1 + math.e), 0.5, 0.75, 1.0])
    for noise in (0.0, 0.1, 0.5):
        expected = sigma * (1 - noise) + (1 - sigma) * noise
        np.testing.assert_allclose(law(f0, noise), expected, rtol=1e-14, atol=1e-300)


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_labels_have_their_law(noise: float) -> None:
    f0 = Truth()(design(20))
    drawn = np.array([labels(f0, noise=noise, seed=seed) for seed in range(4000)])
    assert set(np.unique(drawn)) == {-1.0, 1.0}
    found, q = (drawn == 1).mean(axis=0), law(f0, noise)
    assert np.abs(found - q).max() < 4.5 * math.sqrt(0.25 / 4000)
    assert np.abs(found - law(f0, 0.2 - noise)).max() > 4.5 * math.sqrt(0.25 / 4000)
    correlations = np.corrcoef(drawn.T) - np.eye(20)
    assert np.abs(correlations).max() < 5 / math.sqrt(4000)


def test_more_noise_flips_more_labels_and_changes_nothing_else() -> None:
    f0 = Truth()(design(300))
    clean, little, much = (labels(f0, noise=r, seed=5) for r in (0.0, 0.1, 0.4))
    assert set(np.flatnonzero(little != clean)) < set(np.flatnonzero(much != clean))
    assert 15 < np.count_nonzero(little != clean) < 45
    assert not np.array_equal(clean, labels(f0, noise=0.0, seed=6))


def test_labels_are_independent_of_the_start_of_the_same_seed() -> None:
    n = 200
    first = np.array([start("uniform", k=n, seed=seed)[:n] > 0 for seed in range(200)])
    second = np.array([labels(np.zeros(n), noise=0.0, seed=seed) > 0 for seed in range(200)])
    assert abs((first == second).mean() - 0.5) < 5 * 0.5 / math.sqrt(first.size)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: Truth(shape="tan"), "the truth is 'tan'; sin or cos"),
        (lambda: Truth(height=math.inf), "height inf"),
        (lambda: design(0), "n is 0"),
        (lambda: law(np.zeros(1), 0.6), "noise is 0.6"),
        (lambda: labels(np.zeros(1), noise=math.nan, seed=0), "noise is nan"),
    ],
)
def test_bad_truths_are_refused(call: Any, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        call()


def test_risks_are_those_of_their_definitions() -> None:
    f, q = np.array([2.0, -300.0, 0.0, 5.0]), np.array([0.9, 0.25, 0.5, 0.0])
    found = risks(f, q)
    loss = entropy = missed = least = mpmath.mpf(0)
    for value, chance in zip(f.tolist(), q.tolist(), strict=True):
        for label, weight in ((1, chance), (-1, 1 - chance)):
            loss += weight * mpmath.log(1 + mpmath.exp(-label * mpmath.mpf(value))) / 4
            entropy -= weight * mpmath.log(weight) / 4 if weight else 0
            missed += weight * (label * value <= 0) / 4
        least += mpmath.mpf(min(chance, 1 - chance)) / 4
    assert found["test_loss"] == pytest.approx(float(loss), rel=1e-14)
    assert found["excess_risk"] == pytest.approx(float(loss - entropy), rel=1e-14)
    assert found["test_error"] == pytest.approx(float(missed), rel=1e-14)
    assert found["excess_error"] == pytest.approx(float(missed - least), rel=1e-14)
    f0 = Truth()(design(50))
    at_truth = risks(f0, law(f0, 0.0))
    assert abs(at_truth["excess_risk"]) < 1e-15
    assert abs(at_truth["excess_error"]) < 1e-15
    assert set(found) < set(COLUMNS)


def written_out(theta: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """f (n,) and the Hessian, entry by entry from their definitions, in float64."""
    w, b, a, c = parts(theta)
    k, n = w.size, x.size
    active = (np.multiply.outer(x, w) + b > 0).astype(float)
    z = (np.multiply.outer(x, w) + b) * active
    f = z @ a + c
    rows = np.hstack([a * x[:, None] * active, a * active, z, np.ones((n, 1))])
    p, slope = 1 / (2 + np.exp(f) + np.exp(-f)) / n, -y / (1 + np.exp(y * f)) / n
    matrix = rows.T @ (p[:, None] * rows)
    for i in range(k):
        for offset, pull in ((0, slope * x), (k, slope)):
            entry = pull @ active[:, i]
            matrix[offset + i, 2 * k + i] += entry
            matrix[2 * k + i, offset + i] += entry
    return f, matrix


def test_columns_are_what_they_say() -> None:
    x = design(12)
    q = law(Truth()(x), 0.1)
    y = labels(Truth()(x), noise=0.1, seed=3)
    run = train(start("torch", k=6, seed=1), x, y, eta=0.25, at=geometric(300, 4))
    columns = measure(run, x, y, q, eta=0.25)
    assert list(columns) == list(COLUMNS)
    assert columns["step"].dtype == np.int64
    np.testing.assert_array_equal(columns["step"], run.steps)
    np.testing.assert_array_equal(columns["time"], 0.25 * run.steps)
    for row, theta in enumerate(run.theta):
        f, matrix = written_out(theta, x, y)
        margin = y * f
        top = np.linalg.eigvalsh(matrix)[-1]
        low, high = columns["lambda_low"][row], columns["lambda_high"][row]
        assert low <= high <= low * (1 + 1e-8)
        assert low * (1 - 1e-12) <= top <= high * (1 + 1e-12)
        assert columns["loss"][row] == pytest.approx(np.log1p(np.exp(-margin)).mean(), rel=1e-12)
        assert columns["train_error"][row] == np.mean(margin <= 0)
        assert columns["largest_output"][row] == pytest.approx(np.abs(f).max(), rel=1e-12)
        assert columns["excess_risk"][row] == pytest.approx(risks(f, q)["excess_risk"], rel=1e-10)


def test_an_eigenvalue_that_no_precision_encloses_is_no_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise PrecisionExhausted("undecided")

    monkeypatch.setattr(room, "certified_lambda_max", fails)
    x, y = design(4), np.array([1.0, -1.0, 1.0, -1.0])
    run = train(start("torch", k=2, seed=0), x, y, eta=0.1, at=geometric(5, 2))
    columns = measure(run, x, y, np.full(4, 0.5), eta=0.1)
    assert np.isnan(columns["lambda_low"]).all()
    assert np.isnan(columns["lambda_high"]).all()


def performed(**change: Any) -> tuple[Run, dict[str, Any], str]:
    grid = Sweep(
        **{
            **{"etas": [0.5], "seeds": [0], "noises": [0.3], "sizes": [8], "k": 50},
            **{"amount": 3000, "checkpoints": 8, **change},
        }
    )
    found = perform(grid, grid.points()[0], Path("nowhere"))
    return found.run, dict(found.columns), found.verdict


def test_the_interpolation_trap_is_noticed() -> None:
    run, columns, called = performed()
    assert called == "trapped"
    assert run.status == "ok"
    assert columns["loss"][-1] < 0.01
    assert columns["lambda_high"][-1] < 0.1 < columns["lambda_high"][-2]
    assert columns["test_loss"][-1] > 3


@pytest.mark.parametrize(
    ("name", "row", "value"),
    [
        ("train_error", -1, 0.125),
        ("lambda_high", -1, 4.0001),
        ("lambda_high", -1, math.nan),
        ("lambda_low", -2, 1e-6),
        ("loss", -2, 1e-9),
        ("test_loss", -1, 0.69),
    ],
)
def test_each_fact_about_the_trap_is_needed(name: str, row: int, value: float) -> None:
    run, columns, _ = performed()
    assert run.steps[-2] <= run.steps[-1] / 2
    columns[name] = columns[name].copy()
    columns[name][row] = value
    if name == "lambda_high":
        columns["lambda_low"] = np.full_like(columns["lambda_low"], 10.0)
    assert verdict(run, columns, eta=0.5) == "ok"


def test_a_fit_of_what_is_certain_is_no_trap() -> None:
    _, columns, called = performed(truth=Truth(height=40.0, waves=0.5), noises=[0.0])
    assert columns["train_error"][-1] == 0
    assert columns["test_loss"][-1] < math.log(2)
    assert called == "ok"


def test_a_stopped_run_is_no_trap_and_divergence_has_its_name() -> None:
    run, columns, called = performed(amount=20)
    assert called == "ok"
    run, columns, called = performed(etas=[1e6])
    assert called == run.status == "diverged"
    assert columns["step"].tolist() == run.steps.tolist() == [0]
    assert verdict(run, columns, eta=1e6) == "diverged"
