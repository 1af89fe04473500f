"""From a network and a dataset to a certified stationary manifold, or a proof that there is none.

Activation sets, V, the logistic fit on V, a network that realizes it with the same
sets, the spectrum of its Hessian, and what follows for the step size of gradient
descent. Source: proofs_notes/minimum.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from verify.ball import Enclosure, ball, working_precision
from verify.hessian.structured import StructuredHessian
from verify.minimum.fit import Fit, Floats, certified_fit, float_fit
from verify.minimum.gauge import least_over_rescalings
from verify.minimum.point import Point, distance, hessian_at, misplaced, stationary_point
from verify.minimum.separation import Separation, find_separation
from verify.minimum.space import Space, space_of
from verify.minimum.split import clearest
from verify.model import Dataset, InputError, Network, Span, active_spans, data_on_kinks
from verify.spectrum import refuse_kinks
from verify.spectrum.balls import SPLITS, PrecisionExhausted, count_above, largest, ranked
from verify.spectrum.hint import guess
from verify.variation import neuron_moments, path_sum

PRECISIONS = (256, 1024, 4096)
"""Bits of the balls, tried in this order."""
WIDTH = Fraction(1, 10**15)
"""Width of the eigenvalues, relative to lambda_max."""
DEPTH = 12
"""How often a narrower width is tried before a positive eigenvalue is given up."""
MOST_EIGENVALUES = 60
"""Positive eigenvalues that are enclosed one by one; of more only the number is certified."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Minimum:
    """A certified stationary point with the activation sets of a network, and its spectrum.

    The stationary points near it are a manifold of dimension `nullity`, the kernel
    of H is its tangent space, and the other `space.dimension` eigenvalues,
    `positive` (descending), are positive. `positive` may be cut short after the
    first; `least_positive` bounds them all below. `least` encloses the least
    lambda_max over all rescalings of the neurons, which `factors` come near to;
    where `sole`, it is the least over all networks with these activation sets and
    these values on the data, because each set is that of one neuron and its part
    of f is determined.
    """

    network: Network
    data: Dataset
    space: Space
    fit: Fit
    point: Point
    far: Enclosure
    """The largest |w_i - w_i*|, |b_i - b_i*| or |c - c*|; every a_i is kept."""
    positive: tuple[Enclosure, ...]
    least_positive: Enclosure
    nullity: int
    P: Enclosure
    S: Enclosure
    floor: Enclosure
    """P (1 + 2 S), the bound of T-stat."""
    least: Enclosure
    factors: tuple[Fraction, ...]
    sole: bool

    @property
    def lambda_max(self) -> Enclosure:
        """The largest eigenvalue of H."""
        return self.positive[0]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NoMinimum:
    """A proof that no stationary point has the activation sets of a network, with every
    active a_i other than 0.

    Either `separation` shows an element of V that separates the labels, or the fit
    on V exists and `misplaced` is an activation set that no neuron with the given
    sign of a can have there.
    """

    network: Network
    data: Dataset
    space: Space
    separation: Separation | None = None
    misplaced: Span | None = None


def step_limit(sharpness: Enclosure) -> Enclosure:
    """2 / lambda, the step size up to which sharpness lambda is stable."""
    return Enclosure(lo=(2 / sharpness.hi).lower(), hi=(2 / sharpness.lo).upper())


def _refuse(network: Network, data: Dataset) -> None:
    # The proposals are float64, so whatever is beyond it is refused here.
    network.floats()
    data.floats()
    pairs = data_on_kinks(network, data)
    if pairs:
        refuse_kinks(pairs, data)
    for i, (start, stop) in enumerate(active_spans(network, data)):
        if start < stop and network.a[i] == 0:
            hint = "leave the neuron out, or give it another weight"
            raise InputError(f"a[{i}] is 0 and neuron {i} is active on some data; {hint}")


def certify_minimum(network: Network, data: Dataset) -> Minimum | NoMinimum:
    """The stationary manifold with the network's activation sets, or a proof that there is none.

    The network need not be stationary: its activation sets, its a, and where neurons
    share a set its split among them are taken from it. Raises InputError for a datum
    on a kink, for an active neuron with a = 0, and where neither answer is proved.
    """
    _refuse(network, data)
    space = space_of(network, data)
    separation = find_separation(space)
    if separation is not None:
        return NoMinimum(network=network, data=data, space=space, separation=separation)
    near = float_fit(space)
    failure = "no fit on V was found"
    for bits in PRECISIONS:
        if near is None:
            break
        fit = certified_fit(space, near, bits)
        if fit is None:
            failure = f"the fit on V is not decided with {bits} bits"
            continue
        with working_precision(bits):
            found = _realized(network, data, space, fit, near)
        if not isinstance(found, str):
            return found
        failure = found
    hint = (
        "rescaled data, or a network closer to a stationary point and with fewer kinks, is needed"
    )
    raise InputError(f"{failure}; {hint}")


def _realized(
    network: Network, data: Dataset, space: Space, fit: Fit, near: Floats
) -> Minimum | NoMinimum | str:
    """What a certified fit on V means for these activation sets; words where it is not decided."""
    point = stationary_point(network, space, fit)
    wrong = None if point.keeps else misplaced(network, space, fit)
    if wrong is not None:
        return NoMinimum(network=network, data=data, space=space, misplaced=wrong)
    if not point.keeps:
        other = clearest(network, space, near)
        point = point if other is None else stationary_point(other, space, fit)
    if not point.keeps:
        return f"with {fit.bits} bits no split of the fit is sure to keep the activation sets"
    try:
        return _minimum(network, data, space, fit, point)
    except PrecisionExhausted as failure:
        return f"{failure} with {fit.bits} bits"


def _minimum(network: Network, data: Dataset, space: Space, fit: Fit, point: Point) -> Minimum:
    h = hessian_at(point, space, fit)
    positive, last = _spectrum(h, space.dimension)
    P = sum(fit.p, arb(0))
    S = arb(path_sum(h, neuron_moments(h, [p / P for p in fit.p])))
    least = least_over_rescalings(h, WIDTH)
    live = [span for span in space.spans if span[0] < span[1]]
    return Minimum(
        network=network,
        data=data,
        space=space,
        fit=fit,
        point=point,
        far=Enclosure.of(distance(network, point)),
        positive=positive,
        least_positive=last,
        nullity=h.size - space.dimension,
        P=Enclosure.of(P),
        S=Enclosure.of(S),
        floor=Enclosure.of(P * (1 + 2 * S)),
        least=least.value,
        factors=least.factors,
        sole=all(space.determined()) and len(space.sets) == len(live),
    )


def _spectrum(h: StructuredHessian, rank: int) -> tuple[tuple[Enclosure, ...], Enclosure]:
    """The positive eigenvalues, and the least of them, which is proved to be above 0.

    H = J^T diag(p) J has at most `rank` of them, the dimension of V; that the last is
    above 0 is a count, so the kernel has dimension 3k + 1 - rank exactly.
    """
    top = largest(h, WIDTH, guess(h))
    last = _above_zero(lambda width: top if rank == 1 else ranked(h, rank, top.hi, width))
    below = (count_above(h, (last.lo * ball(split)).mid()) for split in SPLITS)
    if next((count for count in below if count is not None), None) != rank:
        raise PrecisionExhausted("the number of positive eigenvalues is undecided")
    if rank > MOST_EIGENVALUES or rank == 1:
        return (top,), last
    inner = (ranked(h, j, top.hi, WIDTH) for j in range(2, rank))
    return (top, *inner, last), last


def _above_zero(enclose: Callable[[Fraction], Enclosure]) -> Enclosure:
    width = WIDTH
    for _ in range(DEPTH):
        found = enclose(width)
        if found.lo > 0:
            return found
        width *= WIDTH
    raise PrecisionExhausted("the least positive eigenvalue is not told from 0")
