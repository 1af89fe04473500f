"""What transformations of network and data leave unchanged: exact outputs, certified balls."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from properties.domains import DOMAINS
from verify import symmetry
from verify.ball import Enclosure, ball, working_precision
from verify.claims.common import SHARP
from verify.model import Dataset, InputError, Network, outputs
from verify.quantities import Instance, Quantities
from verify.spectrum.balls import PrecisionExhausted

NARROW = 1e-25
BITS = (192, 768, 3072)
WIDTH = Fraction(1, 1 << 100)
FUNCTION = ("P", "S", "TV")
"""What depends on f and the data only, up to the rescaling of neurons."""
ALL = (*FUNCTION, "lambda_max")

instances = DOMAINS["plain"]
with_neurons = instances.filter(lambda instance: instance.network.k > 0)
powers = st.integers(-12, 12).map(lambda exponent: Fraction(3) ** exponent)
shares = st.integers(0, 16).map(lambda sixteenths: Fraction(sixteenths, 16))


def enclosed(network: Network, data: Dataset, name: str) -> Enclosure:
    """A quantity enclosed to a relative width of 1e-25, at the first precision that can."""
    for bits in BITS:
        quantities = Quantities(
            instance=Instance(network=network, data=data), number=ball, width=WIDTH
        )
        try:
            with working_precision(bits):
                found = Enclosure.of(getattr(quantities, name))
                if found.relative_width() < NARROW:
                    return found
        except PrecisionExhausted:
            continue
    raise AssertionError(f"{name} is not enclosed with {BITS[-1]} bits")


def is_disjoint(first: Enclosure, second: Enclosure) -> bool:
    """Whether two enclosures certainly hold different numbers."""
    return bool(first.hi < second.lo or second.hi < first.lo)


def assert_kept(
    before: tuple[Network, Dataset], after: tuple[Network, Dataset], names: Iterable[str]
) -> None:
    """Each named quantity is enclosed narrowly on both sides, by enclosures that overlap."""
    for name in names:
        assert not is_disjoint(enclosed(*before, name), enclosed(*after, name)), name


def places(network: Network, data: Dataset) -> list[Fraction]:
    """Where f is compared: data, kinks, beyond them, and between."""
    known = sorted({*data.x, *(t for t in network.kinks() if t is not None)})
    middles = [(left + right) / 2 for left, right in pairwise(known)]
    return [known[0] - 1, *known, *middles, known[-1] + 1]


def assert_same_function(first: Network, second: Network, data: Dataset) -> None:
    """f is the same piecewise linear function, exactly."""
    assert [first(x) for x in places(first, data)] == [second(x) for x in places(first, data)]


@given(instances, st.data())
def test_the_order_of_neurons_and_data_is_immaterial(instance: Instance, draws: st.DataObject):
    network, data = instance.network, instance.data
    order = draws.draw(st.permutations(range(network.k)))
    neurons = symmetry.permute_neurons(network, order)
    shuffled = symmetry.permute_data(data, draws.draw(st.permutations(range(data.n))))
    assert list(neurons.a) == [network.a[i] for i in order]
    assert outputs(neurons, shuffled) == outputs(network, data)
    assert_kept((network, data), (neurons, shuffled), ALL)


@given(with_neurons, st.data(), powers)
def test_rescaling_a_neuron_keeps_the_function(
    instance: Instance, draws: st.DataObject, factor: Fraction
):
    network, data = instance.network, instance.data
    rescaled = symmetry.rescale(network, draws.draw(st.integers(0, network.k - 1)), factor)
    assert_same_function(network, rescaled, data)
    assert_kept((network, data), (rescaled, data), FUNCTION)


def test_rescaling_moves_the_sharpness():
    """H is not a function of f: the balanced gauge is the flattest."""
    rescaled = symmetry.rescale(SHARP.network, 0, Fraction(2))
    before, after = (enclosed(net, SHARP.data, "lambda_max") for net in (SHARP.network, rescaled))
    assert before.contains(Fraction(41, 64))
    assert after.lo > before.hi
    with pytest.raises(AssertionError, match="lambda_max"):
        assert_kept((SHARP.network, SHARP.data), (rescaled, SHARP.data), ALL)


@given(instances)
def test_reflection_keeps_everything(instance: Instance):
    network, data = instance.network, instance.data
    mirrored, reflected = symmetry.reflect(network, data)
    assert outputs(mirrored, reflected) == outputs(network, data)[::-1]
    assert [mirrored(-x) for x in places(network, data)] == [
        network(x) for x in places(network, data)
    ]
    assert_kept((network, data), (mirrored, reflected), ALL)


@given(with_neurons, st.data(), shares)
def test_splitting_a_neuron_keeps_the_function(
    instance: Instance, draws: st.DataObject, share: Fraction
):
    network, data = instance.network, instance.data
    parted = symmetry.split(network, draws.draw(st.integers(0, network.k - 1)), share)
    assert parted.k == network.k + 1
    assert_same_function(network, parted, data)
    assert_kept((network, data), (parted, data), FUNCTION)


@given(instances)
def test_duplicating_the_data_keeps_everything(instance: Instance):
    network, data = instance.network, instance.data
    doubled = symmetry.duplicate(data)
    assert doubled.n == 2 * data.n
    assert_kept((network, data), (network, doubled), ALL)


@given(instances)
def test_flipping_all_labels_keeps_everything_but_a_sign(instance: Instance):
    network, data = instance.network, instance.data
    negated, flipped = symmetry.flip_labels(network, data)
    assert outputs(negated, flipped) == tuple(-f for f in outputs(network, data))
    assert flipped.y == tuple(-y for y in data.y)
    assert_kept((network, data), (negated, flipped), ALL)


def test_changed_labels_are_noticed():
    """The comparison can fail: labels alone, without a and c, move lambda_max."""
    network, data = SHARP.network, Dataset(x=SHARP.data.x, y=(1, 1, 1, 1))
    with pytest.raises(AssertionError, match="lambda_max"):
        assert_kept((network, SHARP.data), (network, data), ALL)


NET, DATA = SHARP.network, SHARP.data


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: symmetry.rescale(NET, 0, Fraction(0)), "the factor is 0; a number above 0"),
        (lambda: symmetry.rescale(NET, 0, Fraction(-1, 2)), "the factor is -1/2"),
        (lambda: symmetry.rescale(NET, 2, Fraction(1)), "no neuron 2; the network has 2"),
        (lambda: symmetry.split(NET, -1, Fraction(1, 2)), "no neuron -1"),
        (lambda: symmetry.split(NET, 0, Fraction(3, 2)), "the share is 3/2; a number from 0 to 1"),
        (lambda: symmetry.split(NET, 0, Fraction(-1)), "the share is -1"),
        (lambda: symmetry.permute_neurons(NET, (0, 0)), r"order of 2 neurons is \[0, 0\]"),
        (lambda: symmetry.permute_data(DATA, (0, 1, 2)), "every index from 0 to 3 once"),
    ],
)
def test_bad_transformations_are_refused(call, line):
    with pytest.raises(InputError, match=line):
        call()
