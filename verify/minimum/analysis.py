"""From a network and a dataset to a certified stationary manifold, or a proof that there is none.

Activation sets, V, the logistic fit on V, a network that realizes it with the same
sets, the spectrum of its Hessian, and what follows for the step size of gradient
descent. Source: proofs_notes/minimum.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from flint import arb

from verify.ball import Enclosure, display, magnitude, sign, square_root, working_precision
from verify.hessian.structured import StructuredHessian
from verify.minimum.barrier import find_barrier
from verify.minimum.condensed import fewer_neurons, merged_cells
from verify.minimum.fit import Fit, Floats, certified_fit, float_fit
from verify.minimum.gauge import least_over_rescalings
from verify.minimum.point import Point, distance, hessian_at, misplaced, stationary_point
from verify.minimum.positive import spectrum
from verify.minimum.separation import Separation, find_separation, one_label, separation
from verify.minimum.space import Space, space_of
from verify.minimum.split import clearest
from verify.minimum.standard import Standard, standard_of
from verify.model import Dataset, InputError, Network, Span, active_spans, data_on_kinks
from verify.spectrum.balls import PrecisionExhausted
from verify.variation import neuron_moments, path_sum

PRECISIONS = (256, 1024, 4096)
"""Bits of the balls, tried in this order."""
WIDTH = Fraction(1, 10**15)
"""Width of the eigenvalues, relative to lambda_max."""


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

    Either `separation` shows an element of V that separates the labels. Or the fit on V
    exists, and none has the given signs of a as well: `misplaced` is a set whose part of the
    fit has the wrong signs, or `barrier` weighs the inputs such that every network with
    these sets and signs has a sum of at least 0 and the fit a negative one.
    """

    network: Network
    data: Dataset
    space: Space
    separation: Separation | None = None
    misplaced: Span | None = None
    barrier: tuple[Fraction, ...] | None = None


def step_limit(sharpness: Enclosure) -> Enclosure:
    """2 / lambda, the step size up to which sharpness lambda is stable."""
    return Enclosure(lo=(2 / sharpness.hi).lower(), hi=(2 / sharpness.lo).upper())


def _refuse(network: Network, data: Dataset) -> None:
    # The proposals are float64, so whatever is beyond it is refused here.
    network.floats()
    data.floats()
    for i, j in data_on_kinks(network, data):
        where = f"neuron {i} has w x + b = 0 at datum {j} (x = {display(data.x[j])})"
        raise InputError(f"{where}: activation sets need every kink between data; move it off")
    for i, (start, stop) in enumerate(active_spans(network, data)):
        if start < stop and network.a[i] == 0:
            hint = "leave the neuron out, or give it another weight"
            raise InputError(f"a[{i}] is 0 and neuron {i} is active on some data; {hint}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Subject:
    """What was given, and the same with inputs in [-1, 1]: `there` and its space `room`."""

    network: Network
    data: Dataset
    space: Space
    standard: Standard
    there: Network
    room: Space

    def absent(self, **reason: Any) -> NoMinimum:
        return NoMinimum(network=self.network, data=self.data, space=self.space, **reason)


def _subject(network: Network, data: Dataset) -> _Subject:
    standard = standard_of(data)
    there = standard.network(network)
    return _Subject(
        network=network,
        data=data,
        space=space_of(network, data),
        standard=standard,
        there=there,
        room=space_of(there, standard.data(data)),
    )


def certify_minimum(network: Network, data: Dataset) -> Minimum | NoMinimum:
    """The stationary manifold with the network's activation sets, or a proof that there is none.

    The network need not be stationary: its activation sets, its a, and where neurons
    share a set its split among them are taken from it. Raises InputError for a datum
    on a kink, for an active neuron with a = 0, and where neither answer is proved.
    """
    _refuse(network, data)
    subject = _subject(network, data)
    separated = one_label(subject.room)
    near = None if separated else float_fit(subject.room)
    first = None if near is None else certified_fit(subject.room, near, PRECISIONS[0])
    if first is None:
        separated = separated or find_separation(subject.room)
    if separated is None:
        return _fitted(subject, near, first)
    there = separation(subject.space, subject.standard.weights(separated.weights))
    if there is None:
        raise AssertionError("the same element of V does not separate the same labels")
    return subject.absent(separation=replace(there, cell=separated.cell))


def _fitted(subject: _Subject, near: Floats | None, first: Fit | None) -> Minimum | NoMinimum:
    """The answer from the fit on V near `near`; `first` is the one with the least precision."""
    failure = "no fit on V was found"
    for bits in PRECISIONS:
        if near is None:
            break
        fit = first if bits == PRECISIONS[0] else certified_fit(subject.room, near, bits)
        if fit is None:
            failure = f"the fit on V is not decided with {bits} bits"
            continue
        with working_precision(bits):
            found = _realized(subject, fit, near)
        if not isinstance(found, str):
            return found
        failure = found
    hint = "a network closer to a stationary point, or with fewer kinks, is needed"
    raise InputError(f"{failure}; {hint}")


def _realized(subject: _Subject, fit: Fit, near: Floats) -> Minimum | NoMinimum | str:
    """What a certified fit on V means for these activation sets; words where it is not decided."""
    network, room = subject.there, subject.room
    point = stationary_point(network, room, fit)
    if not point.keeps:
        wrong = misplaced(network, room, fit)
        if wrong is not None:
            return subject.absent(misplaced=wrong)
        other = clearest(network, room, near)
        point = point if other is None else stationary_point(other, room, fit)
    if not point.keeps:
        barrier = find_barrier(network, room, fit)
        if barrier is not None:
            return subject.absent(barrier=barrier)
        return f"with {fit.bits} bits no split of the fit is sure to keep the activation sets"
    try:
        return _minimum(subject, fit, subject.standard.point(point))
    except PrecisionExhausted as failure:
        return f"{failure} with {fit.bits} bits"


def _minimum(subject: _Subject, fit: Fit, point: Point) -> Minimum:
    space = subject.space
    h = hessian_at(point, space, fit)
    fewer = merged_cells(h)
    positive, last = spectrum(fewer_neurons(fewer), space.dimension, WIDTH)
    P = sum(fit.p, arb(0))
    S = _path_sum(h, P)
    least = least_over_rescalings(fewer, WIDTH, positive[0].hi)
    live = [span for span in space.spans if span[0] < span[1]]
    return Minimum(
        network=subject.network,
        data=subject.data,
        space=space,
        fit=fit,
        point=point,
        far=Enclosure.of(distance(subject.network, point)),
        positive=positive,
        least_positive=last,
        nullity=h.size - space.dimension,
        P=Enclosure.of(P),
        S=S,
        floor=Enclosure(lo=(P * (1 + 2 * S.lo)).lower(), hi=(P * (1 + 2 * S.hi)).upper()),
        least=least.value,
        factors=least.factors,
        sole=all(space.determined()) and len(space.sets) == len(live),
    )


def _path_sum(h: StructuredHessian, P: arb) -> Enclosure:
    """S at the weights p/P. It leaves out neurons with w = 0, which no ball decides: both are in.

    S jumps where a neuron that is always active gets w = 0 (proofs_notes/notation.md).
    """
    moments = neuron_moments(h, [p / P for p in h.p])
    clear = least = arb(path_sum(h, moments))
    for neuron, w, a, (start, stop) in zip(moments, h.w, h.a, h.spans, strict=True):
        if start < stop and sign(w) is None:
            clear += arb(neuron.alpha * magnitude(a) * square_root(neuron.size))
    return Enclosure(lo=least.lower(), hi=clear.upper())
