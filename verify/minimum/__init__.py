"""Certified stable minima: stationary manifolds, their spectra, and step sizes that reach them."""

from verify.minimum.analysis import Minimum, NoMinimum, certify_minimum, step_limit
from verify.minimum.words import describe, document

__all__ = ["Minimum", "NoMinimum", "certify_minimum", "describe", "document", "step_limit"]
