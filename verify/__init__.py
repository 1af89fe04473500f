"""flatcert: certified checks of the theorems on flatness and generalization.

`from verify import Network, Dataset, lambda_max, claims` gives the library
without the command line. Names are loaded on first use, so that the command
answers quickly.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verify import claims as claims
    from verify.model import Dataset as Dataset
    from verify.model import InputError as InputError
    from verify.model import Network as Network
    from verify.spectrum import lambda_max as lambda_max
    from verify.spectrum import lambda_min as lambda_min
    from verify.spectrum.tracking import SharpnessTracker as SharpnessTracker

__version__ = "0.1.0"

_HOME = {
    "Network": "verify.model",
    "Dataset": "verify.model",
    "InputError": "verify.model",
    "lambda_max": "verify.spectrum",
    "lambda_min": "verify.spectrum",
    "SharpnessTracker": "verify.spectrum.tracking",
}
__all__ = [
    "Dataset",
    "InputError",
    "Network",
    "SharpnessTracker",
    "claims",
    "lambda_max",
    "lambda_min",
]


def __getattr__(name: str) -> Any:
    if name == "claims":
        return importlib.import_module("verify.claims")
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'verify' has no attribute {name!r}")
