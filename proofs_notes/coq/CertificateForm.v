(** * An upper bound of lambda_max from 2 x 2 and 4 x 4 forms

    mu I - H is positive semidefinite as soon as one small form per neuron and one small form per
    datum are.  Section Triangle writes the interaction of the data, which are sorted, as a sum of
    terms "a datum and all the later ones"; section Riccati bounds such a sum from below by a
    recursion along the data.  CertificateBound.v joins them with the network; the note
    proofs_notes/kernel-certificate.md tells the story. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Flatcert Require Import Sums Logistic Network Forms BlockNorm Spectrum.
Open Scope R_scope.

Definition ind (b : bool) : R := if b then 1 else 0.

(** The form with the matrix [[c1, c2], [c2, c3]], and its polar form. *)
Record form2 := Form2 { c1 : R; c2 : R; c3 : R }.
Definition polar2 (C : form2) (x y x' y' : R) : R :=
  c1 C * (x * x') + c2 C * (x * y' + y * x') + c3 C * (y * y').
Definition quad2 (C : form2) (x y : R) : R := polar2 C x y x y.

(** Sum of F over the places m, .., n - 1. *)
Definition tail (n m : nat) (F : nat -> R) : R := \sum_(l < n) (ind (m <=? l)%nat * F l).

Lemma tail_all n F : tail n 0 F = \sum_(l < n) F l.
Proof. apply sum_ext. intros l _. simpl. ring. Qed.

Lemma tail_none n F : tail n n F = 0.
Proof.
  apply sum_zero. intros l Hl.
  replace (n <=? l)%nat with false by (symmetry; apply Nat.leb_gt; lia).
  simpl. ring.
Qed.

Lemma tail_step n m F : (m < n)%nat -> tail n m F = F m + tail n (S m) F.
Proof.
  intros Hm. unfold tail.
  transitivity (\sum_(l < n) (ind (l =? m)%nat * F l) + \sum_(l < n) (ind (S m <=? l)%nat * F l)).
  - rewrite <- Sum_plus. apply sum_ext. intros l _.
    destruct (Nat.eqb_spec l m), (Nat.leb_spec m l), (Nat.leb_spec (S m) l); simpl; try lia; ring.
  - f_equal. rewrite (sum_single n _ m Hm).
    + rewrite Nat.eqb_refl. simpl. ring.
    + intros l _ Hne. replace (l =? m)%nat with false by (symmetry; now apply Nat.eqb_neq).
      simpl. ring.
Qed.

Lemma tail_scal n m r F : r * tail n m F = tail n m (fun l => r * F l).
Proof. unfold tail. rewrite <- Sum_scal. apply sum_ext. intros. ring. Qed.

Lemma tail_plus n m F G : tail n m F + tail n m G = tail n m (fun l => F l + G l).
Proof. unfold tail. rewrite <- Sum_plus. apply sum_ext. intros. ring. Qed.

Lemma tail_ext n m F G :
  (forall l, (l < n)%nat -> (m <= l)%nat -> F l = G l) -> tail n m F = tail n m G.
Proof.
  intros H. apply sum_ext. intros l Hl.
  destruct (Nat.leb_spec m l); simpl; [rewrite H by assumption|]; ring.
Qed.

Lemma tail_Sum n m {T : Type} (F : T -> nat -> R) xs :
  Sum (fun t => tail n m (F t)) xs = tail n m (fun l => Sum (fun t => F t l) xs).
Proof.
  unfold tail. rewrite Sum_swap. apply sum_ext. intros l _. rewrite <- Sum_scal. reflexivity.
Qed.

(** ** The form of a sum, datum by datum *)

Section Triangle.
Variables (n : nat) (C : form2) (t z1 z2 : nat -> R) (b : nat -> bool).

Let u l := t l * z1 l.
Let v l := t l * z2 l.
Let xi1 := \sum_(j < n) (ind (b j) * u j).
Let xi2 := \sum_(j < n) (ind (b j) * v j).

Lemma polar2_tail m x y (F G : nat -> R) :
  polar2 C x y (tail n m F) (tail n m G) = tail n m (fun l => polar2 C x y (F l) (G l)).
Proof. unfold polar2. rewrite !tail_scal, !tail_plus, tail_scal, tail_plus, tail_plus.
  apply tail_ext. intros. ring. Qed.

(** xi^T C xi, each pair of data counted at its first member *)
Lemma form_of_sum :
  quad2 C xi1 xi2
  = \sum_(j < n) (ind (b j) * (quad2 C (u j) (v j)
      + 2 * tail n (S j) (fun l => ind (b l) * polar2 C (u j) (v j) (u l) (v l)))).
Proof.
  set (F := fun l => ind (b l) * u l). set (G := fun l => ind (b l) * v l).
  assert (K : forall m, (m <= n)%nat ->
    quad2 C (tail n (n - m) F) (tail n (n - m) G)
    = tail n (n - m) (fun j => ind (b j) * (quad2 C (u j) (v j)
      + 2 * tail n (S j) (fun l => ind (b l) * polar2 C (u j) (v j) (u l) (v l))))).
  { induction m as [|m IH]; intros Hm.
    - rewrite Nat.sub_0_r, !tail_none. unfold quad2, polar2. ring.
    - assert (E : (S (n - S m) = n - m)%nat) by lia.
      rewrite (tail_step n (n - S m) F), (tail_step n (n - S m) G) by lia.
      rewrite (tail_step n (n - S m) (fun j => ind (b j) * _)) by lia.
      rewrite E, <- IH by lia.
      replace (tail n (n - m)
        (fun l => ind (b l) * polar2 C (u (n - S m)%nat) (v (n - S m)%nat) (u l) (v l)))
        with (polar2 C (u (n - S m)%nat) (v (n - S m)%nat) (tail n (n - m) F) (tail n (n - m) G))
        by (rewrite polar2_tail; apply tail_ext; intros; unfold polar2, F, G; ring).
      unfold F, G, quad2, polar2. destruct (b (n - S m)%nat); simpl; ring. }
  specialize (K n (le_n n)). rewrite Nat.sub_diag, !tail_all in K. exact K.
Qed.

(** Where activity grows along the data, the later data enter through z alone ... *)
Lemma form_of_growing :
  (forall j l, (j < l)%nat -> (l < n)%nat -> b j = true -> b l = true) ->
  quad2 C xi1 xi2
  = \sum_(j < n) (ind (b j) * (quad2 C (u j) (v j)
      + 2 * polar2 C (u j) (v j) (tail n (S j) u) (tail n (S j) v))).
Proof.
  intros H. rewrite form_of_sum. apply sum_ext. intros j Hj. rewrite polar2_tail.
  destruct (b j) eqn:E; simpl; [|ring]. f_equal. f_equal. f_equal.
  apply tail_ext. intros l Hl Hjl. rewrite (H j l); [simpl; ring | lia | exact Hl | exact E].
Qed.

(** ... and where it shrinks, the earlier datum does. *)
Lemma form_of_shrinking :
  (forall j l, (j < l)%nat -> (l < n)%nat -> b l = true -> b j = true) ->
  quad2 C xi1 xi2
  = \sum_(j < n) (ind (b j) * quad2 C (u j) (v j)
      + 2 * (u j * tail n (S j) (fun l => ind (b l) * (c1 C * u l + c2 C * v l))
             + v j * tail n (S j) (fun l => ind (b l) * (c2 C * u l + c3 C * v l)))).
Proof.
  intros H. rewrite form_of_sum. apply sum_ext. intros j Hj.
  rewrite (tail_scal _ _ (u j)), (tail_scal _ _ (v j)), tail_plus.
  destruct (b j) eqn:E; simpl.
  - rewrite !Rmult_1_l. f_equal. f_equal. apply tail_ext. intros. unfold polar2. ring.
  - transitivity 0; [ring|]. symmetry.
    match goal with |- context [tail n ?m ?F] => replace (tail n m F) with 0; [ring|] end.
    symmetry. apply sum_zero. intros l Hl. destruct (Nat.leb_spec (S j) l); simpl; [|ring].
    destruct (b l) eqn:El; simpl; [|ring]. rewrite (H j l) in E; [easy | lia | exact Hl | exact El].
Qed.

End Triangle.

(** ** A lower bound along the data *)

(** x^T Phi x for the symmetric matrix with the rows (d0 e01 e02 e03), (. d1 e12 e13), .. *)
Record form4 := Form4 {
  d0 : R; d1 : R; d2 : R; d3 : R; e01 : R; e02 : R; e03 : R; e12 : R; e13 : R; e23 : R }.
Definition quad4 (Q : form4) (x0 x1 x2 x3 : R) : R :=
  d0 Q * x0 ^ 2 + d1 Q * x1 ^ 2 + d2 Q * x2 ^ 2 + d3 Q * x3 ^ 2
  + 2 * (e01 Q * (x0 * x1) + e02 Q * (x0 * x2) + e03 Q * (x0 * x3)
         + e12 Q * (x1 * x2) + e13 Q * (x1 * x3) + e23 Q * (x2 * x3)).

Section Riccati.
Variables (n : nat) (A : nat -> R) (r0 r1 r2 r3 s0 s1 s2 s3 t : nat -> R) (Phi : nat -> form4).

Let rho (r : nat -> R) m := tail n m (fun l => t l * r l).

(** The cost of a datum with weight x before the state (y0, .., y3) pays for the change of Phi. *)
Definition pays (j : nat) : Prop := forall x y0 y1 y2 y3,
  quad4 (Phi j) (y0 + x * r0 j) (y1 + x * r1 j) (y2 + x * r2 j) (y3 + x * r3 j)
  <= A j * x ^ 2 + 2 * x * (s0 j * y0 + s1 j * y1 + s2 j * y2 + s3 j * y3)
     + quad4 (Phi (S j)) y0 y1 y2 y3.

Let value m := quad4 (Phi m) (rho r0 m) (rho r1 m) (rho r2 m) (rho r3 m).

Lemma riccati :
  (forall j, (j < n)%nat -> pays j) ->
  value 0 <= \sum_(j < n) (A j * t j ^ 2
    + 2 * t j * (s0 j * rho r0 (S j) + s1 j * rho r1 (S j) + s2 j * rho r2 (S j) + s3 j * rho r3 (S j))).
Proof.
  intros H. set (cost := fun j => _).
  assert (K : forall m, (m <= n)%nat -> value (n - m) <= tail n (n - m) cost).
  { induction m as [|m IH]; intros Hm.
    - rewrite Nat.sub_0_r. unfold value, rho. rewrite !tail_none. unfold quad4. apply Req_le. ring.
    - assert (E : (S (n - S m) = n - m)%nat) by lia.
      rewrite (tail_step n (n - S m) cost) by lia. specialize (IH ltac:(lia)).
      assert (Hj : (n - S m < n)%nat) by lia.
      assert (P := H (n - S m)%nat Hj (t (n - S m)%nat) (rho r0 (n - m)) (rho r1 (n - m))
                     (rho r2 (n - m)) (rho r3 (n - m))).
      unfold value at 1. unfold rho at 1 2 3 4. rewrite !(tail_step n (n - S m)) by exact Hj.
      rewrite E in *. unfold cost at 1. rewrite E. unfold value in IH. unfold rho in *.
      rewrite !(Rplus_comm (t (n - S m)%nat * _)). lra. }
  specialize (K n (le_n n)). now rewrite Nat.sub_diag, tail_all in K.
Qed.

End Riccati.
