"""An enclosure of B_opt in words and as a JSON object."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from verify.ball import display
from verify.optimum.enclosure import Optimum


def document(found: Optimum) -> dict[str, Any]:
    """The facts of one enclosure; `lower` and `upper` are proved decimals."""
    low, high = found.proved.bounds
    width = found.relative_width
    return {
        "lower": low,
        "upper": high,
        "relative_width": None if width is None else display(width, 3),
        "data": found.data.n,
        "neurons": len(found.proved.neurons),
    }


def describe(found: Optimum) -> Iterator[str]:
    """The facts of one enclosure, one a line."""
    low, high = found.proved.bounds
    width, neurons = found.relative_width, found.proved.neurons
    yield "B_opt, the least limit of lambda_max e^m / m over all networks with margin m:"
    share = "" if width is None else f", relative width {display(width, 3)}"
    yield f"  {low} <= B_opt <= {high} for {found.data.n} data{share}"
    yield "  proved in exact rationals: from below by duality, for networks of any size;"
    yield f"  from above by c = {display(found.proved.constant, 6)} m and {len(neurons)} neurons"
    for neuron in neurons:
        sees = ">" if neuron.side > 0 else "<"
        yield (
            f"    active on x {sees} {display(neuron.kink, 12)}: |a| = {display(neuron.outer, 6)}"
            f" sqrt(m), a |w| = {display(neuron.slope, 6)} m"
        )


def describe_margin(found: Optimum, margin: Fraction) -> Iterator[str]:
    """What the enclosure says of networks with one margin, one fact a line."""
    floor, ceiling = found.floor(margin), found.ceiling(margin)
    yield f"margin m = {display(margin)}: lambda_max >= {floor.lower} for every such network"
    yield f"  and lambda_max <= {ceiling.upper} for this one"
