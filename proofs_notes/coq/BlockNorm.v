(** * The norm of a neuron's block (block-norm)

    The block B(x) = [[0, 0, x], [0, 0, 1], [x, 1, 0]] has the eigenvalues 0 and +-sqrt(1 + x^2), and
    its norm sqrt(1 + x^2) is attained.  Block i of R is [[0, r_i], [r_i^T, 0]] and has norm |r_i|,
    which is at most res. *)

From Coq Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Network Forms.
Open Scope R_scope.

(** ** Part 1: B(x) *)

(** 2 t <u, r> <= |r| (|u|^2 + t^2) in absolute value: the form of [[0, r], [r^T, 0]] *)
Lemma coupling_bound ra rb u v t :
  Rabs (2 * (u * ra + v * rb) * t) <= sqrt (ra ^ 2 + rb ^ 2) * (u ^ 2 + v ^ 2 + t ^ 2).
Proof.
  set (r := sqrt (ra ^ 2 + rb ^ 2)).
  assert (A := pow2_ge_0 ra). assert (B := pow2_ge_0 rb).
  assert (Hr : r * r = ra ^ 2 + rb ^ 2) by (apply sqrt_sqrt; lra).
  assert (H0 : 0 <= r) by apply sqrt_pos.
  set (m := u * ra + v * rb).
  assert (Hm : m ^ 2 <= r * r * (u ^ 2 + v ^ 2)).
  { rewrite Hr. unfold m. assert (K := pow2_ge_0 (u * rb - v * ra)). lra. }
  destruct H0 as [H0|H0].
  - apply Rmult_le_reg_l with r; [exact H0|].
    rewrite <- (Rabs_pos_eq r) at 1 by lra. rewrite <- Rabs_mult. apply Rabs_le.
    assert (K1 := pow2_ge_0 (m + r * t)). assert (K2 := pow2_ge_0 (m - r * t)). split; lra.
  - rewrite <- H0 in *. replace m with 0 by nra. rewrite Rmult_0_r, !Rmult_0_l, Rabs_R0. lra.
Qed.

Lemma block_bound x v1 v2 v3 :
  Rabs (blockq x v1 v2 v3) <= sqrt (1 + x ^ 2) * (v1 ^ 2 + v2 ^ 2 + v3 ^ 2).
Proof.
  unfold blockq. replace (v1 * x + v2) with (v1 * x + v2 * 1) by ring.
  replace (1 + x ^ 2) with (x ^ 2 + 1 ^ 2) by ring. apply coupling_bound.
Qed.

Lemma sqrt_1_plus_sq x : sqrt (1 + x ^ 2) ^ 2 = 1 + x ^ 2.
Proof. apply pow2_sqrt. assert (H := pow2_ge_0 x). lra. Qed.

Lemma sqrt_1_plus_ge_1 x : 1 <= sqrt (1 + x ^ 2).
Proof. rewrite <- sqrt_1 at 1. apply sqrt_le_1_alt. assert (H := pow2_ge_0 x). lra. Qed.

(** The bound is attained at (x, 1, sqrt(1 + x^2)). *)
Theorem block_attained x :
  let r := sqrt (1 + x ^ 2) in blockq x x 1 r = r * (x ^ 2 + 1 ^ 2 + r ^ 2).
Proof.
  intros r. unfold blockq. replace (r ^ 2) with (1 + x ^ 2) by (symmetry; apply sqrt_1_plus_sq). ring.
Qed.

(** The norm of B(x): the least upper bound of |v^T B(x) v| over the unit sphere of R^3. *)
Theorem block_norm x :
  is_lub (fun h => exists v1 v2 v3, v1 ^ 2 + v2 ^ 2 + v3 ^ 2 = 1 /\ h = Rabs (blockq x v1 v2 v3))
         (sqrt (1 + x ^ 2)).
Proof.
  set (r := sqrt (1 + x ^ 2)). assert (Hr := sqrt_1_plus_sq x). fold r in Hr.
  assert (H1 := sqrt_1_plus_ge_1 x). fold r in H1.
  split.
  - intros h (v1 & v2 & v3 & Hv & ->). assert (H := block_bound x v1 v2 v3). fold r in H.
    rewrite Hv in H. lra.
  - intros m Hm. apply Hm.
    set (q := sqrt 2). assert (Hq : q ^ 2 = 2) by (apply pow2_sqrt; lra).
    assert (Hq0 : 0 < q) by (apply sqrt_lt_R0; lra).
    exists (x / (q * r)), (1 / (q * r)), (1 / q). split.
    + replace ((x / (q * r)) ^ 2 + (1 / (q * r)) ^ 2 + (1 / q) ^ 2)
        with ((1 + x ^ 2) / (q ^ 2 * r ^ 2) + 1 / q ^ 2) by (field; lra).
      rewrite Hr, Hq. assert (0 <= x ^ 2) by apply pow2_ge_0. field. lra.
    + unfold blockq.
      replace (2 * (x / (q * r) * x + 1 / (q * r)) * (1 / q)) with (2 / q ^ 2 * ((1 + x ^ 2) / r))
        by (field; lra).
      rewrite <- Hr, Hq. replace (2 / 2 * (r ^ 2 / r)) with r by (field; lra).
      rewrite Rabs_pos_eq; lra.
Qed.

(** B(x) v = lam v has a solution other than 0 exactly for lam = 0, sqrt(1 + x^2), -sqrt(1 + x^2). *)
Theorem block_eigenvalues x lam :
  (exists v1 v2 v3, (v1 <> 0 \/ v2 <> 0 \/ v3 <> 0) /\
     x * v3 = lam * v1 /\ v3 = lam * v2 /\ x * v1 + v2 = lam * v3)
  <-> lam = 0 \/ lam = sqrt (1 + x ^ 2) \/ lam = - sqrt (1 + x ^ 2).
Proof.
  set (r := sqrt (1 + x ^ 2)). assert (Hr := sqrt_1_plus_sq x). fold r in Hr.
  split.
  - intros (v1 & v2 & v3 & Hv & E1 & E2 & E3).
    destruct (Req_dec lam 0) as [H0|H0]; [auto|right].
    assert (K : (lam - r) * (lam + r) = 0).
    { destruct (Req_dec v3 0) as [H3|H3].
      - rewrite H3 in *.
        assert (v1 = 0) by (apply Rmult_eq_reg_l with lam; lra).
        assert (v2 = 0) by (apply Rmult_eq_reg_l with lam; lra). lra.
      - apply Rmult_eq_reg_r with v3; [|exact H3].
        replace ((lam - r) * (lam + r) * v3) with (lam * (lam * v3) - r ^ 2 * v3) by ring.
        rewrite <- E3, Hr. transitivity (x * (lam * v1) + lam * v2 - (1 + x ^ 2) * v3); [ring|].
        rewrite <- E1, <- E2. ring. }
    apply Rmult_integral in K. lra.
  - intros [ -> |[ -> | -> ]].
    + exists 1, (- x), 0. repeat split; try ring. left. lra.
    + exists x, 1, r. repeat split; try ring; [right; left; lra|].
      replace (r * r) with (r ^ 2) by ring. rewrite Hr. ring.
    + exists x, 1, (- r). repeat split; try ring; [right; left; lra|].
      replace (- r * - r) with (r ^ 2) by ring. rewrite Hr. ring.
Qed.

(** |v^T (Hess f_j) v| <= sqrt(1 + x_j^2) |v|^2 *)
Lemma curv_bound N D v j : Rabs (curv N D v j) <= sqrt (1 + x D j ^ 2) * norm2 N v.
Proof.
  assert (H1 := sqrt_1_plus_ge_1 (x D j)).
  apply Rle_trans with
    (sqrt (1 + x D j ^ 2) * \sum_(i < k N) (vw v i ^ 2 + vb v i ^ 2 + va v i ^ 2)).
  - rewrite <- Sum_scal. unfold curv. eapply Rle_trans; [apply Sum_abs|]. apply sum_le. intros i _.
    assert (K := block_bound (x D j) (vw v i) (vb v i) (va v i)).
    assert (K0 := Rabs_pos (blockq (x D j) (vw v i) (vb v i) (va v i))).
    rewrite Rabs_mult. unfold act. destruct (below_bool 0 (z N D i j)) as [E|E]; rewrite E.
    + rewrite Rabs_R0. lra.
    + rewrite Rabs_R1. lra.
  - apply Rmult_le_compat_l; [lra|]. unfold norm2. assert (H := pow2_ge_0 (vc v)). lra.
Qed.

(** ** Parts 2 and 3: the blocks of R *)

Lemma Rq_by_neurons N D v :
  Rq N D v = \sum_(i < k N) 2 * (vw v i * rx N D i + vb v i * r1 N D i) * va v i.
Proof.
  unfold Rq. rewrite (sum_ext _ _ (fun j => slope N D j * curvb N D v v j))
    by (intros; now rewrite curvb_diag).
  rewrite residual_by_neurons. apply sum_ext. intros. ring.
Qed.

(** |v^T R v| <= m |v|^2 if m bounds all |r_i|; the entry of c does not enter. *)
Lemma Rq_bound N D v m :
  (forall i, (i < k N)%nat -> rnorm N D i <= m) ->
  Rabs (Rq N D v) <= m * (norm2 N v - vc v ^ 2).
Proof.
  intros Hm. rewrite Rq_by_neurons.
  replace (norm2 N v - vc v ^ 2) with (\sum_(i < k N) (vw v i ^ 2 + vb v i ^ 2 + va v i ^ 2))
    by (unfold norm2; ring).
  rewrite <- Sum_scal. eapply Rle_trans; [apply Sum_abs|]. apply sum_le. intros i Hi.
  eapply Rle_trans; [apply coupling_bound|].
  apply Rmult_le_compat_r; [|now apply Hm].
  assert (A := pow2_ge_0 (vw v i)). assert (B := pow2_ge_0 (vb v i)).
  assert (C := pow2_ge_0 (va v i)). lra.
Qed.

(** The triangle inequality for means of points of the plane. *)
Lemma plane_triangle {T : Type} (q u v : T -> R) xs :
  (forall t, List.In t xs -> 0 <= q t) ->
  sqrt (Sum (fun t => q t * u t) xs ^ 2 + Sum (fun t => q t * v t) xs ^ 2)
  <= Sum (fun t => q t * sqrt (u t ^ 2 + v t ^ 2)) xs.
Proof.
  induction xs as [|t xs IH]; intros Hq; [simpl; rewrite !Rmult_0_l, Rplus_0_r, sqrt_0; lra|].
  rewrite !Sum_cons. assert (H0 : 0 <= q t) by (apply Hq; now left).
  specialize (IH (fun t Ht => Hq t (or_intror Ht))).
  set (A := Sum (fun t => q t * u t) xs) in *. set (B := Sum (fun t => q t * v t) xs) in *.
  set (C := Sum _ xs) in *. set (m := sqrt (u t ^ 2 + v t ^ 2)).
  set (d := sqrt (A ^ 2 + B ^ 2)) in *.
  assert (HA := pow2_ge_0 A). assert (HB := pow2_ge_0 B).
  assert (Hu := pow2_ge_0 (u t)). assert (Hv := pow2_ge_0 (v t)).
  assert (Hm : m ^ 2 = u t ^ 2 + v t ^ 2) by (apply pow2_sqrt; lra).
  assert (Hd : d ^ 2 = A ^ 2 + B ^ 2) by (apply pow2_sqrt; lra).
  assert (Hm0 : 0 <= m) by apply sqrt_pos. assert (Hd0 : 0 <= d) by apply sqrt_pos.
  assert (HC : u t * A + v t * B <= m * d).
  { apply Rsqr_incr_0_var; [|now apply Rmult_le_pos]. unfold Rsqr.
    replace (m * d * (m * d)) with (m ^ 2 * d ^ 2) by ring. rewrite Hm, Hd.
    assert (K := pow2_ge_0 (u t * B - v t * A)). lra. }
  apply Rle_trans with (q t * m + d); [|lra].
  rewrite <- (sqrt_pow2 (q t * m + d)) by (apply Rplus_le_le_0_compat; [now apply Rmult_le_pos | lra]).
  apply sqrt_le_1_alt.
  replace ((q t * m + d) ^ 2) with (q t ^ 2 * m ^ 2 + 2 * q t * (m * d) + d ^ 2) by ring.
  rewrite Hm, Hd. nra.
Qed.

(** |r_i| <= (1/n) sum_j |l'_j| 1_ij sqrt(1 + x_j^2) <= res *)
Theorem rnorm_le_res N D i : (0 < n D)%nat -> rnorm N D i <= res N D.
Proof.
  intros Hn. assert (Hi := inv_n_pos D Hn). unfold rnorm, rx, r1, res.
  set (A := \sum_(j < n D) slope N D j * act N D i j * x D j).
  set (B := \sum_(j < n D) slope N D j * act N D i j).
  replace (sqrt ((/ INR (n D) * A) ^ 2 + (/ INR (n D) * B) ^ 2))
    with (/ INR (n D) * sqrt (A ^ 2 + B ^ 2)).
  2:{ rewrite <- (sqrt_pow2 (/ INR (n D))) at 1 by lra. rewrite <- sqrt_mult_alt by apply pow2_ge_0.
      f_equal. ring. }
  apply Rmult_le_compat_l; [lra|].
  assert (T := plane_triangle (fun j => Rabs (slope N D j))
    (fun j => sign (slope N D j) * act N D i j * x D j) (fun j => sign (slope N D j) * act N D i j)
    (seq 0 (n D)) (fun j _ => Rabs_pos _)).
  assert (E : forall t, Rabs t * sign t = t).
  { intro t. destruct (Rlt_le_dec 0 t) as [H|[H| -> ]].
    - rewrite sign_eq_1, Rabs_pos_eq; lra.
    - rewrite sign_eq_m1, Rabs_left; lra.
    - rewrite sign_0. ring. }
  rewrite (sum_ext _ (fun j => Rabs (slope N D j) * (sign (slope N D j) * act N D i j * x D j))
    (fun j => slope N D j * act N D i j * x D j)) in T
    by (intros; rewrite <- (E (slope N D j)) at 3; ring).
  rewrite (sum_ext _ (fun j => Rabs (slope N D j) * (sign (slope N D j) * act N D i j))
    (fun j => slope N D j * act N D i j)) in T
    by (intros; rewrite <- (E (slope N D j)) at 3; ring).
  eapply Rle_trans; [exact T|]. apply sum_le. intros j _.
  apply Rmult_le_compat_l; [apply Rabs_pos|]. apply sqrt_le_1_alt.
  assert (S1 : sign (slope N D j) ^ 2 <= 1).
  { destruct (Rlt_le_dec 0 (slope N D j)) as [H|[H|H]].
    - rewrite sign_eq_1; lra.
    - rewrite sign_eq_m1; lra.
    - rewrite H, sign_0. lra. }
  assert (K := pow2_ge_0 (x D j)). assert (K' := pow2_ge_0 (sign (slope N D j))).
  unfold act. destruct (below_bool 0 (z N D i j)) as [B0|B0]; rewrite B0; nra.
Qed.

Lemma rmax_le_res N D : (0 < n D)%nat -> rmax N D <= res N D.
Proof.
  intros Hn. apply Max_le.
  - assert (Hi := inv_n_pos D Hn). apply Rmult_le_pos; [lra|]. apply sum_nonneg. intros j _.
    apply Rmult_le_pos; [apply Rabs_pos | apply sqrt_pos].
  - intros i _. now apply rnorm_le_res.
Qed.

Lemma rnorm_le_rmax N D i : (i < k N)%nat -> rnorm N D i <= rmax N D.
Proof. intros Hi. apply Max_ge. now apply in_range. Qed.
