"""e^-t between two integers, step by step as proofs_notes/coq/CertificateExp.v computes it."""

from __future__ import annotations


def decay(bits: int, halvings: int, num: int, den: int) -> tuple[int, int]:
    """(lo, hi) with lo <= 2^bits e^(-num/den) <= hi, for num >= 0 and den > 0."""
    one = 1 << bits
    y = (num << bits) // (den << halvings)
    lo, hi = max(0, _taylor3(one, bits, y + 1)), _taylor4(one, bits, y)
    for _ in range(halvings):
        lo, hi = lo * lo >> bits, (hi * hi >> bits) + 1
    return lo, min(one, hi)


def _taylor3(one: int, bits: int, y: int) -> int:
    """At most 2^bits (1 - y + y^2/2 - y^3/6), y in units of 2^-bits."""
    value = 6 * one**3 - 6 * y * one**2 + 3 * y**2 * one - y**3
    return (value >> 2 * bits) // 6


def _taylor4(one: int, bits: int, y: int) -> int:
    """At least 2^bits (1 - y + y^2/2 - y^3/6 + y^4/24), y in units of 2^-bits."""
    value = 24 * one**4 - 24 * y * one**3 + 12 * y**2 * one**2 - 4 * y**3 * one + y**4
    return (value >> 3 * bits) // 24 + 1
