(** * The tail weights in terms of conditional expectations

    If Pr(X > t) > 0 then
      g_q^+(t) = Pr(X > t)^2 E[X - t | X > t] sqrt(1 + E[X | X > t]^2),
    the form of the paper, and g_q^+(t) = 0 otherwise; the same for g_q^- and X < t. *)

From Coq Require Import Reals Lra Lia List.
From Flatcert Require Import Sums Logistic Network.
Open Scope R_scope.

Section Conditional.
Variables (D : data) (q : nat -> R).
Hypothesis q_nonneg : forall j, (j < n D)%nat -> 0 <= q j.

(** An event is given by its indicator on the data; E[F(X) | A] = (sum_A q_j F(x_j)) / Pr(A). *)
Definition Pr (A : nat -> R) : R := \sum_(j < n D) q j * A j.
Definition Ex (A : nat -> R) (F : R -> R) : R := (\sum_(j < n D) q j * A j * F (x D j)) / Pr A.

(** The events X > t and X < t *)
Definition above_t (t : R) (j : nat) : R := below t (x D j).
Definition below_t (t : R) (j : nat) : R := below (x D j) t.

(** A sum of weights against an event of probability 0 vanishes. *)
Lemma null_event (A F : nat -> R) :
  (forall j, 0 <= A j) -> Pr A = 0 -> \sum_(j < n D) q j * A j * F j = 0.
Proof.
  intros HA H. apply sum_zero. intros j Hj.
  assert (K : q j * A j <= Pr A).
  { apply (Sum_term_le (fun j => q j * A j)); [|now apply in_range].
    intros m Hm. apply Rmult_le_pos; [apply q_nonneg; now apply in_range | apply HA]. }
  assert (0 <= q j * A j) by (apply Rmult_le_pos; [now apply q_nonneg | apply HA]).
  replace (q j * A j) with 0 by lra. ring.
Qed.

(** |(sum q x, sum q)| = Pr sqrt(1 + E[X]^2) on an event *)
Lemma tail_norm (A : nat -> R) :
  0 < Pr A ->
  sqrt ((\sum_(j < n D) q j * A j * x D j) ^ 2 + (\sum_(j < n D) q j * A j) ^ 2)
  = Pr A * sqrt (1 + Ex A (fun v => v) ^ 2).
Proof.
  intros H. unfold Ex. set (B := \sum_(j < n D) q j * A j * x D j). fold (Pr A).
  rewrite <- (sqrt_pow2 (Pr A)) at 2 by lra. rewrite <- sqrt_mult_alt by apply pow2_ge_0.
  f_equal. field. lra.
Qed.

(** Both weights are a first moment times a norm, of an event. *)
Definition weight (A : nat -> R) (F : R -> R) : R :=
  (\sum_(j < n D) q j * A j * F (x D j))
  * sqrt ((\sum_(j < n D) q j * A j * x D j) ^ 2 + (\sum_(j < n D) q j * A j) ^ 2).

Lemma weight_conditional (A : nat -> R) (F : R -> R) :
  0 < Pr A -> weight A F = Pr A ^ 2 * Ex A F * sqrt (1 + Ex A (fun v => v) ^ 2).
Proof. intros H. unfold weight. rewrite tail_norm by exact H. unfold Ex. field. lra. Qed.

Lemma weight_empty (A : nat -> R) (F : R -> R) : (forall j, 0 <= A j) -> Pr A = 0 -> weight A F = 0.
Proof. intros HA H. unfold weight. rewrite null_event by assumption. ring. Qed.

Theorem gplus_conditional t :
  0 < Pr (above_t t) ->
  gplus D q t
  = Pr (above_t t) ^ 2 * Ex (above_t t) (fun v => v - t) * sqrt (1 + Ex (above_t t) (fun v => v) ^ 2).
Proof. apply (weight_conditional (above_t t) (fun v => v - t)). Qed.

Theorem gplus_empty t : Pr (above_t t) = 0 -> gplus D q t = 0.
Proof. apply (weight_empty (above_t t) (fun v => v - t)). intro. apply below_bounds. Qed.

Theorem gminus_conditional t :
  0 < Pr (below_t t) ->
  gminus D q t
  = Pr (below_t t) ^ 2 * Ex (below_t t) (fun v => t - v) * sqrt (1 + Ex (below_t t) (fun v => v) ^ 2).
Proof. apply (weight_conditional (below_t t) (fun v => t - v)). Qed.

Theorem gminus_empty t : Pr (below_t t) = 0 -> gminus D q t = 0.
Proof. apply (weight_empty (below_t t) (fun v => t - v)). intro. apply below_bounds. Qed.

End Conditional.
