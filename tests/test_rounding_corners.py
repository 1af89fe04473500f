"""Where the float64 engine must say nothing, and how much it must be able to say."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from tests.replay import Operands, engine
from tests.replay_counts import core_of
from verify.ball import ball, working_precision
from verify.spectrum.floating import search
from verify.spectrum.floating.core import COVER, FLOOR, UNIT, Core
from verify.spectrum.floating.exponential import LARGEST, LN2_HIGH, LN2_LOW
from verify.spectrum.floating.pivots import (
    CEILING,
    LEAST_PIVOT,
    UNDERFLOW,
    _update,
    blocks,
    factor,
    gap,
)
from verify.spectrum.floating.rows import _first_moment, _moments, compress
from verify.spectrum.floating.weights import block_sums

TINY = 2.0**-100


def test_ln_2_is_split_as_the_note_says() -> None:
    with working_precision(300):
        ln2 = arb(2).log()
        assert abs(ball(Fraction(LN2_HIGH) + Fraction(LN2_LOW)) - ln2) < ball(Fraction(1, 2**86))
    largest_j = math.floor(LARGEST / math.log(2.0) + 0.5)
    for j in range(largest_j + 2):
        assert Fraction(j * LN2_HIGH) == j * Fraction(LN2_HIGH)


def test_nothing_is_said_of_a_vanishing_gap() -> None:
    assert gap(5.0, 3.0, 4.0) == (0.0, 1.0)
    assert gap(5.0, 3.0, 0.0) == (16.0, UNIT + 64 * UNIT * UNIT * 34 / 16)


def test_blocks_say_which_gap_they_refuse() -> None:
    one, ends = np.ones(2), (np.zeros(2, np.int64), np.ones(2, np.int64))
    for r1, outside in ((4.0, -1), (4.5, 2), (3.5, 1), (-4.0, -1)):
        r = np.array([3.0, 5.5]), np.array([r1, 0.0])
        assert blocks(5.0, one, one, one, *r, *ends, np.zeros((2, 12))) == outside


def _one_row(
    u: float, shift: float = 0.0, size: float = 1.0, error: tuple[int, float] = (2, 0.0)
) -> tuple[int, float, float, int]:
    """Factor the 1 x 1 matrix 1 - shift - size u, U zeta being (0, u), with one error bound."""
    sums = np.zeros((2, 12))
    sums[0, 1], sums[0, error[0]] = u, error[1]
    row = np.array([size]), np.array([0.0]), np.array([1.0])
    return factor(*row, shift, sums)


def test_a_pivot_must_not_be_too_small() -> None:
    assert _one_row(1.0)[:2] == (-1, np.inf)
    assert _one_row(1.0, -LEAST_PIVOT)[0] == 0
    assert _one_row(1.0, LEAST_PIVOT)[0] == 1
    assert _one_row(1.0, -LEAST_PIVOT / 2)[:2] == (-1, np.inf)
    assert _one_row(0.5) == (0, pytest.approx(21.0 * UNIT, rel=1e-5, abs=0.0), 0.5, 0)
    assert _one_row(0.0)[1] >= 14.0 * UNIT + UNDERFLOW


def test_no_quantity_may_exceed_the_ceiling() -> None:
    assert _one_row(CEILING / 4)[0] == 1
    assert _one_row(CEILING)[:2] == (-1, np.inf)
    assert _one_row(float("nan"))[:2] == (-1, np.inf)
    assert _one_row(float("inf"))[:2] == (-1, np.inf)
    # An error bound of U zeta counts as well, and F gets the entry size^2 / d.
    for at in (2, 3):
        assert _one_row(0.0, error=(at, CEILING / 2))[0] == 0
        assert _one_row(0.0, error=(at, CEILING))[:2] == (-1, np.inf)
    assert _one_row(0.0, size=2.0**124)[0] == 0
    assert _one_row(0.0, size=2.0**125)[:2] == (-1, np.inf)


def test_the_largest_entry_may_be_small() -> None:
    state, z = np.zeros((4, 4)), np.array([0.5, 0.0, -0.25, 0.0])
    assert _update(state, np.zeros((4, 4)), z, 1.0) == 0.25
    assert _update(state, np.zeros((4, 4)), z, -1.0) == 0.0


def test_without_slopes_only_underflow_is_left() -> None:
    zero, ends = np.zeros(2), (np.zeros(1, np.int64), np.full(1, 2))
    rx, r1, bound = block_sums(np.ones(2), zero, zero, *ends)
    assert (rx[0], r1[0], bound) == (0.0, 0.0, 2.0 * FLOOR * COVER)


def test_sums_below_floor_are_0_and_floor_itself_is_kept() -> None:
    ends = np.array([0, 0]), np.array([1, 2])
    slope = np.array([FLOOR, -FLOOR * (1.0 - 2.0**-52)])
    rx, r1, bound = block_sums(np.ones(2), slope, np.zeros(2), *ends)
    assert (rx.tolist(), r1.tolist()) == ([FLOOR, 0.0], [FLOOR, 0.0])
    assert bound >= 2.0 * FLOOR


def test_moments_of_many_data_are_compensated() -> None:
    """Each datum after the first is lost in a plain sum; bounds of the Note, 4."""
    x = np.array([0.0, *(3.0 + 2.0**-20 * np.arange(1000))])
    p = np.array([1.0, *np.full(1000, 1.5 * 2.0**-54)])
    mass, centre, one, two = _moments(x, p, 0, x.size)
    pairs = [(Fraction(weight), Fraction(at)) for weight, at in zip(p, x, strict=True)]
    data = [(weight, at - Fraction(centre)) for weight, at in pairs]
    exact = [sum(weight * abs(d) ** power for weight, d in data) for power in range(3)]
    first, u = sum(weight * d for weight, d in data), Fraction(UNIT)
    assert abs(Fraction(mass) - exact[0]) <= 3 * u * exact[0]
    assert abs(Fraction(two) - exact[2]) <= 7 * u * exact[2]
    assert abs(first) <= Fraction(one) <= abs(first) + 12 * u * exact[1]
    assert abs(first) <= 2 * u * Fraction(centre) * exact[0] + 3 * u * exact[1]
    found = _first_moment(x, p, 0, x.size, 1.0)
    sizes = [(weight, at - 1) for weight, at in pairs]
    room = 4 * u * sum(weight * abs(d) for weight, d in sizes)
    assert abs(Fraction(found) - sum(weight * d for weight, d in sizes)) <= room


def test_the_excess_of_all_cells_adds_up() -> None:
    x = np.array([1.0, 1.0 + 2.0**-52, 1.0 + 2.0**-51, 3.0, 3.0 + 2.0**-51, 3.0 + 2.0**-50])
    p = np.array([0.5, 0.25, 0.125, 0.375, 0.25, 0.5])
    whole = compress(x, p, np.array([0, 3, 6]), False)[4]
    parts = [compress(x, p, np.array(edges), False)[4] for edges in ([0, 3], [3, 6])]
    assert min(parts) > 0.0
    assert whole == pytest.approx(sum(parts), rel=1e-9, abs=0.0)


def _cells(x: list[float], p: list[float], upper: bool) -> list[list[tuple[float, float, float]]]:
    edges = np.array([0, 3, len(x)])
    *columns, offset, _ = compress(np.array(x), np.array(p), edges, upper)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    return [rows[offset[s] : offset[s + 1]] for s in range(2)]


@pytest.mark.parametrize("upper", [False, True])
def test_weightless_data_make_no_rows(upper: bool) -> None:
    assert _cells([1.0, 2.0, 3.0, 4.0], [0.0] * 4, upper) == [[], []]
    first, second = _cells([1.0, 2.0, 3.0, 4.0, 5.0], [0.0] * 4 + [FLOOR], upper)
    assert first == []
    assert [row[1:] for row in second] == [(5.0, 1.0)]
    first, _ = _cells([1.0, 2.0, 3.0, 4.0], [FLOOR, 0.0, 0.0, 0.0], upper)
    assert [row[1:] for row in first if row[2] == 1.0] == [(1.0, 1.0)]


@pytest.mark.parametrize("upper", [False, True])
def test_equal_data_make_one_row(upper: bool) -> None:
    first, _ = _cells([2.0, 2.0, 2.0, 4.0], [0.5, 0.25, 0.25, 1.0], upper)
    assert [row[1:] for row in first] == [(2.0, 1.0)]


def test_a_spread_below_floor_is_rounded_to_its_side() -> None:
    x = [0.0, TINY / 2, TINY / 2, 1.0]
    p = [FLOOR * 2, FLOOR, FLOOR, 1.0]
    assert [row[2] for row in _cells(x, p, True)[0]] == [1.0, 0.0]
    assert _cells(x, p, True)[0][1][0] >= math.sqrt(FLOOR)
    assert [row[2] for row in _cells(x, p, False)[0]] == [1.0]


def _core(**changes: list[float]) -> Core:
    given: Operands = {
        "weight": [0.5, 0.25],
        "place": [1.0, 2.0],
        "bias": [1.0, 1.0],
        "w": [1.0],
        "b": [0.5],
        "a": [1.0],
        "rx": [0.375],
        "r1": [0.5],
        "start": [0.0],
        "stop": [2.0],
    }
    return core_of(engine(), given | changes)


OUTSIDE: dict[str, tuple[Core, float]] = {
    "mu too small": (_core(), search.LEAST_MU / 2),
    "mu too large": (_core(), search.MOST_MU * 2),
    "mu is a block": (_core(), 0.625),
    "mu is a block below": (_core(), -0.625),
    "U zeta too large": (_core(a=[2.0**180]), 1.0),
    "V zeta too large": (_core(a=[2.0**180], start=[0.0], stop=[1.0]), 1.0),
    "pivot too small": (
        _core(weight=[1.0], place=[0.0], bias=[1.0], a=[0.0], w=[0.0], b=[0.0]),
        1.0,
    ),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_pivots_say_nothing(name: str) -> None:
    core, mu = OUTSIDE[name]
    core = replace(core, stop=np.minimum(core.stop, core.weight.size))
    assert search.pivots(core, mu, 0.0) is None


def test_pivots_speak_up_to_the_ends_of_the_range() -> None:
    for mu in (search.LEAST_MU, search.MOST_MU, -search.LEAST_MU, -search.MOST_MU):
        found = search.pivots(_core(), mu, 0.0)
        assert found is not None
        assert found.above == {2.0**-100: 3, 2.0**190: 0, -(2.0**-100): 3, -(2.0**190): 4}[mu]
