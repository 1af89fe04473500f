(** * False certificates are refused

    The certificate of Mirrored.v, each time with one thing false: a bound beyond lambda_max, or a
    number of the witness changed.  The checker evaluates to false every time; and what the false
    upper bound claims is refuted by a theorem. *)

From Coq Require Import ZArith List Reals Lra.
From Flatcert Require Import Network Spectrum CertificateCheck Certificate.
From Flatcert.certificates Require Import Mirrored.
Import ListNotations.
Open Scope Z_scope.

Ltac evaluate := vm_cast_no_check (eq_refl false).

(** lambda_max is 41/64 (Sharp.mirrored_lambda_max at 1), and the certificate's interval holds it. *)
Lemma holds_41_64 :
  (ratio (fst lower) (snd lower) < 41 / 64 <= ratio (fst upper) (snd upper))%R.
Proof. unfold ratio; simpl; lra. Qed.

(** ** False bounds *)

Lemma upper_bound_too_low : check_upper instance evidence lower = false.
Proof. evaluate. Qed.

Lemma lower_bound_too_high : check_lower instance evidence upper direction = false.
Proof. evaluate. Qed.

Theorem too_low_is_false :
  forall lam, is_lambda_max (network_of instance) (data_of instance) lam ->
    ~ (lam <= ratio (fst lower) (snd lower))%R.
Proof.
  apply (check_lower_refutes instance evidence lower direction).
  vm_cast_no_check (eq_refl true).
Qed.

(** Even without any error of the slopes, even exactly 41/64: the margin has to be positive. *)
Lemma equality_is_not_decided : check_upper instance evidence (41, 64) = false.
Proof. evaluate. Qed.

(** A direction that is not the top eigenvector *)
Lemma other_direction :
  check_lower instance evidence lower ([(1, 0, 0); (0, 0, 0)], 0) = false.
Proof. evaluate. Qed.

(** The zero vector proves nothing, not even that lambda_max > -1. *)
Lemma zero_direction :
  check_lower instance evidence (-1, 1) ([(0, 0, 0); (0, 0, 0)], 0) = false.
Proof. evaluate. Qed.

(** ** A witness with one number changed *)

Definition with_neurons (f : list neuron_hint -> list neuron_hint) : witness :=
  Witness (exp_bits evidence) (halvings evidence) (slope_bits evidence) (slack evidence)
    (form_bits evidence) (state_bits evidence) (constant_form evidence)
    (f (neuron_hints evidence)) (datum_hints evidence).

Definition with_data (f : list datum_hint -> list datum_hint) : witness :=
  Witness (exp_bits evidence) (halvings evidence) (slope_bits evidence) (slack evidence)
    (form_bits evidence) (state_bits evidence) (constant_form evidence)
    (neuron_hints evidence) (f (datum_hints evidence)).

Definition first {T : Type} (f : T -> T) (ts : list T) : list T :=
  match ts with [] => [] | t :: ts => f t :: ts end.

Definition refused (P : witness) : Prop := check_upper instance P upper = false.

(** The control of the controls: nothing changed, accepted. *)
Lemma unchanged : check_upper instance (with_data (first (fun h => h))) upper = true.
Proof. vm_cast_no_check (eq_refl true). Qed.

Lemma sigma_changed : refused (with_data (first (fun h =>
  DatumHint (sig h + 2) (weight h) (inverse h) (after h)))).
Proof. evaluate. Qed.

Lemma softness_too_low : refused (with_data (first (fun h =>
  DatumHint (sig h) (weight h) (inverse h + 1000000) (after h)))).
Proof. evaluate. Qed.

Lemma matrix_changed : refused (with_data (first (fun h => let A := after h in
  DatumHint (sig h) (weight h) (inverse h)
    (Matrix (m0 A - 3) (m1 A) (m2 A) (m3 A) (m01 A) (m02 A) (m03 A) (m12 A) (m13 A) (m23 A))))).
Proof. evaluate. Qed.

Lemma datum_missing : refused (with_data (@tl _)).
Proof. evaluate. Qed.

Lemma form_too_small : refused (with_neurons (first (fun h =>
  NeuronHint (low h) (high h) (k1 h - 2) (k2 h) (k3 h)))).
Proof. evaluate. Qed.

Lemma switch_misplaced : refused (with_neurons (first (fun h =>
  NeuronHint (high h) (high h + 1) (k1 h) (k2 h) (k3 h)))).
Proof. evaluate. Qed.

Lemma neuron_missing : refused (with_neurons (@tl _)).
Proof. evaluate. Qed.

(** ** Other networks and data under the same witness *)

Definition with_points (ps : list (Z * Z)) : subject :=
  Subject (den instance) (neurons instance) (offset instance) (grid instance) ps.

(** A datum on the kink of both neurons *)
Lemma datum_on_a_kink :
  let S := with_points [(-3, 1); (-3, -1); (0, 1); (3, -1)] in
  let its := items S evidence in
  map (activity_ok S (read_data S evidence its)) its = [false; false].
Proof. vm_cast_no_check (eq_refl [false; false]). Qed.

(** Data out of order: f and all exponentials are the same. *)
Lemma data_unsorted :
  check_upper (with_points [(3, 1); (-3, -1); (3, 1); (-3, -1)]) evidence (1000, 1) = false.
Proof. evaluate. Qed.

(** A label that is neither 1 nor -1 *)
Lemma label_zero :
  let S := with_points [(-3, 1); (-3, 0); (3, 1); (3, -1)] in
  map label_ok (read_data S evidence (items S evidence)) = [true; false; true; true].
Proof. vm_cast_no_check (eq_refl [true; false; true; true]). Qed.

(** Steeper neurons: lambda_max is larger. *)
Lemma other_network : check_upper
  (Subject (den instance) [Neuron 21 0 12; Neuron (-21) 0 12] (offset instance) (grid instance)
     (points instance)) evidence upper = false.
Proof. evaluate. Qed.

Print Assumptions too_low_is_false.
