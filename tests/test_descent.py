"""Gradient descent: the gradient by an independent route, the start, and what goes wrong."""

import math
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import mpmath
import numpy as np
import pytest

from verify.data import REAL, load
from verify.dynamics import descent
from verify.dynamics.descent import initial, loss_and_gradient, main, train
from verify.formats import read_network
from verify.model import Dataset, InputError, Network, data_on_kinks

DATA = Dataset(x=[-1.5, -0.25, 0.5, 0.5, 2.0], y=[1, -1, 1, -1, 1])


def _loss(theta: list[mpmath.mpf], data: Dataset) -> mpmath.mpf:
    """The loss of theta = (w.., b.., a.., c), as the definition spells it, in mpmath."""
    k = len(theta) // 3
    w, b, a, c = theta[:k], theta[k : 2 * k], theta[2 * k : 3 * k], theta[-1]
    total = mpmath.mpf(0)
    for point, label in zip(data.x, data.y, strict=True):
        x = mpmath.mpf(point.numerator) / point.denominator
        f = c + sum(a[i] * max(w[i] * x + b[i], mpmath.mpf(0)) for i in range(k))
        total += mpmath.log(1 + mpmath.exp(-label * f))
    return total / data.n


@pytest.mark.parametrize("seed", range(4))
def test_the_gradient_is_the_slope_of_the_loss(seed: int) -> None:
    rng = np.random.default_rng(seed)
    w, b, a = (rng.normal(0, 2, 5) for _ in range(3))
    parameters = w, b, a, np.asarray(rng.normal())
    network = Network(w=w.tolist(), b=b.tolist(), a=a.tolist(), c=parameters[3].item())
    assert data_on_kinks(network, DATA) == ()
    loss, gradient = loss_and_gradient(parameters, *DATA.floats())
    with mpmath.workdps(50):
        step = mpmath.mpf(10) ** -20
        theta = [mpmath.mpf(float(value)) for value in np.hstack(parameters)]
        assert abs(loss - _loss(theta, DATA)) < 1e-13
        for index, slope in enumerate(np.hstack(gradient)):
            ends = []
            for sign in (1, -1):
                moved = list(theta)
                moved[index] += sign * step
                ends.append(_loss(moved, DATA))
            assert abs((ends[0] - ends[1]) / (2 * step) - float(slope)) < 1e-13


def test_a_kink_counts_as_inactive() -> None:
    parameters = (np.array([1.0]), np.array([-1.0]), np.array([2.0]), np.zeros(()))
    _, (w, b, a, c) = loss_and_gradient(parameters, np.array([1.0]), np.array([1.0]))
    assert (w.item(), b.item(), a.item(), c.item()) == (0, 0, 0, -0.5)


@pytest.mark.parametrize("label", [-1.0, 1.0])
def test_large_outputs_do_not_overflow(label: float) -> None:
    parameters = (np.array([1.0]), np.array([0.0]), np.array([1e5]), np.zeros(()))
    with np.errstate(all="raise", under="ignore"):
        loss, gradient = loss_and_gradient(parameters, np.array([1.0]), np.array([label]))
    assert loss == (1e5 if label < 0 else 0)
    assert [float(part.sum()) for part in gradient] == ([1e5, 1e5, 1, 1] if label < 0 else [0] * 4)


def test_the_start_is_as_documented() -> None:
    k = 4000
    w, b, a, c = initial(k, 7)
    for values, half_width in ((w, 0.5), (b, 0.5), (a, 0.5 * math.sqrt(3 / k))):
        assert values.shape == (k,)
        assert abs(values).max() <= half_width
        assert values.max() > 0.99 * half_width
        assert values.min() < -0.99 * half_width
        assert abs(values.mean()) < 0.05 * half_width
        assert abs(values.std() - half_width / math.sqrt(3)) < 0.02 * half_width
    assert abs(np.corrcoef([w, b, a]) - np.eye(3)).max() < 0.06
    assert c == 0


def test_training_takes_gradient_steps() -> None:
    start = initial(3, 5)
    network = train(DATA, k=3, eta=0.25, steps=0, seed=5)
    assert [v.tolist() for v in network.floats()] == [v.tolist() for v in start]
    _, gradient = loss_and_gradient(start, *DATA.floats())
    network = train(DATA, k=3, eta=0.25, steps=1, seed=5)
    for new, old, slope in zip(network.floats(), start, gradient, strict=True):
        np.testing.assert_array_equal(new, old - 0.25 * slope)


def test_training_is_repeatable_and_depends_on_the_seed() -> None:
    _, data = load(REAL[0])
    first, second, other = (train(data, k=8, eta=0.3, steps=50, seed=s) for s in (1, 1, 2))
    assert first == second
    assert first.w != other.w


def test_small_steps_lower_the_loss_and_progress_is_told() -> None:
    told: list[tuple[int, float]] = []
    train(DATA, k=6, eta=0.01, steps=250, seed=0, progress=lambda *line: told.append(line))
    steps, losses = [step for step, _ in told], [loss for _, loss in told]
    assert steps == [*range(0, 250, 2), 250]
    assert all(later < earlier for earlier, later in pairwise(losses))


@pytest.mark.parametrize("eta", [1e4, 1e200])
def test_divergence_is_one_clear_line(eta: float) -> None:
    with pytest.raises(InputError, match=r"the loss is .* at step \d+ with eta") as caught:
        train(DATA, k=6, eta=eta, steps=100, seed=0)
    assert len(str(caught.value).splitlines()) == 1


def test_a_loss_that_is_no_number_is_divergence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descent, "loss_and_gradient", lambda *_: (math.nan, None))
    with pytest.raises(InputError, match="the loss is nan at step 0"):
        train(DATA, k=1, eta=0.1, steps=1, seed=0)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"k": 0}, "k is 0"),
        ({"eta": 0.0}, "eta is 0.0"),
        ({"eta": -1.0}, "eta is -1.0"),
        ({"eta": math.nan}, "eta is nan"),
        ({"eta": math.inf}, "eta is inf"),
        ({"steps": -1}, "steps is -1"),
        ({"seed": -1}, "seed is -1"),
        ({"data": Dataset(x=[10**400], y=[1])}, "x has an entry beyond float64"),
        (
            {"data": Dataset(x=[1e200, 1e200], y=[1, -1]), "k": 9},
            "the loss is .* at step",
        ),
    ],
)
def test_settings_out_of_range_are_refused(change: dict[str, object], expected: str) -> None:
    given: dict[str, object] = {"data": DATA, "k": 2, "eta": 0.1, "steps": 1, "seed": 3, **change}
    data = given.pop("data")
    with pytest.raises(InputError, match=expected):
        train(data, **given)


def _dataset(folder: Path, rows: str = "-1,-1\n0.5,1\n2,-1\n") -> str:
    path = folder / "d.csv"
    path.write_text(f"x,y\n{rows}")
    return str(path)


def test_the_command_writes_what_train_returns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "n.npz"
    options = ["--k", "7", "--eta", "0.2", "--steps", "30", "--seed", "4"]
    assert main([_dataset(tmp_path), "-o", str(output), *options]) == 0
    data = Dataset(x=[-1, 0.5, 2], y=[-1, 1, -1])
    assert read_network(output) == train(data, k=7, eta=0.2, steps=30, seed=4)
    assert capsys.readouterr() == ("", "")


def test_progress_is_shown_on_a_terminal_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main([_dataset(tmp_path), "-o", str(tmp_path / "n.json"), "--steps", "3"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\r") == 3
    assert "step 3 of 3, loss 0." in err
    assert err.endswith("\n")


@pytest.mark.parametrize(
    ("rows", "options", "expected"),
    [
        ("1,2\n", [], "d.csv: line 2: y is 2; labels are"),
        ("1,1\n", ["--eta", "0"], "error: eta is 0.0"),
        ("1,1\n9,-1\n", ["--eta", "1e9"], "error: the loss is"),
        ("1,1\n", ["-o", "missing/folder/n.json", "--steps", "0"], "No such file or directory"),
        ("1,1\n", ["-o", "n.txt", "--steps", "0"], "the suffix '.txt' is not one of"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    rows: str,
    options: list[str],
    expected: str,
) -> None:
    words = [_dataset(tmp_path, rows), "-o", str(tmp_path / "n.json"), *options]
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert expected in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "n.json").exists()


def test_the_module_is_a_command(tmp_path: Path) -> None:
    data = _dataset(tmp_path, "0,0\n1,1\n")
    output = tmp_path / "n.json"
    done = subprocess.run(
        [sys.executable, "-m", "verify.dynamics.descent", data, "-o", str(output), "--steps", "1"],
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    notice = f"{data}: labels 0 and 1 are read as -1 and 1\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, "", notice)
    assert read_network(output).k == 400
