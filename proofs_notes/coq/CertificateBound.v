(** * From the small forms to the network

    The hypotheses of section Bound are what Certificate.v checks with integers: one form per
    neuron ([block_ok]), one inequality per datum ([pays]). *)

From Coq Require Import Reals Lra Lia List Psatz.
From Flatcert Require Import Sums Logistic Network Forms BlockNorm Spectrum CertificateForm.
Open Scope R_scope.

(** ** The residual part with approximate slopes *)

Section Residual.
Variables (N : network) (D : data) (slopes : nat -> R) (err : R).
Hypothesis nonempty : (0 < n D)%nat.
Hypothesis close : forall j, (j < n D)%nat -> Rabs (slope N D j - slopes j) <= err.

(** r_i with the approximate slopes *)
Definition approx_x (i : nat) : R := / INR (n D) * \sum_(j < n D) slopes j * act N D i j * x D j.
Definition approx_1 (i : nat) : R := / INR (n D) * \sum_(j < n D) slopes j * act N D i j.

Definition approx_R (v : vec) : R :=
  \sum_(i < k N) 2 * (approx_x i * vw v i + approx_1 i * vb v i) * va v i.

Lemma approx_R_by_data v : approx_R v = / INR (n D) * \sum_(j < n D) slopes j * curv N D v j.
Proof.
  unfold approx_R, approx_x, approx_1, curv, blockq.
  transitivity (\sum_(i < k N) / INR (n D) * \sum_(j < n D)
    (slopes j * (act N D i j * (2 * (vw v i * x D j + vb v i) * va v i)))).
  - apply sum_ext. intros i _.
    transitivity (/ INR (n D) * ((2 * vw v i * va v i) * (\sum_(j < n D) slopes j * act N D i j * x D j)
      + (2 * vb v i * va v i) * (\sum_(j < n D) slopes j * act N D i j))); [ring|].
    f_equal. rewrite <- !Sum_scal, <- Sum_plus. apply sum_ext. intros. ring.
  - rewrite Sum_scal, Sum_swap. f_equal. apply sum_ext. intros j _. now rewrite Sum_scal.
Qed.

Lemma residual_close v :
  Rabs (Rq N D v - approx_R v)
  <= err * (/ INR (n D) * \sum_(j < n D) (1 + Rabs (x D j))) * norm2 N v.
Proof.
  assert (Hn := inv_n_pos D nonempty). assert (Hv := norm2_nonneg N v).
  rewrite approx_R_by_data. unfold Rq.
  rewrite <- Rmult_minus_distr_l, <- Sum_minus, Rabs_mult, (Rabs_pos_eq (/ _)) by lra.
  replace (err * (/ INR (n D) * \sum_(j < n D) (1 + Rabs (x D j))) * norm2 N v)
    with (/ INR (n D) * (\sum_(j < n D) (1 + Rabs (x D j)) * (err * norm2 N v)))
    by (rewrite Sum_scal_r; ring).
  apply Rmult_le_compat_l; [lra|]. eapply Rle_trans; [apply Sum_abs|]. apply sum_le. intros j Hj.
  rewrite <- Rmult_minus_distr_r, Rabs_mult.
  assert (S : sqrt (1 + x D j ^ 2) <= 1 + Rabs (x D j)).
  { assert (K := Rabs_pos (x D j)). rewrite <- (sqrt_pow2 (1 + Rabs (x D j))) by lra.
    apply sqrt_le_1_alt. rewrite <- (pow2_abs (x D j)). nra. }
  replace ((1 + Rabs (x D j)) * (err * norm2 N v)) with (err * ((1 + Rabs (x D j)) * norm2 N v)) by ring.
  apply Rmult_le_compat; [apply Rabs_pos | apply Rabs_pos | now apply close|].
  eapply Rle_trans; [apply curv_bound | now apply Rmult_le_compat_r].
Qed.

End Residual.

(** ** The bound *)

Lemma Rminus_nonneg_le x y : 0 <= y - x -> x <= y.
Proof. lra. Qed.

Section Bound.
Variables (N : network) (D : data).
Variables (right : nat -> bool) (on : nat -> nat -> bool).
Variables (scale unit m gamma kappa : R) (C : nat -> form2) (qx q1 pi : nat -> R).
Variable Phi : nat -> form4.

Hypothesis scale_pos : 0 < scale.
Hypothesis unit_pos : 0 < unit.
Hypothesis kappa_pos : 0 < kappa.
Hypothesis nonempty : (0 < n D)%nat.
Hypothesis act_on : forall i j, (i < k N)%nat -> (j < n D)%nat -> act N D i j = ind (on i j).
Hypothesis grows : forall i, (i < k N)%nat -> right i = true ->
  forall j l, (j < l)%nat -> (l < n D)%nat -> on i j = true -> on i l = true.
Hypothesis shrinks : forall i, (i < k N)%nat -> right i = false ->
  forall j l, (j < l)%nat -> (l < n D)%nat -> on i l = true -> on i j = true.

(** The forms of all neurons that are active from the left end of a suffix on, or up to the right
    end of a prefix; the constant c counts as a neuron that is always active. *)
Definition part (b : bool) (j i : nat) : R := ind (Bool.eqb (right i) b && on i j).
Definition total (b : bool) (c0 : R) (j : nat) : form2 :=
  Form2 (\sum_(i < k N) part b j i * c1 (C i)) (\sum_(i < k N) part b j i * c2 (C i))
        (\sum_(i < k N) part b j i * c3 (C i) + c0).
Let U := total true gamma.
Let V := total false 0.

Lemma polar2_total b c0 j x y x' y' :
  polar2 (total b c0 j) x y x' y'
  = \sum_(i < k N) part b j i * polar2 (C i) x y x' y' + c0 * (y * y').
Proof.
  unfold total, polar2; cbn [c1 c2 c3].
  rewrite Rmult_plus_distr_r, <- Rplus_assoc, <- !Sum_scal_r, <- !Sum_plus.
  f_equal. apply sum_ext. intros. ring.
Qed.

Let z1 j := scale * x D j.
Let z2 (j : nat) := scale.
Let V1 j := c1 (V j) * z1 j + c2 (V j) * z2 j.
Let V2 j := c2 (V j) * z1 j + c3 (V j) * z2 j.
Let U1 j := c1 (U j) * z1 j + c2 (U j) * z2 j.
Let U2 j := c2 (U j) * z1 j + c3 (U j) * z2 j.

Section Interaction.
Variable t : nat -> R.
Let u j := t j * z1 j.
Let v j := t j * z2 j.
Definition xi1 i := \sum_(j < n D) (ind (on i j) * (t j * (scale * x D j))).
Definition xi2 i := \sum_(j < n D) (ind (on i j) * (t j * scale)).

(** One datum's share of xi_i^T C_i xi_i *)
Let share i j :=
  part true j i * quad2 (C i) (u j) (v j) + part false j i * quad2 (C i) (u j) (v j)
  + 2 * (part true j i * polar2 (C i) (u j) (v j) (tail (n D) (S j) u) (tail (n D) (S j) v))
  + 2 * (u j * tail (n D) (S j) (fun l => part false l i * (c1 (C i) * u l + c2 (C i) * v l))
         + v j * tail (n D) (S j) (fun l => part false l i * (c2 (C i) * u l + c3 (C i) * v l))).

Lemma shares i : (i < k N)%nat -> quad2 (C i) (xi1 i) (xi2 i) = \sum_(j < n D) share i j.
Proof.
  intros Hi. assert (Z : forall m F, tail (n D) m (fun l => 0 * F l) = 0).
  { intros. rewrite <- tail_scal. ring. }
  unfold share, part. destruct (right i) eqn:E; simpl.
  - etransitivity; [exact (form_of_growing (n D) (C i) t z1 z2 (on i) (grows i Hi E))|].
    apply sum_ext. intros j _. rewrite !Z. unfold u, v. ring.
  - etransitivity; [exact (form_of_shrinking (n D) (C i) t z1 z2 (on i) (shrinks i Hi E))|].
    apply sum_ext. intros j _. unfold u, v. ring.
Qed.

Lemma constant_share :
  gamma * (\sum_(j < n D) v j) ^ 2
  = \sum_(j < n D) (gamma * v j ^ 2 + 2 * (gamma * (v j * tail (n D) (S j) v))).
Proof.
  assert (K := form_of_growing (n D) (Form2 0 0 gamma) t z1 z2 (fun _ => true) (fun _ _ _ _ _ => eq_refl)).
  fold u v in K. unfold quad2, polar2 in K. cbn [c1 c2 c3 ind] in K. rewrite !Sum_scal in K.
  transitivity (0 * (1 * (\sum_(j < n D) u j) * (1 * (\sum_(j < n D) u j)))
    + 0 * (1 * (\sum_(j < n D) u j) * (1 * (\sum_(j < n D) v j)) +
           1 * (\sum_(j < n D) v j) * (1 * (\sum_(j < n D) u j)))
    + gamma * (1 * (\sum_(j < n D) v j) * (1 * (\sum_(j < n D) v j)))); [ring|].
  etransitivity; [exact K|]. rewrite Rmult_1_l. apply sum_ext. intros. ring.
Qed.

Lemma interaction :
  \sum_(i < k N) quad2 (C i) (xi1 i) (xi2 i) + gamma * (\sum_(j < n D) v j) ^ 2
  = \sum_(j < n D) (t j ^ 2 * (quad2 (U j) (z1 j) (z2 j) + quad2 (V j) (z1 j) (z2 j))
      + 2 * t j * (U1 j * tail (n D) (S j) u + U2 j * tail (n D) (S j) v
                   + z1 j * tail (n D) (S j) (fun l => t l * V1 l)
                   + z2 j * tail (n D) (S j) (fun l => t l * V2 l))).
Proof.
  rewrite constant_share, (sum_ext _ _ _ shares), Sum_swap, <- Sum_plus.
  apply sum_ext. intros j _. unfold share. rewrite !Sum_plus, !Sum_scal, !Sum_plus, !Sum_scal.
  assert (T : forall c c' : form2 -> R,
    \sum_(i < k N) tail (n D) (S j) (fun l => part false l i * (c (C i) * u l + c' (C i) * v l))
    = tail (n D) (S j) (fun l => t l * ((\sum_(i < k N) part false l i * c (C i)) * z1 l
                                       + (\sum_(i < k N) part false l i * c' (C i)) * z2 l))).
  { intros. rewrite tail_Sum. apply tail_ext. intros l _ _.
    rewrite Rmult_plus_distr_l, <- !Rmult_assoc, !(Rmult_comm (t l)), !Rmult_assoc, <- !Sum_scal_r, <- Sum_plus.
    apply sum_ext. intros. unfold u, v. ring. }
  rewrite (T c1 c2), (T c2 c3).
  assert (P : forall b c0 x y x' y', \sum_(i < k N) part b j i * polar2 (C i) x y x' y'
                                 = polar2 (total b c0 j) x y x' y' - c0 * (y * y'))
    by (intros; rewrite polar2_total; ring).
  unfold quad2. rewrite !(P true gamma), (P false 0).
  replace (tail (n D) (S j) (fun l => t l * V2 l))
    with (tail (n D) (S j) (fun l => t l * ((\sum_(i < k N) part false l i * c2 (C i)) * z1 l
                                       + (\sum_(i < k N) part false l i * c3 (C i)) * z2 l)))
    by (apply tail_ext; intros; unfold V2, V, total; simpl; ring).
  unfold V1, U1, U2, U, V, u, v, polar2. cbn [c1 c2 c3 total]. ring.
Qed.

End Interaction.

Hypothesis start : Phi 0%nat = Form4 0 0 0 0 0 0 0 0 0 0.
Hypothesis data_ok : forall j, (j < n D)%nat ->
  pays (fun j => kappa ^ 2 * (pi j - quad2 (U j) (z1 j) (z2 j) - quad2 (V j) (z1 j) (z2 j)))
       (fun j => kappa * z1 j) (fun j => kappa * z2 j) V1 V2
       (fun j => - (kappa * U1 j)) (fun j => - (kappa * U2 j))
       (fun j => - (kappa ^ 2 * z1 j)) (fun j => - (kappa ^ 2 * z2 j)) Phi j.

Lemma interaction_bound t :
  \sum_(i < k N) quad2 (C i) (xi1 t i) (xi2 t i) + gamma * (\sum_(j < n D) t j * scale) ^ 2
  <= \sum_(j < n D) pi j * t j ^ 2.
Proof.
  assert (K := riccati _ _ _ _ _ _ _ _ _ _ t _ data_ok). cbv beta zeta in K.
  rewrite start in K. unfold quad4 in K at 1. cbn [d0 d1 d2 d3 e01 e02 e03 e12 e13 e23] in K.
  eapply Rle_trans; [apply Req_le; exact (interaction t)|].
  apply Rmult_le_reg_l with (kappa ^ 2); [now apply pow_lt|].
  rewrite <- !Sum_scal. apply Rminus_nonneg_le. rewrite <- Sum_minus.
  eapply Rle_trans; [|eapply Rle_trans; [exact K|]].
  - apply Req_le. ring.
  - apply Req_le. apply sum_ext. intros j _.
    replace (tail (n D) (S j) (fun l => t l * (kappa * z1 l)))
      with (kappa * tail (n D) (S j) (fun l => t l * z1 l))
      by (rewrite tail_scal; apply tail_ext; intros; ring).
    replace (tail (n D) (S j) (fun l => t l * (kappa * z2 l)))
      with (kappa * tail (n D) (S j) (fun l => t l * z2 l))
      by (rewrite tail_scal; apply tail_ext; intros; ring).
    ring.
Qed.

(** The form of neuron i: nonnegative in (v1, v2, v3, y1, y2). *)
Definition block_ok (i : nat) : Prop := forall v1 v2 v3 y1 y2,
  2 * (qx i * v1 + q1 i * v2) * v3
  + 2 / scale * (a N i * (v1 * y1 + v2 * y2) + v3 * (w N i * y1 + b N i * y2))
  <= m * (v1 ^ 2 + v2 ^ 2 + v3 ^ 2) + unit * quad2 (C i) y1 y2.

Hypothesis blocks_ok : forall i, (i < k N)%nat -> block_ok i.
Hypothesis constant_ok : forall v0 y2, 2 / scale * (v0 * y2) <= m * v0 ^ 2 + unit * gamma * y2 ^ 2.
Hypothesis pi_ok : forall j, (j < n D)%nat -> p N D j * (unit * pi j) <= 1.

Theorem quadratic_bound v :
  Gq N D v + \sum_(i < k N) 2 * (qx i * vw v i + q1 i * vb v i) * va v i <= m * norm2 N v.
Proof.
  set (h := fun j => dot N (g N D j) v). set (t := fun j => p N D j * h j).
  assert (I := interaction_bound t).
  assert (B : \sum_(i < k N) (2 * (qx i * vw v i + q1 i * vb v i) * va v i
      + 2 / scale * (a N i * (vw v i * xi1 t i + vb v i * xi2 t i)
                     + va v i * (w N i * xi1 t i + b N i * xi2 t i)))
    <= \sum_(i < k N) (m * (vw v i ^ 2 + vb v i ^ 2 + va v i ^ 2)
                      + unit * quad2 (C i) (xi1 t i) (xi2 t i)))
    by (apply sum_le; intros i Hi; now apply blocks_ok).
  assert (B0 := constant_ok (vc v) (\sum_(j < n D) t j * scale)).
  rewrite !Sum_plus, !Sum_scal in B.
  (* <v, sum_j t_j g_j> = sum_j t_j h_j = v^T G v *)
  assert (L : / scale * (\sum_(i < k N) (a N i * (vw v i * xi1 t i + vb v i * xi2 t i)
                     + va v i * (w N i * xi1 t i + b N i * xi2 t i)))
              + / scale * (vc v * (\sum_(j < n D) t j * scale)) = Gq N D v).
  { unfold Gq. transitivity (\sum_(j < n D) t j * h j);
      [|apply sum_ext; intros; unfold t, h; ring].
    transitivity (\sum_(j < n D) (\sum_(i < k N) t j * (vw (g N D j) i * vw v i + vb (g N D j) i * vb v i
                     + va (g N D j) i * va v i) + t j * vc v)).
    - etransitivity; [|symmetry; apply Sum_plus].
      apply f_equal2; [|rewrite !Sum_scal_r; field; lra].
      rewrite <- Sum_swap, <- Sum_scal. apply sum_ext. intros i Hi.
      transitivity (/ scale * ((a N i * vw v i + w N i * va v i) * xi1 t i
                               + (a N i * vb v i + b N i * va v i) * xi2 t i)); [ring|].
      unfold xi1, xi2. rewrite <- !Sum_scal, <- Sum_plus, <- Sum_scal. apply sum_ext. intros j Hj.
      cbn [g vw vb va]. rewrite relu_z, (act_on i j Hi Hj). unfold z. field. lra.
    - apply sum_ext. intros j _. rewrite Sum_scal. unfold h, dot. cbn [g vc]. ring. }
  assert (G : unit * (\sum_(j < n D) pi j * t j ^ 2) <= Gq N D v).
  { unfold Gq. rewrite <- Sum_scal. apply sum_le. intros j Hj. assert (Hp := p_pos N D j nonempty).
    assert (K := pi_ok j Hj). fold (h j). unfold t.
    replace (unit * (pi j * (p N D j * h j) ^ 2))
      with (p N D j * (unit * pi j) * (p N D j * h j ^ 2)) by ring.
    rewrite <- (Rmult_1_l (p N D j * h j ^ 2)) at 2. apply Rmult_le_compat_r; [|exact K].
    apply Rmult_le_pos; [lra | apply pow2_ge_0]. }
  apply (Rmult_le_compat_l unit) in I; [|lra]. rewrite Rmult_plus_distr_l in I.
  unfold norm2. rewrite Rmult_plus_distr_l.
  set (quads := \sum_(i < k N) quad2 _ _ _) in *. unfold Rdiv in *. lra.
Qed.

End Bound.
