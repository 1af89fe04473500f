(** * Flatness has its price (flat-overfit, part 4)

    Every network with y_j f(x_j) = m for all j has
    lambda_max(H) >= s(m) (1 + 4 m min(n_+, n_-)/n^2) - sigma(-m) (1/n) sum_j sqrt(1 + x_j^2).
    So lambda_max e^m/m cannot tend to 0 unless all labels agree: the power m^1 in the bound of the
    ramps cannot be lowered. *)

From Coq Require Import Reals Lra Lia Psatz List.
From Flatcert Require Import Sums Logistic Network Forms BlockNorm Spectrum Master T.
Open Scope R_scope.

(** n_+ and n_-, and the smaller of the two *)
Definition having (D : data) (r : R) : R := \sum_(j < n D) if Req_EM_T (y D j) r then 1 else 0.
Definition minority (D : data) : R := Rmin (having D 1) (having D (-1)).

Section Floor.
Variables (N : network) (D : data) (m : R).
Hypothesis data_labelled : labelled D.
Hypothesis margin : forall j, (j < n D)%nat -> y D j * f N (x D j) = m.

Let q := fun _ : nat => / INR (n D).

Lemma n_pos : 0 < INR (n D).
Proof. apply lt_0_INR, (proj1 data_labelled). Qed.

Lemma uniform_law : probability D q.
Proof.
  assert (H := n_pos). split.
  - intros j _. left. now apply Rinv_0_lt_compat.
  - unfold q. rewrite sum_const. field. lra.
Qed.

Lemma uniform_Dq : Dq N D q = / s m.
Proof.
  assert (H := n_pos). assert (Hs := s_pos m).
  unfold Dq. rewrite (sum_ext _ _ (fun _ => / INR (n D) * / s m)); [rewrite sum_const; field; lra|].
  intros j Hj. unfold p, q. rewrite <- (margin j Hj), (s_label _ _ (proj2 data_labelled j Hj)).
  assert (Hf := s_pos (f N (x D j))). field. lra.
Qed.

(** |l'_j| = sigma(-m) *)
Lemma res_margin : res N D = sigma (- m) * (/ INR (n D) * \sum_(j < n D) sqrt (1 + x D j ^ 2)).
Proof.
  unfold res. rewrite (sum_ext _ _ (fun j => sigma (- m) * sqrt (1 + x D j ^ 2))).
  - rewrite Sum_scal. ring.
  - intros j Hj. unfold slope. rewrite dl_sigma, (margin j Hj), Rabs_mult, Rabs_Ropp.
    rewrite (label_abs _ (proj2 data_labelled j Hj)), Rmult_1_l, Rabs_pos_eq; [reflexivity|].
    left. apply Rinv_0_lt_compat, one_exp_pos.
Qed.

(** c plus the outputs of the neurons with w_i = 0 *)
Let level := \sum_(i < k N) (if Req_EM_T (w N i) 0 then a N i * relu (b N i) else 0) + c N.

(** (1/n) sum_j |f(x_j) - level| <= sum over the other neurons of |a_i| alpha_i *)
Lemma spread_bound :
  / INR (n D) * (\sum_(j < n D) Rabs (f N (x D j) - level))
  <= \sum_(i < k N) if Req_EM_T (w N i) 0 then 0 else Rabs (a N i) * alpha N D q i.
Proof.
  apply Rle_trans with (\sum_(j < n D) \sum_(i < k N)
    if Req_EM_T (w N i) 0 then 0 else q j * (Rabs (a N i) * relu (z N D i j))).
  - rewrite <- Sum_scal. apply sum_le. intros j _.
    replace (f N (x D j) - level) with
      (\sum_(i < k N) if Req_EM_T (w N i) 0 then 0 else a N i * relu (z N D i j)).
    + apply Rle_trans with (/ INR (n D) *
        \sum_(i < k N) Rabs (if Req_EM_T (w N i) 0 then 0 else a N i * relu (z N D i j))).
      * apply Rmult_le_compat_l; [left; now apply inv_n_pos, data_labelled | apply Sum_abs].
      * rewrite <- Sum_scal. apply sum_le. intros i _. unfold q.
        destruct (Req_EM_T (w N i) 0); [rewrite Rabs_R0; lra|].
        rewrite Rabs_mult, (Rabs_pos_eq (relu _)) by apply relu_nonneg. lra.
    + unfold f, level. rewrite (sum_ext (k N) (fun i => a N i * relu (w N i * x D j + b N i))
        (fun i => (if Req_EM_T (w N i) 0 then 0 else a N i * relu (z N D i j))
                  + (if Req_EM_T (w N i) 0 then a N i * relu (b N i) else 0))).
      * rewrite Sum_plus. ring.
      * intros i _. unfold z. destruct (Req_EM_T (w N i) 0) as [E|E]; [|ring].
        rewrite E, Rmult_0_l, Rplus_0_l. ring.
  - rewrite Sum_swap. apply sum_le. intros i _. destruct (Req_EM_T (w N i) 0).
    + rewrite sum_zero; [lra | reflexivity].
    + unfold alpha. rewrite <- Sum_scal. apply sum_le. intros j _. lra.
Qed.

(** sum_j |m y_j - level| = n_+ |m - level| + n_- |m + level| >= 2 m min(n_+, n_-) *)
Lemma spread_labels : 2 * m * minority D <= \sum_(j < n D) Rabs (f N (x D j) - level).
Proof.
  apply Rle_trans with (having D 1 * Rabs (m - level) + having D (-1) * Rabs (m + level)).
  - assert (P1 : 0 <= having D 1)
      by (apply sum_nonneg; intros; destruct (Req_EM_T _ _); lra).
    assert (P2 : 0 <= having D (-1))
      by (apply sum_nonneg; intros; destruct (Req_EM_T _ _); lra).
    assert (L1 : minority D <= having D 1) by apply Rmin_l.
    assert (L2 : minority D <= having D (-1)) by apply Rmin_r.
    assert (P0 : 0 <= minority D) by now apply Rmin_glb.
    assert (A1 := Rle_abs (m - level)). assert (A2 := Rle_abs (m + level)).
    assert (B1 := Rabs_pos (m - level)). assert (B2 := Rabs_pos (m + level)).
    apply Rle_trans with (minority D * Rabs (m - level) + minority D * Rabs (m + level)); [nra|].
    apply Rplus_le_compat; now apply Rmult_le_compat_r.
  - unfold having. rewrite <- !Sum_scal_r, <- Sum_plus. apply sum_le. intros j Hj.
    assert (F := margin j Hj). destruct (proj2 data_labelled j Hj) as [E|E]; rewrite E in *.
    + replace (f N (x D j)) with m by lra.
      destruct (Req_EM_T 1 1), (Req_EM_T 1 (-1)); try lra.
    + replace (f N (x D j)) with (- m) by lra.
      destruct (Req_EM_T (-1) 1), (Req_EM_T (-1) (-1)); try lra.
      replace (- m - level) with (- (m + level)) by ring. rewrite Rabs_Ropp. lra.
Qed.

(** alpha_i <= n |beta_i| alpha_i, since |beta_i| >= 1/n for a neuron that is active somewhere *)
Lemma active_beta i : / INR (n D) * alpha N D q i <= alpha N D q i * betanorm N D q i.
Proof.
  assert (Hi := inv_n_pos D (proj1 data_labelled)).
  unfold alpha at 1. rewrite <- Sum_scal. unfold alpha. rewrite <- Sum_scal_r.
  apply sum_le. intros j Hj. rewrite relu_z.
  assert (Hr := relu_nonneg (z N D i j)). rewrite relu_z in Hr.
  destruct (below_bool 0 (z N D i j)) as [E|E]; unfold act in *; rewrite E in *; [lra|].
  rewrite Rmult_comm. apply Rmult_le_compat_l; [unfold q; nra|].
  apply Rle_trans with (beta1 N D q i).
  - apply Rle_trans with (q j * act N D i j); [unfold q, act; rewrite E; lra|].
    apply (Sum_term_le (fun j => q j * act N D i j)); [|now apply in_range].
    intros u _. assert (B := below_bounds 0 (z N D i u)). unfold q, act. nra.
  - unfold betanorm. apply Rsqr_incr_0_var; [|apply sqrt_pos].
    rewrite Rsqr_sqrt; unfold Rsqr;
    assert (B := pow2_ge_0 (betax N D q i)); assert (C := pow2_ge_0 (beta1 N D q i)); lra.
Qed.

(** S_q >= 2 m min(n_+, n_-)/n^2 *)
Lemma pathsum_floor : 2 * m * minority D / INR (n D) ^ 2 <= pathsum N D q.
Proof.
  assert (Hn := n_pos). assert (Hi := inv_n_pos D (proj1 data_labelled)).
  rewrite pathsum_by_activity.
  apply Rle_trans with (/ INR (n D) * (/ INR (n D) * (\sum_(j < n D) Rabs (f N (x D j) - level)))).
  - replace (2 * m * minority D / INR (n D) ^ 2) with
      (/ INR (n D) * (/ INR (n D) * (2 * m * minority D))) by (field; lra).
    repeat (apply Rmult_le_compat_l; [lra|]). exact spread_labels.
  - eapply Rle_trans; [apply Rmult_le_compat_l; [lra | exact spread_bound]|].
    rewrite <- Sum_scal. apply sum_le. intros i _.
    destruct (Req_EM_T (w N i) 0); [lra|].
    assert (K := active_beta i). assert (A := Rabs_pos (a N i)). nra.
Qed.

Theorem one_margin_floor lam :
  is_lambda_max N D lam ->
  s m * (1 + 4 * m * minority D / INR (n D) ^ 2)
  - sigma (- m) * (/ INR (n D) * \sum_(j < n D) sqrt (1 + x D j ^ 2)) <= lam.
Proof.
  intros Hlam. assert (K := T N D q lam (proj1 data_labelled) uniform_law Hlam).
  rewrite uniform_Dq, res_margin in K. unfold Rdiv in K. rewrite Rinv_inv in K.
  assert (S := pathsum_floor). assert (Hs := s_pos m).
  assert (s m * (1 + 4 * m * minority D / INR (n D) ^ 2) <= (1 + 2 * pathsum N D q) * s m).
  { rewrite (Rmult_comm (s m)). apply Rmult_le_compat_r; [lra|].
    replace (4 * m * minority D / INR (n D) ^ 2) with (2 * (2 * m * minority D / INR (n D) ^ 2))
      by (unfold Rdiv; ring). lra. }
  lra.
Qed.

(** lambda_max >= e^-m (m min(n_+, n_-)/n^2 - (1/n) sum_j sqrt(1 + x_j^2)) for m >= 0 *)
Corollary flat_overfit_needs_m lam :
  0 <= m -> is_lambda_max N D lam ->
  exp (- m) * (m * minority D / INR (n D) ^ 2 - / INR (n D) * \sum_(j < n D) sqrt (1 + x D j ^ 2))
  <= lam.
Proof.
  intros Hm Hlam. eapply Rle_trans; [|exact (one_margin_floor lam Hlam)].
  assert (Hn := n_pos). assert (P := exp_pos (- m)). assert (E := exp_mul_opp m).
  set (M := / INR (n D) * \sum_(j < n D) sqrt (1 + x D j ^ 2)).
  assert (HM : 0 <= M).
  { apply Rmult_le_pos; [left; now apply Rinv_0_lt_compat|].
    apply sum_nonneg. intros. apply sqrt_pos. }
  assert (Hmin : 0 <= m * minority D / INR (n D) ^ 2).
  { apply Rmult_le_pos; [apply Rmult_le_pos; [exact Hm|] |
                         left; apply Rinv_0_lt_compat, pow_lt, Hn].
    apply Rmin_glb; apply sum_nonneg; intros; destruct (Req_EM_T _ _); lra. }
  replace (4 * m * minority D / INR (n D) ^ 2) with (4 * (m * minority D / INR (n D) ^ 2))
    by (unfold Rdiv; ring).
  assert (S1 : sigma (- m) <= exp (- m)).
  { unfold sigma. rewrite Ropp_involutive, exp_Ropp. apply Rinv_le_contravar;
    [apply exp_pos | lra]. }
  assert (S2 : exp (- m) / 4 <= s m).
  { assert (L : exp (- m) <= 1) by (rewrite <- exp_0; apply exp_le; lra).
    assert (G : 1 <= exp m) by (rewrite <- exp_0; apply exp_le; lra).
    rewrite s_alt. replace (exp (- m) / 4) with (/ (4 * exp m)) by (rewrite exp_Ropp; field; lra).
    apply Rinv_le_contravar; lra. }
  nra.
Qed.

End Floor.
