(** * The largest residual block suffices (T-star)

    For every probability vector q:  lambda_max(H) + max_i |r_i| >= (1 + 2 S_q) / D(q). *)

From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Network Forms BlockNorm Spectrum Master.
Open Scope R_scope.

(** rho_q >= -max_i |r_i| (1 - 1/|v_q|^2) *)
Lemma rho_bound N D q :
  probability D q -> - (rmax N D * (1 - / norm2 N (vq N D q))) <= rho N D q.
Proof.
  intros Hq. assert (H1 := norm2_vq_ge_1 N D q). set (v2 := norm2 N (vq N D q)) in *.
  assert (K := Rq_bound N D (vq N D q) (rmax N D) (fun i Hi => rnorm_le_rmax N D i Hi)).
  rewrite Rq_vq in K. fold v2 in K. simpl vc in K.
  apply Rmult_le_reg_r with v2; [lra|].
  replace (- (rmax N D * (1 - / v2)) * v2) with (- (rmax N D * (v2 - 1 ^ 2))) by (field; lra).
  apply Rabs_le_between in K. lra.
Qed.

(** What the proof gives, with nothing thrown away. *)
Theorem T_star_sharp N D q lam :
  (0 < n D)%nat -> probability D q -> is_lambda_max N D lam ->
  (1 + 2 * pathsum N D q + imbalance N D q) / Dq N D q
    <= lam + rmax N D * (1 - / norm2 N (vq N D q)).
Proof.
  intros Hn Hq Hlam. assert (M := master N D q Hn Hq lam Hlam). assert (R := rho_bound N D q Hq).
  rewrite norm2_vq in M by assumption. lra.
Qed.

Theorem T_star N D q lam :
  (0 < n D)%nat -> probability D q -> is_lambda_max N D lam ->
  (1 + 2 * pathsum N D q) / Dq N D q <= lam + rmax N D.
Proof.
  intros Hn Hq Hlam. assert (T := T_star_sharp N D q lam Hn Hq Hlam).
  assert (HD := Dq_pos N D q Hn Hq). assert (HI := imbalance_nonneg N D q).
  assert (H1 := norm2_vq_ge_1 N D q). assert (Hr : 0 <= rmax N D) by apply Max_nonneg.
  apply Rle_trans with ((1 + 2 * pathsum N D q + imbalance N D q) / Dq N D q).
  - apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat | lra].
  - assert (0 <= rmax N D * / norm2 N (vq N D q))
      by (apply Rmult_le_pos; [exact Hr | left; apply Rinv_0_lt_compat; lra]).
    lra.
Qed.
