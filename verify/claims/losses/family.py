"""The theorem family under other losses: square and exponential, through the same margins.

Nothing in the proofs of (M), T, T* and T-grad uses more of the loss than l'' >= 0, so
each claim is the logistic one with another loss in its instances: P = mean l''.
"""

from __future__ import annotations

from dataclasses import replace

from verify.claim import Claim, Control
from verify.claims.master import MASTER
from verify.claims.t import T
from verify.claims.t_grad import T_GRAD
from verify.claims.t_star import T_STAR
from verify.claims.t_stat import T_STAT
from verify.logistic import Loss
from verify.losses import EXPONENTIAL, SQUARE

SOFTNESS = {"q-uniform", "P-forget-softness"}
"""Controls that live on data of little curvature; under the square loss there are none."""


def under(claim: Claim, loss: Loss, *, without: set[str] = frozenset()) -> Claim:  # type: ignore[assignment]
    """The claim for instances of this loss, with its controls on the same witnesses."""

    def moved(control: Control) -> Control:
        domain = None if control.domain is None else f"{loss.name}-{control.domain}"
        return replace(control, witness=replace(control.witness, loss=loss), domain=domain)

    return replace(
        claim,
        id=f"{loss.name}-{claim.id}",
        label=f"{claim.label}, {loss.name} loss",
        domain=f"{loss.name}-{claim.domain}",
        controls=tuple(moved(c) for c in claim.controls if c.id not in without),
        equalities=tuple(replace(one, loss=loss) for one in claim.equalities),
        proofs=(),
        uses=(claim.id,),
        homogeneous=False,
        note="losses",
    )


SQUARE_FAMILY = (
    under(MASTER, SQUARE),
    under(T, SQUARE, without=SOFTNESS),
    under(T_STAR, SQUARE),
    under(T_GRAD, SQUARE),
    under(T_STAT, SQUARE),
)
EXPONENTIAL_FAMILY = (
    under(MASTER, EXPONENTIAL),
    under(T, EXPONENTIAL),
    under(T_STAR, EXPONENTIAL),
    under(T_GRAD, EXPONENTIAL),
)
