(** * The robust weight h: how it is computed, and that it is monotone

    [hplus_computed]: sort the core; of its places beyond t keep all but the m largest; add up their
    distances to t, times how many they are.  [hplus_falls], [hminus_rises]: h+ does not rise and h- does
    not fall, so that h on [u, v] is at least min(h+(v), h-(u)), its smaller value at the two ends.
    Notes: robust-weight, item 4. *)

From Coq Require Import Reals Lra Lia List Permutation.
From Flatcert Require Import Sums Logistic Network Largest RobustWeight.
Import ListNotations.
Open Scope R_scope.

(** ** What is computed *)

Definition computed_weight (n0 m : nat) (ts : list R) (t : R) : R :=
  let reach := filter (is_above t) (sort ts) in
  let kept := (length reach - m)%nat in
  total (map (fun u => u - t) (firstn kept reach)) * INR kept / (INR n0 * INR (length ts)).

(** In an increasing list the places beyond t come last. *)
Lemma reach_last t us :
  increasing us ->
  exists near, us = near ++ filter (is_above t) us /\ forall u, In u near -> u <= t.
Proof.
  induction 1 as [|u us Hu Hus (near & E & Hnear)].
  - now exists [].
  - simpl. unfold is_above at 1. destruct (Rlt_dec t u) as [L|L].
    + exists []. split; [|easy]. simpl. f_equal. clear near E Hnear Hus.
      induction us as [|v us IH]; [reflexivity|]. simpl. unfold is_above at 1.
      destruct (Rlt_dec t v) as [K|K].
      * f_equal. apply IH. intros. apply Hu. now right.
      * exfalso. apply K. apply Rlt_le_trans with u; [exact L | apply Hu; now left].
    + exists (u :: near). split; [simpl; now f_equal|]. intros v [ <- |Hv]; [lra | auto].
Qed.

Theorem hplus_computed n0 m ts t : hplus n0 m ts t = computed_weight n0 m ts t.
Proof.
  unfold hplus, computed_weight.
  rewrite (above_permutation t ts (sort ts)) by (symmetry; apply sort_permutation).
  unfold above. set (reach := filter (is_above t) (sort ts)).
  enough (E : rest m (map (fun u => relu (u - t)) ts)
              = total (map (fun u => u - t) (firstn (length reach - m) reach)))
    by (rewrite E; unfold Rdiv; ring).
  unfold rest. rewrite map_length, (sort_map (fun u => relu (u - t))).
  - rewrite firstn_map, <- (sort_length ts).
    destruct (reach_last t (sort ts) (sort_increasing ts)) as (near & E & Hnear). fold reach in E.
    rewrite E at 2. rewrite firstn_app, map_app, total_app.
    replace (length (sort ts) - m - length near)%nat with (length reach - m)%nat
      by (rewrite E, app_length; lia).
    assert (Z : total (map (fun u => relu (u - t)) (firstn (length (sort ts) - m) near)) = 0).
    { unfold total. rewrite Sum_map. apply Sum_zero. intros u Hu. apply Rmax_left.
      assert (K : In u near)
        by (rewrite <- (firstn_skipn (length (sort ts) - m) near); apply in_or_app; now left).
      specialize (Hnear u K). lra. }
    rewrite Z, Rplus_0_l. f_equal. apply map_ext_in. intros u Hu. apply Rmax_right.
    assert (K : In u reach)
      by (rewrite <- (firstn_skipn (length reach - m) reach); apply in_or_app; now left).
    apply filter_In in K. unfold is_above in K. destruct (Rlt_dec t u); [lra | easy].
  - intros u v H. unfold relu. apply Rle_max_compat_l. lra.
Qed.

(** h- is the same for the mirrored core. *)
Theorem hminus_computed n0 m ts t : hminus n0 m ts t = computed_weight n0 m (map Ropp ts) (- t).
Proof. rewrite hminus_mirror. apply hplus_computed. Qed.

(** ** Monotone *)

Lemma rest_le (F G : R -> R) m ts :
  (forall u, 0 <= F u <= G u) -> rest m (map F ts) <= rest m (map G ts).
Proof.
  intros H. destruct (rest_attained m (map G ts)) as (ks & gone & Hp & Hg & _ & <-).
  apply Permutation_sym, Permutation_map_inv in Hp. destruct Hp as (us & E & Hp).
  symmetry in E. apply map_eq_app in E. destruct E as (u1 & u2 & -> & <- & <-).
  apply Rle_trans with (total (map F u1)).
  - apply rest_least with (map F u2).
    + intros t Ht. apply in_map_iff in Ht. destruct Ht as (u & <- & _). apply H.
    + rewrite <- map_app. now apply Permutation_map.
    + rewrite map_length in *. lia.
  - unfold total. rewrite !Sum_map. apply Sum_le. intros. apply H.
Qed.

Lemma above_falls u v ts : u <= v -> (above v ts <= above u ts)%nat.
Proof.
  intros H. unfold above. induction ts as [|t ts IH]; simpl; [lia|].
  assert (K : is_above v t = true -> is_above u t = true).
  { unfold is_above. destruct (Rlt_dec v t), (Rlt_dec u t); auto. exfalso. lra. }
  destruct (is_above v t), (is_above u t); simpl; try lia; now discriminate K.
Qed.

Lemma inv_product_nonneg n0 (ts : list R) : 0 <= / (INR n0 * INR (length ts)).
Proof.
  rewrite <- mult_INR. destruct (n0 * length ts)%nat eqn:E; [simpl; rewrite Rinv_0; lra|].
  left. apply Rinv_0_lt_compat, lt_0_INR. lia.
Qed.

Lemma hplus_nonneg n0 m ts t : 0 <= hplus n0 m ts t.
Proof.
  unfold hplus. rewrite Rmult_assoc. apply Rmult_le_pos; [apply inv_product_nonneg|].
  apply Rmult_le_pos; [apply rest_nonneg, relu_terms_nonneg | apply pos_INR].
Qed.

Theorem hplus_falls n0 m ts u v : u <= v -> hplus n0 m ts v <= hplus n0 m ts u.
Proof.
  intros H. unfold hplus. rewrite !Rmult_assoc. apply Rmult_le_compat_l.
  - apply inv_product_nonneg.
  - apply Rmult_le_compat; [apply rest_nonneg, relu_terms_nonneg | apply pos_INR | |].
    + apply rest_le. intro t. split; [apply relu_nonneg|]. unfold relu. apply Rle_max_compat_l. lra.
    + apply le_INR. assert (K := above_falls u v ts H). lia.
Qed.

Theorem hminus_rises n0 m ts u v : u <= v -> hminus n0 m ts u <= hminus n0 m ts v.
Proof. intros H. rewrite !hminus_mirror. apply hplus_falls. lra. Qed.

(** The least value of h on [u, v] is min(h+(v), h-(u)), taken at u or v. *)
Theorem h_on_interval n0 m ts u v t :
  u <= t <= v -> Rmin (hplus n0 m ts v) (hminus n0 m ts u) <= h n0 m ts t.
Proof.
  intros H. unfold h. apply Rmin_glb.
  - eapply Rle_trans; [apply Rmin_l | apply hplus_falls; lra].
  - eapply Rle_trans; [apply Rmin_r | apply hminus_rises; lra].
Qed.

Theorem h_least_at_ends n0 m ts u v :
  u <= v -> Rmin (h n0 m ts u) (h n0 m ts v) = Rmin (hplus n0 m ts v) (hminus n0 m ts u).
Proof.
  intros H. assert (A := hplus_falls n0 m ts u v H). assert (B := hminus_rises n0 m ts u v H).
  unfold h, Rmin. repeat destruct (Rle_dec _ _); lra.
Qed.

(** [h >= c0] holds on an interval. *)
Corollary h_level_convex n0 m ts c0 u v t :
  u <= t <= v -> c0 <= h n0 m ts u -> c0 <= h n0 m ts v -> c0 <= h n0 m ts t.
Proof.
  intros H Hu Hv. eapply Rle_trans; [|apply (h_on_interval n0 m ts u v t H)].
  rewrite <- h_least_at_ends by lra. now apply Rmin_glb.
Qed.
