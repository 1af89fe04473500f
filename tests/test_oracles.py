"""The closed-form Hessian and its spectrum against oracles that share no formula with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations_with_replacement
from random import Random
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb
from mpmath import mp, mpf
from numpy.typing import NDArray

from verify.ball import Scalar, ball, dyadic, rational, working_precision
from verify.claims.t_stat import gradient
from verify.hessian.dense import dense_hessian
from verify.hessian.structured import loss_hessian
from verify.logistic import LOGISTIC
from verify.model import Dataset, Network
from verify.quantities import Instance, Quantities
from verify.spectrum import lambda_max, lambda_min
from verify.spectrum.exact import characteristic

DIGITS = 50
SEEDS = range(6)
UNIT = 2.0**-53
LIBM = 4
"""Assumed: exp and log1p of the C library err by at most 4 units in the last place."""

Case = tuple[Network, Dataset]
Floats = NDArray[np.float64]


def parameters(network: Network) -> list[Fraction]:
    """(w_1, b_1, a_1, .., c)."""
    triples = zip(network.w, network.b, network.a, strict=True)
    return [value for triple in triples for value in triple] + [network.c]


def _case(seed: int, *, k: int = 3, n: int = 4) -> Case:
    """A random network with dyadic parameters, all of whose preactivations exceed 1/16 in size."""
    random = Random(seed)

    def draw() -> Fraction:
        return Fraction(random.randint(-48, 48), 32)

    while True:
        x, y = [draw() for _ in range(n)], [random.choice([-1, 1]) for _ in range(n)]
        w, b, a = ([draw() for _ in range(k)] for _ in range(3))
        sizes = [abs(w[i] * at + b[i]) for i in range(k) for at in x]
        if min(sizes) > Fraction(1, 16):
            return Network(w=w, b=b, a=a, c=draw()), Dataset(x=x, y=y)


CASES = [_case(seed) for seed in SEEDS]
each_case = pytest.mark.parametrize("case", CASES, ids=[f"seed {seed}" for seed in SEEDS])


def closed_form(case: Case) -> list[list[arb]]:
    with working_precision(256):
        return dense_hessian(loss_hessian(*case, ball, LOGISTIC))


def as_floats(matrix: Sequence[Sequence[Scalar]]) -> Floats:
    return np.array([[float(arb(entry)) for entry in row] for row in matrix])


def _mpf(value: Fraction) -> mpf:
    return mpf(value.numerator) / value.denominator


def loss_in_mpmath(case: Case, theta: Sequence[mpf]) -> mpf:
    """The mean logistic loss from its definition."""
    data, total = case[1], mpf(0)
    for x, y in zip(map(_mpf, data.x), data.y, strict=True):
        f = theta[-1]
        for w, b, a in zip(theta[0:-1:3], theta[1:-1:3], theta[2:-1:3], strict=True):
            f += a * max(w * x + b, mpf(0))
        total += mp.log(1 + mp.exp(-y * f))
    return total / data.n


def _partial(case: Case, positions: Sequence[int]) -> mpf:
    """A partial derivative of the loss by mpmath's numerical differentiation."""
    theta = [_mpf(value) for value in parameters(case[0])]
    orders = tuple(positions.count(index) for index in range(len(theta)))
    return mpmath.diff(lambda *at: loss_in_mpmath(case, at), tuple(theta), orders)


def _near(value: Scalar, truth: mpf) -> bool:
    middle = mpf(arb(value).mid().str(60, radius=False))
    return bool(abs(middle - truth) < mpf(10) ** -40)


@each_case
def test_every_entry_is_the_derivative_that_mpmath_takes(case: Case) -> None:
    matrix = closed_form(case)
    with mp.workdps(DIGITS), working_precision(256):
        for pair in combinations_with_replacement(range(len(matrix)), 2):
            truth = _partial(case, pair)
            assert _near(matrix[pair[0]][pair[1]], truth)
            assert _near(matrix[pair[1]][pair[0]], truth)


@each_case
def test_every_slope_is_the_derivative_that_mpmath_takes(case: Case) -> None:
    instance = Instance(network=case[0], data=case[1])
    with mp.workdps(DIGITS), working_precision(256):
        quantities = Quantities(instance=instance, number=ball, width=Fraction(1, 1024))
        # c comes first there and last among the parameters.
        bias, *rest = gradient(quantities)
        for index, value in enumerate([*rest, bias]):
            assert _near(value, _partial(case, [index]))


@dataclass(frozen=True, kw_only=True)
class Line:
    """The loss along theta + t v in float64: every parameter on it is an exact float."""

    x: Floats
    y: Floats
    theta: Floats
    v: Floats

    def loss(self, t: float) -> float:
        at = self.theta + t * self.v
        w, b, a = (at[part:-1:3] for part in range(3))
        f = np.maximum(self.x[:, None] * w + b, 0.0) @ a + at[-1]
        margin = self.y * f
        terms = np.log1p(np.exp(-np.abs(margin))) + np.maximum(-margin, 0.0)
        return float(terms.mean())


def _line(case: Case, random: Random) -> Line:
    x, y = case[1].floats()
    theta = np.array([float(value) for value in parameters(case[0])])
    v = np.array([float(random.choice([-2, -1, 1, 2])) for _ in theta])
    return Line(x=x, y=y, theta=theta, v=v)


def truncation_bound(line: Line, h: float) -> float:
    """h^2/12 max |phi''''| on [-h, h], where no preactivation changes sign.

    There f is quadratic in t, so phi'''' = mean(l'''' f'^4 + 6 l''' f'^2 f'' + 3 l'' f''^2)
    and |l''| <= 1/4, |l'''| <= 1/(6 sqrt 3), |l''''| <= 1/8 for the logistic loss.
    """
    (w, b, a), (dw, db, da) = (
        tuple(part[at:-1:3] for at in range(3)) for part in (line.theta, line.v)
    )
    z, dz = line.x[:, None] * w + b, line.x[:, None] * dw + db
    on = z > 0
    assert (np.abs(z) > h * np.abs(dz)).all()
    second = 2 * np.abs((on * dz) @ da)
    first = np.abs((on * dz) @ a + (on * z) @ da + line.v[-1]) + h * second
    fourth = first**4 / 8 + first**2 * second / np.sqrt(3) + 3 * second**2 / 4
    return float(h**2 / 12 * fourth.mean())


def rounding_bound(line: Line, h: float) -> float:
    """Error of (phi(h) - 2 phi(0) + phi(-h)) / h^2 in float64, for exact theta and x.

    A sum of k products of rounded factors errs by (k + 4) units of M = max_j (sum |a| (|w x|
    + |b|) + |c|); l is 1-Lipschitz and at most M + 1; exp and log1p add LIBM units each,
    the mean n + 1; four such values are combined, with four roundings of at most 4 (M + 1).
    """
    top = np.abs(line.theta) + h * np.abs(line.v)
    w, b, a = (top[at:-1:3] for at in range(3))
    M = float(((np.abs(line.x)[:, None] * w + b) @ a).max() + top[-1]) + 1.0
    operations = len(w) + 4 + 2 * LIBM + 2 + len(line.x) + 1
    return (4 * operations + 16) * UNIT * M / h**2 * 1.01


@each_case
@pytest.mark.parametrize("h", [2.0**-8, 2.0**-10, 2.0**-12])
def test_central_differences_stay_within_a_derived_bound(case: Case, h: float) -> None:
    random = Random(7)
    h_true = loss_hessian(*case, ball, LOGISTIC)
    no_residual = replace(h_true, r=tuple((0 * rx, 0 * r1) for rx, r1 in h_true.r))
    matrix, gauss_newton = as_floats(closed_form(case)), as_floats(dense_hessian(no_residual))
    told_apart = 0
    for _ in range(12):
        line = _line(case, random)
        difference = (line.loss(h) - 2 * line.loss(0.0) + line.loss(-h)) / h**2
        bound = truncation_bound(line, h) + rounding_bound(line, h)
        curvature = float(line.v @ matrix @ line.v)
        slack = 64 * UNIT * float(np.abs(line.v) @ np.abs(matrix) @ np.abs(line.v))
        assert abs(difference - curvature) <= bound + slack
        wrong = float(line.v @ gauss_newton @ line.v)
        told_apart += abs(difference - wrong) > bound + slack
    assert told_apart > 6


@each_case
def test_automatic_differentiation_agrees(case: Case) -> None:
    torch = pytest.importorskip("torch")
    x, y = (torch.tensor(part, dtype=torch.float64) for part in case[1].floats())
    theta = torch.tensor([float(value) for value in parameters(case[0])], dtype=torch.float64)

    def loss(at: Any) -> Any:
        w, b, a = (at[part:-1:3] for part in range(3))
        f = torch.relu(x[:, None] * w + b) @ a + at[-1]
        return torch.nn.functional.softplus(-y * f).mean()

    matrix = torch.autograd.functional.hessian(loss, theta).numpy()
    exact = as_floats(closed_form(case))
    assert np.abs(matrix - exact).max() <= 1e-13 * np.abs(exact).max()


@each_case
def test_numpy_and_balls_agree_on_the_extremes(case: Case) -> None:
    matrix = as_floats(closed_form(case))
    values = np.linalg.eigvalsh(matrix)
    # Weyl: entries rounded to nearest, and a backward stable solver on 10 rows.
    error = Fraction(1000 * UNIT * float(np.linalg.norm(matrix)))
    for enclosure, value in ((lambda_max(*case), values[-1]), (lambda_min(*case), values[0])):
        low, high = dyadic(enclosure.lo) - error, dyadic(enclosure.hi) + error
        assert low <= Fraction(float(value)) <= high


def _rational_cases() -> Iterator[Case]:
    """Networks with f = 0 on the data, so that H is rational: a pair that cancels, k = 2."""
    for seed in SEEDS:
        (single, data) = _case(seed, k=1, n=3)
        w, b, a = single.w[0], single.b[0], single.a[0]
        network = Network(w=[w, 2 * w], b=[b, 2 * b], a=[a, -a / 2], c=0)
        yield network, data


@pytest.mark.parametrize("case", list(_rational_cases()), ids=[f"seed {seed}" for seed in SEEDS])
def test_sympy_numpy_and_balls_agree_on_the_extremes(case: Case) -> None:
    matrix = dense_hessian(loss_hessian(*case, rational, LOGISTIC))
    exact = sp.Matrix([[sp.Rational(str(entry)) for entry in row] for row in matrix])
    poly = exact.charpoly().as_poly()
    assert [sp.Rational(str(entry)) for entry in characteristic(matrix).coeffs()[::-1]] == [
        *poly.all_coeffs()
    ]
    isolated = [ends for ends, _ in poly.intervals(eps=sp.Rational(1, 10**18))]
    values = np.linalg.eigvalsh(as_floats(matrix))
    for find, end in ((lambda_min, 0), (lambda_max, -1)):
        enclosure, (low, high), value = find(*case), isolated[end], values[end]
        assert dyadic(enclosure.lo) <= Fraction(str(high))
        assert Fraction(str(low)) <= dyadic(enclosure.hi)
        assert float(low) == pytest.approx(float(value), abs=1e-12)
    assert sum(count for _, count in poly.intervals()) == len(values)
