"""The false variants of claims that Coq refutes: one constant changed, by a theorem `.._is_false`.

Each theorem denies the statement of the claim's own theorem with that constant in place.
"""

from __future__ import annotations

from verify.formal.theorems import Theorem

REFUTED: dict[str, dict[str, str]] = {
    "block-norm": {
        "block-const": "Controls.BlockNorm_norm_is_false",
        "block-absx": "Controls.BlockNorm_one_is_false",
    },
    "jensen": {
        "J-jensen": "Controls.Jensen_scale_is_false",
        "meanl-L/2": "Controls.JensenCap_half_is_false",
        "J-loss": "Controls.JensenCap_scale_is_false",
        "J-cap": "Controls.JensenCap_cap_is_false",
    },
    "master": {
        "M-slope": "Controls.M_slope_is_false",
        "M-lead": "Controls.M_lead_is_false",
        "M-imbalance": "Controls.M_imbalance_is_false",
        "M-rho": "Controls.M_gradient_is_false",
        "M-drop-rho": "Controls.M_no_gradient_is_false",
    },
    "t": {
        "T-const2": "Controls.T_slope_is_false",
        "T-lead": "Controls.T_lead_is_false",
        "T-res-coeff": "Controls.T_residual_is_false",
        "T-drop-residual": "Controls.T_no_residual_is_false",
    },
    "t-star": {
        "TS-const2": "Controls.TStar_slope_is_false",
        "TS-lead": "Controls.TStar_lead_is_false",
        "TS-res-coeff": "Controls.TStar_residual_is_false",
    },
    "t-grad": {
        "TG-const2": "Controls.TGrad_slope_is_false",
        "TG-lead": "Controls.TGrad_lead_is_false",
        "TG-imbalance": "Controls.TGrad_imbalance_is_false",
        "TG-drop-gradient": "Controls.TGrad_no_gradient_is_false",
        "TG-gradient": "ControlsGradient.TGrad_gradient_is_false",
    },
    "t-stat": {
        "stat-const2": "Controls.TStat_slope_is_false",
        "stat-lead": "Controls.TStat_lead_is_false",
        "stat-imbalance": "Controls.TStat_imbalance_is_false",
        "stat-anywhere": "Controls.TStat_anywhere_is_false",
    },
    "tv": {
        "TV-scale": "Controls.TV_scale_is_false",
        "g-max": "Controls.TV_larger_is_false",
        "TV-drop-weight": "Controls.TV_unweighted_is_false",
    },
    "t-gamma": {
        "gamma-slope": "Controls.TGamma_slope_is_false",
        "Gamma-level": "Controls.TGamma_level_is_false",
        "gamma-drop-residual": "Controls.TGamma_no_residual_is_false",
        "gamma-unstable": "Controls.TGamma_unstable_is_false",
    },
    "flat-overfit": {
        "flat-rate": "ControlsFlat.OneMargin_rate_is_false",
        "flat-no-residual": "ControlsFlat.OneMargin_no_residual_is_false",
        "flat-any-margin": "ControlsFlat.OneMargin_any_margin_is_false",
        "flat-kinks-anywhere": "ControlsFlat.OneMargin_kinks_is_false",
    },
    "kl-pinsker": {
        "pinsker-const": "ControlsDivergence.K1_constant_is_false",
        "pinsker-distance": "ControlsDivergence.K1_distance_is_false",
    },
    "kl-quadratic": {
        "quadratic-const": "ControlsDivergence.K2_constant_is_false",
        "quadratic-truth": "ControlsDivergence.K2_truth_is_false",
    },
    "kl-uncertain": {
        "uncertain-const": "ControlsDivergence.K3_constant_is_false",
        "uncertain-truth": "ControlsDivergence.K3_truth_is_false",
        "uncertain-output": "ControlsDivergence.K3_output_is_false",
    },
    "kl-below": {
        "below-const": "ControlsDivergence.K4_below_constant_is_false",
        "below-remainder": "ControlsDivergence.K4_below_remainder_is_false",
        "below-swapped": "ControlsDivergence.K4_below_swapped_is_false",
    },
    "kl-above": {
        "above-const": "ControlsDivergence.K4_above_constant_is_false",
        "above-remainder": "ControlsDivergence.K4_above_remainder_is_false",
        "above-swapped": "ControlsDivergence.K4_above_swapped_is_false",
    },
    "kl-chi": {
        "chi-const": "ControlsDivergence.K5_constant_is_false",
        "chi-truth": "ControlsDivergence.K5_truth_is_false",
        "chi-swapped": "ControlsDivergence.K5_swapped_is_false",
    },
    "excess-identity": {
        "k6-noise": "ControlsDivergence.K6_noise_is_false",
        "k6-swapped": "ControlsDivergence.K6_swapped_is_false",
    },
    "norm-process": {
        "norm-scale": "ControlsTransfer.NormProcess_scale_is_false",
    },
    "norm-gap": {
        "gap-path": "ControlsTransfer.NormGap_path_is_false",
        "gap-offset": "ControlsTransfer.NormGap_offset_is_false",
    },
    "transfer": {
        "transfer-price": "ControlsTransfer.Transfer_price_is_false",
        "transfer-mean": "ControlsTransfer.Transfer_mean_is_false",
        "transfer-slack": "ControlsTransfer.Transfer_slack_is_false",
        "transfer-levels": "ControlsTransfer.Transfer_levels_is_false",
    },
    "transfer-back": {
        "back-price": "ControlsTransfer.TransferBack_price_is_false",
        "back-swapped": "ControlsTransfer.TransferBack_swapped_is_false",
        "back-levels": "ControlsTransfer.TransferBack_levels_is_false",
    },
    "robust-weight": {
        "weight-slope": "ControlsTransfer.RobustWeight_slope_is_false",
        "weight-spared": "ControlsTransfer.RobustWeight_spared_is_false",
        "weight-gone": "ControlsTransfer.RobustWeight_gone_is_false",
    },
    "robust-stability": {
        "stability-certain": "ControlsStability.RobustStability_certain_is_false",
        "stability-floor": "ControlsStability.RobustStability_floor_is_false",
        "stability-Gamma": "ControlsStability.RobustStability_Gamma_is_false",
    },
    "weak-to-strong": {
        "strong-Gamma": "ControlsStrong.WeakToStrong_Gamma_is_false",
        "strong-tau": "ControlsStrong.WeakToStrong_tau_is_false",
        "strong-truth": "ControlsStrong.WeakToStrong_truth_is_false",
    },
}
"""Claim -> false variant -> the theorem that refutes it."""

TWINS: tuple[Theorem, ...] = tuple(
    Theorem(name=name, claim=claim, control=control, says="false, by an exact witness")
    for claim, named in REFUTED.items()
    for control, name in named.items()
)
