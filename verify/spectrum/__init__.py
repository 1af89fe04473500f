"""The spectrum of the loss Hessian: certified enclosures at the width asked."""

from verify.spectrum.balls import PrecisionExhausted
from verify.spectrum.engine import (
    WIDTH,
    Eigenvalue,
    eigenvalues_above,
    enclose,
    lambda_max,
    lambda_min,
    largest_eigenvalue,
    ranked_eigenvalue,
    refuse_kinks,
)

__all__ = [
    "WIDTH",
    "Eigenvalue",
    "PrecisionExhausted",
    "eigenvalues_above",
    "enclose",
    "lambda_max",
    "lambda_min",
    "largest_eigenvalue",
    "ranked_eigenvalue",
    "refuse_kinks",
]
