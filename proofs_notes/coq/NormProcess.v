(** * A small path norm bounds the noise that a network can pick up (norm-process)

    R1 = sum_i |a_i| |(w_i, b_i)| is the path norm, and M the supremum of |<xi, relu(w x + b)>_n| over
    |(w, b)| = 1.  For every network |<xi, f - c>_n| <= R1 M; over all networks of all widths with R1 <= r
    the supremum is exactly r M.  xi is any list of weights; in the notes it is the noise.
    Notes: norm-gap, item 3, and the first step of item 5. *)

From Coq Require Import Reals Lra Lia List.
From Flatcert Require Import Sums Logistic Network TV Divergence Excess Transfer RobustWeight
  RobustStability.
Open Scope R_scope.

(** ** Definitions *)

Definition length2 (u v : R) : R := sqrt (u ^ 2 + v ^ 2).

(** R1 *)
Definition path_norm (N : network) : R := \sum_(i < k N) Rabs (a N i) * length2 (w N i) (b N i).

(** The values f_j - c, and the values of one neuron *)
Definition centred (N : network) (D : data) (j : nat) : R := f N (x D j) - c N.
Definition neuron (D : data) (u v : R) (j : nat) : R := relu (u * x D j + v).

(** M, the supremum over neurons of unit norm *)
Definition is_noise_supremum (D : data) (xi : nat -> R) (M : R) : Prop :=
  is_lub (fun t => exists u v, length2 u v = 1 /\ t = Rabs (inner D xi (neuron D u v))) M.

(** ** Linearity *)

Lemma relu_scale r t : 0 <= r -> relu (r * t) = r * relu t.
Proof.
  intros H. unfold relu. destruct (Rle_lt_dec t 0) as [L|L].
  - rewrite !Rmax_left; [ring | exact L |]. assert (0 <= r * - t) by (apply Rmult_le_pos; lra). lra.
  - rewrite !Rmax_right; [ring | lra |]. apply Rmult_le_pos; lra.
Qed.

Lemma inner_centred N D xi :
  inner D xi (centred N D) = \sum_(i < k N) a N i * inner D xi (neuron D (w N i) (b N i)).
Proof.
  unfold inner.
  rewrite (sum_ext (k N) _
    (fun i => / INR (n D) * (a N i * \sum_(j < n D) xi j * neuron D (w N i) (b N i) j)))
    by (intros; ring).
  rewrite Sum_scal. f_equal.
  rewrite (sum_ext (k N) _ (fun i => \sum_(j < n D) a N i * (xi j * neuron D (w N i) (b N i) j)))
    by (intros; now rewrite Sum_scal).
  rewrite Sum_swap. apply sum_ext. intros j _. unfold centred, f, neuron.
  replace (xi j * _) with (xi j * \sum_(i < k N) a N i * relu (w N i * x D j + b N i)) by ring.
  rewrite <- Sum_scal. apply sum_ext. intros. ring.
Qed.

Lemma length2_nonneg u v : 0 <= length2 u v.
Proof. apply sqrt_pos. Qed.

Lemma length2_zero u v : length2 u v = 0 -> u = 0 /\ v = 0.
Proof.
  unfold length2. intros E. assert (A := pow2_ge_0 u). assert (B := pow2_ge_0 v).
  apply sqrt_eq_0 in E; [|lra].
  assert (Z : u ^ 2 = 0) by lra. assert (Z' : v ^ 2 = 0) by lra.
  split; [destruct (Req_dec u 0) as [Q|Q] | destruct (Req_dec v 0) as [Q|Q]]; try exact Q;
    exfalso; now apply (pow_nonzero _ 2) in Q.
Qed.

Lemma length2_scale r u v : 0 <= r -> length2 (r * u) (r * v) = r * length2 u v.
Proof.
  intros H. unfold length2.
  replace ((r * u) ^ 2 + (r * v) ^ 2) with (r ^ 2 * (u ^ 2 + v ^ 2)) by ring.
  rewrite sqrt_mult_alt, sqrt_pow2; auto. apply pow2_ge_0.
Qed.

Lemma path_norm_nonneg N : 0 <= path_norm N.
Proof.
  apply sum_nonneg. intros i _. apply Rmult_le_pos; [apply Rabs_pos | apply length2_nonneg].
Qed.

(** One neuron: |<xi, relu(u x + v)>_n| <= |(u, v)| M. *)
Lemma neuron_bound D xi M u v :
  is_noise_supremum D xi M -> Rabs (inner D xi (neuron D u v)) <= length2 u v * M.
Proof.
  intros [HM _]. destruct (length2_nonneg u v) as [L|L].
  - set (r := length2 u v) in *.
    assert (Hi := Rinv_0_lt_compat _ L).
    assert (K : Rabs (inner D xi (neuron D (/ r * u) (/ r * v))) <= M).
    { apply HM. exists (/ r * u), (/ r * v). split; [|reflexivity].
      rewrite length2_scale by lra. fold r. field. lra. }
    rewrite (inner_ext D xi (neuron D u v) (fun j => r * neuron D (/ r * u) (/ r * v) j)).
    + rewrite inner_scale, Rabs_mult, (Rabs_pos_eq r) by lra. apply Rmult_le_compat_l; lra.
    + intros j _. unfold neuron. rewrite <- relu_scale by lra. f_equal. field. lra.
  - symmetry in L. destruct (length2_zero u v L) as [-> ->]. rewrite L.
    rewrite (inner_ext D xi _ (fun j => 0 * 0)).
    + rewrite inner_scale, Rmult_0_l, Rabs_R0. lra.
    + intros j _. unfold neuron. replace (0 * x D j + 0) with 0 by ring. rewrite Rmult_0_l.
      apply Rmax_left. lra.
Qed.

(** ** The theorems *)

Theorem noise_supremum_exists D xi : exists M, is_noise_supremum D xi M.
Proof.
  destruct (completeness
    (fun t => exists u v, length2 u v = 1 /\ t = Rabs (inner D xi (neuron D u v))))
    as [M HM].
  - exists (Rabs (/ INR (n D)) * \sum_(j < n D) Rabs (xi j) * (Rabs (x D j) + 1)).
    intros t (u & v & E & ->). unfold inner. rewrite Rabs_mult.
    apply Rmult_le_compat_l; [apply Rabs_pos|].
    eapply Rle_trans; [apply Sum_abs|]. apply sum_le. intros j _. rewrite Rabs_mult.
    apply Rmult_le_compat_l; [apply Rabs_pos|].
    assert (E2 : u ^ 2 + v ^ 2 = 1).
    { unfold length2 in E. rewrite <- (sqrt_sqrt (u ^ 2 + v ^ 2)), E; [ring|].
      assert (A := pow2_ge_0 u). assert (B := pow2_ge_0 v). lra. }
    assert (U : Rabs u <= 1).
    { apply Rsqr_incr_0_var; [|lra]. rewrite <- Rsqr_abs. unfold Rsqr. assert (B := pow2_ge_0 v).
      lra. }
    assert (V : Rabs v <= 1).
    { apply Rsqr_incr_0_var; [|lra]. rewrite <- Rsqr_abs. unfold Rsqr. assert (B := pow2_ge_0 u).
      lra. }
    unfold neuron. rewrite Rabs_pos_eq by apply relu_nonneg. unfold relu. apply Rmax_lub.
    + assert (A := Rabs_pos (x D j)). lra.
    + eapply Rle_trans; [apply Rle_abs|]. eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_mult.
      apply Rplus_le_compat; [|exact V]. rewrite <- (Rmult_1_l (Rabs (x D j))) at 2.
      apply Rmult_le_compat_r; [apply Rabs_pos | exact U].
  - exists (Rabs (inner D xi (neuron D 1 0))), 1, 0. split; [|reflexivity].
    unfold length2. replace (1 ^ 2 + 0 ^ 2) with 1 by ring. apply sqrt_1.
  - now exists M.
Qed.

Theorem norm_process N D xi M :
  is_noise_supremum D xi M -> Rabs (inner D xi (centred N D)) <= path_norm N * M.
Proof.
  intros HM. rewrite inner_centred. eapply Rle_trans; [apply Sum_abs|].
  unfold path_norm. rewrite <- Sum_scal_r. apply sum_le. intros i _. rewrite Rabs_mult, Rmult_assoc.
  apply Rmult_le_compat_l; [apply Rabs_pos | now apply neuron_bound].
Qed.

(** The supremum over all networks with path norm at most r is r M: one neuron suffices. *)
Theorem norm_process_attained D xi M r :
  is_noise_supremum D xi M -> 0 <= r ->
  is_lub (fun t => exists N, path_norm N <= r /\ t = inner D xi (centred N D)) (r * M).
Proof.
  intros HM Hr.
  assert (HM0 : 0 <= M).
  { eapply Rle_trans; [apply Rabs_pos|]. apply (proj1 HM). exists 1, 0. split; [|reflexivity].
    unfold length2. replace (1 ^ 2 + 0 ^ 2) with 1 by ring. apply sqrt_1. }
  split.
  - intros t (N & HN & ->). eapply Rle_trans; [apply Rle_abs|].
    eapply Rle_trans; [apply norm_process, HM | now apply Rmult_le_compat_r].
  - intros B HB.
    (* one neuron (u, v) of unit norm with output weight a, |a| <= r *)
    assert (one : forall u v a0, length2 u v = 1 -> Rabs a0 <= r ->
                  a0 * inner D xi (neuron D u v) <= B).
    { intros u v a0 E Ha. apply HB.
      exists (Network 1 (fun _ => u) (fun _ => v) (fun _ => a0) 0). split.
      - unfold path_norm. simpl. rewrite E. lra.
      - rewrite inner_centred. simpl. ring. }
    destruct Hr as [Hr|Hr].
    + apply Rmult_le_reg_l with (/ r); [now apply Rinv_0_lt_compat|].
      replace (/ r * (r * M)) with M by (field; lra). apply (proj2 HM). intros t (u & v & E & ->).
      apply Rmult_le_reg_l with r; [exact Hr|]. replace (r * (/ r * B)) with B by (field; lra).
      set (m := inner D xi (neuron D u v)).
      destruct (Rle_lt_dec 0 m) as [L|L].
      * rewrite Rabs_pos_eq by exact L. apply one; [exact E|]. rewrite Rabs_pos_eq; lra.
      * rewrite Rabs_left by exact L. replace (r * - m) with (- r * m) by ring.
        apply one; [exact E|]. rewrite Rabs_Ropp, Rabs_pos_eq; lra.
    + rewrite <- Hr, Rmult_0_l. replace 0 with (0 * inner D xi (neuron D 1 0)) by ring.
      apply one; [unfold length2; replace (1 ^ 2 + 0 ^ 2) with 1 by ring; apply sqrt_1|].
      rewrite Rabs_R0. lra.
Qed.

(** The generalization gap: R(f) - L(f) <= R1 M + |c| |mean xi| for every labels. *)
Theorem norm_gap N D truth M :
  labelled D -> is_noise_supremum D (noise D truth) M ->
  risk D truth (outputs N D) - loss N D
    <= path_norm N * M + Rabs (c N) * Rabs (inner D (noise D truth) (fun _ => 1)).
Proof.
  intros HD HM. rewrite <- training_loss, (gap_linear D truth (outputs N D) HD).
  assert (E : inner D (noise D truth) (outputs N D)
              = inner D (noise D truth) (centred N D) + c N * inner D (noise D truth) (fun _ => 1)).
  { rewrite <- inner_scale, <- inner_plus. apply inner_ext. intros j _. unfold outputs, centred.
    ring. }
  rewrite E. apply Rplus_le_compat.
  - eapply Rle_trans; [apply Rle_abs | now apply norm_process].
  - rewrite <- Rabs_mult. apply Rle_abs.
Qed.

(** R1 <= (|theta|^2 - c^2)/2, and |f(t)| <= R1 sqrt(1 + t^2) + |c|. *)
Theorem path_norm_le N : path_norm N <= \sum_(i < k N) (a N i ^ 2 + w N i ^ 2 + b N i ^ 2) / 2.
Proof.
  apply sum_le. intros i _. set (r := length2 (w N i) (b N i)).
  assert (E : r ^ 2 = w N i ^ 2 + b N i ^ 2).
  { apply pow2_sqrt. assert (A := pow2_ge_0 (w N i)). assert (B := pow2_ge_0 (b N i)). lra. }
  assert (K := pow2_ge_0 (Rabs (a N i) - r)).
  assert (A := pow2_abs (a N i)). nra.
Qed.

Theorem output_le N t : Rabs (f N t) <= path_norm N * sqrt (1 + t ^ 2) + Rabs (c N).
Proof.
  unfold f. eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat_r.
  eapply Rle_trans; [apply Sum_abs|]. unfold path_norm. rewrite <- Sum_scal_r.
  apply sum_le. intros i _. rewrite Rabs_mult, Rmult_assoc.
  apply Rmult_le_compat_l; [apply Rabs_pos|].
  rewrite Rabs_pos_eq by apply relu_nonneg. unfold relu. apply Rmax_lub.
  - apply Rmult_le_pos; [apply length2_nonneg | apply sqrt_pos].
  - unfold length2. rewrite <- sqrt_mult_alt
      by (assert (A := pow2_ge_0 (w N i)); assert (B := pow2_ge_0 (b N i)); lra).
    apply Rle_trans with (sqrt ((w N i * t + b N i) ^ 2)).
    + eapply Rle_trans; [apply Rle_abs|]. rewrite <- sqrt_Rsqr_abs. unfold Rsqr. apply Req_le.
      f_equal. ring.
    + apply sqrt_le_1_alt. assert (Q := pow2_ge_0 (w N i - b N i * t)). nra.
Qed.

(** ** Bounded norm and stability (norm-gap, item 6)

    With |f_j| <= m = R1 sqrt(1 + x_max^2) + |c| all data are uncertain at the level m, and
    int |f''| g <= ((2/eta + res)/Gamma(m) - 1)/2 for g of the uniform law on the data. *)
Theorem norm_and_stability N D x_max eta lam :
  (0 < n D)%nat -> (forall j, (j < n D)%nat -> Rabs (x D j) <= x_max) ->
  is_lambda_max N D lam -> 0 < eta -> lam <= 2 / eta ->
  let m := path_norm N * sqrt (1 + x_max ^ 2) + Rabs (c N) in
  TV N D (fun _ => / INR (n D)) <= ((2 / eta + res N D) / s m - 1) / 2.
Proof.
  intros Hn Hx Hlam Heta He m. assert (Rn := lt_0_INR _ Hn). assert (Hs := s_pos m).
  (* the data with |f_j| <= m: all of them *)
  set (Q := fun j => within (f N (x D j)) m).
  assert (HQ : forall j, (j < n D)%nat -> Q j = true).
  { intros j Hj. apply within_true. eapply Rle_trans; [apply output_le|]. apply Rplus_le_compat_r.
    apply Rmult_le_compat_l; [apply path_norm_nonneg|]. apply sqrt_le_1_alt, Rplus_le_compat_l.
    rewrite <- (pow2_abs (x D j)). apply pow_incr. split; [apply Rabs_pos | now apply Hx]. }
  assert (HN : INR (number D Q) = INR (n D)).
  { rewrite number_sum, (sum_ext (n D) _ (fun _ => 1)), sum_const; [ring|].
    intros j Hj. now rewrite HQ. }
  assert (HN' : number D Q = n D) by now apply INR_eq.
  assert (K := stability_on N D m Q lam). rewrite HN' in K.
  assert (K' := K Hn (fun j Hj => proj1 (within_true _ _) Hj) Hlam). clear K.
  assert (E : TV N D (uniform_on D Q) = TV N D (fun _ => / INR (n D))).
  { apply Sum_ext. intros t _. f_equal.
    assert (U : forall j, (j < n D)%nat -> uniform_on D Q j = / INR (n D)).
    { intros j Hj. unfold uniform_on. now rewrite (HQ j Hj), HN'. }
    unfold gmin, gplus, gminus.
    f_equal; (f_equal; [|do 2 f_equal; f_equal]); apply sum_ext; intros j Hj; now rewrite (U j Hj). }
  rewrite E in K'. replace (INR (n D) / INR (n D)) with 1 in K' by (field; lra).
  apply Rmult_le_reg_l with (2 * s m); [lra|].
  replace (2 * s m * (((2 / eta + res N D) / s m - 1) / 2)) with (2 / eta + res N D - s m)
    by (field; lra).
  lra.
Qed.
