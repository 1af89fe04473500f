"""The theorem family for networks on R^d: the margins of the line, with |x_j| and |E[X | tail]|.

Nothing in the proofs uses that x is a number, so each claim is that of the line for
instances in R^d (proofs_notes/space.md). A control whose witness lives on the line is
false on R^d too: the same witness is placed along a rational direction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from verify.claim import Assumption, Claim, Control, Margin, Proof
from verify.claims import t_stat
from verify.claims.master import MASTER
from verify.claims.space import controls as false
from verify.claims.t import T
from verify.claims.t_gamma import T_GAMMA
from verify.claims.t_grad import T_GRAD
from verify.claims.t_star import T_STAR
from verify.claims.tv import TV
from verify.hessian.case import Case
from verify.quantities import Quantities
from verify.space.embedding import along
from verify.space.examples import BOTH_FANS, FAN, TURN
from verify.space.quantities import SpaceInstance
from verify.space.variants import in_space


def _stationary(quantities: Quantities) -> bool | None:
    return in_space(quantities).is_stationary


STATIONARY = replace(t_stat.STATIONARY, holds=_stationary)


def _assumption(assumption: Assumption) -> Assumption:
    return STATIONARY if assumption.id == STATIONARY.id else assumption


def on_space(
    claim: Claim,
    *,
    statement: str = "",
    margins: Mapping[str, Margin] | None = None,
    more: tuple[Control, ...],
    equalities: tuple[SpaceInstance, ...] = (),
) -> Claim:
    """The claim for instances in R^d, its controls with `margins` where theirs see coordinates."""
    changed = margins or {}

    def moved(control: Control) -> Control:
        return replace(
            control,
            witness=along(control.witness, TURN),
            domain=None if control.domain is None else f"space-{control.domain}",
            margin=changed.get(control.id, control.margin),
            unsearchable=None,
        )

    return replace(
        claim,
        id=f"space-{claim.id}",
        label=f"{claim.label}, in R^d",
        title=f"{claim.title}, for w_i and x_j in R^d",
        statement=statement or claim.statement,
        domain=f"space-{claim.domain}",
        assumptions=tuple(map(_assumption, claim.assumptions)),
        controls=(*map(moved, claim.controls), *more),
        equalities=(*(along(one, TURN) for one in claim.equalities), *equalities),
        proofs=(),
        uses=(claim.id,),
        note="space",
    )


def _entries() -> tuple[Case, ...]:
    from verify.space.symbolic import space_cases

    return space_cases()


SHARP = (FAN, BOTH_FANS)

SPACE_MASTER = replace(
    on_space(MASTER, more=false.OF_MASTER, equalities=SHARP),
    proofs=(
        Proof(
            shows="gradient and Hessian entries for d = 2, 3, block norms, and |v|^2 per neuron",
            cases=_entries,
            whole=False,
        ),
    ),
)
SPACE_T = on_space(
    T,
    statement=T.statement.replace("x_j^2", "|x_j|^2"),
    margins=false.MARGINS_OF_T,
    more=false.OF_T,
)
SPACE_T_STAR = on_space(
    T_STAR, margins=false.MARGINS_OF_T_STAR, more=false.OF_T_STAR, equalities=SHARP
)
SPACE_T_GRAD = on_space(T_GRAD, more=false.OF_T_GRAD, equalities=SHARP)
SPACE_T_STAT = on_space(
    t_stat.T_STAT, margins=false.MARGINS_OF_T_STAT, more=false.OF_T_STAT, equalities=SHARP
)
SPACE_TV = on_space(
    TV,
    statement=(
        "S_q >= {scale} TV_q, TV_q = sum over hyperplanes (u, t) of |sum a_i |w_i||"
        " min(g+(u, t), g+(-u, -t)), neurons of one hyperplane merged"
    ),
    margins=false.MARGINS_OF_TV,
    more=false.OF_TV,
    equalities=(BOTH_FANS,),
)

SPACE_T_GAMMA = on_space(
    T_GAMMA,
    statement=(
        "lambda_max(H) <= 2/eta implies {slope} TV_A + {lead}"
        " <= n / (n_gamma Gamma({level} gamma)) (2/eta + {residual} res),"
        " TV_A = TV_q of space-tv for q uniform on the uncertain data |f_j| <= gamma"
    ),
    more=false.OF_T_GAMMA,
)

SPACE_FAMILY = (
    *(SPACE_MASTER, SPACE_T, SPACE_T_STAR, SPACE_T_GRAD, SPACE_T_STAT, SPACE_TV),
    SPACE_T_GAMMA,
)
