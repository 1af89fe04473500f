"""What `flatcert check` certifies of a network on R^d beside what it says of any network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType

from verify.ball import Scalar, display
from verify.model import Dataset, InputError, Network
from verify.quantities import Instance, Quantities
from verify.space.model import SpaceDataset, SpaceNetwork, refuse_hyperplanes
from verify.space.quantities import SpaceInstance
from verify.spectrum import refuse_kinks


def instance_of(
    network: Network | SpaceNetwork,
    data: Dataset | SpaceDataset,
    *,
    eta: Fraction | None = None,
    gamma: Fraction | None = None,
    formal: bool = False,
) -> Instance:
    """An instance on the line or in R^d, by the type of both.

    Raises InputError where they differ, for eta <= 0, and for gamma < 0.
    """
    if eta is not None and eta <= 0:
        raise InputError(f"eta is {display(eta)}; a step size above 0 is needed")
    if gamma is not None and gamma < 0:
        raise InputError(f"gamma is {display(gamma)}; a level of at least 0 is needed")
    if isinstance(network, SpaceNetwork) and isinstance(data, SpaceDataset):
        return SpaceInstance(network=network, data=data, eta=eta, gamma=gamma, formal=formal)
    if isinstance(network, Network) and isinstance(data, Dataset):
        return Instance(network=network, data=data, eta=eta, gamma=gamma, formal=formal)
    raise InputError("one of network and data is on the line and the other in R^d; both must agree")


def refuse(instance: Instance, pairs: tuple[tuple[int, int], ...]) -> None:
    """Raise InputError that names the first neuron and datum with w . x + b = 0."""
    if isinstance(instance, SpaceInstance):
        refuse_hyperplanes(pairs, instance.data)
    refuse_kinks(pairs, instance.data)


def _level(quantities: Quantities) -> Scalar:
    """P (1 + 2 S)."""
    return quantities.inverse_D * (1 + 2 * quantities.S)


def _square(quantities: Quantities) -> Scalar:
    """P |v|^2."""
    return quantities.inverse_D * quantities.v_squared


TERMS: Mapping[str, Callable[[Quantities], Scalar]] = MappingProxyType(
    {
        "2/lambda_max": lambda q: 2 / q.lambda_max,
        "residual": lambda q: q.residual,
        "max |r_i|": lambda q: q.largest_r,
        "gradient": lambda q: q.gradient_residual,
        "T gives": lambda q: _level(q) - q.residual,
        "T* gives": lambda q: _level(q) - q.largest_r,
        "T-grad gives": lambda q: _square(q) - q.gradient_residual,
        "(M) gives": lambda q: _square(q) + q.rho,
    }
)
"""The largest stable step size, what the residuals cost, and lower bounds of lambda_max."""
