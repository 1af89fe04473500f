"""Exact signs and active ranges against rationals, on operands chosen to mislead floats."""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from random import Random

import numpy as np
import pytest

from verify.operators.exactly import (
    HIGHEST,
    LOWEST,
    in_range,
    sign_of_affine,
    two_product,
    two_sum,
)
from verify.operators.layout import Layout, OutOfRange, arrange

Triple = tuple[float, float, float]
Neuron = tuple[float, float]
ULP = 2.0**-52


def exact_sign(w: float, x: float, b: float) -> int:
    value = Fraction(w) * Fraction(x) + Fraction(b)
    return (value > 0) - (value < 0)


def rounded_sign(w: float, x: float, b: float) -> int:
    """What an implementation without error-free transformations would answer."""
    value = w * x + b
    return (value > 0) - (value < 0)


def anything(random: Random, reach: int) -> float:
    """A double of either sign, of magnitude within 2^-reach .. 2^reach, often with few bits."""
    mantissa = random.choice([1, 3, 2**53 - 1, 2**52 + 1, random.randrange(2**52, 2**53)])
    power = random.randint(-reach, reach - 1) - mantissa.bit_length() + 1
    return random.choice([-1, 1]) * math.ldexp(mantissa, power)


def near(random: Random, value: float) -> float:
    """The value, or a double within two units in the last place of it."""
    steps = random.randint(-2, 2)
    for _ in range(abs(steps)):
        value = math.nextafter(value, math.copysign(math.inf, steps))
    return value


def _fitting(*operands: float) -> bool:
    return all(value == 0 or LOWEST <= abs(value) <= HIGHEST for value in operands)


def unrelated(random: Random) -> Triple:
    reach = random.choice([2, 60, 200])
    return anything(random, reach), anything(random, reach), anything(random, reach)


def cancelling(random: Random) -> Triple:
    """b within two units of the rounded -w x: the sign sits in the rounding error."""
    w, x = anything(random, 90), anything(random, 90)
    return w, x, near(random, -(w * x))


def tiny_part(random: Random) -> Triple:
    """b of the size of the rounding error of w x, or of its error in turn."""
    w, x = anything(random, 20), anything(random, 20)
    return w, x, near(random, w * x * random.choice([1, -1]) * ULP ** random.randint(1, 4))


def huge_part(random: Random) -> Triple:
    """w x of the size of the rounding error of b."""
    b, x = anything(random, 20), anything(random, 20)
    return near(random, b / x * ULP ** random.randint(1, 3)), x, b


def half_units(random: Random) -> Triple:
    """Sums that fall on ties of rounding, where neither error term is 0."""
    w = (2**26 + 1) * math.ldexp(1.0, random.randint(-9, 9))
    x = (2**27 - 1) * math.ldexp(1.0, random.randint(-9, 9))
    return w, x, near(random, -w * x * random.choice([0.5, 1.0, 2.0, 1.0 + ULP]))


def exact_zero(random: Random) -> Triple:
    """w x has at most 53 bits, so that b = -w x is a double."""
    w, x = random.randint(1, 2**26), random.randint(1, 2**26)
    scale = math.ldexp(1.0, random.randint(-100, 70))
    return w * scale, float(x), -(w * x) * scale


KINDS = (unrelated, cancelling, tiny_part, huge_part, half_units, exact_zero)


def drawn(kind: Callable[[Random], Triple], count: int) -> Iterator[Triple]:
    random = Random(kind.__name__)
    triples = (kind(random) for _ in range(count))
    return (triple for triple in triples if _fitting(*triple))


@pytest.mark.parametrize("kind", KINDS)
def test_sums_and_products_are_split_without_error(kind: Callable[[Random], Triple]) -> None:
    dropped = 0
    for w, x, b in drawn(kind, 300):
        for left, right in ((w, x), (x, b), (w * x, b)):
            total, rest = two_sum(left, right)
            assert Fraction(total) + Fraction(rest) == Fraction(left) + Fraction(right)
            assert total == left + right
            dropped += rest != 0
        whole, rest = two_product(w, x)
        assert Fraction(whole) + Fraction(rest) == Fraction(w) * Fraction(x)
        assert whole == w * x
    assert dropped > 0 or kind is exact_zero


@pytest.mark.parametrize("kind", KINDS)
def test_a_sign_is_always_decided_and_right(kind: Callable[[Random], Triple]) -> None:
    """No answer but -1, 0, 1 occurs: if w x + b rounds, it does not cancel, and so outweighs the
    rounding errors; if it does not round, one error term is left, and it is exact."""
    tried = 0
    for w, x, b in drawn(kind, 3000):
        assert np.sign(sign_of_affine(w, x, b)) == exact_sign(w, x, b)
        assert np.sign(sign_of_affine(-w, x, -b)) == -exact_sign(w, x, b)
        tried += 1
    assert tried > 1000


def test_a_sign_is_right_for_every_combination_of_bad_mantissas() -> None:
    mantissas = (0.0, 1.0, 1.0 + ULP, 1.0 + 2.0**-26, 1.5, 2.0 - ULP, 2.0 - 2 * ULP)
    powers = (-54, -53, -52, -1, 0, 1, 52)
    values = [m * 2.0**power * side for m in mantissas for power in powers for side in (1, -1)]
    wrong = 0
    for w, x, b in product(mantissas, mantissas, values):
        assert np.sign(sign_of_affine(w, x, b)) == exact_sign(w, x, b)
        wrong += rounded_sign(w, x, b) != exact_sign(w, x, b)
    assert wrong > 0


@pytest.mark.parametrize("kind", [cancelling, half_units])
def test_rounded_signs_are_wrong_on_these_operands(kind: Callable[[Random], Triple]) -> None:
    assert any(rounded_sign(*triple) != exact_sign(*triple) for triple in drawn(kind, 300))


def test_the_range_of_operands_is_what_it_says() -> None:
    assert in_range(np.array([0.0, -0.0, LOWEST, -HIGHEST, 1.0]))
    for bad in (LOWEST * (1 - ULP), HIGHEST * (1 + ULP), 5e-324, math.inf, -math.inf, math.nan):
        assert not in_range(np.array([1.0, bad]))
    assert in_range(np.array([]))
    corners = [side * size for side in (1, -1) for size in (LOWEST, HIGHEST, 1 / 3)]
    for w, x, b in product(corners, corners, [0.0, *corners]):
        assert np.sign(sign_of_affine(w, x, b)) == exact_sign(w, x, b)


def laid_out(neurons: list[Neuron], x: list[float], y: list[float] | None = None) -> Layout:
    w, b = (np.array([neuron[part] for neuron in neurons], dtype=float) for part in (0, 1))
    return arrange(w, b, np.array(x, dtype=float), np.array(y or [1.0] * len(x)))


def check(neurons: list[Neuron], x: list[float]) -> Layout:
    """The layout, after comparing all that it says with the exact sign of every pair."""
    found = laid_out(neurons, x, y=[float(j) for j in range(len(x))])
    assert found.order.tolist() == sorted(range(len(x)), key=lambda j: (x[j], j))
    assert found.x.tolist() == [x[j] for j in found.order]
    assert found.y.tolist() == [float(j) for j in found.order]
    assert (found.n, found.k) == (len(x), len(neurons))
    kinks = []
    for i, (w, b) in enumerate(neurons):
        signs = [exact_sign(w, at, b) for at in x]
        seen = found.order[found.start[i] : found.stop[i]].tolist()
        assert sorted(seen) == [j for j, sign in enumerate(signs) if sign > 0]
        dead = found.start[i] == found.stop[i] == 0
        assert dead if not seen else found.start[i] == 0 or found.stop[i] == found.n
        kinks += [(i, j) for j, sign in enumerate(signs) if sign == 0]
    assert found.kink in kinks if kinks else found.kink is None
    return found


def test_ranges_on_a_grid_with_kinks_repetitions_and_flat_neurons() -> None:
    reported = 0
    for seed in range(300):
        random = Random(seed)
        values = [Fraction(m, 4) for m in range(-6, 7)]
        neurons = [
            (float(random.choice(values)), float(random.choice(values)))
            for _ in range(random.randint(0, 5))
        ]
        x = [float(random.choice(values)) for _ in range(random.randint(1, 8))]
        reported += check(neurons, x).kink is not None
    assert 50 < reported < 250


def test_ranges_where_data_lie_within_an_ulp_of_the_kinks() -> None:
    """The quotient -b/w and the rounded w x + b both misplace such data."""
    disagreements = {"quotient": 0, "rounded": 0}
    for seed in range(200):
        random = Random(seed)
        neurons = [(anything(random, 30), anything(random, 30)) for _ in range(4)]
        x = [near(random, -b / w) for w, b in neurons for _ in range(4)]
        x += [-at for at in x[:2]] + x[:2]
        check(neurons, x)
        for (w, b), at in product(neurons, x):
            active = exact_sign(w, at, b) > 0
            disagreements["quotient"] += ((at > -b / w) if w > 0 else (at < -b / w)) != active
            disagreements["rounded"] += (w * at + b > 0) != active
    assert min(disagreements.values()) > 50


SPECIAL: dict[str, tuple[list[Neuron], list[float]]] = {
    "no neurons": ([], [1.0, -1.0]),
    "one datum": ([(1.0, 0.5), (1.0, -2.0), (-1.0, 0.5)], [1.0]),
    "all data equal": ([(1.0, -1.0), (-2.0, 1.0), (1.0, 0.0)], [1.0] * 5),
    "always active": ([(1.0, 9.0), (-1.0, 9.0), (0.0, 9.0)], [-1.0, 2.0, 0.0]),
    "dead": ([(1.0, -9.0), (-1.0, -9.0), (0.0, -9.0)], [-1.0, 2.0, 0.0]),
    "kink on the first": ([(1.0, 1.0), (-1.0, -1.0)], [2.0, -1.0, 0.0]),
    "kink on the last": ([(1.0, -2.0), (-1.0, 2.0)], [2.0, -1.0, 0.0]),
    "repetitions on a kink": ([(3.0, -3.0), (-3.0, 3.0)], [2.0, 1.0, 0.0, 1.0, 1.0]),
    "flat on a kink": ([(1.0, 9.0), (0.0, 0.0)], [2.0, 1.0]),
    "flat on a kink with a negative zero": ([(-0.0, -0.0)], [0.0, -0.0]),
    "no bias": ([(1.0, 0.0), (-1.0, 0.0)], [1.0, -1.0, 3.0, 0.5]),
    "no bias, datum at 0": ([(1.0, 0.0), (-1.0, -0.0)], [1.0, -1.0, -0.0]),
    "the ends of the range": ([(HIGHEST, -LOWEST), (-LOWEST, HIGHEST)], [LOWEST, -HIGHEST, 0.0]),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_ranges_of_special_neurons(name: str) -> None:
    check(*SPECIAL[name])


def test_the_kink_is_named_in_the_numbers_of_the_caller() -> None:
    neurons = [(1.0, 5.0), (2.0, -6.0), (1.0, 5.0)]
    assert laid_out(neurons, [4.0, 3.0, -1.0]).kink == (1, 1)
    assert laid_out(neurons, [4.0, -3.0, -1.0]).kink is None
    assert laid_out([(-2.0, 6.0)], [4.0, -3.0, 3.0, -1.0]).kink == (0, 2)
    assert laid_out([(1.0, 1.0), (0.0, 0.0)], [4.0, 2.0]).kink == (1, 1)


@pytest.mark.parametrize("bad", [5e-324, 1e-310, 1e-70, 1e70, -1e300, math.inf, math.nan])
@pytest.mark.parametrize("place", ["w", "b", "x"])
def test_operands_out_of_range_are_refused(bad: float, place: str) -> None:
    parts = {name: bad if name == place else 1.0 for name in ("w", "b", "x")}
    with pytest.raises(OutOfRange, match="2\\^-200"):
        laid_out([(1.0, 1.0), (parts["w"], parts["b"])], [0.5, parts["x"]])
