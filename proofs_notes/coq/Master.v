(** * The curvature along v_q (M)

    For every probability vector q:  lambda_max(H) >= |v_q|^2 / D(q) + rho_q, where
    |v_q|^2 = 1 + 2 S_q + I_q and rho_q = v_q^T R v_q / |v_q|^2. *)

From Coq Require Import Reals Lra Lia Psatz List.
From Flatcert Require Import Sums Logistic Network Forms BlockNorm Spectrum.
Open Scope R_scope.

Section Master.
Variables (N : network) (D : data) (q : nat -> R).
Hypothesis data_nonempty : (0 < n D)%nat.
Hypothesis q_law : probability D q.

Lemma q_nonneg j : (j < n D)%nat -> 0 <= q j.
Proof. apply (proj1 q_law). Qed.

(** ** v_q is the mean of the gradients g_j *)

Lemma vq_mean v : \sum_(j < n D) q j * dot N (g N D j) v = dot N (vq N D q) v.
Proof.
  rewrite sum_dot. unfold dot, vq; simpl. f_equal.
  - apply sum_ext. intros i _. unfold betax, beta1, alpha.
    rewrite <- !(Sum_scal (a N i)).
    f_equal. f_equal; f_equal; apply sum_ext; intros; ring.
  - f_equal. rewrite (sum_ext _ _ q) by (intros; ring). apply q_law.
Qed.

Lemma norm2_vq_ge_1 : 1 <= norm2 N (vq N D q).
Proof.
  assert (H : norm2 N (vq N D q) = norm2 N (Vec (vw (vq N D q)) (vb (vq N D q)) (va (vq N D q)) 0) + 1)
    by (unfold norm2; simpl; ring).
  assert (K := norm2_nonneg N (Vec (vw (vq N D q)) (vb (vq N D q)) (va (vq N D q)) 0)). lra.
Qed.

(** D(q) >= 1/P *)
Lemma Dq_ge : / P N D <= Dq N D q.
Proof.
  assert (C := cauchy_schwarz_law (p N D) q (fun _ => 1) (seq 0 (n D))
                 (fun j _ => p_pos N D j data_nonempty)). cbv beta in C.
  rewrite (sum_ext (n D) (fun j => q j * 1) q) in C by (intros; ring).
  rewrite (proj2 q_law) in C.
  rewrite (sum_ext (n D) (fun j => p N D j * 1 ^ 2) (p N D)) in C by (intros; ring).
  assert (HP := P_pos N D data_nonempty).
  apply Rmult_le_reg_r with (P N D); [exact HP|]. rewrite Rinv_l by lra.
  unfold Dq, P. lra.
Qed.

Lemma Dq_pos : 0 < Dq N D q.
Proof.
  eapply Rlt_le_trans; [|exact Dq_ge]. apply Rinv_0_lt_compat. now apply P_pos.
Qed.

(** ** The two parts of v_q^T H v_q *)

(** |v|^4 <= D(q) v^T G v at v = v_q *)
Lemma Gq_vq : norm2 N (vq N D q) ^ 2 <= Dq N D q * Gq N D (vq N D q).
Proof.
  rewrite norm2_dot, <- vq_mean. apply cauchy_schwarz_law. intros j _. now apply p_pos.
Qed.

Lemma Rq_vq : Rq N D (vq N D q) = rho N D q * norm2 N (vq N D q).
Proof.
  rewrite Rq_by_neurons. assert (H := norm2_vq_ge_1). unfold rho.
  replace (2 * _ / norm2 N (vq N D q) * norm2 N (vq N D q))
    with (2 * \sum_(i < k N) alpha N D q i
         * (betax N D q i * vw (grad N D) i + beta1 N D q i * vb (grad N D) i)) by (field; lra).
  rewrite <- Sum_scal. apply sum_ext. intros i _. simpl. ring.
Qed.

Theorem master lam :
  is_lambda_max N D lam -> norm2 N (vq N D q) / Dq N D q + rho N D q <= lam.
Proof.
  intros Hlam. assert (K := rayleigh N D lam (vq N D q) data_nonempty Hlam).
  unfold Hq in K. rewrite Rq_vq in K.
  assert (HG := Gq_vq). assert (HD := Dq_pos). assert (H1 := norm2_vq_ge_1).
  set (v2 := norm2 N (vq N D q)) in *.
  assert (v2 / Dq N D q * v2 <= Gq N D (vq N D q)).
  { apply Rmult_le_reg_l with (Dq N D q); [exact HD|].
    replace (Dq N D q * (v2 / Dq N D q * v2)) with (v2 ^ 2) by (field; lra). exact HG. }
  apply Rmult_le_reg_r with v2; lra.
Qed.

(** ** The norm of v_q *)

Lemma betanorm_sq i : betanorm N D q i ^ 2 = betax N D q i ^ 2 + beta1 N D q i ^ 2.
Proof.
  apply pow2_sqrt. assert (A := pow2_ge_0 (betax N D q i)). assert (B := pow2_ge_0 (beta1 N D q i)).
  lra.
Qed.

Lemma betanorm_nonneg i : 0 <= betanorm N D q i.
Proof. apply sqrt_pos. Qed.

Lemma alpha_nonneg i : 0 <= alpha N D q i.
Proof.
  apply sum_nonneg. intros j Hj. apply Rmult_le_pos; [now apply q_nonneg | apply relu_nonneg].
Qed.

(** The two forms of the path sum, one neuron at a time:
    |a_i w_i| g_q^{sgn w_i}(tau_i) = alpha_i |a_i| |beta_i| for w_i other than 0. *)
Lemma path_term i :
  w N i <> 0 ->
  Rabs (a N i * w N i) * gside N D q i = alpha N D q i * Rabs (a N i) * betanorm N D q i.
Proof.
  intros Hw. rewrite Rabs_mult. unfold gside.
  assert (E : forall t, w N i * t + b N i = w N i * (t - kink N i))
    by (intro t; unfold kink; field; exact Hw).
  destruct (Rlt_dec 0 (w N i)) as [Hpos|Hnpos].
  - assert (A : forall j, act N D i j = below (kink N i) (x D j)).
    { intro j. unfold act, z, below. rewrite E.
      destruct (Rlt_dec 0 _), (Rlt_dec (kink N i) _); try reflexivity; exfalso; nra. }
    assert (Ea : alpha N D q i
      = w N i * \sum_(j < n D) q j * below (kink N i) (x D j) * (x D j - kink N i)).
    { unfold alpha. rewrite <- Sum_scal. apply sum_ext. intros j _.
      rewrite relu_z, A. unfold z. rewrite E. ring. }
    assert (Ex : betax N D q i = \sum_(j < n D) q j * below (kink N i) (x D j) * x D j)
      by (apply sum_ext; intros; now rewrite A).
    assert (E1 : beta1 N D q i = \sum_(j < n D) q j * below (kink N i) (x D j))
      by (apply sum_ext; intros; now rewrite A).
    unfold betanorm, gplus. rewrite Ea, Ex, E1, (Rabs_pos_eq (w N i)) by lra. ring.
  - destruct (Rlt_dec (w N i) 0) as [Hneg|Hn0]; [|exfalso; lra].
    assert (A : forall j, act N D i j = below (x D j) (kink N i)).
    { intro j. unfold act, z, below. rewrite E.
      destruct (Rlt_dec 0 _), (Rlt_dec _ (kink N i)); try reflexivity; exfalso; nra. }
    assert (Ea : alpha N D q i
      = - w N i * \sum_(j < n D) q j * below (x D j) (kink N i) * (kink N i - x D j)).
    { unfold alpha. rewrite <- Sum_scal. apply sum_ext. intros j _.
      rewrite relu_z, A. unfold z. rewrite E. ring. }
    assert (Ex : betax N D q i = \sum_(j < n D) q j * below (x D j) (kink N i) * x D j)
      by (apply sum_ext; intros; now rewrite A).
    assert (E1 : beta1 N D q i = \sum_(j < n D) q j * below (x D j) (kink N i))
      by (apply sum_ext; intros; now rewrite A).
    unfold betanorm, gminus. rewrite Ea, Ex, E1, (Rabs_left (w N i)) by lra. ring.
Qed.

(** S_q, from the activation pattern *)
Theorem pathsum_by_activity :
  pathsum N D q
  = \sum_(i < k N) if Req_EM_T (w N i) 0 then 0
                   else alpha N D q i * Rabs (a N i) * betanorm N D q i.
Proof.
  apply sum_ext. intros i _. destruct (Req_EM_T (w N i) 0) as [E|E].
  - rewrite E, Rmult_0_r, Rabs_R0. ring.
  - now apply path_term.
Qed.

Theorem norm2_vq : norm2 N (vq N D q) = 1 + 2 * pathsum N D q + imbalance N D q.
Proof.
  rewrite pathsum_by_activity. unfold norm2, vq, imbalance; cbn [vw vb va vc].
  rewrite <- Sum_scal, Rplus_assoc, <- Sum_plus, Rplus_comm. f_equal; [ring|].
  apply sum_ext. intros i _. assert (B := betanorm_sq i).
  assert (A := pow2_abs (a N i)).
  destruct (Req_EM_T (w N i) 0).
  - rewrite B. ring.
  - replace ((alpha N D q i - Rabs (a N i) * betanorm N D q i) ^ 2)
      with (alpha N D q i ^ 2 - 2 * (alpha N D q i * Rabs (a N i) * betanorm N D q i)
            + Rabs (a N i) ^ 2 * betanorm N D q i ^ 2) by ring.
    rewrite A, B. ring.
Qed.

Lemma imbalance_nonneg : 0 <= imbalance N D q.
Proof.
  apply sum_nonneg. intros i _. destruct (Req_EM_T (w N i) 0); [|apply pow2_ge_0].
  apply Rplus_le_le_0_compat; [apply pow2_ge_0|]. apply Rmult_le_pos; apply pow2_ge_0.
Qed.

Lemma pathsum_nonneg : 0 <= pathsum N D q.
Proof.
  rewrite pathsum_by_activity. apply sum_nonneg. intros j _.
  destruct (Req_EM_T (w N j) 0); [lra|].
  apply Rmult_le_pos; [|apply betanorm_nonneg].
  apply Rmult_le_pos; [apply alpha_nonneg | apply Rabs_pos].
Qed.

End Master.
