(** * Vectors of R^(3k+1), and the Hessian as a bilinear form and as a linear map

    [Hb N D u v] = u^T H v, so that [Hq N D v] = v^T H v; [hess N D v] = H v entry by entry. *)

From Coq Require Import Reals Lra Lia List.
From Flatcert Require Import Sums Logistic Network.
Open Scope R_scope.

(** ** Vectors *)

Definition vscale (r : R) (v : vec) : vec :=
  Vec (fun i => r * vw v i) (fun i => r * vb v i) (fun i => r * va v i) (r * vc v).
Definition vadd (u v : vec) : vec :=
  Vec (fun i => vw u i + vw v i) (fun i => vb u i + vb v i) (fun i => va u i + va v i) (vc u + vc v).

Lemma dot_sym N u v : dot N u v = dot N v u.
Proof. unfold dot. f_equal; [|ring]. apply sum_ext. intros. ring. Qed.

Lemma dot_scale_r N r u v : dot N u (vscale r v) = r * dot N u v.
Proof.
  unfold dot. rewrite Rmult_plus_distr_l, <- Sum_scal. f_equal; [|simpl; ring].
  apply sum_ext. intros. simpl. ring.
Qed.

Lemma dot_add_r N u v v' : dot N u (vadd v v') = dot N u v + dot N u v'.
Proof.
  unfold dot. simpl. rewrite <- (Rplus_assoc (_ + _)), (Rplus_assoc _ (vc u * vc v)).
  rewrite (Rplus_comm (vc u * vc v)), <- Rplus_assoc, <- Sum_plus, Rplus_assoc. f_equal; [|ring].
  apply sum_ext. intros. ring.
Qed.

Lemma norm2_scale N r v : norm2 N (vscale r v) = r ^ 2 * norm2 N v.
Proof. rewrite !norm2_dot, dot_scale_r, dot_sym, dot_scale_r. ring. Qed.

(** <u, v>^2 <= |u|^2 |v|^2 *)
Lemma dot_cauchy_schwarz N u v : dot N u v ^ 2 <= norm2 N u * norm2 N v.
Proof.
  apply discriminant; [apply norm2_nonneg|]. intro r.
  assert (H := norm2_nonneg N (vadd (vscale r u) (vscale (-1) v))).
  rewrite norm2_dot, dot_add_r, (dot_sym _ _ (vscale r u)), (dot_sym _ _ (vscale (-1) v)) in H.
  rewrite !dot_add_r, !dot_scale_r, !(dot_sym _ (vscale _ _)), !dot_scale_r in H.
  rewrite (dot_sym N v u), <- !norm2_dot in H. lra.
Qed.

(** ** The bilinear form *)

(** u^T (Hess f_j) v *)
Definition curvb (N : network) (D : data) (u v : vec) (j : nat) : R :=
  \sum_(i < k N) act N D i j
    * ((vw u i * x D j + vb u i) * va v i + (vw v i * x D j + vb v i) * va u i).

(** u^T H v *)
Definition Hb (N : network) (D : data) (u v : vec) : R :=
  \sum_(j < n D) p N D j * (dot N (g N D j) u * dot N (g N D j) v)
  + / INR (n D) * \sum_(j < n D) slope N D j * curvb N D u v j.

Lemma curvb_diag N D v j : curvb N D v v j = curv N D v j.
Proof. apply sum_ext. intros. unfold blockq. ring. Qed.

Lemma curvb_sym N D u v j : curvb N D u v j = curvb N D v u j.
Proof. apply sum_ext. intros. ring. Qed.

Lemma curvb_scale_r N D r u v j : curvb N D u (vscale r v) j = r * curvb N D u v j.
Proof. unfold curvb. rewrite <- Sum_scal. apply sum_ext. intros. simpl. ring. Qed.

Lemma curvb_add_r N D u v v' j : curvb N D u (vadd v v') j = curvb N D u v j + curvb N D u v' j.
Proof. unfold curvb. rewrite <- Sum_plus. apply sum_ext. intros. simpl. ring. Qed.

Lemma Hb_diag N D v : Hb N D v v = Hq N D v.
Proof.
  unfold Hb, Hq, Gq, Rq. f_equal; [|f_equal]; apply sum_ext; intros; [ring|].
  now rewrite curvb_diag.
Qed.

Lemma Hb_sym N D u v : Hb N D u v = Hb N D v u.
Proof.
  unfold Hb. f_equal; [|f_equal]; apply sum_ext; intros; [ring|]. now rewrite curvb_sym.
Qed.

Lemma Hb_scale_r N D r u v : Hb N D u (vscale r v) = r * Hb N D u v.
Proof.
  unfold Hb.
  rewrite (sum_ext _ (fun j => p N D j * (dot N (g N D j) u * dot N (g N D j) (vscale r v)))
    (fun j => r * (p N D j * (dot N (g N D j) u * dot N (g N D j) v))))
    by (intros; rewrite dot_scale_r; ring).
  rewrite (sum_ext _ (fun j => slope N D j * curvb N D u (vscale r v) j)
    (fun j => r * (slope N D j * curvb N D u v j))) by (intros; rewrite curvb_scale_r; ring).
  rewrite !Sum_scal. ring.
Qed.

Lemma Hb_add_r N D u v v' : Hb N D u (vadd v v') = Hb N D u v + Hb N D u v'.
Proof.
  unfold Hb.
  rewrite (sum_ext _ (fun j => p N D j * (dot N (g N D j) u * dot N (g N D j) (vadd v v')))
    (fun j => p N D j * (dot N (g N D j) u * dot N (g N D j) v)
              + p N D j * (dot N (g N D j) u * dot N (g N D j) v')))
    by (intros; rewrite dot_add_r; ring).
  rewrite (sum_ext _ (fun j => slope N D j * curvb N D u (vadd v v') j)
    (fun j => slope N D j * curvb N D u v j + slope N D j * curvb N D u v' j))
    by (intros; rewrite curvb_add_r; ring).
  rewrite !Sum_plus. ring.
Qed.

Lemma Hq_scale N D r v : Hq N D (vscale r v) = r ^ 2 * Hq N D v.
Proof. rewrite <- !Hb_diag, Hb_scale_r, Hb_sym, Hb_scale_r. ring. Qed.

(** ** The linear map v -> H v *)

Definition hess (N : network) (D : data) (v : vec) : vec :=
  let G := fun j => p N D j * dot N (g N D j) v in
  Vec (fun i => \sum_(j < n D) G j * vw (g N D j) i + rx N D i * va v i)
      (fun i => \sum_(j < n D) G j * vb (g N D j) i + r1 N D i * va v i)
      (fun i => \sum_(j < n D) G j * va (g N D j) i + (rx N D i * vw v i + r1 N D i * vb v i))
      (\sum_(j < n D) G j * vc (g N D j)).

(** sum_j c_j <g_j, u>, collected by the entries of u *)
Lemma sum_dot N D (F : nat -> R) (G : nat -> vec) u :
  \sum_(j < n D) F j * dot N (G j) u
  = dot N (Vec (fun i => \sum_(j < n D) F j * vw (G j) i) (fun i => \sum_(j < n D) F j * vb (G j) i)
               (fun i => \sum_(j < n D) F j * va (G j) i) (\sum_(j < n D) F j * vc (G j))) u.
Proof.
  unfold dot; simpl.
  rewrite (sum_ext (n D) _ (fun j =>
    \sum_(i < k N) F j * (vw (G j) i * vw u i + vb (G j) i * vb u i + va (G j) i * va u i)
    + F j * vc (G j) * vc u)) by (intros; rewrite Sum_scal; ring).
  rewrite Sum_plus, Sum_swap, <- Sum_scal_r. f_equal. apply sum_ext. intros i _.
  rewrite <- !Sum_scal_r, <- !Sum_plus. apply sum_ext. intros. ring.
Qed.

(** (1/n) sum_j l'_j u^T (Hess f_j) v, collected by neurons: the blocks [[0, r_i], [r_i^T, 0]] of R *)
Lemma residual_by_neurons N D u v :
  / INR (n D) * \sum_(j < n D) slope N D j * curvb N D u v j
  = \sum_(i < k N) (rx N D i * (vw u i * va v i + vw v i * va u i)
                    + r1 N D i * (vb u i * va v i + vb v i * va u i)).
Proof.
  unfold curvb.
  rewrite (sum_ext (n D) _ (fun j => \sum_(i < k N) slope N D j * (act N D i j
     * ((vw u i * x D j + vb u i) * va v i + (vw v i * x D j + vb v i) * va u i))))
    by (intros; now rewrite Sum_scal).
  rewrite Sum_swap, <- Sum_scal. apply sum_ext. intros i _. unfold rx, r1.
  rewrite !Rmult_assoc, <- Rmult_plus_distr_l, <- !Sum_scal_r, <- Sum_plus. f_equal.
  apply sum_ext. intros j _. ring.
Qed.

Lemma dot_hess N D u v : dot N u (hess N D v) = Hb N D u v.
Proof.
  unfold Hb. rewrite residual_by_neurons.
  rewrite (sum_ext _ _ (fun j => p N D j * dot N (g N D j) v * dot N (g N D j) u))
    by (intros; ring).
  rewrite (sum_dot N D (fun j => p N D j * dot N (g N D j) v)), dot_sym.
  unfold hess, dot; simpl.
  rewrite Rplus_assoc, (Rplus_comm (_ * vc u)), <- Rplus_assoc, <- Sum_plus. f_equal.
  apply sum_ext. intros. ring.
Qed.
