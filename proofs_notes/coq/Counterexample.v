(** * Flatness at a network with one margin (flat-overfit, part 1), and at the ramps (part 2)

    If y_j f(x_j) = m > 0 for every j and all kinks lie between data, then
    |v^T H v| <= e^-m [1 + sqrt(1 + X^2) + sum_i (a_i^2 (1 + X^2) + w_i^2 W^2)] |v|^2,
    with X = max |x_j| and W = max x_j - min x_j. *)

From Coq Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Network Forms BlockNorm Spectrum Ramps.
Open Scope R_scope.

(** ** Numbers that describe the data *)

(** X = max |x_j| *)
Definition xmax (D : data) : R := Max (fun j => Rabs (x D j)) (seq 0 (n D)).

(** W = max x_j - min x_j *)
Definition width (D : data) : R :=
  Max (fun i => Max (fun j => x D i - x D j) (seq 0 (n D))) (seq 0 (n D)).

(** delta, the least distance between data of different labels, which is the least width of a gap in
    which the sign changes; lemmas [gap_le], [gap_greatest].  If all labels agree it is / 0 = 0,
    there are no neurons, and the term with / gap in the bound is 0. *)
Definition gap (D : data) : R :=
  / Max (fun i => Max (fun j => if Req_EM_T (y D i) (y D j) then 0 else / Rabs (x D i - x D j))
                      (seq 0 (n D))) (seq 0 (n D)).

(** N, the number of sign changes along the axis; for sorted data see [sign_changes_sorted]. *)
Definition sign_changes (D : data) : nat := changes (points D).

Lemma xmax_ge D j : (j < n D)%nat -> Rabs (x D j) <= xmax D.
Proof. intros H. apply (Max_ge (fun j => Rabs (x D j))). now apply in_range. Qed.

Lemma width_ge D i j : (i < n D)%nat -> (j < n D)%nat -> x D i - x D j <= width D.
Proof.
  intros Hi Hj. eapply Rle_trans.
  - apply (Max_ge (fun j => x D i - x D j)). apply in_range, Hj.
  - apply (Max_ge (fun i => Max (fun j => x D i - x D j) (seq 0 (n D)))). now apply in_range.
Qed.

(** Data i and j have different labels. *)
Definition opposite (D : data) (i j : nat) : Prop :=
  (i < n D)%nat /\ (j < n D)%nat /\ y D i <> y D j.

Lemma opposite_apart D i j : consistent D -> opposite D i j -> 0 < Rabs (x D i - x D j).
Proof.
  intros HC (Hi & Hj & E). apply Rabs_pos_lt. intros H. apply E, HC; auto. lra.
Qed.

Lemma inverse_gap_ge D i j : opposite D i j -> / Rabs (x D i - x D j) <= / gap D.
Proof.
  intros (Hi & Hj & E). unfold gap. rewrite Rinv_inv.
  set (F := fun i j => if Req_EM_T (y D i) (y D j) then 0 else / Rabs (x D i - x D j)).
  apply Rle_trans with (Max (F i) (seq 0 (n D))).
  - eapply Rle_trans; [|apply (Max_ge (F i)), in_range, Hj].
    unfold F. destruct (Req_EM_T _ _); [easy | lra].
  - apply (Max_ge (fun i => Max (F i) (seq 0 (n D)))). now apply in_range.
Qed.

Lemma gap_pos D i j : consistent D -> opposite D i j -> 0 < gap D.
Proof.
  intros HC H. rewrite <- (Rinv_inv (gap D)). apply Rinv_0_lt_compat.
  eapply Rlt_le_trans; [|exact (inverse_gap_ge D i j H)].
  apply Rinv_0_lt_compat. exact (opposite_apart D i j HC H).
Qed.

Lemma gap_le D i j : consistent D -> opposite D i j -> gap D <= Rabs (x D i - x D j).
Proof.
  intros HC H. rewrite <- (Rinv_inv (Rabs _)), <- (Rinv_inv (gap D)).
  apply Rinv_le_contravar; [|exact (inverse_gap_ge D i j H)].
  apply Rinv_0_lt_compat. exact (opposite_apart D i j HC H).
Qed.

Lemma gap_greatest D i j d :
  consistent D -> opposite D i j ->
  0 < d -> (forall u v, opposite D u v -> d <= Rabs (x D u - x D v)) -> d <= gap D.
Proof.
  intros HC H Hd Hb. assert (Hg := gap_pos D i j HC H).
  rewrite <- (Rinv_inv d). unfold gap. apply Rinv_le_contravar.
  - rewrite <- (Rinv_inv (Max _ _)). now apply Rinv_0_lt_compat.
  - assert (Hi : 0 < / d) by now apply Rinv_0_lt_compat.
    apply Max_le; [lra|]. intros u Hu. apply Max_le; [lra|]. intros v Hv.
    destruct (Req_EM_T _ _) as [E|E]; [lra|]. apply Rinv_le_contravar; [exact Hd|].
    apply Hb. apply in_range in Hu, Hv. now repeat split.
Qed.

(** ** Part 1 *)

Section OneMargin.
Variables (N : network) (D : data) (m X W : R).
Hypothesis data_labelled : labelled D.
Hypothesis margin : forall j, (j < n D)%nat -> y D j * f N (x D j) = m.
Hypothesis X_bounds : forall j, (j < n D)%nat -> Rabs (x D j) <= X.
Hypothesis W_bounds : forall i j, (i < n D)%nat -> (j < n D)%nat -> x D i - x D j <= W.
Hypothesis kinks_inside : forall i, (i < k N)%nat ->
  w N i <> 0 /\ exists u v, (u < n D)%nat /\ (v < n D)%nat /\ x D u <= kink N i <= x D v.

Let square_bound := 1 + \sum_(i < k N) (a N i ^ 2 * (1 + X ^ 2) + w N i ^ 2 * W ^ 2).

Lemma x_sq j : (j < n D)%nat -> x D j ^ 2 <= X ^ 2.
Proof.
  intros Hj. rewrite <- pow2_abs. apply pow_incr. split; [apply Rabs_pos | now apply X_bounds].
Qed.

(** |g_j|^2 <= 1 + sum_i (a_i^2 (1 + X^2) + w_i^2 W^2) *)
Lemma gradient_bound j : (j < n D)%nat -> norm2 N (g N D j) <= square_bound.
Proof.
  intros Hj. unfold norm2, square_bound, g. cbn [vw vb va vc]. rewrite (Rplus_comm 1).
  apply Rplus_le_compat; [|lra]. apply sum_le. intros i Hi.
  assert (HX := x_sq j Hj). rewrite relu_z.
  assert (HZ : z N D i j ^ 2 <= w N i ^ 2 * W ^ 2).
  { destruct (kinks_inside i Hi) as (Hw & u & v & Hu & Hv & K).
    replace (z N D i j) with (w N i * (x D j - kink N i)) by (unfold z, kink; field; exact Hw).
    rewrite Rpow_mult_distr. apply Rmult_le_compat_l; [apply pow2_ge_0|].
    rewrite <- (pow2_abs (_ - _)). apply pow_incr. split; [apply Rabs_pos|].
    assert (A := W_bounds j u Hj Hu). assert (B := W_bounds v j Hv Hj). apply Rabs_le. lra. }
  assert (HA := pow2_ge_0 (a N i)). assert (HZ0 := pow2_ge_0 (z N D i j)).
  assert (HX0 := pow2_ge_0 (x D j)).
  unfold act. destruct (below_bool 0 (z N D i j)) as [E|E]; rewrite E; nra.
Qed.

Lemma s_margin j : (j < n D)%nat -> s (f N (x D j)) = s m.
Proof.
  intros Hj. rewrite <- (margin j Hj). symmetry. apply s_label. now apply data_labelled.
Qed.

Lemma slope_margin j : (j < n D)%nat -> Rabs (slope N D j) <= exp (- m).
Proof.
  intros Hj. unfold slope, dl. rewrite (margin j Hj). unfold Rdiv.
  rewrite Rabs_mult, Rabs_Ropp, (label_abs (y D j)) by now apply data_labelled.
  assert (H := one_exp_pos m). assert (H' := exp_pos m).
  rewrite (Rabs_pos_eq (/ _)) by (left; now apply Rinv_0_lt_compat).
  rewrite exp_Ropp, Rmult_1_l. apply Rinv_le_contravar; lra.
Qed.

Lemma mean_const r : / INR (n D) * (\sum_(j < n D) r) = r.
Proof.
  assert (H := lt_0_INR _ (proj1 data_labelled)). rewrite sum_const. field. lra.
Qed.

Lemma loss_margin : loss N D = ln (1 + exp (- m)).
Proof.
  unfold loss. rewrite (sum_ext _ _ (fun _ => ln (1 + exp (- m)))); [apply mean_const|].
  intros j Hj. unfold l. now rewrite (margin j Hj).
Qed.

Lemma Gq_margin v : 0 <= Gq N D v <= exp (- m) * square_bound * norm2 N v.
Proof.
  assert (Hp := fun j => p_pos N D j (proj1 data_labelled)). split.
  - apply sum_nonneg. intros j _. apply Rmult_le_pos; [left; apply Hp | apply pow2_ge_0].
  - apply Rle_trans with (\sum_(j < n D) / INR (n D) * (exp (- m) * (square_bound * norm2 N v))).
    + apply sum_le. intros j Hj. unfold p. rewrite (s_margin j Hj), Rmult_assoc.
      assert (Hi := inv_n_pos D (proj1 data_labelled)).
      apply Rmult_le_compat_l; [lra|].
      apply Rmult_le_compat; [left; apply s_pos | apply pow2_ge_0 | apply s_le_exp |].
      eapply Rle_trans; [apply dot_cauchy_schwarz|].
      apply Rmult_le_compat_r; [apply norm2_nonneg | now apply gradient_bound].
    + rewrite Sum_scal, mean_const. lra.
Qed.

Lemma Rq_margin v : Rabs (Rq N D v) <= exp (- m) * sqrt (1 + X ^ 2) * norm2 N v.
Proof.
  assert (Hn := proj1 data_labelled). assert (Hi := inv_n_pos D Hn).
  assert (K : res N D <= exp (- m) * sqrt (1 + X ^ 2)).
  { rewrite <- (mean_const (exp (- m) * sqrt (1 + X ^ 2))). apply Rmult_le_compat_l; [lra|].
    apply sum_le. intros j Hj.
    apply Rmult_le_compat; [apply Rabs_pos | apply sqrt_pos | now apply slope_margin|].
    apply sqrt_le_1_alt. assert (H := x_sq j Hj). lra. }
  eapply Rle_trans; [apply (Rq_bound N D v (res N D)); intros; now apply rnorm_le_res|].
  assert (HN := norm2_nonneg N v). assert (HC := pow2_ge_0 (vc v)).
  assert (HR : 0 <= res N D)
    by exact (Rle_trans _ _ _ (Max_nonneg (rnorm N D) (seq 0 (k N))) (rmax_le_res N D Hn)).
  apply Rle_trans with (res N D * norm2 N v).
  - apply Rmult_le_compat_l; lra.
  - now apply Rmult_le_compat_r.
Qed.

(** |v^T H v| <= e^-m [1 + sqrt(1 + X^2) + sum_i (a_i^2 (1 + X^2) + w_i^2 W^2)] |v|^2 *)
Theorem one_margin_flat v :
  Rabs (Hq N D v)
  <= exp (- m) * (1 + sqrt (1 + X ^ 2)
                  + \sum_(i < k N) (a N i ^ 2 * (1 + X ^ 2) + w N i ^ 2 * W ^ 2)) * norm2 N v.
Proof.
  unfold Hq. eapply Rle_trans; [apply Rabs_triang|].
  assert (G := Gq_margin v). assert (K := Rq_margin v). unfold square_bound in G.
  rewrite (Rabs_pos_eq (Gq N D v)) by easy. lra.
Qed.

End OneMargin.

(** ** Part 2: the ramps *)

(** e^-m [1 + sqrt(1 + X^2) + (4 N / (omega delta)) (W^2 + 1 + X^2) m] *)
Definition flat_base (D : data) : R := 1 + sqrt (1 + xmax D ^ 2).
Definition flat_rate (omega : R) (D : data) : R :=
  4 * INR (sign_changes D) / (omega * gap D) * (width D ^ 2 + 1 + xmax D ^ 2).
Definition flat_bound (omega m : R) (D : data) : R :=
  exp (- m) * (flat_base D + flat_rate omega D * m).

Section Construction.
Variables (D : data) (omega m : R).
Hypothesis data_labelled : labelled D.
Hypothesis data_consistent : consistent D.
Hypothesis omega_range : 0 < omega < 1.
Hypothesis m_pos : 0 < m.

Let N := ramp_network omega m D.

Lemma points_labelled r : In r (points D) -> label (snd r).
Proof. intros H. destruct (points_sub D r H) as (j & Hj & ->). now apply data_labelled. Qed.

(** f(x_j) = m y_j *)
Theorem ramp_network_fits j : (j < n D)%nat -> f N (x D j) = m * y D j.
Proof.
  intros Hj. unfold N, ramp_network. rewrite f_assemble.
  apply (ramps_fit omega m omega_range m_pos (points D) (point_of D j)).
  - apply points_increasing.
  - exact points_labelled.
  - now apply points_all.
Qed.

Corollary ramp_network_margin j : (j < n D)%nat -> y D j * f N (x D j) = m.
Proof.
  intros Hj. rewrite ramp_network_fits by exact Hj.
  destruct (proj2 data_labelled j Hj) as [ -> | -> ]; ring.
Qed.

(** Every neuron belongs to a gap (x_u, x_v) with different labels and without data inside:
    its kink lies strictly inside, w > 0, |a| = w and |a w| = 2 m / (omega (x_v - x_u)). *)
Lemma ramp_network_neuron i :
  (i < k N)%nat ->
  exists u v, (u < n D)%nat /\ (v < n D)%nat /\ y D u <> y D v
    /\ x D u < kink N i < x D v
    /\ (forall j, (j < n D)%nat -> x D j <= x D u \/ x D v <= x D j)
    /\ 0 < w N i /\ Rabs (a N i) = w N i /\ w N i ^ 2 = 2 * m / (omega * (x D v - x D u)).
Proof.
  intros Hi. set (nu := nth i (ramps omega m (points D)) nothing).
  assert (Hnu : In nu (ramps omega m (points D))) by now apply nth_In.
  destruct (ramps_origin _ _ _ _ (points_increasing D) Hnu)
    as (q & r & Hq & Hr & Hqr & E & Hin & Hgap).
  destruct (ramp_neuron omega m omega_range m_pos q r nu Hqr (points_labelled r Hr) Hin)
    as (Kw & Ka & Ks & Kk).
  destruct (points_sub D q Hq) as (u & Hu & Eq). destruct (points_sub D r Hr) as (v & Hv & Er).
  subst q r. cbn [point_of fst snd] in *.
  exists u, v. repeat (split; [easy|]). split; [|now repeat split].
  intros j Hj. exact (Hgap _ (points_all D j data_consistent Hj)).
Qed.

(** 2 N neurons *)
Lemma ramp_network_size : k N = (2 * sign_changes D)%nat.
Proof. apply ramps_length. Qed.

(** No datum lies on a kink. *)
Theorem ramp_network_smooth : smooth N D.
Proof.
  intros i j Hi Hj H.
  destruct (ramp_network_neuron i Hi) as (u & v & Hu & Hv & _ & Hk & Hgap & Hw & _).
  assert (E : x D j = kink N i).
  { unfold z in H. unfold kink. apply Rmult_eq_reg_l with (w N i); [|lra].
    transitivity (- b N i); [lra | field; lra]. }
  destruct (Hgap j Hj); lra.
Qed.

Lemma xw_pos : 0 <= width D ^ 2 + 1 + xmax D ^ 2.
Proof. assert (A := pow2_ge_0 (width D)). assert (B := pow2_ge_0 (xmax D)). lra. Qed.

(** a_i^2 (1 + X^2) + w_i^2 W^2 <= (2 m / (omega delta)) (W^2 + 1 + X^2) *)
Lemma ramp_network_sizes i :
  (i < k N)%nat ->
  a N i ^ 2 * (1 + xmax D ^ 2) + w N i ^ 2 * width D ^ 2
  <= 2 * m / (omega * gap D) * (width D ^ 2 + 1 + xmax D ^ 2).
Proof.
  intros Hi. destruct (ramp_network_neuron i Hi) as (u & v & Hu & Hv & E & Hk & _ & _ & Ha & Hw).
  assert (Ho : opposite D v u) by (repeat split; auto).
  assert (Hg := gap_pos D v u data_consistent Ho).
  assert (Hd := gap_le D v u data_consistent Ho). rewrite Rabs_pos_eq in Hd by lra.
  rewrite <- (pow2_abs (a N i)), Ha, Hw.
  replace (_ + _) with (2 * m / (omega * (x D v - x D u)) * (width D ^ 2 + 1 + xmax D ^ 2)) by ring.
  apply Rmult_le_compat_r; [exact xw_pos|]. apply Rmult_le_compat_l; [lra|].
  apply Rinv_le_contravar; [now apply Rmult_lt_0_compat|]. apply Rmult_le_compat_l; lra.
Qed.

(** |v^T H v| <= e^-m [1 + sqrt(1 + X^2) + (4 N / (omega delta)) (W^2 + 1 + X^2) m] |v|^2 *)
Theorem ramp_network_flat v : Rabs (Hq N D v) <= flat_bound omega m D * norm2 N v.
Proof.
  eapply Rle_trans.
  - apply (one_margin_flat N D m (xmax D) (width D) data_labelled ramp_network_margin).
    + intros; now apply xmax_ge.
    + intros; now apply width_ge.
    + intros i Hi. destruct (ramp_network_neuron i Hi) as (u & t & Hu & Ht & _ & Hk & _ & Hw & _).
      split; [lra|]. exists u, t. repeat split; try easy; lra.
  - apply Rmult_le_compat_r; [apply norm2_nonneg|]. unfold flat_bound, flat_base.
    apply Rmult_le_compat_l; [left; apply exp_pos|]. apply Rplus_le_compat_l.
    apply Rle_trans with
      (\sum_(i < k N) 2 * m / (omega * gap D) * (width D ^ 2 + 1 + xmax D ^ 2)).
    + apply sum_le. exact ramp_network_sizes.
    + rewrite sum_const, ramp_network_size, mult_INR. unfold flat_rate, Rdiv. simpl INR.
      apply Req_le. ring.
Qed.

Corollary ramp_network_lambda_max lam : is_lambda_max N D lam -> lam <= flat_bound omega m D.
Proof.
  intros Hlam. apply (lambda_max_le N D lam _ (proj1 data_labelled) Hlam).
  intro v. eapply Rle_trans; [apply Rle_abs | apply ramp_network_flat].
Qed.

End Construction.
