(** * Stability bounds the robustly weighted variation (robust-stability)

    If at most m0 core data have |f_j| > gamma, then
      int |f''| h <= (lambda_max(H) + res)/(2 Gamma(gamma)) - (N0 - m0)_+/(2n),   Gamma(gamma) = s(gamma),
    and 2/eta may take the place of lambda_max where lambda_max <= 2/eta.  int |f''| h is the sum over the
    distinct kinks t of |jump of f' at t| h(t), as in TV.  Weak generalization supplies m0
    ([weak_generalization]); where h >= c0 the total variation itself is bounded ([variation_where]).
    Notes: robust-weight, items 2 and 3. *)

From Coq Require Import Reals Lra Lia List Bool.
From Flatcert Require Import Sums Logistic Network Forms BlockNorm Jensen Spectrum Master TV T TGamma
  Divergence Excess Transfer Largest RobustWeight WeightForms.
Open Scope R_scope.

(** int |f''| h for any weight h *)
Definition weighted_variation (N : network) (weight : R -> R) : R :=
  \sum_(t in kinks N) Rabs (jump N t) * weight t.

(** Core data that are certain under f, and core data that are not *)
Definition uncertain_at (N : network) (D : data) (gamma : R) (j : nat) : bool :=
  within (f N (x D j)) gamma.
Definition certain_core (N : network) (D : data) (truth : nat -> R) (low gamma : R) : nat :=
  number D (misses (core truth low) (uncertain_at N D gamma)).

(** h for the core of the truth, its places, and n data *)
Definition core_weight (D : data) (truth : nat -> R) (low : R) (m0 : nat) : R -> R :=
  h (n D) m0 (places D (core truth low)).
(** (N0 - m0)_+ *)
Definition sure (D : data) (truth : nat -> R) (low : R) (m0 : nat) : R :=
  INR (number D (core truth low) - m0).

Lemma number_split D Q A : (number D Q = number D (keeps Q A) + number D (misses Q A))%nat.
Proof.
  rewrite <- !places_length, <- app_length. apply Permutation.Permutation_length, places_split.
Qed.

Lemma number_sum D Q : INR (number D Q) = \sum_(j < n D) if Q j then 1 else 0.
Proof.
  unfold number. rewrite <- (Sum_filter Q (fun _ => 1)), Sum_const. ring.
Qed.

Lemma number_le_n D Q : (number D Q <= n D)%nat.
Proof.
  unfold number. rewrite <- (seq_length (n D) 0) at 2.
  induction (seq 0 (n D)) as [|j js IH]; simpl; [lia|]. destruct (Q j); simpl; lia.
Qed.

(** A core with at most m0 places has h = 0. *)
Lemma h_zero n0 m ts t : (length ts <= m)%nat -> h n0 m ts t = 0.
Proof.
  intros H. unfold h, hplus, hminus.
  assert (A := above_le t ts). assert (B : (before t ts <= length ts)%nat).
  { unfold before. clear. induction ts as [|u ts IH]; simpl; [lia|].
    destruct (is_above u t); simpl; lia. }
  replace (above t ts - m)%nat with 0%nat by lia. replace (before t ts - m)%nat with 0%nat by lia.
  rewrite !Rmult_0_r. apply Rmin_left. lra.
Qed.

(** (T) for q uniform on uncertain data K, with u_j = Gamma(gamma)/n there:
    lambda_max + res >= Gamma(gamma) (N'/n) (1 + 2 TV_q). *)
Lemma stability_on N D gamma Q lam :
  (0 < number D Q)%nat -> (forall j, Q j = true -> Rabs (f N (x D j)) <= gamma) ->
  is_lambda_max N D lam ->
  s gamma * (INR (number D Q) / INR (n D)) * (1 + 2 * TV N D (uniform_on D Q)) <= lam + res N D.
Proof.
  intros HN HQ Hlam. assert (Hn : (0 < n D)%nat) by (assert (L := number_le_n D Q); lia).
  assert (RN := lt_0_INR _ HN). assert (Rn := lt_0_INR _ Hn). assert (Hs := s_pos gamma).
  set (U := s gamma * (INR (number D Q) / INR (n D))).
  assert (HU : 0 < U) by (apply Rmult_lt_0_compat; [exact Hs | now apply Rdiv_lt_0_compat]).
  set (u := fun j : nat => / INR (n D) * (s gamma * if Q j then 1 else 0)).
  destruct (law_below_softness N D u U) as [Hq HD]; [exact Hn | | | exact HU |].
  { intros j _. unfold u, p. assert (Hi := inv_n_pos D Hn). destruct (Q j) eqn:E.
    - rewrite Rmult_1_r. split; [apply Rmult_le_pos; lra|]. apply Rmult_le_compat_l; [lra|].
      apply s_decreasing_abs. apply Rle_trans with (1 := HQ j E). apply Rle_abs.
    - rewrite !Rmult_0_r. split; [lra|]. assert (S := s_pos (f N (x D j))). apply Rmult_le_pos; lra. }
  { unfold u. rewrite !Sum_scal, <- number_sum. unfold U. field. lra. }
  assert (Eq : forall j, u j / U = uniform_on D Q j).
  { intro j. unfold u, U, uniform_on. destruct (Q j); field; lra. }
  assert (Pq : probability D (uniform_on D Q)).
  { destruct Hq as [Q0 Q1]. split.
    - intros j Hj. rewrite <- Eq. now apply Q0.
    - rewrite <- Q1. apply sum_ext. intros. now rewrite Eq. }
  assert (HDq : Dq N D (uniform_on D Q) <= / U).
  { eapply Rle_trans; [|exact HD]. apply Req_le, sum_ext. intros. now rewrite Eq. }
  assert (K := T N D (uniform_on D Q) lam Hn Pq Hlam).
  assert (KV := TV_le_pathsum N D (uniform_on D Q) (proj1 Pq)).
  assert (KS := pathsum_nonneg N D (uniform_on D Q) Pq).
  assert (KD := Dq_pos N D (uniform_on D Q) Hn Pq).
  assert (KU : U <= / Dq N D (uniform_on D Q))
    by (rewrite <- (Rinv_inv U); now apply Rinv_le_contravar).
  eapply Rle_trans; [|exact K]. unfold Rdiv. rewrite (Rmult_comm U).
  apply Rle_trans with ((1 + 2 * pathsum N D (uniform_on D Q)) * U);
    [apply Rmult_le_compat_r | apply Rmult_le_compat_l]; lra.
Qed.

Theorem robust_stability N D truth low gamma m0 lam :
  (0 < n D)%nat -> (certain_core N D truth low gamma <= m0)%nat -> is_lambda_max N D lam ->
  weighted_variation N (core_weight D truth low m0)
    <= (lam + res N D) / (2 * s gamma) - sure D truth low m0 / (2 * INR (n D)).
Proof.
  intros Hn Hm Hlam. assert (Rn := lt_0_INR _ Hn). assert (Hs := s_pos gamma).
  unfold sure. set (A0 := core truth low). set (K := keeps A0 (uncertain_at N D gamma)).
  assert (E := number_split D A0 (uncertain_at N D gamma)). fold K in E.
  unfold certain_core in Hm. fold A0 in Hm.
  destruct (le_lt_dec (number D A0) m0) as [L|L].
  - (* nothing is sure: h = 0, and the right side is positive *)
    unfold weighted_variation, core_weight. rewrite Sum_zero.
    + replace (number D A0 - m0)%nat with 0%nat by lia.
      assert (KT := T_soft_TV N D lam Hn Hlam). assert (HP := P_pos N D Hn).
      assert (HTV : 0 <= TV N D (soft N D)).
      { apply Sum_nonneg. intros t _. apply Rmult_le_pos; [apply Rabs_pos|].
        apply gmin_nonneg. apply soft_probability, Hn. }
      assert (0 <= P N D * (1 + 2 * TV N D (soft N D))) by (apply Rmult_le_pos; lra).
      assert (0 <= (lam + res N D) / (2 * s gamma))
        by (apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra]).
      simpl INR. unfold Rdiv at 2. lra.
    + intros t _. rewrite h_zero; [ring|]. now rewrite places_length.
  - assert (HK : (0 < number D K)%nat) by lia.
    assert (M := stability_on N D gamma K lam HK). fold K in M.
    assert (M' := M (fun j Hj => proj1 (within_true _ _) (proj2 (andb_prop _ _ Hj))) Hlam). clear M.
    assert (W : weighted_variation N (core_weight D truth low m0)
                <= INR (number D K) / INR (n D) * TV N D (uniform_on D K)).
    { unfold weighted_variation, TV. rewrite <- Sum_scal. apply Sum_le. intros t _.
      rewrite (Rmult_comm (_ / _)), Rmult_assoc. apply Rmult_le_compat_l; [apply Rabs_pos|].
      rewrite Rmult_comm. now apply robust_weight. }
    assert (S : INR (number D A0 - m0) <= INR (number D K)) by (apply le_INR; lia).
    set (r := INR (number D K) / INR (n D)) in *.
    assert (S' : INR (number D A0 - m0) / (2 * INR (n D)) <= r / 2).
    { unfold r. replace (INR (number D K) / INR (n D) / 2) with (INR (number D K) / (2 * INR (n D)))
        by (field; lra). apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra | exact S]. }
    assert (Q : r / 2 + r * TV N D (uniform_on D K) <= (lam + res N D) / (2 * s gamma)).
    { apply Rmult_le_reg_l with (2 * s gamma); [lra|].
      replace (2 * s gamma * ((lam + res N D) / (2 * s gamma))) with (lam + res N D) by (field; lra).
      lra. }
    lra.
Qed.

(** The form of the paper: stability at eta. *)
Theorem robust_stability_eta N D truth low gamma m0 eta lam :
  (0 < n D)%nat -> (certain_core N D truth low gamma <= m0)%nat ->
  is_lambda_max N D lam -> 0 < eta -> lam <= 2 / eta ->
  weighted_variation N (core_weight D truth low m0)
    <= (2 / eta + res N D) / (2 * s gamma) - sure D truth low m0 / (2 * INR (n D)).
Proof.
  intros Hn Hm Hlam _ He. assert (K := robust_stability N D truth low gamma m0 lam Hn Hm Hlam).
  assert (Hs := s_pos gamma).
  assert ((lam + res N D) / (2 * s gamma) <= (2 / eta + res N D) / (2 * s gamma))
    by (apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra | lra]).
  lra.
Qed.

(** Weak generalization: if mean_j D(f0_j || f_j) <= eps then at most m0 core data are certain, for
    any m0 with n eps < (m0 + 1) D(low || gamma). *)
Theorem weak_generalization N D truth low gamma eps m0 :
  (0 < n D)%nat -> low < gamma -> mean_divergence D truth (outputs N D) <= eps ->
  INR (n D) * eps < (INR m0 + 1) * divergence low gamma ->
  (certain_core N D truth low gamma <= m0)%nat.
Proof. intros Hn H He Hm. exact (missing_at_most D truth (outputs N D) low gamma eps m0 Hn H He Hm).
Qed.

(** Where h >= c0 > 0 the total variation of f' is bounded: the sum of |jump of f'| over the kinks in
    I is at most [(2/eta + res)/Gamma(gamma) - (N0 - m0)_+/n]/(2 c0). *)
Definition variation_in (N : network) (I : R -> bool) : R :=
  weighted_variation N (fun t => if I t then 1 else 0).

Theorem variation_where N D truth low gamma m0 eta lam c0 I :
  (0 < n D)%nat -> (certain_core N D truth low gamma <= m0)%nat ->
  is_lambda_max N D lam -> 0 < eta -> lam <= 2 / eta ->
  0 < c0 -> (forall t, I t = true -> c0 <= core_weight D truth low m0 t) ->
  variation_in N I <= ((2 / eta + res N D) / s gamma - sure D truth low m0 / INR (n D)) / (2 * c0).
Proof.
  intros Hn Hm Hlam Heta He Hc HI.
  assert (K := robust_stability_eta N D truth low gamma m0 eta lam Hn Hm Hlam Heta He).
  assert (Rn := lt_0_INR _ Hn). assert (Hs := s_pos gamma).
  assert (V : c0 * variation_in N I <= weighted_variation N (core_weight D truth low m0)).
  { unfold variation_in, weighted_variation. rewrite <- Sum_scal. apply Sum_le. intros t _.
    rewrite Rmult_comm, Rmult_assoc. apply Rmult_le_compat_l; [apply Rabs_pos|].
    destruct (I t) eqn:E; [specialize (HI t E); lra|]. rewrite Rmult_0_l.
    unfold core_weight, h. apply Rmin_glb; [|rewrite hminus_mirror]; apply hplus_nonneg. }
  apply Rmult_le_reg_l with c0; [exact Hc|].
  replace (c0 * (((2 / eta + res N D) / s gamma - sure D truth low m0 / INR (n D)) / (2 * c0)))
    with ((2 / eta + res N D) / (2 * s gamma) - sure D truth low m0 / (2 * INR (n D)))
    by (field; lra).
  lra.
Qed.

(** res < sqrt(1 + x_max^2), whatever the network and the labels. *)
Theorem res_below N D x_max :
  labelled D -> (forall j, (j < n D)%nat -> Rabs (x D j) <= x_max) -> res N D < sqrt (1 + x_max ^ 2).
Proof.
  intros HD Hx. assert (K := res_le_loss N D x_max HD Hx). assert (E := exp_pos (- loss N D)).
  assert (Hr : 0 < sqrt (1 + x_max ^ 2)) by (apply sqrt_lt_R0; assert (Q := pow2_ge_0 x_max); lra).
  assert (P : 0 < sqrt (1 + x_max ^ 2) * exp (- loss N D)) by now apply Rmult_lt_0_compat.
  lra.
Qed.
