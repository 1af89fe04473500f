"""Which Coq theorem proves which claim, and which refutes which false variant.

The development is proofs_notes/coq; its README says what each file is about.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Theorem:
    """A theorem by its Coq name, the claim that it proves and what it says.

    With `control` it proves that this false variant of the claim is false; with
    `part` it is a half of the claim, or a fact about one network.
    """

    name: str
    claim: str
    says: str
    control: str | None = None
    part: bool = False


def _of(claim: str, *named: tuple[str, str]) -> tuple[Theorem, ...]:
    return tuple(Theorem(name=name, claim=claim, says=says) for name, says in named)


THEOREMS: tuple[Theorem, ...] = (
    *_of(
        "hessian",
        ("Hessian.gradient_entries", "the gradient in closed form, by true derivatives"),
        ("Hessian.hessian_entries", "the mixed second derivatives are the closed-form entries"),
        ("Hessian.second_derivative", "along every line the second derivative is the form"),
        ("Hessian.lambda_max_of_loss", "lambda_max is the largest second derivative"),
        ("Kinks.no_hessian_on_kink", "on a kink there is no Hessian"),
        ("Eigenvalue.largest_eigenvalue", "lambda_max is attained, and an eigenvalue"),
    ),
    *_of(
        "block-norm",
        ("BlockNorm.block_norm", "the block of a neuron has norm at most sqrt(1 + x^2)"),
        ("BlockNorm.block_attained", "and attains it"),
    ),
    *_of(
        "jensen",
        ("Jensen.jensen", "mean |l'| <= 1 - e^(-L)"),
        ("Jensen.jensen_cap", "1 - e^(-L) <= min(1, L)"),
        ("Jensen.res_le_loss", "the residual is bounded by the loss"),
    ),
    *_of(
        "master",
        ("Master.master", "lambda_max >= |v_q|^2/D(q) + rho_q for every law q"),
        ("Master.norm2_vq", "|v_q|^2 = 1 + 2 S_q + I_q"),
    ),
    *_of("t-star", ("TStar.T_star", "lambda_max + max |r_i| >= (1 + 2 S_q)/D(q)")),
    Theorem(
        name="Sharp.sharp", claim="t-star", says="with equality in the example, 41/64", part=True
    ),
    *_of(
        "t",
        ("T.T", "lambda_max + res >= (1 + 2 S_q)/D(q) for every law q"),
        ("T.T_soft", "and >= P (1 + 2 S) at q = p/P"),
    ),
    *_of(
        "t-gamma",
        ("TGamma.T_gamma", "the paper's Theorem 3.5, with eta and gamma"),
        ("TGamma.T_gamma_loss", "the same of the loss alone"),
    ),
    *_of("t-grad", ("TGrad.T_grad", "the gradient in place of the residual")),
    *_of(
        "t-stat",
        ("TStat.T_stat_law", "stationary points pay no residual"),
        ("TStat.T_stat", "the same at q = p/P"),
    ),
    *_of(
        "structure",
        ("Structure.residual_vanishes", "at stationary points every r_i is 0"),
        ("Structure.R_vanishes", "so that R = 0"),
        ("Structure.no_saddle", "and the Hessian has no negative eigenvalue"),
        ("Structure.unique_fit", "f on the data is the only minimizer over V"),
        ("Structure.not_separable", "and nothing in V separates the labels"),
    ),
    *_of(
        "calibration",
        ("Structure.calibrated", "calibrated over all data"),
        ("Structure.calibrated_active", "and on every activation set, in both moments"),
    ),
    *_of("gaps", ("Gaps.few_gaps", "at most n/2 - 1 gaps are occupied")),
    *_of(
        "tv",
        ("TV.TV_le_pathsum", "TV_q <= S_q, coincident kinks merged"),
        ("TV.TV_distinct", "what TV_q is where all kinks are distinct"),
        ("ConditionalWeights.gplus_conditional", "the weight in conditional expectations"),
        ("ConditionalWeights.gminus_conditional", "and the weight of the left tail"),
        ("Variation.TV_of_function", "TV_q depends on f alone"),
    ),
    *_of(
        "flat-overfit",
        ("Counterexample.one_margin_flat", "one margin m: flat like the bound"),
        ("Counterexample.ramp_network_fits", "the ramps fit any labels exactly"),
        ("Counterexample.ramp_network_smooth", "with no datum on a kink"),
        ("Counterexample.ramp_network_flat", "and are flat like the bound of each margin"),
        ("CounterexampleLimit.flat_overfit", "Theorem 3.1, closed: any labels, any eta"),
        ("CounterexampleLimit.flat_yet_overfitting", "with explicit networks and bounds"),
        ("CounterexampleLimit.flat_bound_limit", "the bound tends to 0"),
        ("CounterexampleFloor.one_margin_floor", "and no network is much flatter"),
    ),
    *_of("kl-pinsker", ("Divergence.K1", "for all real f0 and f")),
    *_of("kl-quadratic", ("Divergence.K2", "for all real f0 and f")),
    *_of("kl-uncertain", ("Divergence.K3", "for all real f0 and f")),
    *_of("kl-below", ("Divergence.K4_below", "for all real f0 and f")),
    *_of("kl-above", ("Divergence.K4_above", "for all real f0 and f")),
    *_of("kl-chi", ("Divergence.K5", "for all real f0 and f")),
    *_of(
        "excess-identity",
        ("Excess.K6", "the excess risk is a loss difference and a noise term"),
        ("Excess.gap_linear", "the generalization gap is linear in f"),
    ),
    *_of(
        "norm-process",
        ("NormProcess.norm_process", "the path norm bounds the correlation with the noise"),
        ("NormProcess.norm_process_attained", "and the bound is attained"),
    ),
    Theorem(
        name="NormProcess.norm_gap",
        claim="norm-gap",
        says="the half that holds for each instance",
        part=True,
    ),
    *_of("transfer", ("Transfer.transfer", "few uncertain data of the truth become certain")),
    *_of("transfer-back", ("Transfer.transfer_back", "few certain ones become uncertain")),
    *_of(
        "robust-weight",
        ("RobustWeight.robust_weight_plus", "the right tail, for every small set of missing data"),
        ("RobustWeight.robust_weight_minus", "and the left tail"),
    ),
    *_of(
        "robust-stability",
        ("RobustStability.robust_stability", "stability bounds the robust variation"),
    ),
    Theorem(
        name="WeakToStrong.weak_to_strong",
        claim="weak-to-strong",
        says="the half that holds for each instance, at dyadic places",
        part=True,
    ),
)

CERTIFICATES: tuple[Theorem, ...] = (
    *_of(
        "hessian",
        ("Certificate.check_sound", "what the integer checker accepts encloses lambda_max"),
        ("Certificate.check_lower_refutes", "and a bound below it is refuted"),
    ),
    *(
        Theorem(name=f"certificates.{name}", claim="hessian", says=says, part=True)
        for name, says in (
            ("Mirrored.certified", "lambda_max of the mirrored pair to nine digits"),
            ("Forged.too_low_is_false", "a bound just below its lambda_max is false"),
            ("Challenger.certified", "lambda_max of the Challenger network to nine digits"),
        )
    ),
)

ALLOWED = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "Classical_Prop.classic",
    }
)
"""The axioms of Coq's real numbers and of classical logic; a proof may rest on no other."""
