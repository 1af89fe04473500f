"""Outputs, gradient and Hessian products in float64 against balls, dense formulas, differences."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb
from mpmath import mp, mpf

from tests.float_cases import BITS, CASES, Case, agree, every_case, exact_mask, rounded, terms
from verify import lambda_max
from verify.ball import ball, working_precision
from verify.hessian.dense import dense_hessian
from verify.model import Dataset, InputError, Network
from verify.operators.layout import OutOfRange
from verify.operators.linear import (
    as_linear_operator,
    cells,
    compress,
    condense,
    hessian,
    hessian_vector_product,
)
from verify.operators.network import evaluate, gradient, mean_loss
from verify.operators.sums import gather


@pytest.fixture(autouse=True)
def _precise() -> Iterator[None]:
    with working_precision(BITS), mp.workdps(50):
        yield


@every_case
def test_outputs_loss_slopes_and_blocks(case: Case) -> None:
    state, exactly, size = case.state(), case.exactly(), terms(case)
    n = len(case.x)
    assert state.layout.order.tolist() == size.order
    agree(state.f, [float(f) for f in exactly.outs], size.size)
    agree(state.slope, rounded(exactly.slopes) / n, size.size * np.abs(rounded(exactly.slopes)))
    agree(state.p, rounded(exactly.h.p), size.size * rounded(exactly.h.p))
    agree(state.r, rounded(exactly.h.r).reshape(-1, 2), size.size * size.r)
    data = exactly.data.in_order
    losses = [exactly.loss.value(y, ball(f)) for y, f in zip(data.y, exactly.outs, strict=True)]
    agree(mean_loss(state), rounded(sum(losses)) / n, size.size)


def loss_at(case: Case, moved: list[mpf]) -> mpf:
    """L at the parameters (w, b, a, c) written one after the other, in mpmath."""
    k, total = len(case.w), mpf(0)
    for x, y in zip(case.x, case.y, strict=True):
        z = [moved[i] * x + moved[k + i] for i in range(k)]
        f = moved[-1] + sum(a * max(at, mpf(0)) for a, at in zip(moved[2 * k : -1], z, strict=True))
        total += mp.log1p(mp.exp(-y * f))
    return total / len(case.x)


@every_case
def test_the_gradient_is_the_limit_of_differences(case: Case) -> None:
    state, size = case.state(), terms(case)
    if state.layout.kink is not None:
        return
    start = [mpf(value) for value in (*case.w, *case.b, *case.a, case.c)]
    step = mpf(10) ** -20
    differences = []
    for at in range(len(start)):
        up, down = ([*start[:at], start[at] + way, *start[at + 1 :]] for way in (step, -step))
        differences.append((loss_at(case, up) - loss_at(case, down)) / (2 * step))
    scales = size.size * size.rows.mean(0)
    scales = np.concatenate([scales[0:-1:3], scales[1:-1:3], scales[2:-1:3], scales[-1:]])
    gw, gb, ga, gc = gradient(state)
    agree(np.concatenate([gw, gb, ga, [gc]]), [float(d) for d in differences], scales)


@every_case
def test_hessian_products_on_data_and_on_cells(case: Case) -> None:
    state, exactly, size = case.state(), case.exactly(), terms(case)
    dense = rounded(dense_hessian(exactly.h))
    on_data, on_cells = hessian(state), compress(hessian(state))
    draw = np.random.default_rng(0)
    directions = [*np.eye(len(dense)), *draw.normal(size=(3, len(dense)))]
    for v in directions:
        scale = size.size * size.product(rounded(exactly.h.p), v)
        for h in (on_data, on_cells):
            agree(hessian_vector_product(h, v), dense @ v, scale)


@every_case
def test_cells_are_the_runs_of_one_activation_pattern(case: Case) -> None:
    state = case.state()
    patterns = [tuple(row) for row in exact_mask(case)]
    expected = np.cumsum([j > 0 and patterns[j] != patterns[j - 1] for j in range(len(patterns))])
    cell = cells(state.sight.edge, state.layout.n)
    assert cell.tolist() == expected.tolist()
    h = compress(hessian(state))
    assert h.weight.size == 1 + expected[-1] <= min(len(case.x), len(case.w) + 1)
    again = compress(h)
    for once, twice in zip((*h.sight, *h[1:]), (*again.sight, *again[1:]), strict=True):
        assert np.array_equal(once, twice)


@every_case
def test_the_moments_of_a_cell_are_those_of_its_data(case: Case) -> None:
    state = case.state()
    x, p = state.layout.x, state.p
    cell = cells(state.sight.edge, state.layout.n)
    place, weight, second = condense(cell, x, p, np.zeros(p.size))
    for m in range(int(cell[-1]) + 1):
        at = [Fraction(value) for value in x[cell == m].tolist()]
        mass = [Fraction(value) for value in p[cell == m].tolist()]
        centre = sum(q * t for q, t in zip(mass, at, strict=True)) / sum(mass)
        spread = sum(q * (t - centre) ** 2 for q, t in zip(mass, at, strict=True))
        assert min(at) <= place[m] <= max(at)
        agree(weight[m], float(sum(mass)), float(sum(mass)))
        reach = max(map(abs, at))
        agree(place[m], float(centre), float(reach))
        agree(second[m], float(spread), float(sum(mass) * (max(at) - min(at)) * reach))


def test_the_cases_contain_what_they_are_for() -> None:
    states = [case.state() for case in CASES.values()]
    assert sum(state.layout.kink is not None for state in states) > 5
    compressed = [compress(hessian(state)).weight.size < state.layout.n for state in states]
    assert sum(compressed) > 20
    assert min(state.p.min() for state in states) < 1e-40


def test_the_error_of_a_sum_does_not_grow_with_its_length() -> None:
    n = 20_000
    x = np.linspace(-1, 1, n)
    state = evaluate([1.0, -1.0], [2.0, 2.0], [1.0, 1.0], -4.0, x, np.ones(n))
    weights = np.full(n, 0.1)
    mass = gather(state.sight, weights, np.zeros(n))[:, 1]
    exact = float(n * Fraction(0.1))
    assert mass.tolist() == [exact] * 2
    assert float(np.cumsum(weights)[-1]) != exact


@pytest.mark.parametrize("seed", [0, 1])
def test_larger_networks_against_a_dense_formula(seed: int) -> None:
    draw = np.random.default_rng(seed)
    k, n = 150, 230
    w, a, x = draw.normal(size=k), draw.normal(size=k) / 12, draw.uniform(-1, 1, n)
    b = -w * draw.uniform(-1.2, 1.2, k)
    y = draw.choice([-1.0, 1.0], n)
    state = evaluate(w, b, a, 0.1, x, y)
    z = np.multiply.outer(x, w) + b
    on = (z > 0).astype(float)
    f = np.maximum(z, 0) @ a + 0.1
    sigma = 1 / (1 + np.exp(-f))
    slope, p = (sigma - (y + 1) / 2) / n, sigma * (1 - sigma) / n
    rows = np.ones((n, 3 * k + 1))
    rows[:, 0:-1:3], rows[:, 1:-1:3], rows[:, 2:-1:3] = on * a * x[:, None], on * a, on * z
    dense = rows.T @ (p[:, None] * rows)
    for offset, entry in ((0, slope * x @ on), (1, slope @ on)):
        at = np.arange(k) * 3
        dense[at + offset, at + 2] += entry
        dense[at + 2, at + offset] += entry
    np.testing.assert_allclose(state.f[np.argsort(state.layout.order)], f, atol=1e-13)
    flat = rows.T @ slope
    parts = (flat[0:-1:3], flat[1:-1:3], flat[2:-1:3], flat[-1])
    for part, expected in zip(gradient(state), parts, strict=True):
        np.testing.assert_allclose(part, expected, atol=1e-14)
    for v in draw.normal(size=(3, 3 * k + 1)):
        for h in (hessian(state), compress(hessian(state))):
            np.testing.assert_allclose(hessian_vector_product(h, v), dense @ v, atol=1e-12)


def test_a_linear_operator_gives_scipy_the_largest_eigenvalue() -> None:
    from scipy.sparse.linalg import eigsh

    draw = np.random.default_rng(5)
    w, a = draw.normal(size=(2, 12))
    b, x = -w * draw.uniform(-1, 1, 12), draw.uniform(-1, 1, 30)
    y = draw.choice([-1, 1], 30)
    operator = as_linear_operator(evaluate(w, b, a, 0.1, x, y))
    assert operator.shape == (37, 37)
    assert operator.dtype == np.float64
    top = eigsh(operator, k=1, which="LA", v0=np.ones(37), return_eigenvectors=False)[0]
    network = Network(w=w.tolist(), b=b.tolist(), a=a.tolist(), c=0.1)
    truth = lambda_max(network, Dataset(x=x.tolist(), y=y.tolist()))
    assert top == pytest.approx(float(arb(truth.lo)), rel=1e-12)
    matrix = operator @ np.eye(37)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-15)
    v = draw.normal(size=37)
    assert np.array_equal(operator.rmatvec(v), operator.matvec(v))


ONE: dict[str, Any] = {"w": [1.0], "b": [0.5], "a": [2.0], "c": 0.0, "x": [1.0, 2.0], "y": [1, -1]}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "lengths": ({"b": [1.0, 2.0]}, "w, b and a have lengths 1, 2 and 1; they must be equal"),
    "data": ({"x": [1.0]}, "x has 1 entries and y has 2; they must be equal in number"),
    "no data": ({"x": [], "y": []}, "the dataset is empty; at least one point is needed"),
    "label": ({"y": [1, 0]}, r"y\[1\] is 0; a label is -1 or 1"),
    "nan": ({"x": [1.0, float("nan")]}, r"x\[1\] is nan; a finite number is needed"),
    "infinite": ({"a": [float("inf")]}, r"a\[0\] is inf; a finite number is needed"),
    "c": ({"c": float("nan")}, r"c\[0\] is nan; a finite number is needed"),
    "shape": ({"w": [[1.0]]}, r"w has shape \(1, 1\); shape \(length,\) is needed"),
    "ragged": ({"w": [[1.0], [1.0, 2.0]]}, "w is no array of numbers"),
    "text": ({"w": ["1/3"]}, "w holds <U3; an array of real numbers is needed"),
    "complex": ({"w": [1j]}, "w holds complex128; an array of real numbers is needed"),
    "truth": ({"w": [True]}, "w holds bool; an array of real numbers is needed"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_in_one_line(name: str) -> None:
    change, message = BAD[name]
    with pytest.raises(InputError, match=message) as caught:
        evaluate(**{**ONE, **change})
    assert "\n" not in str(caught.value)


def test_a_datum_on_a_kink_is_named_and_refused() -> None:
    on_kink = {**ONE, "w": [1.0, -2.0], "b": [3.0, 2.0], "a": [1.0, 1.0], "x": [5.0, 1.0]}
    message = r"neuron 1 has w x \+ b = 0 at datum 1 \(x = 1.0\): the loss is not twice diff"
    with pytest.raises(InputError, match=message):
        evaluate(**on_kink)
    assert evaluate(**on_kink, formal=True).f.tolist() == [4.0, 8.0]


def test_bad_vectors_are_refused() -> None:
    h = hessian(evaluate(**ONE))
    with pytest.raises(InputError, match=r"v has 3 entries; 3k \+ 1 = 4 are needed"):
        hessian_vector_product(h, np.ones(3))
    with pytest.raises(InputError, match=r"v\[2\] is nan; a finite number is needed"):
        hessian_vector_product(h, [0.0, 0.0, np.nan, 0.0])


def test_what_float64_cannot_hold_is_refused() -> None:
    with pytest.raises(OutOfRange, match="2\\^-200"):
        evaluate(**{**ONE, "w": [1e300]})
    with pytest.raises(OutOfRange, match="beyond float64"):
        evaluate(**{**ONE, "a": [1e308], "b": [1e10]})


def test_curvature_that_underflows_leaves_cells_without_weight() -> None:
    certain = evaluate(**{**ONE, "c": 1e4})
    assert certain.p.tolist() == [0.0, 0.0]
    h = compress(hessian(certain))
    assert h.weight.tolist() == h.second.tolist() == [0.0]
    assert np.isfinite(hessian_vector_product(h, np.ones(4))).all()


def test_a_state_does_not_share_memory_with_its_input() -> None:
    given = {name: np.array(ONE[name], dtype=float) for name in ("w", "b", "a", "x", "y")}
    state = evaluate(**given, c=0.0)
    loss, product = mean_loss(state), hessian_vector_product(hessian(state), np.ones(4))
    for array in given.values():
        array[:] = 7.0
    assert mean_loss(state) == loss
    assert np.array_equal(hessian_vector_product(hessian(state), np.ones(4)), product)
