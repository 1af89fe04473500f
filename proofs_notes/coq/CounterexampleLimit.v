(** * Flat, yet overfitting (flat-overfit, part 2 completed)

    For all data in which equal x carry equal labels, all step sizes eta and all eps > 0, every ramp
    network of large enough margin m has training error 0, training loss below eps, no datum on a
    kink and lambda_max <= 2/eta.  The margin is explicit, a multiple of a logarithm. *)

From Coq Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Network Spectrum Hessian Ramps Counterexample.
Import ListNotations.
Open Scope R_scope.

(** ** The number of sign changes *)

(** For sorted data N counts the j with y_j <> y_(j + 1). *)
Lemma sorted_points D i m :
  (forall u v, (u < v)%nat -> (v < i + m)%nat -> x D u < x D v) ->
  fold_right insert [] (map (point_of D) (seq i m)) = map (point_of D) (seq i m).
Proof.
  revert i. induction m as [|m IH]; intros i H; [reflexivity|].
  cbn [seq map fold_right]. rewrite IH by (intros; apply H; lia).
  destruct m as [|m]; [reflexivity|]. cbn [seq map insert].
  destruct (Rlt_dec _ _) as [L|L]; [reflexivity|]. exfalso. apply L. apply H; lia.
Qed.

Lemma changes_range D i m :
  INR (changes (map (point_of D) (seq i (S m))))
  = Sum (fun j => if Req_EM_T (y D j) (y D (S j)) then 0 else 1) (seq i m).
Proof.
  revert i. induction m as [|m IH]; intros i; [reflexivity|].
  specialize (IH (S i)). cbn [seq map changes Sum] in *. rewrite plus_INR, IH. f_equal.
  unfold same, point_of. cbn [snd]. destruct (Req_EM_T _ _); reflexivity.
Qed.

Theorem sign_changes_sorted D :
  (forall i j, (i < j)%nat -> (j < n D)%nat -> x D i < x D j) ->
  INR (sign_changes D) = \sum_(j < n D - 1) if Req_EM_T (y D j) (y D (S j)) then 0 else 1.
Proof.
  intros H. unfold sign_changes, points. rewrite sorted_points by exact H.
  destruct (n D) as [|m]; [reflexivity|].
  replace (S m - 1)%nat with m by lia. apply changes_range.
Qed.

Lemma insert_length q l : (length (insert q l) <= S (length l))%nat.
Proof.
  induction l as [|r l IH]; cbn [insert]; [reflexivity|].
  destruct (Rlt_dec (fst q) (fst r)); [reflexivity|].
  destruct (Rlt_dec (fst r) (fst q)); cbn [length] in *; lia.
Qed.

Lemma changes_length l : (changes l <= length l - 1)%nat.
Proof.
  induction l as [|q [|r l] IH]; [reflexivity | reflexivity|].
  change (((if same q r then 0 else 1) + changes (r :: l) <= S (S (length l)) - 1)%nat).
  cbn [length] in IH. destruct (same q r); lia.
Qed.

(** At most n - 1, so the network has at most 2 (n - 1) neurons. *)
Theorem sign_changes_le D : (sign_changes D <= n D - 1)%nat.
Proof.
  eapply Nat.le_trans; [apply changes_length|]. unfold points.
  assert (K : (length (fold_right insert [] (map (point_of D) (seq 0 (n D))))
               <= length (map (point_of D) (seq 0 (n D))))%nat).
  { induction (map _ _) as [|q l IH]; [reflexivity|]. cbn [fold_right length].
    eapply Nat.le_trans; [apply insert_length | lia]. }
  rewrite map_length, seq_length in K. lia.
Qed.

(** ** The bound tends to 0 *)

Section Limit.
Variables (D : data) (omega : R).
Hypothesis omega_range : 0 < omega < 1.

Lemma gap_nonneg : 0 <= gap D.
Proof.
  unfold gap. destruct (Max_nonneg (fun i => Max (fun j =>
    if Req_EM_T (y D i) (y D j) then 0 else / Rabs (x D i - x D j)) (seq 0 (n D))) (seq 0 (n D)))
    as [H|H].
  - left. now apply Rinv_0_lt_compat.
  - rewrite <- H, Rinv_0. lra.
Qed.

Lemma flat_rate_nonneg : 0 <= flat_rate omega D.
Proof.
  assert (A := pow2_ge_0 (width D)). assert (B := pow2_ge_0 (xmax D)).
  unfold flat_rate. apply Rmult_le_pos; [|lra]. apply Rmult_le_pos.
  - apply Rmult_le_pos; [lra | apply pos_INR].
  - destruct gap_nonneg as [H|H].
    + left. apply Rinv_0_lt_compat. apply Rmult_lt_0_compat; lra.
    + rewrite <- H, Rmult_0_r, Rinv_0. lra.
Qed.

Lemma flat_base_pos : 1 <= flat_base D.
Proof. unfold flat_base. assert (H := sqrt_pos (1 + xmax D ^ 2)). lra. Qed.

(** m e^(-m/2) <= 1 *)
Lemma linear_below_exp m : m * exp (- (m / 2)) <= 1.
Proof.
  assert (E := exp_mul_opp (m / 2)). assert (P := exp_pos (- (m / 2))).
  assert (K : m <= exp (m / 2)).
  { assert (H := exp_ge_1_plus (m / 2 / 2)). assert (H0 := exp_pos (m / 2 / 2)).
    replace (m / 2) with (m / 2 / 2 + m / 2 / 2) by field. rewrite exp_plus.
    assert (S1 := pow2_ge_0 (1 - m / 2 / 2)). assert (S2 := pow2_ge_0 (exp (m / 2 / 2) - 1)).
    destruct (Rle_lt_dec 0 (1 + m / 2 / 2)); nra. }
  rewrite <- E. apply Rmult_le_compat_r; lra.
Qed.

(** e^-m (A + C m) <= e^(-m/2) (A + C) *)
Lemma flat_bound_le m :
  0 <= m -> 0 <= flat_bound omega m D <= exp (- (m / 2)) * (flat_base D + flat_rate omega D).
Proof.
  intros Hm. assert (A := flat_base_pos). assert (C := flat_rate_nonneg).
  assert (P := exp_pos (- (m / 2))). assert (L := linear_below_exp m).
  assert (L1 : exp (- (m / 2)) <= 1) by (rewrite <- exp_0; apply exp_le; lra).
  unfold flat_bound. split.
  - apply Rmult_le_pos; [left; apply exp_pos | nra].
  - replace (- m) with (- (m / 2) + - (m / 2)) by field. rewrite exp_plus, Rmult_assoc.
    apply Rmult_le_compat_l; [lra|]. nra.
Qed.

(** flat_bound -> 0 as m -> infinity *)
Theorem flat_bound_limit : is_lim (fun m => flat_bound omega m D) p_infty 0.
Proof.
  apply (is_lim_le_le_loc (fun _ => 0)
    (fun m => exp (- (m / 2)) * (flat_base D + flat_rate omega D))).
  - exists 0. intros m Hm. apply flat_bound_le. lra.
  - apply is_lim_const.
  - replace (Finite 0) with (Rbar_mult 0 (flat_base D + flat_rate omega D))
      by (simpl; f_equal; ring).
    apply is_lim_scal_r. apply (is_lim_comp exp (fun m => - (m / 2)) p_infty 0 m_infty).
    + exact is_lim_exp_m.
    + apply (is_lim_ext (fun m => - / 2 * m)); [intros; field|].
      replace m_infty with (Rbar_mult (- / 2) p_infty) at 1.
      * apply is_lim_scal_l, is_lim_id.
      * apply is_Rbar_mult_unique, is_Rbar_mult_sym, is_Rbar_mult_p_infty_neg. simpl. lra.
    + exists 0. easy.
Qed.

(** An explicit margin: m >= 2 log(eta (A + C)/2) suffices. *)
Theorem flat_bound_small eta m :
  0 < eta -> 0 <= m -> 2 * ln (eta * (flat_base D + flat_rate omega D) / 2) <= m ->
  flat_bound omega m D <= 2 / eta.
Proof.
  intros He Hm H. assert (A := flat_base_pos). assert (C := flat_rate_nonneg).
  set (AC := flat_base D + flat_rate omega D) in *.
  assert (HAC : 0 < AC) by (unfold AC; lra).
  assert (Hpos : 0 < eta * AC / 2) by (apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat|]; lra).
  eapply Rle_trans; [now apply flat_bound_le|]. fold AC.
  apply Rle_trans with (exp (- ln (eta * AC / 2)) * AC).
  - apply Rmult_le_compat_r; [lra|]. apply exp_le. lra.
  - rewrite exp_Ropp, exp_ln by exact Hpos. apply Req_le. field. lra.
Qed.

End Limit.

(** ** The theorem *)

(** From this margin on everything holds. *)
Definition enough (omega eta eps : R) (D : data) : R :=
  Rmax 1 (Rmax (2 * ln (eta * (flat_base D + flat_rate omega D) / 2)) (ln (/ eps))).

Lemma log_loss_small m eps : 0 < eps -> ln (/ eps) <= m -> ln (1 + exp (- m)) < eps.
Proof.
  intros He H. assert (P := exp_pos (- m)).
  apply Rlt_le_trans with (exp (- m)).
  - rewrite <- (ln_exp (exp (- m))) at 2. apply ln_increasing; [lra|]. apply exp_ineq1. lra.
  - rewrite <- (exp_ln eps He). apply exp_le. rewrite ln_Rinv in H by exact He. lra.
Qed.

(** Theorem 3.1 for an explicit network: all margins are m, no datum lies on a kink, the loss is
    log(1 + e^-m) < eps, the Hessian lies between -2/eta and 2/eta, and no datum is uncertain. *)
Theorem flat_yet_overfitting (D : data) (omega eta eps m : R) :
  labelled D -> consistent D -> 0 < omega < 1 -> 0 < eta -> 0 < eps ->
  enough omega eta eps D <= m ->
  let N := ramp_network omega m D in
  (k N <= 2 * (n D - 1))%nat
  /\ (forall j, (j < n D)%nat -> y D j * f N (x D j) = m)
  /\ smooth N D
  /\ loss N D = ln (1 + exp (- m)) /\ loss N D < eps
  /\ (forall v, Rabs (Hq N D v) <= 2 / eta * norm2 N v)
  /\ (forall lam, is_lambda_max N D lam -> lam <= 2 / eta)
  /\ (forall gamma, gamma < m -> count N D gamma = 0).
Proof.
  intros HD HC Ho He Hp Hm N. unfold enough in Hm.
  assert (M1 : 1 <= m) by (eapply Rle_trans; [apply Rmax_l | exact Hm]).
  assert (M' := Rle_trans _ _ _ (Rmax_r _ _) Hm).
  assert (M2 := Rle_trans _ _ _ (Rmax_l _ _) M'). assert (M3 := Rle_trans _ _ _ (Rmax_r _ _) M').
  assert (Hm0 : 0 < m) by lra.
  assert (HF := ramp_network_margin D omega m HD HC Ho Hm0). fold N in HF.
  assert (HL := loss_margin N D m HD HF).
  assert (HB : forall v, Rabs (Hq N D v) <= 2 / eta * norm2 N v).
  { intro v. eapply Rle_trans; [exact (ramp_network_flat D omega m HD HC Ho Hm0 v)|].
    apply Rmult_le_compat_r; [apply norm2_nonneg|].
    apply flat_bound_small; [exact Ho | exact He | lra | exact M2]. }
  split; [|split; [exact HF | split; [|split; [exact HL | split; [|split; [exact HB | split]]]]]].
  - assert (K := sign_changes_le D). unfold N. rewrite ramp_network_size. lia.
  - now apply ramp_network_smooth.
  - rewrite HL. now apply log_loss_small.
  - intros lam Hlam. apply (lambda_max_le N D lam (2 / eta) (proj1 HD) Hlam).
    intro v. eapply Rle_trans; [apply Rle_abs | apply HB].
  - intros gamma Hg. apply sum_zero. intros j Hj. unfold uncertain.
    destruct (Rle_dec _ _) as [K|K]; [|reflexivity]. exfalso.
    assert (E : Rabs (f N (x D j)) = m); [|lra].
    rewrite <- (HF j Hj). destruct (proj2 HD j Hj) as [E| E]; rewrite E in *.
    + rewrite Rmult_1_l, Rabs_pos_eq; [reflexivity|]. specialize (HF j Hj). rewrite E in HF. lra.
    + rewrite Rabs_left; [ring|]. specialize (HF j Hj). rewrite E in HF. lra.
Qed.

(** Along every line the loss is differentiable near a network without data on kinks. *)
Lemma differentiable_near N D v :
  smooth N D -> locally 0 (fun t => ex_derive (fun r => loss (shift N v r) D) t).
Proof.
  intros Hs. generalize (pattern_constant N D v Hs). apply filter_imp. intros t Ht.
  assert (H := first_derivative (shift N v t) D v (same_pattern_smooth N D v t Ht)).
  apply (ex_derive_ext (fun r => loss (shift (shift N v t) v (r - t)) D)).
  - intro r. rewrite loss_shift_shift. f_equal. f_equal. ring.
  - apply (ex_derive_comp (fun h => loss (shift (shift N v t) v h) D) (fun r => r - t)).
    + replace (t - t) with 0 by ring. eexists. exact H.
    + auto_derive. easy.
Qed.

(** A network that fits every label with loss below eps, without a datum on a kink; along every line
    the loss is differentiable near it and twice differentiable at it; and lambda_max, the least
    upper bound of its second derivatives along unit vectors, is at most 2/eta. *)
Definition fits_and_is_flat (D : data) (eta eps : R) : Prop :=
  exists (N : network) (lam : R),
    (forall j, (j < n D)%nat -> 0 < y D j * f N (x D j))
    /\ loss N D < eps
    /\ smooth N D
    /\ (forall v, locally 0 (fun t => ex_derive (fun r => loss (shift N v r) D) t)
                  /\ ex_derive_n (fun t => loss (shift N v t) D) 2 0)
    /\ is_lub (fun h => exists v, norm2 N v = 1
                          /\ h = Derive_n (fun t => loss (shift N v t) D) 2 0) lam
    /\ lam <= 2 / eta.

(** Theorem 3.1, closed: for all data in which equal x carry equal labels, every step size eta and
    every eps > 0 there is such a network. *)
Theorem flat_overfit (D : data) (eta eps : R) :
  labelled D -> consistent D -> 0 < eta -> 0 < eps -> fits_and_is_flat D eta eps.
Proof.
  intros HD HC He Hp. set (m := enough (/ 2) eta eps D).
  assert (M : 1 <= m) by apply Rmax_l.
  destruct (flat_yet_overfitting D (/ 2) eta eps m) as (_ & HF & HS & _ & HL & _ & HLam & _);
    [exact HD | exact HC | lra | exact He | exact Hp | apply Rle_refl|].
  set (N := ramp_network (/ 2) m D) in *.
  destruct (lambda_max_exists N D (proj1 HD)) as (lam & Hlam).
  exists N, lam. split; [intros j Hj; rewrite (HF j Hj); lra|].
  split; [exact HL|]. split; [exact HS|]. split; [|split].
  - intro v. split; [now apply differentiable_near|]. exists (Hq N D v).
    exact (second_derivative N D v HD HS).
  - now apply lambda_max_of_loss.
  - now apply HLam.
Qed.

(** In particular for all distinct inputs and all labels. *)
Corollary flat_overfit_distinct (D : data) (eta eps : R) :
  labelled D -> distinct D -> 0 < eta -> 0 < eps -> fits_and_is_flat D eta eps.
Proof. intros HD Hx. apply flat_overfit; [exact HD | now apply distinct_consistent]. Qed.

(** The assumption is needed: no network fits two labels at one x. *)
Theorem consistent_needed (N : network) (D : data) :
  labelled D -> (forall j, (j < n D)%nat -> 0 < y D j * f N (x D j)) -> consistent D.
Proof.
  intros HD H i j Hi Hj E. assert (A := H i Hi). assert (B := H j Hj). rewrite E in A.
  destruct (proj2 HD i Hi) as [Ei|Ei], (proj2 HD j Hj) as [Ej|Ej]; rewrite Ei, Ej in *; lra.
Qed.
