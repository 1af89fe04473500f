(** * The closed form is the Hessian of the loss (hessian)

    Where no datum lies on a kink:
    - the derivative of the loss along v is <grad L, v>, and the partial derivatives are the entries
      of [grad];
    - the second derivative of the loss along v is v^T H v;
    - every mixed second partial derivative is the entry [Hentry] of G + R;
    - lambda_max is the least upper bound of the second derivatives along unit vectors. *)

From Coq Require Import Reals Lra Lia List Bool.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Network Forms.
Open Scope R_scope.

(** ** Coordinates of R^(3k+1) *)

Inductive coord : Type :=
| Cw (i : nat)
| Cb (i : nat)
| Ca (i : nat)
| Cc.

Definition valid (N : network) (q : coord) : Prop :=
  match q with Cw i | Cb i | Ca i => (i < k N)%nat | Cc => True end.

Definition delta (i m : nat) : R := if Nat.eq_dec i m then 1 else 0.

(** The unit vector of a coordinate *)
Definition e (q : coord) : vec :=
  let o := fun _ : nat => 0 in
  match q with
  | Cw m => Vec (fun i => delta i m) o o 0
  | Cb m => Vec o (fun i => delta i m) o 0
  | Ca m => Vec o o (fun i => delta i m) 0
  | Cc => Vec o o o 1
  end.

Definition entry (v : vec) (q : coord) : R :=
  match q with Cw i => vw v i | Cb i => vb v i | Ca i => va v i | Cc => vc v end.

(** The entries of R: r_i couples (w_i, b_i) with a_i *)
Definition Rentry (N : network) (D : data) (q r : coord) : R :=
  match q, r with
  | Cw i, Ca m | Ca m, Cw i => if Nat.eq_dec i m then rx N D i else 0
  | Cb i, Ca m | Ca m, Cb i => if Nat.eq_dec i m then r1 N D i else 0
  | _, _ => 0
  end.

(** The entries of H = sum_j p_j g_j g_j^T + R *)
Definition Hentry (N : network) (D : data) (q r : coord) : R :=
  \sum_(j < n D) p N D j * (entry (g N D j) q * entry (g N D j) r) + Rentry N D q r.

Lemma delta_same i : delta i i = 1.
Proof. unfold delta. now destruct (Nat.eq_dec i i). Qed.

Lemma delta_other i m : i <> m -> delta i m = 0.
Proof. unfold delta. now destruct (Nat.eq_dec i m). Qed.

Lemma dot_e N v q : valid N q -> dot N v (e q) = entry v q.
Proof.
  destruct q as [m|m|m|]; simpl; intros Hm; unfold dot; simpl.
  - rewrite (sum_single _ _ m Hm); [rewrite delta_same; ring|].
    intros i _ Hi. rewrite delta_other by exact Hi. ring.
  - rewrite (sum_single _ _ m Hm); [rewrite delta_same; ring|].
    intros i _ Hi. rewrite delta_other by exact Hi. ring.
  - rewrite (sum_single _ _ m Hm); [rewrite delta_same; ring|].
    intros i _ Hi. rewrite delta_other by exact Hi. ring.
  - rewrite sum_zero by (intros; ring). ring.
Qed.

(** The bilinear form at unit vectors is the entry. *)
Lemma Hb_entry N D q r : valid N q -> valid N r -> Hb N D (e q) (e r) = Hentry N D q r.
Proof.
  intros Hq Hr. unfold Hb, Hentry. f_equal.
  - apply sum_ext. intros j _. now rewrite !dot_e.
  - rewrite residual_by_neurons.
    destruct q as [i|i|i|], r as [m|m|m|]; simpl in *;
      try (apply sum_zero; intros; ring);
      rewrite ?(sum_single _ _ i Hq);
      try (intros h _ Hh; rewrite (delta_other h i Hh); ring);
      rewrite delta_same; unfold delta; destruct (Nat.eq_dec i m), (Nat.eq_dec m i); subst;
      try easy; ring.
Qed.

(** ** The activation pattern is constant near theta *)

Lemma locally_all_below (m : nat) (Q : nat -> R -> Prop) (t0 : R) :
  (forall i, (i < m)%nat -> locally t0 (Q i)) ->
  locally t0 (fun t => forall i, (i < m)%nat -> Q i t).
Proof.
  induction m as [|m IH]; intros H.
  - apply filter_forall. intros t i Hi. lia.
  - assert (H1 := IH (fun i Hi => H i (Nat.lt_lt_succ_r _ _ Hi))).
    generalize (filter_and _ _ H1 (H m (Nat.lt_succ_diag_r m))). apply filter_imp.
    intros t [A B] i Hi. destruct (Nat.eq_dec i m) as [ -> |Hne]; [exact B | apply A; lia].
Qed.

Lemma positive_near u d : 0 < u -> locally 0 (fun t => 0 < u + t * d).
Proof.
  intros Hu. apply (continuous_comp (fun t => u + t * d) (fun v => v)).
  - apply (ex_derive_continuous (fun t => u + t * d)). auto_derive. easy.
  - apply continuous_id.
  - replace (u + 0 * d) with u by ring. apply (open_gt 0 u Hu).
Qed.

Lemma z_shift N D v t i j :
  z (shift N v t) D i j = z N D i j + t * (vw v i * x D j + vb v i).
Proof. unfold z; simpl. ring. Qed.

(** N' has the activation pattern of N, and no datum on a kink. *)
Definition same_pattern (N N' : network) (D : data) : Prop :=
  forall i, (i < k N)%nat -> forall j, (j < n D)%nat ->
  act N' D i j = act N D i j /\ z N' D i j <> 0.

Lemma pattern_constant N D v :
  smooth N D -> locally 0 (fun t => same_pattern N (shift N v t) D).
Proof.
  intros Hs. unfold same_pattern.
  apply (locally_all_below (k N) (fun i t => forall j, (j < n D)%nat ->
    act (shift N v t) D i j = act N D i j /\ z (shift N v t) D i j <> 0)). intros i Hi.
  apply (locally_all_below (n D) (fun j t =>
    act (shift N v t) D i j = act N D i j /\ z (shift N v t) D i j <> 0)). intros j Hj.
  specialize (Hs i j Hi Hj). set (d := vw v i * x D j + vb v i).
  destruct (Rlt_le_dec 0 (z N D i j)) as [H|H].
  - generalize (positive_near (z N D i j) d H). apply filter_imp. intros t Ht.
    unfold act. rewrite z_shift. fold d. split; [|lra].
    unfold below. destruct (Rlt_dec 0 _), (Rlt_dec 0 _); lra.
  - assert (H' : 0 < - z N D i j) by lra.
    generalize (positive_near (- z N D i j) (- d) H'). apply filter_imp. intros t Ht.
    unfold act. rewrite z_shift. fold d. split; [|lra].
    unfold below. destruct (Rlt_dec 0 _), (Rlt_dec 0 _); lra.
Qed.

Lemma same_pattern_smooth N D v t : same_pattern N (shift N v t) D -> smooth (shift N v t) D.
Proof. intros H i j Hi Hj. now apply (H i Hi j). Qed.

(** With the pattern unchanged, f is quadratic along a line and g_j is linear. *)
Lemma f_shift N D v t j :
  (j < n D)%nat -> same_pattern N (shift N v t) D ->
  f (shift N v t) (x D j) = f N (x D j) + t * dot N (g N D j) v + t ^ 2 / 2 * curv N D v j.
Proof.
  intros Hj H. unfold f, dot, curv, g; simpl.
  rewrite (sum_ext (k N) _ (fun i =>
    a N i * relu (w N i * x D j + b N i)
    + (t * (a N i * x D j * act N D i j * vw v i + a N i * act N D i j * vb v i
            + relu (z N D i j) * va v i)
       + t ^ 2 / 2 * (act N D i j * blockq (x D j) (vw v i) (vb v i) (va v i))))).
  - rewrite !Sum_plus, !Sum_scal, !Sum_plus. field.
  - intros i Hi. destruct (H i Hi j Hj) as [A _].
    change ((w N i + t * vw v i) * x D j + (b N i + t * vb v i)) with (z (shift N v t) D i j).
    change (w N i * x D j + b N i) with (z N D i j).
    rewrite !relu_z, A, z_shift. unfold blockq. field.
Qed.

Lemma g_shift N D u v t j :
  (j < n D)%nat -> same_pattern N (shift N u t) D ->
  dot N (g (shift N u t) D j) v = dot N (g N D j) v + t * curvb N D u v j.
Proof.
  intros Hj H. unfold dot, curvb, g; simpl. rewrite <- Sum_scal.
  rewrite (Rplus_comm (_ + _) (\sum_(i < k N) t * _)), <- Rplus_assoc, <- Sum_plus. f_equal.
  apply sum_ext. intros i Hi. destruct (H i Hi j Hj) as [A _].
  rewrite !relu_z, A, z_shift. ring.
Qed.

(** ** Derivatives *)

Lemma is_derive_Sum {T : Type} (F F' : T -> R -> R) xs t :
  (forall u, In u xs -> is_derive (F u) t (F' u t)) ->
  is_derive (fun t => Sum (fun u => F u t) xs) t (Sum (fun u => F' u t) xs).
Proof.
  induction xs as [|u xs IH]; simpl; intros H; [apply (is_derive_const 0)|].
  apply (is_derive_plus (F u) (fun t => Sum (fun u => F u t) xs)); auto.
Qed.

(** l(F + t G + t^2 C/2) has the derivative l'(F) G at 0 *)
Lemma loss_term_derive y F G C :
  is_derive (fun t => l y (F + t * G + t ^ 2 / 2 * C)) 0 (dl y F * G).
Proof.
  replace (dl y F * G) with (G * dl y (F + 0 * G + 0 ^ 2 / 2 * C))
    by (replace (F + 0 * G + 0 ^ 2 / 2 * C) with F by field; ring).
  apply (is_derive_comp (l y) (fun t => F + t * G + t ^ 2 / 2 * C)); [apply l_derive|].
  auto_derive; [easy | field].
Qed.

(** l'(F + t G + t^2 C/2) (G' + t C') has the derivative l''(F) G G' + l'(F) C' at 0 *)
Lemma slope_term_derive y F G C G' C' :
  label y ->
  is_derive (fun t => dl y (F + t * G + t ^ 2 / 2 * C) * (G' + t * C')) 0
            (s F * (G * G') + dl y F * C').
Proof.
  intros Hy.
  assert (H : is_derive (fun t => dl y (F + t * G + t ^ 2 / 2 * C)) 0 (G * s F)).
  { replace (G * s F) with (G * s (F + 0 * G + 0 ^ 2 / 2 * C))
      by (replace (F + 0 * G + 0 ^ 2 / 2 * C) with F by field; ring).
    apply (is_derive_comp (dl y) (fun t => F + t * G + t ^ 2 / 2 * C)); [now apply dl_derive|].
    auto_derive; [easy | field]. }
  replace (s F * (G * G') + dl y F * C')
    with (plus (mult (G * s F) (G' + 0 * C')) (mult (dl y (F + 0 * G + 0 ^ 2 / 2 * C)) C')).
  - apply (is_derive_mult (fun t => dl y (F + t * G + t ^ 2 / 2 * C)) (fun t => G' + t * C'));
      [exact H | auto_derive; [easy | ring] | intros; apply Rmult_comm].
  - replace (F + 0 * G + 0 ^ 2 / 2 * C) with F by field.
    unfold plus, mult; simpl; unfold mult; simpl. ring.
Qed.

(** <grad L, v> = (1/n) sum_j l'_j <g_j, v> *)
Lemma dot_grad N D v :
  dot N (grad N D) v = / INR (n D) * \sum_(j < n D) slope N D j * dot N (g N D j) v.
Proof.
  rewrite <- Sum_scal.
  rewrite (sum_ext (n D) _ (fun j => / INR (n D) * slope N D j * dot N (g N D j) v))
    by (intros; ring).
  rewrite sum_dot. unfold dot, grad; simpl. f_equal.
  - apply sum_ext. intros i _. unfold rx, r1.
    rewrite <- !(Sum_scal (/ INR (n D))), <- !(Sum_scal (a N i)).
    f_equal; [f_equal|]; f_equal; apply sum_ext; intros; ring.
  - f_equal. rewrite <- Sum_scal. apply sum_ext. intros. ring.
Qed.

(** The derivative of the loss along v. *)
Theorem first_derivative N D v :
  smooth N D -> is_derive (fun t => loss (shift N v t) D) 0 (dot N (grad N D) v).
Proof.
  intros Hs. rewrite dot_grad.
  apply is_derive_ext_loc with (fun t => / INR (n D) * \sum_(j < n D)
    l (y D j) (f N (x D j) + t * dot N (g N D j) v + t ^ 2 / 2 * curv N D v j)).
  - generalize (pattern_constant N D v Hs). apply filter_imp. intros t Ht.
    unfold loss. f_equal. apply sum_ext. intros j Hj. now rewrite (f_shift N D v t j Hj Ht).
  - apply is_derive_scal.
    apply (is_derive_Sum
      (fun j t => l (y D j) (f N (x D j) + t * dot N (g N D j) v + t ^ 2 / 2 * curv N D v j))
      (fun j _ => slope N D j * dot N (g N D j) v)).
    intros j _. apply loss_term_derive.
Qed.

(** The derivative of <grad L, v> along u is u^T H v. *)
Lemma grad_derivative N D u v :
  labelled D -> smooth N D ->
  is_derive (fun t => dot N (grad (shift N u t) D) v) 0 (Hb N D u v).
Proof.
  intros HD Hs.
  apply is_derive_ext_loc with (fun t => / INR (n D) * \sum_(j < n D)
    dl (y D j) (f N (x D j) + t * dot N (g N D j) u + t ^ 2 / 2 * curv N D u j)
    * (dot N (g N D j) v + t * curvb N D u v j)).
  - generalize (pattern_constant N D u Hs). apply filter_imp. intros t Ht.
    change (dot N (grad (shift N u t) D) v) with (dot (shift N u t) (grad (shift N u t) D) v).
    rewrite dot_grad. f_equal. apply sum_ext. intros j Hj.
    change (dot (shift N u t) (g (shift N u t) D j) v) with (dot N (g (shift N u t) D j) v).
    rewrite (g_shift N D u v t j Hj Ht). unfold slope. now rewrite (f_shift N D u t j Hj Ht).
  - replace (Hb N D u v) with (/ INR (n D) * \sum_(j < n D)
      (s (f N (x D j)) * (dot N (g N D j) u * dot N (g N D j) v) + slope N D j * curvb N D u v j)).
    + apply is_derive_scal.
      apply (is_derive_Sum
        (fun j t => dl (y D j) (f N (x D j) + t * dot N (g N D j) u + t ^ 2 / 2 * curv N D u j)
                    * (dot N (g N D j) v + t * curvb N D u v j))
        (fun j _ => s (f N (x D j)) * (dot N (g N D j) u * dot N (g N D j) v)
                    + slope N D j * curvb N D u v j)).
      intros j Hj. apply slope_term_derive. apply (proj2 HD). now apply in_range.
    + unfold Hb, p. rewrite Sum_plus, Rmult_plus_distr_l, <- Sum_scal. f_equal.
      apply sum_ext. intros. ring.
Qed.

(** The mixed second derivative along u and v. *)
Theorem mixed_derivative N D u v :
  labelled D -> smooth N D ->
  is_derive (fun t => Derive (fun r => loss (shift (shift N u t) v r) D) 0) 0 (Hb N D u v).
Proof.
  intros HD Hs. eapply is_derive_ext_loc; [|now apply grad_derivative].
  generalize (pattern_constant N D u Hs). apply filter_imp. intros t Ht.
  symmetry. apply is_derive_unique. apply (first_derivative (shift N u t) D v).
  now apply same_pattern_smooth with (1 := Ht).
Qed.

(** ** Entry by entry *)

(** The partial derivatives of the loss. *)
Theorem gradient_entries N D q :
  smooth N D -> valid N q ->
  is_derive (fun t => loss (shift N (e q) t) D) 0 (entry (grad N D) q).
Proof. intros Hs Hq. rewrite <- (dot_e N _ q Hq). now apply first_derivative. Qed.

(** The mixed second partial derivatives of the loss. *)
Theorem hessian_entries N D q r :
  labelled D -> smooth N D -> valid N q -> valid N r ->
  is_derive (fun t => Derive (fun h => loss (shift (shift N (e q) t) (e r) h) D) 0) 0
            (Hentry N D q r).
Proof. intros HD Hs Hq Hr. rewrite <- (Hb_entry N D q r Hq Hr). now apply mixed_derivative. Qed.

(** The ten kinds of entries, written out. *)
Theorem hessian_table N D i m :
  let G q r := \sum_(j < n D) p N D j * (q j * r j) in
  let gw i j := a N i * x D j * act N D i j in
  let gb i j := a N i * act N D i j in
  let ga i j := relu (z N D i j) in
  let same := if Nat.eq_dec i m then 1 else 0 in
  Hentry N D (Cw i) (Cw m) = G (gw i) (gw m) /\
  Hentry N D (Cw i) (Cb m) = G (gw i) (gb m) /\
  Hentry N D (Cw i) (Ca m) = G (gw i) (ga m) + same * rx N D i /\
  Hentry N D (Cb i) (Cb m) = G (gb i) (gb m) /\
  Hentry N D (Cb i) (Ca m) = G (gb i) (ga m) + same * r1 N D i /\
  Hentry N D (Ca i) (Ca m) = G (ga i) (ga m) /\
  Hentry N D (Cw i) Cc = G (gw i) (fun _ => 1) /\
  Hentry N D (Cb i) Cc = G (gb i) (fun _ => 1) /\
  Hentry N D (Ca i) Cc = G (ga i) (fun _ => 1) /\
  Hentry N D Cc Cc = P N D.
Proof.
  unfold Hentry; cbn [entry Rentry g vw vb va vc].
  repeat split; try ring; try (destruct (Nat.eq_dec i m); ring).
  rewrite Rplus_0_r. apply sum_ext. intros. ring.
Qed.

(** ** Along a line *)

Lemma loss_shift_shift N D v t h :
  loss (shift (shift N v t) v h) D = loss (shift N v (t + h)) D.
Proof.
  unfold loss. f_equal. apply sum_ext. intros j _. f_equal. unfold f; simpl. f_equal; [|ring].
  apply sum_ext. intros i _. f_equal; [ring|]. f_equal. ring.
Qed.

(** The second derivative of the loss along v is v^T H v. *)
Theorem second_derivative N D v :
  labelled D -> smooth N D -> is_derive_n (fun t => loss (shift N v t) D) 2 0 (Hq N D v).
Proof.
  intros HD Hs. rewrite <- Hb_diag. simpl.
  eapply is_derive_ext_loc; [|now apply grad_derivative].
  generalize (pattern_constant N D v Hs). apply filter_imp. intros t Ht.
  symmetry. apply is_derive_unique.
  assert (H := first_derivative (shift N v t) D v (same_pattern_smooth N D v t Ht)).
  apply (is_derive_ext (fun r => loss (shift (shift N v t) v (r - t)) D)).
  - intro r. rewrite loss_shift_shift. f_equal. f_equal. ring.
  - replace (dot N (grad (shift N v t) D) v) with (1 * dot N (grad (shift N v t) D) v) by ring.
    apply (is_derive_comp (fun h => loss (shift (shift N v t) v h) D) (fun r => r - t)).
    + replace (t - t) with 0 by ring. exact H.
    + auto_derive; [easy | ring].
Qed.

(** lambda_max, from the loss alone: the least upper bound of its second derivatives along all
    unit vectors. *)
Theorem lambda_max_of_loss N D lam :
  labelled D -> smooth N D ->
  (is_lambda_max N D lam <->
   is_lub (fun h => exists v, norm2 N v = 1 /\ h = Derive_n (fun t => loss (shift N v t) D) 2 0) lam).
Proof.
  intros HD Hs.
  assert (E : forall v, Derive_n (fun t => loss (shift N v t) D) 2 0 = Hq N D v)
    by (intro v; apply is_derive_n_unique; now apply second_derivative).
  unfold is_lambda_max. split; intros [U L]; split.
  - intros h (v & Hv & ->). apply U. exists v. now rewrite E.
  - intros m Hm. apply L. intros h (v & Hv & ->). apply Hm. exists v. now rewrite E.
  - intros h (v & Hv & ->). apply U. exists v. now rewrite E.
  - intros m Hm. apply L. intros h (v & Hv & ->). apply Hm. exists v. now rewrite E.
Qed.
