"""The quantities of the theorems against definitions in mpmath, and balls against rationals."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random

import mpmath
import pytest
from flint import arb, fmpq
from mpmath import mp, mpf

from verify.ball import NotExact, Scalar, as_fraction, ball, rational, working_precision
from verify.hessian.dense import dense_hessian
from verify.model import Dataset, Network
from verify.quantities import Instance, Quantities

BITS, DIGITS = 256, 45
WIDTH = Fraction(1, 10**40)
COUNT = 40
ROOTED = tuple(Fraction(text) for text in ("0", "3/4", "-3/4", "4/3", "-12/5"))
"""Points at which sqrt(1 + x^2) is rational."""


@dataclass(frozen=True, kw_only=True)
class Naive:
    """One instance in mpmath by definitions, over the data in the caller's order."""

    x: list[mpf]
    y: list[int]
    w: list[mpf]
    b: list[mpf]
    a: list[mpf]
    c: mpf
    q: list[mpf] | None

    @property
    def n(self) -> int:
        return len(self.x)

    @property
    def k(self) -> int:
        return len(self.w)

    def z(self, i: int, j: int) -> mpf:
        return self.w[i] * self.x[j] + self.b[i]

    def f(self, j: int) -> mpf:
        return self.c + sum(self.a[i] * max(self.z(i, j), mpf(0)) for i in range(self.k))

    def slope(self, j: int) -> mpf:
        return -self.y[j] / (1 + mp.exp(self.y[j] * self.f(j)))

    def p(self, j: int) -> mpf:
        return 1 / ((1 + mp.exp(self.f(j))) * (1 + mp.exp(-self.f(j)))) / self.n

    def law(self) -> list[mpf]:
        weights = self.q or [self.p(j) for j in range(self.n)]
        return [weight / sum(weights) for weight in weights]

    def g(self, j: int) -> mpmath.matrix:
        row = []
        for i in range(self.k):
            on = self.z(i, j) > 0
            row += [self.a[i] * self.x[j], self.a[i], self.z(i, j)] if on else [mpf(0)] * 3
        return mp.matrix([*row, mpf(1)])

    def v(self) -> mpmath.matrix:
        return sum((q * self.g(j) for j, q in enumerate(self.law())), mp.zeros(3 * self.k + 1, 1))

    def R(self) -> mpmath.matrix:
        matrix = mp.zeros(3 * self.k + 1)
        for i in range(self.k):
            for j in (j for j in range(self.n) if self.z(i, j) > 0):
                for offset, entry in ((0, self.x[j]), (1, mpf(1))):
                    matrix[3 * i + offset, 3 * i + 2] += self.slope(j) * entry / self.n
                    matrix[3 * i + 2, 3 * i + offset] += self.slope(j) * entry / self.n
        return matrix

    def hessian(self) -> mpmath.matrix:
        gauss_newton = mp.zeros(3 * self.k + 1)
        for j in range(self.n):
            gauss_newton += self.p(j) * self.g(j) * self.g(j).T
        return gauss_newton + self.R()

    def gradient(self) -> mpmath.matrix:
        terms = (self.slope(j) * self.g(j) / self.n for j in range(self.n))
        return sum(terms, mp.zeros(3 * self.k + 1, 1))

    def beta(self, i: int) -> mpf:
        on = [(q, self.x[j]) for j, q in enumerate(self.law()) if self.z(i, j) > 0]
        return mp.hypot(sum(q * x for q, x in on), sum(q for q, _ in on))

    def alpha(self, i: int) -> mpf:
        return sum(q * max(self.z(i, j), mpf(0)) for j, q in enumerate(self.law()))


def _lambda_max(naive: Naive) -> mpf:
    return max(mpmath.eigsy(naive.hessian(), eigvals_only=True))


def _largest_r(naive: Naive) -> mpf:
    return max([mpf(0), *mpmath.eigsy(naive.R(), eigvals_only=True)])


def _path_sum(naive: Naive) -> mpf:
    terms = (naive.alpha(i) * abs(naive.a[i]) * naive.beta(i) for i in range(naive.k) if naive.w[i])
    return sum(terms, mpf(0))


def _rho(naive: Naive) -> mpf:
    v = naive.v()
    return (v.T * naive.R() * v)[0] / (v.T * v)[0]


def _residual(naive: Naive) -> mpf:
    terms = (abs(naive.slope(j)) * mp.sqrt(1 + naive.x[j] ** 2) for j in range(naive.n))
    return sum(terms) / naive.n


def _inverse_d(naive: Naive) -> mpf:
    return 1 / sum(q**2 / naive.p(j) for j, q in enumerate(naive.law()))


def _gradient_residual(naive: Naive) -> mpf:
    inner = [naive.gradient()[3 * i + part] for i in range(naive.k) for part in (0, 1)]
    size = max([mpf(0), *(naive.beta(i) for i in range(naive.k))])
    return size * mp.sqrt(sum((entry**2 for entry in inner), mpf(0)))


DEFINITIONS: dict[str, Callable[[Naive], mpf]] = {
    "lambda_max": _lambda_max,
    "P": lambda naive: sum(naive.p(j) for j in range(naive.n)),
    "inverse_D": _inverse_d,
    "v_squared": lambda naive: (naive.v().T * naive.v())[0],
    "S": _path_sum,
    "rho": _rho,
    "residual": _residual,
    "largest_r": _largest_r,
    "gradient_residual": _gradient_residual,
}


def _mpf(values: object) -> list[mpf]:
    return [mpf(value.numerator) / value.denominator for value in values]


def naive(instance: Instance) -> Naive:
    net, data = instance.network, instance.data
    q = None if instance.q is None else _mpf(instance.q)
    w, b, a, (c,) = (_mpf(part) for part in (net.w, net.b, net.a, [net.c]))
    return Naive(x=_mpf(data.x), y=list(data.y), w=w, b=b, a=a, c=c, q=q)


def _instances(*, zero: bool = False) -> Iterator[Instance]:
    """Random instances, some with w = 0, with repeated data or with q; `zero` makes f = 0."""
    for seed in range(COUNT):
        random = Random(seed)

        def draw(random: Random = random) -> Fraction:
            return Fraction(random.randint(-7, 7), random.choice([2, 3, 5]))

        neurons = [(draw(), draw(), draw()) for _ in range(seed % 3 if zero else seed % 4)]
        if zero:
            neurons += [(w / 3, b / 3, -3 * a) for w, b, a in neurons]
        n = random.randint(1, 6)
        x, y = [draw() for _ in range(n)], [random.choice([-1, 1]) for _ in range(n)]
        if zero and seed % 4 > 1:
            x = [random.choice(ROOTED) for _ in range(n)]
        w, b, a = zip(*neurons, strict=True) if neurons else ((), (), ())
        q = tuple(Fraction(random.randint(0, 4)) + (j == 0) for j in range(n))
        yield Instance(
            network=Network(w=w, b=b, a=a, c=0 if zero else draw()),
            data=Dataset(x=x, y=y),
            q=q if seed % 2 else None,
            formal=True,
        )


def _close(result: Scalar, truth: mpf) -> bool:
    parts = arb(result).mid(), arb(result).rad()
    middle, radius = (mpf(part.str(80, radius=False)) for part in parts)
    close = mpf(10) ** (8 - DIGITS) * (1 + abs(truth))
    return bool(radius < close and abs(middle - truth) < radius + close)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_quantity_is_its_definition(name: str) -> None:
    with working_precision(BITS), mp.workdps(DIGITS):
        for instance in _instances():
            quantities = Quantities(instance=instance, number=ball, width=WIDTH)
            assert _close(getattr(quantities, name), DEFINITIONS[name](naive(instance)))


def test_the_squared_norm_splits_into_one_path_sum_and_imbalance() -> None:
    with working_precision(BITS), mp.workdps(DIGITS):
        for instance in _instances():
            quantities = Quantities(instance=instance, number=ball, width=WIDTH)
            plain, imbalance = naive(instance), mpf(0)
            for i in range(plain.k):
                alpha, weight = plain.alpha(i), abs(plain.a[i]) * plain.beta(i)
                imbalance += (alpha - weight) ** 2 if plain.w[i] else alpha**2 + weight**2
            assert _close(quantities.v_squared - 1 - 2 * quantities.S, imbalance)


def test_slopes_outputs_and_weights_follow_the_sorted_data() -> None:
    with working_precision(BITS), mp.workdps(DIGITS):
        for instance in _instances():
            quantities = Quantities(instance=instance, number=ball, width=WIDTH)
            plain, order = naive(instance), instance.data.order
            for position, j in enumerate(order):
                assert _mpf([quantities.outs[position]])[0] == pytest.approx(plain.f(j), abs=1e-40)
                assert _close(quantities.slopes[position], plain.slope(j))
                assert _close(quantities.h.p[position], plain.p(j))
                assert _close(quantities.q[position], plain.law()[j])
                assert _close(quantities.block_norms[position], mp.sqrt(1 + plain.x[j] ** 2))


EXACT = ("P", "inverse_D", "v_squared", "rho", "S", "TV", "residual", "largest_r", "lambda_max")
ALWAYS = ("P", "inverse_D", "v_squared", "rho")
"""Rational wherever f = 0; the others contain roots."""


def test_exact_values_lie_in_the_balls() -> None:
    rationals = dict.fromkeys(EXACT, 0)
    with working_precision(BITS):
        for instance in _instances(zero=True):
            exactly = Quantities(instance=instance, number=rational, width=Fraction(0))
            balls = Quantities(instance=instance, number=ball, width=WIDTH)
            for name in EXACT:
                try:
                    value = getattr(exactly, name)
                except NotExact:
                    assert name not in ALWAYS
                    continue
                rationals[name] += 1
                assert isinstance(value, fmpq)
                assert getattr(balls, name).contains(value)
    assert all(count > 3 for count in rationals.values())


def test_merging_equal_data_leaves_the_hessian_as_it_is() -> None:
    merged = 0
    for instance in _instances(zero=True):
        quantities = Quantities(instance=instance, number=rational, width=Fraction(0))
        assert dense_hessian(quantities.merged) == dense_hessian(quantities.h)
        distinct = len(set(instance.data.x))
        assert len(quantities.merged.x) == distinct
        merged += distinct < instance.data.n
    assert merged > 5


def _outputs(*outs: object, **more: object) -> Quantities:
    """No neuron acts except one: f(x_j) = x_j - 100 at x_j = outs_j + 100."""
    network = Network(w=[1], b=[0], a=[1], c=-100)
    data = Dataset(x=[100 + Fraction(str(f)) for f in outs], y=[1] * len(outs))
    instance = Instance(network=network, data=data, **more)
    return Quantities(instance=instance, number=ball, width=WIDTH)


LEVELS = (
    ([3], 3, [0]),
    ([-5, 2], 2, [1]),
    ([2, -5, 1], 2, [1, 2]),
    ([4, -3, -2, 1], 2, [1, 2]),
    ([0, 0, 9], 0, [0, 1]),
)


@pytest.mark.parametrize(("outs", "level", "at"), LEVELS)
def test_the_level_defaults_to_the_lower_median(outs: list[int], level: int, at: list[int]) -> None:
    quantities = _outputs(*outs)
    assert quantities.gamma == level
    assert quantities.uncertain == at


def test_a_level_that_is_asked_is_taken_exactly() -> None:
    third = Fraction(1, 3)
    assert _outputs("1/3", "0.34", "-1/3", gamma=third).uncertain == [0, 1]
    assert _outputs("1/3", 5, gamma=Fraction(0)).uncertain == []
    assert _outputs("1/3", 5, gamma=Fraction(0)).uncertain_TV == 0


def test_the_uncertain_variation_uses_the_uniform_law_on_the_uncertain_data() -> None:
    x = [Fraction(-2), Fraction(-1), Fraction(1), Fraction(2), Fraction(50)]
    network = Network(w=[1, -1, 1], b=[0, 0, -10], a=[1, 1, 100], c=-1)
    instance = Instance(network=network, data=Dataset(x=x, y=[1] * 5), gamma=Fraction(1))
    with working_precision(BITS), mp.workdps(DIGITS):
        quantities = Quantities(instance=instance, number=ball, width=WIDTH)
        assert quantities.uncertain == [0, 1, 2, 3]
        # At 0: jump 2, Pr = 1/2, E = 3/2; at 10 there is no uncertain datum to the right.
        truth = 2 * mpf(1) / 4 * mpf(3) / 2 * mp.sqrt(1 + mpf(9) / 4)
        assert _close(quantities.uncertain_TV, truth)


def test_weights_are_normalized_and_follow_their_data() -> None:
    network, data = Network(w=[], b=[], a=[], c=0), Dataset(x=[3, 1, 2], y=[1, 1, -1])
    instance = Instance(network=network, data=data, q=(Fraction(1), Fraction(2), Fraction(5)))
    quantities = Quantities(instance=instance, number=rational, width=Fraction(0))
    assert [as_fraction(q) for q in quantities.q] == [Fraction(m, 8) for m in (2, 5, 1)]
    # D = sum q^2 / p with p = 1/12.
    assert as_fraction(quantities.inverse_D) == Fraction(64, 30 * 12)
    plain = Instance(network=network, data=data)
    free = Quantities(instance=plain, number=rational, width=Fraction(0))
    assert [as_fraction(q) for q in free.q] == [Fraction(1, 3)] * 3
    assert as_fraction(free.inverse_D) == as_fraction(free.P) == Fraction(1, 4)
