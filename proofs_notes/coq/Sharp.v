(** * The mirrored pair: T-star, T-grad, T-stat and the TV form are sharp

    x = (3/4, 3/4, -3/4, -3/4), y = (+, -, +, -), two neurons with output weight a > 0,
    w = (5a/3, -5a/3), b = 0, and c = -5a^2/4.  Then f = 0 on the data, grad L = 0, r_i = 0, and
      lambda_max(H) = 1/4 + 25 a^2/64 = P (1 + 2 TV) = P (1 + 2 S);
    for a = 1 it is 41/64. *)

From Coq Require Import Reals Lra Lia Psatz List.
From Flatcert Require Import Sums Logistic Network Forms BlockNorm Spectrum Master TStar TV TGrad TStat.
Import ListNotations.
Open Scope R_scope.

Definition four : data :=
  Data 4 (fun j => nth j [3/4; 3/4; -(3/4); -(3/4)] 0) (fun j => nth j [1; -1; 1; -1] 1).

Definition mirrored (a : R) : network :=
  Network 2 (fun i => nth i [5/3 * a; -(5/3 * a)] 0) (fun _ => 0) (fun _ => a) (-(5/4) * a ^ 2).

Section Sharp.
Variable h : R.   (* the output weight *)
Hypothesis h_pos : 0 < h.
Let N := mirrored h.
Let D := four.

Ltac each_datum j Hj :=
  destruct j as [|[|[|[|j]]]]; [| | | | exfalso; simpl in Hj; lia].
Ltac expand := change (k N) with 2%nat; change (n D) with 4%nat; cbn [seq Sum].
Ltac each_neuron i Hi := destruct i as [|[|i]]; [| | exfalso; simpl in Hi; lia].

Lemma four_labelled : labelled D.
Proof.
  split; [simpl; lia|]. intros j Hj. each_datum j Hj; unfold label; simpl; lra.
Qed.

Lemma four_nonempty : (0 < n D)%nat.
Proof. apply four_labelled. Qed.

(** Each neuron sees two data, both at z = 5a/4, with opposite labels. *)
Lemma z_values i j :
  (i < 2)%nat -> (j < 4)%nat ->
  z N D i j = 5/4 * h /\ act N D i j = 1 \/ z N D i j = -(5/4 * h) /\ act N D i j = 0.
Proof.
  intros Hi Hj.
  assert (E : z N D i j = 5/4 * h \/ z N D i j = -(5/4 * h)).
  { each_neuron i Hi; each_datum j Hj; unfold z; simpl; lra. }
  unfold act. destruct E as [E|E]; rewrite E; [left|right]; (split; [reflexivity|]);
  unfold below; destruct (Rlt_dec 0 _); lra.
Qed.

Lemma pattern :
  (act N D 0 0 = 1 /\ act N D 0 1 = 1 /\ act N D 0 2 = 0 /\ act N D 0 3 = 0) /\
  (act N D 1 0 = 0 /\ act N D 1 1 = 0 /\ act N D 1 2 = 1 /\ act N D 1 3 = 1).
Proof.
  unfold act, z, below; simpl. repeat split; destruct (Rlt_dec _ _); lra.
Qed.

Lemma mirrored_smooth : smooth N D.
Proof. intros i j Hi Hj. destruct (z_values i j Hi Hj) as [[E _]|[E _]]; rewrite E; lra. Qed.

Ltac values :=
  destruct pattern as ((A00 & A01 & A02 & A03) & (A10 & A11 & A12 & A13));
  expand; rewrite ?relu_z, ?A00, ?A01, ?A02, ?A03, ?A10, ?A11, ?A12, ?A13.

Lemma f_zero j : (j < 4)%nat -> f N (x D j) = 0.
Proof.
  intros Hj. unfold f. expand.
  change (w N 0 * x D j + b N 0) with (z N D 0 j).
  change (w N 1 * x D j + b N 1) with (z N D 1 j).
  each_datum j Hj; values; unfold z; simpl; field.
Qed.

Lemma p_value j : (j < 4)%nat -> p N D j = 1/16.
Proof. intros Hj. unfold p. rewrite f_zero, s_0 by exact Hj. simpl. field. Qed.

Lemma slope_value j : (j < 4)%nat -> slope N D j = - y D j / 2.
Proof. intros Hj. unfold slope. rewrite f_zero by exact Hj. apply dl_0. Qed.

Lemma P_value : P N D = 1/4.
Proof. unfold P. expand. rewrite !p_value by lia. field. Qed.

(** ** grad L = 0 and R = 0 *)

Lemma r_zero i : (i < 2)%nat -> rx N D i = 0 /\ r1 N D i = 0.
Proof.
  intros Hi. unfold rx, r1. expand. rewrite !slope_value by lia.
  each_neuron i Hi; values; simpl; split; field.
Qed.

Lemma mirrored_stationary : stationary N D.
Proof.
  split.
  - intros i Hi. destruct (r_zero i Hi) as [X Y]. cbn [grad vw vb va]. rewrite X, Y.
    repeat split; try ring. expand. rewrite !slope_value by lia.
    each_neuron i Hi; values; unfold z; simpl; field.
  - cbn [grad vc]. expand. rewrite !slope_value by lia. simpl. field.
Qed.

Lemma Rq_zero v : Rq N D v = 0.
Proof.
  rewrite Rq_by_neurons. apply sum_zero. intros i Hi. destruct (r_zero i Hi) as [X Y].
  rewrite X, Y. ring.
Qed.

(** ** lambda_max *)

(** The parts of <g_j, v> that belong to the two neurons *)
Let right v := h * (3/4 * vw v 0 + vb v 0 + 5/4 * va v 0).
Let left v := h * (-(3/4) * vw v 1 + vb v 1 + 5/4 * va v 1).

Lemma Hq_value v : Hq N D v = ((right v + vc v) ^ 2 + (left v + vc v) ^ 2) / 8.
Proof.
  unfold Hq. rewrite Rq_zero. unfold Gq. expand. rewrite !p_value by lia.
  unfold dot. cbn [g vw vb va vc]. values. unfold z, right, left; simpl. field.
Qed.

Lemma Hq_upper v : Hq N D v <= (1/4 + 25 * h ^ 2 / 64) * norm2 N v.
Proof.
  rewrite Hq_value. unfold norm2. expand.
  set (t := 25 * h ^ 2 / 8). assert (Ht : 0 < t) by (unfold t; assert (K := pow_lt h 2 h_pos); lra).
  set (n0 := vw v 0%nat ^ 2 + vb v 0%nat ^ 2 + va v 0%nat ^ 2).
  set (n1 := vw v 1%nat ^ 2 + vb v 1%nat ^ 2 + va v 1%nat ^ 2).
  (* Cauchy-Schwarz for each neuron *)
  assert (CS : forall u1 u2 u3, (3/4 * u1 + u2 + 5/4 * u3) ^ 2 <= 25/8 * (u1 ^ 2 + u2 ^ 2 + u3 ^ 2)).
  { intros. assert (K1 := pow2_ge_0 (3/4 * u2 - u1)). assert (K2 := pow2_ge_0 (3/4 * u3 - 5/4 * u1)).
    assert (K3 := pow2_ge_0 (u3 - 5/4 * u2)). lra. }
  assert (HA : right v ^ 2 <= t * n0).
  { unfold right, t, n0. rewrite Rpow_mult_distr.
    replace (25 * h ^ 2 / 8 * _)
      with (h ^ 2 * (25/8 * (vw v 0%nat ^ 2 + vb v 0%nat ^ 2 + va v 0%nat ^ 2))) by field.
    apply Rmult_le_compat_l; [apply pow2_ge_0 | apply CS]. }
  assert (HB : left v ^ 2 <= t * n1).
  { unfold left, t, n1. rewrite Rpow_mult_distr.
    replace (25 * h ^ 2 / 8 * _)
      with (h ^ 2 * (25/8 * ((- vw v 1%nat) ^ 2 + vb v 1%nat ^ 2 + va v 1%nat ^ 2))) by field.
    apply Rmult_le_compat_l; [apply pow2_ge_0|].
    replace (-(3/4) * vw v 1%nat) with (3/4 * - vw v 1%nat) by ring. apply CS. }
  replace (1/4 + 25 * h ^ 2 / 64) with ((2 + t) / 8) by (unfold t; field).
  set (A := right v) in *. set (B := left v) in *. set (r := vc v).
  (* (2 + t) ((A^2 + B^2)/t + r^2) - (A + r)^2 - (B + r)^2 is a sum of two squares times 2/t *)
  apply Rmult_le_reg_l with (8 * t); [lra|].
  assert (KA := pow2_ge_0 (A - t * r / 2)). assert (KB := pow2_ge_0 (B - t * r / 2)).
  assert (KN : (2 + t) * (A ^ 2 + B ^ 2) <= (2 + t) * (t * (n0 + n1)))
    by (apply Rmult_le_compat_l; lra).
  replace (8 * t * ((2 + t) / 8 * (n0 + (n1 + 0) + r ^ 2)))
    with ((2 + t) * (t * (n0 + n1)) + (2 + t) * t * r ^ 2) by field.
  replace (8 * t * (((A + r) ^ 2 + (B + r) ^ 2) / 8)) with
    ((2 + t) * (A ^ 2 + B ^ 2) + (2 + t) * t * r ^ 2
     - 2 * ((A - t * r / 2) ^ 2 + (B - t * r / 2) ^ 2)) by field.
  lra.
Qed.

Theorem mirrored_lambda_max : is_lambda_max N D (1/4 + 25 * h ^ 2 / 64).
Proof.
  apply (lambda_max_intro N D _
    (Vec (fun i => nth i [3/8 * h; -(3/8 * h)] 0) (fun _ => 1/2 * h) (fun _ => 5/8 * h) 1)).
  - exact four_nonempty.
  - exact Hq_upper.
  - unfold norm2. expand. cbn [vw vb va vc nth].
    assert (K := pow2_ge_0 h). lra.
  - rewrite Hq_value. unfold norm2, right, left. expand. cbn [vw vb va vc nth]. field.
Qed.

(** ** The path sum and the weighted total variation *)

Lemma soft_value j : (j < 4)%nat -> soft N D j = 1/4.
Proof. intros Hj. unfold soft. rewrite p_value, P_value by exact Hj. field. Qed.

Lemma kink_value i : (i < 2)%nat -> kink N i = 0.
Proof. intros Hi. unfold kink. each_neuron i Hi; simpl; field; lra. Qed.

Lemma sqrt_25_64 : sqrt ((3/8) ^ 2 + (1/2) ^ 2) = 5/8.
Proof. replace ((3/8) ^ 2 + (1/2) ^ 2) with ((5/8) ^ 2) by field. apply sqrt_pow2. lra. Qed.

Lemma tails_at_0 : gplus D (soft N D) 0 = 15/64 /\ gminus D (soft N D) 0 = 15/64.
Proof.
  assert (B : below 0 (3/4) = 1 /\ below 0 (-(3/4)) = 0 /\ below (3/4) 0 = 0 /\ below (-(3/4)) 0 = 1)
    by (unfold below; repeat split; destruct (Rlt_dec _ _); lra).
  destruct B as (B1 & B2 & B3 & B4).
  unfold gplus, gminus. expand. rewrite !soft_value by lia. cbn [x D four nth].
  rewrite B1, B2, B3, B4. split.
  - replace (1/4 * 1 * (3/4) + _) with (3/8) by field.
    replace (1/4 * 1 + _) with (1/2) by field. rewrite sqrt_25_64. field.
  - replace (1/4 * 0 * (3/4) + _) with (-(3/8)) by field.
    replace (1/4 * 0 + _) with (1/2) by field.
    replace ((-(3/8)) ^ 2) with ((3/8) ^ 2) by ring. rewrite sqrt_25_64. field.
Qed.

Theorem mirrored_pathsum : pathsum N D (soft N D) = 25 * h ^ 2 / 32.
Proof.
  destruct tails_at_0 as [Gp Gm]. unfold pathsum, gside. expand.
  rewrite !kink_value, Gp, Gm by lia. simpl.
  destruct (Rlt_dec 0 (5/3 * h)); [|exfalso; lra].
  destruct (Rlt_dec 0 (-(5/3 * h))); [exfalso; lra|].
  destruct (Rlt_dec (-(5/3 * h)) 0); [|exfalso; lra].
  rewrite (Rabs_pos_eq (h * (5/3 * h))) by nra. rewrite (Rabs_left (h * -(5/3 * h))) by nra. field.
Qed.

(** Both neurons have the kink 0, so it counts once. *)
Lemma kinks_value : kinks N = [0].
Proof.
  unfold kinks. change (k N) with 2%nat. cbn [N mirrored seq filter w nth].
  destruct (Req_EM_T (5/3 * h) 0); [exfalso; lra|].
  destruct (Req_EM_T (-(5/3 * h)) 0); [exfalso; lra|].
  cbn [map]. rewrite !kink_value by lia. cbn [nodup].
  destruct (in_dec Req_EM_T 0 [0]) as [_|H]; [|exfalso; apply H; now left].
  destruct (in_dec Req_EM_T 0 []) as [[]|_]. reflexivity.
Qed.

Theorem mirrored_TV : TV N D (soft N D) = 25 * h ^ 2 / 32.
Proof.
  destruct tails_at_0 as [Gp Gm]. unfold TV. rewrite kinks_value. cbn [Sum].
  unfold gmin. rewrite Gp, Gm, Rmin_left by lra.
  unfold jump. expand. rewrite !kink_value by lia.
  destruct (Req_EM_T 0 0) as [_|E]; [|easy]. simpl.
  destruct (Req_EM_T (5/3 * h) 0); [exfalso; lra|].
  destruct (Req_EM_T (-(5/3 * h)) 0); [exfalso; lra|].
  rewrite Rabs_Ropp, (Rabs_pos_eq (5/3 * h)) by lra. rewrite Rabs_pos_eq by nra. field.
Qed.

(** Equality in the chain of T-stat. *)
Theorem mirrored_equality lam :
  is_lambda_max N D lam ->
  lam = P N D * (1 + 2 * TV N D (soft N D)) /\ lam = P N D * (1 + 2 * pathsum N D (soft N D)).
Proof.
  intros H. rewrite (lambda_max_unique N D _ _ H mirrored_lambda_max), mirrored_TV, mirrored_pathsum.
  rewrite P_value. split; field.
Qed.

End Sharp.

(** The instance a = 1: lambda_max(H) = 41/64 = P (1 + 2 TV), P = 1/4, TV = S = 25/32, grad L = 0,
    no datum on a kink. *)
Theorem sharp :
  labelled four /\ smooth (mirrored 1) four /\ stationary (mirrored 1) four /\
  is_lambda_max (mirrored 1) four (41/64) /\
  P (mirrored 1) four = 1/4 /\
  TV (mirrored 1) four (soft (mirrored 1) four) = 25/32 /\
  pathsum (mirrored 1) four (soft (mirrored 1) four) = 25/32 /\
  41/64 = 1/4 * (1 + 2 * (25/32)).
Proof.
  assert (H1 : 0 < 1) by lra.
  split; [exact four_labelled|]. split; [now apply mirrored_smooth|].
  split; [now apply mirrored_stationary|].
  split; [replace (41/64) with (1/4 + 25 * 1 ^ 2 / 64) by field; now apply mirrored_lambda_max|].
  split; [now apply P_value|].
  split; [rewrite mirrored_TV by exact H1; field|].
  split; [rewrite mirrored_pathsum by exact H1; field | field].
Qed.
