"""The flattest networks that interpolate: B_opt, enclosed by duality in exact rationals."""

from verify.optimum.enclosure import Optimum, enclosure, prove
from verify.optimum.words import describe, describe_margin, document

__all__ = ["Optimum", "describe", "describe_margin", "document", "enclosure", "prove"]
