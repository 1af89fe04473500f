"""From a guess in float64 to a certificate in rationals, for the checker to judge.

Source: proofs_notes/optimum.md, 4.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, pairwise

import numpy as np

from verify.counterexample.ramps import sign_changes
from verify.model import Dataset, InputError
from verify.optimum import checker
from verify.optimum.cells import GRID, Floats, Place, cells, inner, worst
from verify.optimum.checker import Certificate, Neuron
from verify.optimum.path import follow

MOST_DATA = 40
MOST_ROUNDS = 8
EXTREME = 10**9
BITS = 40
"""Significant bits of the numbers that may be rounded."""
DIGITS = 12
FAINT = 0.2
"""A neuron that bears less than this share of the cost, times the width asked, is dropped."""

SPARE = 1e-6
"""Corrections prefer neurons that bear more than this share of the cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Z of shape (n, n), nu of shape (n,), places with slopes of shape (count,); width asked."""

    z: Floats
    nu: Floats
    places: Sequence[Place]
    slope: Floats
    width: float


def certify(data: Dataset, *, width: float) -> str:
    """A certificate for `data` whose two bounds are about a relative `width` apart.

    How close the bounds come is not promised. Raises InputError for more than 40
    data, equal x with opposite labels, and numbers of very different sizes.
    """
    points = data.in_order
    _refuse_extremes(points)
    trivial = _trivial(points)
    if not sign_changes(points):
        return _sealed(trivial)
    guess = _search(points, width)
    return _sealed(_with_upper(_with_lower(trivial, guess), guess, points))


def _refuse_extremes(points: Dataset) -> None:
    if points.n > MOST_DATA:
        raise InputError(f"the dataset has {points.n} points; at most {MOST_DATA} can be handled")
    reach = max(map(abs, points.x))
    gaps = [right - left for left, right in pairwise(points.x) if left != right]
    if reach > EXTREME or min(gaps, default=Fraction(1)) * EXTREME < 1:
        near = f"every |x| at most {EXTREME} and distinct x at least 1/{EXTREME} apart"
        raise InputError(f"the data are too far apart or too close; {near} is needed")


def _trivial(points: Dataset) -> Certificate:
    """0 <= B_opt, and B_opt <= 0 by a constant if there is only one label."""
    return Certificate(
        x=list(points.x),
        y=[Fraction(label) for label in points.y],
        factor=[[Fraction(1)]] * points.n,
        nu=[Fraction(0)] * points.n,
        lower=Fraction(0),
        neurons=[],
        constant=Fraction(points.y[0]),
        upper=Fraction(0),
        bounds=("0", "0"),
    )


def _search(points: Dataset, width: float) -> Guess:
    """Follow the path, and again with the neurons whose dual inequality failed."""
    everywhere = list(cells(points))
    places = [(cell, steps) for cell in everywhere for steps in cell.start()]
    for _ in range(MOST_ROUNDS):
        point, slope = follow(points, places, width / 4)
        found = [(cell, *worst(cell, points, point.z, point.nu)) for cell in everywhere]
        fresh = [(cell, steps) for cell, steps, ratio in found if ratio > 1 + width / 4]
        if not fresh:
            break
        places = [*places, *fresh]
    top = max(1.0, *(ratio for _, _, ratio in found))
    return Guess(
        z=point.z, nu=point.nu / top, places=places[: len(slope)], slope=slope, width=width
    )


def _with_lower(stated: Certificate, guess: Guess) -> Certificate:
    """The rounded dual point, nu shrunk until it is feasible: nu = 0 is."""
    values, vectors = np.linalg.eigh(guess.z)
    root = vectors * np.sqrt(np.maximum(values, 0))
    stated = replace(stated, factor=[[_short(entry) for entry in row] for row in root])
    trace = sum(entry * entry for entry in chain(*stated.factor))
    for digits in range(12, -1, -1):
        keep = 1 - Fraction(1, 10**digits)
        nu = [keep * _short(entry) for entry in guess.nu[:-1]]
        nu.append(-sum(nu, Fraction(0)))
        value = checker.dot(nu, stated.y) / trace
        text = _decimal(max(value, Fraction(0)), math.floor)
        trial = replace(stated, nu=nu, lower=Fraction(text), bounds=(text, stated.bounds[1]))
        try:
            checker.prove_lower(trial)
        except checker.Rejected:
            continue
        return trial
    raise AssertionError("nu = 0 is feasible")


def _with_upper(stated: Certificate, guess: Guess, points: Dataset) -> Certificate:
    """The rounded network and the least decimal above its limit that elimination accepts."""
    stated = _interpolating(stated, guess, points)
    limit = float(np.linalg.eigvalsh(_limit_form(stated))[-1])
    for digits in range(12, -1, -1):
        text = _decimal(Fraction(limit) * (1 + Fraction(1, 10**digits)), math.ceil)
        trial = replace(stated, upper=Fraction(text), bounds=(stated.bounds[0], text))
        try:
            checker.prove_upper(trial)
        except checker.Rejected:
            continue
        return trial
    raise AssertionError("twice an eigenvalue found in float64 is too small")


def _limit_form(stated: Certificate) -> Floats:
    """(1/n) sum outer^2 (xi xi' + e e') + inner^2 d d', rounded."""
    x = np.array([float(at) for at in stated.x])
    form = np.zeros((len(x), len(x)))
    for neuron in stated.neurons:
        d = np.array([float(one) for one in neuron.ramp(stated.x)])
        outer, inner = float(neuron.outer), float(neuron.inner)
        form += outer**2 * np.outer(d > 0, d > 0) * (1 + np.outer(x, x)) + inner**2 * np.outer(d, d)
    return form / len(x)


def _interpolating(stated: Certificate, guess: Guess, points: Dataset) -> Certificate:
    """The network of the guess without faint neurons, its slopes corrected to fit exactly."""
    prices = [_balance(place, guess.z, points)[1] for place in guess.places]
    cost = [abs(slope) * price for slope, price in zip(guess.slope, prices, strict=True)]
    kept = [
        (place, slope)
        for place, slope, share in zip(guess.places, guess.slope, cost, strict=True)
        if share > FAINT * guess.width * sum(cost)
    ]
    # In each gap a neuron for the correction alone, should those that are kept not suffice.
    spare = [
        ((cell, GRID // 2), 0.0) for cell in cells(points) if cell.side > 0 and not cell.endless
    ]
    places, rough = zip(*kept, *spare, strict=True)
    balance = [_balance(place, guess.z, points) for place in places]
    weights = [
        max(abs(slope), SPARE * max(1.0, sum(cost)) / price)
        for slope, (_, price) in zip(rough, balance, strict=True)
    ]
    constant, slopes = _corrected(stated, places, [_short(slope) for slope in rough], weights)
    neurons = [
        _neuron(place, slope, best)
        for place, slope, (best, _) in zip(places, slopes, balance, strict=True)
        if slope != 0
    ]
    return replace(stated, neurons=neurons, constant=constant)


def _neuron(place: Place, slope: Fraction, balance: float) -> Neuron:
    """A neuron with |a / w| near `balance`, its weights short and their product large enough."""
    cell, steps = place
    size = float(abs(slope))
    outer = _short(math.sqrt(size * balance))
    # The last factor is above the relative error of both roundings.
    inner = _short(size / float(outer)) * (1 + Fraction(4, 2**BITS))
    return Neuron(
        side=Fraction(cell.side), kink=cell.kink(steps), slope=slope, outer=outer, inner=inner
    )


def _balance(place: Place, z: Floats, points: Dataset) -> tuple[float, float]:
    """sqrt(u / v) and sqrt(u v) with u = d'Zd, v = <xi xi' + e e', Z>."""
    cell, steps = place
    d = cell.ramp(steps)
    # Rounding may leave nothing of a small u, or less.
    u = max(float(d @ z @ d), float(d @ d) * np.finfo(np.float64).eps ** 2)
    v = float(np.sum(inner(cell, points) * z))
    return math.sqrt(u / v), math.sqrt(u * v)


def _corrected(
    stated: Certificate,
    places: Sequence[Place],
    slopes: Sequence[Fraction],
    weights: Sequence[float],
) -> tuple[Fraction, list[Fraction]]:
    """The constant and slopes after a change of few of them, of large weight, that fits exactly."""
    target = dict(zip(stated.x, stated.y, strict=True))
    columns = [[Fraction(1)] * len(target)]
    for cell, steps in places:
        columns.append([max(cell.side * (at - cell.kink(steps)), Fraction(0)) for at in target])
    entries = [Fraction(0), *slopes]
    rest = [
        label - checker.dot(entries, row)
        for label, row in zip(target.values(), zip(*columns, strict=True), strict=True)
    ]
    basis = _independent(columns, [1.0, *weights])
    change = _solve([columns[at] for at in basis], rest)
    for at, step in zip(basis, change, strict=True):
        entries[at] += step
    return entries[0], entries[1:]


def _independent(columns: list[list[Fraction]], weights: Sequence[float]) -> list[int]:
    """As many independent columns as there are rows, those of large weighted size first."""
    rest = np.array(columns, dtype=np.float64) * np.array(weights)[:, None]
    chosen: list[int] = []
    for _ in columns[0]:
        sizes = np.linalg.norm(rest, axis=1)
        sizes[chosen] = 0
        best = int(np.argmax(sizes))
        direction = rest[best] / sizes[best]
        rest -= np.outer(rest @ direction, direction)
        chosen.append(best)
    return chosen


def _solve(columns: list[list[Fraction]], right: Sequence[Fraction]) -> list[Fraction]:
    """The exact solution of sum_i s_i columns[i] = right for independent columns."""
    rows = [[*row, end] for row, end in zip(zip(*columns, strict=True), right, strict=True)]
    for at in range(len(rows)):
        swap = next(i for i in range(at, len(rows)) if rows[i][at] != 0)
        rows[at], rows[swap] = rows[swap], rows[at]
        pivot = rows[at] = [entry / rows[at][at] for entry in rows[at]]
        for i, row in enumerate(rows):
            if i != at and row[at] != 0:
                rows[i] = [old - row[at] * one for old, one in zip(row, pivot, strict=True)]
    return [row[-1] for row in rows]


def _short(value: float) -> Fraction:
    """The nearest rational of 40 significant bits."""
    mantissa, exponent = math.frexp(value)
    return Fraction(round(mantissa * 2**BITS)) * Fraction(2) ** (exponent - BITS)


def _decimal(value: Fraction, rounded: Callable[[Fraction], int]) -> str:
    """A decimal of 12 digits beside a rational that is not negative."""
    places = max(0, DIGITS - len(str(math.floor(value))))
    whole, part = divmod(rounded(value * 10**places), 10**places)
    return f"{whole}.{part:0{places}d}" if places else str(whole)


def _sealed(stated: Certificate) -> str:
    """The text of a certificate."""
    fields = {
        "format": checker.FORMAT,
        "x": [str(at) for at in stated.x],
        "y": [str(label) for label in stated.y],
        "factor": [[str(entry) for entry in row] for row in stated.factor],
        "nu": [str(entry) for entry in stated.nu],
        "lower": stated.bounds[0],
        "neurons": [
            [str(getattr(one, name)) for name in Neuron.__slots__] for one in stated.neurons
        ],
        "constant": str(stated.constant),
        "upper": stated.bounds[1],
    }
    return json.dumps(fields | {"seal": checker.seal_of(fields)}, indent=1)
