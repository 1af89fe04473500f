"""The structure theorem: finite stationary points are convex fits, calibrated and never saddles."""

from __future__ import annotations

from fractions import Fraction

from verify.claim import Claim, Control
from verify.claims import cells
from verify.claims.common import CONSTANT, DIFFERENTIABLE, SHARP, STEEP, instance
from verify.claims.t_stat import STATIONARY
from verify.quantities import Quantities

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


def _data(quantities: Quantities) -> int:
    return quantities.n


RARE = "a stationary point with data on a kink is not met at random"

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

GAPS = Claim(
    id="gaps",
    label="Structure of stationary points",
    title="kinks of a stationary point occupy few gaps",
    statement=(
        "grad L = 0 and a_i != 0 where active implies that at most {share} n - {less} gaps"
        " between data hold kinks of neurons that are active on some data but not on all"
    ),
    domain="structure",
    assumptions=(DIFFERENTIABLE, cells.WEIGHTED, STATIONARY),
    constants={"share": Fraction(1, 2), "less": Fraction(1)},
    margin=cells.counted(cells.occupied, _data),
    controls=(
        Control(
            id="gaps-share",
            text="n/2 becomes 499/1000 n",
            why="the mirrored pair occupies one gap between four data",
            constants={"share": Fraction(499, 1000)},
            witness=SHARP,
        ),
        Control(
            id="gaps-less",
            text="n/2 - 1 becomes n/2 - 1001/1000",
            why="the mirrored pair occupies one gap between four data",
            constants={"less": Fraction(1001, 1000)},
            witness=SHARP,
        ),
        Control(
            id="gaps-kinks",
            text="kinks are counted in place of gaps",
            why="any number of neurons may share a gap",
            margin=cells.counted(lambda q: len(cells.cuts(q)), _data),
            witness=SHARP,
        ),
        Control(
            id="gaps-inputs",
            text="n becomes the number of distinct inputs",
            why="both labels may occur at one input",
            margin=cells.counted(cells.occupied, cells.inputs),
            witness=SHARP,
        ),
        Control(
            id="gaps-closed",
            text="activation sets w x + b >= 0 while relu'(0) = 0, with data on kinks",
            why="a datum on the kink belongs to the closed set but not to the gradient",
            drops=("differentiable",),
            margin=cells.counted(cells.occupied_closed, _data),
            witness=ON_KINKS,
            unsearchable=RARE,
        ),
        Control(
            id="gaps-weightless",
            text="active neurons with a_i = 0 are admitted",
            why="their cells need not hold both labels",
            drops=("weighted",),
            domain="weightless",
            witness=WEIGHTLESS,
        ),
        Control(
            id="gaps-anywhere",
            text="the point need not be stationary",
            why="a network may have its kinks wherever it likes",
            drops=("stationary",),
            domain="plain",
            witness=CROWDED,
        ),
    ),
    uses=("calibration",),
    equalities=(SHARP,),
)
