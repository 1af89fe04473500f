"""Check a certificate of lambda_max with the integers and fractions of the standard library.

    python checker.py CERTIFICATE NETWORK.json DATA.csv

No code is shared with the producer, and nothing that it computed is trusted. A
number "at B bits" is an integer that stands for its quotient by 2^B. Proof of
every bound, and where each rounding goes: proofs_notes/certificate.md.
"""

import hashlib
import json
import math
import re
import sys
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

Neurons = Sequence[tuple[Fraction, Fraction, Fraction]]  # (w, b, a)
Data = Sequence[tuple[Fraction, int]]  # (x, y), y = -1 or 1, at least one
Lines = Sequence[tuple[Fraction, Fraction]]
Pair = tuple[int, int]
Steps = list[list[int]]

FORMAT = "flatcert lambda_max 1"
KINDS: dict[str, Any] = {"format": str, "subject": str, "hessian": str, "lo": str, "hi": str}
KINDS |= {"bits": int, "v": list, "eta": str | None, "stable": bool | None, "seal": str}
WORDS = {True: "stable", False: "not stable", None: "undecided"}
LEAST_BITS, MOST_BITS, FINEST = 32, 1 << 12, 1 << 16
NUMBER = re.compile(r"[-+]?[0-9]+(/0*[1-9][0-9]*|(\.[0-9]+)?([eE][-+]?[0-9]{1,5})?)")


class Malformed(ValueError):
    """Not a certificate, or numbers too long to be checked."""


class Rejected(Exception):
    """A certificate that does not prove here what it claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """At `bits` bits: distinct x, active ranges, n p_l in p[l], |n r_i - r[i]| <= n error."""

    n: int
    x: list[Fraction]
    spans: list[Pair]
    p: list[Pair]
    r: list[Pair]
    bits: int
    error: int


def check(text: str, neurons: Neurons, c: Fraction, data: Data) -> str:
    """What the certificate proves here, in one line. Raises Malformed, Rejected."""
    fields = _fields(text, 3 * len(neurons) + 1)
    lo, hi, bits = rational(fields["lo"]), rational(fields["hi"]), fields["bits"]
    eta = None if fields["eta"] is None else rational(fields["eta"])
    if hi <= 0 or (eta is not None and eta <= 0) or not LEAST_BITS <= bits <= MOST_BITS:
        raise Malformed(f"hi and eta must be above 0, bits in {LEAST_BITS} .. {MOST_BITS}")
    grid = bits + max(x.denominator.bit_length() for x, _ in data)
    fine = grid + (hi.denominator // hi.numerator).bit_length()
    if fine > FINEST:
        raise Malformed(f"hi or an x needs {fine} bits; at most {FINEST} are handled")
    _require(fields.pop("seal") == _digest(json.dumps(fields, sort_keys=True)), "it was altered")
    _require(fields["format"] == FORMAT, f"its format is not {FORMAT!r}")
    _require(fields["subject"] == subject(neurons, c, data), "it is about other data or networks")
    stable = None if eta is None or lo * eta <= 2 < hi * eta else hi * eta <= 2
    _require(fields["stable"] is stable, f"lo and hi say {WORDS[stable]}")
    parts, hessian = assemble(neurons, c, data, fine)
    _require(fields["hessian"] == hessian, f"the Hessian here is {hessian}")
    _require(reaches(neurons, parts, fields["v"], lo), "v does not prove lo")
    _require(stays_below(neurons, parts, hi, grid, bits // 2), "hi is not proved")
    at_eta = "" if eta is None else f", {WORDS[stable]} at eta = {fields['eta']}"
    return f"{fields['lo']} <= lambda_max <= {fields['hi']} ({hessian} Hessian){at_eta}"


def assemble(neurons: Neurons, c: Fraction, data: Data, bits: int) -> tuple[Parts, str]:
    """The parts of H, and "formal" if a datum lies on a kink, else "exact" (Note, 3)."""
    count = Counter(data)
    x = sorted({at for at, _ in count})
    places = [_place(x, w, b) for w, b, _ in neurons]
    spans = [span for span, _ in places]
    f = affine(x, spans, [(a * w, a * b) for w, b, a in neurons], c, bits)
    reach = math.ceil(max(map(abs, x))) + 1
    error = len(spans) * reach + 6
    p, slope, moment = [], [0], [0]
    for at, value in zip(x, f, strict=True):
        total = count[at, 1] + count[at, -1]
        u, s = logistic(value, bits)
        p.append((total * max(s - error, 0), total * (s + error)))
        slope.append((count[at, -1] << bits) - total * u)
        moment.append(slope[-1] * at.numerator // at.denominator)
    sums = list(zip(accumulate(moment), accumulate(slope), strict=True))
    r = [(sums[j][0] - sums[i][0], sums[j][1] - sums[i][1]) for i, j in spans]
    kind = "formal" if any(on_kink for _, on_kink in places) else "exact"
    return Parts(n=len(data), x=x, spans=spans, p=p, r=r, bits=bits, error=error * reach + 1), kind


def _place(x: list[Fraction], w: Fraction, b: Fraction) -> tuple[Pair, bool]:
    """The range of the sorted x on which w x + b > 0, and whether it is 0 somewhere."""
    if w == 0:
        return (0, len(x) * (b > 0)), b == 0
    left, right = bisect_left(x, -b / w), bisect_right(x, -b / w)
    return (right, len(x)) if w > 0 else (0, left), left < right


def affine(x: list[Fraction], spans: list[Pair], lines: Lines, c: Fraction, bits: int) -> list[int]:
    """x_l (sum of active slopes) + (sum of active levels) + c at `bits` bits (Note, 3)."""
    steps = [[0] * (len(x) + 1), [_floor(c, bits)] + [0] * len(x)]
    for (start, stop), line in zip(spans, lines, strict=True):
        for step, value in zip(steps, line, strict=True):
            step[start] += _floor(value, bits)
            step[stop] -= _floor(value, bits)
    sums = zip(x, accumulate(steps[0]), accumulate(steps[1]), strict=False)
    return [slope * at.numerator // at.denominator + level for at, slope, level in sums]


def _floor(value: Fraction, bits: int) -> int:
    return (value.numerator << bits) // value.denominator


def logistic(f: int, bits: int) -> Pair:
    """sigma(-f) and s(f) at `bits` bits, within 4 units (Note, 2)."""
    one = 1 << bits
    e = decay(abs(f), bits)
    u = (e << bits) // (one + e)
    return (u if f >= 0 else one - u), u * (one - u) >> bits


def decay(t: int, bits: int) -> int:
    """e^(-t) for t >= 0 at `bits` >= 32 bits, within 2 units (Note, 2)."""
    t = min(t, bits << bits)
    halvings = bits.bit_length() + math.isqrt(bits)
    work = bits + 2 * halvings
    term, total, degree = 1 << work, 0, 0
    while term:
        total += -term if degree % 2 else term
        degree += 1
        term = (term * (t << halvings) >> work) // degree
    for _ in range(halvings):
        total = total * total >> work
    return total >> 2 * halvings


def reaches(neurons: Neurons, parts: Parts, v: list[int], lo: Fraction) -> bool:
    """Whether v != 0 and v^T H v >= lo v^T v, so that lambda_max >= lo (Note, 4)."""
    rows = list(zip(neurons, v[0::3], v[1::3], v[2::3], strict=False))
    lines = [(a * vw + w * va, a * vb + b * va) for (w, b, a), vw, vb, va in rows]
    t = affine(parts.x, parts.spans, lines, Fraction(v[-1]), parts.bits)
    total, size = 0, _dot(v, v)
    for (low, _), at in zip(parts.p, t, strict=True):
        total += low * max(abs(at) - parts.error, 0) ** 2
    for (rx, r1), (_, vw, vb, va) in zip(parts.r, rows, strict=True):
        total += 2 * va * (rx * vw + r1 * vb) << 2 * parts.bits
    need = size * parts.n * (lo * (1 << parts.bits) + parts.error) * (1 << 2 * parts.bits)
    return size > 0 and total >= need


def stays_below(neurons: Neurons, parts: Parts, hi: Fraction, grid: int, half: int) -> bool:
    """Whether lambda_max < hi is proved at `grid` bits with the shift 2^-half (Note, 5)."""
    top, bottom = hi.denominator << grid, hi.numerator * parts.n << parts.bits
    rho = [(rx * top // bottom, r1 * top // bottom) for rx, r1 in parts.r]
    m = (1 << grid) - parts.error - 2
    if m <= 0 or any(_dot(pair, pair) >= m * m for pair in rho):
        return False
    right, left = ([[0, 0, 0] for _ in range(len(parts.x) + 1)] for _ in range(2))
    for neuron, pair, (start, stop) in zip(neurons, rho, parts.spans, strict=True):
        side = right if stop == len(parts.x) else left
        for entry, value in enumerate(block(neuron, pair, m, grid)):
            side[start][entry] += value
            side[stop][entry] -= value
    right[0][2] += (1 << 2 * grid) // m + 1
    rows = []
    for at, (_, high) in zip(parts.x, parts.p, strict=True):
        weight = math.isqrt((high * top << grid) // (bottom * at.denominator**2)) + 1
        rows.append((weight * at.numerator, weight * at.denominator))
    return is_positive(rows, right, left, grid, half)


def block(neuron: tuple[Fraction, ...], rho: Pair, m: int, bits: int) -> list[int]:
    """A form that is at least T^T (m I - R)^-1 T, at `bits` bits (Note, 5)."""
    w, b, a = neuron
    first, second = a * rho[0] + m * w, a * rho[1] + m * b
    level = Fraction(1 << 2 * bits, m)
    scale = level / (m * m - _dot(rho, rho))
    low, high = (level * a * a + scale * one * one for one in (first, second))
    return [math.floor(low) + 2, math.floor(scale * first * second), math.floor(high) + 2]


def is_positive(rows: list[Pair], right: Steps, left: Steps, bits: int, half: int) -> bool:
    """Whether S is proved positive: S_lm = [l = m] - z_l^T (U_m + V_l) z_m for l >= m.

    U and V are the running sums of `right` and `left`. S - 2^-half I = L D L^T + E
    with D > 0 and L rounded, E exact (Note, 6).
    """
    state, u, v, own, off, size = [[0] * 4 for _ in range(4)], [0] * 3, [0] * 3, 0, 0, 0
    for (x, y), *steps in zip(rows, right, left, strict=False):
        u, v = ([*map(int.__add__, old, step)] for old, step in zip((u, v), steps, strict=True))
        r = (x << bits, y << bits, v[0] * x + v[1] * y, v[1] * x + v[2] * y)
        s = (-u[0] * x - u[1] * y, -u[1] * x - u[2] * y, -x << bits, -y << bits)
        image = [_dot(line, r) for line in state]
        exact = (1 << 7 * bits) - (1 << 7 * bits - half) + (_dot(r, s) << 3 * bits) - _dot(image, r)
        pivot = exact >> 6 * bits
        if pivot <= 0:
            return False
        column = [(one << 3 * bits) - two for one, two in zip(s, image, strict=True)]
        z = [entry // (pivot << 3 * bits) for entry in column]
        rest = [one - (pivot * two << 3 * bits) for one, two in zip(column, z, strict=True)]
        for line, factor in zip(state, z, strict=True):
            line[:] = [old + pivot * factor * two for old, two in zip(line, z, strict=True)]
        own += (exact - (pivot << 6 * bits)) ** 2
        off += _dot(rest, rest)
        size += _dot(r, r)
    return own + 2 * off * size <= 1 << 14 * bits - 2 * half


def _dot(one: Sequence[int], two: Sequence[int]) -> int:
    return sum(map(int.__mul__, one, two))


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise Rejected(reason)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def subject(neurons: Neurons, c: Fraction, data: Data) -> str:
    """Digest of the exact numbers; the order of the data does not matter."""
    values = chain(*neurons, [c], *((x, Fraction(y)) for x, y in sorted(data)))
    return _digest(" ".join(f"{value.numerator:x}/{value.denominator:x}" for value in values))


def rational(text: str) -> Fraction:
    """The rational that a text spells. Raises Malformed, also for very long ones."""
    if len(text) > 4000 or not NUMBER.fullmatch(text):
        raise Malformed(f"{text!r:.60} is no number of moderate length")
    return Fraction(text)


def _fields(text: str, size: int) -> dict[str, Any]:
    """The fields of a certificate, each of its type; `v` has `size` entries. Raises Malformed."""
    try:
        pairs = json.loads(
            text, parse_int=lambda word: int(rational(word)), object_pairs_hook=tuple
        )
    except (ValueError, RecursionError) as error:
        raise Malformed(f"no readable JSON: {error}") from None
    if not isinstance(pairs, tuple) or sorted(name for name, _ in pairs) != sorted(KINDS):
        raise Malformed(f"no object with exactly the fields {', '.join(KINDS)}")
    fields = dict(pairs)
    wrong = [name for name, kind in KINDS.items() if not isinstance(fields[name], kind)]
    if wrong or len(fields["v"]) != size or not all(type(entry) is int for entry in fields["v"]):
        raise Malformed(f"{(wrong or ['v'])[0]} has the wrong type or length")
    return fields


def _instance(network: str, data: str) -> tuple[Neurons, Fraction, Data]:
    """A JSON network and a JSON or CSV dataset, as README.md defines them."""
    net = json.loads(network, parse_int=float)
    if data.lstrip().startswith("{"):
        table = json.loads(data, parse_int=float)
    else:
        rows = (row.split(",") for row in data.replace(" ", "").split())
        table = {
            name: [cell if "/" in cell else float(rational(cell)) for cell in cells]
            for name, *cells in zip(*rows, strict=True)
        }
    w, b, a, (c,), x, y = (
        [Fraction(value) if isinstance(value, float) else rational(value) for value in values]
        for values in (net["w"], net["b"], net["a"], [net["c"]], table["x"], table["y"])
    )
    sign = {Fraction(1): 1, Fraction(-1 if -1 in y else 0): -1}
    points = [(at, sign[label]) for at, label in zip(x, y, strict=True)]
    return list(zip(w, b, a, strict=True)), c, points


def main(paths: list[str]) -> int:
    """Exit status 0 if accepted, 1 if rejected, 2 for bad input."""
    try:
        certificate, network, data = (Path(path).read_text("utf-8-sig") for path in paths)
        print("accepted:", check(certificate, *_instance(network, data)))
    except Exception as error:
        is_rejected = isinstance(error, Rejected)
        print("rejected:" if is_rejected else f"bad input: {type(error).__name__}:", error)
        return 1 if is_rejected else 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
