(** * A small excess risk makes the uncertain data of f and f0 overlap (transfer)

    For low < high, and the excess risk eps = mean_j D(f0_j || f_j),
      #{j : |f0_j| <= low,  |f_j| > high} D(low || high) <= n eps   (lost: f is certain, f0 is not)
      #{j : |f0_j| > high,  |f_j| <= low} D(high || low) <= n eps   (back: f0 is certain, f is not).
    Notes: transfer. *)

From Coq Require Import Reals Lra Lia ZArith List.
From Flatcert Require Import Sums Logistic Network Divergence Excess.
Open Scope R_scope.

(** ** D(f0 || f) grows as f moves away from f0, and as f0 moves away from f *)

(** A tangent of softplus lies below it: D >= 0 in the Bregman form. *)
Lemma softplus_tangent u v : softplus u + sigma u * (v - u) <= softplus v.
Proof. assert (H := divergence_nonneg u v). rewrite bregman in H. lra. Qed.

Theorem divergence_grows_in_output f0 u v :
  f0 <= u -> u <= v -> divergence f0 u <= divergence f0 v.
Proof.
  intros Hu Hv. rewrite !bregman. assert (T := softplus_tangent u v).
  assert (K : 0 <= (sigma u - sigma f0) * (v - u))
    by (assert (H := sigma_le f0 u Hu); apply Rmult_le_pos; lra).
  lra.
Qed.

Theorem divergence_grows_in_truth u v f :
  u <= v -> v <= f -> divergence v f <= divergence u f.
Proof.
  intros Hu Hv. rewrite !bregman. assert (T := softplus_tangent u v).
  assert (K : 0 <= (sigma v - sigma u) * (f - v))
    by (assert (H := sigma_le u v Hu); apply Rmult_le_pos; lra).
  lra.
Qed.

(** The truth is at most [u], the output at least [v]. *)
Lemma divergence_across u v f0 f : f0 <= u -> u <= v -> v <= f -> divergence u v <= divergence f0 f.
Proof.
  intros H0 H H1. apply Rle_trans with (divergence f0 v).
  - now apply divergence_grows_in_truth.
  - apply divergence_grows_in_output; lra.
Qed.

(** The least price of one datum that crosses from below [low] to above [high], and back. *)
Lemma price_lost low high f0 f :
  low < high -> Rabs f0 <= low -> high < Rabs f -> divergence low high <= divergence f0 f.
Proof.
  intros H H0 H1. assert (A := Rle_abs f0). assert (A' := Rle_abs (- f0)). rewrite Rabs_Ropp in A'.
  destruct (Rcase_abs f) as [S|S].
  - rewrite Rabs_left in H1 by exact S. rewrite <- (divergence_mirror f0 f).
    apply divergence_across; lra.
  - rewrite Rabs_right in H1 by exact S. apply divergence_across; lra.
Qed.

Lemma price_back low high f0 f :
  low < high -> high < Rabs f0 -> Rabs f <= low -> divergence high low <= divergence f0 f.
Proof.
  intros H H0 H1. assert (A := Rle_abs f). assert (A' := Rle_abs (- f)). rewrite Rabs_Ropp in A'.
  rewrite <- (divergence_mirror high low). destruct (Rcase_abs f0) as [S|S].
  - rewrite Rabs_left in H0 by exact S. apply divergence_across; lra.
  - rewrite Rabs_right in H0 by exact S. rewrite <- (divergence_mirror f0 f).
    apply divergence_across; lra.
Qed.

(** ** The counts *)

(** [within u v] is true if |u| <= v. *)
Definition within (u v : R) : bool := if Rle_dec (Rabs u) v then true else false.

Lemma within_true u v : within u v = true <-> Rabs u <= v.
Proof. unfold within. destruct (Rle_dec _ _); split; intros; easy. Qed.

Lemma within_false u v : within u v = false <-> v < Rabs u.
Proof. unfold within. destruct (Rle_dec _ _); split; intros; try easy; lra. Qed.

(** How many of the data have a property *)
Definition number (D : data) (Q : nat -> bool) : nat := length (filter Q (seq 0 (n D))).

(** |f0_j| <= low and |f_j| > high;  |f0_j| > high and |f_j| <= low *)
Definition lost (truth out : nat -> R) (low high : R) (j : nat) : bool :=
  within (truth j) low && negb (within (out j) high).
Definition back (truth out : nat -> R) (low high : R) (j : nat) : bool :=
  negb (within (truth j) high) && within (out j) low.

(** If each datum with the property costs at least [price], the number of them is bounded. *)
Lemma number_times_price D Q price (F : nat -> R) :
  (forall j, 0 <= F j) -> (forall j, Q j = true -> price <= F j) ->
  INR (number D Q) * price <= \sum_(j < n D) F j.
Proof.
  intros H0 HQ. unfold number. induction (seq 0 (n D)) as [|j js IH]; [simpl; lra|].
  rewrite Sum_cons. simpl filter. specialize (H0 j). destruct (Q j) eqn:E.
  - simpl length. rewrite S_INR. assert (K := HQ j E). lra.
  - lra.
Qed.

Theorem transfer D truth out low high :
  (0 < n D)%nat -> low < high ->
  INR (number D (lost truth out low high)) * divergence low high
    <= INR (n D) * mean_divergence D truth out.
Proof.
  intros Hn H. rewrite mean_divergence_total by exact Hn. apply number_times_price.
  - intro j. apply divergence_nonneg.
  - intros j Hj. apply andb_prop in Hj. destruct Hj as [H0 H1].
    apply Bool.negb_true_iff in H1. apply within_true in H0. apply within_false in H1.
    now apply price_lost.
Qed.

Theorem transfer_back D truth out low high :
  (0 < n D)%nat -> low < high ->
  INR (number D (back truth out low high)) * divergence high low
    <= INR (n D) * mean_divergence D truth out.
Proof.
  intros Hn H. rewrite mean_divergence_total by exact Hn. apply number_times_price.
  - intro j. apply divergence_nonneg.
  - intros j Hj. apply andb_prop in Hj. destruct Hj as [H0 H1].
    apply Bool.negb_true_iff in H0. apply within_false in H0. apply within_true in H1.
    now apply price_back.
Qed.

(** With m0 >= floor(n eps / D(low || high)), that is n eps < (m0 + 1) D(low || high): a mean
    divergence of at most eps leaves at most m0 data with |f0_j| <= low and |f_j| > high. *)
Theorem missing_at_most D truth out low high eps m0 :
  (0 < n D)%nat -> low < high -> mean_divergence D truth out <= eps ->
  INR (n D) * eps < (INR m0 + 1) * divergence low high ->
  (number D (lost truth out low high) <= m0)%nat.
Proof.
  intros Hn H He Hm. assert (K := transfer D truth out low high Hn H).
  assert (Hk : 0 < divergence low high) by (apply divergence_pos; lra).
  assert (HR := lt_0_INR _ Hn).
  assert (L : INR (number D (lost truth out low high)) * divergence low high
              < INR (S m0) * divergence low high).
  { rewrite S_INR. eapply Rle_lt_trans; [exact K|]. eapply Rle_lt_trans; [|exact Hm].
    apply Rmult_le_compat_l; lra. }
  apply Rmult_lt_reg_r in L; [|exact Hk]. apply INR_lt in L. lia.
Qed.
