(** * Sums of integers as sums of reals

    Tactics and lemmas that carry the sums of CertificateCheck.v into those of Sums.v. *)

From Coq Require Import Reals ZArith Lra Lia List Bool.
From Flatcert Require Import Sums CertificateForm CertificateCheck.
Import ListNotations.
Open Scope R_scope.

Ltac reals :=
  repeat first [rewrite plus_IZR | rewrite minus_IZR | rewrite mult_IZR | rewrite opp_IZR].
Ltac booleans H := rewrite ?andb_true_iff, ?Z.ltb_lt, ?Z.leb_le, ?Nat.eqb_eq in H.

Lemma Sum_nth {T : Type} (F : T -> R) (ts : list T) (t0 : T) :
  \sum_(i < length ts) F (nth i ts t0) = Sum F ts.
Proof.
  induction ts as [|t ts IH]; [reflexivity|]. simpl length. rewrite <- cons_seq, <- seq_shift.
  rewrite Sum_cons, Sum_map. simpl nth at 1. rewrite Sum_cons. f_equal. exact IH.
Qed.

Lemma sum_if_Sum {T : Type} (b : T -> bool) (f : T -> Z) ts :
  IZR (sum_if b f ts) = Sum (fun t => ind (b t) * IZR (f t)) ts.
Proof.
  induction ts as [|t ts IH]; [reflexivity|]. simpl. destruct (b t); simpl; [rewrite plus_IZR|];
    rewrite IH; ring.
Qed.

Lemma sum_if_nth {T : Type} (b : T -> bool) (f : T -> Z) ts (t0 : T) :
  IZR (sum_if b f ts)
  = \sum_(i < length ts) (ind (b (nth i ts t0)) * IZR (f (nth i ts t0))).
Proof.
  rewrite sum_if_Sum. symmetry. exact (Sum_nth (fun t => ind (b t) * IZR (f t)) ts t0).
Qed.

Lemma map_fst_combine {T U : Type} (xs : list T) (ys : list U) :
  length xs = length ys -> map fst (combine xs ys) = xs.
Proof.
  revert ys. induction xs as [|x xs IH]; intros [|y ys] H; simpl in *; try easy.
  f_equal. apply IH. lia.
Qed.
