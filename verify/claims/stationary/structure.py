"""The structure theorem: finite stationary points are convex fits and never saddles."""

from __future__ import annotations

from fractions import Fraction

from verify.claim import Claim, Control
from verify.claims.common import DIFFERENTIABLE, SHARP, STEEP
from verify.claims.stationary import cells
from verify.claims.stationary.instances import BLOCK, WEIGHTLESS
from verify.claims.t_stat import STATIONARY

STRUCTURE = Claim(
    id="structure",
    label="Structure of stationary points",
    title="a finite stationary point is no saddle",
    statement=(
        "grad L = 0 and a_i != 0 where active implies R = 0, H = G and lambda_min(H) >= {share} P"
    ),
    domain="structure",
    assumptions=(DIFFERENTIABLE, cells.WEIGHTED, STATIONARY),
    constants={"share": Fraction(0)},
    margin=cells.curvature,
    controls=(
        Control(
            id="structure-definite",
            text="0 becomes P/1000",
            why="the rescaling of a neuron is a direction without curvature",
            constants={"share": Fraction(1, 1000)},
            witness=SHARP,
        ),
        Control(
            id="structure-weightless",
            text="active neurons with a_i = 0 are admitted",
            why="their r_i need not vanish, and a block of R is indefinite",
            drops=("weighted",),
            domain="weightless",
            witness=WEIGHTLESS,
        ),
        Control(
            id="structure-anywhere",
            text="the point need not be stationary",
            why="R is indefinite wherever some r_i is other than 0",
            drops=("stationary",),
            domain="plain",
            witness=STEEP,
        ),
    ),
    uses=("hessian",),
    equalities=(SHARP, BLOCK),
)
