"""Exact confidence limits of a probability from a count (Clopper and Pearson, 1934).

For X ~ Bin(n, p) and X = k seen, the upper limit at confidence 1 - a is the p with
Pr(Bin(n, p) <= k) = a, and the lower one the p with Pr(Bin(n, p) >= k) = a: whatever p is, the
true p exceeds the upper limit with probability at most a. Both are beta quantiles.
"""

from __future__ import annotations

from verify.model import InputError


def _check(failures: int, tried: int, confidence: float) -> None:
    if not 0 <= failures <= tried or tried < 1:
        raise InputError(f"{failures} of {tried} failures; a count between 0 and n >= 1 is needed")
    if not 0.0 < confidence < 1.0:
        raise InputError(f"the confidence is {confidence}; a number between 0 and 1 is needed")


def upper_limit(failures: int, tried: int, confidence: float = 0.95) -> float:
    """The one-sided upper limit of the probability of failure."""
    from scipy.special import betaincinv

    _check(failures, tried, confidence)
    if failures == tried:
        return 1.0
    return float(betaincinv(failures + 1, tried - failures, confidence))


def lower_limit(failures: int, tried: int, confidence: float = 0.95) -> float:
    """The one-sided lower limit of the probability of failure."""
    from scipy.special import betaincinv

    _check(failures, tried, confidence)
    if failures == 0:
        return 0.0
    return float(betaincinv(failures, tried - failures + 1, 1.0 - confidence))
