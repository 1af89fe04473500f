(** * The checker is right

    [check_sound]: if [check] returns true, then lo < lambda_max <= hi for the network and data of
    the subject, whatever the witness is. *)

From Coq Require Import Reals ZArith Lra List Bool.
From Flatcert Require Import Network Spectrum Hessian Eigenvalue CertificateCheck CertificateRead
  CertificateUpper CertificateLower.
Open Scope R_scope.

Theorem check_upper_sound S P hi :
  check_upper S P hi = true ->
  forall v, Hq (network_of S) (data_of S) v
            <= ratio (fst hi) (snd hi) * norm2 (network_of S) v.
Proof.
  unfold check_upper. intros H v. apply andb_prop in H. destruct H as [H1 H2].
  exact (upper_bound S P H1 (fst hi) (snd hi) H2 v).
Qed.

Theorem check_lower_sound S P lo v :
  check_lower S P lo v = true ->
  exists u, ratio (fst lo) (snd lo) * norm2 (network_of S) u
            < Hq (network_of S) (data_of S) u.
Proof.
  unfold check_lower. intros H. apply andb_prop in H. destruct H as [H1 H2].
  destruct v as [parts vc].
  eexists. exact (lower_bound S P H1 parts vc (fst lo) (snd lo) H2).
Qed.

(** The bound fails: lambda_max <= lo is refuted. *)
Theorem check_lower_refutes S P lo v :
  check_lower S P lo v = true ->
  forall lam, is_lambda_max (network_of S) (data_of S) lam -> ~ lam <= ratio (fst lo) (snd lo).
Proof.
  intros H lam Hlam Hle. destruct (check_lower_sound S P lo v H) as [u Hu].
  unfold check_lower in H. apply andb_prop in H. destruct H as [H _].
  assert (K := proj1 (lambda_max_le _ _ _ _ (nonempty S P H) Hlam) Hle u). lra.
Qed.

(** lo < lambda_max <= hi; and H is the matrix of second derivatives, because no datum lies on a
    kink (Hessian.v). *)
Theorem check_sound S P lo v hi :
  check S P lo v hi = true ->
  labelled (data_of S) /\ smooth (network_of S) (data_of S) /\
  forall lam, is_lambda_max (network_of S) (data_of S) lam ->
    ratio (fst lo) (snd lo) < lam <= ratio (fst hi) (snd hi).
Proof.
  unfold check. intros H. rewrite !andb_true_iff in H. destruct H as [[H1 H2] H3].
  split; [exact (labelled_subject S P H1)|]. split; [exact (smooth_subject S P H1)|].
  intros lam Hlam. assert (Hn := nonempty S P H1). split.
  - apply Rnot_le_lt. apply (check_lower_refutes S P lo v); [|exact Hlam].
    unfold check_lower. now rewrite H1, H2.
  - apply (lambda_max_le _ _ _ _ Hn Hlam). apply (check_upper_sound S P hi).
    unfold check_upper. now rewrite H1, H3.
Qed.

(** The same for the largest eigenvalue of the matrix of second derivatives
    (Hessian.hessian_entries). *)
Theorem check_largest_eigenvalue S P lo v hi :
  check S P lo v hi = true ->
  exists lam,
    eigenvalue (network_of S) (data_of S) lam /\
    (forall mu, eigenvalue (network_of S) (data_of S) mu -> mu <= lam) /\
    ratio (fst lo) (snd lo) < lam <= ratio (fst hi) (snd hi).
Proof.
  intros H. destruct (check_sound S P lo v hi H) as ((Hn & _) & _ & K).
  destruct (lambda_max_exists (network_of S) _ Hn) as [lam Hlam].
  exists lam. destruct (proj1 (largest_eigenvalue (network_of S) _ lam Hn) Hlam) as [E M]. auto.
Qed.
