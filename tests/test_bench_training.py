"""Gradient descent in the benchmark: everyone takes the same steps, and who does not is noticed."""

import json
import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.bench_oracle import DIGITS, H, exact_loss, moved
from tests.bench_rows import STEPPED, descent, full, printed, results
from verify.bench import measure, training, worker
from verify.bench.cases import Arrays, Case
from verify.bench.figure import draw
from verify.bench.measure import descents, deviation
from verify.bench.peers import TOOLS
from verify.bench.record import SAME
from verify.bench.table import findings
from verify.bench.tools import Question, Trained, activations
from verify.bench.training import ETA, NUMPY, WALK, tools_for

Broken = Callable[..., Question]


@pytest.fixture(scope="module")
def truth() -> list[float]:
    """Where STEPPED leads, by differences of the loss at 80 digits."""
    arrays = STEPPED.arrays()
    with mpmath.workdps(DIGITS):
        loss, point = exact_loss(arrays), [mpmath.mpf(float(v)) for v in arrays.theta]
        for _ in range(STEPPED.steps):
            ends = [[loss(moved(point, (i, s))) for s in (1, -1)] for i in range(len(point))]
            slopes = [(high - low) / (2 * H) for high, low in ends]
            point = [v - mpmath.mpf(ETA) * slope for v, slope in zip(point, slopes, strict=True)]
        return [float(v) for v in point]


@pytest.mark.parametrize("tool", tools_for(STEPPED))
def test_everyone_goes_down_the_gradient_of_the_loss(tool: str, truth: list[float]) -> None:
    if any(measure.installed(need) is None for need in tools_for(STEPPED)[tool].needs):
        pytest.skip("not installed")
    ask = tools_for(STEPPED)[tool].prepare(STEPPED.arrays())
    for _ in range(2):  # the second question starts where the first did
        assert np.abs(np.array(ask().theta) - truth).max() <= 1e-14


def test_what_is_asked_decides_who_is_asked() -> None:
    assert next(iter(tools_for(STEPPED))) == WALK
    assert tools_for(Case(kind="start", k=3, n=7)) is TOOLS


@pytest.fixture
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(request: dict[str, Any], _: float) -> dict[str, Any]:
        case = Case(**request.pop("case"))
        found: dict[str, Any] = json.loads(json.dumps(worker.timing(case, **request)))
        return found

    monkeypatch.setattr(measure, "_reply", reply)


def _other_step_size(case: Arrays, steps: int) -> Question:
    """The step size is wrong by one part in a million."""
    honest, eta = training._numpy(case, steps), ETA

    def ask() -> Trained:
        training.ETA = eta * (1 + 1e-6)
        try:
            return honest()
        finally:
            training.ETA = eta

    return ask


def _one_step_less(case: Arrays, steps: int) -> Question:
    return training._numpy(case, steps - 1)


def _stays(case: Arrays, **_: int) -> Question:
    return lambda: Trained(theta=case.theta.tolist())


def _explodes(case: Arrays, **_: int) -> Question:
    return lambda: Trained(theta=[math.nan] * case.theta.size)


@pytest.mark.usefixtures("_in_this_process")
@pytest.mark.parametrize("broken", [_other_step_size, _one_step_less, _stays, _explodes])
def test_another_descent_is_noticed(monkeypatch: pytest.MonkeyPatch, broken: Broken) -> None:
    entry = ("broken", "numpy", broken, activations)
    monkeypatch.setattr(training, "_TRAINERS", (*training._TRAINERS[:2], entry))
    found = {line.tool: line for line in descents(STEPPED, 1, lambda _: None)}
    assert {tool: line.right for tool, line in found.items()} == {
        WALK: True,
        NUMPY: True,
        "broken": False,
    }
    off = found["broken"].off
    assert off is not None
    assert off > SAME
    assert results(trained=tuple(found.values())).failures == (found["broken"],)


@pytest.mark.usefixtures("_in_this_process")
def test_we_are_noticed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    (_, *others) = training._TRAINERS
    ours = (WALK, "numpy", _one_step_less, activations)
    monkeypatch.setattr(training, "_TRAINERS", (ours, *others))
    failing = results(trained=tuple(descents(STEPPED, 1, lambda _: None))).failures
    assert failing[0].tool == WALK


def test_a_child_process_gives_the_same() -> None:
    found = descents(STEPPED, 2, lambda _: None)
    assert [line.tool for line in found] == list(tools_for(STEPPED))
    for line in found:
        assert bool(line.note) == (line.right is None)
        assert line.right is not False
        assert len(line.cpu) == len(line.wall) == (0 if line.note else 2)
    assert not results(trained=tuple(found)).failures


@pytest.mark.parametrize(
    ("end", "off"),
    [
        ([1.0, 4.0, 0.0], 0.0),
        ([1.0, 4.5, -0.25], 0.125),
        ([0.0, 0.0, 0.0], 1.0),
        ([math.nan, 4.0, 0.0], math.inf),
        ([math.inf, 4.0, 0.0], math.inf),
    ],
)
def test_distance_is_relative_to_the_way(end: list[float], off: float) -> None:
    assert deviation(np.array(end), np.array([1.0, 4.0, 0.0]), np.zeros(3)) == off


def test_who_never_left_cannot_be_compared() -> None:
    assert deviation(np.ones(3), np.ones(3), np.ones(3)) == math.inf


@pytest.mark.parametrize(
    ("rows", "fails"),
    [
        ([descent(off=1e-14), descent(NUMPY, off=1e-14)], False),
        ([descent(off=1e-14), descent("peer", note="not installed: it")], False),
        ([descent(off=1e-14), descent("peer", off=2e-9)], True),
        ([descent(off=1e-14), descent("peer", off=math.inf)], True),
        ([descent(off=2e-9)], True),
        ([descent(cpu=(1.0,))], True),
        ([descent(note="ValueError: diverged")], True),
    ],
)
def test_who_fails(rows: list[Any], fails: bool) -> None:
    assert bool(results(trained=tuple(rows)).failures) is fails


def test_a_step_is_a_part_of_the_descent() -> None:
    line = descent(cpu=(6e-5, 4e-5), off=1e-15)
    assert line.best == pytest.approx(4e-5 / STEPPED.steps, rel=1e-15)
    found = line.document()
    assert found["cpu_seconds_per_step"] == line.best
    assert found["cpu_seconds"] == {"best": 4e-5, "median": 5e-5}
    assert (found["steps"], found["relative_deviation"]) == (STEPPED.steps, 1e-15)


def test_infinity_stays_out_of_the_file() -> None:
    found = descent(off=math.inf).document()
    assert (found["relative_deviation"], found["same_trajectory"]) == (None, False)


def test_tables_show_times_ratios_and_distances() -> None:
    _, times, ratios, distances = printed(full()).split("Descent:")
    assert [line.split()[-1] for line in times.splitlines() if line.startswith(WALK)] == ["2"]
    for marked, table in (("100", times), ("50", ratios), ("150", ratios), ("1e-03", distances)):
        assert f" {marked} x" in table
    assert "inf x" in distances
    assert "gone: not installed: them" in distances


def test_findings_name_the_nearest() -> None:
    assert any(
        line.startswith(f"start k=3 n=7, 20 steps: the fastest peer ({NUMPY}) takes 20 times our")
        for line in findings(full())
    )


def test_the_figure_has_a_panel() -> None:
    figure = Figure()
    draw(figure, full())
    axes = figure.axes[2]
    shown = [line for line in axes.lines if len(line.get_xdata())]
    assert [line.get_ydata()[0] for line in shown] == pytest.approx([2.0, 40.0, 100.0, 300.0])
    assert [line.get_markerfacecolor() == "none" for line in shown] == [False, False, True, True]
    assert axes.get_yscale() == "log"
