(** * False twins of the transfer lemma, the robust weight and the norm process

    Each [.._statement] is a theorem of Transfer.v, RobustWeight.v or NormProcess.v with some
    constants or assumptions as parameters; [.._holds] is the theorem itself.  Each [.._is_false]
    refutes the statement at other parameters; the comment names the control of verify/claims that says
    the same (its witness may differ). *)

From Coq Require Import Reals Lra Lia Psatz List Bool.
From Flatcert Require Import Sums Logistic Network Spectrum Divergence Excess Transfer Largest
  RobustWeight NormProcess DivergenceValues ControlsDivergence.
Import ListNotations.
Open Scope R_scope.

(** ** Statements *)

(** The price D(low || high) counts [price] times, n eps counts [share] times, data with
    |f0_j| <= low + slack count, and [levels] is what is assumed of the two levels. *)
Definition Transfer_statement (price share slack : R) (levels : R -> R -> Prop) : Prop :=
  forall D truth out low high, (0 < n D)%nat -> levels low high ->
  INR (number D (fun j => within (truth j) (low + slack) && negb (within (out j) high)))
  * (price * divergence low high) <= share * (INR (n D) * mean_divergence D truth out).

(** [cost high low] is the price; in the theorem it is D(high || low). *)
Definition TransferBack_statement (price : R) (cost : R -> R -> R) (levels : R -> R -> Prop) : Prop :=
  forall D truth out low high, (0 < n D)%nat -> levels low high ->
  INR (number D (back truth out low high)) * (price * cost high low)
    <= INR (n D) * mean_divergence D truth out.

(** h+ counts [slope] times and discards m0 - [spared] data; [few] is what is assumed of the number of
    missing core data and m0. *)
Definition RobustWeight_statement (slope : R) (spared : nat) (few : nat -> nat -> Prop) : Prop :=
  forall D truth low A m0 t, let K := keeps (core truth low) A in
  (0 < number D K)%nat -> few (number D (misses (core truth low) A)) m0 ->
  slope * hplus (n D) (m0 - spared) (places D (core truth low)) t
    <= INR (number D K) / INR (n D) * gplus D (uniform_on D K) t.

Definition NormProcess_statement (scale : R) : Prop := forall N D xi M,
  is_noise_supremum D xi M ->
  inner D xi (centred N D) ^ 2 <= scale * (path_norm N ^ 2 * M ^ 2).

Definition NormGap_statement (path offset : R) : Prop := forall N D truth M,
  labelled D -> is_noise_supremum D (noise D truth) M ->
  risk D truth (outputs N D) - loss N D
    <= path * (path_norm N * M)
       + offset * (Rabs (c N) * Rabs (inner D (noise D truth) (fun _ => 1))).

Definition any_levels (_ _ : R) : Prop := True.
Definition any_number (_ _ : nat) : Prop := True.

(** ** The theorems are instances *)

Theorem Transfer_holds : Transfer_statement 1 1 0 Rlt.
Proof.
  intros D truth out low high Hn H. rewrite !Rmult_1_l, Rplus_0_r.
  exact (transfer D truth out low high Hn H).
Qed.

Theorem TransferBack_holds : TransferBack_statement 1 divergence Rlt.
Proof. intros D truth out low high Hn H. rewrite Rmult_1_l. now apply transfer_back. Qed.

Theorem RobustWeight_holds : RobustWeight_statement 1 0 le.
Proof.
  intros D truth low A m0 t K HK Hm. rewrite Rmult_1_l, Nat.sub_0_r. now apply robust_weight_plus.
Qed.

Theorem NormProcess_holds : NormProcess_statement 1.
Proof.
  intros N D xi M HM. assert (K := norm_process N D xi M HM).
  rewrite Rmult_1_l, <- Rpow_mult_distr, <- (pow2_abs (inner D xi (centred N D))).
  apply pow_incr. split; [apply Rabs_pos | exact K].
Qed.

Theorem NormGap_holds : NormGap_statement 1 1.
Proof. intros N D truth M HD HM. rewrite !Rmult_1_l. now apply norm_gap. Qed.

(** ** Transfer: one datum, truth f0 and output f *)

Lemma one_number (Q : nat -> bool) : Q 0%nat = true -> number one_label Q = 1%nat.
Proof. intros E. unfold number. simpl. now rewrite E. Qed.

Lemma one_mean f0 f : INR (n one_label) * mean_divergence one_label (fun _ => f0) (fun _ => f)
                      = divergence f0 f.
Proof. rewrite mean_divergence_total by (simpl; lia). simpl. ring. Qed.

Lemma within_pos u v : 0 <= u <= v -> within u v = true.
Proof. intros H. apply within_true. rewrite Rabs_pos_eq; lra. Qed.

Lemma beyond_pos u v : 0 <= v < u -> within u v = false.
Proof. intros H. apply within_false. rewrite Rabs_pos_eq; lra. Qed.

(** What the statements say of one datum *)
Lemma transfer_at price share slack levels low high f0 f :
  Transfer_statement price share slack levels -> levels low high ->
  0 <= f0 <= low + slack -> 0 <= high < f -> price * divergence low high <= share * divergence f0 f.
Proof.
  intros F Hl H0 H1.
  assert (K := F one_label (fun _ => f0) (fun _ => f) low high (le_n 1) Hl).
  rewrite one_mean, one_number in K.
  - simpl INR in K. lra.
  - now rewrite (within_pos f0), (beyond_pos f) by lra.
Qed.

Lemma back_at price cost levels low high f0 f :
  TransferBack_statement price cost levels -> levels low high ->
  0 <= high < f0 -> 0 <= f <= low -> price * cost high low <= divergence f0 f.
Proof.
  intros F Hl H0 H1.
  assert (K := F one_label (fun _ => f0) (fun _ => f) low high (le_n 1) Hl).
  rewrite one_mean, one_number in K.
  - simpl INR in K. lra.
  - unfold back. now rewrite (beyond_pos f0), (within_pos f) by lra.
Qed.

(** The divergence is continuous: its slopes are at most 1, and at most (v - f)/4. *)
Lemma rise_in_output f0 u e : 0 <= e -> divergence f0 (u + e) <= divergence f0 u + e.
Proof.
  intros H. rewrite !bregman. assert (T := softplus_tangent (u + e) u).
  assert (A := sigma_lt_1 (u + e)). assert (B := sigma_pos f0). nra.
Qed.

Lemma rise_in_truth u e f : 0 <= e -> f <= u -> u + e - f <= 4 ->
  divergence (u + e) f <= divergence u f + e.
Proof.
  intros H Hf Hd. rewrite !bregman. assert (T := softplus_tangent u (u + e)).
  assert (K := K1 u (u + e)). assert (L := K2 u (u + e)).
  replace ((u + e - u) ^ 2) with (e ^ 2) in L by ring.
  assert (G0 : 0 <= sigma (u + e) - sigma u) by (assert (M := sigma_le u (u + e)); lra).
  assert (G : sigma (u + e) - sigma u <= e / 4).
  { apply Rsqr_incr_0_var; [|lra]. unfold Rsqr. lra. }
  nra.
Qed.

(** A price above D(1 || 3/2) is too high: f0 = 1 and f just above 3/2 cost D(1 || 3/2) in the limit. *)
Definition d : R := divergence 1 (3/2).
Lemma d_pos : 0 < d.
Proof. apply divergence_pos. lra. Qed.

(** transfer-price *)
Theorem Transfer_price_is_false : ~ Transfer_statement (11/10) 1 0 Rlt.
Proof.
  intro F. assert (P := d_pos).
  assert (K := transfer_at _ _ _ _ 1 (3/2) 1 (3/2 + d/20) F). fold d in K.
  assert (R := rise_in_output 1 (3/2) (d/20)). fold d in R. lra.
Qed.

(** transfer-mean *)
Theorem Transfer_mean_is_false : ~ Transfer_statement 1 (1/2) 0 Rlt.
Proof.
  intro F. assert (P := d_pos).
  assert (K := transfer_at _ _ _ _ 1 (3/2) 1 (3/2 + d/2) F). fold d in K.
  assert (R := rise_in_output 1 (3/2) (d/2)). fold d in R. lra.
Qed.

(** transfer-slack *)
Theorem Transfer_slack_is_false : ~ Transfer_statement 1 1 (1/4) Rlt.
Proof.
  intro F. set (e := divergence 1 (5/4) / 2).
  assert (P : 0 < divergence 1 (5/4)) by (apply divergence_pos; lra).
  assert (K := transfer_at _ _ _ _ 1 (5/4) (5/4) (5/4 + e) F).
  assert (R := rise_in_output (5/4) (5/4) e). rewrite divergence_self in R. unfold e in *. lra.
Qed.

(** transfer-levels *)
Theorem Transfer_levels_is_false : ~ Transfer_statement 1 1 0 any_levels.
Proof.
  intro F. assert (P : 0 < divergence (3/2) 1) by (apply divergence_pos; lra).
  assert (K := transfer_at _ _ _ _ (3/2) 1 (5/4) (5/4) F I). rewrite divergence_self in K. lra.
Qed.

(** back-price *)
Theorem TransferBack_price_is_false : ~ TransferBack_statement (11/10) divergence Rlt.
Proof.
  intro F. set (b := divergence (3/2) 1).
  assert (P : 0 < b) by (apply divergence_pos; lra).
  assert (Q : b <= 1/32) by (unfold b; assert (L := K2 (3/2) 1); lra).
  assert (K := back_at _ _ _ 1 (3/2) (3/2 + b/20) 1 F). fold b in K.
  assert (R := rise_in_truth (3/2) (b/20) 1). fold b in R. lra.
Qed.

(** back-swapped: f0 = 9, f = 0, levels 0 and 8 *)
Theorem TransferBack_swapped_is_false : ~ TransferBack_statement 1 swapped Rlt.
Proof.
  intro F. assert (K := back_at _ _ _ 0 8 9 0 F). unfold swapped in K.
  assert (L := far_from_truth).
  assert (R : divergence 9 0 <= 1); [|lra].
  rewrite bregman, softplus_0. assert (E := ln_2_lt_1). assert (S := softplus_ge 9).
  assert (Q := sigma_lt_1 9). lra.
Qed.

(** back-levels *)
Theorem TransferBack_levels_is_false : ~ TransferBack_statement 1 divergence any_levels.
Proof.
  intro F. assert (P : 0 < divergence 1 (3/2)) by (apply divergence_pos; lra).
  assert (K := back_at _ _ _ (3/2) 1 (5/4) (5/4) F I). rewrite divergence_self in K. lra.
Qed.

(** ** Robust weight: a core of two or three data, truth 0 *)

Lemma zero_within : within 0 1 = true.
Proof. apply within_pos. lra. Qed.

Definition at_places (xs : list R) : data := Data (length xs) (fun j => nth j xs 0) (fun _ => 1).
Definition first (m : nat) (j : nat) : bool := Nat.ltb j m.

Lemma core_all xs : places (at_places xs) (core (fun _ => 0) 1) = xs.
Proof.
  unfold places, core, at_places. cbn [n x]. rewrite zero_within.
  replace (filter (fun _ => true) (seq 0 (length xs))) with (seq 0 (length xs)).
  - clear. induction xs as [|t xs IH]; [reflexivity|]. simpl. f_equal.
    rewrite <- seq_shift, map_map. exact IH.
  - generalize (seq 0 (length xs)). induction l as [|j js IH]; simpl; congruence.
Qed.

(** Without missing data nothing is left out. *)
Lemma rest_0 ts : rest 0 ts = total ts.
Proof.
  unfold rest. rewrite Nat.sub_0_r, <- (sort_length ts), firstn_all.
  apply total_permutation, sort_permutation.
Qed.

Lemma relu_pos u : 0 <= u -> relu u = u.
Proof. apply Rmax_right. Qed.

Lemma sqrt_below u v : 0 <= v -> u <= v ^ 2 -> sqrt u <= v.
Proof. intros Hv H. rewrite <- (sqrt_pow2 v Hv). now apply sqrt_le_1_alt. Qed.

(** weight-slope: both data at 1/100, none missing *)
Theorem RobustWeight_slope_is_false : ~ RobustWeight_statement (1001/1000) 0 le.
Proof.
  intro F. assert (K := F (at_places [1/100; 1/100]) (fun _ => 0) 1 (first 2) 0%nat 0).
  rewrite core_all in K. simpl Nat.sub in K. unfold hplus in K. rewrite rest_0 in K.
  unfold number, keeps, misses, core, uniform_on, gplus, number in K. rewrite zero_within in K.
  unfold total, below, above, is_above in K. cbn -[INR Rlt_dec sqrt pow] in K.
  destruct (Rlt_dec 0 (1 / 100)); [|exfalso; lra]. cbn -[sqrt pow] in K.
  specialize (K (le_S _ _ (le_n 1)) (le_n 0)). rewrite relu_pos in K by lra.
  match type of K with _ <= _ * (_ * sqrt ?u) =>
    assert (S : sqrt u <= 10001/10000) by (apply sqrt_below; [lra | nra]) end.
  lra.
Qed.

(** weight-spared: three data at 1, one missing *)
Theorem RobustWeight_spared_is_false : ~ RobustWeight_statement 1 1 le.
Proof.
  intro F. assert (K := F (at_places [1; 1; 1]) (fun _ => 0) 1 (first 2) 1%nat 0).
  rewrite core_all in K. simpl Nat.sub in K. unfold hplus in K. rewrite rest_0 in K.
  unfold number, keeps, misses, core, uniform_on, gplus, number in K. rewrite zero_within in K.
  unfold total, below, above, is_above in K. cbn -[INR Rlt_dec sqrt pow] in K.
  destruct (Rlt_dec 0 1); [|exfalso; lra]. cbn -[sqrt pow] in K.
  specialize (K (le_S _ _ (le_n 1)) (le_n 1)). rewrite relu_pos in K by lra.
  match type of K with _ <= _ * (_ * sqrt ?u) =>
    assert (S : sqrt u <= 71/50) by (apply sqrt_below; [lra | nra]) end.
  lra.
Qed.

(** weight-gone: -1, 1, 1, of which both data at 1 are missing, and m0 = 1 *)
Theorem RobustWeight_gone_is_false : ~ RobustWeight_statement 1 0 any_number.
Proof.
  intro F. assert (K := F (at_places [-1; 1; 1]) (fun _ => 0) 1 (first 1) 1%nat 0).
  rewrite core_all in K. simpl Nat.sub in K. unfold hplus in K.
  assert (H : 1 <= rest 1 (map (fun u => relu (u - 0)) [-1; 1; 1])).
  { destruct (rest_attained 1 (map (fun u => relu (u - 0)) [-1; 1; 1]))
      as (ks & gone & Hp & Hg & _ & <-).
    assert (E := total_permutation _ _ Hp). rewrite total_app in E.
    destruct gone as [|v [|]]; [discriminate Hg | | discriminate Hg].
    assert (V : In v (map (fun u => relu (u - 0)) [-1; 1; 1]))
      by (apply (Permutation.Permutation_in v (Permutation.Permutation_sym Hp)), in_or_app; right;
          now left).
    assert (Z : relu (-1 - 0) = 0) by (apply Rmax_left; lra).
    assert (O : relu (1 - 0) = 1) by (rewrite relu_pos; lra).
    unfold total in *. simpl in E, V. rewrite Z, O in *.
    destruct V as [V|[V|[V|[]]]]; subst v; lra. }
  unfold number, keeps, misses, core, uniform_on, gplus, number in K. rewrite zero_within in K.
  unfold below, above, is_above in K. cbn -[INR Rlt_dec sqrt pow rest map] in K.
  destruct (Rlt_dec 0 (-1)); [exfalso; lra|]. destruct (Rlt_dec 0 1); [|exfalso; lra].
  cbn -[sqrt pow rest map] in K. specialize (K (le_n 1) I).
  match type of K with _ * (_ * ?r * _) <= _ =>
    assert (H' : 1 <= r) by exact H; set (e := r) in * end.
  match type of K with _ <= _ * (?u * ?v) => replace u with 0 in K by ring end.
  lra.
Qed.

(** ** Norm *)

Lemma M_positive M : is_noise_supremum one_label (noise one_label (fun _ => 0)) M -> 1/2 <= M.
Proof.
  intros HM. apply (proj1 HM). exists 0, 1. split.
  - unfold length2. replace (0 ^ 2 + 1 ^ 2) with 1 by ring. apply sqrt_1.
  - rewrite one_label_inner, one_label_noise. unfold neuron. simpl.
    rewrite relu_pos by lra. rewrite Rabs_pos_eq; lra.
Qed.

(** norm-scale *)
Theorem NormProcess_scale_is_false : ~ NormProcess_statement (99/100).
Proof.
  intro F. set (xi := noise one_label (fun _ => 0)).
  destruct (noise_supremum_exists one_label xi) as [M HM]. assert (P := M_positive M HM).
  assert (K : 1 * M <= 995/1000 * M); [|lra].
  apply (proj2 (norm_process_attained one_label xi M 1 HM Rle_0_1)). intros t (N & HN & ->).
  assert (Q := F N one_label xi M HM). assert (R0 := path_norm_nonneg N).
  assert (B : path_norm N ^ 2 * M ^ 2 <= M ^ 2).
  { rewrite <- (Rmult_1_l (M ^ 2)) at 2. apply Rmult_le_compat_r; [apply pow2_ge_0|].
    rewrite <- (pow1 2). apply pow_incr. lra. }
  apply Rsqr_incr_0_var; [|lra]. unfold Rsqr. nra.
Qed.

(** gap-path *)
Theorem NormGap_path_is_false : ~ NormGap_statement (99/100) 1.
Proof.
  intro F. set (xi := noise one_label (fun _ => 0)).
  destruct (noise_supremum_exists one_label xi) as [M HM]. assert (P := M_positive M HM).
  assert (K : 1 * M <= 99/100 * M); [|lra].
  apply (proj2 (norm_process_attained one_label xi M 1 HM Rle_0_1)). intros t (N & HN & ->).
  (* the same network with c = 0 *)
  set (N0 := Network (k N) (w N) (b N) (a N) 0).
  assert (Q := F N0 one_label (fun _ => 0) M one_label_labelled HM).
  rewrite <- training_loss, (gap_linear _ _ _ one_label_labelled) in Q. fold xi in Q.
  change (c N0) with 0 in Q. rewrite Rabs_R0 in Q. change (path_norm N0) with (path_norm N) in Q.
  assert (E : inner one_label xi (outputs N0 one_label) = inner one_label xi (centred N one_label)).
  { apply inner_ext. intros j _. unfold outputs, centred, f. simpl. ring. }
  rewrite E in Q. assert (path_norm N * M <= 1 * M) by (apply Rmult_le_compat_r; lra). lra.
Qed.

(** gap-offset *)
Theorem NormGap_offset_is_false : ~ NormGap_statement 1 (99/100).
Proof.
  intro F. set (xi := noise one_label (fun _ => 0)).
  destruct (noise_supremum_exists one_label xi) as [M HM].
  set (N := Network 0 (fun _ => 0) (fun _ => 0) (fun _ => 0) 1).
  assert (Q := F N one_label (fun _ => 0) M one_label_labelled HM).
  rewrite <- training_loss, (gap_linear _ _ _ one_label_labelled) in Q.
  rewrite !one_label_inner, one_label_noise in Q. unfold path_norm, outputs, f in Q. simpl in Q.
  rewrite Rabs_R1, Rabs_pos_eq in Q by lra. lra.
Qed.
