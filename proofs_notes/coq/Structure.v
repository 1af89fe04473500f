(** * Finite stationary points: a convex fit, calibrated, and no saddle (structure, calibration)

    Let grad L = 0 and let a_i be other than 0 for every neuron that is active on some datum.  Then
    all r_i = 0, so that R = 0 and H = G is positive semidefinite; f on the data is the only minimizer
    of the loss over V = span {1, 1_{A_i}, x 1_{A_i}}; nothing in V separates the labels, not even
    weakly; and the predicted probabilities are calibrated on every activation set A_i. *)

From Coq Require Import Reals Lra Lia List.
From Flatcert Require Import Sums Logistic Network Forms BlockNorm TStat.
Open Scope R_scope.

Section Structure.
Variables (N : network) (D : data).
Hypothesis HD : labelled D.
Hypothesis HS : stationary N D.
(** No weightless neuron is active on a datum. *)
Hypothesis weights : forall i j, (i < k N)%nat -> (j < n D)%nat -> act N D i j <> 0 -> a N i <> 0.

(** ** R = 0, and H is positive semidefinite *)

Lemma dead_or_weighted i :
  (i < k N)%nat -> a N i <> 0 \/ forall j, (j < n D)%nat -> act N D i j = 0.
Proof.
  intros Hi. destruct (Req_dec (a N i) 0) as [E|E]; [right|now left].
  intros j Hj. destruct (Req_dec (act N D i j) 0) as [A|A]; [exact A|].
  exfalso. now apply (weights i j Hi Hj A).
Qed.

Theorem residual_vanishes i : (i < k N)%nat -> rx N D i = 0 /\ r1 N D i = 0.
Proof.
  intros Hi. destruct (proj1 HS i Hi) as (Hx & H1 & _). simpl in Hx, H1.
  destruct (dead_or_weighted i Hi) as [Ha|Hdead].
  - apply Rmult_integral in Hx. apply Rmult_integral in H1. tauto.
  - unfold rx, r1. rewrite !sum_zero; [split; ring | |];
    intros j Hj; rewrite (Hdead j Hj); ring.
Qed.

Theorem R_vanishes v : Rq N D v = 0.
Proof.
  rewrite Rq_by_neurons. apply sum_zero. intros i Hi.
  destruct (residual_vanishes i Hi) as [E1 E2]. rewrite E1, E2. ring.
Qed.

Theorem no_saddle v : 0 <= Hq N D v.
Proof.
  unfold Hq. rewrite R_vanishes, Rplus_0_r. apply sum_nonneg. intros j _.
  apply Rmult_le_pos; [left; apply p_pos, HD | apply pow2_ge_0].
Qed.

(** ** The normal equations *)

Lemma mean_zero F : / INR (n D) * F = 0 -> F = 0.
Proof.
  intros E. apply Rmult_integral in E. assert (H := inv_n_pos D (proj1 HD)). lra.
Qed.

Lemma sum_slopes : \sum_(j < n D) slope N D j = 0.
Proof. apply mean_zero, (proj2 HS). Qed.

Lemma sum_slopes_active i :
  (i < k N)%nat ->
  \sum_(j < n D) slope N D j * act N D i j = 0 /\
  \sum_(j < n D) slope N D j * act N D i j * x D j = 0.
Proof.
  intros Hi. destruct (residual_vanishes i Hi) as [E1 E2]. split; now apply mean_zero.
Qed.

(** The elements of V, as functions on the data *)
Definition in_V (v0 : R) (v1 vx : nat -> R) (j : nat) : R :=
  v0 + \sum_(i < k N) act N D i j * (v1 i + vx i * x D j).

(** The slopes are orthogonal to V. *)
Lemma slopes_orthogonal v0 v1 vx : \sum_(j < n D) slope N D j * in_V v0 v1 vx j = 0.
Proof.
  unfold in_V.
  rewrite (sum_ext (n D) _ (fun j => slope N D j * v0
    + \sum_(i < k N) slope N D j * (act N D i j * (v1 i + vx i * x D j))))
    by (intros; rewrite Sum_scal; ring).
  rewrite Sum_plus, Sum_scal_r, Sum_swap.
  change (Sum (slope N D) (seq 0 (n D))) with (\sum_(j < n D) slope N D j).
  rewrite sum_slopes, sum_zero; [ring|]. intros i Hi. destruct (sum_slopes_active i Hi) as [E1 Ex].
  rewrite (sum_ext (n D) _ (fun j => v1 i * (slope N D j * act N D i j)
    + vx i * (slope N D j * act N D i j * x D j))) by (intros; ring).
  rewrite Sum_plus, !Sum_scal, E1, Ex. ring.
Qed.

(** f on the data belongs to V. *)
Lemma f_in_V j : f N (x D j) = in_V (c N) (fun i => a N i * b N i) (fun i => a N i * w N i) j.
Proof.
  unfold f, in_V. rewrite Rplus_comm. f_equal. apply sum_ext. intros i _.
  change (w N i * x D j + b N i) with (z N D i j). rewrite relu_z. unfold z. ring.
Qed.

(** ** The convex fit *)

(** f on the data minimizes the loss over V, and every other element of V has a larger loss. *)
Theorem unique_fit v0 v1 vx :
  let v := in_V v0 v1 vx in
  (forall j, (j < n D)%nat -> v j = f N (x D j))
  \/ loss N D < / INR (n D) * \sum_(j < n D) l (y D j) (v j).
Proof.
  intros v.
  assert (Hi := inv_n_pos D (proj1 HD)).
  destruct (Rle_lt_dec (\sum_(j < n D) l (y D j) (v j)) (\sum_(j < n D) l (y D j) (f N (x D j))))
    as [Hle|Hlt]; [left|right].
  2:{ now apply Rmult_lt_compat_l. }
  (* the gaps between loss and tangent are nonnegative and add up to at most 0 *)
  set (F := fun j => l (y D j) (v j) - l (y D j) (f N (x D j)) - slope N D j * (v j - f N (x D j))).
  assert (HF : forall j, (j < n D)%nat -> 0 <= F j).
  { intros j Hj. unfold F. destruct (Req_dec (f N (x D j)) (v j)) as [E|E]; [rewrite E; lra|].
    assert (K := l_above_tangent (y D j) _ _ (proj2 HD j Hj) E). unfold slope. lra. }
  assert (H0 : \sum_(j < n D) F j <= 0).
  { unfold F. rewrite !Sum_minus.
    assert (E : \sum_(j < n D) slope N D j * (v j - f N (x D j)) = 0).
    { rewrite (sum_ext (n D) _ (fun j => slope N D j * v j
        - slope N D j * in_V (c N) (fun i => a N i * b N i) (fun i => a N i * w N i) j))
        by (intros; rewrite <- f_in_V; ring).
      rewrite Sum_minus. unfold v. rewrite !slopes_orthogonal. ring. }
    rewrite E. lra. }
  intros j Hj. destruct (Req_dec (f N (x D j)) (v j)) as [E|E]; [now symmetry|]. exfalso.
  assert (K := l_above_tangent (y D j) _ _ (proj2 HD j Hj) E).
  assert (T : F j <= \sum_(j < n D) F j)
    by (apply (Sum_term_le F); [intros m Hm; apply HF; now apply in_range | now apply in_range]).
  unfold F at 1 in T. unfold slope in T. lra.
Qed.

(** No element of V other than 0 on the data has y_j v_j >= 0 for all j. *)
Theorem not_separable v0 v1 vx :
  let v := in_V v0 v1 vx in
  (forall j, (j < n D)%nat -> 0 <= y D j * v j) -> forall j, (j < n D)%nat -> v j = 0.
Proof.
  intros v Hv.
  assert (T : forall j, (j < n D)%nat -> - (slope N D j * v j) = Rabs (slope N D j) * (y D j * v j)).
  { intros j Hj. unfold slope. assert (Hy := proj2 HD j Hj).
    assert (S := one_exp_pos (y D j * f N (x D j))). unfold dl, Rdiv.
    rewrite Rabs_mult, Rabs_Ropp, (label_abs _ Hy), Rabs_pos_eq
      by (left; now apply Rinv_0_lt_compat). ring. }
  assert (Z : \sum_(j < n D) Rabs (slope N D j) * (y D j * v j) = 0).
  { rewrite <- (sum_ext (n D) (fun j => - (slope N D j * v j))) by exact T.
    rewrite Sum_opp. unfold v. rewrite slopes_orthogonal. ring. }
  intros j Hj. assert (Hs := dl_abs_pos (y D j) (f N (x D j)) (proj2 HD j Hj)). fold (slope N D j) in Hs.
  assert (K : Rabs (slope N D j) * (y D j * v j) <= 0).
  { rewrite <- Z. apply (Sum_term_le (fun j => Rabs (slope N D j) * (y D j * v j)));
      [|now apply in_range]. intros m Hm. apply Rmult_le_pos; [apply Rabs_pos|].
    apply Hv. now apply in_range. }
  assert (E : y D j * v j = 0).
  { apply Rle_antisym; [|now apply Hv]. apply Rmult_le_reg_l with (Rabs (slope N D j)); lra. }
  destruct (proj2 HD j Hj) as [Hy|Hy]; rewrite Hy in E; lra.
Qed.

(** ** Calibration *)

(** [y_j = 1] *)
Definition positive (j : nat) : R := if Req_EM_T (y D j) 1 then 1 else 0.

Lemma slope_residual j : (j < n D)%nat -> slope N D j = sigma (f N (x D j)) - positive j.
Proof. intros Hj. apply dl_residual. now apply (proj2 HD). Qed.

(** Over all data the probabilities add up to the number of positive labels ... *)
Theorem calibrated : \sum_(j < n D) sigma (f N (x D j)) = \sum_(j < n D) positive j.
Proof.
  assert (E := sum_slopes). rewrite (sum_ext _ _ _ slope_residual), Sum_minus in E.
  change (Sum positive (seq 0 (n D))) with (\sum_(j < n D) positive j) in E. lra.
Qed.

(** ... and so they do on every activation set, with their first moments. *)
Theorem calibrated_active i :
  (i < k N)%nat ->
  \sum_(j < n D) act N D i j * sigma (f N (x D j)) = \sum_(j < n D) act N D i j * positive j /\
  \sum_(j < n D) act N D i j * sigma (f N (x D j)) * x D j
  = \sum_(j < n D) act N D i j * positive j * x D j.
Proof.
  intros Hi. destruct (sum_slopes_active i Hi) as [E1 Ex]. split.
  - rewrite (sum_ext _ _ (fun j => act N D i j * sigma (f N (x D j)) - act N D i j * positive j)) in E1
      by (intros j Hj; rewrite (slope_residual j Hj); ring).
    rewrite Sum_minus in E1. lra.
  - rewrite (sum_ext _ _ (fun j => act N D i j * sigma (f N (x D j)) * x D j
      - act N D i j * positive j * x D j)) in Ex
      by (intros j Hj; rewrite (slope_residual j Hj); ring).
    rewrite Sum_minus in Ex. lra.
Qed.

End Structure.
