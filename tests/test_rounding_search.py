"""Counts, enclosures and searches of the float64 engine on problems known in exact rationals."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tests.planted import FINE, planted_problems, tops
from tests.replay_counts import holds
from verify.operators.layout import arrange
from verify.spectrum.exact import roots_above, roots_at
from verify.spectrum.floating import search
from verify.spectrum.floating.core import Core
from verify.spectrum.floating.problem import problem
from verify.spectrum.floating.search import Interval


@pytest.mark.parametrize(("width", "least"), [(2.0**-30, 1.0), (FINE, 0.7)], ids=["fine", "finer"])
def test_eigenvalues_are_proved_to_a_fine_width(width: float, least: float) -> None:
    proved = tried = 0
    for chosen, chi, top in tops():
        assert holds(chi, top, 1)
        assert top.hi - top.lo <= FINE * top.lo
        for j in range(2, chi.degree() + 1):
            found = search.ranked(chosen, j, width, top)
            tried += 1
            if found is not None:
                proved += 1
                assert holds(chi, found, j)
                assert found.hi - found.lo <= width * top.lo
    assert tried == 72
    assert proved >= least * tried


def test_a_width_that_the_data_do_not_allow_is_refused() -> None:
    assert list(tops(2.0**-20)) == []
    for chosen, chi in planted_problems(2.0**-20):
        found = search.largest(chosen, 2.0**-12)
        assert found is None or holds(chi, found, 1)


def test_counts_are_decided_away_from_the_spectrum() -> None:
    decided = tried = 0
    for chosen, chi, top in tops():
        for share in (-1.5, -0.71, -0.09, 0.013, 0.23, 0.57, 0.93, 1.5):
            mu = share * top.hi
            found = search.count_above(chosen, mu)
            tried += 1
            decided += found is not None
            assert found in (None, roots_above(chi, Fraction(mu)))
    assert decided >= 0.97 * tried


def test_an_eigenvalue_is_not_decided() -> None:
    for chosen, chi, top in tops():
        middle = (top.lo + top.hi) / 2
        most, least = search.at_most(chosen, middle), search.at_least(chosen, middle)
        truth = roots_above(chi, Fraction(middle))
        assert most is None or most >= truth
        assert least is None or least <= truth
        if roots_at(chi, Fraction(middle)) == 0 and most != least:
            assert search.count_above(chosen, middle) is None


@pytest.mark.parametrize("scale", [2.0**-24, 2.0**14])
def test_scaling_by_a_power_of_four_scales_what_is_found(scale: float) -> None:
    """Then every rounding stays what it was."""
    pairs = zip(planted_problems(2.0**-50), planted_problems(2.0**-50, scale), strict=True)
    for (chosen, chi), (scaled, _) in pairs:
        one, other = (search.largest(form, FINE) for form in (chosen, scaled))
        assert one is not None
        assert other == Interval(lo=one.lo * scale, hi=one.hi * scale)
        for j in range(2, chi.degree() + 1):
            low = search.ranked(chosen, j, FINE, one)
            high = search.ranked(scaled, j, FINE, other)
            assert high == (low and Interval(lo=low.lo * scale, hi=low.hi * scale))


def test_a_double_eigenvalue_at_the_top_is_found_twice() -> None:
    """Two equal neurons with a = 0: R has |r| twice, and p is so small that H is nearly R."""
    x, one = np.array([1.0, 2.0]), np.ones(2)
    layout = arrange(one, one, x, one)
    p = np.array([2.0**-60, 2.0**-60])
    network = (one, one, np.zeros(2))
    chosen = problem(layout, network, (p, p), (np.array([0.5, 1.0]), x * 0.0))
    top = search.largest(chosen, FINE)
    assert top is not None
    assert top.lo <= np.hypot(2.5, 1.5) <= top.hi
    second = search.ranked(chosen, 2, FINE, top)
    assert second is not None
    assert second.lo <= np.hypot(2.5, 1.5) <= second.hi
    third = search.ranked(chosen, 3, FINE, top)
    assert third is not None
    assert third.hi < 1e-6


def test_a_warm_start_gives_what_a_cold_one_gives() -> None:
    for chosen, chi, top in tops():
        for factor in (1.0, 1.0 - 2.0**-10, 1.0 + 2.0**-6, 0.5, 3.0):
            near = Interval(lo=top.lo * factor, hi=top.hi * factor)
            found = search.largest(chosen, FINE, near)
            assert found is not None
            assert holds(chi, found, 1)


@pytest.mark.parametrize(
    ("factor", "reach"), [(1.0, 2.0**-14), (1.0 + 2.0**-11, 2.0**-8), (1.0 - 2.0**-6, 2.0**-4)]
)
def test_a_warm_bracket_is_as_narrow_as_it_may_be(factor: float, reach: float) -> None:
    for chosen, _, top in tops():
        near = Interval(lo=top.lo * factor, hi=top.hi * factor)
        found = search.around(chosen.high, 1, near, top.hi)
        assert found is not None
        assert found[0] <= top.lo <= top.hi <= found[1]
        assert 1.999 * reach <= (found[1] - found[0]) / top.hi <= 2.001 * reach


def test_an_eigenvalue_that_moved_far_has_no_warm_bracket() -> None:
    for chosen, _, top in tops():
        near = Interval(lo=top.lo * 1.5, hi=top.hi * 1.5)
        assert search.around(chosen.high, 1, near, top.hi) is None


def test_the_first_bracket_holds_lambda_max() -> None:
    for chosen, _, top in tops():
        found = search.top_bracket(chosen.high)
        assert found is not None
        assert found[0] <= top.hi
        assert top.lo <= found[1]
        assert found[1] <= 16.0 * max(found[0], top.hi)


@pytest.mark.parametrize("size", [2.0**-110, 2.0**191])
def test_no_bracket_is_sought_out_of_range(size: float) -> None:
    chosen, _ = planted_problems(2.0**-50)[0]
    core = replace(chosen.high, rx=chosen.high.rx * 0.0, r1=chosen.high.r1 * 0.0 + size)
    tiny = replace(core, weight=core.weight * 2.0**-70)
    assert search.top_bracket(tiny) is None
    assert search.largest(replace(chosen, high=tiny), FINE) is None


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The shifts at which pivots are computed."""
    inner, seen = search.pivots, []

    def record(core: Core, mu: float, shift: float) -> search.Pivots | None:
        seen.append(mu)
        return inner(core, mu, shift)

    monkeypatch.setattr(search, "pivots", record)
    return seen


def test_the_guess_is_close_and_takes_few_steps(counted: list[float]) -> None:
    for chosen, _, top in tops():
        bracket = search.top_bracket(chosen.high)
        assert bracket is not None
        counted.clear()
        guess = search.locate(chosen.high, 1, bracket, search.FINE * bracket[1])
        assert abs(guess - top.lo) <= 2.0**-36 * top.hi
        assert len(counted) <= 84


def test_searches_take_few_steps(counted: list[float]) -> None:
    found = list(tops())
    assert len(counted) <= 1300
    counted.clear()
    for chosen, chi, top in found:
        for j in range(2, chi.degree() + 1):
            search.ranked(chosen, j, 2.0**-30, top)
    assert len(counted) <= 3900


def test_a_warm_start_takes_fewer_steps(counted: list[float]) -> None:
    found = list(tops())
    cold = len(counted)
    counted.clear()
    for chosen, _, top in found:
        search.largest(chosen, FINE, top)
    assert len(counted) <= 0.85 * cold
