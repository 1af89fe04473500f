"""The symbolic Hessian: complete, proved, able to fail, and the derivative of the real function."""

from fractions import Fraction
from itertools import combinations, combinations_with_replacement, product
from typing import Any

import mpmath
import pytest
import sympy as sp
from mpmath import mp, mpf

from verify.hessian.case import Case
from verify.hessian.symbolic import (
    CLOSED_FORMS,
    LABELS,
    PARAMETERS,
    PATTERNS,
    X,
    block_norm_cases,
    datum_losses,
    hessian_cases,
    logistic_cases,
    neuron_block,
    output,
    output_gradient,
    output_hessian,
    split_cases,
)
from verify.model import InputError

NEURONS = 3
ORDER = (*(f"{name}{i}" for i in range(NEURONS) for name in "wba"), "c")
# (w, b, a) of three neurons and c, then the data; both were chosen to meet all four patterns.
POINTS = (
    ("3/2 1/4 -5/4  -7/5 1/3 4/3  2/3 -1/2 6/5  -2/7", (("4/5", -1), ("-9/7", 1))),
    ("1/2 1 0  2 -1/3 2/3  -3 5/2 -7/4  3/5", (("-3/5", -1), ("11/10", 1))),
)


@pytest.fixture(scope="module")
def true_cases() -> tuple[Case, ...]:
    return hessian_cases()


@pytest.mark.parametrize(
    ("cases", "count"),
    [(hessian_cases, 420), (logistic_cases, 16), (block_norm_cases, 12), (split_cases, 2)],
)
def test_every_case_is_proved(cases: Any, count: int) -> None:
    found = cases()
    assert len(found) == count
    assert [case for case in found if not case.proved or case.difference != "0"] == []
    assert len({case.name for case in found}) == len(found)


def test_no_entry_is_missing(true_cases: tuple[Case, ...]) -> None:
    names = ("w1", "b1", "a1", "w2", "b2", "a2", "c")
    entries = [f"gradient {name}" for name in names]
    entries += [f"entry ({one}, {two})" for one, two in combinations_with_replacement(names, 2)]
    losses = ("any l", "logistic, y = -1", "logistic, y = 1")
    patterns = ("00", "01", "10", "11")
    expected = {
        f"{loss}, pattern {pattern}, {entry}"
        for loss, pattern, entry in product(losses, patterns, entries)
    }
    assert {case.name for case in true_cases} == expected
    assert len(true_cases) == 4 * 3 * (7 + 28)


# Counted by hand. Active neurons by pattern: 0, 1, 1, 2; non-zero entries of g: 1, 4, 4, 7.
@pytest.mark.parametrize(
    ("variant", "unproved"),
    [
        ("gauss-newton", 3 * (2 + 2 + 4)),
        ("no-bias-coupling", 3 * (1 + 1 + 2)),
        ("quarter-softness", 2 * (1 + 10 + 10 + 28)),
        ("unsigned-slope", (1 + 4 + 4 + 7) + (2 + 2 + 4)),
        ("cross-neuron", 3 * 4),
        ("active-always", 3 * (6 + 3 + 3 + 27 + 18 + 18)),
    ],
)
def test_a_false_form_is_not_proved(variant: str, unproved: int) -> None:
    cases = hessian_cases(variant)
    assert sum(not case.proved for case in cases) == unproved
    assert all(case.proved == (case.difference == "0") for case in cases)


def test_every_false_form_is_tested() -> None:
    assert set(CLOSED_FORMS) == {
        "closed-form",
        "gauss-newton",
        "no-bias-coupling",
        "quarter-softness",
        "unsigned-slope",
        "cross-neuron",
        "active-always",
    }


def test_false_logistic_derivatives_leave_the_generic_loss_alone() -> None:
    cases = hessian_cases("unsigned-slope")
    wrong = {case.name.split(", pattern")[0] for case in cases if not case.proved}
    assert wrong == {"logistic, y = 1"}
    cases = hessian_cases("quarter-softness")
    wrong = {case.name.split(", pattern")[0] for case in cases if not case.proved}
    assert wrong == {"logistic, y = -1", "logistic, y = 1"}


def test_the_difference_says_what_is_left() -> None:
    found = {case.name: case.difference for case in hessian_cases("gauss-newton")}
    power = sp.Symbol("E")
    left = sp.sympify(found["logistic, y = 1, pattern 10, entry (b1, a1)"], locals={"E": power})
    assert sp.cancel(left + 1 / (1 + power)) == 0


def test_an_unknown_form_is_bad_input() -> None:
    with pytest.raises(
        InputError, match=r"^there is no closed form 'none'; there are closed-form,"
    ):
        hessian_cases("none")


def test_the_block_is_the_hessian_of_one_neuron() -> None:
    w, b, a = PARAMETERS[:3]
    assert sp.hessian(a * (w * X + b), (w, b, a)) == neuron_block(X)
    assert neuron_block(X).eigenvals() == {0: 1, sp.sqrt(X**2 + 1): 1, -sp.sqrt(X**2 + 1): 1}


def _derived(pattern: tuple[int, int], position: int) -> list[sp.Expr]:
    value = datum_losses(CLOSED_FORMS["closed-form"], output(pattern))[position].value
    pairs = combinations_with_replacement(PARAMETERS, 2)
    return [value.diff(one, two) for one, two in pairs]


def _claimed(pattern: tuple[int, int], position: int) -> list[sp.Expr]:
    form = CLOSED_FORMS["closed-form"]
    loss = datum_losses(form, output(pattern))[position]
    g, curved = output_gradient(form, pattern), output_hessian(form, pattern)
    pairs = combinations_with_replacement(range(len(PARAMETERS)), 2)
    return [loss.curvature * g[i] * g[j] + loss.slope * curved[i, j] for i, j in pairs]


def _mean_loss(theta: tuple[Any, ...], data: list[tuple[Any, int]]) -> Any:
    """The loss written from its definition, with relu as a maximum."""
    total = mpf(0)
    for x, y in data:
        f = theta[-1]
        for i in range(NEURONS):
            w, b, a = theta[3 * i : 3 * i + 3]
            f += a * max(w * x + b, mpf(0))
        total += mpmath.log(1 + mpmath.exp(-y * f))
    return total / len(data)


def _number(text: str) -> Any:
    value = Fraction(text)
    return mpf(value.numerator) / value.denominator


def _patterns(theta: Any, x: Any, pair: tuple[int, int]) -> tuple[int, ...]:
    return tuple(int(theta[3 * i] * x + theta[3 * i + 1] > 0) for i in pair)


def _pair_entries(functions: Any, theta: Any, data: Any, pair: tuple[int, int]) -> dict[Any, Any]:
    """Hessian entries of two of the three neurons and c; the third is absorbed in c."""
    names = [*(f"{name}{i}" for i in pair for name in "wba"), "c"]
    (other,) = set(range(NEURONS)) - set(pair)
    w, b, a = theta[3 * other : 3 * other + 3]
    sums = [mpf(0)] * 28
    for x, y in data:
        point = [theta[ORDER.index(name)] for name in names]
        point[-1] += a * max(w * x + b, mpf(0))
        for index, entry in enumerate(functions[_patterns(theta, x, pair), y](*point, x)):
            sums[index] += entry / len(data)
    return dict(zip(combinations_with_replacement(names, 2), sums, strict=True))


@pytest.mark.parametrize("side", [_derived, _claimed])
def test_finite_differences_of_three_neurons_agree(side: Any) -> None:
    functions = {
        (pattern, y): sp.lambdify((*PARAMETERS, X), side(pattern, position), "mpmath", cse=True)
        for pattern in PATTERNS
        for position, y in enumerate(LABELS, start=1)
    }
    pairs = list(combinations(range(NEURONS), 2))
    met = set()
    with mp.workdps(50):
        for parameters, points in POINTS:
            theta = tuple(_number(text) for text in parameters.split())
            data = [(_number(x), y) for x, y in points]
            met |= {_patterns(theta, x, pair) for x, _ in data for pair in pairs}
            closed: dict[Any, Any] = {}
            for pair in pairs:
                closed |= _pair_entries(functions, theta, data, pair)
            assert len(closed) == len(ORDER) * (len(ORDER) + 1) // 2
            for names, entry in closed.items():
                orders = tuple(names.count(name) for name in ORDER)
                measured = mpmath.diff(lambda *at, d=data: _mean_loss(at, d), theta, orders)
                assert abs(measured - entry) < mpf(10) ** -20, names
    assert met == set(PATTERNS)


@pytest.mark.parametrize("y", LABELS)
def test_the_loss_has_a_corner_on_a_kink_although_the_neuron_does_not_count(y: int) -> None:
    # w = 1, b = 0, a = 0, c = 1, x = 0: dL/da as a function of b is l'(1) max(b, 0).
    def slope_in_a(b: Any) -> Any:
        return mpmath.diff(lambda a: mpmath.log(1 + mpmath.exp(-y * (a * max(b, mpf(0)) + 1))), 0)

    with mp.workdps(40):
        step = mpf(1) / 10**6
        right, left = (slope_in_a(at) / step for at in (step, -step))
        assert left == 0
        assert abs(right + y / (1 + mpmath.exp(y))) < mpf(10) ** -25


def test_balanced_labels_on_a_kink_leave_corners_nearby() -> None:
    # Labels -1 and 1 at x = 0, w = 1, b = 0: no corner at a = c = 0, but one at every a, c != 0.
    def loss(a: Any, b: Any, c: Any) -> Any:
        f = a * max(b, mpf(0)) + c
        return sum(mpmath.log(1 + mpmath.exp(-y * f)) for y in LABELS) / 2

    with mp.workdps(40):
        step = mpf(1) / 10**6
        slopes = [mpmath.diff(lambda a, b=b: loss(a, b, 0), 0) for b in (step, -step)]
        assert max(abs(slope) for slope in slopes) < mpf(10) ** -30
        a = c = mpf(1) / 1000
        right, left = ((loss(a, b, c) - loss(a, 0, c)) / b for b in (step, -step))
        assert left == 0
        assert abs(right) > a * c / 8
