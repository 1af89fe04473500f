"""Theorem 3.1 as a tool: for any data, a network that overfits and is as flat as one likes."""

from verify.counterexample.analysis import Analysis, analyse
from verify.counterexample.family import LeastMargin, MarginRow, least_margin, margins_table
from verify.counterexample.ramps import EXAMPLE, SCALINGS, ramp_network

__all__ = [
    "EXAMPLE",
    "SCALINGS",
    "Analysis",
    "LeastMargin",
    "MarginRow",
    "analyse",
    "least_margin",
    "margins_table",
    "ramp_network",
]
