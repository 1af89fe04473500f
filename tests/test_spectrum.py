"""Certified counts and enclosures against exact characteristic polynomials."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import pairwise
from random import Random

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb, fmpq_poly
from mpmath import mp

from verify.ball import Enclosure, NotExact, ball, dyadic, rational, working_precision
from verify.claims.common import SHARP
from verify.hessian.dense import dense_hessian
from verify.hessian.structured import StructuredHessian, ToScalar, loss_hessian
from verify.logistic import LOGISTIC
from verify.model import Dataset, InputError, Network
from verify.spectrum import PrecisionExhausted, enclose, engine, lambda_max, lambda_min
from verify.spectrum.balls import count_above, largest, smallest
from verify.spectrum.exact import characteristic, largest_rational, roots_above, roots_at
from verify.spectrum.hint import guess

Matrix = list[list[Fraction]]
Build = Callable[[ToScalar], StructuredHessian]
BITS = 256


def plain(values: Iterable[object]) -> list[Fraction]:
    return [Fraction(str(value)) for value in values]


def written_out(h: StructuredHessian) -> Matrix:
    """H of an exact instance entry by entry, from its definition."""
    w, b, a = plain(h.w), plain(h.b), plain(h.a)
    matrix = [[Fraction(0)] * h.size for _ in range(h.size)]
    for j, (x, p) in enumerate(zip(plain(h.x), plain(h.p), strict=True)):
        row = [Fraction(0)] * (3 * len(w)) + [Fraction(1)] * h.bias
        for i, (start, stop) in enumerate(h.spans):
            if start <= j < stop:
                row[3 * i : 3 * i + 3] = a[i] * x, a[i], w[i] * x + b[i]
        matrix = [
            [entry + p * s * t for entry, t in zip(old, row, strict=True)]
            for old, s in zip(matrix, row, strict=True)
        ]
    for i, pair in enumerate(h.r):
        for offset, entry in enumerate(plain(pair)):
            matrix[3 * i + offset][3 * i + 2] += entry
            matrix[3 * i + 2][3 * i + offset] += entry
    return matrix


def polynomial(matrix: Matrix) -> fmpq_poly:
    return characteristic([[rational(entry) for entry in row] for row in matrix])


def _cancelling(random: Random) -> Build:
    """A network with f = 0 everywhere: rescaled pairs cancel, and up to two neurons are dead."""

    def draw() -> Fraction:
        return Fraction(random.randint(-12, 12), random.choice([1, 2, 4, 3]))

    neurons: list[tuple[Fraction, Fraction, Fraction]] = []
    for _ in range(random.randint(0, 2)):
        a, w, b = draw(), draw(), draw()
        t = Fraction(random.randint(1, 5), random.randint(1, 3))
        neurons += [(a, w, b), (-a * t, w / t, b / t)]
    neurons += [(draw(), Fraction(1), Fraction(-100))] * random.randint(0, 4 - len(neurons))
    if len(neurons) < 4 and random.random() < 1 / 2:
        neurons.append((Fraction(0), draw(), draw()))
    n = random.randint(1, 6)
    data = Dataset(x=[draw() for _ in range(n)], y=[random.choice([-1, 1]) for _ in range(n)])
    a, w, b = zip(*neurons, strict=True) if neurons else ((), (), ())
    network = Network(w=w, b=b, a=a, c=0)
    return lambda number: loss_hessian(network, data, number, LOGISTIC)


def _planted(random: Random) -> Build:
    """Random p > 0 and r, not from a loss: R may dominate, or p span many magnitudes."""
    n, k = random.randint(1, 6), random.randint(0, 4)

    def draw(scale: int = 1) -> Fraction:
        return Fraction(random.randint(-15, 15), random.choice([2, 3, 8])) * scale

    sizes = random.choice([(0,), (0,), (-30, -10), (40,), (-300, 0, 200)])
    faint = Fraction(2) ** random.choice([-40, -8, 0, 0])
    x = sorted(draw() for _ in range(n))
    p = [faint * Fraction(random.randint(1, 9)) * Fraction(2) ** random.choice(sizes) for _ in x]
    ends = [(0, random.randint(1, n)) if random.random() < 1 / 2 else (random.randrange(n), n)]
    while len(ends) < k:
        edge = random.randint(0, n)
        fresh = random.choice([(0, edge), (edge, n) if edge < n else (0, 0)])
        ends.append(random.choice([fresh, ends[0]]))
    spans = tuple(span if span[1] else (0, 0) for span in ends[:k])
    size = Fraction(2) ** random.choice(sizes)
    blocks = {span: (draw() * size, draw() * size) for span in spans}
    blocks[0, 0] = Fraction(0), Fraction(0)
    w, b, a = ([draw() for _ in range(k)] for _ in range(3))

    def build(number: ToScalar) -> StructuredHessian:
        x_, p_, w_, b_, a_ = (tuple(map(number, part)) for part in (x, p, w, b, a))
        r = tuple((number(blocks[s][0]), number(blocks[s][1])) for s in spans)
        return StructuredHessian(x=x_, p=p_, w=w_, b=b_, a=a_, r=r, spans=spans)

    return build


KINDS = {"cancelling": _cancelling, "planted": _planted}


def _shifts(values: list[float], random: Random) -> Iterator[Fraction]:
    """Anywhere, halfway between eigenvalues, and at 2^-20, 2^-45 and 2^-200 from them."""
    top = max(map(abs, values)) or 1.0
    for _ in range(4):
        yield Fraction(random.uniform(-1.5, 1.5) * top)
    for low, high in pairwise(sorted(values)):
        yield Fraction(low) / 2 + Fraction(high) / 2
    for value in random.sample(values, min(4, len(values))):
        for power in (-20, -45, -200):
            size = abs(Fraction(value)) or Fraction(1)
            yield Fraction(value) + random.choice([-1, 1]) * size * Fraction(2) ** power


def _instances(kind: str, count: int) -> Iterator[tuple[Random, Build, Matrix, fmpq_poly]]:
    for seed in range(count):
        random = Random(f"{kind} {seed}")
        build = KINDS[kind](random)
        matrix = written_out(build(rational))
        dense = dense_hessian(build(rational))
        assert matrix == [plain(row) for row in dense]
        yield random, build, matrix, polynomial(matrix)


@pytest.mark.parametrize("kind", KINDS)
def test_counts_are_exact_or_none(kind: str) -> None:
    tried = decided = 0
    for random, build, matrix, exact in _instances(kind, 150):
        floats = np.linalg.eigvalsh(np.array(matrix, dtype=float)).tolist()
        with working_precision(BITS):
            h = build(ball)
            for shift in _shifts(floats, random):
                tried += 1
                count = count_above(h, ball(shift))
                if count is not None:
                    decided += 1
                    assert count == roots_above(exact, shift)
                    assert roots_at(exact, shift) == 0
    assert tried > 2000
    assert decided > tried * 3 / 4


@pytest.mark.parametrize("kind", KINDS)
def test_a_low_precision_never_miscounts(kind: str) -> None:
    decided = 0
    for random, build, matrix, exact in _instances(kind, 60):
        floats = np.linalg.eigvalsh(np.array(matrix, dtype=float)).tolist()
        for bits in (12, 24, 40):
            with working_precision(bits):
                h = build(ball)
                for shift in _shifts(floats, random):
                    count = count_above(h, ball(shift))
                    assert count in (None, roots_above(exact, shift))
                    decided += count is not None
    assert decided > 500


def test_counts_without_an_output_bias() -> None:
    decided = 0
    for random, build, _, _ in _instances("planted", 40):
        bare = replace(build(rational), bias=0)
        exact = polynomial(written_out(bare))
        with working_precision(BITS):
            h = replace(build(ball), bias=0)
            for shift in [Fraction(random.randint(-99, 99), 16) for _ in range(8)]:
                count = count_above(h, ball(shift))
                assert count in (None, roots_above(exact, shift))
                decided += count is not None
    assert decided > 250


def test_an_eigenvalue_is_never_a_decided_shift_but_its_neighbours_are() -> None:
    seen = 0
    for _, build, _, exact in _instances("cancelling", 60):
        _, factors = exact.numer().factor()
        linear = [factor for factor, _ in factors if factor.degree() == 1]
        with working_precision(6 * BITS):
            h = build(ball)
            for root in [Fraction(-int(f[0]), int(f[1])) for f in linear]:
                seen += 1
                assert roots_at(exact, root) > 0
                assert count_above(h, ball(root)) is None
                for near in (root - Fraction(1, 2**200), root + Fraction(1, 2**200)):
                    assert count_above(h, ball(near)) == roots_above(exact, near)
    assert seen > 60


def is_largest(enclosure: Enclosure, exact: fmpq_poly) -> bool:
    low, high = dyadic(enclosure.lo), dyadic(enclosure.hi)
    below = roots_above(exact, low) + roots_at(exact, low) > 0
    return below and roots_above(exact, high) == 0


def is_smallest(enclosure: Enclosure, exact: fmpq_poly) -> bool:
    low, high, size = dyadic(enclosure.lo), dyadic(enclosure.hi), exact.degree()
    return roots_above(exact, low) + roots_at(exact, low) == size > roots_above(exact, high)


WIDTHS = (Fraction(1, 10), Fraction(1, 10**12), Fraction(1, 10**70))


@pytest.mark.parametrize("width", WIDTHS, ids=["tenth", "usual", "fine"])
@pytest.mark.parametrize("kind", KINDS)
def test_enclosures_hold_the_extremes_within_the_width(kind: str, width: Fraction) -> None:
    for _, build, _, exact in _instances(kind, 40):
        balls = partial(build, ball)
        top = enclose(balls, lambda h: largest(h, width, guess(h)), width)
        assert is_largest(top, exact)
        assert dyadic(top.hi) - dyadic(top.lo) <= width * dyadic(top.hi)
        scale = top.hi
        bottom = enclose(balls, lambda h: smallest(h, scale, width, guess(h)), width)  # noqa: B023
        assert is_smallest(bottom, exact)
        assert dyadic(bottom.hi) - dyadic(bottom.lo) <= width * dyadic(top.hi)


HINTS = ("nan", "-7", "0", "1e-40", "1e40", "0.3333", "-inf")


@pytest.mark.parametrize("text", HINTS)
def test_a_wrong_hint_never_makes_a_false_enclosure(text: str) -> None:
    width, hint = Fraction(1, 10**9), (arb(text), arb(text))
    for _, build, _, exact in _instances("planted", 25):
        with working_precision(BITS * 4):
            h = build(ball)
            right = largest(h, width)
            top, bottom = largest(h, width, hint), smallest(h, right.hi, width, hint)
        assert is_largest(top, exact)
        assert is_smallest(bottom, exact)
        assert dyadic(top.hi - top.lo) <= width * dyadic(top.hi)


@pytest.mark.parametrize("bits", [8, 12, 28, 60])
def test_low_precision_never_makes_a_false_enclosure(bits: int) -> None:
    stopped = 0
    for random, build, matrix, exact in _instances("planted", 60):
        values = np.linalg.eigvalsh(np.array(matrix, dtype=float))
        factor = 1 + Fraction(random.randint(-9, 9), 2 ** (bits // 2))
        with working_precision(bits):
            low, high = (ball(Fraction(value) * factor) for value in values[[0, -1]].tolist())
            for hint in ((low, high), None):
                try:
                    found = largest(build(ball), Fraction(1, 2**bits), hint)
                except PrecisionExhausted as failure:
                    stopped += 1
                    found = failure.reached or Enclosure(lo=arb(0), hi=arb(2) ** 2000)
                assert is_largest(found, exact)
    assert stopped > 40


def test_the_sharp_example_is_41_over_64() -> None:
    top = lambda_max(SHARP.network, SHARP.data)
    assert top.contains(Fraction(41, 64))
    assert top.relative_width() <= 1e-12
    assert not top.contains(Fraction(41, 64) + Fraction(1, 10**11))
    bottom = lambda_min(SHARP.network, SHARP.data)
    assert bottom.contains(0)


SATURATED = (
    Network(w=[], b=[], a=[], c=10**6),
    Network(w=[1, -1], b=[-50, -50], a=[1, 2], c=-(10**6)),
    Network(w=[2, -1], b=["1/3", "1/7"], a=[3, 1], c=10**6),
)


@pytest.mark.parametrize("network", SATURATED, ids=["constant", "dead", "active"])
def test_weights_of_e_to_the_minus_million_are_no_obstacle(network: Network) -> None:
    data = Dataset(x=["-1/2", "1/4", 1], y=[1, 1, 1] if network.c > 0 else [-1, -1, -1])
    with working_precision(BITS), mp.workdps(50):
        dense = dense_hessian(loss_hessian(network, data, ball, LOGISTIC))
        entries = [[mp.mpf(str(entry.mid().str(45, radius=False))) for entry in r] for r in dense]
        values = mpmath.eigsy(mp.matrix(entries), eigvals_only=True)
        for enclosure, truth in (
            (lambda_max(network, data), values[len(values) - 1]),
            (lambda_min(network, data), values[0]),
        ):
            slack = abs(values[len(values) - 1]) * mp.mpf(10) ** -40
            assert mp.mpf(enclosure.lower) - slack <= truth <= mp.mpf(enclosure.upper) + slack
    assert lambda_max(network, data).relative_width() <= 1e-12


CENTRED = Network(w=[10**60], b=[2 - 10**60], a=[1], c=-2)
"""At x = 1, w x + b = 2 after sixty digits cancel, and f = 0."""

ONE = Dataset(x=[1], y=[1])


def test_cancellation_costs_precision_and_not_truth() -> None:
    exact = polynomial(written_out(loss_hessian(CENTRED, ONE, rational, LOGISTIC)))
    top = lambda_max(CENTRED, ONE)
    assert is_largest(top, exact)
    assert top.relative_width() <= 1e-12


def test_too_few_bits_are_an_honest_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_BITS", 150)
    monkeypatch.setattr(engine, "NARROWEST", Fraction(1))  # float64 is not asked
    for find in (lambda_max, lambda_min):
        with pytest.raises(PrecisionExhausted):
            find(CENTRED, ONE)


def test_beyond_every_precision_is_an_honest_failure() -> None:
    with pytest.raises(PrecisionExhausted):
        lambda_max(Network(w=[], b=[], a=[], c="1e99999"), ONE)


def test_data_on_kinks_are_refused_unless_formal() -> None:
    network, data = Network(w=[1], b=[-1], a=[1], c=0), Dataset(x=[0, 1, 2], y=[1, -1, 1])
    for find in (lambda_max, lambda_min):
        with pytest.raises(InputError, match="neuron 0 has w x \\+ b = 0 at datum 1") as caught:
            find(network, data)
        assert "\n" not in str(caught.value)
    moved = Network(w=[1], b=["-1001/1000"], a=[1], c=0)
    formal, near = lambda_max(network, data, formal=True), lambda_max(moved, data)
    assert float(formal.hi) == pytest.approx(float(near.hi), abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_exact_counts_agree_with_sympy(kind: str) -> None:
    t = sp.Symbol("t")
    for random, _, matrix, exact in _instances(kind, 12):
        poly = sp.Poly([sp.Rational(str(entry)) for entry in exact.coeffs()[::-1]], t)
        assert poly == sp.Matrix(matrix).charpoly(t).as_poly(t)
        for shift in [Fraction(0), *(Fraction(random.randint(-64, 64), 16) for _ in range(4))]:
            at = sp.Rational(shift.numerator, shift.denominator)
            _, parts = poly.sqf_list()
            zeros = sum(power for part, power in parts if part.eval(at) == 0)
            above = sum(power * part.count_roots(at, sp.oo) for part, power in parts) - zeros
            assert (roots_above(exact, shift), roots_at(exact, shift)) == (above, zeros)


def test_the_largest_rational_root_is_exact_or_refused() -> None:
    third, seven, corner = (rational(Fraction(text)) for text in ("1/3", "7/5", "2"))
    zero = rational(0)
    assert largest_rational(characteristic([[third, zero], [zero, seven]])) == seven
    with pytest.raises(NotExact):
        largest_rational(characteristic([[third, corner], [corner, seven]]))
