(** * False twins of the deterministic half of weak-to-strong

    [WeakToStrong_statement] is the theorem of WeakToStrong.v with its constants, the softness and the
    variation as parameters; each [.._is_false] refutes another instance, and the comment names the
    control of verify/claims that says the same (its witness may differ). *)

From Coq Require Import Reals Lra Lia Psatz List.
From Flatcert Require Import Sums Logistic Network Divergence Excess FaberSchauder SlopeVariation
  WeakToStrong DivergenceValues ControlsDivergence.
Import ListNotations.
Open Scope R_scope.

(** A^2 counts [coarse] times and tau counts [tau_share] times; [soft] is the softness at the level B, in
    the theorem s; [bends F F0] is the function whose slope varies by at most W, in the theorem f - f0. *)
Definition WeakToStrong_statement (coarse_share fine_share tau_share : R) (soft : R -> R)
    (bends : (R -> R) -> (R -> R) -> R -> R) : Prop :=
  forall D lo len depth F F0 B W tau coarse fine u,
  0 < len -> dyadic D lo len depth -> labelled D ->
  (forall j, (j < n D)%nat -> Rabs (F (x D j)) <= B /\ Rabs (F0 (x D j)) <= B) ->
  slope_variation_le (bends F F0) lo (lo + len) W ->
  training D (at_data D F) - training D (at_data D F0) <= tau -> 0 <= tau ->
  splits_noise D (noise D (at_data D F0)) coarse fine ->
  hats_bounded D lo len depth fine u ->
  mean_divergence D (at_data D F0) (at_data D F)
    <= coarse_share * inner D coarse coarse / soft B + fine_share * Rsum len W depth u
       + tau_share * tau.

Definition apart (F F0 : R -> R) (t : R) : R := F t - F0 t.

Theorem WeakToStrong_holds : WeakToStrong_statement 2 2 2 s apart.
Proof.
  intros D lo len depth F F0 B W tau coarse fine u Hl Hd HD HB HW Ht _ Hs Hu.
  exact (weak_to_strong D lo len depth Hl Hd F F0 B W tau coarse fine u HD HB HW Ht Hs Hu).
Qed.

Lemma line_varies_not g lo hi A : (forall t, g t = A) -> slope_variation_le g lo hi 0.
Proof.
  intros E. apply (slope_variation_ext (fun t => A + 0 * t)); [intro t; rewrite E; ring|].
  apply slope_variation_line.
Qed.

(** ** One datum at 0 with label 1, f = 8, f0 = 0: A^2 = 1/4, tau = 0 *)

Lemma one_label_dyadic : dyadic one_label 0 1 0.
Proof. intros j _. exists 0%nat. split; [simpl; lia|]. unfold point. simpl. field. Qed.

(** strong-Gamma *)
Theorem WeakToStrong_Gamma_is_false : ~ WeakToStrong_statement 2 2 2 (fun _ => 1/4) apart.
Proof.
  intro G.
  assert (K := G one_label 0 1 0%nat (fun _ => 8) (fun _ => 0) 8 0 0
    (fun _ => 1/2) (fun _ => 0) (fun _ => 0)).
  assert (Noise : noise one_label (at_data one_label (fun _ => 0)) 0%nat = 1/2)
    by exact one_label_noise.
  assert (K' : mean_divergence one_label (at_data one_label (fun _ => 0))
                 (at_data one_label (fun _ => 8)) <= 2).
  { eapply Rle_trans; [apply K|].
    - lra.
    - exact one_label_dyadic.
    - exact one_label_labelled.
    - intros. rewrite Rabs_R0, Rabs_pos_eq; lra.
    - apply (line_varies_not _ _ _ 8). intro t. unfold apart. ring.
    - unfold training, loss_at, at_data. simpl. rewrite !l_plus, softplus_0.
      assert (S := softplus_8). assert (L := ln_2_lt_1). lra.
    - lra.
    - split; [|split].
      + intros j Hj. simpl in Hj. replace j with 0%nat by lia. rewrite Noise. ring.
      + rewrite one_label_inner. ring.
      + rewrite one_label_inner. ring.
    - intros r m Hr. lia.
    - rewrite one_label_inner. unfold Rsum. simpl. lra. }
  unfold mean_divergence, at_data in K'. simpl in K'. assert (L := far_from_truth). lra.
Qed.

(** ** Four data at -1, 0, 0, 1 with noise that has neither mean nor slope *)

Definition calm (labels : list R) : data :=
  Data 4 (fun j => nth j [-1; 0; 0; 1] 0) (fun j => nth j labels 1).

Lemma calm_inner labels u v :
  inner (calm labels) u v
  = (u 0%nat * v 0%nat + u 1%nat * v 1%nat + u 2%nat * v 2%nat + u 3%nat * v 3%nat) / 4.
Proof. unfold inner. simpl. field. Qed.

Lemma calm_dyadic labels : dyadic (calm labels) (-1) 2 1.
Proof.
  intros j Hj. unfold point. simpl in Hj.
  destruct j as [|[|[|[|j]]]]; [exists 0%nat | exists 1%nat | exists 1%nat | exists 2%nat | lia];
    simpl; (split; [lia | field]).
Qed.

Lemma calm_labelled v0 v1 v2 v3 :
  label v0 -> label v1 -> label v2 -> label v3 -> labelled (calm [v0; v1; v2; v3]).
Proof.
  intros. split; [simpl; lia|]. intros j Hj. simpl in Hj.
  destruct j as [|[|[|[|j]]]]; [| | | | lia]; assumption.
Qed.

Lemma label_one : label 1.
Proof. now left. Qed.
Lemma label_minus : label (-1).
Proof. now right. Qed.

(** The largest |<fine, hat>_n| of a level *)
Definition hat_size (D : data) (fine : nat -> R) (r : nat) : R :=
  Max (fun m => Rabs (inner D fine (at_data D (hat (-1) 2 r m)))) (seq 0 (2 ^ r)).

Lemma hats_of_size D fine : hats_bounded D (-1) 2 1 fine (hat_size D fine).
Proof.
  intros r m _ Hm. apply (Max_ge (fun m => Rabs (inner D fine (at_data D (hat (-1) 2 r m))))).
  now apply in_range.
Qed.

(** strong-tau: labels -1, 1, 1, -1, f = 1, f0 = 0; the excess is tau *)
Theorem WeakToStrong_tau_is_false : ~ WeakToStrong_statement 2 2 (9/10) s apart.
Proof.
  intro G. set (D := calm [-1; 1; 1; -1]).
  set (xi := noise D (at_data D (fun _ => 0))).
  assert (HD : labelled D) by (apply calm_labelled; auto using label_one, label_minus).
  assert (N0 : xi 0%nat = -1/2 /\ xi 1%nat = 1/2 /\ xi 2%nat = 1/2 /\ xi 3%nat = -1/2).
  { unfold xi, noise, at_data. rewrite sigma_0. simpl.
    destruct (Req_EM_T (-1) 1); [exfalso; lra|].
    destruct (Req_EM_T 1 1) as [_|E]; [|now contradict E].
    repeat split; lra. }
  destruct N0 as (E0 & E1 & E2 & E3).
  destruct (K6 D (at_data D (fun _ => 0)) (at_data D (fun _ => 1)) HD) as [_ E].
  fold xi in E.
  assert (Z : inner D xi (fun j => at_data D (fun _ => 1) j - at_data D (fun _ => 0) j) = 0)
    by (unfold D; rewrite calm_inner; fold D; rewrite E0, E1, E2, E3; unfold at_data; field).
  rewrite Z in E.
  set (mean := mean_divergence D (at_data D (fun _ => 0)) (at_data D (fun _ => 1))) in *.
  assert (P : 0 < mean).
  { unfold mean, mean_divergence, at_data. simpl.
    assert (Q : 0 < divergence 0 1) by (apply divergence_pos; lra). lra. }
  assert (K := G D (-1) 2 1%nat (fun _ => 1) (fun _ => 0) 1 0 mean (fun _ => 0) xi).
  specialize (K (hat_size D xi) Rlt_0_2 (calm_dyadic _) HD).
  assert (K' : mean <= 9/10 * mean); [|lra].
  eapply Rle_trans; [apply K|].
  - intros. rewrite Rabs_R0, Rabs_pos_eq; lra.
  - apply (line_varies_not _ _ _ 1). intro t. unfold apart. ring.
  - lra.
  - lra.
  - split; [intros; symmetry; apply Rplus_0_l|].
    split; unfold D; rewrite calm_inner, E0, E1, E2, E3; simpl; field.
  - apply hats_of_size.
  - unfold D. rewrite calm_inner. unfold Rsum. simpl. apply Req_le. field. apply Rgt_not_eq, s_pos.
Qed.

(** strong-truth: labels 1, -1, -1, 1, f = 0, f0 = 2 - 4 |x|, a tent with every label against it *)
Theorem WeakToStrong_truth_is_false : ~ WeakToStrong_statement 2 2 2 s (fun F _ => F).
Proof.
  intro G. set (D := calm [1; -1; -1; 1]). set (F0 := fun t => 2 - 4 * Rabs t).
  set (xi := noise D (at_data D F0)).
  assert (HD : labelled D) by (apply calm_labelled; auto using label_one, label_minus).
  assert (V0 : F0 0 = 2) by (unfold F0; rewrite Rabs_R0; ring).
  assert (V1 : F0 1 = -2) by (unfold F0; rewrite Rabs_R1; ring).
  assert (V2 : F0 (-1) = -2) by (unfold F0; rewrite Rabs_left by lra; ring).
  assert (S2 : sigma (-2) = 1 - sigma 2) by (rewrite <- sigma_opp; reflexivity).
  assert (N0 : xi 0%nat = sigma 2 /\ xi 1%nat = - sigma 2
               /\ xi 2%nat = - sigma 2 /\ xi 3%nat = sigma 2).
  { unfold xi, noise, at_data. simpl. rewrite V0, V1, V2, S2.
    destruct (Req_EM_T (-1) 1); [exfalso; lra|].
    destruct (Req_EM_T 1 1) as [_|E]; [|now contradict E].
    repeat split; lra. }
  destruct N0 as (E0 & E1 & E2 & E3).
  assert (P : 0 < mean_divergence D (at_data D F0) (at_data D (fun _ => 0))).
  { unfold mean_divergence, at_data. simpl. rewrite V0, V1, V2.
    assert (Q : 0 < divergence 2 0) by (apply divergence_pos; lra).
    assert (Q' := divergence_nonneg (-2) 0). lra. }
  assert (K := G D (-1) 2 1%nat (fun _ => 0) F0 2 0 0 (fun _ => 0) xi).
  specialize (K (hat_size D xi) Rlt_0_2 (calm_dyadic _) HD).
  assert (K' : mean_divergence D (at_data D F0) (at_data D (fun _ => 0)) <= 0); [|lra].
  eapply Rle_trans; [apply K|].
  - intros j Hj. rewrite Rabs_R0. split; [lra|]. simpl in Hj.
    destruct j as [|[|[|[|j]]]]; [| | | | lia]; simpl; rewrite ?V0, ?V1, ?V2; apply Rabs_le; lra.
  - now apply (line_varies_not _ _ _ 0).
  - unfold training, loss_at, at_data. simpl. rewrite V0, V1, V2, !l_plus, !l_minus, softplus_0.
    assert (A := softplus_ge 2). assert (L := ln_2_lt_1). assert (B := softplus_pos (-2)). lra.
  - lra.
  - split; [intros; symmetry; apply Rplus_0_l|].
    split; unfold D; rewrite calm_inner, E0, E1, E2, E3; simpl; field.
  - apply hats_of_size.
  - unfold D. rewrite calm_inner. unfold Rsum. simpl. apply Req_le. field. apply Rgt_not_eq, s_pos.
Qed.
