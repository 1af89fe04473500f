"""e^(-t) in IEEE arithmetic alone, with a proved error: no libm is trusted (Note, 1).

s = j ln 2 - t with |s| <= 0.3466, e^s by its Taylor polynomial of degree 13, then
an exact scaling by 2^(-j).
"""

from __future__ import annotations

import math

from verify.kernel import kernel
from verify.spectrum.floating.core import UNIT

LN2_HIGH = float.fromhex("0x1.62e42feep-1")
"""The first 32 bits of ln 2: j LN2_HIGH is exact for integers j below 2^21."""
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
"""LN2_HIGH + LN2_LOW = ln 2 up to 2^-86."""
INVERSE_LN2 = float.fromhex("0x1.71547652b82fep+0")
"""Chooses j only; its accuracy bounds |s| by 0.3466 and nothing else."""
LARGEST = 700.0
"""Up to here the result is a normal number."""
EXP_ERROR = 64.0 * UNIT
"""|computed - e^(-t)| <= EXP_ERROR * e^(-t) for 0 <= t <= LARGEST."""

_C = tuple(1.0 / math.factorial(degree) for degree in range(14))
_C0, _C1, _C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11, _C12, _C13 = _C


@kernel
def decay(t: float) -> float:
    """e^(-t) for 0 <= t <= LARGEST, within relative EXP_ERROR."""
    j = math.floor(t * INVERSE_LN2 + 0.5)
    s = (j * LN2_HIGH - t) + j * LN2_LOW
    tail = _C9 + s * (_C10 + s * (_C11 + s * (_C12 + s * _C13)))
    tail = _C4 + s * (_C5 + s * (_C6 + s * (_C7 + s * (_C8 + s * tail))))
    value = _C0 + s * (_C1 + s * (_C2 + s * (_C3 + s * tail)))
    return math.ldexp(value, -int(j))
