(** * Finite sums

    [Sum F xs] adds [F t] over the list [xs], with repetitions; [\sum_(j < n) F j] adds over
    j = 0, .., n - 1.  Cauchy-Schwarz and Jensen are stated for lists, and so for both. *)

From Coq Require Import Reals Lra Lia List.
Import ListNotations.
Open Scope R_scope.

Fixpoint Sum {T : Type} (F : T -> R) (xs : list T) : R :=
  match xs with
  | [] => 0
  | t :: ts => F t + Sum F ts
  end.

Notation "\sum_ ( j < n ) F" := (Sum (fun j : nat => F) (seq 0 n))
  (at level 39, F at level 40, j, n at level 50, format "\sum_ ( j  <  n )  F") : R_scope.
Notation "\sum_ ( t 'in' ts ) F" := (Sum (fun t => F) ts)
  (at level 39, F at level 40, t, ts at level 50, format "\sum_ ( t  'in'  ts )  F") : R_scope.

(** ** Algebra of sums *)

Section Algebra.
Context {T : Type}.
Implicit Types (F G : T -> R) (xs ts : list T).

Lemma Sum_nil F : Sum F [] = 0.
Proof. reflexivity. Qed.

Lemma Sum_cons F t ts : Sum F (t :: ts) = F t + Sum F ts.
Proof. reflexivity. Qed.

Lemma Sum_app F xs ts : Sum F (xs ++ ts) = Sum F xs + Sum F ts.
Proof. induction xs as [|t xs IH]; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma Sum_ext F G xs : (forall t, In t xs -> F t = G t) -> Sum F xs = Sum G xs.
Proof.
  induction xs as [|t xs IH]; simpl; intros H; [reflexivity|].
  rewrite (H t), IH; auto.
Qed.

Lemma Sum_plus F G xs : Sum (fun t => F t + G t) xs = Sum F xs + Sum G xs.
Proof. induction xs as [|t xs IH]; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma Sum_minus F G xs : Sum (fun t => F t - G t) xs = Sum F xs - Sum G xs.
Proof. induction xs as [|t xs IH]; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma Sum_opp F xs : Sum (fun t => - F t) xs = - Sum F xs.
Proof. induction xs as [|t xs IH]; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma Sum_scal r F xs : Sum (fun t => r * F t) xs = r * Sum F xs.
Proof. induction xs as [|t xs IH]; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma Sum_scal_r r F xs : Sum (fun t => F t * r) xs = Sum F xs * r.
Proof. induction xs as [|t xs IH]; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma Sum_const r xs : Sum (fun _ : T => r) xs = INR (length xs) * r.
Proof.
  induction xs as [|t xs IH]; [simpl; ring|].
  simpl length. rewrite Sum_cons, IH, S_INR. ring.
Qed.

Lemma Sum_zero F xs : (forall t, In t xs -> F t = 0) -> Sum F xs = 0.
Proof. intros H. rewrite (Sum_ext F (fun _ => 0) xs H), Sum_const. ring. Qed.

(** ** Order *)

Lemma Sum_le F G xs : (forall t, In t xs -> F t <= G t) -> Sum F xs <= Sum G xs.
Proof. induction xs as [|t xs IH]; simpl; intros H; [lra|]. apply Rplus_le_compat; auto. Qed.

Lemma Sum_nonneg F xs : (forall t, In t xs -> 0 <= F t) -> 0 <= Sum F xs.
Proof.
  induction xs as [|t xs IH]; simpl; intros H; [lra|]. apply Rplus_le_le_0_compat; auto.
Qed.

Lemma Sum_pos F xs : xs <> [] -> (forall t, In t xs -> 0 < F t) -> 0 < Sum F xs.
Proof.
  destruct xs as [|t xs]; simpl; intros Hne H; [easy|].
  apply Rplus_lt_le_0_compat; [auto|]. apply Sum_nonneg. intros u Hu. left. auto.
Qed.

Lemma Sum_abs F xs : Rabs (Sum F xs) <= Sum (fun t => Rabs (F t)) xs.
Proof.
  induction xs as [|t xs IH]; simpl; [rewrite Rabs_R0; lra|].
  eapply Rle_trans; [apply Rabs_triang | lra].
Qed.

(** One term of a sum of nonnegative terms is at most the sum. *)
Lemma Sum_term_le F xs t : (forall u, In u xs -> 0 <= F u) -> In t xs -> F t <= Sum F xs.
Proof.
  induction xs as [|u xs IH]; simpl; intros H Ht; [easy|].
  assert (0 <= Sum F xs) by (apply Sum_nonneg; auto).
  destruct Ht as [->|Ht]; [lra|]. assert (0 <= F u) by auto. assert (F t <= Sum F xs) by auto. lra.
Qed.

End Algebra.

Lemma Sum_map {T U : Type} (h : T -> U) (F : U -> R) xs :
  Sum F (map h xs) = Sum (fun t => F (h t)) xs.
Proof. induction xs as [|t xs IH]; simpl; [|rewrite IH]; reflexivity. Qed.

Lemma Sum_swap {T U : Type} (F : T -> U -> R) xs ys :
  Sum (fun t => Sum (F t) ys) xs = Sum (fun u => Sum (fun t => F t u) xs) ys.
Proof.
  induction xs as [|t xs IH]; simpl.
  - now rewrite Sum_zero.
  - now rewrite IH, <- Sum_plus.
Qed.

(** ** The same over 0, .., n - 1, with bounds instead of membership *)

Lemma in_range n j : In j (seq 0 n) <-> (j < n)%nat.
Proof. rewrite in_seq. lia. Qed.

Lemma range_nonempty n : (0 < n)%nat -> seq 0 n <> [].
Proof. destruct n; [lia | easy]. Qed.

Lemma sum_ext n F G : (forall j, (j < n)%nat -> F j = G j) -> \sum_(j < n) F j = \sum_(j < n) G j.
Proof. intros H. apply Sum_ext. intros j Hj. now apply H, in_range. Qed.

Lemma sum_le n F G : (forall j, (j < n)%nat -> F j <= G j) -> \sum_(j < n) F j <= \sum_(j < n) G j.
Proof. intros H. apply Sum_le. intros j Hj. now apply H, in_range. Qed.

Lemma sum_nonneg n F : (forall j, (j < n)%nat -> 0 <= F j) -> 0 <= \sum_(j < n) F j.
Proof. intros H. apply Sum_nonneg. intros j Hj. now apply H, in_range. Qed.

Lemma sum_pos n F : (0 < n)%nat -> (forall j, (j < n)%nat -> 0 < F j) -> 0 < \sum_(j < n) F j.
Proof.
  intros Hn H. apply Sum_pos; [now apply range_nonempty|]. intros j Hj. now apply H, in_range.
Qed.

Lemma sum_const n r : \sum_(j < n) r = INR n * r.
Proof. now rewrite Sum_const, seq_length. Qed.

Lemma sum_zero n F : (forall j, (j < n)%nat -> F j = 0) -> \sum_(j < n) F j = 0.
Proof. intros H. apply Sum_zero. intros j Hj. now apply H, in_range. Qed.

Lemma sum_S n F : \sum_(j < S n) F j = \sum_(j < n) F j + F n.
Proof. rewrite seq_S, Sum_app. simpl. ring. Qed.

(** A sum with a single nonzero term. *)
Lemma sum_single n F i :
  (i < n)%nat -> (forall j, (j < n)%nat -> j <> i -> F j = 0) -> \sum_(j < n) F j = F i.
Proof.
  induction n as [|n IH]; intros Hi H; [lia|]. rewrite sum_S.
  destruct (Nat.eq_dec i n) as [->|Hne].
  - rewrite sum_zero; [ring|]. intros j Hj. apply H; lia.
  - rewrite IH, (H n); [ring | lia | lia | lia |]. intros j Hj. apply H; lia.
Qed.

(** ** Cauchy-Schwarz *)

(** A polynomial u -> A u^2 - 2 B u + C without negative values has B^2 <= A C. *)
Lemma discriminant A B C : 0 <= A -> (forall u, 0 <= A * u ^ 2 - 2 * B * u + C) -> B ^ 2 <= A * C.
Proof.
  intros [HA|HA] Q.
  - assert (K : 0 <= A * (A * (B / A) ^ 2 - 2 * B * (B / A) + C))
      by (apply Rmult_le_pos; [lra | apply Q]).
    replace (A * (A * (B / A) ^ 2 - 2 * B * (B / A) + C)) with (A * C - B ^ 2) in K
      by (field; lra).
    lra.
  - rewrite <- HA in *. destruct (Req_dec B 0) as [ -> |NB]; [lra|].
    exfalso. assert (K := Q ((C + 1) / (2 * B))).
    replace (0 * ((C + 1) / (2 * B)) ^ 2 - 2 * B * ((C + 1) / (2 * B)) + C) with (-1) in K
      by (field; lra).
    lra.
Qed.

(** (sum u v)^2 <= (sum u^2) (sum v^2) *)
Lemma cauchy_schwarz_dot {T : Type} (u v : T -> R) xs :
  Sum (fun t => u t * v t) xs ^ 2 <= Sum (fun t => u t ^ 2) xs * Sum (fun t => v t ^ 2) xs.
Proof.
  apply discriminant; [apply Sum_nonneg; intros; apply pow2_ge_0|]. intro r.
  apply Rle_trans with (Sum (fun t => (u t * r - v t) ^ 2) xs).
  - apply Sum_nonneg. intros. apply pow2_ge_0.
  - apply Req_le. induction xs as [|t xs IH]; [simpl; ring|]. rewrite !Sum_cons, IH. ring.
Qed.

(** (sum q z)^2 <= (sum q^2 / p) (sum p z^2) for weights p > 0 *)
Lemma cauchy_schwarz_law {T : Type} (p q z : T -> R) xs :
  (forall t, In t xs -> 0 < p t) ->
  Sum (fun t => q t * z t) xs ^ 2
    <= Sum (fun t => q t ^ 2 / p t) xs * Sum (fun t => p t * z t ^ 2) xs.
Proof.
  intros Hp. apply discriminant.
  - apply Sum_nonneg. intros t Ht. specialize (Hp t Ht).
    apply Rmult_le_pos; [apply pow2_ge_0 | left; now apply Rinv_0_lt_compat].
  - intro r. apply Rle_trans with (Sum (fun t => p t * (q t / p t * r - z t) ^ 2) xs).
    + apply Sum_nonneg. intros t Ht. specialize (Hp t Ht).
      apply Rmult_le_pos; [lra | apply pow2_ge_0].
    + apply Req_le. induction xs as [|t xs IH]; [simpl; ring|].
      rewrite !Sum_cons, IH by auto with datatypes.
      assert (0 < p t) by auto with datatypes. field. lra.
Qed.

(** ** Maximum of finitely many nonnegative numbers; 0 for the empty list *)

Fixpoint Max {T : Type} (F : T -> R) (xs : list T) : R :=
  match xs with
  | [] => 0
  | t :: ts => Rmax (F t) (Max F ts)
  end.

Lemma Max_nonneg {T : Type} (F : T -> R) xs : 0 <= Max F xs.
Proof.
  induction xs as [|t xs IH]; simpl; [lra|]. eapply Rle_trans; [exact IH | apply Rmax_r].
Qed.

Lemma Max_ge {T : Type} (F : T -> R) xs t : In t xs -> F t <= Max F xs.
Proof.
  induction xs as [|u xs IH]; simpl; [easy|]. intros [ -> |Ht]; [apply Rmax_l|].
  eapply Rle_trans; [now apply IH | apply Rmax_r].
Qed.

Lemma Max_le {T : Type} (F : T -> R) xs m :
  0 <= m -> (forall t, In t xs -> F t <= m) -> Max F xs <= m.
Proof.
  induction xs as [|t xs IH]; simpl; intros Hm H; [exact Hm|]. apply Rmax_lub; auto.
Qed.

(** ** Jensen for t -> e^(-t), by the tangent line at the mean:
       e^(-mean F) <= mean of e^(-F) *)

Lemma exp_ge_1_plus t : 1 + t <= exp t.
Proof.
  destruct (Req_dec t 0) as [ -> |H]; [rewrite exp_0; lra | left; now apply exp_ineq1].
Qed.

Lemma jensen_exp {T : Type} (F : T -> R) xs :
  xs <> [] ->
  exp (- (Sum F xs / INR (length xs))) <= Sum (fun t => exp (- F t)) xs / INR (length xs).
Proof.
  intros Hne. set (n := INR (length xs)).
  assert (Hn : 0 < n) by (apply lt_0_INR; destruct xs; [easy | simpl; lia]).
  set (m := Sum F xs / n).
  apply Rmult_le_reg_r with n; [exact Hn|].
  replace (Sum (fun t => exp (- F t)) xs / n * n) with (Sum (fun t => exp (- F t)) xs)
    by (field; lra).
  apply Rle_trans with (Sum (fun t => exp (- m) * (1 + (m - F t))) xs).
  - rewrite Sum_scal, Sum_plus, Sum_minus, !Sum_const. fold n.
    replace (Sum F xs) with (m * n) by (unfold m; field; lra).
    apply Req_le. ring.
  - apply Sum_le. intros t _. replace (- F t) with (- m + (m - F t)) by ring.
    rewrite exp_plus. apply Rmult_le_compat_l; [left; apply exp_pos | apply exp_ge_1_plus].
Qed.
