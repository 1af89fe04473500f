"""Instances of the square and the exponential loss, from those of the logistic one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from properties.parts import ints
from verify.losses import EXPONENTIAL, SQUARE
from verify.model import Dataset, active_spans
from verify.quantities import Instance

Strategies = Mapping[str, SearchStrategy[Instance]]


def _outputs(instance: Instance) -> list[Fraction]:
    """f(x_j) in the order of the dataset."""
    return [instance.network(x) for x in instance.data.x]


@st.composite
def with_targets(draw: DrawFn, strategy: SearchStrategy[Instance]) -> Instance:
    """The labels as targets, the outputs themselves, or outputs with small or large residuals."""
    instance = draw(strategy)
    kind = draw(ints(0, 5))
    if kind < 3:
        return replace(instance, loss=SQUARE)
    unit = (Fraction(0), Fraction(1, 1 << 10), Fraction(1, 4))[kind - 3]
    residuals = [draw(ints(-16, 16)) * unit for _ in instance.data.x]
    pairs = zip(_outputs(instance), residuals, strict=True)
    return replace(instance, loss=SQUARE, targets=tuple(f - r for f, r in pairs))


def fitted(strategy: SearchStrategy[Instance]) -> SearchStrategy[Instance]:
    """Interpolators of the square loss: the outputs are the targets."""
    return strategy.map(lambda one: replace(one, loss=SQUARE, targets=tuple(_outputs(one))))


@st.composite
def balanced(draw: DrawFn, strategy: SearchStrategy[Instance]) -> Instance:
    """Each datum twice, with residuals r and -r: a stationary point of the square loss."""
    instance = draw(strategy)
    f, x = _outputs(instance), list(instance.data.x)
    r = [Fraction(draw(ints(-8, 8)), 4) for _ in x]
    targets = [v + e for v, e in zip(f, r, strict=True)]
    targets += [v - e for v, e in zip(f, r, strict=True)]
    data = Dataset(x=x * 2, y=[1, -1] * len(x))
    return replace(instance, data=data, q=None, loss=SQUARE, targets=tuple(targets))


def _exponential(instance: Instance) -> Instance:
    """Under the exponential loss; a dead network at f = 0, where its equality is rational."""
    network, spans = instance.network, active_spans(instance.network, instance.data)
    if all(start == stop for start, stop in spans):
        network = replace(network, c=Fraction(0))
    return replace(instance, network=network, loss=EXPONENTIAL)


def loss_domains(domains: Strategies) -> Strategies:
    """The domains of both losses, named after the logistic ones that they are made from."""
    shared = ("plain", "weighted", "on-kink")
    exponential = {f"exponential-{name}": domains[name].map(_exponential) for name in shared}
    square = {f"square-{name}": with_targets(domains[name]) for name in shared}
    flat = {
        "square-stationary": balanced(domains["plain"]),
        "square-fitted": fitted(domains["plain"]),
    }
    return {**exponential, **square, **flat}
