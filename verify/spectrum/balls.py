"""Certified eigenvalue counts and enclosures in ball arithmetic, at any precision.

For a shift mu that is no eigenvalue of R, Haynsworth's inertia formula gives

    #{eigenvalues of H above mu} = #{eigenvalues of R above mu} + #{negative pivots of S},
    S = diag(1/p) - J (mu I - R)^{-1} J^T,

with J the rows g_j. S is semiseparable: off the diagonal S_lj = -(u_l . s_j)
for vectors of length 4, so its LDL^T needs one pass over the sorted data with a
4x4 state. No matrix of size n or k is formed; a pivot whose sign is not certain
makes the answer None. Derivation: proofs_notes/spectrum.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction

from flint import arb, arb_mat

from verify.ball import Enclosure, ball, maximum, square_root
from verify.hessian.structured import StructuredHessian, span_sums

Symmetric = tuple[arb, arb, arb]
Hint = tuple[arb, arb] | None
"""Uncertified guesses (lambda_min, lambda_max), which only ever choose where to look."""

SPLITS = (Fraction(1, 2), Fraction(3, 8), Fraction(11, 16), Fraction(1, 5))
"""Where a bracket is cut: the next one is tried when the count at one is undecided."""


class PrecisionExhausted(ArithmeticError):
    """The working precision cannot decide the count of eigenvalues; more bits may.

    `reached` is the certified enclosure at which the bisection stopped, if any.
    """

    def __init__(self, message: str, reached: Enclosure | None = None) -> None:
        super().__init__(message)
        self.reached = reached


def _reduced_blocks(h: StructuredHessian, mu: arb) -> tuple[int, list[Symmetric]] | None:
    """#{eigenvalues of R above mu} and C_i = T_i^T (mu I - R_i)^{-1} T_i for each neuron.

    C_i = (a^2/mu) I + u u^T / (mu d), u = a r + mu (w, b), d = mu^2 - |r|^2, acting on (x, 1).
    """
    if not (mu > 0 or mu < 0):
        return None
    outside, blocks = 0, []
    zero = arb(0)
    for (rx, r1), (start, stop), w, b, a in zip(h.r, h.spans, h.w, h.b, h.a, strict=True):
        if start == stop:
            blocks.append((zero, zero, zero))
            continue
        gap = mu * mu - rx * rx - r1 * r1
        if gap < 0:
            outside += 1
        elif not gap > 0:
            return None
        ux, u1 = a * rx + mu * w, a * r1 + mu * b
        level, scale = a * a / mu, 1 / (mu * gap)
        blocks.append((level + ux * ux * scale, ux * u1 * scale, level + u1 * u1 * scale))
    above = outside if mu > 0 else h.size - outside
    return above, blocks


def _running_sums(
    h: StructuredHessian, blocks: list[Symmetric]
) -> Iterator[tuple[Symmetric, Symmetric]]:
    """For each datum the sums of C_i over neurons active from it to the right, and to the left."""
    n, zero = len(h.x), arb(0)
    opening: list[list[Symmetric]] = [[] for _ in range(n)]
    closing: list[list[Symmetric]] = [[] for _ in range(n)]
    for (start, stop), block in zip(h.spans, blocks, strict=True):
        if stop == n and start < n:
            opening[start].append(block)
        elif stop > start:
            closing[stop - 1].append(block)

    def totals(groups: list[list[Symmetric]]) -> list[Symmetric]:
        state, out = (zero, zero, zero), []
        for group in groups:
            for c in group:
                state = (state[0] + c[0], state[1] + c[1], state[2] + c[2])
            out.append(state)
        return out

    return zip(totals(opening), reversed(totals(closing[::-1])), strict=True)


def count_above(h: StructuredHessian, mu: arb) -> int | None:
    """The number of eigenvalues of H above mu, with multiplicity; None if not decided.

    A decided count also proves that mu is no eigenvalue. Works for balls, with
    repeated eigenvalues and entries of any magnitude.
    """
    reduced = _reduced_blocks(h, mu)
    if reduced is None:
        return None
    above, blocks = reduced
    state = arb_mat(4, 4)
    level = h.bias / mu
    for x, p, (right, left) in zip(h.x, h.p, _running_sums(h, blocks), strict=True):
        s1, s2 = right[0] * x + right[1], right[1] * x + right[2] + level
        v1, v2 = left[0] * x + left[1], left[1] * x + left[2]
        row = arb_mat(4, 1, [x, 1, v1, v2])
        image = state * row
        pivot = 1 / p - (x * (s1 + v1) + s2 + v2) - (row.transpose() * image)[0, 0]
        if pivot < 0:
            above += 1
        elif not pivot > 0:
            return None
        column = image + arb_mat(4, 1, [s1, s2, x, 1])
        state += column * (column.transpose() * (1 / pivot))
    return above


def _narrow(
    low: arb, high: arb, *, goes_up: Callable[[arb], bool | None], done: Callable[[arb, arb], bool]
) -> Enclosure:
    """Bisect [low, high]; `goes_up(mu)` says whether the eigenvalue is above mu."""
    while not done(low, high):
        for split in SPLITS:
            ratio = ball(split)
            wide = low > 0 and high > 4 * low
            mu = low * (high / low) ** ratio if wide else low + ratio * (high - low)
            mu = mu.mid()
            verdict = goes_up(mu) if low < mu < high else None
            if verdict is not None:
                low, high = (mu, high) if verdict else (low, mu)
                break
        else:
            reached = Enclosure(lo=low, hi=high)
            raise PrecisionExhausted(
                "the count of eigenvalues is undecided at every probe", reached
            )
    return Enclosure(lo=low, hi=high)


def _ceiling(low: arb, goes_up: Callable[[arb], bool | None]) -> arb:
    """A point that is certified not to lie below the eigenvalue; steps grow to any magnitude."""
    step = arb(2)
    for _ in range(40):
        high = (low * step).mid()
        if goes_up(high) is False:
            return high
        step *= step
    raise PrecisionExhausted("no upper bound of lambda_max was found")


def _look_near(
    guess: arb, reach: arb, bracket: tuple[arb, arb | None], goes_up: Callable[[arb], bool | None]
) -> tuple[arb, arb | None]:
    """Tighten a bracket by counting just below and just above an uncertified guess."""
    low, high = bracket
    for probe in ((guess - reach).mid(), (guess + reach).mid()):
        if probe > low and (high is None or probe < high):
            verdict = goes_up(probe)
            low = probe if verdict else low
            high = probe if verdict is False else high
    return low, high


def _diagonal(h: StructuredHessian) -> list[arb]:
    """Diagonal entries of H: sum p for c, and a_i^2 (active sum of p) for each b_i."""
    zero = arb(0)
    sums = span_sums(h.p, h.spans, zero)
    entries = [arb(a * a * total) for a, total in zip(h.a, sums, strict=True)]
    return entries + [arb(total) for total in span_sums(h.p, [(0, len(h.p))] * h.bias, zero)]


def _shared_blocks(h: StructuredHessian) -> list[arb]:
    """-|r_i| for every span that three or more neurons share: eigenvalues of H.

    Such neurons have one r. Put c_i times the block's eigenvector of -|r| on each;
    J maps these vectors into the plane of (x, 1), so for three or more neurons some
    combination has J v = 0 and H v = R v = -|r| v.
    """
    counts = Counter(span for span in h.spans if span[0] < span[1])
    norms = dict(zip(h.spans, h.r, strict=True))
    shared = [norms[span] for span, count in counts.items() if count > 2]
    return [arb(-square_root(rx * rx + r1 * r1)) for rx, r1 in shared]


def largest(h: StructuredHessian, width: Fraction, hint: Hint = None) -> Enclosure:
    """lambda_max(H) within relative width `width`, or PrecisionExhausted.

    `hint` is an uncertified guess; it only chooses where to look first.
    """
    low = arb(maximum(_diagonal(h), h.largest_block())).lower()
    if low == 0 and all(start == stop for start, stop in h.spans):
        return Enclosure(lo=low, hi=low)
    if not low > 0:
        raise PrecisionExhausted("no positive lower bound of lambda_max at this precision")
    tolerance = ball(width)

    def goes_up(mu: arb) -> bool | None:
        count = count_above(h, mu)
        return None if count is None else count > 0

    ceiling = None
    if hint is not None:
        low, ceiling = _look_near(hint[1], hint[1] * tolerance / 3, (low, None), goes_up)
    high = ceiling or _ceiling(low, goes_up)
    return _narrow(low, high, goes_up=goes_up, done=lambda lo, hi: bool(hi - lo <= tolerance * hi))


def smallest(h: StructuredHessian, scale: arb, width: Fraction, hint: Hint = None) -> Enclosure:
    """lambda_min(H) within absolute width `width * scale`, or PrecisionExhausted.

    Starts from -max|r_i| <= lambda_min <= every diagonal entry. Relative width
    would be out of reach, because lambda_min is often exactly 0.
    """
    low = arb(-h.largest_block()).lower()
    first, *rest = [-value for value in _diagonal(h) + _shared_blocks(h)]
    high = (-arb(maximum(rest, first))).upper()
    tolerance = ball(width) * scale

    def goes_up(mu: arb) -> bool | None:
        count = count_above(h, mu)
        return None if count is None else count == h.size

    if hint is not None:
        low, above = _look_near(hint[0], tolerance / 3, (low, high), goes_up)
        high = above or high
    return _narrow(low, high, goes_up=goes_up, done=lambda lo, hi: bool(hi - lo <= tolerance))


def ranked(h: StructuredHessian, j: int, top: arb, width: Fraction, hint: Hint = None) -> Enclosure:
    """The j-th largest eigenvalue within `width * top`, or PrecisionExhausted.

    `top` is at least lambda_max.
    """
    if j == h.size:
        return smallest(h, top, width, hint)

    def goes_up(mu: arb) -> bool | None:
        count = count_above(h, mu)
        return None if count is None else count >= j

    low, tolerance = arb(-h.largest_block()).lower(), ball(width) * top
    return _narrow(low, top, goes_up=goes_up, done=lambda lo, hi: bool(hi - lo <= tolerance))
