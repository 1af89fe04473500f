"""Tail weights, S, TV and uncertain sets against conditional expectations and differences of f."""

from fractions import Fraction
from itertools import pairwise

from flint import arb
from hypothesis import example, given
from hypothesis import strategies as st
from mpmath import mp, mpf

from verify.ball import Scalar, as_fraction, ball, rational, working_precision
from verify.hessian.structured import StructuredHessian, loss_hessian, span_sums
from verify.logistic import LOGISTIC
from verify.model import Dataset, Network
from verify.variation import (
    kink_terms,
    neuron_moments,
    path_sum,
    total_variation,
    uncertain_positions,
)

Case = tuple[Network, Dataset, list[Fraction]]
BITS, DIGITS = 300, 70

VALUES = st.builds(Fraction, st.integers(-6, 6), st.sampled_from([1, 2, 3]))
"""Few values, so that kinks coincide with each other and with data."""


def _case(neurons: list[tuple[Fraction, ...]], points: list[tuple[Fraction, int]]) -> Case:
    """A network, its data and a law q on the sorted data; weights may be 0."""
    w, b, a = zip(*neurons, strict=True) if neurons else ((), (), ())
    weights = [Fraction(weight) for _, weight in points]
    weights[0] += 1
    data = Dataset(x=[x for x, _ in points], y=[1] * len(points))
    q = [weights[j] / sum(weights) for j in data.order]
    return Network(w=w, b=b, a=a, c=1), data, q


CASES = st.builds(
    _case,
    st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=5),
    st.lists(st.tuples(VALUES, st.integers(0, 5)), min_size=1, max_size=7),
)
TWINS = _case(
    [(Fraction(1), Fraction(0), Fraction(2)), (Fraction(-3), Fraction(0), Fraction(-1))],
    [(Fraction(x), 1) for x in (2, -1, 0, 2)],
)


def conditional_square(x: list[Fraction], q: list[Fraction], t: Fraction, side: int) -> Fraction:
    """(Pr^2 E[|X - t| | tail])^2 (1 + E[X | tail]^2), the square of g, exactly."""
    tail = [(at, weight) for at, weight in zip(x, q, strict=True) if side * (at - t) > 0]
    mass = sum((weight for _, weight in tail), Fraction(0))
    if mass == 0:
        return Fraction(0)
    mean = sum((at * weight for at, weight in tail), Fraction(0)) / mass
    return (mass**2 * abs(mean - t)) ** 2 * (1 + mean**2)


def second_difference(network: Network, t: Fraction) -> Fraction:
    """The jump of f' at t, from three values of f closer than any other kink."""
    kinks = sorted({kink for kink in network.kinks() if kink is not None})
    step = min([Fraction(1), *(high - low for low, high in pairwise(kinks))]) / 2
    return (network(t + step) + network(t - step) - 2 * network(t)) / step


def as_mpf(value: Fraction) -> mpf:
    return mpf(value.numerator) / value.denominator


def agree(result: Scalar, truth: mpf) -> bool:
    """Whether a tight ball holds the number, up to the digits that mpmath computes."""
    middle, radius = (
        mpf(part.str(90, radius=False)) for part in (arb(result).mid(), arb(result).rad())
    )
    close = mpf(10) ** (10 - DIGITS) * (1 + abs(truth))
    return bool(radius < close and abs(middle - truth) <= radius + close)


def in_balls(network: Network, data: Dataset) -> StructuredHessian:
    return loss_hessian(network, data, ball, LOGISTIC)


@given(CASES)
@example(TWINS)
def test_weights_in_sums_are_the_conditional_expectations(case: Case) -> None:
    network, data, q = case
    x = sorted(data.x)
    with working_precision(BITS), mp.workdps(DIGITS):
        terms = kink_terms(network, x, [ball(weight) for weight in q], ball)
        for term in terms:
            for g, side in ((term.g_right, 1), (term.g_left, -1)):
                assert agree(g, mp.sqrt(as_mpf(conditional_square(x, q, term.at, side))))


@given(CASES)
@example(TWINS)
def test_kinks_are_merged_with_their_jumps(case: Case) -> None:
    network, data, q = case
    terms = kink_terms(network, sorted(data.x), [ball(weight) for weight in q], ball)
    kinks = {kink for kink in network.kinks() if kink is not None}
    assert [term.at for term in terms] == sorted(kinks)
    for term in terms:
        assert term.jump == second_difference(network, term.at)
        assert term.right + term.left >= abs(term.jump)
        assert min(term.right, term.left) >= 0


def naive_path_sum(network: Network, data: Dataset, q: list[Fraction]) -> mpf:
    """sum |a_i w_i| g^{sgn w_i}(tau_i), neuron by neuron."""
    x, total = sorted(data.x), mpf(0)
    for w, a, kink in zip(network.w, network.a, network.kinks(), strict=True):
        if kink is not None:
            g = mp.sqrt(as_mpf(conditional_square(x, q, kink, 1 if w > 0 else -1)))
            total += as_mpf(abs(a * w)) * g
    return total


def naive_variation(network: Network, data: Dataset, q: list[Fraction]) -> mpf:
    """int |f''| min(g+, g-) over the distinct kinks."""
    x, total = sorted(data.x), mpf(0)
    for t in {kink for kink in network.kinks() if kink is not None}:
        g = mp.sqrt(as_mpf(min(conditional_square(x, q, t, side) for side in (1, -1))))
        total += as_mpf(abs(second_difference(network, t))) * g
    return total


@given(CASES)
@example(TWINS)
def test_the_path_sum_by_activation_and_by_kinks(case: Case) -> None:
    network, data, q = case
    with working_precision(BITS), mp.workdps(DIGITS):
        weights = [ball(weight) for weight in q]
        h = in_balls(network, data)
        by_activation = path_sum(h, neuron_moments(h, weights))
        by_kinks: Scalar = arb(0)
        for term in kink_terms(network, sorted(data.x), weights, ball):
            by_kinks += ball(term.right) * term.g_right + ball(term.left) * term.g_left
        truth = naive_path_sum(network, data, q)
        assert agree(by_activation, truth)
        assert agree(by_kinks, truth)


@given(CASES)
@example(TWINS)
def test_total_variation_is_the_sum_over_distinct_kinks_and_at_most_s(case: Case) -> None:
    network, data, q = case
    with working_precision(BITS), mp.workdps(DIGITS):
        terms = kink_terms(network, sorted(data.x), [ball(weight) for weight in q], ball)
        truth = naive_variation(network, data, q)
        assert agree(total_variation(terms, ball), truth)
        assert truth <= naive_path_sum(network, data, q) + mpf(10) ** (10 - DIGITS)


@given(CASES)
@example(TWINS)
def test_moments_are_expectations_over_active_data(case: Case) -> None:
    network, data, q = case
    x = sorted(data.x)
    dead = Network(w=network.w, b=network.b, a=[0] * network.k, c=0)
    moments = neuron_moments(loss_hessian(dead, data, rational, LOGISTIC), [*map(rational, q)])
    for moment, w, b in zip(moments, network.w, network.b, strict=True):
        pairs = [(at, weight) for at, weight in zip(x, q, strict=True) if w * at + b > 0]
        first = sum((at * weight for at, weight in pairs), Fraction(0))
        mass = sum((weight for _, weight in pairs), Fraction(0))
        exact = [as_fraction(value) for value in (moment.alpha, *moment.beta, moment.size)]
        assert exact == [w * first + b * mass, first, mass, first**2 + mass**2]


def test_sums_over_spans_of_every_kind() -> None:
    values = [rational(value) for value in (2, 3, 5, 7)]
    spans = ((0, 0), (0, 2), (0, 4), (3, 4), (2, 2), (4, 4))
    assert span_sums(values, spans, rational(0)) == [0, 5, 17, 7, 0, 0]


def test_coincident_kinks_cancel_in_tv_and_not_in_s() -> None:
    network, data, q = _case(
        [(Fraction(1), Fraction(0), Fraction(3)), (Fraction(2), Fraction(0), Fraction(-3, 2))],
        [(Fraction(x), 1) for x in (-1, 1, 2)],
    )
    terms = kink_terms(network, sorted(data.x), [ball(weight) for weight in q], ball)
    assert [term.jump for term in terms] == [0]
    assert total_variation(terms, ball) == 0
    assert naive_path_sum(network, data, q) > 1


def test_without_weights_beyond_a_kink_nothing_counts() -> None:
    x, q = [Fraction(0), Fraction(1)], [ball(Fraction(1, 2))] * 2
    network = Network(w=[1, -1], b=[-5, -5], a=[1, 1], c=0)
    terms = kink_terms(network, x, q, ball)
    assert [term.at for term in terms] == [-5, 5]
    assert [term.g_left == 0 for term in terms] == [True, False]
    assert [term.g_right == 0 for term in terms] == [False, True]
    assert total_variation(terms, ball) == 0


@given(st.lists(VALUES, max_size=6), VALUES)
@example([Fraction(1, 3), Fraction(-1, 3), Fraction(1, 2)], Fraction(1, 3))
def test_the_uncertain_data_are_those_within_the_level(
    outs: list[Fraction], gamma: Fraction
) -> None:
    expected = [j for j in range(len(outs)) if -gamma <= outs[j] <= gamma]
    assert uncertain_positions(outs, gamma) == expected
