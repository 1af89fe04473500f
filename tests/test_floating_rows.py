"""The rows of a cell against its data, in exact rationals: above on one side, below on the other.

For each cell, M = sum p (x, 1)(x, 1)^T and G = the same sum over its rows: M <= G for the upper
rows, and G - excess e e^T <= M, e = (1, 0), for the lower ones, in the Loewner order.
"""

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest

from properties.adversaries import Floats, clustered, floats, numbers, powers
from tests.replay import Engine, edited, engine

Cell = tuple[Floats, Floats]
Moments = tuple[Fraction, Fraction, Fraction]
COUNT = 700
"""Cells of each kind."""


def moments(weights: list[Fraction], x: Floats, ones: list[float]) -> Moments:
    """Entries (1, 1), (1, 2), (2, 2) of the sum of weight (x, one)(x, one)^T."""
    points = [(Fraction(at), int(one)) for at, one in zip(x.tolist(), ones, strict=True)]
    first, mixed, last = Fraction(0), Fraction(0), Fraction(0)
    for weight, (at, one) in zip(weights, points, strict=True):
        first += weight * at * at
        mixed += weight * at * one
        last += weight * one
    return first, mixed, last


def is_definite(matrix: Moments) -> bool:
    """Whether no eigenvalue of [[first, mixed], [mixed, last]] is negative."""
    first, mixed, last = matrix
    return first >= 0 and last >= 0 and first * last >= mixed * mixed


def difference(cell: Cell, upper: bool, made: Any) -> Moments:
    """What must be positive semidefinite."""
    weight, place, bias, _, excess = made
    x, p = cell
    data = moments([Fraction(value) for value in p.tolist()], x, [1.0] * x.size)
    rows = moments([Fraction(value) ** 2 for value in weight.tolist()], place, bias.tolist())
    sides = (rows, data) if upper else (data, rows)
    first, mixed, last = (one - other for one, other in zip(*sides, strict=True))
    return (first if upper else first + Fraction(excess)), mixed, last


def rows_of(tested: Engine, cell: Cell, upper: bool) -> Any:
    x, p = cell
    return tested.rows.compress(x, p, np.array([0, x.size]), upper)


def holds(tested: Engine, cell: Cell, upper: bool) -> bool:
    return is_definite(difference(cell, upper, rows_of(tested, cell, upper)))


def unlike(random: Random) -> Cell:
    n = random.randint(1, 6)
    return np.sort(numbers(random, n)), powers(random, n, -20, -2)


def adjoining(random: Random) -> Cell:
    """Neighbouring doubles, whose mean is none: the first moment cannot vanish."""
    n, at = random.randint(3, 6), random.choice([-1, 1]) * 2.0 ** random.uniform(-60, 60)
    return np.sort(clustered(random, at, n)), powers(random, n, -3, -1)


def with_outliers(random: Random) -> Cell:
    """A cluster and one or two faint data far off."""
    x, p = adjoining(random)
    for j in range(random.randint(1, 2)):
        x[j] = random.choice([-1, 1]) * random.uniform(1, 2) * 2.0 ** random.randint(-20, 80)
        p[j] = 2.0 ** -random.randint(0, 190)
    order = np.argsort(x)
    return x[order], p[order]


def uneven(random: Random) -> Cell:
    """Up to 40 data whose weights differ by up to 2^190, some of them 0."""
    n = random.randint(1, random.choice([6, 40]))
    x = np.sort(1.5 * (1 + 2.0 ** -random.randint(0, 50) * numbers(random, n)))
    p = powers(random, n, -random.choice([20, 190]), -1)
    return x, p * floats(random.choice([0, 1, 1, 1]) for _ in range(n))


def balanced(random: Random) -> Cell:
    """Symmetric about 0 or nearly so."""
    x, p = unlike(random)
    tilt = random.choice([0.0, 2.0**-52, 2.0**-30])
    return np.concatenate([-x[::-1], x * (1 + tilt)]), np.concatenate([p[::-1], p])


KINDS = (unlike, adjoining, with_outliers, uneven, balanced)


def cells(kind: Callable[[Random], Cell], count: int) -> list[Cell]:
    random = Random(kind.__name__)
    return [(np.sort(x), p) for x, p in (kind(random) for _ in range(count))]


@pytest.mark.parametrize("kind", KINDS)
def test_rows_lie_on_their_side_of_the_data(kind: Callable[[Random], Cell]) -> None:
    for cell in cells(kind, COUNT):
        for upper in (True, False):
            assert holds(engine(), cell, upper), (cell, upper)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_change_a_cell_little(kind: Callable[[Random], Cell]) -> None:
    """(1 +- 2^-46) M is on the other side, but for a few D1^2/(P t) e e^T <= 2^-56 P x^2 e e^T."""
    for cell in cells(kind, 200):
        x, p = (list(map(Fraction, part.tolist())) for part in cell)
        room = sum(p) * max(map(abs, x)) ** 2 / 2**53 + Fraction(1, 2**199)
        for upper in (True, False):
            first, mixed, last = difference(cell, upper, rows_of(engine(), cell, upper))
            data = moments(p, cell[0], [1.0] * len(x))
            slack = [value / 2**46 for value in data]
            assert is_definite(
                (slack[0] + room - first, slack[1] - mixed, slack[2] + Fraction(1, 2**199) - last)
            )


def test_cells_are_independent_of_each_other() -> None:
    """Many cells in one call: each has the rows that it has alone, and the excesses add up."""
    random = Random(5)
    parts = [random.choice(KINDS)(random) for _ in range(300)]
    x, p = (np.concatenate([part[at] for part in parts]) for at in (0, 1))
    edges = np.cumsum([0, *(part[0].size for part in parts)])
    for upper in (True, False):
        *together, offset, excess = engine().rows.compress(x, p, edges, upper)
        alone = [rows_of(engine(), part, upper) for part in parts]
        for at, column in enumerate(together):
            assert column.tolist() == np.concatenate([made[at] for made in alone]).tolist()
        assert np.diff(offset).tolist() == [made[0].size for made in alone]
        assert Fraction(excess) >= sum(Fraction(made[4]) for made in alone) * (1 - 2**-20)
        assert (excess > 0) is not upper


THIRD = floats([1.25, 1.25, 1.25 * (1 + 2.0**-52)]), floats([0.25, 0.25, 0.25])
"""The mean lies a third of a unit in the last place above 5/4: no double is nearer than 5/4."""


def test_without_the_excess_the_lower_rows_exceed_the_data() -> None:
    made = rows_of(engine(), THIRD, False)
    assert made[4] > 0
    assert is_definite(difference(THIRD, False, made))
    assert not is_definite(difference(THIRD, False, (*made[:4], 0.0)))
    assert not is_definite(difference(THIRD, False, (*made[:4], made[4] / 4)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sign * extra", "-sign * extra"),
        ("excess += max(-spread, 0.0)", "excess += 0.0"),
        ("excess += max(-spread, 0.0)", "excess += max(spread, 0.0) if upper else 0.0"),
        ("sign * (SHARE + 16.0 * UNIT)", "sign * 16.0 * UNIT"),
        ("abs(one) + 8.0", "8.0"),
        ("p[j] >= FLOOR", "p[j] >= 2.0**-60"),
        ("sign = 1.0 if upper else -1.0", "sign = 1.0"),
    ],
)
def test_a_wrong_line_puts_rows_on_the_wrong_side(old: str, new: str) -> None:
    broken = edited("rows", old, new)
    tried = [cell for kind in KINDS for cell in cells(kind, 120)]
    assert not all(holds(broken, cell, upper) for cell in tried for upper in (True, False))
