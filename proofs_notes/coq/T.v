(** * Stability and residual bound the weighted path sum (T)

    For every probability vector q
    lambda_max(H) + (1/n) sum_j |l'_j| sqrt(1 + x_j^2) >= (1 + 2 S_q) / D(q),
    and with q = p/P the right side is P (1 + 2 S), which is at least P (1 + 2 TV). *)

From Coq Require Import Reals Lra Lia List.
From Flatcert Require Import Sums Logistic Network Forms BlockNorm Spectrum Master TStar TV.
Open Scope R_scope.

Theorem T N D q lam :
  (0 < n D)%nat -> probability D q -> is_lambda_max N D lam ->
  (1 + 2 * pathsum N D q) / Dq N D q <= lam + res N D.
Proof.
  intros Hn Hq Hlam. assert (K := T_star N D q lam Hn Hq Hlam). assert (R := rmax_le_res N D Hn). lra.
Qed.

Theorem T_soft N D lam :
  (0 < n D)%nat -> is_lambda_max N D lam ->
  P N D * (1 + 2 * pathsum N D (soft N D)) <= lam + res N D.
Proof.
  intros Hn Hlam. assert (K := T N D (soft N D) lam Hn (soft_probability N D Hn) Hlam).
  rewrite Dq_soft in K by exact Hn. unfold Rdiv in K. rewrite Rinv_inv in K. lra.
Qed.

Theorem T_soft_TV N D lam :
  (0 < n D)%nat -> is_lambda_max N D lam ->
  P N D * (1 + 2 * TV N D (soft N D)) <= lam + res N D.
Proof.
  intros Hn Hlam. assert (K := T_soft N D lam Hn Hlam). assert (HP := P_pos N D Hn).
  assert (H := TV_le_pathsum N D (soft N D) (proj1 (soft_probability N D Hn))).
  eapply Rle_trans; [|exact K]. apply Rmult_le_compat_l; lra.
Qed.
