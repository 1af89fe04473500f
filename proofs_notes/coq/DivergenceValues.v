(** * Witnesses: values of the divergence near the truth 0, and far from it

    At v0 = 1/1000 the divergence D(0 || v0) is v0^2/8 up to a factor near 1; D(0 || 8) lies between 3 and
    4, and D(8 || 0) is at most 1.  ControlsDivergence.v refutes with them. *)

From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Divergence.
Open Scope R_scope.

Definition difference (f0 f : R) : R := sigma f - sigma f0.
Definition distance (f0 f : R) : R := Rabs (f - f0).
Definition lower_remainder (t : R) : R := exp (- t) - 1 + t.
Definition upper_remainder (t : R) : R := exp t - 1 - t.

(** ** Near the truth 0, at v = 1/1000, the divergence is v^2/8 up to a factor near 1 *)

Definition v0 : R := 1/1000.

Lemma v0_pos : 0 < v0 /\ 0 < v0 ^ 2.
Proof. assert (H : 0 < v0) by (unfold v0; lra). split; [exact H | now apply pow_lt]. Qed.

Lemma exp_v0 : 0 < exp (- v0) <= 1000/1001 /\ exp v0 <= 1000/999.
Proof.
  unfold v0. assert (A := exp_ge_1_plus (1/1000)). assert (B := exp_ge_1_plus (- (1/1000))).
  assert (E := exp_mul_opp (1/1000)). assert (P := exp_pos (1/1000)).
  assert (P' := exp_pos (- (1/1000))).
  split; [split; [exact P'|]|]; nra.
Qed.

Lemma s_v0 : 24999/100000 <= s v0.
Proof.
  rewrite s_alt. destruct exp_v0 as [[P' B] A]. assert (P := exp_pos v0).
  replace (24999/100000) with (/ (100000/24999)) by field. apply Rinv_le_contravar; lra.
Qed.

Lemma near_truth : v0 ^ 2 * 24999/200000 <= divergence 0 v0 <= v0 ^ 2 / 8.
Proof.
  split.
  - assert (K := K3_level v0 0 v0). rewrite Rabs_R0, Rabs_pos_eq in K by (unfold v0; lra).
    assert (L := s_v0). assert (V : 0 <= v0 ^ 2) by apply pow2_ge_0.
    replace ((v0 - 0) ^ 2) with (v0 ^ 2) in K by ring.
    assert (K' : s v0 * v0 ^ 2 / 2 <= divergence 0 v0) by (apply K; unfold v0; lra). nra.
  - assert (K := K2 0 v0). replace ((v0 - 0) ^ 2) with (v0 ^ 2) in K by ring. exact K.
Qed.

Lemma distance_v0 : distance 0 v0 = v0.
Proof. unfold distance. rewrite Rminus_0_r. apply Rabs_pos_eq. unfold v0. lra. Qed.

(** sigma(v) - 1/2 >= v s(v) *)
Lemma difference_v0 : v0 * 24999/100000 <= difference 0 v0.
Proof.
  unfold difference. destruct (MVT_gen sigma 0 v0 s) as (u & Hu & E).
  - intros u _. apply sigma_derive.
  - intros u _. apply continuity_pt_filterlim, (ex_derive_continuous sigma u).
    exists (s u). apply sigma_derive.
  - rewrite Rmin_left, Rmax_right in Hu by (unfold v0; lra). rewrite E.
    assert (L : s v0 <= s u)
      by (apply s_decreasing_abs; rewrite !Rabs_pos_eq by lra; lra).
    assert (L' := s_v0). unfold v0 in *. lra.
Qed.

(** e^-v - 1 + v >= v^2/2 - v^3/6 *)
Lemma lower_remainder_v0 : v0 ^ 2 * (1/2 - v0/6) <= lower_remainder v0.
Proof.
  assert (third : forall v, 0 <= v -> 0 <= exp (- v) - 1 + v - v ^ 2 / 2 + v ^ 3 / 6).
  { intros v Hv. apply (rises_twice (fun v => exp (- v) - 1 + v - v ^ 2 / 2 + v ^ 3 / 6)
      (fun v => - exp (- v) + 1 - v + v ^ 2 / 2) (fun v => exp (- v) - 1 + v)); [| | | | |exact Hv].
    - intro u. auto_derive; [exact I | field].
    - intro u. auto_derive; [exact I | field].
    - rewrite Ropp_0, exp_0. lra.
    - rewrite Ropp_0, exp_0. lra.
    - intros u _. assert (E := exp_ge_1_plus (- u)). lra. }
  unfold lower_remainder. assert (K := third v0). assert (0 <= v0) by (unfold v0; lra).
  specialize (K H). nra.
Qed.

(** e^v - 1 - v <= e^v v^2/2 *)
Lemma upper_remainder_v0 : upper_remainder v0 <= v0 ^ 2 / 2 * (1000/999).
Proof.
  assert (second : forall v, 0 <= v -> 0 <= v ^ 2 / 2 - (1 - (1 + v) * exp (- v))).
  { intros v Hv. apply (rises (fun v => v ^ 2 / 2 - (1 - (1 + v) * exp (- v)))
      (fun v => v * (1 - exp (- v)))); [| | |exact Hv].
    - intro u. auto_derive; [exact I | field].
    - rewrite Ropp_0, exp_0. lra.
    - intros u Hu. assert (E : exp (- u) <= exp 0) by (apply exp_le; lra). rewrite exp_0 in E. nra. }
  assert (K := second v0). assert (V : 0 <= v0) by (unfold v0; lra). specialize (K V).
  destruct exp_v0 as [_ A]. assert (P := exp_pos v0). assert (E := exp_mul_opp v0).
  unfold upper_remainder.
  assert (Q : exp v0 - 1 - v0 <= exp v0 * (v0 ^ 2 / 2)).
  { replace (exp v0 - 1 - v0) with (exp v0 * (1 - (1 + v0) * exp (- v0)))
      by (replace (exp v0 * (1 - (1 + v0) * exp (- v0)))
            with (exp v0 - (1 + v0) * (exp v0 * exp (- v0)))
            by ring; rewrite E; ring).
    apply Rmult_le_compat_l; lra. }
  assert (V2 := pow2_ge_0 v0). nra.
Qed.

(** ** Far from the truth, at 8: D(0 || 8) is about 3.3 and D(8 || 0) at most log 2 < 1 *)

Lemma ln_2_lt_1 : 0 < ln 2 < 1.
Proof.
  split; [rewrite <- ln_1; apply ln_increasing; lra|].
  rewrite <- (ln_exp 1). apply ln_increasing; [lra|]. assert (E := exp_ineq1 1). lra.
Qed.

Lemma softplus_0 : softplus 0 = ln 2.
Proof. unfold softplus. rewrite exp_0. reflexivity. Qed.

Lemma softplus_ge u : u <= softplus u.
Proof.
  unfold softplus. assert (P := exp_pos u). rewrite <- (ln_exp u) at 1. left.
  apply ln_increasing; lra.
Qed.

Lemma softplus_8 : 8 <= softplus 8 <= 8 + ln 2.
Proof.
  split; [apply softplus_ge|]. unfold softplus. assert (P := exp_pos 8).
  rewrite <- (ln_exp 8) at 2. rewrite <- ln_mult by lra.
  assert (E : 1 <= exp 8) by (assert (K := exp_ge_1_plus 8); lra).
  destruct (Req_dec (1 + exp 8) (exp 8 * 2)) as [Q|Q]; [rewrite Q; lra|].
  left. apply ln_increasing; lra.
Qed.

Lemma far_from_truth : 3 <= divergence 0 8 <= 4.
Proof.
  rewrite bregman, sigma_0, softplus_0. assert (L := ln_2_lt_1). assert (S := softplus_8). lra.
Qed.

Lemma far_reversed : divergence 8 0 <= 1.
Proof.
  rewrite bregman, softplus_0. assert (L := ln_2_lt_1). assert (S := softplus_8).
  assert (Q := sigma_lt_1 8). lra.
Qed.

Lemma distance_0_8 : distance 0 8 = 8 /\ distance 8 0 = 8.
Proof.
  unfold distance. split; [rewrite Rabs_pos_eq by lra | rewrite Rabs_left by lra]; ring.
Qed.

Lemma exp_8 : 256 <= exp 8.
Proof.
  assert (double : forall u, exp (u + u) = exp u * exp u) by (intro u; apply exp_plus).
  assert (square : forall r u, 0 <= r -> r <= exp u -> r * r <= exp (u + u))
    by (intros r u H0 H; rewrite double; apply Rmult_le_compat; lra).
  assert (E1 := exp_ge_1_plus 1). replace 8 with (1 + 1 + (1 + 1) + (1 + 1 + (1 + 1))) by ring.
  apply Rle_trans with (2 * 2 * (2 * 2) * (2 * 2 * (2 * 2))); [lra|]. repeat apply square; lra.
Qed.

Lemma sigma_8 : 256/257 <= sigma 8.
Proof.
  assert (E := exp_8). assert (B : exp (- (8)) <= / 256)
    by (rewrite exp_Ropp; apply Rinv_le_contravar; lra).
  unfold sigma. replace (256/257) with (/ (257/256)) by field. assert (Q := exp_pos (- (8))).
  apply Rinv_le_contravar; lra.
Qed.
