"""The float64 spectrum engine: what it certifies is true, also where it once was not."""

import math
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from mpmath import mp

from properties.adversarial_networks import WHOLE, Whole
from properties.adversarial_weights import PLANTED
from properties.adversaries import floats, plain
from properties.engine_statements import counted, enclosed, planted_oracle, whole_oracle
from verify.model import InputError
from verify.operators.layout import OutOfRange
from verify.spectrum.engine import BALLS, FLOAT64
from verify.spectrum.floating import search
from verify.spectrum.floating.core import Core, mirrored
from verify.spectrum.floating.search import Interval
from verify.spectrum.tracking import Sharpness, certified_lambda_max


def certified(instance: Whole, **options: Any) -> Sharpness:
    parts = (instance.w, instance.b, instance.a, instance.c, instance.x, instance.y)
    return certified_lambda_max(*parts, **options)


def is_true(found: Interval | Sharpness, j: int, oracle: Any) -> bool:
    return all(statement.holds for statement in enclosed(found, j, oracle))


def test_the_centre_of_a_cell_may_be_off_by_more_than_its_data_are_apart() -> None:
    """Two equal data and a faint one at -4096: once a false enclosure, 9e-13 too high."""
    w, b, a, c = floats([-15 / 8192]), floats([0.75]), floats([14.75]), -10.0625
    x, y = floats([-4096, 1.0794212433488621, 1.0794212433488621]), floats([1, 1, -1])
    with mp.workdps(60):
        matrix = mp.zeros(4)
        for at, label in zip(x.tolist(), y.tolist(), strict=True):
            z = mp.mpf(w[0]) * at + b[0]
            right = 1 / (1 + mp.exp(-label * (a[0] * z + c)))
            row = mp.matrix([a[0] * at, a[0], z, 1])
            matrix += right * (1 - right) * row * row.T / 3
            for i, pull in ((0, at), (1, 1)):
                matrix[i, 2] -= label * (1 - right) * pull / 3
                matrix[2, i] = matrix[i, 2]
        truth = max(mp.eigsy(matrix, eigvals_only=True))
        for width in (1e-3, 1e-6, 1e-9, 1e-10, 1e-12):
            found = certified_lambda_max(w, b, a, c, x, y, width=width)
            assert found.lo <= truth <= found.hi
            assert found.hi - found.lo <= width * found.hi


THIRD = 2.0**-30 * 4 / 3


def overlooked(steep: int, off: float, far: float) -> Whole:
    """Two clashing data at THIRD, `off` before the kink of a neuron that is `far` at -1."""
    w = -(2.0**steep) / off
    parts = {"w": floats([w]), "b": floats([-w * (THIRD + off)]), "a": floats([-far / w])}
    return Whole(**parts, c=0.0, x=floats([-1, THIRD, THIRD]), y=floats([1, 1, -1]))


@pytest.mark.parametrize(("steep", "far"), [(9, 62), (9, 66), (10, 62), (10, 64), (11, 64)])
def test_a_spread_that_the_centre_cannot_hold_is_not_left_out(steep: int, far: float) -> None:
    """Once a false lower end: the faint datum at -1 moves the mean by less than a rounding."""
    instance = overlooked(steep, 43 * 2.0**-17, far)
    oracle = whole_oracle(instance)
    for width in (1e-3, 1e-6, 1e-9, 1e-12):
        assert is_true(certified(instance, width=width), 1, oracle)


@pytest.mark.parametrize("at", [THIRD, 2.0**-30 * 46 / 41])
def test_a_count_beside_a_kink_is_not_too_high(at: float) -> None:
    """Once at_least = 1 at the first three, where no eigenvalue is above."""
    w = floats([-(2.0**40)])
    data = {"x": floats([-1, at, at]), "y": floats([1, 1, -1])}
    instance = Whole(w=w, b=-w * (at + 2.0**-30), a=floats([2.0**-34]), c=0.0, **data)
    problem, oracle = instance.problem(), whole_oracle(instance)
    for mu in (174762.83, 174762.85, 174762.87, 174762.75, 174763.0):
        statements = list(counted(problem, mu, oracle))
        assert len(statements) == 2
        assert all(statement.holds for statement in statements)


@pytest.mark.parametrize("width", [1e-9, 1e-12])
def test_an_ordinary_network_needs_no_balls(width: float) -> None:
    x = np.linspace(-1, 1, 9)
    w, b, a = floats([1.5, -2, 0.7]), floats([0.31, 0.23, -0.17]), floats([1, -0.6, 0.9])
    found = certified_lambda_max(w, b, a, 0.1, x, np.sign(x + 0.1), width=width)
    assert found.engine == FLOAT64
    assert found.reason == ""
    assert found.hi - found.lo <= width * found.hi


@pytest.mark.parametrize("family", PLANTED)
def test_every_eigenvalue_against_exact_polynomials(family: str) -> None:
    """Each rank, at a wide and a narrow width; the narrow one may be left open."""
    closed = 0
    for seed in range(3):
        instance = PLANTED[family](Random(f"{family} {seed}"))
        problem, oracle = instance.problem(), planted_oracle(instance)
        top = search.largest(problem, 2.0**-20)
        for j in range(1, problem.high.size + 1) if top is not None else ():
            for width in (1e-4, 1e-12):
                found = search.ranked(problem, j, width, top)
                closed += found is not None
                assert found is None or is_true(found, j, oracle)
                assert found is None or found.hi - found.lo <= width * top.hi
    assert closed >= 4


@pytest.mark.parametrize("family", WHOLE)
def test_lambda_max_of_networks_against_balls(family: str) -> None:
    for seed in range(2):
        instance = WHOLE[family](Random(f"{family} {seed}"))
        found = certified(instance, formal=True)
        assert is_true(found, 1, whole_oracle(instance))
        assert bool(found.reason) == (found.engine == BALLS)


ORDINARY = overlooked(2, 0.5, 3.0)
NEAR = [(0, 0), (-5, -4), (1e300, 1e301), (math.inf, math.inf), (math.nan, math.nan), (2, 1)]


@pytest.mark.parametrize(("lo", "hi"), [*NEAR, (5e-324, 5e-324), (-math.inf, math.inf)])
def test_a_nonsense_neighbour_does_no_harm(lo: float, hi: float) -> None:
    cold = certified(ORDINARY)
    with np.errstate(all="ignore"):
        found = certified(ORDINARY, near=Sharpness(lo=lo, hi=hi, engine=""))
    assert found.engine == cold.engine == FLOAT64
    assert is_true(found, 1, whole_oracle(ORDINARY))


def test_the_mirrored_network_gets_a_second_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """A steep neuron whose kink lies 2^-19 above the last datum: the forward pivots fail."""
    parts = {"w": floats([-256]), "b": floats([512 + 2.0**-11]), "a": floats([2.0**-8])}
    instance = Whole(**parts, c=0.5, x=floats([-1.25, 2]), y=floats([1, -1]))
    oracle, problem = whole_oracle(instance), instance.problem()
    found = certified(instance, width=1e-12)
    assert found.engine == FLOAT64
    assert is_true(found, 1, oracle)
    monkeypatch.setattr(search, "mirrored", lambda core: core)
    assert search.at_most(problem, found.hi) is None
    assert search.at_least(problem, found.lo) is None
    assert search.count_above(problem, found.hi) is None
    assert certified(instance, width=1e-12).engine == BALLS


def test_a_mirrored_core_has_the_same_spectrum() -> None:
    """Counts at places away from eigenvalues, and twice mirrored is the same."""
    compared = 0
    for seed in range(40):
        core = plain(Random(seed), n=6, k=3).problem().high
        again = mirrored(mirrored(core))
        assert all(np.array_equal(getattr(core, f), getattr(again, f)) for f in Core.__slots__)
        for mu in (0.013, -0.017, 0.31, -0.29):
            found = [search.pivots(form, mu, 0.0) for form in (core, mirrored(core))]
            if None not in found and max(one.bound for one in found) < 1e-9:
                assert found[0].above == found[1].above
                compared += 1
    assert compared > 100


def test_saturated_tails_do_not_hinder() -> None:
    """f runs beyond 700 on the right, where p underflows; a kink between any two data."""
    x = floats([-1, -0.5, 0.25, *range(2, 40)])
    w, b, a = floats([1, -1, *[1] * 36]), [0.375, 0.125, *np.arange(-2.5, -38, -1)], [16, 2]
    parts = {"w": w, "b": floats(b), "a": floats([*a, *[0.125] * 36])}
    instance = Whole(**parts, c=-3.0, x=x, y=np.where(x > 1, 1.0, -1.0))
    found = certified(instance, width=1e-12)
    assert found.engine == FLOAT64
    assert is_true(found, 1, whole_oracle(instance))


def core(weight: list[float], place: list[float], *neurons: tuple[float, ...]) -> Core:
    """Data with these weights; neurons (w, b, a, rx, r1) that see all of them."""
    w, b, a, rx, r1 = (
        floats(part) for part in (zip(*neurons, strict=True) if neurons else [()] * 5)
    )
    rows = {"weight": floats(weight), "place": floats(place), "bias": np.ones(len(weight))}
    ends = {"start": np.zeros(w.size, np.int64), "stop": np.full(w.size, len(weight))}
    return Core(**rows, w=w, b=b, a=a, rx=rx, r1=r1, **ends)


LONE = core([0.5], [0.0])
BLOCK = core([0.5], [1.0], (1.0, 1.0, 1.0, 3.0, 4.0))
STEEP = core([1.0, 1.0], [2.0**150, -(2.0**150)], (1.0, 0.0, 1.0, 0.0, 0.0))
HUGE = core([1.0], [2.0**60], (2.0**100, 0.0, 1.0, 0.0, 0.0))
FAR = core([0.5], [2.0**151])


@pytest.mark.parametrize(
    ("form", "mu"),
    [
        (LONE, 0.0),
        (LONE, math.nan),
        (LONE, math.inf),
        (LONE, 2.0**-100 * (1 - 2.0**-53)),
        (LONE, -(2.0**190) * (1 + 2.0**-52)),
        (BLOCK, 5.0),
        (BLOCK, -5.0),
        (LONE, 0.25),
        (STEEP, 1.0),
        (HUGE, 1.0),
        (FAR, 0.25 + 2.0**-52),
    ],
)
def test_no_count_where_a_step_is_unsafe(form: Core, mu: float) -> None:
    """mu out of range, |mu| = |r| = 5, a pivot 1 - 1/4/mu = 0, a size, U z or F above 2^250."""
    with np.errstate(all="ignore"):
        assert search.pivots(form, mu, 0.0) is None


def test_counts_begin_where_steps_are_safe() -> None:
    for form, mu, above in (
        (LONE, 2.0**-100, 1),
        (LONE, 2.0**190, 0),
        (LONE, -(2.0**190), 1),
        (LONE, 0.25 + 2.0**-52, 0),
        (LONE, 0.25 - 2.0**-53, 1),
        (BLOCK, 5.0 * (1 - 2.0**-50), 1),
        (BLOCK, -5.0 * (1 + 2.0**-50), 4),
    ):
        found = search.pivots(form, mu, 0.0)
        assert found is not None
        assert found.above == above


def test_where_nothing_can_be_counted_nothing_is_found() -> None:
    problem = ORDINARY.problem()
    for mu in (0.0, 2.0**-110, 2.0**191, math.inf, math.nan):
        assert search.at_most(problem, mu) is None
        assert search.at_least(problem, mu) is None
    assert search.locate(LONE, 1, (0.0, 2.0**-101), 0.0) == 2.0**-102
    assert search.top_bracket(core([2.0**94.5], [0.0])) is None
    assert search.top_bracket(core([2.0**-51], [0.0])) is None


def test_a_secant_step_needs_comparable_determinants() -> None:
    def found(above: int, exponent: int) -> search.Pivots:
        return search.Pivots(above=above, bound=0.0, mantissa=0.75, exponent=exponent)

    assert search._secant(found(1, 5), found(0, 5), (1.0, 3.0)) == 2.0
    assert search._secant(found(1, 6), found(0, 5), (1.0, 4.0)) == 3.0
    for low, high in (
        (found(1, 2000), found(0, 5)),
        (found(2, 5), found(0, 5)),
        (None, found(0, 5)),
    ):
        assert search._secant(low, high, (1.0, 3.0)) is None


def test_weights_and_slopes_out_of_range_are_refused() -> None:
    """Networks never give such weights; a caller with another loss may."""
    base = plain(Random(1), n=2, k=1)
    for part in ("p", "slope", "w", "a"):
        size = getattr(base, part).size
        with pytest.raises(OutOfRange, match="neither 0 nor in"):
            replace(base, **{part: np.full(size, 2.0**-201)}).problem()
    replace(base, p=np.full(2, 2.0**20)).problem()
    with pytest.raises(OutOfRange, match="above 2\\^20"):
        replace(base, p=floats([1, 2.0**20 + 1])).problem()


def test_ends_beyond_the_doubles_are_infinite() -> None:
    """lambda_max is about 1e615 and has no upper bound in float64."""
    w, b, a = floats([1]), floats([0]), floats([0])
    found = certified_lambda_max(w, b, a, 0.0, floats([1e307]), floats([-1]))
    assert (found.lo, found.hi, found.engine) == (math.nextafter(math.inf, 0), math.inf, BALLS)


def test_a_number_c_that_would_be_rounded_is_refused() -> None:
    """f is 1 and not 0: once the answer was that of another network."""
    parts = {"w": floats([0]), "b": floats([1]), "a": floats([-(2.0**53)])}
    data = floats([1, 2, 5]), floats([1, -1, 1])
    with pytest.raises(InputError, match="c is no float64"):
        certified_lambda_max(*parts.values(), 2**53 + 1, *data)
    even = Whole(**parts, c=2.0**53, x=data[0], y=data[1])
    assert is_true(certified_lambda_max(*parts.values(), 2**53, *data), 1, whole_oracle(even))
