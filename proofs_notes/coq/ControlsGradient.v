(** * T-grad needs all of its gradient term

    The mirrored pair of ControlsPair.v with a = 1/10, w = 19/10 and output t = log(1999/2001) on the
    data, so that e^t and all of H are rational: the point is nearly stationary and |alpha| nearly 1,
    where 2 |alpha| <= 1 + |alpha|^2 is sharp.  With 99/100 of its gradient term T-grad fails there,
    by 4e-8. *)

From Coq Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Network BlockNorm Spectrum Master
  ControlsStatements ControlsSteep ControlsPair Controls.
Import ListNotations.
Open Scope R_scope.

Definition level : R := ln (1999/2001).
Local Notation N := (pair (1/10) (19/10) level).
Local Notation D := (four_data both).

Lemma tenth_pos : 0 < 1/10. Proof. lra. Qed.
Lemma weight_pos : 0 < 19/10. Proof. lra. Qed.

Lemma exp_level : exp level = 1999/2001.
Proof. apply exp_ln. lra. Qed.

Lemma exp_minus_level : exp (- level) = 2001/1999.
Proof. rewrite exp_Ropp, exp_level. field. Qed.

Lemma s_level : s level = 3999999/16000000.
Proof. unfold s. rewrite exp_level, exp_minus_level. field. Qed.

Lemma level_slope j :
  (j < 4)%nat -> slope N D j = nth j [-(2001/4000); 1999/4000; -(2001/4000); 1999/4000] 0.
Proof.
  intros Hj. unfold slope. rewrite (pair_f _ _ _ both weight_pos) by exact Hj. unfold dl, both.
  destruct j as [|[|[|[|j]]]]; [| | | | exfalso; lia]; simpl;
  rewrite ?Rmult_1_l; replace (-1 * level) with (- level) by ring;
  rewrite ?exp_level, ?exp_minus_level; field.
Qed.

Lemma level_r :
  (rx N D 0 = - (3/32000) /\ r1 N D 0 = - (1/8000)) /\ (rx N D 1 = 3/32000 /\ r1 N D 1 = - (1/8000)).
Proof.
  unfold rx, r1. change (n D) with 4%nat. cbn [seq Sum]. rewrite !level_slope by lia.
  destruct (pair_pattern (1/10) (19/10) level both weight_pos)
    as ((A00 & A01 & A02 & A03) & (A10 & A11 & A12 & A13)).
  rewrite A00, A01, A02, A03, A10, A11, A12, A13. simpl. repeat split; field.
Qed.

Lemma level_grad : grad_wb_norm N D <= 141422/100000 / 64000.
Proof.
  unfold grad_wb_norm. change (k N) with 2%nat. cbn [seq Sum grad vw vb].
  destruct level_r as [[X0 Y0] [X1 Y1]]. rewrite X0, Y0, X1, Y1.
  rewrite <- (sqrt_pow2 (141422/100000 / 64000)) by lra. apply sqrt_le_1_alt. simpl a. lra.
Qed.

Lemma level_betamax : betamax N D quarter = 5/8.
Proof.
  unfold betamax. change (k N) with 2%nat. cbn [seq Max].
  rewrite !(pair_betanorm _ _ _ both weight_pos quarter quarter_uniform) by lia.
  rewrite (Rmax_left (5/8) 0), Rmax_left by lra. reflexivity.
Qed.

Definition bound : R := 50576741/100000000.

(** One side of v^T H v, U the part of (w, b) along r_i *)
Lemma level_side U v3 r :
  3999999/32000000 * (1/8 * U + 57/40 * v3 + r) ^ 2 - 1/3200 * U * v3
  <= bound * (U ^ 2 + v3 ^ 2 + r ^ 2 / 2).
Proof.
  assert (K1 := pow2_ge_0 (U - 161714245/3685041631 * v3 - 799999800/25795291417 * r)).
  assert (K2 := pow2_ge_0 (v3 - 2745519420286640/3853464948190817 * r)).
  assert (K3 := pow2_ge_0 r). unfold bound. lra.
Qed.

Lemma level_below lam : is_lambda_max N D lam -> lam <= bound.
Proof.
  intros Hlam. apply (lambda_max_le N D lam _ (pair_nonempty both) Hlam). intro v.
  assert (project : forall e v1 v2, e ^ 2 = 1 ->
    (4/5 * (e * (3/4) * v1 + v2)) ^ 2 <= v1 ^ 2 + v2 ^ 2).
  { intros e v1 v2 He. assert (K := pow2_ge_0 (v1 - e * (3/4) * v2)).
    replace ((4/5 * (e * (3/4) * v1 + v2)) ^ 2)
      with (16/25 * (9/16 * e ^ 2 * v1 ^ 2 + 2 * (e * (3/4) * v1 * v2) + v2 ^ 2)) by field.
    replace ((v1 - e * (3/4) * v2) ^ 2)
      with (v1 ^ 2 - 2 * (e * (3/4) * v1 * v2) + 9/16 * e ^ 2 * v2 ^ 2) in K by field.
    rewrite He in *. lra. }
  assert (P0 := project 1 (vw v 0%nat) (vb v 0%nat) ltac:(ring)).
  assert (P1 := project (-1) (vw v 1%nat) (vb v 1%nat) ltac:(ring)).
  assert (S0 := level_side (4/5 * (1 * (3/4) * vw v 0%nat + vb v 0%nat)) (va v 0%nat) (vc v)).
  assert (S1 := level_side (4/5 * (-1 * (3/4) * vw v 1%nat + vb v 1%nat)) (va v 1%nat) (vc v)).
  unfold Hq. rewrite (pair_Gq _ _ _ both weight_pos), s_level, Rq_by_neurons. unfold norm2.
  change (k N) with 2%nat. cbn [seq Sum].
  destruct level_r as [[X0 Y0] [X1 Y1]]. rewrite X0, Y0, X1, Y1. unfold bound in *. lra.
Qed.

(** TG-gradient *)
Theorem TGrad_gradient_is_false : ~ TGrad_statement 1 2 1 (99/100).
Proof.
  intro F. destruct (lambda_max_exists N D (pair_nonempty both)) as [lam H].
  assert (L := level_below lam H). assert (G := level_grad).
  assert (K := F _ _ quarter lam (pair_law both quarter quarter_uniform) (pair_nonempty both) H).
  rewrite (pair_pathsum _ _ _ both tenth_pos weight_pos quarter quarter_uniform),
    (pair_imbalance _ _ _ both tenth_pos weight_pos quarter quarter_uniform),
    (pair_Dq _ _ _ both weight_pos quarter quarter_uniform), level_betamax, s_level in K.
  unfold bound in L. lra.
Qed.
