(** * Witness: a mirrored pair of neurons on four data

    x = (3/4, 3/4, -3/4, -3/4), labels y (any), neurons with a = h > 0, weights w > 0 and -w, b = 0,
    and c = t - 3 h w/4, so that f = t on the data: P = s(t), S = TV = 15 h w/32 and
    I = 2 (3w/8 - 5h/8)^2 for the uniform law, which is p/P.  Sharp.v is the case w = 5h/3, t = 0. *)

From Coq Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Network BlockNorm Spectrum Master TStat ControlsSteep.
Import ListNotations.
Open Scope R_scope.

Definition four_data (y : nat -> R) : data :=
  Data 4 (fun j => nth j [3/4; 3/4; -(3/4); -(3/4)] 0) y.
Definition pair (h u t : R) : network :=
  Network 2 (fun i => nth i [u; -u] 0) (fun _ => 0) (fun _ => h) (t - 3/4 * h * u).

(** Each x with both labels; one label only *)
Definition both (j : nat) : R := nth j [1; -1; 1; -1] 1.
Definition plus (_ : nat) : R := 1.

Section Pair.
Variables (h u t : R) (labels : nat -> R).
Hypothesis h_pos : 0 < h.
Hypothesis u_pos : 0 < u.
Hypothesis labels_ok : forall j, label (labels j).
Let N := pair h u t.
Let D := four_data labels.

Ltac expand := change (k N) with 2%nat; change (n D) with 4%nat; cbn [seq Sum Max].
Ltac each_datum j Hj :=
  destruct j as [|[|[|[|j]]]]; [| | | | exfalso; simpl in Hj; lia].
Ltac each_neuron i Hi := destruct i as [|[|i]]; [| | exfalso; simpl in Hi; lia].

Lemma pair_nonempty : (0 < n D)%nat.
Proof. simpl; lia. Qed.

Lemma pair_labelled : labelled D.
Proof. split; [exact pair_nonempty|]. intros j _. apply labels_ok. Qed.

Lemma pair_pattern :
  (act N D 0 0 = 1 /\ act N D 0 1 = 1 /\ act N D 0 2 = 0 /\ act N D 0 3 = 0) /\
  (act N D 1 0 = 0 /\ act N D 1 1 = 0 /\ act N D 1 2 = 1 /\ act N D 1 3 = 1).
Proof. unfold act, z, below; simpl. repeat split; destruct (Rlt_dec _ _); lra. Qed.

Ltac values :=
  destruct pair_pattern as ((A00 & A01 & A02 & A03) & (A10 & A11 & A12 & A13));
  expand; rewrite ?relu_z, ?A00, ?A01, ?A02, ?A03, ?A10, ?A11, ?A12, ?A13.

Lemma pair_f j : (j < 4)%nat -> f N (x D j) = t.
Proof.
  intros Hj. unfold f. expand.
  change (w N 0 * x D j + b N 0) with (z N D 0 j).
  change (w N 1 * x D j + b N 1) with (z N D 1 j).
  each_datum j Hj; values; unfold z; simpl; field.
Qed.

Lemma pair_p j : (j < 4)%nat -> p N D j = s t / 4.
Proof. intros Hj. unfold p. rewrite pair_f by exact Hj. simpl. field. Qed.

Lemma pair_P : P N D = s t.
Proof. unfold P. expand. rewrite !pair_p by lia. field. Qed.

Lemma pair_res : res N D <= 5/4.
Proof.
  unfold res. expand. unfold slope. rewrite !pair_f by lia. cbn [x y D four_data nth].
  replace (1 + (- (3/4)) ^ 2) with (1 + (3/4) ^ 2) by ring. rewrite root_25_16.
  assert (K : forall j, Rabs (dl (labels j) t) <= 1).
  { intro j. eapply Rle_trans; [apply dl_abs_le, labels_ok | apply Rmin_l]. }
  assert (K0 := K 0%nat). assert (K1 := K 1%nat). assert (K2 := K 2%nat). assert (K3 := K 3%nat).
  simpl. lra.
Qed.

(** ** v^T H v *)

(** The parts of <g_j, v> that belong to the two neurons *)
Let right v := h * (3/4 * vw v 0 + vb v 0) + 3/4 * u * va v 0.
Let left v := h * (-(3/4) * vw v 1 + vb v 1) + 3/4 * u * va v 1.

Lemma pair_Gq v : Gq N D v = s t / 2 * ((right v + vc v) ^ 2 + (left v + vc v) ^ 2).
Proof.
  unfold Gq. expand. rewrite !pair_p by lia.
  unfold dot. cbn [g vw vb va vc]. values. unfold z, right, left; simpl. field.
Qed.

(** |g|^2 without the entry of c, for each of the data *)
Let m2 := 25/16 * h ^ 2 + 9/16 * u ^ 2.

Lemma side_bound e v1 v2 v3 :
  e ^ 2 = 1 -> (h * (e * (3/4) * v1 + v2) + 3/4 * u * v3) ^ 2 <= m2 * (v1 ^ 2 + v2 ^ 2 + v3 ^ 2).
Proof.
  intros He. unfold m2.
  assert (K1 := pow2_ge_0 (h * (e * (3/4) * v2 - v1))).
  assert (K2 := pow2_ge_0 (h * e * (3/4) * v3 - 3/4 * u * v1)).
  assert (K3 := pow2_ge_0 (h * v3 - 3/4 * u * v2)).
  replace ((25/16 * h ^ 2 + 9/16 * u ^ 2) * (v1 ^ 2 + v2 ^ 2 + v3 ^ 2)) with
    ((h * (e * (3/4) * v1 + v2) + 3/4 * u * v3) ^ 2 + (h * (e * (3/4) * v2 - v1)) ^ 2
     + (h * e * (3/4) * v3 - 3/4 * u * v1) ^ 2 + (h * v3 - 3/4 * u * v2) ^ 2
     + (1 - e ^ 2) * (9/16 * h ^ 2 * (v1 ^ 2 + v2 ^ 2 + v3 ^ 2))) by field.
  rewrite He. lra.
Qed.

(** v^T G v <= P (1 + |g|^2/2) |v|^2 *)
Lemma pair_Gq_upper v : Gq N D v <= s t * (1 + m2 / 2) * norm2 N v.
Proof.
  rewrite pair_Gq. unfold norm2. expand.
  assert (Hs := s_pos t).
  assert (Hm : 0 < m2).
  { unfold m2. assert (K := pow_lt h 2 h_pos). assert (K' := pow_lt u 2 u_pos). lra. }
  set (n0 := vw v 0%nat ^ 2 + vb v 0%nat ^ 2 + va v 0%nat ^ 2).
  set (n1 := vw v 1%nat ^ 2 + vb v 1%nat ^ 2 + va v 1%nat ^ 2).
  assert (HA : right v ^ 2 <= m2 * n0).
  { unfold right. replace (3/4 * vw v 0%nat) with (1 * (3/4) * vw v 0%nat) by ring.
    apply side_bound. ring. }
  assert (HB : left v ^ 2 <= m2 * n1).
  { unfold left. replace (-(3/4) * vw v 1%nat) with (- (1) * (3/4) * vw v 1%nat) by ring.
    apply side_bound. ring. }
  set (A := right v) in *. set (B := left v) in *. set (r := vc v).
  replace (s t / 2 * ((A + r) ^ 2 + (B + r) ^ 2))
    with (s t * (((A + r) ^ 2 + (B + r) ^ 2) / 2)) by field.
  rewrite Rmult_assoc. apply Rmult_le_compat_l; [lra|].
  apply Rmult_le_reg_l with (2 * m2); [lra|].
  assert (KA := pow2_ge_0 (A - m2 * r / 2)). assert (KB := pow2_ge_0 (B - m2 * r / 2)).
  assert (KN : (2 + m2) * (A ^ 2 + B ^ 2) <= (2 + m2) * (m2 * (n0 + n1)))
    by (apply Rmult_le_compat_l; lra).
  replace (2 * m2 * ((1 + m2 / 2) * (n0 + (n1 + 0) + r ^ 2)))
    with ((2 + m2) * (m2 * (n0 + n1)) + (2 + m2) * m2 * r ^ 2) by field.
  replace (2 * m2 * (((A + r) ^ 2 + (B + r) ^ 2) / 2)) with
    ((2 + m2) * (A ^ 2 + B ^ 2) + (2 + m2) * m2 * r ^ 2
     - 2 * ((A - m2 * r / 2) ^ 2 + (B - m2 * r / 2) ^ 2)) by field.
  lra.
Qed.

(** A bound of lambda_max for all labels and outputs *)
Lemma pair_above lam : is_lambda_max N D lam -> lam <= s t * (1 + m2 / 2) + 5/4.
Proof.
  intros Hlam. apply (lambda_max_le N D lam _ pair_nonempty Hlam). intro v.
  assert (G := pair_Gq_upper v). assert (Hn := norm2_nonneg N v). assert (Hr := pair_res).
  assert (K := Rq_bound N D v (res N D) (fun i _ => rnorm_le_res N D i pair_nonempty)).
  apply Rabs_le_between in K. assert (C := pow2_ge_0 (vc v)).
  assert (R0 : 0 <= res N D).
  { eapply Rle_trans; [|exact (rmax_le_res N D pair_nonempty)]. apply Max_nonneg. }
  assert (res N D * (norm2 N v - vc v ^ 2) <= 5/4 * norm2 N v).
  { apply Rle_trans with (res N D * norm2 N v).
    - apply Rmult_le_compat_l; lra.
    - now apply Rmult_le_compat_r. }
  unfold Hq. lra.
Qed.

(** ** The uniform law *)

Lemma pair_soft j : (j < 4)%nat -> soft N D j = 1/4.
Proof.
  intros Hj. unfold soft. rewrite pair_p, pair_P by exact Hj. assert (K := s_pos t). field. lra.
Qed.

Lemma pair_count gamma : Rabs t <= gamma -> count N D gamma = 4.
Proof.
  intros Hg. unfold count, uncertain. expand. rewrite !pair_f by lia.
  destruct (Rle_dec (Rabs t) gamma); [ring | easy].
Qed.

Lemma pair_uniform gamma j :
  Rabs t <= gamma -> (j < 4)%nat -> uniform_on_uncertain N D gamma j = 1/4.
Proof.
  intros Hg Hj. unfold uniform_on_uncertain. rewrite pair_count by exact Hg.
  unfold uncertain. rewrite pair_f by exact Hj. destruct (Rle_dec (Rabs t) gamma); [field | easy].
Qed.

Variable q : nat -> R.
Hypothesis q_uniform : forall j, (j < 4)%nat -> q j = 1/4.

Lemma pair_law : probability D q.
Proof.
  split; [intros j Hj; rewrite q_uniform by exact Hj; lra|].
  expand. rewrite !q_uniform by lia. field.
Qed.

Lemma pair_Dq : Dq N D q = / s t.
Proof.
  unfold Dq. expand. rewrite !pair_p, !q_uniform by lia. assert (K := s_pos t). field. lra.
Qed.

Lemma pair_root e : e ^ 2 = (3/8) ^ 2 -> sqrt (e ^ 2 + (1/2) ^ 2) = 5/8.
Proof. intros ->. replace ((3/8) ^ 2 + (1/2) ^ 2) with ((5/8) ^ 2) by field. apply sqrt_pow2. lra. Qed.

Lemma pair_alpha i : (i < 2)%nat -> alpha N D q i = 3/8 * u.
Proof.
  intros Hi. unfold alpha. expand. rewrite !q_uniform by lia.
  each_neuron i Hi; values; unfold z; simpl; field.
Qed.

Lemma pair_betanorm i : (i < 2)%nat -> betanorm N D q i = 5/8.
Proof.
  intros Hi. unfold betanorm, betax, beta1. expand. rewrite !q_uniform by lia.
  each_neuron i Hi; values; cbn [x D four_data nth].
  - replace (1/4 * 1 + _) with (1/2) by field. apply pair_root. field.
  - replace (1/4 * 0 + _) with (1/2) by field. apply pair_root. field.
Qed.

Lemma pair_w_nonzero i : (i < 2)%nat -> w N i <> 0.
Proof. intros Hi. each_neuron i Hi; simpl; lra. Qed.

Lemma pair_pathsum : pathsum N D q = 15/32 * h * u.
Proof.
  rewrite pathsum_by_activity by exact pair_law. expand.
  destruct (Req_EM_T (w N 0) 0) as [E|_]; [exfalso; exact (pair_w_nonzero 0 ltac:(lia) E)|].
  destruct (Req_EM_T (w N 1) 0) as [E|_]; [exfalso; exact (pair_w_nonzero 1 ltac:(lia) E)|].
  rewrite !pair_alpha, !pair_betanorm by lia. simpl a. rewrite Rabs_pos_eq by lra. field.
Qed.

Lemma pair_imbalance : imbalance N D q = 2 * (3/8 * u - 5/8 * h) ^ 2.
Proof.
  unfold imbalance. expand.
  destruct (Req_EM_T (w N 0) 0) as [E|_]; [exfalso; exact (pair_w_nonzero 0 ltac:(lia) E)|].
  destruct (Req_EM_T (w N 1) 0) as [E|_]; [exfalso; exact (pair_w_nonzero 1 ltac:(lia) E)|].
  rewrite !pair_alpha, !pair_betanorm by lia. simpl a. rewrite Rabs_pos_eq by lra. field.
Qed.

(** Both neurons have the kink 0, so it counts once. *)
Lemma pair_kink i : (i < 2)%nat -> kink N i = 0.
Proof. intros Hi. unfold kink. each_neuron i Hi; simpl; field; lra. Qed.

Lemma pair_kinks : kinks N = [0].
Proof.
  unfold kinks. change (k N) with 2%nat. cbn [N pair seq filter w nth].
  destruct (Req_EM_T u 0); [exfalso; lra|]. destruct (Req_EM_T (- u) 0); [exfalso; lra|].
  cbn [map]. rewrite !pair_kink by lia. cbn [nodup].
  destruct (in_dec Req_EM_T 0 [0]) as [_|H]; [|exfalso; apply H; now left].
  destruct (in_dec Req_EM_T 0 []) as [[]|_]. reflexivity.
Qed.

Lemma pair_tails : gplus D q 0 = 15/64 /\ gminus D q 0 = 15/64.
Proof.
  assert (B : below 0 (3/4) = 1 /\ below 0 (-(3/4)) = 0 /\ below (3/4) 0 = 0 /\ below (-(3/4)) 0 = 1)
    by (unfold below; repeat split; destruct (Rlt_dec _ _); lra).
  destruct B as (B1 & B2 & B3 & B4).
  unfold gplus, gminus. expand. rewrite !q_uniform by lia. cbn [x D four_data nth].
  rewrite B1, B2, B3, B4. split.
  - replace (1/4 * 1 + _) with (1/2) by field. rewrite pair_root by field. field.
  - replace (1/4 * 0 + _) with (1/2) by field. rewrite pair_root by field. field.
Qed.

Lemma pair_TV : TV N D q = 15/32 * h * u.
Proof.
  destruct pair_tails as [Gp Gm]. unfold TV. rewrite pair_kinks. cbn [Sum].
  unfold gmin. rewrite Gp, Gm, Rmin_left by lra.
  unfold jump. expand. rewrite !pair_kink by lia.
  destruct (Req_EM_T 0 0) as [_|E]; [|easy]. simpl.
  destruct (Req_EM_T u 0); [exfalso; lra|]. destruct (Req_EM_T (- u) 0); [exfalso; lra|].
  rewrite Rabs_Ropp, (Rabs_pos_eq u) by lra.
  assert (K := Rmult_lt_0_compat h u h_pos u_pos). rewrite Rabs_pos_eq by lra. field.
Qed.

End Pair.

(** ** Both labels at each x and f = 0: a stationary point with R = 0 *)

Lemma both_ok j : label (both j).
Proof. unfold label, both. destruct j as [|[|[|[|j]]]]; simpl; try lra. destruct j; lra. Qed.

Section Stationary.
Variables h u : R.
Hypothesis h_pos : 0 < h.
Hypothesis u_pos : 0 < u.
Local Notation N := (pair h u 0).
Local Notation D := (four_data both).

Ltac expand := change (k N) with 2%nat; change (n D) with 4%nat; cbn [seq Sum Max].
Ltac values :=
  destruct (pair_pattern h u 0 both u_pos) as ((A00 & A01 & A02 & A03) & (A10 & A11 & A12 & A13));
  expand; rewrite ?relu_z, ?A00, ?A01, ?A02, ?A03, ?A10, ?A11, ?A12, ?A13.

Lemma both_slope j : (j < 4)%nat -> slope N D j = nth j [-(1/2); 1/2; -(1/2); 1/2] 0.
Proof.
  intros Hj. unfold slope. rewrite (pair_f h u 0 both u_pos), dl_0 by exact Hj.
  destruct j as [|[|[|[|j]]]]; [| | | | exfalso; lia]; unfold both; simpl; field.
Qed.

Lemma both_r i : (i < 2)%nat -> rx N D i = 0 /\ r1 N D i = 0.
Proof.
  intros Hi. unfold rx, r1. expand. rewrite !both_slope by lia.
  destruct i as [|[|i]]; [| | exfalso; lia]; values; simpl; split; field.
Qed.

Lemma both_stationary : stationary N D.
Proof.
  split.
  - intros i Hi. destruct (both_r i Hi) as [X Y]. cbn [grad vw vb va]. rewrite X, Y.
    repeat split; try ring. expand. rewrite !both_slope by lia.
    change (k N) with 2%nat in Hi.
    destruct i as [|[|i]]; [| | exfalso; lia]; values; unfold z; simpl; field.
  - cbn [grad vc]. expand. rewrite !both_slope by lia. simpl. field.
Qed.

Lemma both_rmax : rmax N D = 0.
Proof.
  unfold rmax, rnorm. expand. destruct (both_r 0 ltac:(lia)) as [-> ->].
  destruct (both_r 1 ltac:(lia)) as [-> ->].
  replace (0 ^ 2 + 0 ^ 2) with 0 by ring. rewrite sqrt_0, !(Rmax_left 0 0); lra.
Qed.

Lemma both_grad : grad_wb_norm N D = 0.
Proof.
  unfold grad_wb_norm. expand. cbn [grad vw vb].
  destruct (both_r 0 ltac:(lia)) as [-> ->]. destruct (both_r 1 ltac:(lia)) as [-> ->].
  transitivity (sqrt 0); [f_equal; ring | apply sqrt_0].
Qed.

Lemma both_res : res N D = 5/8.
Proof.
  unfold res. expand. rewrite !both_slope by lia. cbn [x four_data nth].
  replace (1 + (- (3/4)) ^ 2) with (1 + (3/4) ^ 2) by ring. rewrite root_25_16.
  rewrite (Rabs_left (- (1/2))), (Rabs_pos_eq (1/2)) by lra. simpl. field.
Qed.

(** Equality: this is 1/4 |v_q|^2. *)
Lemma both_below lam :
  is_lambda_max N D lam -> lam <= 1/4 * (1 + (25/16 * h ^ 2 + 9/16 * u ^ 2) / 2).
Proof.
  intros Hlam. apply (lambda_max_le N D lam _ (pair_nonempty both) Hlam). intro v.
  rewrite <- s_0. eapply Rle_trans; [|exact (pair_Gq_upper h u 0 both h_pos u_pos v)].
  unfold Hq. rewrite Rq_by_neurons, sum_zero; [lra|].
  intros i Hi. destruct (both_r i Hi) as [-> ->]. ring.
Qed.

End Stationary.

(** ** All labels +1, f = 0, balanced neurons with h = 16: R lowers the curvature *)

Section OneSided.
Local Notation N := (pair 16 (80/3) 0).
Local Notation D := (four_data plus).

Lemma one_sided_below lam : is_lambda_max N D lam -> lam <= 100.
Proof.
  intros Hlam. apply (lambda_max_le N D lam _ (pair_nonempty plus) Hlam). intro v.
  assert (Hu : 0 < 80/3) by lra.
  assert (E : Hq N D v
    = 1/8 * ((20 * (4/5 * (3/4 * vw v 0%nat + vb v 0%nat) + va v 0%nat) + vc v) ^ 2
             + (20 * (4/5 * (-(3/4) * vw v 1%nat + vb v 1%nat) + va v 1%nat) + vc v) ^ 2)
      - 5/8 * (4/5 * (3/4 * vw v 0%nat + vb v 0%nat) * va v 0%nat
               + 4/5 * (-(3/4) * vw v 1%nat + vb v 1%nat) * va v 1%nat)).
  { unfold Hq. rewrite pair_Gq, s_0 by exact Hu.
    rewrite Rq_by_neurons. unfold rx, r1.
    change (k N) with 2%nat; change (n D) with 4%nat; cbn [seq Sum].
    assert (S : forall j, (j < 4)%nat -> slope N D j = - (1/2)).
    { intros j Hj. unfold slope. rewrite pair_f by (exact Hu || exact Hj).
      rewrite dl_0. simpl. unfold plus. field. }
    rewrite !S by lia.
    destruct (pair_pattern 16 (80/3) 0 plus Hu)
      as ((A00 & A01 & A02 & A03) & (A10 & A11 & A12 & A13)).
    rewrite ?A00, ?A01, ?A02, ?A03, ?A10, ?A11, ?A12, ?A13. simpl. field. }
  rewrite E. unfold norm2. change (k N) with 2%nat; cbn [seq Sum].
  assert (side : forall e v1 v2 v3 r, e ^ 2 = 1 -> let U := 4/5 * (e * (3/4) * v1 + v2) in
    1/8 * (20 * (U + v3) + r) ^ 2 - 5/8 * (U * v3) <= 100 * (v1 ^ 2 + v2 ^ 2 + v3 ^ 2 + r ^ 2 / 2)).
  { intros e v1 v2 v3 r He U.
    assert (HU : U ^ 2 <= v1 ^ 2 + v2 ^ 2).
    { assert (K := pow2_ge_0 (v1 - e * (3/4) * v2)).
      replace (U ^ 2) with (16/25 * (9/16 * e ^ 2 * v1 ^ 2 + 2 * (e * (3/4) * v1 * v2) + v2 ^ 2))
        by (unfold U; field).
      replace ((v1 - e * (3/4) * v2) ^ 2)
        with (v1 ^ 2 - 2 * (e * (3/4) * v1 * v2) + 9/16 * e ^ 2 * v2 ^ 2) in K by field.
      rewrite He in *. lra. }
    (* 5/32 s^2 - 5 s r + 399/8 r^2 >= 0, s = U + v3, as 25 <= 4 (5/32) (399/8) *)
    assert (K1 := pow2_ge_0 (5/32 * (U + v3) - 5/2 * r)). assert (K2 := pow2_ge_0 (U - v3)).
    assert (K3 := pow2_ge_0 r). lra. }
  assert (S0 := side 1 (vw v 0%nat) (vb v 0%nat) (va v 0%nat) (vc v) ltac:(ring)).
  assert (S1 := side (-1) (vw v 1%nat) (vb v 1%nat) (va v 1%nat) (vc v) ltac:(ring)).
  cbv zeta in S0, S1. rewrite Rmult_1_l in S0.
  replace (-1 * (3/4)) with (- (3/4)) in S1 by ring. lra.
Qed.

End OneSided.
