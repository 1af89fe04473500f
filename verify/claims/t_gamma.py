"""Theorem T-gamma, the paper's Theorem 3.5: any level gamma, any step size eta."""

from __future__ import annotations

from fractions import Fraction

from verify.ball import Scalar, Truth
from verify.claim import Assumption, Claim, Constants, Control, Margin, Sides
from verify.claims.common import DIFFERENTIABLE, instance, lopsided, symmetric_four
from verify.logistic import softness
from verify.quantities import Instance, Quantities


def _some_uncertain(quantities: Quantities) -> bool:
    return len(quantities.uncertain) > 0


def _stable(quantities: Quantities) -> Truth:
    eta = quantities.instance.eta
    if eta is None:
        return True
    if eta <= 0:
        return False
    limit = quantities.number(2 / eta)
    if quantities.lambda_max <= limit:
        return True
    return False if quantities.lambda_max > limit else None


UNCERTAIN = Assumption(
    id="uncertain",
    text="some datum is uncertain, |f(x_j)| <= gamma",
    holds=_some_uncertain,
)
STABLE = Assumption(
    id="stable",
    text="the network is stable at eta, lambda_max(H) <= 2/eta (no eta: 2/eta = lambda_max)",
    holds=_stable,
)


def stability(quantities: Quantities) -> Scalar:
    """2/eta, or lambda_max(H) without eta."""
    eta = quantities.instance.eta
    return quantities.lambda_max if eta is None else quantities.number(2 / eta)


def _sides(quantities: Quantities, constants: Constants, gamma_weight: Scalar) -> Sides:
    number = quantities.number
    slope, residual, lead = (number(constants[name]) for name in ("slope", "residual", "lead"))
    share = number(Fraction(quantities.n, len(quantities.uncertain))) / gamma_weight
    # (1/slope) (share (2/eta + res) - lead) - TV, multiplied by slope.
    return Sides(
        larger=share * (stability(quantities) + residual * quantities.residual),
        smaller=lead + slope * quantities.uncertain_TV,
    )


def margin(quantities: Quantities, constants: Constants) -> Sides:
    """n/(n_gamma Gamma(gamma)) (2/eta + res) against 1 + 2 int |f''| g_A."""
    gamma = constants["level"] * quantities.gamma
    return _sides(quantities, constants, softness(quantities.number(gamma)))


def _flat_weight(value: Fraction) -> Margin:
    return lambda q, constants: _sides(q, constants, q.number(value))


def _count_all(quantities: Quantities, constants: Constants) -> Sides:
    sides = margin(quantities, constants)
    share = quantities.number(Fraction(len(quantities.uncertain), quantities.n))
    return Sides(larger=sides.larger * share, smaller=sides.smaller)


def _at(base: Instance, gamma: Fraction) -> Instance:
    return Instance(network=base.network, data=base.data, gamma=gamma)


STEEP_FOUR = _at(symmetric_four(Fraction(16), Fraction(80, 3)), Fraction(0))
CERTAIN_FOUR = _at(symmetric_four(Fraction(64), Fraction(320, 3), Fraction(2)), Fraction(2))
ONE_SIDED = instance(
    ("3/4", "-3/4"), (1, 1), ((16, "80/3", 0), (16, "-80/3", 0)), -320, gamma=Fraction(0)
)
HALF_CERTAIN = instance(
    ("3/4", "3/4", "-3/4", "-3/4", 20, 21, 22, 23),
    (1, -1, 1, -1, 1, 1, 1, 1),
    ((16, "80/3", 0), (16, "-80/3", 0), (100, 1, -10)),
    -320,
    gamma=Fraction(0),
)
LOPSIDED = "it takes some hundred equal data and kinks within 1/n^2 of them"

CONTROLS = (
    Control(
        id="Gamma-too-large-third",
        text="Gamma(gamma) becomes 1/3, more than any s(f)",
        why="u_j <= p_j fails: the softness of the data is at most 1/4",
        margin=_flat_weight(Fraction(1, 3)),
        witness=STEEP_FOUR,
    ),
    Control(
        id="Gamma-to-quarter",
        text="Gamma(gamma) becomes s(0) = 1/4",
        why="data with |f| = gamma are softer than data with f = 0",
        margin=_flat_weight(Fraction(1, 4)),
        witness=CERTAIN_FOUR,
    ),
    Control(
        id="Gamma-level",
        text="Gamma(gamma) becomes Gamma(99/100 gamma)",
        why="at data with |f| = gamma the level itself is needed",
        constants={"level": Fraction(99, 100)},
        witness=CERTAIN_FOUR,
    ),
    Control(
        id="gamma-slope",
        text="int |f''| g_A counts 2 + 1/1000 times",
        why="the steep mirrored pair attains 2 in the limit",
        constants={"slope": Fraction(2001, 1000)},
        witness=_at(symmetric_four(Fraction(64), Fraction(320, 3)), Fraction(0)),
    ),
    Control(
        id="gamma-drop-residual",
        text="the residual is left out",
        why="it really lowers the curvature away from stationary points",
        constants={"residual": Fraction(0)},
        witness=ONE_SIDED,
    ),
    Control(
        id="gamma-res-coeff",
        text="the residual's coefficient becomes 1/2",
        why="steep neurons on lopsided data need all of it in the limit",
        constants={"residual": Fraction(1, 2)},
        witness=lopsided(100, 4),
        unsearchable=LOPSIDED,
    ),
    Control(
        id="gamma-lead",
        text="the leading 1 becomes 8/5",
        why="the lopsided family tends to equality",
        constants={"lead": Fraction(8, 5)},
        witness=lopsided(100, 4),
        unsearchable=LOPSIDED,
    ),
    Control(
        id="gamma-count",
        text="n / n_gamma is left out, as if every datum were uncertain",
        why="certain data do not bend the loss",
        margin=_count_all,
        witness=HALF_CERTAIN,
    ),
    Control(
        id="gamma-unstable",
        text="the network need not be stable at eta",
        why="a sharp network has any weighted variation",
        drops=("stable",),
        domain="levels",
        witness=Instance(
            network=STEEP_FOUR.network, data=STEEP_FOUR.data, gamma=Fraction(0), eta=Fraction(2)
        ),
    ),
)

T_GAMMA = Claim(
    id="t-gamma",
    label="Theorem 3.5",
    title="stability at eta bounds the weighted total variation in the uncertain set",
    statement=(
        "lambda_max(H) <= 2/eta implies {slope} int |f''| g_A + {lead}"
        " <= n / (n_gamma Gamma({level} gamma)) (2/eta + {residual} res),"
        " A = uncertain data |f_j| <= gamma"
    ),
    domain="levels",
    assumptions=(DIFFERENTIABLE, UNCERTAIN, STABLE),
    constants={
        "slope": Fraction(2),
        "lead": Fraction(1),
        "level": Fraction(1),
        "residual": Fraction(1),
    },
    margin=margin,
    controls=CONTROLS,
    uses=("t", "tv"),
)
