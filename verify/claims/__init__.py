"""The claims of the paper that are covered so far, one file each.

The theorems on one network stand here; `stationary`, `losses`, `space` and
`generalization` hold a family each.

`CLAIMS` is their registry in the order in which they are read; `claim(id)`
finds one, `note_of(id)` its proof note.
"""

from __future__ import annotations

from verify.claim import Claim
from verify.claims.block_norm import BLOCK_NORM
from verify.claims.flat_overfit import FLAT_OVERFIT
from verify.claims.generalization.excess import EXCESS_IDENTITY
from verify.claims.generalization.kl import KL_CLAIMS
from verify.claims.generalization.norm import NORM_GAP, NORM_PROCESS
from verify.claims.generalization.stability import ROBUST_STABILITY
from verify.claims.generalization.strong import WEAK_TO_STRONG
from verify.claims.generalization.transfer import TRANSFER, TRANSFER_BACK
from verify.claims.generalization.weight import ROBUST_WEIGHT
from verify.claims.hessian import HESSIAN
from verify.claims.jensen import JENSEN
from verify.claims.losses.family import EXPONENTIAL_FAMILY, SQUARE_FAMILY
from verify.claims.losses.square import SQUARE_INTERPOLATION, SQUARE_LOSS
from verify.claims.master import MASTER
from verify.claims.space.family import SPACE_FAMILY
from verify.claims.stationary.calibration import CALIBRATION
from verify.claims.stationary.gaps import GAPS
from verify.claims.stationary.structure import STRUCTURE
from verify.claims.t import T
from verify.claims.t_gamma import T_GAMMA
from verify.claims.t_grad import T_GRAD
from verify.claims.t_star import T_STAR
from verify.claims.t_stat import T_STAT
from verify.claims.tv import TV
from verify.model import InputError

NETWORK_CLAIMS: tuple[Claim, ...] = (
    HESSIAN,
    BLOCK_NORM,
    JENSEN,
    MASTER,
    T,
    T_GAMMA,
    T_STAR,
    T_GRAD,
    T_STAT,
    STRUCTURE,
    CALIBRATION,
    GAPS,
    TV,
    FLAT_OVERFIT,
)
"""Claims about any univariate network on labelled data under the logistic loss."""

LOSS_CLAIMS = (*SQUARE_FAMILY, SQUARE_INTERPOLATION, SQUARE_LOSS, *EXPONENTIAL_FAMILY)
GENERALIZATION_CLAIMS: tuple[Claim, ...] = (
    EXCESS_IDENTITY,
    NORM_PROCESS,
    NORM_GAP,
    TRANSFER,
    TRANSFER_BACK,
    ROBUST_WEIGHT,
    ROBUST_STABILITY,
    WEAK_TO_STRONG,
)
"""Claims about a network and the truth f0 behind its labels."""

CLAIMS: tuple[Claim, ...] = (
    *NETWORK_CLAIMS,
    *LOSS_CLAIMS,
    *SPACE_FAMILY,
    *KL_CLAIMS,
    *GENERALIZATION_CLAIMS,
)


def note_of(id: str) -> str:
    """The file name of a claim's proof note in proofs_notes; of any other id, what it would be."""
    shared = {candidate.id: candidate.note for candidate in CLAIMS if candidate.note}
    return f"{shared.get(id, id)}.md"


def claim(id: str) -> Claim:
    """The claim with this id; InputError that lists the ids otherwise."""
    for candidate in CLAIMS:
        if candidate.id == id:
            return candidate
    known = ", ".join(candidate.id for candidate in CLAIMS)
    raise InputError(f"there is no claim {id!r}; the claims are {known}")
