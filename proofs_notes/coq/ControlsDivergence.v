(** * False twins of (K1) to (K6)

    Each [K.._statement] is a theorem of Divergence.v or Excess.v with its constant, or a part of it, as
    a parameter; [K.._holds] is the theorem itself.  Each [.._is_false] refutes the statement at another
    parameter; the comment names the control of verify/ that says the same (its witness may differ). *)

From Coq Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Network Divergence Excess DivergenceValues.
Open Scope R_scope.

(** ** Statements *)

Definition larger_size (f0 f : R) : R := Rmax (Rabs f) (Rabs f0).
Definition swapped (f0 f : R) : R := divergence f f0.

Definition K1_statement (c : R) (gap : R -> R -> R) : Prop :=
  forall f0 f, c * gap f0 f ^ 2 <= divergence f0 f.
Definition K2_statement (c : R -> R) : Prop :=
  forall f0 f, divergence f0 f <= c f0 * distance f0 f ^ 2.
Definition K3_statement (c : R) (level : R -> R -> R) : Prop :=
  forall f0 f, c * s (level f0 f) * distance f0 f ^ 2 <= divergence f0 f.
Definition K4_below_statement (c : R) (remainder : R -> R) (div : R -> R -> R) : Prop :=
  forall f0 f, c * s f0 * remainder (distance f0 f) <= div f0 f.
Definition K4_above_statement (c : R) (remainder : R -> R) (div : R -> R -> R) : Prop :=
  forall f0 f, div f0 f <= c * s f0 * remainder (distance f0 f).
Definition K5_statement (c : R) (variance : R -> R -> R) (div : R -> R -> R) : Prop :=
  forall f0 f, div f0 f <= c * difference f0 f ^ 2 / variance f0 f.
Definition K6_statement (share : R) (div : R -> R -> R) : Prop := forall D truth out,
  labelled D ->
  let mean := / INR (n D) * \sum_(j < n D) div (truth j) (out j) in
  risk D truth out - risk D truth truth = mean
  /\ mean = (training D out - training D truth)
            + share * inner D (noise D truth) (fun j => out j - truth j).

Lemma distance_sq f0 f : distance f0 f ^ 2 = (f - f0) ^ 2.
Proof. apply pow2_abs. Qed.

Theorem K1_holds : K1_statement 2 difference.
Proof. exact K1. Qed.

Theorem K2_holds : K2_statement (fun _ => 1/8).
Proof. intros f0 f. rewrite distance_sq. assert (K := K2 f0 f). lra. Qed.

Theorem K3_holds : K3_statement (1/2) larger_size.
Proof. intros f0 f. rewrite distance_sq. assert (K := K3 f0 f). unfold larger_size. lra. Qed.

Theorem K4_below_holds : K4_below_statement 1 lower_remainder divergence.
Proof. intros f0 f. rewrite Rmult_1_l. exact (K4_below f0 f). Qed.

Theorem K4_above_holds : K4_above_statement 1 upper_remainder divergence.
Proof. intros f0 f. rewrite Rmult_1_l. exact (K4_above f0 f). Qed.

Theorem K5_holds : K5_statement 1 (fun _ f => s f) divergence.
Proof. intros f0 f. rewrite Rmult_1_l. exact (K5 f0 f). Qed.

Theorem K6_holds : K6_statement 1 divergence.
Proof. intros D truth out HD. rewrite Rmult_1_l. exact (K6 D truth out HD). Qed.

(** ** (K1), kl-pinsker *)

(** pinsker-const *)
Theorem K1_constant_is_false : ~ K1_statement (2001/1000) difference.
Proof.
  intro F. assert (K := F 0 v0). assert (G := difference_v0). assert (N := proj2 near_truth).
  assert (Q : (v0 * 24999/100000) ^ 2 <= difference 0 v0 ^ 2).
  { apply pow_incr. split; [unfold v0; lra | exact G]. }
  replace ((v0 * 24999/100000) ^ 2) with (v0 ^ 2 * (24999/100000) ^ 2) in Q by field.
  assert (V := v0_pos). lra.
Qed.

(** pinsker-distance *)
Theorem K1_distance_is_false : ~ K1_statement 2 (fun f0 f => distance f0 f / 4).
Proof.
  intro F. assert (K := F 0 8). cbv beta in K. rewrite (proj1 distance_0_8) in K.
  assert (L := far_from_truth). lra.
Qed.

(** ** (K2), kl-quadratic *)

(** quadratic-const *)
Theorem K2_constant_is_false : ~ K2_statement (fun _ => 1/8 - 1/1000).
Proof.
  intro F. assert (K := F 0 v0). cbv beta in K. rewrite distance_v0 in K. assert (N := near_truth).
  unfold v0 in *. lra.
Qed.

(** 1/8 becomes 1/9 *)
Theorem K2_ninth_is_false : ~ K2_statement (fun _ => 1/9).
Proof.
  intro F. assert (K := F 0 v0). cbv beta in K. rewrite distance_v0 in K. assert (N := near_truth).
  unfold v0 in *. lra.
Qed.

(** quadratic-truth *)
Theorem K2_truth_is_false : ~ K2_statement (fun f0 => s f0 / 2).
Proof.
  intro F. assert (K := F 8 0). cbv beta in K. rewrite (proj2 distance_0_8) in K.
  assert (E := exp_8). assert (B : exp (- (8)) <= / 256)
    by (rewrite exp_Ropp; apply Rinv_le_contravar; lra).
  assert (S := s_le_exp 8). assert (P := K1 8 0). rewrite sigma_0 in P.
  assert (G := sigma_8).
  assert (P' : 2 * (sigma 8 - 1/2) ^ 2 <= divergence 8 0)
    by (replace ((sigma 8 - 1/2) ^ 2) with ((1/2 - sigma 8) ^ 2) by ring; exact P).
  assert (Q : (256/257 - 1/2) ^ 2 <= (sigma 8 - 1/2) ^ 2) by (apply pow_incr; lra).
  assert (S' := s_pos 8). lra.
Qed.

(** ** (K3), kl-uncertain *)

(** uncertain-const *)
Theorem K3_constant_is_false : ~ K3_statement (1/2 + 1/1000) larger_size.
Proof.
  intro F. assert (K := F 0 v0). rewrite distance_v0 in K.
  assert (E : larger_size 0 v0 = v0).
  { unfold larger_size. rewrite Rabs_R0, Rabs_pos_eq, Rmax_left by (unfold v0; lra). reflexivity. }
  rewrite E in K. assert (N := near_truth). assert (S := s_v0). unfold v0 in *. lra.
Qed.

(** uncertain-truth *)
Theorem K3_truth_is_false : ~ K3_statement (1/2) (fun f0 _ => f0).
Proof.
  intro F. assert (K := F 0 8). cbv beta in K. rewrite (proj1 distance_0_8), s_0 in K.
  assert (L := far_from_truth). lra.
Qed.

(** uncertain-output *)
Theorem K3_output_is_false : ~ K3_statement (1/2) (fun _ f => f).
Proof.
  intro F. assert (K := F 8 0). cbv beta in K. rewrite (proj2 distance_0_8), s_0 in K.
  assert (L := far_reversed). lra.
Qed.

(** ** (K4), kl-below and kl-above *)

(** below-const *)
Theorem K4_below_constant_is_false : ~ K4_below_statement (1 + 1/100) lower_remainder divergence.
Proof.
  intro F. assert (K := F 0 v0). rewrite distance_v0, s_0 in K.
  assert (N := near_truth). assert (R := lower_remainder_v0). unfold v0 in *. lra.
Qed.

(** below-remainder *)
Theorem K4_below_remainder_is_false : ~ K4_below_statement 1 upper_remainder divergence.
Proof.
  intro F. assert (K := F 0 8). rewrite (proj1 distance_0_8), s_0 in K. unfold upper_remainder in K.
  assert (L := far_from_truth). assert (E := exp_8). lra.
Qed.

(** below-swapped *)
Theorem K4_below_swapped_is_false : ~ K4_below_statement 1 lower_remainder swapped.
Proof.
  intro F. assert (K := F 0 8). rewrite (proj1 distance_0_8), s_0 in K.
  unfold lower_remainder, swapped in K. assert (L := far_reversed). assert (E := exp_pos (- (8))).
  lra.
Qed.

(** above-const *)
Theorem K4_above_constant_is_false : ~ K4_above_statement (1 - 1/100) upper_remainder divergence.
Proof.
  intro F. assert (K := F 0 v0). rewrite distance_v0, s_0 in K.
  assert (N := near_truth). assert (R := upper_remainder_v0). unfold v0 in *. lra.
Qed.

(** above-remainder *)
Theorem K4_above_remainder_is_false : ~ K4_above_statement 1 lower_remainder divergence.
Proof.
  intro F. assert (K := F 0 8). rewrite (proj1 distance_0_8), s_0 in K. unfold lower_remainder in K.
  assert (L := far_from_truth). assert (E : exp (- (8)) <= exp 0) by (apply exp_le; lra).
  rewrite exp_0 in E. lra.
Qed.

(** above-swapped *)
Theorem K4_above_swapped_is_false : ~ K4_above_statement 1 upper_remainder swapped.
Proof.
  intro F. assert (K := F 8 0). rewrite (proj2 distance_0_8) in K.
  unfold upper_remainder, swapped in K.
  assert (L := far_from_truth). assert (S := s_le_exp 8). assert (S' := s_pos 8).
  assert (E := exp_mul_opp 8). assert (E' := exp_8).
  assert (Q : s 8 * exp 8 <= 1) by (rewrite <- E; rewrite Rmult_comm; apply Rmult_le_compat_l; lra).
  assert (s 8 * (exp 8 - 1 - 8) <= 1) by lra. lra.
Qed.

(** ** (K5), kl-chi *)

(** chi-const *)
Theorem K5_constant_is_false : ~ K5_statement (9/10) (fun _ f => s f) divergence.
Proof.
  intro F. assert (K := F (-16) (-8)). cbv beta in K. set (e := exp (- (8))).
  assert (e0 : 0 < e) by apply exp_pos.
  assert (e1 : e <= 1/256).
  { unfold e. rewrite exp_Ropp. replace (1/256) with (/ 256) by field.
    apply Rinv_le_contravar; [lra | apply exp_8]. }
  assert (E8 : exp (-8) = e) by reflexivity.
  assert (E16 : exp (-16) = e * e) by (unfold e; rewrite <- exp_plus; f_equal; ring).
  assert (S8 : sigma (-8) = e / (1 + e)).
  { unfold sigma. replace (- -8) with 8 by ring. replace 8 with (- -8) at 1 by ring.
    rewrite exp_Ropp, E8. field. lra. }
  assert (S16 : sigma (-16) = e * e / (1 + e * e)).
  { unfold sigma. rewrite exp_Ropp, E16. assert (0 < e * e) by nra. field. nra. }
  (* D >= log(1 + e) - e^2 - 8 e^2 *)
  assert (L1 : e / (1 + e) <= softplus (-8)).
  { unfold softplus. rewrite E8. assert (Q := exp_ge_1_plus (- ln (1 + e))).
    rewrite exp_Ropp, exp_ln in Q by lra.
    replace (e / (1 + e)) with (1 - / (1 + e)) by (field; lra). lra. }
  assert (L2 : softplus (-16) <= e * e).
  { unfold softplus. rewrite E16. assert (Q := ln_le_minus_1 (1 + e * e)). nra. }
  assert (p0 := sigma_pos (-16)).
  assert (p1 : sigma (-16) <= e * e).
  { rewrite S16. assert (P : 0 < e * e) by nra. apply Rmult_le_reg_r with (1 + e * e); [lra|].
    replace (e * e / (1 + e * e) * (1 + e * e)) with (e * e) by (field; lra). nra. }
  assert (Dge : e / (1 + e) - 9 * (e * e) <= divergence (-16) (-8)) by (rewrite bregman; nra).
  (* gap^2 / s <= q / (1 - q) = e *)
  assert (Cle : difference (-16) (-8) ^ 2 / s (-8) <= e).
  { rewrite s_variance. unfold difference. assert (Q0 := sigma_pos (-8)).
    assert (Q1 := sigma_lt_1 (-8)).
    assert (less : sigma (-16) <= sigma (-8)) by (apply sigma_le; lra).
    apply Rle_trans with (sigma (-8) ^ 2 / (sigma (-8) * (1 - sigma (-8)))).
    - apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, Rmult_lt_0_compat; lra|].
      apply pow_incr. lra.
    - rewrite S8. apply Req_le. field. lra. }
  assert (Q : e / (1 + e) >= e * (256/257)).
  { apply Rle_ge. unfold Rdiv. apply Rmult_le_compat_l; [lra|].
    replace (256 * / 257) with (/ (257/256)) by field. apply Rinv_le_contravar; lra. }
  replace (9/10 * difference (-16) (-8) ^ 2 / s (-8))
    with (9/10 * (difference (-16) (-8) ^ 2 / s (-8))) in K by (unfold Rdiv; ring).
  nra.
Qed.

(** chi-truth *)
Theorem K5_truth_is_false : ~ K5_statement 1 (fun f0 _ => s f0) divergence.
Proof.
  intro F. assert (K := F 0 8). cbv beta in K. rewrite s_0 in K. assert (L := far_from_truth).
  unfold difference in K. rewrite sigma_0 in K. assert (A := sigma_pos 8). assert (B := sigma_lt_1 8).
  assert ((sigma 8 - 1/2) ^ 2 <= 1/4) by nra. lra.
Qed.

(** chi-swapped *)
Theorem K5_swapped_is_false : ~ K5_statement 1 (fun _ f => s f) swapped.
Proof.
  intro F. assert (K := F 8 0). cbv beta in K. unfold swapped in K. rewrite s_0 in K.
  assert (L := far_from_truth). unfold difference in K. rewrite sigma_0 in K.
  assert (A := sigma_pos 8). assert (B := sigma_lt_1 8).
  assert ((1/2 - sigma 8) ^ 2 <= 1/4) by nra. lra.
Qed.

(** ** (K6), excess-identity: one datum with label 1, truth 0, output 8 *)

Definition one_label : data := Data 1 (fun _ => 0) (fun _ => 1).

Lemma one_label_labelled : labelled one_label.
Proof. split; [simpl; lia|]. intros. left. reflexivity. Qed.

Lemma one_label_inner u v : inner one_label u v = u 0%nat * v 0%nat.
Proof. unfold inner. simpl. field. Qed.

Lemma one_label_noise : noise one_label (fun _ => 0) 0%nat = 1/2.
Proof.
  unfold noise. change (y one_label 0) with 1. destruct (Req_EM_T 1 1) as [_|E]; [|now contradict E].
  rewrite sigma_0. field.
Qed.

(** k6-noise *)
Theorem K6_noise_is_false : ~ K6_statement (11/10) divergence.
Proof.
  intro F. destruct (F one_label (fun _ => 0) (fun _ => 8) one_label_labelled) as [_ E].
  destruct (K6 one_label (fun _ => 0) (fun _ => 8) one_label_labelled) as [_ E'].
  unfold mean_divergence in E'. rewrite one_label_inner, one_label_noise in E, E'. lra.
Qed.

(** k6-swapped *)
Theorem K6_swapped_is_false : ~ K6_statement 1 swapped.
Proof.
  intro F. destruct (F one_label (fun _ => 0) (fun _ => 8) one_label_labelled) as [E _].
  rewrite excess_is_divergence in E. unfold mean_divergence, swapped in E. simpl in E.
  assert (L := far_from_truth). assert (L' := far_reversed). lra.
Qed.
