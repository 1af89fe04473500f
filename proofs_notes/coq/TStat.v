(** * Stationary points pay no residual (T-stat)

    If grad L = 0 then lambda_max(H) >= P (1 + 2 S + I) >= P (1 + 2 S) >= P (1 + 2 TV). *)

From Coq Require Import Reals Lra Lia List.
From Flatcert Require Import Sums Logistic Network Forms BlockNorm Spectrum Master TV.
Open Scope R_scope.

Definition stationary (N : network) (D : data) : Prop :=
  (forall i, (i < k N)%nat ->
     vw (grad N D) i = 0 /\ vb (grad N D) i = 0 /\ va (grad N D) i = 0) /\ vc (grad N D) = 0.

Lemma rho_stationary N D q : stationary N D -> rho N D q = 0.
Proof.
  intros [H _]. unfold rho. rewrite sum_zero; [unfold Rdiv; ring|].
  intros i Hi. destruct (H i Hi) as (Hw & Hb & _). rewrite Hw, Hb. ring.
Qed.

(** For every probability vector q. *)
Theorem T_stat_law N D q lam :
  (0 < n D)%nat -> stationary N D -> probability D q -> is_lambda_max N D lam ->
  (1 + 2 * pathsum N D q + imbalance N D q) / Dq N D q <= lam.
Proof.
  intros Hn Hs Hq Hlam. assert (M := master N D q Hn Hq lam Hlam).
  rewrite norm2_vq, rho_stationary in M by assumption. lra.
Qed.

Theorem T_stat N D lam :
  (0 < n D)%nat -> stationary N D -> is_lambda_max N D lam ->
  P N D * (1 + 2 * pathsum N D (soft N D) + imbalance N D (soft N D)) <= lam.
Proof.
  intros Hn Hs Hlam.
  assert (K := T_stat_law N D (soft N D) lam Hn Hs (soft_probability N D Hn) Hlam).
  rewrite Dq_soft in K by exact Hn. unfold Rdiv in K. rewrite Rinv_inv in K. lra.
Qed.

Theorem T_stat_pathsum N D lam :
  (0 < n D)%nat -> stationary N D -> is_lambda_max N D lam ->
  P N D * (1 + 2 * pathsum N D (soft N D)) <= lam.
Proof.
  intros Hn Hs Hlam. eapply Rle_trans; [|exact (T_stat N D lam Hn Hs Hlam)].
  apply Rmult_le_compat_l; [left; now apply P_pos|].
  assert (H := imbalance_nonneg N D (soft N D)). lra.
Qed.

Theorem T_stat_TV N D lam :
  (0 < n D)%nat -> stationary N D -> is_lambda_max N D lam ->
  P N D * (1 + 2 * TV N D (soft N D)) <= lam.
Proof.
  intros Hn Hs Hlam. eapply Rle_trans; [|exact (T_stat_pathsum N D lam Hn Hs Hlam)].
  apply Rmult_le_compat_l; [left; now apply P_pos|].
  assert (H := TV_le_pathsum N D (soft N D) (proj1 (soft_probability N D Hn))). lra.
Qed.

(** So a stationary point that is stable at eta has int |f''| g <= (2/(eta P) - 1)/2. *)
Theorem T_stat_stable N D lam eta :
  (0 < n D)%nat -> stationary N D -> is_lambda_max N D lam -> 0 < eta -> lam <= 2 / eta ->
  TV N D (soft N D) <= (2 / (eta * P N D) - 1) / 2.
Proof.
  intros Hn Hs Hlam He Hst. assert (K := T_stat_TV N D lam Hn Hs Hlam).
  assert (HP := P_pos N D Hn).
  replace (2 / (eta * P N D)) with (2 / eta / P N D) by (field; lra).
  assert (1 + 2 * TV N D (soft N D) <= 2 / eta / P N D); [|lra].
  apply Rmult_le_reg_l with (P N D); [exact HP|].
  replace (P N D * (2 / eta / P N D)) with (2 / eta) by (field; lra). lra.
Qed.
