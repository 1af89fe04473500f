"""An analysis of Theorem 3.1 in words and as a JSON object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verify.ball import Enclosure, display
from verify.counterexample.analysis import Analysis
from verify.counterexample.family import LeastMargin


def document(found: Analysis) -> dict[str, Any]:
    """The facts of one ramp network; enclosures are decimal strings, rounded outward."""
    independent = found.independent
    facts: dict[str, Any] = {
        "margin": str(found.margin),
        "omega": str(found.omega),
        "scaling": found.scaling,
        "neurons": found.network.k,
        "label_changes": found.sign_changes,
        "margins_exact": found.margins_exact,
        "lambda_max_mpmath": {
            "value": independent.value,
            "digits": independent.digits,
            "agrees": found.agrees,
            "note": independent.note,
        },
        "power": found.power,
        "uncertain": {
            "gamma": str(found.gamma),
            "length": str(found.uncertain_length),
            "data": found.uncertain_data,
        },
        "norm_squared": display(found.norm_squared),
    }
    names = ("training_loss", "lambda_max", "bound", "explicit_bound", "scaled", "limit", "floor")
    for name in (*names, "excess_risk"):
        value = getattr(found, name)
        if value is not None:
            facts[name] = value.as_json()
    return facts


def _line(name: str, value: Enclosure) -> str:
    return f"{name:<28}[{value.lower}, {value.upper}]"


def _second_opinion(found: Analysis) -> str:
    independent = found.independent
    if independent.value is None:
        return f"{'  by mpmath':<28}not computed: {independent.note}"
    agreement = "agrees" if found.agrees else "DISAGREES"
    return f"{'  by mpmath':<28}{independent.value} ({independent.digits} digits, {agreement})"


def describe(found: Analysis) -> Iterator[str]:
    """The facts of one ramp network, one a line."""
    exact = "exactly" if found.margins_exact else "NOT exactly"
    yield f"margin m = {found.margin}: y_j f(x_j) = m for all {found.data.n} data, {exact}"
    yield f"{found.network.k} neurons for {found.sign_changes} label changes, training error 0"
    yield _line("training loss", found.training_loss)
    yield _line("lambda_max by balls", found.lambda_max)
    yield _second_opinion(found)
    below = "certified above lambda_max" if found.below_bound else "NOT above lambda_max"
    yield f"{_line('closed-form bound', found.bound)} {below}"
    if found.explicit_bound is not None:
        yield _line("  from the data alone", found.explicit_bound)
    yield _line("least of any such network", found.floor)
    law = "m" if found.power == 1 else f"m^{found.power}"
    yield _line(f"lambda_max e^m / {law}", found.scaled)
    yield _line("  its limit as m grows", found.limit)
    yield (
        f"{'uncertain |f| <= ' + str(found.gamma):<28}{found.uncertain_data} data,"
        f" length {found.uncertain_length} = {display(found.uncertain_length, 6)}"
    )
    yield f"{'|theta|^2':<28}{display(found.norm_squared, 6)}"
    if found.excess_risk is not None:
        yield _line("excess risk against truth", found.excess_risk)


def describe_least(found: LeastMargin) -> str:
    """How the margin was chosen for a step size."""
    text = f"eta = {display(found.eta)}: lambda_max < 2/eta is certified at m = {found.margin}"
    if found.previous is None:
        return f"{text}, the least power of two that was tried"
    words = {True: "certified above", False: "below", None: "not decided"}
    return f"{text}; at m = {found.previous} it is {words[found.previous_is_above]} 2/eta"
