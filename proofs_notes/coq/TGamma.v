(** * Stability at eta bounds the weighted total variation in the uncertain set (T-gamma)

    The form of the paper's Theorem 3.5.  Let A = {j : |f(x_j)| <= gamma} have n_gamma > 0 elements
    and Gamma(gamma) = s(gamma).  If lambda_max(H) <= 2/eta, then
      int |f''| g_A <= n / (2 n_gamma Gamma(gamma)) (2/eta + res) - 1/2,
    where g_A is the tail weight for q uniform on A.  [T_gamma_loss] says the same of the loss alone:
    stability is a bound of its second derivatives, and the residual is bounded by the training loss. *)

From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Network Forms Jensen Spectrum Hessian Master TV T.
Open Scope R_scope.

(** For 0 <= u_j <= p_j, U = sum_j u_j > 0 and q = u/U: 1/D(q) >= U. *)
Lemma law_below_softness N D (u : nat -> R) (U : R) :
  (0 < n D)%nat -> (forall j, (j < n D)%nat -> 0 <= u j <= p N D j) ->
  U = \sum_(j < n D) u j -> 0 < U ->
  probability D (fun j => u j / U) /\ Dq N D (fun j => u j / U) <= / U.
Proof.
  intros Hn Hu HU Hpos. assert (HU' : Sum u (seq 0 (n D)) = U) by (symmetry; exact HU).
  split; [split|].
  - intros j Hj. destruct (Hu j Hj). apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat].
  - unfold Rdiv. rewrite Sum_scal_r, HU'. field. lra.
  - apply Rle_trans with (\sum_(j < n D) / U * / U * u j).
    + apply sum_le. intros j Hj. destruct (Hu j Hj) as [H0 H1]. assert (Hp := p_pos N D j Hn).
      replace ((u j / U) ^ 2 / p N D j) with (/ U * / U * u j * (u j / p N D j)) by (field; lra).
      rewrite <- (Rmult_1_r (/ U * / U * u j)) at 2. apply Rmult_le_compat_l.
      * assert (0 < / U) by now apply Rinv_0_lt_compat.
        apply Rmult_le_pos; [apply Rmult_le_pos; lra | exact H0].
      * apply Rmult_le_reg_r with (p N D j); [exact Hp|].
        replace (u j / p N D j * p N D j) with (u j) by (field; lra). lra.
    + rewrite Sum_scal, HU'. apply Req_le. field. lra.
Qed.

Lemma uncertain_bool N D gamma j : uncertain N D gamma j = 0 \/ uncertain N D gamma j = 1.
Proof. unfold uncertain. destruct (Rle_dec _ _); auto. Qed.

Lemma count_pos N D gamma :
  (exists j, (j < n D)%nat /\ Rabs (f N (x D j)) <= gamma) -> 0 < count N D gamma.
Proof.
  intros (j & Hj & Hf). eapply Rlt_le_trans; [|apply (Sum_term_le _ _ j)].
  - unfold uncertain. destruct (Rle_dec _ _); [lra | easy].
  - intros m _. destruct (uncertain_bool N D gamma m) as [E|E]; rewrite E; lra.
  - now apply in_range.
Qed.

Theorem T_gamma N D gamma eta lam :
  (0 < n D)%nat ->
  (exists j, (j < n D)%nat /\ Rabs (f N (x D j)) <= gamma) ->
  is_lambda_max N D lam -> 0 < eta -> lam <= 2 / eta ->
  TV N D (uniform_on_uncertain N D gamma)
    <= INR (n D) / (2 * count N D gamma * s gamma) * (2 / eta + res N D) - 1 / 2.
Proof.
  intros Hn HA Hlam Heta Hst.
  assert (Hc := count_pos N D gamma HA). assert (Hs := s_pos gamma). assert (HR := lt_0_INR _ Hn).
  assert (Hi := inv_n_pos D Hn).
  set (q := uniform_on_uncertain N D gamma).
  set (U := count N D gamma * s gamma / INR (n D)).
  assert (HU : 0 < U) by (apply Rdiv_lt_0_compat; [now apply Rmult_lt_0_compat | exact HR]).
  (* u_j = Gamma(gamma)/n on the uncertain data, 0 elsewhere *)
  destruct (law_below_softness N D (fun j => / INR (n D) * (uncertain N D gamma j * s gamma)) U)
    as [Hq HD]; [exact Hn | | | exact HU |].
  { intros j Hj. unfold p, uncertain. destruct (Rle_dec _ gamma) as [H|H].
    - split; [apply Rmult_le_pos; lra|]. apply Rmult_le_compat_l; [lra|]. rewrite Rmult_1_l.
      apply s_decreasing_abs. eapply Rle_trans; [exact H | apply Rle_abs].
    - assert (S := s_pos (f N (x D j))). split; [lra|].
      apply Rle_trans with 0; [lra | apply Rmult_le_pos; lra]. }
  { rewrite Sum_scal, Sum_scal_r.
    change (Sum (uncertain N D gamma) (seq 0 (n D))) with (count N D gamma).
    unfold U. field. lra. }
  assert (Eq : forall j, / INR (n D) * (uncertain N D gamma j * s gamma) / U = q j)
    by (intro j; unfold q, uniform_on_uncertain, U; field; lra).
  assert (Pq : probability D q).
  { destruct Hq as [Q0 Q1]. split.
    - intros j Hj. rewrite <- Eq. now apply Q0.
    - rewrite <- Q1. apply sum_ext. intros. now rewrite Eq. }
  assert (HDq : Dq N D q <= / U).
  { eapply Rle_trans; [|exact HD]. apply Req_le, sum_ext. intros. now rewrite Eq. }
  assert (K := T N D q lam Hn Pq Hlam).
  assert (KV := TV_le_pathsum N D q (proj1 Pq)).
  assert (KS := pathsum_nonneg N D q Pq). assert (KD := Dq_pos N D q Hn Pq).
  assert (KU : U <= / Dq N D q).
  { rewrite <- (Rinv_inv U). apply Rinv_le_contravar; [exact KD | exact HDq]. }
  assert (M : U * (1 + 2 * TV N D q) <= 2 / eta + res N D).
  { apply Rle_trans with ((1 + 2 * pathsum N D q) / Dq N D q); [|lra].
    unfold Rdiv. rewrite (Rmult_comm U).
    apply Rle_trans with ((1 + 2 * pathsum N D q) * U).
    - apply Rmult_le_compat_r; lra.
    - apply Rmult_le_compat_l; lra. }
  replace (INR (n D) / (2 * count N D gamma * s gamma)) with (/ (2 * U))
    by (unfold U; field; lra).
  apply Rmult_le_reg_l with (2 * U); [lra|].
  replace (2 * U * (/ (2 * U) * (2 / eta + res N D) - 1 / 2)) with (2 / eta + res N D - U)
    by (field; lra).
  lra.
Qed.

(** The weight vanishes outside the open hull of the uncertain data. *)
Theorem weight_outside_uncertain N D gamma t :
  (exists j, (j < n D)%nat /\ Rabs (f N (x D j)) <= gamma) ->
  (forall j, (j < n D)%nat -> Rabs (f N (x D j)) <= gamma -> x D j <= t)
  \/ (forall j, (j < n D)%nat -> Rabs (f N (x D j)) <= gamma -> t <= x D j) ->
  gmin D (uniform_on_uncertain N D gamma) t = 0.
Proof.
  intros HA H. assert (Hc := count_pos N D gamma HA).
  assert (Hi : 0 < / count N D gamma) by now apply Rinv_0_lt_compat.
  assert (Q : forall j, 0 < uniform_on_uncertain N D gamma j -> Rabs (f N (x D j)) <= gamma).
  { intros j. unfold uniform_on_uncertain, uncertain. destruct (Rle_dec _ _) as [K|K]; [auto|].
    unfold Rdiv. rewrite Rmult_0_l. lra. }
  apply gmin_outside.
  - intros j _. apply Rmult_le_pos; [|lra].
    destruct (uncertain_bool N D gamma j) as [E|E]; rewrite E; lra.
  - destruct H as [H|H]; [left|right]; intros j Hj Hq; apply H; auto.
Qed.

(** Theorem 3.5, a statement about the loss: if no datum lies on a kink and every second derivative
    of the loss along a unit vector is at most 2/eta, then the weighted total variation in the
    uncertain set is bounded.  x_max is any bound of the |x_j|. *)
Theorem T_gamma_loss N D gamma eta x_max :
  labelled D -> smooth N D ->
  (forall j, (j < n D)%nat -> Rabs (x D j) <= x_max) ->
  (exists j, (j < n D)%nat /\ Rabs (f N (x D j)) <= gamma) ->
  0 < eta ->
  (forall v, norm2 N v = 1 -> Derive_n (fun t => loss (shift N v t) D) 2 0 <= 2 / eta) ->
  TV N D (uniform_on_uncertain N D gamma)
    <= INR (n D) / (2 * count N D gamma * s gamma)
       * (2 / eta + sqrt (1 + x_max ^ 2) * (1 - exp (- loss N D))) - 1 / 2.
Proof.
  intros HD Hs Hx HA Heta Hst. assert (Hn := proj1 HD).
  destruct (lambda_max_exists N D Hn) as [lam Hlam].
  assert (Hle : lam <= 2 / eta).
  { apply (proj2 Hlam). intros h (v & Hv & ->). specialize (Hst v Hv).
    now rewrite (is_derive_n_unique _ _ _ _ (second_derivative N D v HD Hs)) in Hst. }
  assert (K := T_gamma N D gamma eta lam Hn HA Hlam Heta Hle).
  assert (R := res_le_loss N D x_max HD Hx).
  eapply Rle_trans; [exact K|]. apply Rplus_le_compat_r, Rmult_le_compat_l; [|lra].
  assert (Hc := count_pos N D gamma HA). assert (Hg := s_pos gamma). assert (HR := lt_0_INR _ Hn).
  left. apply Rdiv_lt_0_compat; [exact HR|]. apply Rmult_lt_0_compat; [lra | exact Hg].
Qed.
