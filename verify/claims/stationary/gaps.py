"""The kinks of a stationary point lie in few gaps between the data."""

from __future__ import annotations

from fractions import Fraction

from verify.claim import Claim, Control
from verify.claims.common import DIFFERENTIABLE, SHARP
from verify.claims.stationary import cells
from verify.claims.stationary.instances import CROWDED, ON_KINKS, RARE, WEIGHTLESS
from verify.claims.t_stat import STATIONARY
from verify.quantities import Quantities


def _data(quantities: Quantities) -> int:
    return quantities.n


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
