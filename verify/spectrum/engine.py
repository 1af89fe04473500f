"""The default engine: float64 with derived error bounds first, balls where those do not close.

Which of the two answered, and why, is part of the answer. Both prove what they
say; ASSUMPTIONS is all that float64 takes on trust beside the code itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import arb
from numpy.typing import NDArray

from verify.ball import Enclosure, ball, working_precision
from verify.hessian.structured import StructuredHessian, loss_hessian, merge_repeats
from verify.logistic import LOGISTIC
from verify.model import Dataset, InputError, Network, data_on_kinks, exact, kink_error
from verify.operators.layout import OutOfRange
from verify.spectrum import balls
from verify.spectrum.balls import PrecisionExhausted
from verify.spectrum.floating import search
from verify.spectrum.floating.problem import Problem, logistic_problem
from verify.spectrum.floating.search import Interval
from verify.spectrum.hint import guess

Floats = NDArray[np.float64]
Build = Callable[[], StructuredHessian]

WIDTH = Fraction(1, 10**12)
"""Default width of an enclosure: relative for lambda_max, relative to lambda_max for the others."""
NARROWEST = Fraction(1, 1 << 42)
"""Widths below it are not tried in float64."""
MAX_BITS = 1 << 14
FLOAT64, BALLS = "float64", "balls"

ASSUMPTIONS = (
    "IEEE 754 double arithmetic as written: round to nearest, gradual underflow, square root "
    "correctly rounded, nothing fused or reassociated; no libm is trusted"
)
"""What a float64 enclosure takes on trust; proofs_notes/floating.md."""
SHORT_ASSUMPTIONS = "IEEE 754 doubles alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Eigenvalue:
    """A certified enclosure, the engine that proved it, and why float64 did not (or "")."""

    enclosure: Enclosure
    engine: str
    reason: str = ""


def _same(values: Floats, exact: Sequence[Fraction]) -> bool:
    return all(Fraction(near) == value for near, value in zip(values.tolist(), exact, strict=True))


def float_problem(network: Network, data: Dataset) -> Problem:
    """The float64 enclosure of the (formal) Hessian; OutOfRange where there is none."""
    try:
        w, b, a, c = network.floats()
        x, y = data.floats()
    except InputError:
        raise OutOfRange("a number is beyond float64") from None
    parts = ((w, network.w), (b, network.b), (a, network.a), (x, data.x))
    if not (all(_same(*part) for part in parts) and Fraction(float(c)) == network.c):
        raise OutOfRange("a number is no float64 (it has no short binary form)")
    return logistic_problem(w, b, a, float(c), x, y, formal=True)


def _attempt(
    network: Network, data: Dataset, width: Fraction, ask: Callable[[Problem], Interval | None]
) -> Interval | str:
    """What float64 proves, or the reason why it proves nothing."""
    if width < NARROWEST:
        return f"a width of {float(width):.1e} is below what float64 can prove"
    try:
        found = ask(float_problem(network, data))
    except OutOfRange as error:
        return str(error)
    return found or f"its error bounds prove no enclosure of width {float(width):.1e}"


def _as_enclosure(found: Interval) -> Enclosure:
    return Enclosure(lo=arb(found.lo), hi=arb(found.hi))


def float_largest(network: Network, data: Dataset, width: Fraction) -> Enclosure | str:
    """lambda_max of the (formal) Hessian by float64 alone, or the reason why not."""
    found = _attempt(network, data, width, lambda p: search.largest(p, float(width)))
    return found if isinstance(found, str) else _as_enclosure(found)


def float_smallest(network: Network, data: Dataset, width: Fraction) -> Enclosure | str:
    """lambda_min within `width * lambda_max` by float64 alone, or the reason why not."""
    found = _attempt(network, data, width, lambda p: _ranked(p, 3 * network.k + 1, width))
    return found if isinstance(found, str) else _as_enclosure(found)


def _ranked(problem: Problem, j: int, width: Fraction) -> Interval | None:
    top = search.largest(problem, 2.0**-20)
    if top is None or j == 1:
        return top and search.largest(problem, float(width), top)
    return search.ranked(problem, j, float(width), top)


def enclose(
    build: Build, measure: Callable[[StructuredHessian], Enclosure], width: Fraction
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


def hessian_builder(network: Network, data: Dataset, formal: bool) -> Build:
    """The Hessian in balls at whatever precision is in force; InputError on a kink."""
    if not formal and (pairs := data_on_kinks(network, data)):
        refuse_kinks(pairs, data)
    x = data.in_order.x
    return lambda: merge_repeats(loss_hessian(network, data, ball, LOGISTIC), x)


def refuse_kinks(pairs: tuple[tuple[int, int], ...], data: Dataset) -> None:
    """Raise InputError that names the first neuron and datum with w x + b = 0."""
    neuron, datum = pairs[0]
    raise kink_error(neuron, datum, data.x[datum], len(pairs) - 1)


def largest_eigenvalue(
    network: Network, data: Dataset, *, width: Fraction = WIDTH, formal: bool = False
) -> Eigenvalue:
    """lambda_max within relative width `width`, with the engine that proved it.

    With `formal` a datum on a kink is taken with relu'(0) = 0 and the result is
    about the formal Hessian; otherwise it raises InputError. Raises
    PrecisionExhausted where no precision up to 16384 bits decides.
    """
    return ranked_eigenvalue(network, data, 1, width=width, formal=formal)


def ranked_eigenvalue(
    network: Network, data: Dataset, j: int, *, width: Fraction = WIDTH, formal: bool = False
) -> Eigenvalue:
    """The j-th largest eigenvalue (j = 1 .. 3k + 1) within `width * lambda_max`.

    Raises InputError for another j or width, and as `largest_eigenvalue` does.
    """
    size = 3 * network.k + 1
    width = exact(width, "width")
    if not 0 < width < 1:
        raise InputError(f"width is {width}; a relative width between 0 and 1 is needed")
    if j not in range(1, size + 1):
        raise InputError(f"j is {j}; the Hessian has the eigenvalues 1 .. {size}")
    build = hessian_builder(network, data, formal)
    found = _attempt(network, data, width, lambda p: _ranked(p, j, width))
    if isinstance(found, Interval):
        return Eigenvalue(enclosure=_as_enclosure(found), engine=FLOAT64)
    if j == 1:
        by_balls = enclose(build, lambda h: balls.largest(h, width, guess(h)), width)
    else:
        top = enclose(build, lambda h: balls.largest(h, Fraction(1, 16), guess(h)), width)
        by_balls = enclose(build, lambda h: balls.ranked(h, j, top.hi, width, guess(h)), width)
    return Eigenvalue(enclosure=by_balls, engine=BALLS, reason=found)


def lambda_max(
    network: Network, data: Dataset, *, width: Fraction = WIDTH, formal: bool = False
) -> Enclosure:
    """A certified enclosure of the largest Hessian eigenvalue, of relative width `width`.

    Raises as `largest_eigenvalue` does.
    """
    return largest_eigenvalue(network, data, width=width, formal=formal).enclosure


def lambda_min(
    network: Network, data: Dataset, *, width: Fraction = WIDTH, formal: bool = False
) -> Enclosure:
    """A certified enclosure of the smallest Hessian eigenvalue, of width `width * lambda_max`.

    Raises as `largest_eigenvalue` does.
    """
    size = 3 * network.k + 1
    return ranked_eigenvalue(network, data, size, width=width, formal=formal).enclosure


def eigenvalues_above(
    network: Network, data: Dataset, mu: Fraction, *, formal: bool = False
) -> int | None:
    """The number of eigenvalues of H above mu, with multiplicity, as a fact; None if undecided.

    None up to 16384 bits happens where mu is an eigenvalue of H or of R, such as 0.
    """
    build = hessian_builder(network, data, formal)
    mu = exact(mu, "mu")
    try:
        near = float(mu)
        if Fraction(near) == mu:
            found = search.count_above(float_problem(network, data), near)
            if found is not None:
                return found
    except (OutOfRange, OverflowError):
        pass
    bits = 128
    while bits <= MAX_BITS:
        with working_precision(bits):
            found = balls.count_above(build(), ball(mu))
        if found is not None:
            return found
        bits *= 2
    return None
