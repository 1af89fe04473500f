"""Which engine answers and why, and that the answer of either is true."""

import math
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from properties.adversarial_networks import Whole, ordinary
from properties.adversaries import floats
from verify.ball import Enclosure, ball, dyadic, rational, working_precision
from verify.counterexample.ramps import EXAMPLE, ramp_network
from verify.hessian.dense import dense_hessian
from verify.hessian.structured import loss_hessian
from verify.logistic import LOGISTIC
from verify.model import Dataset, InputError, Network
from verify.spectrum import balls, engine
from verify.spectrum.balls import PrecisionExhausted
from verify.spectrum.engine import (
    BALLS,
    FLOAT64,
    eigenvalues_above,
    float_largest,
    float_smallest,
    lambda_max,
    lambda_min,
    largest_eigenvalue,
    ranked_eigenvalue,
)
from verify.spectrum.exact import characteristic, roots_above
from verify.spectrum.tracking import certified_lambda_max

X, Y = [-1.0, -0.25, 0.5, 0.75], [1, -1, 1, -1]
DATA = Dataset(x=X, y=Y)
WIDTH = Fraction(1, 10**9)
PLAIN = Network(w=[1.5, -2.0], b=[0.25, 0.75], a=[1.0, -0.5], c=0.125)


def contains(found: Enclosure, network: Network, data: Dataset, j: int) -> bool:
    """Whether the j-th eigenvalue is in the enclosure, by decided counts at its two ends."""
    with working_precision(2048):
        h = loss_hessian(network, data, ball, LOGISTIC)
        below, above = (balls.count_above(h, end) for end in (found.lo, found.hi))
    assert below is not None
    assert above is not None
    return below >= j > above


def changed(**parts: object) -> Network:
    return Network(**{"w": [1.5, -2.0], "b": [0.25, 0.75], "a": [1.0, -0.5], "c": 0.125, **parts})


NO_BINARY = "a number is no float64 (it has no short binary form)"
RANGE = "nor in [2^-200, 2^200]"


@pytest.mark.parametrize(
    ("network", "data", "reason"),
    [
        (changed(a=["1/3", -0.5]), DATA, NO_BINARY),
        (changed(c="0.1"), DATA, NO_BINARY),
        (changed(w=[Fraction(1 + 2**60, 2**60), -2.0]), DATA, NO_BINARY),
        (PLAIN, Dataset(x=["1/3", 1], y=[1, -1]), NO_BINARY),
        (changed(w=[10**400, -2.0]), DATA, "a number is beyond float64"),
        (changed(a=[2.0**-201, -0.5]), DATA, RANGE),
        (changed(c=2.0**-300), DATA, RANGE),
        (changed(w=[2.0**-201, -2.0]), DATA, "of magnitude in [2^-200, 2^200]"),
        (PLAIN, Dataset(x=[2.0**-201, 0.5], y=[1, -1]), "of magnitude in [2^-200, 2^200]"),
        (changed(a=[2.0**60, -0.5]), DATA, "the outputs of the network are too large for float64"),
    ],
)
def test_what_float64_cannot_hold_is_left_to_balls(
    network: Network, data: Dataset, reason: str
) -> None:
    for j in (1, 7):
        found = ranked_eigenvalue(network, data, j, width=WIDTH)
        assert found.engine == BALLS
        assert reason in found.reason
        assert contains(found.enclosure, network, data, j)
    for told in (float_largest(network, data, WIDTH), float_smallest(network, data, WIDTH)):
        assert isinstance(told, str)
        assert reason in told


def test_the_edges_of_the_range_still_belong_to_float64() -> None:
    for network in (changed(a=[2.0**-200, -0.5]), changed(c=-(2.0**-200))):
        found = largest_eigenvalue(network, DATA, width=WIDTH)
        assert (found.engine, found.reason) == (FLOAT64, "")
        assert contains(found.enclosure, network, DATA, 1)


@pytest.mark.parametrize("width", [Fraction(1, 2**42 + 1), Fraction(1, 10**30)])
def test_a_narrow_width_is_left_to_balls(width: Fraction) -> None:
    found = largest_eigenvalue(PLAIN, DATA, width=width)
    told = f"a width of {float(width):.1e} is below what float64 can prove"
    assert (found.engine, found.reason) == (BALLS, told)
    assert found.enclosure.hi - found.enclosure.lo <= ball(width) * found.enclosure.hi
    assert contains(found.enclosure, PLAIN, DATA, 1)
    assert float_largest(PLAIN, DATA, width) == told


def test_a_width_that_the_error_bounds_miss_is_left_to_balls() -> None:
    """Three neurons share their data, so -|r| is an eigenvalue of H and of R."""
    network = Network(w=[1.0] * 3, b=[2.0] * 3, a=[1.0, 2.0, 3.0], c=-12.0)
    found = ranked_eigenvalue(network, DATA, 10, width=Fraction(1, 2**42))
    assert found.engine == BALLS
    assert found.reason == "its error bounds prove no enclosure of width 2.3e-13"
    assert contains(found.enclosure, network, DATA, 10)


def rounded(network: Network) -> Network:
    parts = ([float(v) for v in part] for part in (network.w, network.b, network.a))
    return Network(**dict(zip("wba", parts, strict=True)), c=float(network.c))


def test_the_networks_of_theorem_3_1_are_decided_by_balls() -> None:
    """At margin 10^4 every weight is below e^-9999: no float64 is so small."""
    network, data = ramp_network(EXAMPLE, margin=Fraction(10**4)), EXAMPLE
    exact_reason = largest_eigenvalue(network, data, width=WIDTH)
    assert exact_reason.reason == NO_BINARY
    data = Dataset(x=[float(x) for x in data.x], y=data.y)
    found = largest_eigenvalue(rounded(network), data, width=WIDTH)
    assert found.engine == BALLS
    assert found.reason == "its error bounds prove no enclosure of width 1.0e-09"
    for enclosure in (found.enclosure, exact_reason.enclosure):
        assert 0 < enclosure.lo <= enclosure.hi < ball(Fraction(1, 2**14000))
        assert enclosure.hi - enclosure.lo <= ball(WIDTH) * enclosure.hi
    assert contains(found.enclosure, rounded(network), data, 1)


def by_numpy(instance: Whole) -> list[float]:
    """Eigenvalues of H in falling order, from its entries written out."""
    z = np.multiply.outer(instance.x, instance.w) + instance.b
    active = (z > 0).astype(float)
    f, n, k = np.maximum(z, 0) @ instance.a + instance.c, instance.x.size, instance.w.size
    slope = -instance.y / (1 + np.exp(instance.y * f)) / n
    ones, moment = active * instance.a, active * instance.a * instance.x[:, None]
    g = np.column_stack([moment, ones, np.maximum(z, 0), np.ones(n)])
    matrix = g.T @ (g / (2 + np.exp(f) + np.exp(-f))[:, None] / n)
    for i in range(k):
        for at, pull in ((i, slope * instance.x), (k + i, slope)):
            matrix[at, 2 * k + i] += pull @ active[:, i]
            matrix[2 * k + i, at] += pull @ active[:, i]
    return sorted(np.linalg.eigvalsh(matrix).tolist(), reverse=True)


@pytest.mark.parametrize("seed", range(6))
def test_every_eigenvalue_of_a_small_network_is_enclosed(seed: int) -> None:
    instance = ordinary(Random(seed), n=seed + 1, k=seed // 2 + 1)
    network, data, near = instance.network(), instance.data(), by_numpy(instance)
    engines = set()
    for j in range(1, len(near) + 1):
        found = ranked_eigenvalue(network, data, j, width=WIDTH, formal=True)
        lo, hi = found.enclosure.lo, found.enclosure.hi
        engines.add(found.engine)
        assert float(lo) - 1e-12 * near[0] <= near[j - 1] <= float(hi) + 1e-12 * near[0]
        assert hi - lo <= ball(WIDTH) * near[0] * (1 + 1e-6)
        if hi > lo:
            assert contains(found.enclosure, network, data, j)
    assert FLOAT64 in engines
    assert lambda_max(network, data, formal=True).contains(dyadic(lambda_max(network, data).lo))
    low, last = lambda_min(network, data), float(near[-1])
    assert float(low.lo) - 1e-12 * near[0] <= last <= float(low.hi) + 1e-12 * near[0]


@pytest.mark.parametrize("j", [0, -1, 8, 100])
def test_an_eigenvalue_that_does_not_exist_is_refused(j: int) -> None:
    with pytest.raises(InputError) as caught:
        ranked_eigenvalue(PLAIN, DATA, j)
    assert str(caught.value) == f"j is {j}; the Hessian has the eigenvalues 1 .. 7"


@pytest.mark.parametrize("width", [Fraction(0), Fraction(-1), Fraction(1), Fraction(3, 2)])
def test_a_width_outside_0_to_1_gets_one_clear_line(width: Fraction) -> None:
    with pytest.raises(InputError) as caught:
        lambda_max(changed(), DATA, width=width)
    assert str(caught.value) == f"width is {width}; a relative width between 0 and 1 is needed"


def test_a_datum_on_a_kink_is_refused_unless_formal() -> None:
    network = changed(b=[1.5, 0.75])
    for ask in (largest_eigenvalue, lambda_max, lambda_min):
        with pytest.raises(InputError, match=r"neuron 0 has w x \+ b = 0 at datum 0"):
            ask(network, DATA)
    with pytest.raises(InputError, match="datum 0"):
        eigenvalues_above(network, DATA, Fraction(1))
    found = largest_eigenvalue(network, DATA, formal=True)
    assert found.engine == FLOAT64
    assert contains(found.enclosure, network, DATA, 1)


def forbidden(*_: object) -> int:
    raise AssertionError("this engine was not to be asked")


LEVEL = Network(w=[1.5, -1.5], b=[0, 0], a=[1, 1], c=Fraction(-9, 8))
PAIRS = Dataset(x=[0.75, 0.75, -0.75, -0.75], y=[1, -1, 1, -1])
"""f = 0 and R = 0: H is rational."""


def test_counts_are_right_in_both_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(engine.search, "count_above", lambda *_: None)
        slow = {mu: eigenvalues_above(LEVEL, PAIRS, mu) for mu in places()}
    with monkeypatch.context() as patch:
        patch.setattr(balls, "count_above", forbidden)
        fast = {mu: eigenvalues_above(LEVEL, PAIRS, mu) for mu in places()}
    polynomial = characteristic(dense_hessian(loss_hessian(LEVEL, PAIRS, rational, LOGISTIC)))
    truth = {mu: roots_above(polynomial, mu) for mu in places()}
    assert slow == fast == truth
    assert len(set(truth.values())) > 3


def places() -> list[Fraction]:
    return [Fraction(m, 64) + Fraction(1, 2**30) for m in range(-20, 200, 7)]


@pytest.mark.parametrize("mu", [Fraction(1, 4), Fraction(0)])
def test_a_count_at_an_eigenvalue_is_undecided(mu: Fraction) -> None:
    bare = Network(w=[], b=[], a=[], c=0) if mu else PLAIN
    assert eigenvalues_above(bare, PAIRS, mu) is None


def test_counts_beside_an_eigenvalue_are_decided() -> None:
    """H = 1/4: float64 decides at 2^-30; 2^-60 and thirds need balls."""
    bare = Network(w=[], b=[], a=[], c=0)
    for step in (Fraction(1, 2**30), Fraction(1, 2**60), Fraction(1, 3 * 2**40)):
        assert eigenvalues_above(bare, PAIRS, Fraction(1, 4) - step) == 1
        assert eigenvalues_above(bare, PAIRS, Fraction(1, 4) + step) == 0
    assert eigenvalues_above(bare, PAIRS, Fraction(10**400)) == 0
    assert eigenvalues_above(changed(a=["1/3", 1]), DATA, Fraction(-(10**400))) == 7


def test_undecided_at_every_precision_is_an_honest_failure() -> None:
    tried = []

    def undecided(_: object) -> Enclosure:
        tried.append(engine.ball(1).rel_accuracy_bits())
        raise PrecisionExhausted("never")

    with pytest.raises(PrecisionExhausted, match="never"):
        engine.enclose(lambda: None, undecided, WIDTH)  # type: ignore[arg-type,return-value]
    assert len(tried) == 8


def arrays(**parts: object) -> tuple[object, ...]:
    usual = {
        "w": floats([1.5, -2]),
        "b": floats([0.25, 0.75]),
        "a": floats([1, -0.5]),
        "c": 0.125,
        "x": floats(X),
        "y": floats(Y),
    }
    return tuple({**usual, **parts}.values())


ROW = "a one-dimensional float64 array is needed"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"w": np.ones(2, np.float32)}, f"w is float32 of shape (2,); {ROW}"),
        ({"b": np.ones((2, 1))}, f"b is float64 of shape (2, 1); {ROW}"),
        ({"x": np.ones(4, np.int64)}, f"x is int64 of shape (4,); {ROW}"),
        ({"a": floats([1, math.inf])}, "a[1] is inf; a finite number is needed"),
        ({"y": floats([1, math.nan, 1, 1])}, "y[1] is nan; a finite number is needed"),
        ({"a": floats([1])}, "w, b and a have lengths 2, 2 and 1; they must be equal"),
        ({"x": floats([1, 2])}, "x has 2 entries and y has 4; equal numbers >= 1 are needed"),
        ({"y": floats([1, 1, 0.5, 1])}, "y[2] is 0.5; a label is -1 or 1"),
        ({"c": 2**53 + 1}, "c is no float64; a number that float64 holds exactly is needed"),
        ({"c": 10**400}, "c is no float64; a number that float64 holds exactly is needed"),
        ({"c": Fraction(1, 3)}, "c is no float64; a number that float64 holds exactly is needed"),
        ({"c": math.nan}, "c is nan; a finite number is needed"),
    ],
)
def test_bad_arrays_get_one_clear_line(parts: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as caught:
        certified_lambda_max(*arrays(**parts))  # type: ignore[arg-type]
    assert str(caught.value) == message


@pytest.mark.parametrize("width", [0.0, -1e-9, 1.0, 7.0, math.inf, math.nan])
def test_bad_widths_get_one_clear_line(width: float) -> None:
    with pytest.raises(InputError) as caught:
        certified_lambda_max(*arrays(), width=width)  # type: ignore[arg-type]
    assert str(caught.value) == f"width is {width}; a relative width between 0 and 1 is needed"
