"""Moments, tail weights, S and TV in float64 against balls over exact kinks."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from tests.float_cases import (
    BITS,
    SPECIAL,
    Case,
    Floats,
    agree,
    every_case,
    exact_mask,
    rounded,
    terms,
)
from verify.ball import working_precision
from verify.model import InputError
from verify.operators.layout import OutOfRange
from verify.operators.network import evaluate
from verify.operators.weights import (
    law,
    moments,
    path_sum,
    same_kink,
    tail_weights,
    total_variation,
)
from verify.quantities import Quantities


@pytest.fixture(autouse=True)
def _precise() -> Iterator[None]:
    with working_precision(BITS):
        yield


def exact_moments(case: Case, quantities: Quantities) -> tuple[Floats, Floats]:
    found = quantities.moments
    alpha = rounded([m.alpha for m in found]).reshape(len(case.w))
    return alpha, rounded([m.beta for m in found]).reshape(len(case.w), 2)


@every_case
@pytest.mark.parametrize("own", [False, True], ids=["p", "q"])
def test_moments_and_path_sum(case: Case, own: bool) -> None:
    state, exactly, size = case.state(), case.exactly(q=own), terms(case)
    q = case.q if own else None
    weights = rounded(exactly.q)
    accuracy = 1 if own else 2 * size.size
    agree(law(state, q), weights, accuracy * weights)
    (alpha, beta), (truth, pair) = moments(state, q), exact_moments(case, exactly)
    # Every term of alpha is >= 0, so it is right to nearly all its digits.
    agree(alpha, truth, accuracy * truth)
    x = np.abs(state.layout.x)
    around = exact_mask(case).T @ np.stack([weights * x, weights], 1)
    agree(beta, pair, accuracy * around)
    scale = float((truth * np.abs(case.a) * np.hypot(*around.T)).sum())
    agree(path_sum(state, q), rounded(exactly.S), 2 * accuracy * scale)


def by_kink(quantities: Quantities) -> tuple[Floats, Floats]:
    """(g^+, g^-) for each neuron, from the exact kinks."""
    found = {term.at: term for term in quantities.kinks_under(quantities.q)}
    kinks = quantities.network.kinks()
    pairs = [(0, 0) if t is None else (found[t].g_right, found[t].g_left) for t in kinks]
    values = rounded(pairs).reshape(len(kinks), 2)
    return values[:, 0], values[:, 1]


@every_case
@pytest.mark.parametrize("own", [False, True], ids=["p", "q"])
def test_tail_weights_and_total_variation(case: Case, own: bool) -> None:
    state, exactly, size = case.state(), case.exactly(q=own), terms(case)
    q = case.q if own else None
    reach = float(np.hypot(1, np.abs(case.x).max()))
    accuracy = 2 * reach * (1 if own else 2 * size.size)
    found, truth = tail_weights(state, q), by_kink(exactly)
    for g, expected in zip(found, truth, strict=True):
        agree(g, expected, accuracy * expected)
    masses = np.abs(np.array(case.a) * case.w) * np.minimum(*truth)
    agree(total_variation(state, q), rounded(exactly.TV), accuracy * float(masses.sum()))


def test_plain_sums_would_not_give_small_moments() -> None:
    """w sum q x + b sum q loses digits that alpha keeps, here about six."""
    case = SPECIAL["far from the origin"]
    state, (truth, _) = case.state(), exact_moments(case, case.exactly(q=True))
    alpha, beta = moments(state, case.q)
    plain = state.sight.w * beta[:, 0] + state.sight.b * beta[:, 1]
    agree(alpha, truth, truth)
    with pytest.raises(AssertionError):
        agree(plain, truth, truth)


@every_case
def test_mirrored_data_swap_the_tails(case: Case) -> None:
    """x -> -x with w -> -w leaves f as it is and exchanges g^+ and g^-."""
    mirrored = replace(case, w=[-w for w in case.w], x=[-x for x in case.x])
    state, other, size = case.state(), mirrored.state(), terms(case)
    agree(state.f, other.f[::-1], size.size)
    for own in (None, case.q):
        accuracy = 8 * size.size * float(np.hypot(1, np.abs(case.x).max()))
        right, left = tail_weights(state, own)
        swapped = tail_weights(other, own)
        agree(right, swapped[1], accuracy * right)
        agree(left, swapped[0], accuracy * left)


def neighbours(random: Random) -> tuple[list[float], list[float]]:
    """Ratios b/w that differ by the least amount that 53-bit integers allow, and equal ones."""
    p = random.randrange(2**52, 2**53)
    q = random.randrange(2**52, 2**53) | 1
    while np.gcd(p, q) != 1:
        p += 1
    r = pow(p, -1, q)
    s = (p * r - 1) // q
    pairs = [(p, q), (s, r), (p, q), (-p, -q), (p, -q), (3 * s % 2**50, r), (0, q), (0, -r)]
    shifts = [(0, 0), (3, 3), (0, 5), (-9, -9)]
    found = []
    for b, w in pairs:
        i, j = random.choice(shifts)
        found.append((float(b) * 2.0**i, float(w) * 2.0**j))
    b, w = zip(*found, strict=True)
    return list(b), list(w)


def grouped(number: list[int]) -> set[frozenset[int]]:
    return {frozenset(i for i, m in enumerate(number) if m == value) for value in number}


def test_kinks_are_equal_exactly_where_their_ratios_are() -> None:
    confused = 0
    for seed in range(200):
        random = Random(seed)
        if seed % 2:
            b, w = neighbours(random)
        else:
            b = [random.randint(-6, 6) / 2 for _ in range(12)]
            w = [random.choice([-1, 1]) * random.choice([0.5, 1, 1.5, 3]) for _ in range(12)]
        ratios = [Fraction(top) / Fraction(bottom) for top, bottom in zip(b, w, strict=True)]
        truth = grouped([sorted(set(ratios)).index(ratio) for ratio in ratios])
        found = same_kink(np.array(w), np.array(b)).tolist()
        assert grouped(found) == truth
        assert sorted(set(found)) == list(range(len(truth)))
        confused += grouped([hash(top / bottom) for top, bottom in zip(b, w, strict=True)]) != truth
    assert confused > 50
    assert same_kink(np.array([]), np.array([])).tolist() == []


ONE = evaluate([1.0], [0.5], [2.0], 0.0, [2.0, 1.0], [1, -1])


def test_jumps_of_one_kink_cancel_in_tv_and_not_in_s() -> None:
    state = SPECIAL["jumps that cancel"].state()
    assert total_variation(state) == 0 < path_sum(state) - 0.01


def test_weights_follow_the_order_of_the_caller() -> None:
    assert law(ONE, [3.0, 1.0]).tolist() == [0.25, 0.75]
    assert law(ONE, [1e308, 1e308]).tolist() == [0.5, 0.5]


BAD = (
    ([1.0], "q has 1 entries; n = 2 are needed"),
    ([1.0, -0.5], r"q\[1\] is -0.5; a weight is at least 0"),
    ([0.0, 0.0], "every q is 0; at least one positive weight is needed"),
)


@pytest.mark.parametrize("measure", [moments, path_sum, tail_weights, total_variation])
def test_bad_weights_are_refused(measure: Callable[..., object]) -> None:
    for q, message in BAD:
        with pytest.raises(InputError, match=message):
            measure(ONE, q)


@pytest.mark.parametrize("measure", [moments, path_sum, tail_weights, total_variation])
def test_curvature_that_underflows_gives_no_law(measure: Callable[..., object]) -> None:
    certain = evaluate([1.0], [0.5], [2.0], 1e4, [2.0, 1.0], [1, -1])
    with pytest.raises(OutOfRange, match="underflows"):
        measure(certain)
    measure(certain, [1.0, 1.0])
