"""Networks and datasets on R^d: what they are, what they refuse, and that d = 1 leads elsewhere."""

from fractions import Fraction
from itertools import product

import pytest
from space_oracle import drawn

from verify.ball import as_fraction, rational
from verify.model import Dataset, InputError, Network
from verify.space.model import (
    SpaceDataset,
    SpaceNetwork,
    active_sets,
    dataset,
    lifted,
    network,
    on_hyperplanes,
    preactivations,
    refuse_hyperplanes,
)
from verify.space.quantities import SpaceInstance, SpaceQuantities

NET = SpaceNetwork(w=[["1/2", 1], [0, "-1/3"]], b=[0.25, 1], a=[2, -3], c="1/7")
DATA = SpaceDataset(x=[[1, 0], [-1, "1/4"], [1, 0], [0, 3]], y=[1, -1, -1, 1])


def test_numbers_are_read_exactly() -> None:
    assert NET.w == ((Fraction(1, 2), Fraction(1)), (Fraction(0), Fraction(-1, 3)))
    assert (NET.b[0], NET.c, NET.k, NET.d) == (Fraction(1, 4), Fraction(1, 7), 2, 2)
    assert SpaceNetwork(w=[[0.1]], b=[0], a=[0], c=0).w[0][0] != Fraction(1, 10)


def test_output_by_hand() -> None:
    # x = (-1, 1/4): z = -1/2 + 1/4 + 1/4 = 0 and 1 - 1/12, so f = -3 * 11/12 + 1/7
    assert NET((-1, "1/4")) == Fraction(-11, 4) + Fraction(1, 7)
    # x = (1, 0): z = 3/4 and 1
    assert NET((1, 0)) == Fraction(3, 2) - 3 + Fraction(1, 7)


def test_a_point_of_another_dimension_is_refused() -> None:
    with pytest.raises(InputError, match="x has 3 coordinates; the network takes 2"):
        NET((1, 2, 3))


def test_data_are_sorted_with_repeats_side_by_side() -> None:
    assert DATA.order == (1, 3, 0, 2)
    assert DATA.in_order.y == (-1, 1, 1, -1)


def test_activity_kinks_and_outputs_agree_with_a_direct_evaluation() -> None:
    for seed, d in product(range(6), (1, 2, 3, 5)):
        instance = drawn(seed, d=d, k=4, n=6)
        net, data = instance.network, instance.data.in_order
        z = [
            [
                sum(u * v for u, v in zip(w, x, strict=True)) + b
                for w, b in zip(net.w, net.b, strict=True)
            ]
            for x in data.x
        ]
        found = preactivations(net, instance.data)
        assert [[as_fraction(value) for value in row] for row in found] == z
        sets = [tuple(j for j in range(6) if z[j][i] > 0) for i in range(4)]
        assert list(active_sets(found, 4)) == sets
        quantities = SpaceQuantities(instance=instance, number=rational, width=Fraction(0))
        assert list(quantities.outs) == [net(x) for x in data.x]


def test_a_datum_on_a_hyperplane_is_seen_and_named() -> None:
    z = preactivations(NET, DATA)
    pairs = on_hyperplanes(z, DATA)
    assert pairs == ((0, 1), (1, 3))
    assert active_sets(z, 2) == ((1, 2, 3), (0, 2, 3))
    assert active_sets(z, 2, closed=True) == ((0, 1, 2, 3), (0, 1, 2, 3))
    with pytest.raises(
        InputError, match=r"neuron 0 has w . x \+ b = 0 at datum 1 .*1 more such pair"
    ):
        refuse_hyperplanes(pairs, DATA)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"w": [[1, 2], [3]]}, r"w\[0\] has 2 coordinates and w\[1\] has 1"),
        ({"w": [1, 2]}, r"w\[0\] is 1; a list of coordinates"),
        ({"w": [[], []]}, r"w\[0\] is empty"),
        ({"w": "12"}, "w is '12'; a list of lists"),
        ({"w": [[1, "x"], [1, 1]]}, r"w\[0\]\[1\] is 'x'"),
        ({"w": [[1, float("inf")], [1, 1]]}, r"w\[0\]\[1\] is inf"),
        ({"b": [1]}, "lengths 2, 1 and 2"),
        ({"c": None}, "c is None"),
        ({"d": 3}, "d is 3 and the rows of w have 2"),
        ({"w": [], "b": [], "a": []}, "d is 0 and the rows of w have 0"),
    ],
)
def test_bad_networks_are_refused(values, message) -> None:
    good = {"w": [[1, 2], [3, 4]], "b": [1, 2], "a": [1, 2], "c": 0}
    with pytest.raises(InputError, match=message) as caught:
        SpaceNetwork(**{**good, **values})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([], [], "the dataset is empty"),
        ([[1, 2]], [1, 1], "x has 1 entries and y has 2"),
        ([[1, 2]], [2], r"y\[0\] is 2; a label is -1 or 1"),
        ([[1, 2], [1]], [1, 1], r"x\[0\] has 2 coordinates and x\[1\] has 1"),
        ([1, 2], [1, 1], r"x\[0\] is 1; a list of coordinates"),
    ],
)
def test_bad_data_are_refused(x, y, message) -> None:
    with pytest.raises(InputError, match=message):
        SpaceDataset(x=x, y=y)


def test_one_input_leads_to_the_line() -> None:
    found = network(w=[["1/3"], [2]], b=[0.1, 1], a=[1, 2], c=3)
    assert found == Network(w=["1/3", 2], b=[0.1, 1], a=[1, 2], c=3)
    assert type(found) is Network
    data = dataset(x=[["1/3"], [0.5]], y=[1, -1])
    assert data == Dataset(x=["1/3", 0.5], y=[1, -1])
    assert type(data) is Dataset
    assert isinstance(network(w=[[1, 2]], b=[0], a=[0], c=0), SpaceNetwork)
    assert isinstance(dataset(x=[[1, 2]], y=[1]), SpaceDataset)


def test_a_network_meets_data_of_its_own_dimension_only() -> None:
    assert lifted(NET, 2) is NET
    assert lifted(Network(w=[], b=[], a=[], c=3), 4) == SpaceNetwork(w=[], b=[], a=[], c=3, d=4)
    with pytest.raises(InputError, match="takes 2 inputs and the data have 3"):
        lifted(NET, 3)
    with pytest.raises(InputError, match="takes 1 inputs and the data have 2"):
        lifted(Network(w=[1], b=[0], a=[1], c=0), 2)


def test_a_constant_network_is_an_instance() -> None:
    constant = SpaceNetwork(w=[], b=[], a=[], c="1/2", d=2)
    quantities = SpaceQuantities(
        instance=SpaceInstance(network=constant, data=DATA), number=rational, width=Fraction(0)
    )
    assert quantities.outs == (Fraction(1, 2),) * 4
    assert quantities.on_kinks == ()
