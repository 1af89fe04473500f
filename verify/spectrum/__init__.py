"""The spectrum of the loss Hessian: certified enclosures at the width asked."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from verify.ball import Enclosure, ball, working_precision
from verify.hessian.structured import StructuredHessian, loss_hessian, merge_repeats
from verify.logistic import LOGISTIC
from verify.model import Dataset, Network, data_on_kinks, kink_error
from verify.spectrum.balls import PrecisionExhausted, largest, smallest
from verify.spectrum.hint import guess

WIDTH = Fraction(1, 10**12)
"""Default width of an enclosure: relative for lambda_max, relative to lambda_max for lambda_min."""

MAX_BITS = 1 << 14


def enclose(
    build: Callable[[], StructuredHessian],
    measure: Callable[[StructuredHessian], Enclosure],
    width: Fraction,
) -> Enclosure:
    """`measure(build())` at the first precision that decides it, doubling from what `width` needs.

    Raises PrecisionExhausted beyond 16384 bits: an honest failure.
    """
    bits = 64 + 2 * (width.denominator // width.numerator).bit_length()
    while True:
        try:
            with working_precision(bits):
                return measure(build())
        except PrecisionExhausted:
            bits *= 2
            if bits > MAX_BITS:
                raise


def _hessian(network: Network, data: Dataset, formal: bool) -> Callable[[], StructuredHessian]:
    if not formal and (pairs := data_on_kinks(network, data)):
        refuse_kinks(pairs, data)
    x = data.in_order.x
    return lambda: merge_repeats(loss_hessian(network, data, ball, LOGISTIC), x)


def refuse_kinks(pairs: tuple[tuple[int, int], ...], data: Dataset) -> None:
    """Raise InputError that names the first neuron and datum with w x + b = 0."""
    neuron, datum = pairs[0]
    raise kink_error(neuron, datum, data.x[datum], len(pairs) - 1)


def lambda_max(
    network: Network, data: Dataset, *, width: Fraction = WIDTH, formal: bool = False
) -> Enclosure:
    """A certified enclosure of the largest Hessian eigenvalue, of relative width `width`.

    With `formal` a datum on a kink is taken with relu'(0) = 0 and the result is
    about the formal Hessian; otherwise it raises InputError. Raises
    PrecisionExhausted where no precision up to 16384 bits decides.
    """
    build = _hessian(network, data, formal)
    return enclose(build, lambda h: largest(h, width, guess(h)), width)


def lambda_min(
    network: Network, data: Dataset, *, width: Fraction = WIDTH, formal: bool = False
) -> Enclosure:
    """A certified enclosure of the smallest Hessian eigenvalue, of width `width * lambda_max`.

    Raises as `lambda_max` does.
    """
    build = _hessian(network, data, formal)
    scale = lambda_max(network, data, width=Fraction(1, 16), formal=formal).lo
    return enclose(build, lambda h: smallest(h, scale, width, guess(h)), width)
