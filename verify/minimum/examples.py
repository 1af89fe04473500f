"""Networks near a stationary point whose manifold is certified: made-up and real data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from verify.data import REAL
from verify.formats import read_dataset
from verify.model import Dataset, Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A network a few digits away from a stationary point, with its data."""

    name: str
    network: Network
    data: Dataset


def _network(c: str, *neurons: tuple[str, str, str]) -> Network:
    a, w, b = zip(*neurons, strict=True)
    return Network(w=w, b=b, a=a, c=c)  # type: ignore[arg-type]


def _counted(step: Fraction, first: int, positives: Sequence[int], trials: int) -> Dataset:
    """On a grid, `trials` data at each input, of which so many are positive."""
    x = [step * (first + place) for place in range(len(positives)) for _ in range(trials)]
    y = [1 if trial < hits else -1 for hits in positives for trial in range(trials)]
    return Dataset(x=x, y=y)


def _two_sided() -> Dataset:
    outer = [(Fraction(tenths, 10), label) for tenths, label in enumerate("-+--++-++", start=2)]
    inner = [(Fraction(place, 20), label) for place, label in enumerate("--+--", start=-2)]
    pairs = [(side * x, label) for x, label in outer for side in (-1, 1)] + inner
    return Dataset(x=[x for x, _ in pairs], y=[1 if label == "+" else -1 for _, label in pairs])


TWO_SIDED = Near(
    name="two-sided",
    network=_network("-1.386", ("9/10", "4.27", "-0.71"), ("9/10", "-4.27", "-0.71")),
    data=_two_sided(),
)
"""23 data and two mirrored neurons: the example whose thresholds gradient descent confirms."""

WAVE = Near(
    name="wave",
    network=_network("1.61", ("-2", "2.77", "2.54"), ("3", "4", "1.156"), ("-3", "3.71", "-0.99")),
    data=_counted(Fraction(1, 4), -4, (5, 4, 2, 1, 3, 5, 4, 2, 1), 6),
)
"""Six data at each of nine inputs, near sigma(1.5 sin(1.5 pi x)); three right-active neurons."""


def real_examples() -> tuple[Near, ...]:
    """One neuron on the shuttle launches, kinks in three gaps, and on the texture data, in two.

    Raises InputError for a damaged file.
    """
    challenger, texture = (read_dataset(example.data) for example in REAL)
    starts = (
        ("challenger at 68.5 F", challenger, "-0.22", ("-2.46", "1", "0.144")),
        ("challenger at 72 F", challenger, "-0.41", ("-4.2", "1", "-0.217")),
        ("challenger below 71.6 F", challenger, "-2.08", ("3.06", "-1", "0.159")),
        ("texture at 28.7", texture, "-0.54", ("1.53", "1", "-1.7325")),
        ("texture below 21.9", texture, "0.66", ("-2.1", "-1", "0.3709")),
    )
    return tuple(
        Near(name=name, network=_network(c, neuron), data=data) for name, data, c, neuron in starts
    )
