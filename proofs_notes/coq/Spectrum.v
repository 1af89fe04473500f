(** * lambda_max as the least upper bound of v^T H v over the unit sphere

    A number bounds it exactly if it bounds the Rayleigh quotients of all vectors; it exists. *)

From Coq Require Import Reals Lra Lia List.
From Flatcert Require Import Sums Logistic Network Forms BlockNorm.
Open Scope R_scope.

(** |v^T H v| <= m |v|^2 for some m. *)
Lemma Hq_abs_bound N D :
  (0 < n D)%nat ->
  exists m, 0 <= m /\ forall v, Rabs (Hq N D v) <= m * norm2 N v.
Proof.
  intros Hn.
  exists (\sum_(j < n D) p N D j * norm2 N (g N D j) + rmax N D).
  assert (Hg : 0 <= \sum_(j < n D) p N D j * norm2 N (g N D j)).
  { apply sum_nonneg. intros j _. assert (Hp := p_pos N D j Hn).
    apply Rmult_le_pos; [lra | apply norm2_nonneg]. }
  assert (Hr : 0 <= rmax N D) by apply Max_nonneg.
  split; [lra|]. intro v. unfold Hq. eapply Rle_trans; [apply Rabs_triang|].
  rewrite Rmult_plus_distr_r. apply Rplus_le_compat.
  - unfold Gq. rewrite Rabs_pos_eq, <- Sum_scal_r.
    + apply sum_le. intros j _. assert (Hp := p_pos N D j Hn). rewrite Rmult_assoc.
      apply Rmult_le_compat_l; [lra | apply dot_cauchy_schwarz].
    + apply sum_nonneg. intros j _. assert (Hp := p_pos N D j Hn).
      apply Rmult_le_pos; [lra | apply pow2_ge_0].
  - eapply Rle_trans; [apply Rq_bound; intros i Hi; now apply rnorm_le_rmax|].
    apply Rmult_le_compat_l; [exact Hr|]. assert (H := pow2_ge_0 (vc v)). lra.
Qed.

Lemma Hq_zero N D v : (0 < n D)%nat -> norm2 N v = 0 -> Hq N D v = 0.
Proof.
  intros Hn Hv. destruct (Hq_abs_bound N D Hn) as (m & _ & H).
  specialize (H v). rewrite Hv, Rmult_0_r in H.
  assert (H0 := Rabs_pos (Hq N D v)).
  destruct (Req_dec (Hq N D v) 0) as [E|E]; [exact E|]. apply Rabs_pos_lt in E. lra.
Qed.

(** m bounds v^T H v on the unit sphere iff v^T H v <= m |v|^2 for all v. *)
Lemma sphere_bound N D m :
  (0 < n D)%nat ->
  is_upper_bound (fun h => exists v, norm2 N v = 1 /\ h = Hq N D v) m
  <-> forall v, Hq N D v <= m * norm2 N v.
Proof.
  intros Hn. split.
  - intros Hm v. destruct (norm2_nonneg N v) as [H0|H0].
    + set (r := / sqrt (norm2 N v)).
      assert (Hs : 0 < sqrt (norm2 N v)) by now apply sqrt_lt_R0.
      assert (Hr : r ^ 2 * norm2 N v = 1).
      { rewrite <- (pow2_sqrt (norm2 N v)) by lra. unfold r. field. lra. }
      assert (Hr0 : 0 < r ^ 2) by (apply pow_lt; now apply Rinv_0_lt_compat).
      assert (K : Hq N D (vscale r v) <= m)
        by (apply Hm; exists (vscale r v); now rewrite norm2_scale).
      rewrite Hq_scale in K. apply Rmult_le_reg_l with (r ^ 2); [exact Hr0|].
      replace (r ^ 2 * (m * norm2 N v)) with (m * (r ^ 2 * norm2 N v)) by ring. rewrite Hr. lra.
    + rewrite <- H0, (Hq_zero N D v Hn (eq_sym H0)). lra.
  - intros H h (v & Hv & ->). specialize (H v). rewrite Hv in H. lra.
Qed.

(** ** lambda_max exists, is unique, and bounds every Rayleigh quotient *)

Theorem lambda_max_exists N D : (0 < n D)%nat -> exists lam, is_lambda_max N D lam.
Proof.
  intros Hn. destruct (Hq_abs_bound N D Hn) as (m & _ & Hm).
  destruct (completeness (fun h => exists v, norm2 N v = 1 /\ h = Hq N D v)) as [lam H].
  - exists m. apply sphere_bound; [exact Hn|]. intro v. eapply Rle_trans; [apply Rle_abs | apply Hm].
  - set (e := Vec (fun _ => 0) (fun _ => 0) (fun _ => 0) 1).
    exists (Hq N D e), e. split; [|reflexivity].
    unfold norm2; simpl. rewrite sum_zero by (intros; ring). ring.
  - exists lam. exact H.
Qed.

Theorem lambda_max_unique N D lam lam' :
  is_lambda_max N D lam -> is_lambda_max N D lam' -> lam = lam'.
Proof. intros [U L] [U' L']. apply Rle_antisym; auto. Qed.

Theorem rayleigh N D lam v : (0 < n D)%nat -> is_lambda_max N D lam -> Hq N D v <= lam * norm2 N v.
Proof. intros Hn [U _]. now apply sphere_bound. Qed.

Theorem lambda_max_le N D lam m :
  (0 < n D)%nat -> is_lambda_max N D lam ->
  (lam <= m <-> forall v, Hq N D v <= m * norm2 N v).
Proof.
  intros Hn Hlam. split.
  - intros Hm v. apply Rle_trans with (1 := rayleigh N D lam v Hn Hlam).
    apply Rmult_le_compat_r; [apply norm2_nonneg | exact Hm].
  - intros Hm. apply (proj2 Hlam). now apply sphere_bound.
Qed.

(** A bound that is attained by some vector other than 0 is lambda_max. *)
Lemma lambda_max_intro N D lam v :
  (0 < n D)%nat -> (forall u, Hq N D u <= lam * norm2 N u) ->
  0 < norm2 N v -> Hq N D v = lam * norm2 N v -> is_lambda_max N D lam.
Proof.
  intros Hn Hb Hv E. split.
  - now apply sphere_bound.
  - intros m Hm. assert (K := proj1 (sphere_bound N D m Hn) Hm v). rewrite E in K.
    now apply Rmult_le_reg_r with (norm2 N v).
Qed.
