(** * False twins of robust stability

    [RobustStability_statement] is the theorem of RobustStability.v with some constants and an assumption
    as parameters; each [.._is_false] refutes another instance.  The comment names the control of
    verify/claims that says the same or nearly the same. *)

From Coq Require Import Reals Lra Lia Psatz List Bool.
From Flatcert Require Import Sums Logistic Network Spectrum TV Sharp Divergence Excess Transfer
  Largest RobustWeight WeightForms RobustStability DivergenceValues ControlsDivergence ControlsTransfer.
Import ListNotations.
Open Scope R_scope.

(** [few] is what is assumed of the number of certain core data and m0; res, Gamma(gamma), (N0 - m0)/(2n)
    and int |f''| h count [residual], [soft], [lead] and [slope] times; [floor] is added to h. *)
Definition RobustStability_statement (few : nat -> nat -> Prop)
    (residual soft lead slope floor : R) : Prop :=
  forall N D truth low gamma m0 lam,
  (0 < n D)%nat -> few (certain_core N D truth low gamma) m0 -> is_lambda_max N D lam ->
  slope * weighted_variation N (fun t => core_weight D truth low m0 t + floor)
    <= (lam + residual * res N D) / (2 * (soft * s gamma))
       - lead * (sure D truth low m0 / (2 * INR (n D))).

Theorem RobustStability_holds : RobustStability_statement le 1 1 1 1 0.
Proof.
  intros N D truth low gamma m0 lam Hn Hm Hlam. rewrite !Rmult_1_l.
  eapply Rle_trans; [|exact (robust_stability N D truth low gamma m0 lam Hn Hm Hlam)].
  apply Req_le, Sum_ext. intros t _. ring.
Qed.

(** ** Robust stability: false certainty.  One datum with label 1, truth 0, f = 8, gamma = 0, m0 = 0:
    flat, and certain where it should not be. *)

(** stability-certain *)
Theorem RobustStability_certain_is_false : ~ RobustStability_statement any_number 1 1 1 1 0.
Proof.
  intro F. set (N := Network 0 (fun _ => 0) (fun _ => 0) (fun _ => 0) 8).
  assert (Hf : forall t, f N t = 8) by (intro t; unfold f; simpl; ring).
  assert (S8 : s 8 <= 1/257).
  { rewrite s_variance. assert (A := sigma_8). assert (B := sigma_lt_1 8). nra. }
  assert (S0 := s_pos 8).
  assert (Hp : p N one_label 0 = s 8) by (unfold p; rewrite Hf; simpl; field).
  assert (Hlam : is_lambda_max N one_label (s 8)).
  { assert (E : forall v, Hq N one_label v = s 8 * vc v ^ 2).
    { intro v. unfold Hq, Gq, Rq, curv, dot. simpl. rewrite Hp. field. }
    apply (lambda_max_intro N one_label (s 8) (Vec (fun _ => 0) (fun _ => 0) (fun _ => 0) 1)).
    - simpl. lia.
    - intro u. rewrite E. unfold norm2. simpl. lra.
    - unfold norm2. simpl. lra.
    - rewrite E. unfold norm2. simpl. ring. }
  assert (Hres : res N one_label <= 1/257).
  { unfold res, slope. simpl. rewrite Hf. replace (1 + 0 * (0 * 1)) with 1 by ring.
    rewrite sqrt_1. unfold dl. rewrite Rmult_1_l.
    assert (E := exp_8). unfold Rdiv at 1. rewrite Rabs_left.
    - assert (I : / (1 + exp 8) <= / 257) by (apply Rinv_le_contravar; lra). lra.
    - assert (I : 0 < / (1 + exp 8)) by (apply Rinv_0_lt_compat; lra). lra. }
  assert (K := F N one_label (fun _ => 0) 1 0 0%nat (s 8) (le_n 1) I Hlam).
  unfold weighted_variation, sure in K. rewrite one_number in K by exact zero_within.
  rewrite !Rmult_1_l, s_0 in K. simpl in K.
  assert (V : 0 <= s 8 + res N one_label <= 2/257).
  { split; [|lra]. assert (R : 0 <= res N one_label); [|lra].
    unfold res. simpl. apply Rmult_le_pos; [lra|]. rewrite Rplus_0_r.
    apply Rmult_le_pos; [apply Rabs_pos | apply sqrt_pos]. }
  lra.
Qed.

(** ** A steep ramp beyond the core: one datum at 0, one neuron 10000 relu(x - 2) that it does not see *)

(** stability-floor *)
Theorem RobustStability_floor_is_false : ~ RobustStability_statement le 1 1 1 1 (1/1000).
Proof.
  intro F. set (N := Network 1 (fun _ => 1) (fun _ => -2) (fun _ => 10000) 0).
  assert (A0 : forall j, act N one_label 0 j = 0).
  { intro j. unfold act, z, below. simpl. destruct (Rlt_dec _ _); lra. }
  assert (F0 : forall j, f N (x one_label j) = 0).
  { intro j. unfold f. simpl. replace (1 * 0 + -2) with (-2) by ring.
    unfold relu. rewrite Rmax_left by lra. ring. }
  assert (F00 : f N 0 = 0) by exact (F0 0%nat).
  assert (R0 : forall j, relu (z N one_label 0 j) = 0) by (intro j; rewrite relu_z, A0; ring).
  assert (Hlam : is_lambda_max N one_label (1/4)).
  { assert (E : forall v, Hq N one_label v = 1/4 * vc v ^ 2).
    { intro v. unfold Hq, Gq, Rq, curv, dot, p. cbn -[act z f relu s pow].
      rewrite F00, s_0, A0, R0. field. }
    apply (lambda_max_intro N one_label _ (Vec (fun _ => 0) (fun _ => 0) (fun _ => 0) 1)).
    - simpl. lia.
    - intro u. rewrite E. unfold norm2. simpl.
      assert (P0 := pow2_ge_0 (vw u 0%nat)). assert (P1 := pow2_ge_0 (vb u 0%nat)).
      assert (P2 := pow2_ge_0 (va u 0%nat)). simpl in *. lra.
    - unfold norm2. simpl. lra.
    - rewrite E. unfold norm2. simpl. ring. }
  assert (Hres : res N one_label = 1/2).
  { unfold res, slope. cbn -[f sqrt dl pow]. rewrite F00, dl_0.
    replace (1 + 0 ^ 2) with 1 by ring. rewrite sqrt_1, Rabs_left by lra. field. }
  assert (K := F N one_label (fun _ => 0) 1 0 0%nat (1/4) (le_n 1)).
  assert (Few : (certain_core N one_label (fun _ => 0%R) 1 0 <= 0)%nat).
  { unfold certain_core, number, misses, core, uncertain_at. change (n one_label) with 1%nat.
    cbn [seq filter].
    rewrite F0, zero_within. assert (W : within 0 0 = true) by (apply within_pos; lra).
    rewrite W. simpl. lia. }
  specialize (K Few Hlam). rewrite Hres, s_0 in K. unfold sure in K.
  rewrite one_number in K by exact zero_within. cbn [Nat.sub INR n one_label] in K.
  assert (Kinks : kinks N = [2]).
  { unfold kinks. cbn [N k seq filter w]. destruct (Req_EM_T 1 0); [exfalso; lra|].
    cbn [map nodup]. destruct (in_dec Req_EM_T (kink N 0) []) as [[]|_].
    f_equal. unfold kink. simpl. field. }
  assert (Jump : jump N 2 = 10000).
  { unfold jump. cbn [N k seq Sum w a]. destruct (Req_EM_T 1 0); [exfalso; lra|].
    destruct (Req_EM_T (kink N 0) 2) as [_|Q]; [rewrite Rabs_R1; ring|].
    exfalso. apply Q. unfold kink. simpl. field. }
  unfold weighted_variation in K. rewrite Kinks in K. cbn [Sum] in K. rewrite Jump in K.
  assert (H : 0 <= core_weight one_label (fun _ => 0) 1 0 2).
  { unfold core_weight, h. apply Rmin_glb; [|rewrite hminus_mirror]; apply hplus_nonneg. }
  rewrite Rabs_pos_eq in K by lra. lra.
Qed.

(** ** The mirrored pair of Sharp.v: lambda_max = 1/4 + 25 a^2/64, int |f''| h = 5 a^2/8 *)

Definition zero_truth (_ : nat) : R := 0.

Lemma four_core : places four (core zero_truth 1) = [3/4; 3/4; -(3/4); -(3/4)].
Proof. exact (core_all [3/4; 3/4; -(3/4); -(3/4)]). Qed.

Lemma four_weight : core_weight four zero_truth 1 0 0 = 3/16.
Proof.
  unfold core_weight, h, hplus, hminus. rewrite four_core, !rest_0.
  unfold total, above, before, is_above.
  cbn [map Sum filter length n four].
  assert (Q1 : relu (3/4 - 0) = 3/4) by (rewrite relu_pos; lra).
  assert (Q2 : relu (-(3/4) - 0) = 0) by (apply Rmax_left; lra).
  assert (Q3 : relu (0 - 3/4) = 0) by (apply Rmax_left; lra).
  assert (Q4 : relu (0 - -(3/4)) = 3/4) by (rewrite relu_pos; lra).
  rewrite Q1, Q2, Q3, Q4.
  destruct (Rlt_dec 0 (3/4)); [|exfalso; lra]. destruct (Rlt_dec 0 (-(3/4))); [exfalso; lra|].
  destruct (Rlt_dec (3/4) 0); [exfalso; lra|]. destruct (Rlt_dec (-(3/4)) 0); [|exfalso; lra].
  cbn [length Nat.sub INR]. rewrite Rmin_left; lra.
Qed.

Lemma mirrored_variation a0 : 0 < a0 ->
  weighted_variation (mirrored a0) (fun t => core_weight four zero_truth 1 0 t + 0) = 5/8 * a0 ^ 2.
Proof.
  intros Ha. unfold weighted_variation. rewrite kinks_value by exact Ha. cbn [Sum].
  rewrite four_weight. unfold jump. change (k (mirrored a0)) with 2%nat. cbn [seq Sum].
  rewrite !kink_value by (exact Ha || lia). destruct (Req_EM_T 0 0) as [_|Q]; [|now contradict Q].
  cbn [mirrored w a nth]. destruct (Req_EM_T (5/3 * a0) 0); [exfalso; lra|].
  destruct (Req_EM_T (-(5/3 * a0)) 0); [exfalso; lra|].
  rewrite Rabs_Ropp, (Rabs_pos_eq (5/3 * a0)) by lra. rewrite Rabs_pos_eq by nra. field.
Qed.

Lemma mirrored_res a0 : 0 < a0 -> res (mirrored a0) four = 5/8.
Proof.
  intros Ha. unfold res. change (n four) with 4%nat. cbn [seq Sum].
  rewrite !slope_value by (exact Ha || lia). cbn [four x y nth].
  replace (1 + (3/4) ^ 2) with ((5/4) ^ 2) by field.
  replace (1 + (-(3/4)) ^ 2) with ((5/4) ^ 2) by field. rewrite sqrt_pow2 by lra.
  replace (- (1) / 2) with (-(1/2)) by field. replace (- (-1) / 2) with (1/2) by field.
  rewrite Rabs_Ropp, Rabs_pos_eq by lra. simpl. field.
Qed.

(** What the statement says of the mirrored pair *)
Lemma stability_at residual soft lead slope a0 :
  RobustStability_statement le residual soft lead slope 0 -> 0 < a0 -> 0 < soft ->
  slope * (5/8 * a0 ^ 2)
    <= (1/4 + 25 * a0 ^ 2 / 64 + residual * (5/8)) / (soft / 2) - lead * (1/2).
Proof.
  intros F Ha Hs. assert (K := F (mirrored a0) four zero_truth 1 0 0%nat (1/4 + 25 * a0 ^ 2 / 64)).
  assert (Few : (certain_core (mirrored a0) four zero_truth 1 0 <= 0)%nat).
  { unfold certain_core, number, misses, core, uncertain_at. change (n four) with 4%nat.
    cbn [seq filter]. rewrite !f_zero by (exact Ha || lia).
    assert (W : within 0 0 = true) by (apply within_pos; lra).
    rewrite W. rewrite !andb_false_r. simpl. lia. }
  specialize (K four_nonempty Few (mirrored_lambda_max a0 Ha)).
  rewrite (mirrored_variation a0 Ha), (mirrored_res a0 Ha), s_0 in K. unfold sure in K.
  rewrite <- places_length, four_core in K. cbn [length Nat.sub n four] in K.
  replace (2 * (soft * (1/4))) with (soft / 2) in K by field. simpl INR in K.
  replace ((1 + 1 + 1 + 1) / (2 * (1 + 1 + 1 + 1))) with (1/2) in K by field. exact K.
Qed.

(** stability-Gamma *)
Theorem RobustStability_Gamma_is_false : ~ RobustStability_statement le 1 (4/3) 1 1 0.
Proof. intro F. assert (K := stability_at _ _ _ _ 8 F). lra. Qed.

(** stability-slope, at the limit of this witness; data near 0 refute 1001/1000 as well *)
Theorem RobustStability_slope_is_false : ~ RobustStability_statement le 1 1 1 (13/10) 0.
Proof. intro F. assert (K := stability_at _ _ _ _ 8 F). lra. Qed.
