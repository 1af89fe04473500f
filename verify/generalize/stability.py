"""Whether the Hessian exists, and at which step sizes the network is stable."""

from __future__ import annotations

from dataclasses import dataclass

from verify.ball import Enclosure, rounded_decimal
from verify.generalize.finding import Basis, Finding
from verify.generalize.interval import shown
from verify.model import Dataset, Network, data_on_kinks
from verify.spectrum import lambda_max

NAME = "the Hessian exists and the network is stable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability:
    """The certified lambda_max, None where data lie on kinks, with its finding."""

    top: Enclosure | None
    finding: Finding


def stability_of(network: Network, data: Dataset) -> Stability:
    """lambda_max(H) and the step sizes at which the network is stable."""
    kinks = len(data_on_kinks(network, data))
    if kinks:
        text = f"{kinks} pairs of neuron and datum lie on a kink; there is no Hessian"
        failed = Finding(name=NAME, basis=Basis.THEOREM, text=text, holds=False)
        return Stability(top=None, finding=failed)
    top = lambda_max(network, data)
    largest = rounded_decimal((2 / top.ball).lower(), up=False, digits=6)
    found = Finding(
        name=NAME,
        basis=Basis.THEOREM,
        text=f"lambda_max = {shown(top)}, so stable at every eta <= {largest}",
        holds=True,
        numbers={"lambda_max": top.as_json()},
    )
    return Stability(top=top, finding=found)
