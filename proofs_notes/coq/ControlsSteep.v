(** * Witness: one steep neuron on one datum

    x = 3/4, y = +1, one neuron with a = h > 0, w = 5h/3, b = 0, and c = -5h^2/4, so that f = 0 on the
    datum: P = 1/4, res = max |r_i| = 5/8, S = 25 h^2/16, I = 0, and lambda_max is below
    [L] as soon as a polynomial inequality in [L] and h holds ([steep_below]). *)

From Coq Require Import Reals Lra Lia Psatz List.
From Flatcert Require Import Sums Logistic Network BlockNorm Spectrum Master.
Import ListNotations.
Open Scope R_scope.

Definition one_datum : data := Data 1 (fun _ => 3/4) (fun _ => 1).
Definition steep (h : R) : network :=
  Network 1 (fun _ => 5/3 * h) (fun _ => 0) (fun _ => h) (- (5/4) * h ^ 2).

Lemma root_25_16 : sqrt (1 + (3/4) ^ 2) = 5/4.
Proof. replace (1 + (3/4) ^ 2) with ((5/4) ^ 2) by field. apply sqrt_pow2. lra. Qed.

Lemma one_datum_labelled : labelled one_datum.
Proof. split; [simpl; lia|]. intros. left. reflexivity. Qed.

Section Steep.
Variable h : R.
Hypothesis h_pos : 0 < h.
Let N := steep h.
Let D := one_datum.

Ltac expand := change (k N) with 1%nat; change (n D) with 1%nat; cbn [seq Sum Max].

Lemma steep_z j : z N D 0 j = 5/4 * h.
Proof. unfold z; simpl. field. Qed.

Lemma steep_act j : act N D 0 j = 1.
Proof. unfold act. rewrite steep_z. unfold below. destruct (Rlt_dec _ _); lra. Qed.

Lemma steep_relu j : relu (z N D 0 j) = 5/4 * h.
Proof. rewrite relu_z, steep_act, steep_z. ring. Qed.

Lemma steep_f j : f N (x D j) = 0.
Proof.
  unfold f. expand. change (w N 0 * x D j + b N 0) with (z N D 0 j). rewrite steep_relu. simpl. field.
Qed.

Lemma steep_p j : p N D j = 1/4.
Proof. unfold p. rewrite steep_f, s_0. simpl. field. Qed.

Lemma steep_slope j : slope N D j = - (1/2).
Proof. unfold slope. rewrite steep_f, dl_0. simpl. field. Qed.

Lemma steep_P : P N D = 1/4.
Proof. unfold P. expand. rewrite steep_p. ring. Qed.

Lemma steep_r : rx N D 0 = - (3/8) /\ r1 N D 0 = - (1/2).
Proof. unfold rx, r1. expand. rewrite steep_slope, steep_act. simpl. split; field. Qed.

Lemma steep_rnorm : rnorm N D 0 = 5/8.
Proof.
  unfold rnorm. destruct steep_r as [-> ->].
  replace ((- (3/8)) ^ 2 + (- (1/2)) ^ 2) with ((5/8) ^ 2) by field. apply sqrt_pow2. lra.
Qed.

Lemma steep_rmax : rmax N D = 5/8.
Proof. unfold rmax. expand. rewrite steep_rnorm. apply Rmax_left. lra. Qed.

Lemma steep_res : res N D = 5/8.
Proof.
  unfold res. expand. rewrite steep_slope. simpl x. rewrite root_25_16, Rabs_left by lra. simpl. field.
Qed.

Lemma steep_Hq v :
  Hq N D v = 1/4 * (5/4 * h * (4/5 * (3/4 * vw v 0%nat + vb v 0%nat) + va v 0%nat) + vc v) ^ 2
             - 5/4 * (4/5 * (3/4 * vw v 0%nat + vb v 0%nat)) * va v 0%nat.
Proof.
  unfold Hq. rewrite Rq_by_neurons. destruct steep_r as [Ex E1]. unfold Gq. expand.
  rewrite steep_p, Ex, E1. unfold dot. cbn [g vw vb va vc]. expand. rewrite steep_relu, steep_act.
  simpl. field.
Qed.

(** The two conditions say that a 2 x 2 matrix is positive semidefinite. *)
Lemma steep_below L lam :
  is_lambda_max N D lam -> 5/8 <= L -> 0 < L / 2 - 25/64 * h ^ 2 + 5/16 ->
  25/256 * h ^ 2 <= (L / 2 - 25/64 * h ^ 2 + 5/16) * (L - 1/4) -> lam <= L.
Proof.
  intros Hlam H1 H2 H3. apply (lambda_max_le N D lam L (proj1 one_datum_labelled) Hlam). intro v.
  rewrite steep_Hq. unfold norm2. expand.
  set (v1 := vw v 0%nat). set (v2 := vb v 0%nat). set (v3 := va v 0%nat). set (r := vc v).
  set (U := 4/5 * (3/4 * v1 + v2)).
  assert (HU : U ^ 2 <= v1 ^ 2 + v2 ^ 2).
  { assert (K := pow2_ge_0 (v1 - 3/4 * v2)). unfold U. lra. }
  set (A := L / 2 - 25/64 * h ^ 2 + 5/16) in *.
  assert (K1 := pow2_ge_0 (A * (U + v3) - 5/16 * h * r)).
  assert (K2 : 0 <= (A * (L - 1/4) - 25/256 * h ^ 2) * r ^ 2)
    by (apply Rmult_le_pos; [lra | apply pow2_ge_0]).
  assert (K3 : 0 <= (L / 2 - 5/16) * (U - v3) ^ 2)
    by (apply Rmult_le_pos; [lra | apply pow2_ge_0]).
  assert (K4 : 0 <= A * (U + v3) ^ 2 - 5/8 * h * (U + v3) * r + (L - 1/4) * r ^ 2).
  { apply Rmult_le_reg_l with A; [exact H2|].
    replace (A * (A * (U + v3) ^ 2 - 5/8 * h * (U + v3) * r + (L - 1/4) * r ^ 2))
      with ((A * (U + v3) - 5/16 * h * r) ^ 2 + (A * (L - 1/4) - 25/256 * h ^ 2) * r ^ 2) by field.
    lra. }
  apply Rle_trans with (L * (U ^ 2 + v3 ^ 2 + r ^ 2)).
  - replace (L * (U ^ 2 + v3 ^ 2 + r ^ 2)) with
      (1/4 * (5/4 * h * (U + v3) + r) ^ 2 - 5/4 * U * v3
       + ((A * (U + v3) ^ 2 - 5/8 * h * (U + v3) * r + (L - 1/4) * r ^ 2)
          + (L / 2 - 5/16) * (U - v3) ^ 2)) by (unfold A; field). lra.
  - apply Rmult_le_compat_l; lra.
Qed.

(** ** The law q = 1 *)

Definition sure (_ : nat) : R := 1.

Lemma sure_law : probability D sure.
Proof. split; [unfold sure; intros; lra|]. expand. unfold sure. ring. Qed.

Lemma soft_sure j : soft N D j = 1.
Proof. unfold soft. rewrite steep_p, steep_P. field. Qed.

Variable q : nat -> R.
Hypothesis q_sure : q 0%nat = 1.

Lemma steep_Dq : Dq N D q = 4.
Proof. unfold Dq. expand. rewrite q_sure, steep_p. field. Qed.

Lemma steep_alpha : alpha N D q 0 = 5/4 * h.
Proof. unfold alpha. expand. rewrite q_sure, steep_relu. field. Qed.

Lemma steep_beta : betax N D q 0 = 3/4 /\ beta1 N D q 0 = 1.
Proof. unfold betax, beta1. expand. rewrite q_sure, steep_act. simpl. split; field. Qed.

Lemma steep_betanorm : betanorm N D q 0 = 5/4.
Proof.
  unfold betanorm. destruct steep_beta as [-> ->]. rewrite <- root_25_16. f_equal. ring.
Qed.

Lemma steep_pathsum : pathsum N D q = 25/16 * h ^ 2.
Proof.
  rewrite pathsum_by_activity
    by (split; [intros j Hj; replace j with 0%nat by (simpl in Hj; lia); lra
               | expand; rewrite q_sure; ring]).
  expand. rewrite steep_alpha, steep_betanorm. simpl w. simpl a.
  destruct (Req_EM_T (5/3 * h) 0); [exfalso; lra|]. rewrite Rabs_pos_eq by lra. field.
Qed.

Lemma steep_imbalance : imbalance N D q = 0.
Proof.
  unfold imbalance. expand. rewrite steep_alpha, steep_betanorm. simpl w. simpl a.
  destruct (Req_EM_T (5/3 * h) 0); [exfalso; lra|]. rewrite Rabs_pos_eq by lra. ring.
Qed.

Lemma steep_rho : rho N D q = - (125/64 * h ^ 2) / (1 + 25/8 * h ^ 2).
Proof.
  unfold rho, norm2. expand. cbn [vq grad vw vb va vc]. rewrite steep_alpha.
  destruct steep_beta as [-> ->]. destruct steep_r as [-> ->]. simpl a.
  assert (K := pow2_ge_0 h). field. lra.
Qed.

End Steep.
