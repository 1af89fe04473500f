"""The only door to numba: how the O(n + k) float64 loops are compiled.

IEEE 754 double arithmetic as written: no fastmath, so nothing is reassociated
or contracted, and the error bounds of proofs_notes/floating.md apply. Compiled
code is cached on disk. With NUMBA_DISABLE_JIT=1 the same functions run as
plain Python, which is how their branches are measured.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile a function of floats and arrays on its first call."""
    compiled = numba.njit(cache=True, fastmath=False, error_model="numpy", nogil=True)(function)
    return cast(Function, compiled)
