(** * The excess risk at fixed design (K6)

    The places x_j are fixed; the truth f0_j gives the label +1 with probability sigma(f0_j).  For every
    labels and every output f, a list of numbers f_j (of a network or not),
      R(f) - R(f0) = mean_j D(f0_j || f_j) = [L(f) - L(f0)] + <xi, f - f0>_n,   R(f) - L(f) = <xi, f>_n.
    Notes: norm-gap, items 1 and 2. *)

From Coq Require Import Reals Lra Lia List.
From Flatcert Require Import Sums Logistic Network Divergence.
Open Scope R_scope.

(** ** Definitions; only the number of data and the labels of D are used *)

(** The outputs of a network at the data *)
Definition outputs (N : network) (D : data) (j : nat) : R := f N (x D j).

(** <u, v>_n = (1/n) sum_j u_j v_j *)
Definition inner (D : data) (u v : nat -> R) : R := / INR (n D) * \sum_(j < n D) u j * v j.

(** (1/n) sum_j l(y_j, f_j), for any labels y *)
Definition loss_at (D : data) (labels out : nat -> R) : R :=
  / INR (n D) * \sum_(j < n D) l (labels j) (out j).
(** L(f), the training loss *)
Definition training (D : data) (out : nat -> R) : R := loss_at D (y D) out.

(** The mean of F over independent fresh labels of the data 0, .., m - 1: the label of j is +1 with
    probability sigma(f0_j) and else -1; the other labels stay as they are. *)
Definition with_label (labels : nat -> R) (j : nat) (v : R) : nat -> R :=
  fun i => if Nat.eq_dec i j then v else labels i.
Fixpoint expectation (truth : nat -> R) (m : nat) (F : (nat -> R) -> R) (labels : nat -> R) : R :=
  match m with
  | O => F labels
  | S j => sigma (truth j) * expectation truth j F (with_label labels j 1)
           + (1 - sigma (truth j)) * expectation truth j F (with_label labels j (-1))
  end.

(** R(f): the mean of the loss over fresh labels of all data at the same places *)
Definition risk (D : data) (truth out : nat -> R) : R :=
  expectation truth (n D) (fun labels => loss_at D labels out) (y D).

(** mean_j D(f0_j || f_j) *)
Definition mean_divergence (D : data) (truth out : nat -> R) : R :=
  / INR (n D) * \sum_(j < n D) divergence (truth j) (out j).

(** xi_j = [y_j = 1] - sigma(f0_j) *)
Definition noise (D : data) (truth : nat -> R) (j : nat) : R :=
  (if Req_EM_T (y D j) 1 then 1 else 0) - sigma (truth j).

(** ** <., .>_n is linear *)

Lemma inner_ext D xi u v : (forall j, (j < n D)%nat -> u j = v j) -> inner D xi u = inner D xi v.
Proof. intros H. unfold inner. f_equal. apply sum_ext. intros j Hj. now rewrite H. Qed.

Lemma inner_scale D xi r u : inner D xi (fun j => r * u j) = r * inner D xi u.
Proof.
  unfold inner. rewrite (sum_ext (n D) _ (fun j => r * (xi j * u j))) by (intros; ring).
  rewrite Sum_scal. ring.
Qed.

Lemma inner_plus D xi u v : inner D xi (fun j => u j + v j) = inner D xi u + inner D xi v.
Proof.
  unfold inner. rewrite <- Rmult_plus_distr_l, <- Sum_plus. f_equal. apply sum_ext. intros. ring.
Qed.

Lemma inner_sym D u v : inner D u v = inner D v u.
Proof. unfold inner. f_equal. apply sum_ext. intros. ring. Qed.

(** ** The training loss is the loss of Network.v *)

Lemma training_loss N D : training D (outputs N D) = loss N D.
Proof. reflexivity. Qed.

Lemma l_plus u : l 1 u = softplus u - u.
Proof.
  unfold l, softplus. rewrite Rmult_1_l.
  replace (1 + exp (- u)) with (exp (- u) * (1 + exp u)).
  - rewrite ln_mult by (try apply exp_pos; apply one_exp_pos). rewrite ln_exp. ring.
  - rewrite Rmult_plus_distr_l, <- exp_plus, Rplus_opp_l, exp_0. ring.
Qed.

Lemma l_minus u : l (-1) u = softplus u.
Proof. unfold l, softplus. do 3 f_equal. ring. Qed.

(** The loss of one datum: softplus(f) - [y = 1] f *)
Lemma l_softplus v u : label v -> l v u = softplus u - (if Req_EM_T v 1 then 1 else 0) * u.
Proof.
  intros Hv. destruct (Req_EM_T v 1) as [ -> |E].
  - rewrite l_plus. ring.
  - destruct Hv as [Hv| -> ]; [contradiction|]. rewrite l_minus. ring.
Qed.

(** ** The risk is a sum over the data *)

Definition mixed (truth out : nat -> R) (j : nat) : R :=
  sigma (truth j) * l 1 (out j) + (1 - sigma (truth j)) * l (-1) (out j).

Lemma expectation_terms D truth out m labels :
  expectation truth m (fun labels => loss_at D labels out) labels
  = / INR (n D) * \sum_(j < n D) if lt_dec j m then mixed truth out j else l (labels j) (out j).
Proof.
  revert labels. induction m as [|m IH]; intro labels.
  - reflexivity.
  - simpl expectation. rewrite !IH.
    rewrite (sum_ext (n D)
      (fun j => if lt_dec j (S m) then mixed truth out j else l (labels j) (out j))
      (fun j => sigma (truth m) * (if lt_dec j m then mixed truth out j
                                   else l (with_label labels m 1 j) (out j))
                + (1 - sigma (truth m)) * (if lt_dec j m then mixed truth out j
                                           else l (with_label labels m (-1) j) (out j)))).
    + rewrite Sum_plus, !Sum_scal. ring.
    + intros j _. unfold with_label, mixed.
      destruct (lt_dec j (S m)), (lt_dec j m), (Nat.eq_dec j m); subst; try lia; ring.
Qed.

Theorem risk_terms D truth out : risk D truth out = / INR (n D) * \sum_(j < n D) mixed truth out j.
Proof.
  unfold risk. rewrite expectation_terms. f_equal. apply sum_ext. intros j Hj.
  destruct (lt_dec j (n D)); [reflexivity | contradiction].
Qed.

Lemma mixed_softplus truth out j : mixed truth out j = softplus (out j) - sigma (truth j) * out j.
Proof. unfold mixed. rewrite l_plus, l_minus. ring. Qed.

(** ** (K6) *)

(** The generalization gap is linear in the output: R(f) - L(f) = <xi, f>_n. *)
Theorem gap_linear D truth out :
  labelled D -> risk D truth out - training D out = inner D (noise D truth) out.
Proof.
  intros [_ Hy]. rewrite risk_terms. unfold training, loss_at, inner.
  rewrite <- Rmult_minus_distr_l, <- Sum_minus. f_equal. apply sum_ext. intros j Hj.
  rewrite mixed_softplus, (l_softplus _ _ (Hy j Hj)). unfold noise. ring.
Qed.

(** The excess risk is the mean divergence. *)
Theorem excess_is_divergence D truth out :
  risk D truth out - risk D truth truth = mean_divergence D truth out.
Proof.
  rewrite !risk_terms. unfold mean_divergence.
  rewrite <- Rmult_minus_distr_l, <- Sum_minus. f_equal. apply sum_ext. intros j _.
  rewrite !mixed_softplus, bregman. ring.
Qed.

Theorem K6 D truth out :
  labelled D ->
  risk D truth out - risk D truth truth = mean_divergence D truth out
  /\ mean_divergence D truth out
     = (training D out - training D truth)
       + inner D (noise D truth) (fun j => out j - truth j).
Proof.
  intros HD. split; [apply excess_is_divergence|].
  rewrite <- excess_is_divergence.
  assert (G := gap_linear D truth out HD). assert (G0 := gap_linear D truth truth HD).
  rewrite (inner_ext D _ (fun j => out j - truth j) (fun j => out j + -1 * truth j))
    by (intros; ring).
  rewrite inner_plus, inner_scale. lra.
Qed.

Lemma mean_divergence_total D truth out :
  (0 < n D)%nat ->
  INR (n D) * mean_divergence D truth out = \sum_(j < n D) divergence (truth j) (out j).
Proof. intros Hn. assert (H := lt_0_INR _ Hn). unfold mean_divergence. field. lra. Qed.
