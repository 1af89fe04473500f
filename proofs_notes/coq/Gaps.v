(** * The kinks of a stationary point occupy few gaps (gaps)

    At a stationary point without data on kinks, where no weightless neuron is active, the kinks of
    neurons that are active on some data but not on all cut the data into cells.  Each cell holds both
    labels, so m occupied gaps need 2 (m + 1) <= n data: at most n/2 - 1 gaps are occupied. *)

From Coq Require Import Reals Lra Lia List.
From Flatcert Require Import Sums Logistic Network Forms TStat Structure.
Import ListNotations.
Open Scope R_scope.

(** Two different terms of a sum of nonnegative terms. *)
Lemma sum_two_terms n F i j :
  (forall m, (m < n)%nat -> 0 <= F m) -> (i < n)%nat -> (j < n)%nat -> i <> j ->
  F i + F j <= \sum_(m < n) F m.
Proof.
  intros HF Hi Hj Hne.
  set (G := fun m => if Nat.eq_dec m i then 0 else F m).
  assert (E : \sum_(m < n) F m = F i + \sum_(m < n) G m).
  { rewrite (sum_ext n F (fun m => (if Nat.eq_dec m i then F i else 0) + G m)).
    - rewrite Sum_plus, (sum_single n _ i Hi).
      + now destruct (Nat.eq_dec i i).
      + intros m _ Hm. now destruct (Nat.eq_dec m i).
    - intros m _. unfold G. destruct (Nat.eq_dec m i) as [ -> |_]; ring. }
  assert (T : G j <= \sum_(m < n) G m).
  { apply (Sum_term_le G); [|now apply in_range]. intros m Hm. unfold G.
    destruct (Nat.eq_dec m i); [lra | apply HF; now apply in_range]. }
  unfold G at 1 in T. destruct (Nat.eq_dec j i); [now subst | lra].
Qed.

Section Gaps.
Variables (N : network) (D : data).
Hypothesis HD : labelled D.
Hypothesis HK : smooth N D.
Hypothesis HS : stationary N D.
Hypothesis weights : forall i j, (i < k N)%nat -> (j < n D)%nat -> act N D i j <> 0 -> a N i <> 0.

(** ** A set of data over which the slopes add up to 0 holds both labels *)

(** The slope has the sign of -y. *)
Lemma slope_sign j :
  (j < n D)%nat -> (y D j = 1 -> slope N D j < 0) /\ (y D j = -1 -> 0 < slope N D j).
Proof.
  intros Hj. unfold slope, dl. assert (K := one_exp_pos (y D j * f N (x D j))).
  assert (I := Rinv_0_lt_compat _ K). unfold Rdiv.
  split; intros E; rewrite E in *; lra.
Qed.

Lemma both_labels (A : nat -> R) :
  (forall j, A j = 0 \/ A j = 1) -> \sum_(j < n D) slope N D j * A j = 0 ->
  (exists j, (j < n D)%nat /\ A j = 1) ->
  (exists j, (j < n D)%nat /\ A j = 1 /\ y D j = 1)
  /\ (exists j, (j < n D)%nat /\ A j = 1 /\ y D j = -1).
Proof.
  intros HA H0 (j0 & Hj0 & A0).
  (* if some label e were missing, all terms e l'_j A_j would be >= 0, and one of them positive *)
  assert (find : forall e, label e -> exists j, (j < n D)%nat /\ A j = 1 /\ y D j = e).
  { intros e0 He.
    destruct (Exists_dec (fun j => A j = 1 /\ y D j = e0) (seq 0 (n D))) as [H|H].
    { intros j. destruct (Req_EM_T (A j) 1), (Req_EM_T (y D j) e0); tauto. }
    { apply Exists_exists in H. destruct H as (j & Hj & K). exists j. now rewrite <- in_range. }
    exfalso.
    assert (other : forall j, (j < n D)%nat -> A j = 1 -> 0 < e0 * slope N D j).
    { intros j Hj Aj. destruct (slope_sign j Hj) as [S1 S2].
      assert (y D j <> e0).
      { intros E. apply H, Exists_exists. exists j. now rewrite in_range. }
      destruct He as [He|He], (proj2 HD j Hj) as [Hy|Hy]; try congruence;
        [specialize (S2 Hy) | specialize (S1 Hy)]; rewrite He; lra. }
    assert (T : e0 * slope N D j0 * A j0 <= \sum_(j < n D) e0 * slope N D j * A j).
    { apply (Sum_term_le (fun j => e0 * slope N D j * A j)); [|now apply in_range].
      intros j Hj. apply in_range in Hj. destruct (HA j) as [E|E]; rewrite E; [lra|].
      specialize (other j Hj E). lra. }
    rewrite (sum_ext _ _ (fun j => e0 * (slope N D j * A j))), Sum_scal, H0 in T by (intros; ring).
    specialize (other j0 Hj0 A0). rewrite A0 in T. lra. }
  split; apply find; unfold label; auto.
Qed.

Lemma at_least_two (A : nat -> R) :
  (forall j, A j = 0 \/ A j = 1) -> \sum_(j < n D) slope N D j * A j = 0 ->
  (exists j, (j < n D)%nat /\ A j = 1) -> 2 <= \sum_(j < n D) A j.
Proof.
  intros HA H0 H. destruct (both_labels A HA H0 H) as [(i & Hi & Ai & Yi) (j & Hj & Aj & Yj)].
  replace 2 with (A i + A j) by lra. apply sum_two_terms; try assumption.
  - intros m _. destruct (HA m) as [E|E]; rewrite E; lra.
  - intros E. rewrite E in Yi. lra.
Qed.

(** ** Cuts *)

(** t is the kink of some neuron. *)
Definition cut (t : R) : Prop := exists i, (i < k N)%nat /\ w N i <> 0 /\ t = kink N i.

(** The slopes add up to 0 on each side of a cut. *)
Lemma sum_above_cut t : cut t -> \sum_(j < n D) slope N D j * below t (x D j) = 0.
Proof.
  intros (i & Hi & Hw & ->).
  destruct (sum_slopes_active N D HD HS weights i Hi) as [E _].
  assert (Z : forall j, z N D i j = w N i * (x D j - kink N i))
    by (intro j; unfold z, kink; field; exact Hw).
  destruct (Rlt_le_dec 0 (w N i)) as [Hpos|Hneg].
  - rewrite <- E. apply sum_ext. intros j _. f_equal. unfold act, below. rewrite Z.
    destruct (Rlt_dec (kink N i) (x D j)) as [L|L], (Rlt_dec 0 _) as [M|M]; try reflexivity; exfalso.
    + apply M. apply Rmult_lt_0_compat; lra.
    + assert (w N i * (x D j - kink N i) <= w N i * 0) by (apply Rmult_le_compat_l; lra). lra.
  - rewrite (sum_ext _ _ (fun j => slope N D j - slope N D j * act N D i j)).
    + rewrite Sum_minus, E. change (Sum (slope N D) (seq 0 (n D))) with (\sum_(j < n D) slope N D j).
      rewrite (sum_slopes N D HD HS). ring.
    + intros j Hj. assert (K := HK i j Hi Hj). unfold act, below. rewrite Z in *.
      destruct (Rlt_dec (kink N i) (x D j)) as [L|L], (Rlt_dec 0 _) as [M|M]; try ring; exfalso.
      * assert (w N i * (x D j - kink N i) < 0 * (x D j - kink N i))
          by (apply Rmult_lt_compat_r; lra). lra.
      * apply M. destruct (Req_dec (x D j) (kink N i)) as [Q|Q]; [exfalso; apply K; rewrite Q; ring|].
        replace (w N i * (x D j - kink N i)) with (- w N i * (kink N i - x D j)) by ring.
        apply Rmult_lt_0_compat; lra.
Qed.

(** Kinks in different gaps, from left to right: a datum between neighbours and after the last. *)
Fixpoint separated (ts : list R) : Prop :=
  match ts with
  | [] => True
  | t :: ts' =>
      match ts' with
      | [] => exists j, (j < n D)%nat /\ t < x D j
      | u :: _ => t < u /\ (exists j, (j < n D)%nat /\ t < x D j <= u)
      end /\ separated ts'
  end.

Definition above (t : R) : R := \sum_(j < n D) below t (x D j).

Lemma below_diff t u j : t < u ->
  (below t (x D j) - below u (x D j) = 0 \/ below t (x D j) - below u (x D j) = 1)
  /\ (t < x D j <= u -> below t (x D j) - below u (x D j) = 1).
Proof.
  intros H. unfold below. destruct (Rlt_dec t (x D j)), (Rlt_dec u (x D j)); split; intros; lra.
Qed.

Lemma count_above t ts :
  separated (t :: ts) -> (forall u, In u (t :: ts) -> cut u) ->
  2 * INR (length (t :: ts)) <= above t.
Proof.
  revert t. induction ts as [|u ts IH]; intros t Hs Hc.
  - destruct Hs as [(j & Hj & L) _].
    replace (2 * INR (length [t])) with 2 by (simpl; ring). apply at_least_two.
    + intros m. apply below_bool.
    + apply sum_above_cut, Hc. now left.
    + exists j. split; [exact Hj|]. unfold below. destruct (Rlt_dec t (x D j)); lra.
  - destruct Hs as [[Htu (j & Hj & L)] Hs].
    assert (Ku := IH u Hs (fun r Hr => Hc r (or_intror Hr))).
    assert (Kt : 2 <= \sum_(j < n D) (below t (x D j) - below u (x D j))).
    { apply at_least_two.
      - intros m. now apply below_diff.
      - rewrite (sum_ext _ _ (fun j => slope N D j * below t (x D j) - slope N D j * below u (x D j)))
          by (intros; ring).
        rewrite Sum_minus, !sum_above_cut; [ring | apply Hc; simpl; auto | apply Hc; simpl; auto].
      - exists j. split; [exact Hj|]. now apply below_diff. }
    rewrite Sum_minus in Kt. fold (above t) (above u) in Kt.
    change (length (t :: u :: ts)) with (S (length (u :: ts))). rewrite S_INR. lra.
Qed.

(** The cells between two cuts, and the two outer ones, hold both labels. *)
Theorem cell_both_labels t u :
  cut t -> cut u -> t < u -> (exists j, (j < n D)%nat /\ t < x D j <= u) ->
  (exists j, (j < n D)%nat /\ t < x D j <= u /\ y D j = 1)
  /\ (exists j, (j < n D)%nat /\ t < x D j <= u /\ y D j = -1).
Proof.
  intros Ht Hu Htu (j0 & Hj0 & L0).
  assert (back : forall j, below t (x D j) - below u (x D j) = 1 -> t < x D j <= u).
  { intros j. unfold below. destruct (Rlt_dec t (x D j)), (Rlt_dec u (x D j)); lra. }
  destruct (both_labels (fun j => below t (x D j) - below u (x D j)))
    as [(i & Hi & Ai & Yi) (j & Hj & Aj & Yj)].
  - intros m. now apply below_diff.
  - rewrite (sum_ext _ _ (fun j => slope N D j * below t (x D j) - slope N D j * below u (x D j)))
      by (intros; ring).
    now rewrite Sum_minus, !sum_above_cut, Rminus_0_r.
  - exists j0. split; [exact Hj0|]. now apply below_diff.
  - split; [exists i | exists j]; auto.
Qed.

(** m kinks in m different gaps, with a datum before the first: 2 (m + 1) <= n. *)
Theorem few_gaps ts :
  separated ts -> (forall t, In t ts -> cut t) ->
  (forall t, hd_error ts = Some t -> exists j, (j < n D)%nat /\ x D j < t) ->
  2 * (INR (length ts) + 1) <= INR (n D).
Proof.
  intros Hs Hc Hfirst. destruct ts as [|t ts].
  - assert (K : 2 <= \sum_(j < n D) 1).
    { apply (at_least_two (fun _ => 1)).
      - auto.
      - rewrite (sum_ext _ _ (slope N D)) by (intros; ring). exact (sum_slopes N D HD HS).
      - exists 0%nat. split; [apply HD | reflexivity]. }
    rewrite sum_const in K. simpl. lra.
  - destruct (Hfirst t eq_refl) as (j & Hj & L).
    assert (K := count_above t ts Hs Hc).
    assert (K0 : 2 <= \sum_(j < n D) (1 - below t (x D j))).
    { apply at_least_two.
      - intros m. destruct (below_bool t (x D m)) as [E|E]; rewrite E; lra.
      - rewrite (sum_ext _ _ (fun j => slope N D j - slope N D j * below t (x D j)))
          by (intros; ring).
        rewrite Sum_minus, sum_above_cut by (apply Hc; now left).
        change (Sum (slope N D) (seq 0 (n D))) with (\sum_(j < n D) slope N D j).
        rewrite (sum_slopes N D HD HS). ring.
      - exists j. split; [exact Hj|]. unfold below. destruct (Rlt_dec t (x D j)); lra. }
    rewrite Sum_minus, sum_const in K0. fold (above t) in K0. lra.
Qed.

End Gaps.
