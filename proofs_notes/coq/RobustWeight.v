(** * A weight on f'' that few missing data cannot remove (robust-weight)

    The core A0 = {j : |f0_j| <= low} has N0 data, n is the number of all data, and
      h+(t) = (1/(n N0)) [sum over A0 of (x - t)_+ without its m0 largest terms]
              (#{x in A0 : x > t} - m0)_+,
    h- its mirror, h = min(h+, h-).  If A misses at most m0 data of the core and q is uniform on the
    N' data of A and A0, then (N'/n) g_q^{+-}(t) >= h^{+-}(t).  Notes: robust-weight, items 1 and 4. *)

From Coq Require Import Reals Lra Lia List Bool Permutation.
From Flatcert Require Import Sums Logistic Network Divergence Excess Transfer Largest.
Import ListNotations.
Open Scope R_scope.

(** ** Definitions *)

(** The core, the places of its data (with repetitions), and its data that A keeps or misses *)
Definition core (truth : nat -> R) (low : R) (j : nat) : bool := within (truth j) low.
Definition places (D : data) (Q : nat -> bool) : list R := map (x D) (filter Q (seq 0 (n D))).
Definition keeps (Q A : nat -> bool) (j : nat) : bool := Q j && A j.
Definition misses (Q A : nat -> bool) (j : nat) : bool := Q j && negb (A j).

(** q uniform on the data with a property, [number D Q] of them *)
Definition uniform_on (D : data) (Q : nat -> bool) (j : nat) : R :=
  if Q j then / INR (number D Q) else 0.

(** #{x in ts : x > t} and #{x in ts : x < t} *)
Definition is_above (t u : R) : bool := if Rlt_dec t u then true else false.
Definition above (t : R) (ts : list R) : nat := length (filter (is_above t) ts).
Definition before (t : R) (ts : list R) : nat := length (filter (fun u => is_above u t) ts).

(** h+, h-, h for a core at the places ts, out of n0 data, of which m may go.  [rest m] leaves out the m
    largest terms (Largest.v); the subtraction of natural numbers stops at 0. *)
Definition hplus (n0 m : nat) (ts : list R) (t : R) : R :=
  / (INR n0 * INR (length ts)) * rest m (map (fun u => relu (u - t)) ts) * INR (above t ts - m).
Definition hminus (n0 m : nat) (ts : list R) (t : R) : R :=
  / (INR n0 * INR (length ts)) * rest m (map (fun u => relu (t - u)) ts) * INR (before t ts - m).
Definition h (n0 m : nat) (ts : list R) (t : R) : R := Rmin (hplus n0 m ts t) (hminus n0 m ts t).

(** ** Mirror *)

Definition reflected (D : data) : data := Data (n D) (fun j => - x D j) (y D).

Lemma below_mirror u v : below (- v) (- u) = below u v.
Proof. unfold below. destruct (Rlt_dec (- v) (- u)), (Rlt_dec u v); try reflexivity; exfalso; lra.
Qed.

Lemma gminus_mirror D q t : gminus D q t = gplus (reflected D) q (- t).
Proof.
  unfold gminus, gplus, reflected. cbn [n x].
  f_equal.
  - apply sum_ext. intros j _. rewrite below_mirror. ring.
  - f_equal. f_equal.
    + rewrite (sum_ext (n D) (fun j => q j * below (- t) (- x D j) * - x D j)
        (fun j => - (q j * below (x D j) t * x D j))) by (intros; rewrite below_mirror; ring).
      rewrite Sum_opp. ring.
    + f_equal. apply sum_ext. intros. now rewrite below_mirror.
Qed.

Lemma places_mirror D Q : places (reflected D) Q = map Ropp (places D Q).
Proof. unfold places. rewrite map_map. reflexivity. Qed.

Lemma filter_map {T U : Type} (F : T -> U) (Q : U -> bool) ts :
  filter Q (map F ts) = map F (filter (fun t => Q (F t)) ts).
Proof. induction ts as [|t ts IH]; simpl; [reflexivity|]. rewrite IH. now destruct (Q (F t)). Qed.

Lemma hminus_mirror n0 m ts t : hminus n0 m ts t = hplus n0 m (map Ropp ts) (- t).
Proof.
  unfold hminus, hplus, before, above. rewrite map_length, map_map, filter_map, map_length.
  f_equal; [f_equal; f_equal; apply map_ext; intro u; f_equal; ring|].
  do 3 f_equal. apply filter_ext. intro u. unfold is_above.
  destruct (Rlt_dec u t), (Rlt_dec (- t) (- u)); try reflexivity; exfalso; lra.
Qed.

(** ** The tail weight of a uniform law *)

Lemma Sum_filter {T : Type} (Q : T -> bool) (F : T -> R) ts :
  Sum F (filter Q ts) = Sum (fun t => if Q t then F t else 0) ts.
Proof. induction ts as [|t ts IH]; simpl; [reflexivity|]. destruct (Q t); simpl; rewrite IH; ring.
Qed.

Lemma filter_split {T : Type} (Q A : T -> bool) ts :
  Permutation (filter Q ts)
    (filter (fun t => Q t && A t) ts ++ filter (fun t => Q t && negb (A t)) ts).
Proof.
  induction ts as [|t ts IH]; simpl; [reflexivity|]. destruct (Q t); [|exact IH].
  destruct (A t); simpl; rewrite IH; [reflexivity | apply Permutation_middle].
Qed.

Lemma places_split D Q A :
  Permutation (places D Q) (places D (keeps Q A) ++ places D (misses Q A)).
Proof. unfold places. rewrite <- map_app. apply Permutation_map, filter_split. Qed.

Lemma places_length D Q : length (places D Q) = number D Q.
Proof. apply map_length. Qed.

Lemma below_relu t u : below t u * (u - t) = relu (u - t).
Proof.
  unfold below, relu.
  destruct (Rlt_dec t u); [rewrite Rmax_right by lra | rewrite Rmax_left by lra]; ring.
Qed.

Lemma above_sum t ts : INR (above t ts) = Sum (fun u => below t u) ts.
Proof.
  unfold above. induction ts as [|u ts IH]; [reflexivity|]. rewrite Sum_cons, <- IH.
  assert (E : below t u = if is_above t u then 1 else 0)
    by (unfold below, is_above; now destruct (Rlt_dec t u)).
  rewrite E. simpl filter. destruct (is_above t u); [simpl length; rewrite S_INR|]; ring.
Qed.

Lemma above_app t ts us : above t (ts ++ us) = (above t ts + above t us)%nat.
Proof. unfold above. now rewrite filter_app, app_length. Qed.

Lemma above_permutation t ts us : Permutation ts us -> above t ts = above t us.
Proof.
  intros H. unfold above. induction H as [|u ts us _ IH|u v ts|ts us vs _ IH _ IH']; simpl.
  - reflexivity.
  - destruct (is_above t u); simpl; congruence.
  - destruct (is_above t u), (is_above t v); reflexivity.
  - congruence.
Qed.

Lemma above_le t ts : (above t ts <= length ts)%nat.
Proof. unfold above. induction ts as [|u ts IH]; simpl; [lia|]. destruct (is_above t u); simpl; lia.
Qed.

Lemma relu_terms_nonneg (F : R -> R) ts v : In v (map (fun u => relu (F u)) ts) -> 0 <= v.
Proof. intros H. apply in_map_iff in H. destruct H as (u & <- & _). apply relu_nonneg. Qed.

Lemma rest_nonneg m ts : (forall t, In t ts -> 0 <= t) -> 0 <= rest m ts.
Proof.
  intros H. apply total_nonneg. intros t Ht. apply H.
  apply (Permutation_in t (sort_permutation ts)). rewrite <- (firstn_skipn (length ts - m) (sort ts)).
  apply in_or_app. now left.
Qed.

(** n N' times ((N'/n) g_q^+) is at least the sum of (x - t)_+ times the count of x > t. *)
Lemma gplus_uniform D Q t :
  (0 < number D Q)%nat ->
  / INR (number D Q) * / INR (number D Q)
  * (total (map (fun u => relu (u - t)) (places D Q)) * INR (above t (places D Q)))
  <= gplus D (uniform_on D Q) t.
Proof.
  intros HN. assert (HN' := Rinv_0_lt_compat _ (lt_0_INR _ HN)).
  assert (E1 : \sum_(j < n D) uniform_on D Q j * below t (x D j) * (x D j - t)
               = / INR (number D Q) * total (map (fun u => relu (u - t)) (places D Q))).
  { unfold total, places. rewrite !Sum_map, Sum_filter, <- Sum_scal. apply sum_ext. intros j _.
    rewrite <- below_relu. unfold uniform_on. destruct (Q j); ring. }
  assert (E2 : \sum_(j < n D) uniform_on D Q j * below t (x D j)
               = / INR (number D Q) * INR (above t (places D Q))).
  { rewrite above_sum. unfold places. rewrite Sum_map, Sum_filter, <- Sum_scal. apply sum_ext.
    intros j _. unfold uniform_on. destruct (Q j); ring. }
  unfold gplus. rewrite E1, E2.
  assert (A := pos_INR (above t (places D Q))).
  assert (S0 : 0 <= total (map (fun u => relu (u - t)) (places D Q)))
    by (apply total_nonneg; apply relu_terms_nonneg).
  set (S := total _) in *. set (C := INR (above _ _)) in *. set (r := / _) in *.
  replace (r * r * (S * C)) with (r * S * (r * C)) by ring.
  apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|].
  apply Rle_trans with (sqrt ((r * C) ^ 2)); [rewrite sqrt_pow2; [lra | apply Rmult_le_pos; lra]|].
  apply sqrt_le_1_alt.
  assert (K := pow2_ge_0 (\sum_(j < n D) uniform_on D Q j * below t (x D j) * x D j)).
  lra.
Qed.

(** ** The theorem *)

Theorem robust_weight_plus D truth low A m0 t :
  let A0 := core truth low in let K := keeps A0 A in
  (0 < number D K)%nat -> (number D (misses A0 A) <= m0)%nat ->
  hplus (n D) m0 (places D A0) t <= INR (number D K) / INR (n D) * gplus D (uniform_on D K) t.
Proof.
  intros A0 K HK Hm. assert (G := gplus_uniform D K t HK).
  assert (Perm := places_split D A0 A). fold K in Perm.
  assert (HL : (length (places D A0) = number D K + number D (misses A0 A))%nat)
    by (rewrite (Permutation_length Perm), app_length, !places_length; reflexivity).
  assert (Hn : (0 < n D)%nat)
    by (revert HK; unfold number; destruct (n D); simpl; lia).
  assert (RN := lt_0_INR _ HK). assert (Rn := lt_0_INR _ Hn).
  assert (RL : INR (number D K) <= INR (length (places D A0))) by (apply le_INR; lia).
  unfold hplus.
  set (S := total (map (fun u => relu (u - t)) (places D K))) in *.
  set (C := INR (above t (places D K))) in *.
  assert (HS : rest m0 (map (fun u => relu (u - t)) (places D A0)) <= S).
  { apply rest_least with (map (fun u => relu (u - t)) (places D (misses A0 A))).
    - apply relu_terms_nonneg.
    - rewrite <- map_app. now apply Permutation_map.
    - rewrite map_length, places_length. exact Hm. }
  assert (HC : INR (above t (places D A0) - m0) <= C).
  { apply le_INR. rewrite (above_permutation t _ _ Perm), above_app.
    assert (L := above_le t (places D (misses A0 A))). rewrite places_length in L. lia. }
  assert (H0 : 0 <= rest m0 (map (fun u => relu (u - t)) (places D A0)))
    by (apply rest_nonneg, relu_terms_nonneg).
  assert (H0' := pos_INR (above t (places D A0) - m0)).
  apply Rle_trans with (/ (INR (n D) * INR (number D K)) * (S * C)).
  - rewrite Rmult_assoc. apply Rmult_le_compat; [| |apply Rinv_le_contravar|].
    + left. apply Rinv_0_lt_compat, Rmult_lt_0_compat; lra.
    + now apply Rmult_le_pos.
    + now apply Rmult_lt_0_compat.
    + apply Rmult_le_compat_l; lra.
    + apply Rmult_le_compat; assumption.
  - replace (/ (INR (n D) * INR (number D K)) * (S * C))
      with (INR (number D K) / INR (n D) * (/ INR (number D K) * / INR (number D K) * (S * C)))
      by (field; lra).
    apply Rmult_le_compat_l; [|exact G]. left. now apply Rdiv_lt_0_compat.
Qed.

Theorem robust_weight_minus D truth low A m0 t :
  let A0 := core truth low in let K := keeps A0 A in
  (0 < number D K)%nat -> (number D (misses A0 A) <= m0)%nat ->
  hminus (n D) m0 (places D A0) t <= INR (number D K) / INR (n D) * gminus D (uniform_on D K) t.
Proof.
  intros A0 K HK Hm. rewrite hminus_mirror, gminus_mirror, <- places_mirror.
  exact (robust_weight_plus (reflected D) truth low A m0 (- t) HK Hm).
Qed.

Theorem robust_weight D truth low A m0 t :
  let A0 := core truth low in let K := keeps A0 A in
  (0 < number D K)%nat -> (number D (misses A0 A) <= m0)%nat ->
  h (n D) m0 (places D A0) t <= INR (number D K) / INR (n D) * gmin D (uniform_on D K) t.
Proof.
  intros A0 K HK Hm. unfold h, gmin.
  assert (P1 := robust_weight_plus D truth low A m0 t HK Hm).
  assert (P2 := robust_weight_minus D truth low A m0 t HK Hm). fold A0 K in P1, P2.
  unfold Rmin at 2. destruct (Rle_dec _ _).
  - eapply Rle_trans; [apply Rmin_l | exact P1].
  - eapply Rle_trans; [apply Rmin_r | exact P2].
Qed.
