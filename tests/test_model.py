"""Networks and datasets over exact rationals against definitions written out naively."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verify.model import (
    MAX_EXPONENT,
    Dataset,
    InputError,
    Network,
    active_spans,
    data_on_kinks,
    exact,
    outputs,
)

Neuron = tuple[Fraction, Fraction, Fraction]
Case = tuple[Network, Dataset]

COARSE = st.builds(Fraction, st.integers(-4, 4), st.sampled_from([1, 2, 3]))
"""Few values, so that kinks meet data and points repeat."""

NEURONS = st.lists(st.tuples(COARSE, COARSE, COARSE), max_size=5)
POINTS = st.lists(st.tuples(COARSE, st.sampled_from([-1, 1])), min_size=1, max_size=7)


def _case(neurons: list[Neuron], c: Fraction, points: list[tuple[Fraction, int]]) -> Case:
    w, b, a = zip(*neurons, strict=True) if neurons else ((), (), ())
    x, y = zip(*points, strict=True)
    return Network(w=w, b=b, a=a, c=c), Dataset(x=x, y=y)


CASES = st.builds(_case, NEURONS, COARSE, POINTS)
CORNERS = (
    _case([], Fraction(1, 3), [(Fraction(0), 1)]),
    _case([(Fraction(0), Fraction(0), Fraction(2))], Fraction(0), [(Fraction(1), 1)] * 3),
    _case(
        [(Fraction(0), Fraction(s), Fraction(1)) for s in (-1, 1)],
        Fraction(0),
        [(Fraction(x), -1) for x in (3, -1, 2, -1)],
    ),
)


def preactivation(network: Network, i: int, x: Fraction) -> Fraction:
    return network.w[i] * x + network.b[i]


def value(network: Network, x: Fraction) -> Fraction:
    total = Fraction(network.c)
    for i in range(network.k):
        total += network.a[i] * max(preactivation(network, i, x), Fraction(0))
    return total


@given(CASES)
@example(CORNERS[0])
@example(CORNERS[1])
@example(CORNERS[2])
def test_outputs_are_f_at_the_sorted_data(case: Case) -> None:
    network, data = case
    expected = [value(network, x) for x in sorted(data.x)]
    assert list(outputs(network, data)) == expected
    assert [network(x) for x in sorted(data.x)] == expected
    assert network.k == len(network.a)
    assert data.n == len(expected)


@given(CASES)
@example(CORNERS[1])
@example(CORNERS[2])
def test_spans_are_the_active_data(case: Case) -> None:
    network, data = case
    ordered = sorted(data.x)
    for closed in (False, True):
        for i, (start, stop) in enumerate(active_spans(network, data, closed=closed)):
            z = [preactivation(network, i, x) for x in ordered]
            active = [j for j in range(data.n) if z[j] > 0 or (closed and z[j] == 0)]
            assert list(range(start, stop)) == active
            assert (start, stop) == (0, 0) if not active else start == 0 or stop == data.n


@given(CASES)
@example(CORNERS[1])
@example(CORNERS[2])
def test_data_on_kinks_are_those_with_zero_preactivation(case: Case) -> None:
    network, data = case
    expected = {
        (i, j)
        for i in range(network.k)
        for j in range(data.n)
        if preactivation(network, i, data.x[j]) == 0
    }
    found = data_on_kinks(network, data)
    assert set(found) == expected
    assert len(found) == len(expected)


@given(CASES)
def test_kinks_are_where_the_preactivation_changes_sign(case: Case) -> None:
    network, _ = case
    for i, kink in enumerate(network.kinks()):
        assert (kink is None) == (network.w[i] == 0)
        assert kink is None or preactivation(network, i, kink) == 0


@given(POINTS)
def test_sorting_keeps_labels_with_their_points_and_is_stable(
    points: list[tuple[Fraction, int]],
) -> None:
    _, data = _case([], Fraction(0), points)
    ordered = data.in_order
    expected = sorted(points, key=lambda point: point[0])
    assert list(zip(ordered.x, ordered.y, strict=True)) == expected
    assert [(data.x[j], data.y[j]) for j in data.order] == expected
    assert sorted(data.order) == list(range(data.n))
    assert list(zip(data.x, data.y, strict=True)) == points


@given(CASES, st.permutations(range(5)))
def test_the_order_of_neurons_and_data_does_not_matter(case: Case, order: list[int]) -> None:
    network, data = case
    neurons = list(zip(network.w, network.b, network.a, strict=True))
    shuffled = [neurons[i] for i in order if i < len(neurons)]
    points = list(zip(data.x, data.y, strict=True))[::-1]
    other = _case(shuffled, network.c, points)
    assert outputs(*other) == outputs(network, data)
    assert len(data_on_kinks(*other)) == len(data_on_kinks(network, data))


EXACT = [
    (3, Fraction(3)),
    (-0.0, Fraction(0)),
    (0.1, Fraction(3602879701896397, 36028797018963968)),
    ("0.1", Fraction(1, 10)),
    (" -2/6 ", Fraction(-1, 3)),
    ("1e-3", Fraction(1, 1000)),
    ("2E+2", Fraction(200)),
    (f"1e-{MAX_EXPONENT}", Fraction(1, 10**MAX_EXPONENT)),
    (5e-324, Fraction(1, 2**1074)),
    (Fraction(2, 7), Fraction(2, 7)),
    (np.float32(0.1), Fraction(13421773, 134217728)),
    (np.float64(0.5), Fraction(1, 2)),
    (np.int64(-7), Fraction(-7)),
    (10**400, Fraction(10**400)),
]


@pytest.mark.parametrize(("given_value", "expected"), EXACT, ids=range(len(EXACT)))
def test_numbers_are_read_exactly(given_value: object, expected: Fraction) -> None:
    result = exact(given_value)
    assert type(result) is Fraction
    assert result == expected


REFUSED = [
    (True, "is True"),
    (np.bool_(False), "is False"),
    (float("nan"), "is nan"),
    (float("inf"), "is inf"),
    (np.float32("-inf"), "is -inf"),
    ("nan", "is 'nan'"),
    ("Infinity", "is 'Infinity'"),
    ("", "is ''"),
    ("1/0", "its denominator is zero"),
    ("1/2/3", "'1/2/3'"),
    ("0x10", "'0x10'"),
    ("two\nlines", "two"),
    ("1e100001", "beyond 100000"),
    ("1e-9999999999999", "beyond 100000"),
    ("1e1_000_000", "beyond 100000"),
    ("7" * 5000, "a number, or a string"),
    (None, "is None"),
    (1 + 2j, "is (1+2j)"),
    ([1.0], "is [1.0]"),
    (b"1", "is b'1'"),
]


@pytest.mark.parametrize(("bad", "said"), REFUSED, ids=lambda v: repr(v)[:20])
def test_what_is_no_number_is_refused_in_one_line(bad: object, said: str) -> None:
    with pytest.raises(InputError) as caught:
        exact(bad, "c")
    message = str(caught.value)
    assert message.startswith("c is ")
    assert said in message
    assert "\n" not in message
    assert len(message) < 160


def _network(**changed: Any) -> Network:
    return Network(**{"w": [1, 2], "b": ["1/2", 0], "a": [1, -1], "c": 0, **changed})


def _data(**changed: Any) -> Dataset:
    return Dataset(**{"x": [1, "1/3"], "y": [1, -1], **changed})


BAD_NETWORKS = [
    ({"w": [1]}, "w, b and a have lengths 1, 2 and 2; they must be equal"),
    ({"a": []}, "w, b and a have lengths 2, 2 and 0; they must be equal"),
    ({"b": [0, float("nan")]}, "b[1] is nan; a finite number is needed"),
    ({"a": ["x", 0]}, "a[0] is 'x'"),
    ({"c": None}, "c is None; a finite number is needed"),
]
BAD_DATA = [
    ({"x": [], "y": []}, "the dataset is empty; at least one point is needed"),
    ({"x": [1]}, "x has 1 entries and y has 2; they must be equal in number"),
    ({"y": [1, 0]}, "y[1] is 0"),
    ({"y": [1, 2]}, "a label is -1 or 1"),
    ({"y": ["1/2", 1]}, "y[0] is "),
    ({"x": [1, float("inf")]}, "x[1] is inf; a finite number is needed"),
    ({"y": [True, -1]}, "y[0] is True"),
]


@pytest.mark.parametrize(("changed", "said"), BAD_NETWORKS, ids=lambda v: str(v)[:25])
def test_a_bad_network_is_refused_in_one_line(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        _network(**changed)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("changed", "said"), BAD_DATA, ids=lambda v: str(v)[:25])
def test_a_bad_dataset_is_refused_in_one_line(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        _data(**changed)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_good_input_is_kept_exactly_and_frozen() -> None:
    network, data = _network(), _data(y=[1.0, "-1"])
    assert network.b == (Fraction(1, 2), Fraction(0))
    assert data.y == (1, -1)
    assert [type(label) for label in data.y] == [int, int]
    for target, name in ((network, "c"), (data, "x")):
        with pytest.raises(AttributeError):
            setattr(target, name, 1)


def test_float_views_are_rounded_to_nearest() -> None:
    w, b, a, c = _network(w=["1/3", "1e-400"]).floats()
    x, y = _data().floats()
    assert w.tolist() == [1 / 3, 0.0]
    assert (b.shape, a.shape, c.shape) == ((2,), (2,), ())
    assert x.tolist() == [1.0, 1 / 3]
    assert y.tolist() == [1.0, -1.0]
    assert Network(w=[], b=[], a=[], c=1).floats()[0].shape == (0,)
