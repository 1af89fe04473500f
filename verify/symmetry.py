"""Exact transformations of networks and data, and what each of them leaves unchanged.

Positive rescaling, splitting and reordering keep f, P, S and TV; reflection and
duplication keep lambda_max too; rescaling in general does not, because H is not
a function of f alone. Source: proofs_notes/notation.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from verify.model import Dataset, InputError, Network


def _check_order(order: Sequence[int], count: int, what: str) -> None:
    if sorted(order) != list(range(count)):
        wanted = f"every index from 0 to {count - 1} once is needed"
        raise InputError(f"the order of {count} {what} is {list(order)!s:.60}; {wanted}")


def _check_neuron(network: Network, neuron: int) -> None:
    if not 0 <= neuron < network.k:
        raise InputError(f"there is no neuron {neuron}; the network has {network.k}, from 0 on")


def permute_neurons(network: Network, order: Sequence[int]) -> Network:
    """The same network with its neurons in the given order: everything but their names is kept.

    Raises InputError unless `order` holds each index once.
    """
    _check_order(order, network.k, "neurons")
    w, b, a = ([values[i] for i in order] for values in (network.w, network.b, network.a))
    return Network(w=w, b=b, a=a, c=network.c)


def permute_data(data: Dataset, order: Sequence[int]) -> Dataset:
    """The same data in the given order; InputError unless `order` holds each index once."""
    _check_order(order, data.n, "data")
    return Dataset(x=[data.x[j] for j in order], y=[data.y[j] for j in order])


def _set(values: Sequence[Fraction], index: int, value: Fraction) -> list[Fraction]:
    return [*values[:index], value, *values[index + 1 :]]


def rescale(network: Network, neuron: int, factor: Fraction) -> Network:
    """(w, b, a) -> (t w, t b, a / t) for one neuron: f, P, S and TV are kept, lambda_max may move.

    Raises InputError for a factor t <= 0 and for a neuron that does not exist.
    """
    _check_neuron(network, neuron)
    if factor <= 0:
        raise InputError(f"the factor is {factor}; a number above 0 is needed")
    return Network(
        w=_set(network.w, neuron, network.w[neuron] * factor),
        b=_set(network.b, neuron, network.b[neuron] * factor),
        a=_set(network.a, neuron, network.a[neuron] / factor),
        c=network.c,
    )


def split(network: Network, neuron: int, share: Fraction) -> Network:
    """One neuron in two, a -> share a and (1 - share) a with the same w, b: f, P, S, TV are kept.

    The second one comes last. Raises InputError unless 0 <= share <= 1 (beyond,
    the parts cancel and S grows), and for a neuron that does not exist.
    """
    _check_neuron(network, neuron)
    if not 0 <= share <= 1:
        raise InputError(f"the share is {share}; a number from 0 to 1 is needed")
    a = network.a[neuron]
    return Network(
        w=[*network.w, network.w[neuron]],
        b=[*network.b, network.b[neuron]],
        a=[*_set(network.a, neuron, share * a), (1 - share) * a],
        c=network.c,
    )


def reflect(network: Network, data: Dataset) -> tuple[Network, Dataset]:
    """x -> -x with w -> -w: outputs, lambda_max, P, S and TV are kept."""
    mirrored = replace(network, w=[-w for w in network.w])
    return mirrored, Dataset(x=[-x for x in data.x], y=data.y)


def duplicate(data: Dataset) -> Dataset:
    """Every datum twice: the loss is the same function, so everything is kept."""
    return Dataset(x=[*data.x, *data.x], y=[*data.y, *data.y])


def flip_labels(network: Network, data: Dataset) -> tuple[Network, Dataset]:
    """y, a, c -> -y, -a, -c: f changes its sign; the spectrum of H, P, S and TV are kept."""
    negated = replace(network, a=[-a for a in network.a], c=-network.c)
    return negated, Dataset(x=data.x, y=[-y for y in data.y])
