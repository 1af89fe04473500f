"""Certificates of lambda_max: written here, checked by checker.py, which shares no code with this.

A certificate states lo <= lambda_max <= hi, and at a step size eta whether that
is stable; it carries a vector v whose Rayleigh quotient is at least lo, and the
precision at which the checker's own factorization proves hi. What is computed
here is only a proposal: no rounding is tracked, and nothing is returned before
the checker has accepted it. Derivation: proofs_notes/certificate.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

from flint import arb, arb_mat

from verify.arrays import MAX_BYTES
from verify.ball import Enclosure, ball, display, dyadic, maximum, working_precision
from verify.hessian.structured import (
    StructuredHessian,
    loss_hessian,
    merge_repeats,
    span_sums,
)
from verify.logistic import LOGISTIC
from verify.model import Dataset, InputError, Network, data_on_kinks, exact
from verify.spectrum import checker
from verify.spectrum.balls import PrecisionExhausted
from verify.spectrum.engine import WIDTH, lambda_max

Vector = list[arb]

LONGEST_ETA = 6000
"""Bits of numerator and denominator of eta; the checker reads 4000 characters."""
SQUARINGS = 2
"""How often the width is squared while [lo, hi] does not decide lambda_max <= 2/eta."""
MARGIN = Fraction(1, 16)
"""Share of the width by which each end is moved outward, so that both proofs have room."""
MOST_BITS = 1 << 12
"""The highest precision that the checker allows."""
STEPS = 3
"""Inverse iterations: hi is so close to lambda_max that each gains about 12 digits."""


def certify(
    network: Network, data: Dataset, *, eta: Fraction | None = None, formal: bool = False
) -> str:
    """The text of a certificate of lambda_max that the checker accepts.

    Its relative width is about 1e-12; with `eta` it also says whether lambda_max
    <= 2/eta, for which it is narrowed down to 1e-48, or null. Raises InputError
    for eta <= 0, for a datum on a kink unless `formal`, and where the checker
    accepts no precision up to MOST_BITS.
    """
    if eta is not None and eta <= 0:
        raise InputError(f"eta is {display(eta)}; a step size above 0 is needed")
    if eta is not None and eta.numerator.bit_length() + eta.denominator.bit_length() > LONGEST_ETA:
        raise InputError(f"eta is {display(eta)}, with more digits than a certificate holds")
    for squaring in range(SQUARINGS + 1):
        claim = _claim(network, data, eta, formal, WIDTH ** (1 << squaring))
        if eta is None or claim["stable"] is not None:
            break
    return _proved(claim, network, data)


def verify(text: str, network: Network, data: Dataset) -> str:
    """What the certificate proves of the network on the data, in one line.

    Raises InputError for a text that is no certificate, checker.Rejected for a
    certificate that does not prove its claim here.
    """
    try:
        return _checked(text, network, data)
    except checker.Malformed as error:
        raise InputError(f"not a certificate: {error}") from None


def read_certificate(path: str | os.PathLike[str]) -> str:
    """The text of a file. Raises InputError in one line that starts with the path."""
    file = Path(path)
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            raise InputError(f"{path}: a regular file of at most {MAX_BYTES} bytes is needed")
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: the file is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def _checked(text: str, network: Network, data: Dataset) -> str:
    neurons = list(zip(network.w, network.b, network.a, strict=True))
    return checker.check(text, neurons, network.c, list(zip(data.x, data.y, strict=True)))


def _claim(
    network: Network, data: Dataset, eta: Fraction | None, formal: bool, width: Fraction
) -> dict[str, Any]:
    """What is to be proved: an enclosure from the engines, moved outward and spelled in decimal."""
    try:
        found = lambda_max(network, data, width=width, formal=formal)
    except PrecisionExhausted as error:
        raise InputError(f"lambda_max is not enclosed: {error}") from None
    with working_precision(128 + _bits(width)):
        shift = ball(width * MARGIN)
        low, high = found.lo * (1 - shift), found.hi * (1 + shift)
        wider = Enclosure(lo=low.lower(), hi=high.upper())
    lo, hi = (exact(end, "lambda_max") for end in (wider.lower, wider.upper))
    return {
        "format": "flatcert lambda_max 1",
        "subject": _subject(network, data),
        "hessian": "formal" if data_on_kinks(network, data) else "exact",
        "lo": wider.lower,
        "hi": wider.upper,
        "eta": None if eta is None else str(eta),
        "stable": None if eta is None else _stable(lo * eta, hi * eta),
    }


def _stable(lo: Fraction, hi: Fraction) -> bool | None:
    """Whether eta lambda_max <= 2, for eta lambda_max in [lo, hi]."""
    if hi <= 2:
        return True
    return False if lo > 2 else None


def _proved(claim: dict[str, Any], network: Network, data: Dataset) -> str:
    """The claim with a proof that the checker accepts, at the least precision that serves."""
    lo, hi = Fraction(claim["lo"]), Fraction(claim["hi"])
    resolution = _bits((hi - lo) / hi)
    digits = 4 + resolution // 6
    bits = 64 + 2 * resolution
    while True:
        with working_precision(bits):
            v = _top_vector(network, data, ball(hi), digits)
        text = _sealed({**claim, "bits": bits, "v": v})
        try:
            _checked(text, network, data)
            return text
        except (checker.Malformed, checker.Rejected) as error:
            bits *= 2
            if bits > MOST_BITS or isinstance(error, checker.Malformed):
                raise InputError(f"no certificate of lambda_max: {error}") from None


def _bits(width: Fraction) -> int:
    """About log2(1/width)."""
    return (width.denominator // width.numerator).bit_length()


def _sealed(fields: dict[str, Any]) -> str:
    """One field a line, closed by the digest of the others."""
    seal = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
    lines = (f'"{name}": {json.dumps(value)}' for name, value in {**fields, "seal": seal}.items())
    return "{" + ",\n ".join(lines) + "}\n"


def _subject(network: Network, data: Dataset) -> str:
    """The digest of every number by its numerator and denominator, data sorted by (x, y)."""
    numbers = [part[i] for i in range(network.k) for part in (network.w, network.b, network.a)]
    numbers.append(network.c)
    for x, y in sorted(zip(data.x, data.y, strict=True)):
        numbers += x, Fraction(y)
    words = (f"{number.numerator:x}/{number.denominator:x}" for number in numbers)
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def _top_vector(network: Network, data: Dataset, mu: arb, digits: int) -> list[int]:
    """An eigenvector of lambda_max as integers, by inverse iteration at mu just above it.

    With B = (mu I - R)^-1 and S = diag(1/p) - J B J^T (Woodbury),

        (mu I - H)^-1 = B + B J^T S^-1 J B.
    """
    h = merge_repeats(loss_hessian(network, data, ball, LOGISTIC), data.in_order.x)
    factors = _factor(h, mu)
    v = [arb(1 + 40503 * entry % 9973) for entry in range(h.size)]
    for _ in range(STEPS):
        direct = _resolvent(h, mu, v)
        through = _resolvent(h, mu, _columns(h, _solve(factors, _rows(h, direct))))
        v = [(one + two).mid() for one, two in zip(direct, through, strict=True)]
    largest = arb(maximum(map(abs, v), arb(0)))
    if not largest > 0:
        return [0] * h.size
    return [round(dyadic(entry / largest * 10**digits)) for entry in v]


def _resolvent(h: StructuredHessian, mu: arb, v: Vector) -> Vector:
    """(mu I - R)^-1 v: y = (u + r s)/mu, s = (mu t + <r, u>)/(mu^2 - |r|^2) for v = (u, t)."""
    out = []
    for i, (rx, r1) in enumerate(h.r):
        ux, u1, t = v[3 * i : 3 * i + 3]
        s = (mu * t + rx * ux + r1 * u1) / (mu * mu - rx * rx - r1 * r1)
        out += [(ux + rx * s) / mu, (u1 + r1 * s) / mu, s]
    return [*out, v[-1] / mu]


def _rows(h: StructuredHessian, v: Vector) -> Vector:
    """J v, entry by entry <g_j, v>."""
    steps = [arb_mat(1, 2) for _ in range(len(h.x) + 1)]
    steps[0][0, 1] = v[-1]
    for i, (start, stop) in enumerate(h.spans):
        vw, vb, va = v[3 * i : 3 * i + 3]
        line = arb_mat(1, 2, [h.a[i] * vw + h.w[i] * va, h.a[i] * vb + h.b[i] * va])
        steps[start] += line
        steps[stop] -= line
    lines = accumulate(steps[:-1], lambda one, two: (one + two).mid())
    return [(line[0, 0] * x + line[0, 1]).mid() for x, line in zip(h.x, lines, strict=True)]


def _columns(h: StructuredHessian, y: Vector) -> Vector:
    """J^T y, neuron by neuron from sums over its active data."""
    moments = span_sums([at * value for at, value in zip(h.x, y, strict=True)], h.spans, arb(0))
    sums = span_sums(y, [*h.spans, (0, len(y))], arb(0))
    out: Vector = []
    for i, (moment, total) in enumerate(zip(moments, sums, strict=False)):
        w, b, a = h.w[i], h.b[i], h.a[i]
        out += [arb(a * moment), arb(a * total), arb(w * moment + b * total)]
    return [*out, arb(sums[-1])]


def _factor(h: StructuredHessian, mu: arb) -> list[tuple[arb_mat, arb_mat, arb]]:
    """(u_l, c_l, D_l) of S = L D L^T, L_lj = -u_l . c_j / D_j (proofs_notes/spectrum.md)."""
    n = len(h.x)
    right, left = ([arb_mat(2, 2) for _ in range(n + 1)] for _ in range(2))
    for i, ((rx, r1), (start, stop)) in enumerate(zip(h.r, h.spans, strict=True)):
        w, b, a = h.w[i], h.b[i], h.a[i]
        tip = arb_mat(2, 1, [a * rx + mu * w, a * r1 + mu * b])
        c = tip * tip.transpose() * (1 / (mu * (mu * mu - rx * rx - r1 * r1)))
        c += arb_mat(2, 2, [a * a / mu, 0, 0, a * a / mu])
        side = right if stop == n else left
        side[start] += c
        side[stop] -= c
    right[0][1, 1] += h.bias / mu
    state, u, v, factors = arb_mat(4, 4), arb_mat(2, 2), arb_mat(2, 2), []
    for x, p, more, less in zip(h.x, h.p, right, left, strict=False):
        u, v, xi = (u + more).mid(), (v + less).mid(), arb_mat(2, 1, [x, 1])
        row = arb_mat(4, 1, [x, 1, *(v * xi).entries()])
        column = arb_mat(4, 1, [*(u * xi).entries(), x, 1]) + state * row
        pivot = (1 / p - (row.transpose() * column)[0, 0]).mid()
        state = (state + column * column.transpose() * (1 / pivot)).mid()
        factors.append((row, column.mid(), pivot))
    return factors


def _solve(factors: list[tuple[arb_mat, arb_mat, arb]], y: Vector) -> Vector:
    """S^-1 y: forward with L, through D, backward with L^T."""
    state, scaled = arb_mat(4, 1), []
    for (row, column, pivot), entry in zip(factors, y, strict=True):
        value = (entry + (row.transpose() * state)[0, 0]) / pivot
        state = (state + column * value).mid()
        scaled.append(value)
    state, out = arb_mat(4, 1), []
    for (row, column, pivot), value in zip(reversed(factors), reversed(scaled), strict=True):
        out.append((value + (column.transpose() * state)[0, 0] / pivot).mid())
        state = (state + row * out[-1]).mid()
    return out[::-1]
