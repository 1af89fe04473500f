"""The loss of a network of the benchmark at 80 digits, and its derivatives by differences."""

from collections.abc import Callable

import mpmath

from verify.bench.cases import Arrays

Real = mpmath.mpf
DIGITS = 80
"""To be set around every use."""
H = mpmath.mpf(10) ** -20


def exact_loss(case: Arrays) -> Callable[[list[Real]], Real]:
    """L as a function of theta, by its definition."""
    k, n = case.w.size, case.x.size
    data = list(zip(case.x.tolist(), case.y.tolist(), strict=True))

    def loss(point: list[Real]) -> Real:
        total = mpmath.mpf(0)
        for x, y in data:
            z = (point[i] * mpmath.mpf(x) + point[k + i] for i in range(k))
            hidden = [max(value, mpmath.mpf(0)) for value in z]
            f = sum(point[2 * k + i] * value for i, value in enumerate(hidden)) + point[-1]
            total += mpmath.log(1 + mpmath.exp(-y * f))
        return total / n

    return loss


def moved(point: list[Real], *steps: tuple[int, int]) -> list[Real]:
    """The point with each (index, sign) moved by sign H."""
    found = list(point)
    for index, sign in steps:
        found[index] += sign * H
    return found
