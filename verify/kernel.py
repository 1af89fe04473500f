"""The only door to numba: how the O(n + k) float64 loops are compiled.

IEEE 754 double arithmetic as written: no fastmath, so nothing is reassociated
or contracted, and the error bounds of proofs_notes/floating.md apply. Compiled
code is cached on disk. With NUMBA_DISABLE_JIT=1 the same functions run as
plain Python, which is how their branches are measured.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


ROOMS = ("operators", "spectrum/floating", "dynamics")
"""Where kernels, and the constants compiled into them, may stand; tests/test_kernel.py holds it."""


@cache
def source_stamp() -> str:
    """A digest of every source file of ROOMS."""
    digest = hashlib.sha256()
    for room in ROOMS:
        for path in sorted((Path(__file__).parent / room).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def kernel(function: Function) -> Function:
    """Compile a function of floats and arrays on its first call."""
    compiled: Any = numba.njit(cache=True, fastmath=False, error_model="numpy", nogil=True)(
        function
    )
    if compiled is not function:
        # numba looks at the kernel's own file only, and would go on running a kernel whose
        # callee in another file has changed: a stale proof. All of ROOMS is its source.
        compiled._cache._cache_file._source_stamp = source_stamp()
    return cast(Function, compiled)
