"""The parts of the float64 search one by one: where it asks, cuts, retries and gives up."""

import math
from fractions import Fraction

import numpy as np
import pytest

from tests.planted import planted_problems, tops
from tests.replay import engine
from tests.replay_counts import core_of
from verify.spectrum.floating import search
from verify.spectrum.floating.core import Core


def test_where_no_pivots_are_none_is_counted() -> None:
    for chosen, _, top in tops():
        assert search.count_above(chosen, search.LEAST_MU / 4) is None
        assert search.count_above(chosen, 4 * search.MOST_MU) is None
        for split in (1, -1):
            blocks = np.hypot(chosen.high.rx, chosen.high.r1)
            for mu in blocks[blocks > 0]:
                assert search.count_above(chosen, split * mu) is None
        assert search.at_most(chosen, top.hi) == 0


def test_a_secant_needs_determinants_of_similar_size() -> None:
    def at(above: int, mantissa: float, exponent: int) -> search.Pivots:
        return search.Pivots(above=above, bound=0.0, mantissa=mantissa, exponent=exponent)

    one, ends = at(0, 0.5, 0), (1.0, 3.0)
    assert search._secant(at(1, -0.5, 0), one, ends) == 2.0
    assert search._secant(at(1, -0.75, 0), one, ends) == 1.0 + 2.0 * 1.5 / 2.5
    assert search._secant(at(1, -0.5, 2), one, ends) == 1.0 + 2.0 * 4.0 / 5.0
    assert search._secant(at(1, -0.5, 899), one, ends) == 3.0
    assert search._secant(at(1, -0.5, -899), one, ends) == 1.0
    for far in (at(1, -0.5, 900), at(1, -0.5, -900), at(2, 0.5, 0), at(0, 0.5, 0), None):
        assert search._secant(far, one, ends) is None
    assert search._secant(at(1, -0.5, 0), None, ends) is None


def test_a_bracket_without_a_double_inside_ends_the_search() -> None:
    chosen, _ = planted_problems(2.0**-50)[0]
    low, high = 1.0, 1.0 + 2.0**-52
    assert search.locate(chosen.high, 1, (low, high), 0.0) in (low, high)


def test_wide_brackets_are_cut_geometrically() -> None:
    assert list(search._probes(1.0, 16.0)) == [4.0, 16.0**0.375, 16.0**0.6875, 16.0**0.2]
    assert next(search._probes(1.0, 4.5)) == 4.5**0.5
    assert list(search._probes(1.0, 4.0)) == [2.5, 2.125, 3.0625, 1.6]
    assert list(search._probes(0.0, 8.0)) == [4.0, 3.0, 5.5, 1.6]
    assert next(search._probes(-8.0, 8.0)) == 0.0


def test_counts_are_asked_outside_the_radius(monkeypatch: pytest.MonkeyPatch) -> None:
    """In exact rationals, by at most two ulps, and each of the core on its own side."""
    asked: list[tuple[Core, float, float]] = []
    monkeypatch.setattr(search, "_proved", lambda *given: asked.append(given))
    for chosen, _ in planted_problems(2.0**-12):
        for mu in (0.7, -0.3, 1.0 + 2.0**-52, 3.0e9):
            asked.clear()
            search.at_most(chosen, mu)
            search.at_least(chosen, mu)
            (high, below, up), (low, above, down) = asked
            assert (high, up, low, down) == (chosen.high, 1.0, chosen.low, -1.0)
            ulps = 2 * Fraction(math.ulp(mu))
            assert 0 < Fraction(mu) - Fraction(chosen.radius) - Fraction(below) <= ulps
            assert 0 < Fraction(above) - Fraction(mu) - Fraction(chosen.radius) <= ulps


Script = dict[bool, list[float | None]]


def _asked(monkeypatch: pytest.MonkeyPatch, bounds: Script) -> tuple[int | None, Script]:
    """What `_proved` makes of given bounds, relative to the shift, and the shifts that it tries."""
    core, tried = planted_problems(2.0**-50)[0][0].high, {False: [], True: []}

    def scripted(form: Core, mu: float, shift: float) -> search.Pivots | None:
        reflected = form is not core
        assert not reflected or form.w.tolist() == (-core.w).tolist()
        assert (mu, shift < 0) == (0.5, True)
        tried[reflected].append(-shift)
        factor = bounds[reflected][min(len(tried[reflected]), len(bounds[reflected])) - 1]
        if factor is None:
            return None
        return search.Pivots(above=7, bound=factor * -shift, mantissa=0.5, exponent=0)

    monkeypatch.setattr(search, "pivots", scripted)
    return search._proved(core, 0.5, -1.0), tried


def test_the_shift_grows_until_it_covers_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    first = search.SHIFT
    assert _asked(monkeypatch, {False: [1.0], True: []}) == (7, {False: [first], True: []})
    found = _asked(monkeypatch, {False: [1.01, 3.0, 0.5], True: []})
    assert found == (7, {False: [first, 4 * first, 24 * first], True: []})
    found = _asked(monkeypatch, {False: [1.5, None], True: [2.0, 1.0]})
    assert found == (7, {False: [first, 4 * first], True: [first, 4 * first]})
    never = [first * 4.0**step for step in range(17)]
    assert _asked(monkeypatch, {False: [1.5], True: [1.5]}) == (None, {False: never, True: never})
    assert _asked(monkeypatch, {False: [None], True: [None]})[0] is None


def _block(size: float) -> Core:
    """R alone has the eigenvalues -size, 0, size; the datum weighs next to nothing."""
    one = {"weight": [size * 2.0**-100], "place": [0.0], "bias": [1.0], "rx": [size], "r1": [0.0]}
    none = {"w": [0.0], "b": [0.0], "a": [0.0], "start": [0.0], "stop": [1.0]}
    return core_of(engine(), one | none)


def test_the_first_bracket_reaches_the_ends_of_the_range() -> None:
    for size in (search.LEAST_MU, search.MOST_MU / 2):
        assert search.top_bracket(_block(size)) == (size, 2 * size)
    for size in (search.LEAST_MU / 2, search.MOST_MU):
        assert search.top_bracket(_block(size)) is None
