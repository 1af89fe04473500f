"""Margins of the claims about stationary points, and of their controls."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from verify.ball import Enclosure, Scalar, magnitude, rational
from verify.claim import Assumption, Constants, Margin, Sides
from verify.hessian.dense import dense_hessian
from verify.logistic import sigmoid
from verify.model import Span, active_spans
from verify.quantities import Quantities
from verify.spectrum.balls import smallest
from verify.spectrum.exact import characteristic, largest_rational
from verify.spectrum.hint import guess


def spans_of(quantities: Quantities, *, closed: bool = False) -> tuple[Span, ...]:
    """The ranges of sorted data on which each neuron is active."""
    return active_spans(quantities.network, quantities.data, closed=closed)


def _weighted(quantities: Quantities) -> bool:
    pairs = zip(spans_of(quantities), quantities.network.a, strict=True)
    return all(a != 0 for (start, stop), a in pairs if start < stop)


WEIGHTED = Assumption(
    id="weighted",
    text="a_i is other than 0 for every neuron that is active on some datum",
    holds=_weighted,
)


def lambda_min(quantities: Quantities) -> Scalar:
    """lambda_min(H) in a ball of width `width` P, or its exact rational value."""
    if quantities.number is rational:
        negative = [[-entry for entry in row] for row in dense_hessian(quantities.merged)]
        return -largest_rational(characteristic(negative))
    merged = quantities.merged
    return smallest(merged, Enclosure.of(quantities.P).lo, quantities.width, guess(merged)).ball


def curvature(quantities: Quantities, constants: Constants) -> Sides:
    """lambda_min(H) against 0, or against a share of P."""
    share = quantities.number(constants["share"])
    return Sides(larger=lambda_min(quantities), smaller=share * quantities.P)


def _miss(quantities: Quantities, level: Fraction, span: Span, power: int) -> Scalar:
    """|sum over the span of x^power sigma(f) - level * the same sum over its positive labels|."""
    number, ordered = quantities.number, quantities.data.in_order
    predicted = observed = quantities.zero
    for j in range(*span):
        at = number(ordered.x[j] ** power)
        predicted += at * sigmoid(number(quantities.outs[j]))
        observed += at if ordered.y[j] == 1 else quantities.zero
    return magnitude(predicted - number(level) * observed)


Moments = Callable[[Quantities], Iterable[tuple[Span, int]]]
"""The (span of data, power of x) in which probabilities and labels are to agree."""


def moments_of(quantities: Quantities) -> list[tuple[Span, int]]:
    """The number of positive labels over all data; number and first moment on each set."""
    return [((0, quantities.n), 0), *_of_spans(spans_of(quantities), (0, 1))]


def _of_spans(spans: Iterable[Span], powers: Iterable[int]) -> list[tuple[Span, int]]:
    return [(span, power) for span in spans for power in powers]


def calibration(moments: Moments) -> Margin:
    """Sides 0 and the sum of all misses: equality is demanded, exactly."""

    def margin(quantities: Quantities, constants: Constants) -> Sides:
        level = constants["level"]
        misses = (_miss(quantities, level, *moment) for moment in moments(quantities))
        return Sides(larger=quantities.zero, smaller=sum(misses, quantities.zero))

    return margin


def on_each_datum(quantities: Quantities) -> list[tuple[Span, int]]:
    """Each datum by itself."""
    return _of_spans([(j, j + 1) for j in range(quantities.n)], (0,))


def overall_mean(quantities: Quantities) -> list[tuple[Span, int]]:
    """The true moments, and the first one over all data."""
    return [*moments_of(quantities), ((0, quantities.n), 1)]


def second_moments(quantities: Quantities) -> list[tuple[Span, int]]:
    """The true moments, and the second one on each activation set."""
    return [*moments_of(quantities), *_of_spans(spans_of(quantities), (2,))]


def closed_sets(quantities: Quantities) -> list[tuple[Span, int]]:
    """The moments on the sets w x + b >= 0, which do not go with relu'(0) = 0."""
    return _of_spans(spans_of(quantities, closed=True), (0, 1))


def counted(count: Callable[[Quantities], int], size: Callable[[Quantities], int]) -> Margin:
    """share * size - less against a number of gaps: exact integers and rationals."""

    def margin(quantities: Quantities, constants: Constants) -> Sides:
        bound = constants["share"] * size(quantities) - constants["less"]
        return Sides(larger=rational(bound), smaller=rational(count(quantities)))

    return margin


def cuts(quantities: Quantities, *, closed: bool = False) -> list[int]:
    """For each neuron that is active on some data but not on all: how many lie left of its kink."""
    spans = spans_of(quantities, closed=closed)
    ends = [stop if start == 0 else start for start, stop in spans if start < stop]
    return [end for end in ends if end < quantities.n]


def occupied(quantities: Quantities) -> int:
    """The number of gaps between data that hold such a kink."""
    return len(set(cuts(quantities)))


def occupied_closed(quantities: Quantities) -> int:
    """The same number for the sets w x + b >= 0."""
    return len(set(cuts(quantities, closed=True)))


def inputs(quantities: Quantities) -> int:
    """The number of distinct inputs."""
    return len(set(quantities.data.x))
