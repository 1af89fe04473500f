(** * The gradient bounds what the residual costs (T-grad)

    For every probability vector q
      lambda_max(H) + max_i |beta_i| |grad_(w,b) L| >= (1 + 2 S_q + I_q) / D(q),
    and max_i |beta_i| <= sqrt(1 + x_max^2). *)

From Coq Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Network Forms BlockNorm Spectrum Master.
Open Scope R_scope.

(** <u, v> <= |u| |v| in the plane *)
Lemma plane_cauchy_schwarz u1 u2 v1 v2 :
  Rabs (u1 * v1 + u2 * v2) <= sqrt (u1 ^ 2 + u2 ^ 2) * sqrt (v1 ^ 2 + v2 ^ 2).
Proof.
  assert (U1 := pow2_ge_0 u1). assert (U2 := pow2_ge_0 u2).
  rewrite <- sqrt_mult_alt by lra. rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt. unfold Rsqr.
  assert (K := pow2_ge_0 (u1 * v2 - u2 * v1)). lra.
Qed.

Section TGrad.
Variables (N : network) (D : data) (q : nat -> R).
Hypothesis q_law : probability D q.

(** |rho_q| <= max_i |beta_i| |grad_(w,b) L| *)
Lemma rho_grad_bound : Rabs (rho N D q) <= betamax N D q * grad_wb_norm N D.
Proof.
  set (v2 := norm2 N (vq N D q)). assert (H1 : 1 <= v2) by apply norm2_vq_ge_1.
  set (B := betamax N D q). assert (HB : 0 <= B) by apply Max_nonneg.
  set (d := fun i => sqrt (vw (grad N D) i ^ 2 + vb (grad N D) i ^ 2)).
  set (al := sqrt (\sum_(i < k N) alpha N D q i ^ 2)).
  set (E := \sum_(i < k N) alpha N D q i
              * (betax N D q i * vw (grad N D) i + beta1 N D q i * vb (grad N D) i)).
  assert (HE : Rabs E <= B * (al * grad_wb_norm N D)).
  { apply Rle_trans with (B * \sum_(i < k N) alpha N D q i * d i).
    - unfold E. eapply Rle_trans; [apply Sum_abs|]. rewrite <- Sum_scal. apply sum_le. intros i Hi.
      assert (Ha := alpha_nonneg N D q q_law i). rewrite Rabs_mult, Rabs_pos_eq by exact Ha.
      assert (Hd : 0 <= d i) by apply sqrt_pos.
      assert (Hb : betanorm N D q i <= B) by (apply Max_ge; now apply in_range).
      assert (K := plane_cauchy_schwarz (betax N D q i) (beta1 N D q i)
                     (vw (grad N D) i) (vb (grad N D) i)).
      fold (betanorm N D q i) (d i) in K.
      replace (B * (alpha N D q i * d i)) with (alpha N D q i * (B * d i)) by ring.
      apply Rmult_le_compat_l; [exact Ha|]. eapply Rle_trans; [exact K|].
      now apply Rmult_le_compat_r.
    - apply Rmult_le_compat_l; [exact HB|]. unfold al, grad_wb_norm.
      assert (Hd2 : forall i, d i ^ 2 = vw (grad N D) i ^ 2 + vb (grad N D) i ^ 2).
      { intro i. apply pow2_sqrt. assert (X := pow2_ge_0 (vw (grad N D) i)).
        assert (Y := pow2_ge_0 (vb (grad N D) i)). lra. }
      rewrite (sum_ext _ (fun i => vw (grad N D) i ^ 2 + vb (grad N D) i ^ 2) (fun i => d i ^ 2))
        by (intros; now rewrite Hd2).
      rewrite <- sqrt_mult_alt by (apply sum_nonneg; intros; apply pow2_ge_0).
      eapply Rle_trans; [apply Rle_abs|]. rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt.
      rewrite Rsqr_pow2. apply cauchy_schwarz_dot. }
  assert (Hv : 2 * al <= v2).
  { assert (Hal : al ^ 2 = \sum_(i < k N) alpha N D q i ^ 2)
      by (apply pow2_sqrt, sum_nonneg; intros; apply pow2_ge_0).
    assert (\sum_(i < k N) alpha N D q i ^ 2 + 1 <= v2).
    { unfold v2, norm2. cbn [vq vw vb va vc]. replace (1 ^ 2) with 1 by ring.
      apply Rplus_le_compat_r, sum_le. intros i _.
      assert (X := pow2_ge_0 (a N i * betax N D q i)).
      assert (Y := pow2_ge_0 (a N i * beta1 N D q i)). lra. }
    assert (K := pow2_ge_0 (al - 1)). lra. }
  unfold rho. fold E v2. unfold Rdiv. rewrite Rabs_mult, (Rabs_pos_eq (/ v2))
    by (left; apply Rinv_0_lt_compat; lra).
  rewrite Rabs_mult, (Rabs_pos_eq 2) by lra.
  assert (Hg : 0 <= grad_wb_norm N D) by apply sqrt_pos.
  apply Rmult_le_reg_r with v2; [lra|]. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  apply Rle_trans with (B * grad_wb_norm N D * (2 * al)); [lra|].
  apply Rmult_le_compat_l; [now apply Rmult_le_pos | exact Hv].
Qed.

Theorem T_grad lam :
  (0 < n D)%nat -> is_lambda_max N D lam ->
  (1 + 2 * pathsum N D q + imbalance N D q) / Dq N D q
    <= lam + betamax N D q * grad_wb_norm N D.
Proof.
  intros Hn Hlam. assert (M := master N D q Hn q_law lam Hlam).
  rewrite norm2_vq in M by assumption.
  assert (K := rho_grad_bound). apply Rabs_le_between in K. lra.
Qed.

(** x_max is any bound of the |x_j|. *)
Theorem betamax_le x_max :
  (forall j, (j < n D)%nat -> Rabs (x D j) <= x_max) -> betamax N D q <= sqrt (1 + x_max ^ 2).
Proof.
  intros Hx. apply Max_le; [apply sqrt_pos|]. intros i _. unfold betanorm, betax, beta1.
  rewrite (sum_ext (n D) (fun j => q j * act N D i j * x D j)
             (fun j => q j * (act N D i j * x D j))) by (intros; ring).
  eapply Rle_trans; [apply plane_triangle; intros j Hj; apply (proj1 q_law); now apply in_range|].
  apply Rle_trans with (\sum_(j < n D) q j * sqrt (1 + x_max ^ 2)).
  - apply sum_le. intros j Hj. apply Rmult_le_compat_l; [now apply (proj1 q_law)|].
    apply sqrt_le_1_alt.
    specialize (Hx j Hj). assert (X0 := Rabs_pos (x D j)).
    assert (X2 : x D j ^ 2 <= x_max ^ 2) by (rewrite <- (pow2_abs (x D j)); apply pow_incr; lra).
    assert (X3 := pow2_ge_0 x_max).
    unfold act. destruct (below_bool 0 (z N D i j)) as [E|E]; rewrite E; lra.
  - rewrite Sum_scal_r, (proj2 q_law : Sum q _ = 1). lra.
Qed.

End TGrad.
