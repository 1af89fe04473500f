"""Stationary points are calibrated: on each activation set probabilities match the labels."""

from __future__ import annotations

from fractions import Fraction

from verify.claim import Claim, Control
from verify.claims.common import CONSTANT, DIFFERENTIABLE, SHARP, STEEP
from verify.claims.stationary import cells
from verify.claims.stationary.instances import BLOCK, ON_KINKS, RARE, WEIGHTLESS
from verify.claims.t_stat import STATIONARY

CALIBRATION = Claim(
    id="calibration",
    label="Structure of stationary points",
    title="stationary points are calibrated on every activation set",
    statement=(
        "grad L = 0 and a_i != 0 where active implies, for every activation set A, that"
        " sum_A sigma(f_j) (1, x_j) = {level} sum over positive labels of A of (1, x_j);"
        " over all data sum sigma(f_j) = {level} times the number of positive labels"
    ),
    domain="structure",
    assumptions=(DIFFERENTIABLE, cells.WEIGHTED, STATIONARY),
    constants={"level": Fraction(1)},
    margin=cells.calibration(cells.moments_of),
    controls=(
        Control(
            id="calibration-level",
            text="the probabilities add up to 1001/1000 of the positive labels",
            why="they add up to their number",
            constants={"level": Fraction(1001, 1000)},
            witness=SHARP,
        ),
        Control(
            id="calibration-anywhere",
            text="calibrated on every datum by itself",
            why="only unions of cells between kinks are balanced",
            margin=cells.calibration(cells.on_each_datum),
            witness=SHARP,
        ),
        Control(
            id="calibration-mean",
            text="the first moments agree over all data",
            why="x need not be in V, and without neurons V holds constants only",
            margin=cells.calibration(cells.overall_mean),
            witness=CONSTANT,
        ),
        Control(
            id="calibration-second",
            text="the second moments agree as well",
            why="V holds no quadratic functions",
            margin=cells.calibration(cells.second_moments),
            witness=BLOCK,
        ),
        Control(
            id="calibration-closed",
            text="activation sets w x + b >= 0 while relu'(0) = 0, with data on kinks",
            why="a datum on the kink belongs to the closed set but not to the gradient",
            drops=("differentiable",),
            margin=cells.calibration(cells.closed_sets),
            witness=ON_KINKS,
            unsearchable=RARE,
        ),
        Control(
            id="calibration-weightless",
            text="active neurons with a_i = 0 are admitted",
            why="dL/d(w_i, b_i) = a_i r_i then says nothing about r_i",
            drops=("weighted",),
            domain="weightless",
            witness=WEIGHTLESS,
        ),
        Control(
            id="calibration-moving",
            text="the point need not be stationary",
            why="a step of the output bias changes every probability",
            drops=("stationary",),
            domain="plain",
            witness=STEEP,
        ),
    ),
    uses=("structure",),
    equalities=(SHARP, BLOCK, CONSTANT),
)
