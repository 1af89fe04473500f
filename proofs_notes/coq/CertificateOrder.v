(** * The order of the data does not matter

    The checker reads the data sorted.  H depends on them as a multiset only, so what it proves
    holds for the data in any order. *)

From Coq Require Import Reals ZArith Lra List Permutation.
From Flatcert Require Import Sums Logistic Network Spectrum CertificateCheck CertificateSums.
Import ListNotations.
Open Scope R_scope.

Lemma Sum_permutation {T : Type} (F : T -> R) xs ys : Permutation xs ys -> Sum F xs = Sum F ys.
Proof. induction 1; simpl; lra. Qed.

(** One datum (x, y) alone: its share of n v^T H v. *)
Definition share (N : network) (d : Z) (v : vec) (pt : Z * Z) : R :=
  let D := Data 1 (fun _ => ratio (fst pt) d) (fun _ => IZR (snd pt)) in
  s (f N (x D 0)) * dot N (g N D 0) v ^ 2 + slope N D 0 * curv N D v 0.

Lemma Hq_shares S v :
  Hq (network_of S) (data_of S) v
  = / INR (length (points S)) * Sum (share (network_of S) (grid S) v) (points S).
Proof.
  unfold Hq, Gq, Rq. change (n (data_of S)) with (length (points S)).
  rewrite <- (Sum_nth _ (points S) (0, 0)%Z), <- !Sum_scal, <- Sum_plus.
  apply sum_ext. intros j _. unfold p, share. cbv zeta.
  change (INR (n (data_of S))) with (INR (length (points S))).
  change (g (network_of S) (data_of S) j) with (g (network_of S)
    (Data 1 (fun _ => ratio (fst (nth j (points S) (0, 0)%Z)) (grid S))
            (fun _ => IZR (snd (nth j (points S) (0, 0)%Z)))) 0).
  change (slope (network_of S) (data_of S) j) with (slope (network_of S)
    (Data 1 (fun _ => ratio (fst (nth j (points S) (0, 0)%Z)) (grid S))
            (fun _ => IZR (snd (nth j (points S) (0, 0)%Z)))) 0).
  change (curv (network_of S) (data_of S) v j) with (curv (network_of S)
    (Data 1 (fun _ => ratio (fst (nth j (points S) (0, 0)%Z)) (grid S))
            (fun _ => IZR (snd (nth j (points S) (0, 0)%Z)))) v 0).
  change (x (data_of S) j) with (ratio (fst (nth j (points S) (0, 0)%Z)) (grid S)).
  cbn [x]. ring.
Qed.

(** The subject with its data in another order *)
Definition reordered (S : subject) (pts : list (Z * Z)) : subject :=
  Subject (den S) (neurons S) (offset S) (grid S) pts.

Theorem order_irrelevant S pts :
  Permutation (points S) pts ->
  forall lam, is_lambda_max (network_of S) (data_of S) lam
              <-> is_lambda_max (network_of (reordered S pts)) (data_of (reordered S pts)) lam.
Proof.
  intros P lam. unfold is_lambda_max.
  assert (E : forall v, Hq (network_of S) (data_of S) v
                        = Hq (network_of (reordered S pts)) (data_of (reordered S pts)) v).
  { intro v. rewrite !Hq_shares. cbn [points grid reordered].
    rewrite (Permutation_length P), (Sum_permutation _ _ _ P). reflexivity. }
  split; intros [U L]; split.
  - intros h (v & Hv & ->). apply U. exists v. now rewrite E.
  - intros m Hm. apply L. intros h (v & Hv & ->). apply Hm. exists v. now rewrite <- E.
  - intros h (v & Hv & ->). apply U. exists v. now rewrite <- E.
  - intros m Hm. apply L. intros h (v & Hv & ->). apply Hm. exists v. now rewrite E.
Qed.
