"""Check an enclosure of B_opt with the integers and fractions of the standard library.

    python checker.py CERTIFICATE

B_opt is the least limit of lambda_max e^m / m over the networks with
y_j f(x_j) = m for every datum; the certificate holds the data, a dual point that
proves a lower bound and a network that proves an upper one. Neither who made it
nor how is trusted. No number is rounded here. Proof of every step:
proofs_notes/optimum.md.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from typing import Any

Vector = Sequence[Fraction]
Matrix = list[list[Fraction]]

FORMAT = "flatcert optimum 1"
TEXTS, LISTS = ("format", "lower", "constant", "upper", "seal"), ("x", "y", "nu")
TABLES = ("factor", "neurons")
SPELLED = re.compile(r"-?[0-9]+(\.[0-9]+|/[0-9]*[1-9][0-9]*)?")
LONGEST_TEXT, LONGEST_NUMBER = 8_000_000, 4000


class Malformed(ValueError):
    """Not a certificate that can be read."""


class Rejected(Exception):
    """A certificate that does not prove what it claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neuron:
    """Active on side * (x - kink) > 0, with slope = a |w| / m.

    outer is |a| / sqrt(m), and inner is at least |w| / sqrt(m).
    """

    side: Fraction
    kink: Fraction
    slope: Fraction
    outer: Fraction
    inner: Fraction

    def ramp(self, x: Vector) -> list[Fraction]:
        """d_j = the distance of x_j from the kink where the neuron is active, else 0."""
        return [max(self.side * (at - self.kink), Fraction(0)) for at in x]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a certificate says: the data, Z = factor factor^T, nu, and a network."""

    x: list[Fraction]
    y: list[Fraction]
    factor: Matrix
    nu: list[Fraction]
    lower: Fraction
    neurons: list[Neuron]
    constant: Fraction
    upper: Fraction
    bounds: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """The data that a neuron with its kink in [low, high] can see; None is infinity."""

    members: list[Fraction]
    low: Fraction | None
    high: Fraction | None


def check(text: str) -> Certificate:
    """The certificate, once it is proved that lower <= B_opt <= upper.

    Raises Malformed, Rejected.
    """
    stated = read(text)
    _require(all(label in (-1, 1) for label in stated.y), "a label is not -1 or 1")
    prove_lower(stated)
    prove_upper(stated)
    return stated


def prove_lower(stated: Certificate) -> None:
    """Raises Rejected unless (Z, nu) is dual feasible with a value of at least lower (Note, 3)."""
    trace = sum((entry * entry for row in stated.factor for entry in row), Fraction(0))
    _require(trace > 0, "the factor of Z is 0")
    _require(sum(stated.nu) == 0, "nu does not add up to 0")
    _require(stated.lower * trace <= dot(stated.nu, stated.y), "nu and Z do not reach lower")
    for tail in tails(stated.x):
        if not is_nonnegative(tail_gap(stated, tail), tail.low, tail.high):
            raise Rejected(f"the dual inequality fails for a kink in [{tail.low}, {tail.high}]")


def tails(x: Vector) -> Iterator[Tail]:
    """Every set of data that some neuron sees, with the interval of the kinks that see it."""
    places: list[Fraction] = sorted(set(x))
    for low, high in pairwise([None, *places]):
        yield Tail(members=[Fraction(high is None or at >= high) for at in x], low=low, high=high)
    for low, high in pairwise([*places, None]):
        yield Tail(members=[Fraction(low is None or at <= low) for at in x], low=low, high=high)


def tail_gap(stated: Certificate, tail: Tail) -> tuple[Fraction, Fraction, Fraction]:
    """Coefficients of 1, t, t^2 in 4 (xi'Z xi + e'Z e) d_t'Z d_t - n^2 (nu'd_t)^2 (Note, 3)."""
    n, e = len(stated.x), tail.members
    xi = [one * at for one, at in zip(e, stated.x, strict=True)]
    columns = list(zip(*stated.factor, strict=True))
    one, two = ([dot(column, v) for column in columns] for v in (xi, e))
    squares, cross, counts = dot(one, one), dot(one, two), dot(two, two)
    moment, mass = n * dot(stated.nu, xi), n * dot(stated.nu, e)
    scale = 4 * (squares + counts)
    return (
        scale * squares - moment**2,
        2 * moment * mass - 2 * scale * cross,
        scale * counts - mass**2,
    )


def is_nonnegative(
    form: tuple[Fraction, Fraction, Fraction], low: Fraction | None, high: Fraction | None
) -> bool:
    """Whether p0 + p1 t + p2 t^2 >= 0 for low <= t <= high (Note, 3).

    None is infinity, at one end at most.
    """
    p0, p1, p2 = form
    if any(end is not None and p0 + end * (p1 + end * p2) < 0 for end in (low, high)):
        return False
    if p2 < 0:
        return None not in (low, high)
    if p2 == 0:
        return (high is not None or p1 >= 0) and (low is not None or p1 <= 0)
    vertex = -p1 / (2 * p2)
    inside = (low is None or low < vertex) and (high is None or vertex < high)
    return not inside or p1 * p1 <= 4 * p0 * p2


def prove_upper(stated: Certificate) -> None:
    """Raises Rejected unless the network interpolates with a limit of at most upper (Note, 2)."""
    n, x = len(stated.x), stated.x
    fit = [stated.constant] * n
    form = [[n * stated.upper * (i == j) for j in range(n)] for i in range(n)]
    for neuron in stated.neurons:
        outer, inner = neuron.outer, neuron.inner
        _require(abs(neuron.side) == 1, "a side is not -1 or 1")
        _require(min(outer, inner) > 0, "an outer or inner weight is not above 0")
        _require(outer * inner >= abs(neuron.slope), "outer times inner is less than a slope")
        _require(neuron.kink not in x, "a kink lies on a datum")
        d = neuron.ramp(x)
        fit = [old + neuron.slope * one for old, one in zip(fit, d, strict=True)]
        for i, j in product([j for j in range(n) if d[j] > 0], repeat=2):
            form[i][j] -= outer**2 * (1 + x[i] * x[j]) + inner**2 * d[i] * d[j]
    _require(fit == stated.y, "the network does not interpolate the labels")
    _require(is_semidefinite(form), "the network's limit exceeds upper")


def is_semidefinite(form: Matrix) -> bool:
    """Whether a symmetric matrix has no negative eigenvalue, by elimination in integers.

    Every division is exact (Bareiss; Note, 2).
    """
    shared = math.lcm(*(entry.denominator for row in form for entry in row))
    rows, last = [[int(entry * shared) for entry in row] for row in form], 1
    while rows:
        (pivot, *rest), *others = rows
        if pivot < 0 or (pivot == 0 and any(rest)):
            return False
        rows = [row[1:] for row in others]
        if pivot == 0:
            continue
        for row, (factor, *_) in zip(rows, others, strict=True):
            row[:] = [
                (pivot * old - factor * one) // last for old, one in zip(row, rest, strict=True)
            ]
        last = pivot
    return True


def dot(one: Sequence[Fraction], two: Sequence[Fraction]) -> Fraction:
    """The inner product."""
    return sum((a * b for a, b in zip(one, two, strict=True)), Fraction(0))


def seal_of(fields: dict[str, Any]) -> str:
    """A digest of all fields but the seal: it finds accidents, and proves nothing."""
    body = {name: fields[name] for name in sorted(fields) if name != "seal"}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def read(text: str) -> Certificate:
    """The certificate that a text spells. Raises Malformed, and Rejected if it was altered."""
    fields = _fields(text)
    x, y, nu = (_numbers(fields[name]) for name in LISTS)
    factor, neurons = ([_numbers(row) for row in fields[name]] for name in TABLES)
    sizes = {len(x), len(y), len(nu), len(factor)}
    if sizes != {len(x)} or not x or len({len(row) for row in factor}) != 1:
        raise Malformed("x, y, nu and factor differ in length, or are empty")
    if any(len(row) != 5 for row in neurons):
        raise Malformed("a neuron is not [side, kink, slope, outer, inner]")
    _require(fields["seal"] == seal_of(fields), "it was altered")
    _require(fields["format"] == FORMAT, f"its format is not {FORMAT!r}")
    lower, constant, upper = _numbers([fields[name] for name in ("lower", "constant", "upper")])
    return Certificate(
        x=x,
        y=y,
        factor=factor,
        nu=nu,
        lower=lower,
        neurons=[Neuron(**dict(zip(Neuron.__slots__, row, strict=True))) for row in neurons],
        constant=constant,
        upper=upper,
        bounds=(fields["lower"], fields["upper"]),
    )


def _fields(text: str) -> dict[str, Any]:
    names = {*TEXTS, *LISTS, *TABLES}
    if len(text) > LONGEST_TEXT:
        raise Malformed(f"longer than {LONGEST_TEXT} characters")
    try:
        pairs = json.loads(text, parse_int=str, object_pairs_hook=tuple)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from None
    if not isinstance(pairs, tuple) or sorted(name for name, _ in pairs) != sorted(names):
        raise Malformed(f"not an object with the fields {', '.join(sorted(names))}, each once")
    fields = dict(pairs)
    for name in names:
        kind = str if name in TEXTS else list
        if not isinstance(fields[name], kind):
            raise Malformed(f"{name} is not a {'text' if kind is str else 'list'}")
    return fields


def _numbers(values: object) -> list[Fraction]:
    if not isinstance(values, list):
        raise Malformed("a row is not a list")
    return [_number(value) for value in values]


def _number(text: object) -> Fraction:
    if not isinstance(text, str) or len(text) > LONGEST_NUMBER or not SPELLED.fullmatch(text):
        raise Malformed(f"{text!r:.60} is not a rational as a text such as '-7/3' or '0.25'")
    return Fraction(text)


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise Rejected(reason)


def verdict(proved: Certificate) -> str:
    """What was proved, and for which data."""
    low, high = proved.bounds
    points = (f"{at} {'+' if y == 1 else '-'}" for at, y in zip(proved.x, proved.y, strict=True))
    return f"{low} <= B_opt <= {high} for the data {', '.join(points)}"


def main(paths: list[str]) -> int:
    """Exit status 0 if accepted, 1 if rejected, 2 for bad input."""
    try:
        (path,) = paths
        print("accepted:", verdict(check(Path(path).read_text("utf-8-sig"))))
    except Rejected as error:
        print("rejected:", error)
        return 1
    except (OSError, ValueError) as error:
        print(f"bad input: {type(error).__name__}: {error}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
