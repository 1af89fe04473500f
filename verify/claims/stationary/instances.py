"""Exact instances for the claims about stationary points and for their false variants."""

from __future__ import annotations

from verify.claims.common import instance

WEIGHTLESS = instance(
    (0, 2, 2, 5, 5, 7), (1, -1, -1, 1, 1, -1), ((0, 1, -1), (0, 1, -3), (0, -1, 6)), 0
)
"""f = 0 and three neurons with a = 0, kinks at centres of the labels: grad L = 0, R is not."""

BLOCK = instance((0, 1, 2, 3), (1, -1, -1, 1), ((1, 1, 1), (-1, 1, 1)), 0)
"""Labels balanced in the zeroth and first moment, not in the second; two cancelling neurons."""

ON_KINKS = instance(
    (0, 1, 2, 3),
    (1, -1, -1, 1),
    ((1, 1, -3), (-1, 1, -3), (1, -1, 0), (-1, -1, 0)),
    0,
    formal=True,
)
"""The first and the last datum lie on kinks of cancelling neurons that are active nowhere."""

CROWDED = instance((0, 1), (1, -1), ((1, 1, "-1/2"),), 0)
"""Two data and a kink between them: not stationary."""

RARE = "a stationary point with data on a kink is not met at random"
"""Why a search is not expected to find such an instance."""
