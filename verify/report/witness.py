"""A witness in words: the network as a formula, the data, and what a theorem adds to them."""

from __future__ import annotations

import decimal
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

MOST_NEURONS, MOST_DATA, MOST_DIGITS = 4, 6, 12
LISTS = {"q": "weights q ~", "truth": "truth f0 =", "targets": "targets"}
"""The numbers per datum that a document may hold, and how they are called."""


def short(number: str) -> str:
    """An exact rational as it stands, or, where it is long, six digits of it after a "~"."""
    if len(number) <= MOST_DIGITS:
        return number
    exact = Fraction(number)
    context = decimal.Context(prec=6, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
    return (
        f"~{context.divide(decimal.Decimal(exact.numerator), decimal.Decimal(exact.denominator))}"
    )


def _times(number: str, factor: str) -> str:
    ones = {"1": factor, "-1": f"-{factor}"}
    return ones.get(number, f"{short(number)} {factor}")


def _sum(terms: Sequence[str]) -> str:
    """Terms joined by their signs; "~-2" is an approximate -2."""
    total = ""
    for term in terms:
        is_negative, size = term.startswith(("-", "~-")), term.replace("-", "", 1)
        if not total:
            total = term
        elif is_negative:
            total += f" - {size}"
        else:
            total += f" + {term}"
    return total


def _neuron(a: str, w: str | list[str], b: str) -> str:
    """A neuron as a term; on R^d the inputs are x1, x2, .."""
    parts = [(w, "x")] if isinstance(w, str) else [(v, f"x{i}") for i, v in enumerate(w, start=1)]
    inner = [_times(value, name) for value, name in parts if value != "0"]
    inner += [short(b)] if b != "0" or not inner else []
    return _times(a, f"relu({_sum(inner)})")


def _place(x: str | list[str]) -> str:
    return short(x) if isinstance(x, str) else f"({', '.join(map(short, x))})"


def _more(count: int, most: int, what: str) -> str:
    return f", .. ({count} {what} in all)" if count > most else ""


def witness_words(document: dict[str, Any]) -> str:
    """A witness in words: a formula and data for an instance, else its plain entries."""
    if "network" in document and "data" in document:
        return _instance_words(document)
    plain = {key: value for key, value in document.items() if not isinstance(value, (dict, list))}
    return ", ".join(f"{key} = {value}" for key, value in plain.items())


def _instance_words(document: dict[str, Any]) -> str:
    network, data = document["network"], document["data"]
    neurons = list(zip(network["a"], network["w"], network["b"], strict=True))
    terms = [_neuron(*neuron) for neuron in neurons[:MOST_NEURONS]]
    terms += ["..."] if len(neurons) > MOST_NEURONS else []
    terms += [short(network["c"])] if network["c"] != "0" or not terms else []
    formula = _sum(terms)
    pairs = [
        f"({_place(x)}, {y:+d})" for x, y in zip(data["x"][:MOST_DATA], data["y"], strict=False)
    ]
    words = f"f(x) = {formula}{_more(len(neurons), MOST_NEURONS, 'neurons')}"
    words += f" on (x, y) = {', '.join(pairs)}{_more(len(data['x']), MOST_DATA, 'data')}"
    for name in ("gamma", "eta"):
        words += f", {name} = {short(document[name])}" if name in document else ""
    for name, label in LISTS.items():
        if name in document:
            values = ", ".join(short(value) for value in document[name][:MOST_DATA])
            rest = ", .." if len(document[name]) > MOST_DATA else ""
            words += f", {label} ({values}{rest})"
    for name, value in document.get("extra", {}).items():
        words += f", {name} = {short(value)}"
    words += f", {document['loss']} loss" if "loss" in document else ""
    return words + (", relu'(0) = 0" if document.get("formal") else "")
