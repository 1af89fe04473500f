(** * What the main theorems assume

    [all_theorems] collects the proofs of all main theorems; compiling this file prints the axioms
    behind all of them together: those of Coq's real numbers (ClassicalDedekindReals.sig_forall_dec
    and sig_not_dec, functional extensionality), classical logic, and nothing else. *)

From Flatcert Require BlockNorm Jensen Spectrum Hessian Kinks Eigenvalue Master TStar TV T TGamma
  TGrad TStat Structure Gaps ConditionalWeights Variation Sharp Counterexample CounterexampleFloor
  CounterexampleLimit.

Definition all_theorems :=
  (BlockNorm.block_norm,
   BlockNorm.block_attained,
   BlockNorm.block_eigenvalues,
   BlockNorm.rnorm_le_res,
   Jensen.jensen,
   Jensen.jensen_cap,
   Jensen.res_le_loss,
   Spectrum.lambda_max_exists,
   Spectrum.lambda_max_le,
   Hessian.gradient_entries,
   Hessian.hessian_entries,
   Hessian.hessian_table,
   Hessian.second_derivative,
   Hessian.lambda_max_of_loss,
   Kinks.no_hessian_on_kink,
   Eigenvalue.largest_eigenvalue,
   Master.master,
   Master.norm2_vq,
   Master.pathsum_by_activity,
   TStar.T_star,
   TStar.T_star_sharp,
   T.T,
   T.T_soft,
   T.T_soft_TV,
   TV.TV_le_pathsum,
   TV.TV_distinct,
   TGamma.T_gamma,
   TGamma.T_gamma_loss,
   TGamma.weight_outside_uncertain,
   TGrad.T_grad,
   TGrad.betamax_le,
   TStat.T_stat,
   TStat.T_stat_law,
   TStat.T_stat_TV,
   TStat.T_stat_stable,
   Structure.residual_vanishes,
   Structure.no_saddle,
   Structure.unique_fit,
   Structure.not_separable,
   Structure.calibrated,
   Structure.calibrated_active,
   Gaps.cell_both_labels,
   Gaps.few_gaps,
   ConditionalWeights.gplus_conditional,
   ConditionalWeights.gplus_empty,
   ConditionalWeights.gminus_conditional,
   ConditionalWeights.gminus_empty,
   Variation.second_difference,
   Variation.TV_of_function,
   Sharp.mirrored_equality,
   Sharp.sharp,
   Counterexample.one_margin_flat,
   Counterexample.ramp_network_flat,
   CounterexampleFloor.one_margin_floor,
   CounterexampleLimit.flat_bound_limit,
   CounterexampleLimit.flat_yet_overfitting,
   CounterexampleLimit.flat_overfit).

Print Assumptions all_theorems.
